//! A [`Drawing`] as an SVG document that needs no font file, style sheet or script.

use std::fmt::Write;

use super::drawing::{Anchor, Colour, Drawing, Shape, TextStyle};

impl Drawing {
    /// The whole SVG document.
    pub(crate) fn to_svg(&self) -> String {
        let (width, height) = (number(self.width), number(self.height));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"'Noto Sans Mono','DejaVu Sans Mono',monospace\">\n"
        );
        for shape in &self.shapes {
            svg.push_str(&element(shape));
            svg.push('\n');
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn element(shape: &Shape) -> String {
    match shape {
        Shape::Rectangle { frame, colour, opacity } => {
            let see_through =
                if *opacity < 1.0 { format!(" fill-opacity=\"{}\"", number(*opacity)) } else { String::new() };
            format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"{see_through}/>",
                number(frame.left),
                number(frame.top),
                number(frame.width),
                number(frame.height),
                hex(*colour)
            )
        }
        Shape::Line { points, colour, width } => format!(
            "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"/>",
            path(points),
            hex(*colour),
            number(*width)
        ),
        Shape::Text { x, baseline, content, style } => text(*x, *baseline, content, *style),
    }
}

fn text(x: f32, baseline: f32, content: &str, style: TextStyle) -> String {
    let anchor = match style.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = if style.bold { " font-weight=\"bold\"" } else { "" };
    format!(
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"{anchor}{weight}>{}</text>",
        number(x),
        number(baseline),
        number(style.size.pixels()),
        hex(style.colour),
        escaped(content)
    )
}

fn path(points: &[(f32, f32)]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        // Writing to a String cannot fail.
        let _ = write!(path, "{command}{} {}", number(*x), number(*y));
    }
    path
}

/// At most two decimals: a hundredth of a pixel is not seen, and files stay small.
fn number(value: f32) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

fn hex(colour: Colour) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::drawing::{FontSize, Frame};
    use super::*;

    #[test]
    fn shapes_become_elements() {
        let mut drawing = Drawing::new(20.0, 10.0, Colour::hex(0xFFFFFF));
        drawing.rectangle(Frame { left: 1.0, top: 2.0, width: 3.5, height: 4.0 }, Colour::hex(0x0A0B0C), 0.25);
        drawing.line(vec![(0.0, 0.0), (1.0 / 3.0, 5.0)], Colour::hex(0x112233), 1.5);
        let svg = drawing.to_svg();
        assert!(
            svg.contains("<rect x=\"1\" y=\"2\" width=\"3.5\" height=\"4\" fill=\"#0a0b0c\" fill-opacity=\"0.25\"/>")
        );
        assert!(svg.contains("d=\"M0 0L0.33 5\""), "{svg}");
        assert!(svg.ends_with("</svg>\n"));
    }

    #[test]
    fn texts_from_files_cannot_break_out_of_their_element() {
        let style = TextStyle { size: FontSize::Small, bold: true, anchor: Anchor::End, colour: Colour::hex(0) };
        let mut drawing = Drawing::new(20.0, 10.0, Colour::hex(0xFFFFFF));
        drawing.text(1.0, 2.0, "</text><script>&", style);
        assert!(drawing.to_svg().contains(">&lt;/text&gt;&lt;script&gt;&amp;</text>"));
    }
}
