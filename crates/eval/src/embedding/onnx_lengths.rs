//! Checks the lengths that an ONNX file names before `rten` reads it, which allocates what a length says: a few damaged bytes
//! would ask for more memory than there is, and end the program.

/// Messages inside of messages: more than any network has, and few enough for the stack.
const DEPTH_MAX: usize = 64;

/// The messages of `onnx.proto3` that hold others which `rten` reads.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    Value,
    Type,
    TensorType,
    Shape,
    Sequence,
    /// Numbers and texts only.
    Flat,
}

impl Message {
    /// The message in a field, if there is one; else it holds a text, numbers, or what is skipped.
    fn in_field(self, field: u64) -> Option<Self> {
        match (self, field) {
            (Self::Model, 7) | (Self::Attribute, 6) => Some(Self::Graph),
            (Self::Graph, 1) => Some(Self::Node),
            (Self::Graph, 5) | (Self::Attribute, 5) => Some(Self::Tensor),
            (Self::Graph, 11..=13) => Some(Self::Value),
            (Self::Node, 5) => Some(Self::Attribute),
            (Self::Value, 2) | (Self::Sequence, 1) => Some(Self::Type),
            (Self::Type, 1) => Some(Self::TensorType),
            (Self::Type, 4) => Some(Self::Sequence),
            (Self::TensorType, 2) => Some(Self::Shape),
            (Self::Model, 8 | 14) | (Self::Tensor, 13) | (Self::Shape, 1) => Some(Self::Flat),
            _ => None,
        }
    }
}

/// Whether everything in the file lies whole inside of what it is in.
pub(super) fn lengths_fit(file: &[u8]) -> bool {
    fits(file, Message::Model, 0).is_some()
}

fn fits(mut rest: &[u8], message: Message, depth: usize) -> Option<()> {
    if depth > DEPTH_MAX {
        return None;
    }
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        let length = match key % 8 {
            0 => varint(&mut rest).map(|_| 0)?,
            1 => 8,
            2 => usize::try_from(varint(&mut rest)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (content, after) = rest.split_at_checked(length)?;
        rest = after;
        if let Some(inner) = message.in_field(key / 8).filter(|_| key % 8 == 2) {
            fits(content, inner, depth + 1)?;
        }
    }
    Some(())
}

/// A number of up to ten bytes, seven bits each, the lowest first; all bytes but the last are marked.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for place in 0..10 {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 127) << (7 * place);
        if byte < 128 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_seven_bits_a_byte() {
        let mut bytes = &[0x96, 0x01, 5][..];
        assert_eq!((varint(&mut bytes), varint(&mut bytes), varint(&mut bytes)), (Some(150), Some(5), None));
        assert_eq!(varint(&mut &[0xff; 11][..]), None);
    }

    #[test]
    fn a_length_stays_inside_of_its_message() {
        // A graph of four bytes: a text of two.
        assert!(lengths_fit(&[0x3a, 4, 0x12, 2, b'a', b'b']));
        // Three are there in the file, but not in the graph.
        assert!(!lengths_fit(&[0x3a, 4, 0x12, 3, b'a', b'b', 0x08]));
        assert!(!lengths_fit(&[0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]));
        // A producer's name is not looked into.
        assert!(lengths_fit(&[0x12, 2, 0x12, 9]));
    }

    #[test]
    fn graphs_in_graphs_have_an_end() {
        let nested = |times: usize| {
            let wrap = |inner: Vec<u8>, key: u8| {
                let length = [(inner.len() % 128) as u8 | 128, (inner.len() / 128) as u8];
                [vec![key], length.to_vec(), inner].concat()
            };
            // Attribute 6 of node 5 of graph 1, and the whole the model's 7.
            wrap((0..times).fold(vec![], |graph, _| wrap(wrap(wrap(graph, 0x32), 0x2a), 0x0a)), 0x3a)
        };
        assert!(lengths_fit(&nested(20)));
        assert!(!lengths_fit(&nested(30)));
    }
}
