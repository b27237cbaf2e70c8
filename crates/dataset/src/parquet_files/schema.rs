//! The schema of a footer, checked before it is decoded: the decoder follows it down as deep as it goes.

use super::Unreadable;
use super::compact::Compact;
use super::limits::{SCHEMA_DEPTH_MAX, SCHEMA_ELEMENTS_MAX};

/// The footer's field that holds the schema.
const SCHEMA: i16 = 2;
/// The field of a schema's element that counts what lies in it.
const CHILDREN: usize = 5;

/// Whether the columns are few, lie at no great depth, and are as many as they are said to be.
pub(super) fn check(footer: &[u8]) -> Result<(), Unreadable> {
    let mut reader = Compact::new(footer);
    let mut last = 0;
    while let Some(field) = reader.field(last)? {
        last = field.number;
        if field.number == SCHEMA && field.is_list() {
            let elements = reader.list_of_structs()?;
            return check_elements(&mut reader, elements);
        }
        reader.take(field, &mut Default::default())?;
    }
    Err(Unreadable("its footer names no columns".into()))
}

fn check_elements(reader: &mut Compact<&[u8]>, elements: usize) -> Result<(), Unreadable> {
    if elements > SCHEMA_ELEMENTS_MAX {
        return Err(Unreadable(format!("its footer names {elements} columns, more than {SCHEMA_ELEMENTS_MAX}")));
    }
    // How many elements are still to come in each group that is open.
    let mut open: Vec<usize> = Vec::new();
    for element in 0..elements {
        let children = reader.numbers()?.get(CHILDREN).unwrap_or(0);
        let children = usize::try_from(children).ok().filter(|children| *children < elements - element);
        open.push(children.ok_or_else(|| Unreadable("a group of its columns holds more than there are".into()))?);
        if open.len() > SCHEMA_DEPTH_MAX {
            return Err(Unreadable(format!("its columns nest more than {SCHEMA_DEPTH_MAX} levels deep")));
        }
        while open.last() == Some(&0) {
            open.pop();
            open.iter_mut().last().into_iter().for_each(|left| *left -= 1);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A footer whose schema's elements have so many children.
    fn footer(children: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x29, 0xfc, children.len() as u8];
        children.iter().for_each(|children| bytes.extend([0x55, children * 2, 0x00]));
        bytes.push(0);
        bytes
    }

    #[test]
    fn trees_that_close_are_well() {
        assert_eq!(check(&footer(&[3, 0, 2, 0, 0, 0])), Ok(()));
    }

    #[test]
    fn trees_without_end_are_not() {
        let error = |children: &[u8]| check(&footer(children)).unwrap_err().0;
        assert!(error(&[1; 60]).contains("nest more than 32 levels"));
        assert!(error(&[2, 0]).contains("more than there are"));
        assert!(check(&[0]).unwrap_err().0.contains("no columns"));
        assert!(check(&[0x29, 0xfc, 0xff, 0xff, 0x7f]).unwrap_err().0.contains("columns, more than"));
    }
}
