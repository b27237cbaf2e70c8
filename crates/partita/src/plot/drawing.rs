//! A picture as a list of shapes, in the order they are painted. Figures are built as a [`Drawing`] once and
//! then leave as SVG or PNG, so the two formats always show the same thing.

/// An opaque colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour {
    pub(crate) red: u8,
    pub(crate) green: u8,
    pub(crate) blue: u8,
}

impl Colour {
    /// The colour written `0xRRGGBB`.
    pub(crate) const fn hex(rgb: u32) -> Self {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Self { red, green, blue }
    }

    /// A mixture: `share` of `other` (0 to 1), the rest of `self`.
    pub(crate) fn mix(self, other: Self, share: f32) -> Self {
        let channel = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
        Self {
            red: channel(self.red, other.red),
            green: channel(self.green, other.green),
            blue: channel(self.blue, other.blue),
        }
    }
}

/// An axis-parallel rectangle, in pixels from the top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Frame {
    pub(crate) fn right(self) -> f32 {
        self.left + self.width
    }

    pub(crate) fn bottom(self) -> f32 {
        self.top + self.height
    }
}

/// Which end of a text its position names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TextStyle {
    pub(crate) size: FontSize,
    pub(crate) bold: bool,
    pub(crate) anchor: Anchor,
    pub(crate) colour: Colour,
}

/// The font sizes that both formats have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FontSize {
    Small,
    Normal,
    Title,
}

impl FontSize {
    /// Height of a line, in pixels.
    pub(crate) const fn pixels(self) -> f32 {
        match self {
            Self::Small => 10.0,
            Self::Normal => 12.0,
            Self::Title => 16.0,
        }
    }

    /// Room that `text` takes, in pixels; the fonts used are monospaced, their letters 0.6 of the height wide at most.
    pub(crate) fn width(self, text: &str) -> f32 {
        text.chars().count() as f32 * self.pixels() * 0.6
    }
}

/// One thing painted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Rectangle { frame: Frame, colour: Colour, opacity: f32 },
    Line { points: Vec<(f32, f32)>, colour: Colour, width: f32 },
    Text { x: f32, baseline: f32, content: String, style: TextStyle },
}

impl Shape {
    /// The same, `by` pixels further down.
    fn lowered(self, by: f32) -> Self {
        match self {
            Self::Rectangle { frame, colour, opacity } => {
                Self::Rectangle { frame: Frame { top: frame.top + by, ..frame }, colour, opacity }
            }
            Self::Line { points, colour, width } => {
                Self::Line { points: points.into_iter().map(|(x, y)| (x, y + by)).collect(), colour, width }
            }
            Self::Text { x, baseline, content, style } => Self::Text { x, baseline: baseline + by, content, style },
        }
    }
}

/// A picture under construction.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) shapes: Vec<Shape>,
}

impl Drawing {
    /// An empty picture, filled with `background`.
    pub(crate) fn new(width: f32, height: f32, background: Colour) -> Self {
        let mut drawing = Self { width, height, shapes: Vec::new() };
        drawing.rectangle(Frame { left: 0.0, top: 0.0, width, height }, background, 1.0);
        drawing
    }

    /// Pictures one below another, each at the left edge.
    pub(crate) fn stacked(pictures: Vec<Self>, background: Colour) -> Self {
        let width = pictures.iter().map(|picture| picture.width).fold(0.0, f32::max);
        let height = pictures.iter().map(|picture| picture.height).sum();
        let mut stacked = Self::new(width, height, background);
        let mut top = 0.0;
        for picture in pictures {
            stacked.shapes.extend(picture.shapes.into_iter().map(|shape| shape.lowered(top)));
            top += picture.height;
        }
        stacked
    }

    pub(crate) fn rectangle(&mut self, frame: Frame, colour: Colour, opacity: f32) {
        self.shapes.push(Shape::Rectangle { frame, colour, opacity });
    }

    pub(crate) fn horizontal(&mut self, y: f32, from: f32, to: f32, colour: Colour, width: f32) {
        self.line(vec![(from, y), (to, y)], colour, width);
    }

    pub(crate) fn vertical(&mut self, x: f32, from: f32, to: f32, colour: Colour, width: f32) {
        self.line(vec![(x, from), (x, to)], colour, width);
    }

    /// A line through `points`; nothing when there are fewer than two.
    pub(crate) fn line(&mut self, points: Vec<(f32, f32)>, colour: Colour, width: f32) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line { points, colour, width });
        }
    }

    /// `content` with control characters left out: texts come from files, and XML forbids them.
    pub(crate) fn text(&mut self, x: f32, baseline: f32, content: &str, style: TextStyle) {
        let content: String = content.chars().filter(|c| !c.is_control()).collect();
        if !content.is_empty() {
            self.shapes.push(Shape::Text { x, baseline, content, style });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_is_linear_in_each_channel() {
        let mixed = Colour::hex(0x000000).mix(Colour::hex(0x64C8FF), 0.5);
        assert_eq!(mixed, Colour { red: 50, green: 100, blue: 128 });
    }

    #[test]
    fn stacked_pictures_stand_below_each_other() {
        let white = Colour::hex(0xFFFFFF);
        let picture = |width, height| {
            let mut picture = Drawing::new(width, height, white);
            picture.horizontal(3.0, 0.0, 5.0, Colour::hex(0), 1.0);
            picture
        };
        let stacked = Drawing::stacked(vec![picture(10.0, 20.0), picture(30.0, 40.0)], white);
        assert_eq!((stacked.width, stacked.height), (30.0, 60.0));
        let heights = stacked.shapes.iter().filter_map(|shape| match shape {
            Shape::Line { points, .. } => Some(points[0].1),
            _ => None,
        });
        assert_eq!(heights.collect::<Vec<_>>(), [3.0, 23.0]);
    }

    #[test]
    fn control_characters_are_not_drawn() {
        let mut drawing = Drawing::new(10.0, 10.0, Colour::hex(0xFFFFFF));
        let style = TextStyle { size: FontSize::Small, bold: false, anchor: Anchor::Start, colour: Colour::hex(0) };
        drawing.text(0.0, 0.0, "\u{1b}\0", style);
        drawing.text(0.0, 0.0, "a\u{7}b", style);
        assert_eq!(drawing.shapes.len(), 2);
        assert!(matches!(&drawing.shapes[1], Shape::Text { content, .. } if content == "ab"));
    }
}
