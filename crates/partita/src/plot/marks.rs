//! Values with their spread, side by side by category: distances with their intervals, distributions as boxes.

use super::drawing::{Anchor, Drawing, FontSize, Frame, TextStyle};
use super::legend;
use super::palette::{self, BAR_LINE, BEAT_LINE, FAINT, INK, PAPER};
use super::ticks::Axis;

const WIDTH: f32 = 860.0;
const LEFT: f32 = 64.0;
const RIGHT: f32 = 20.0;
const FIELD_HEIGHT: f32 = 260.0;
/// Room between the legend and the field, for the y axis' label.
const HEAD: f32 = 32.0;
/// Room below the field, for the categories.
const FOOT: f32 = 30.0;
/// Share of a category's room that its marks take.
const FILLED: f32 = 0.8;
/// Half the side of the square that marks a value.
const POINT: f32 = 3.5;
/// How thick the rim of a hollow square is.
const RIM: f32 = 1.25;
/// A box's width, as a share of its mark's room, and in pixels at most.
const BOX: f32 = 0.5;
const BOX_WIDTH_MAX: f32 = 36.0;

/// A value and how it is spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mark {
    pub(crate) value: f64,
    /// The ends of the thin line: of an interval, or of nearly all values.
    pub(crate) reach: (f64, f64),
    /// The ends of the box, if there is one: of the middle half of the values.
    pub(crate) middle: Option<(f64, f64)>,
}

/// The marks of one kind, one a category; `None` where there is none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MarkSeries {
    /// As the legend names it.
    pub(crate) name: String,
    pub(crate) marks: Vec<Option<Mark>>,
}

/// The chart of `series` over `categories`. What a logarithmic axis cannot show is left out.
pub(crate) fn mark_chart(
    title: &str,
    categories: &[String],
    series: &[MarkSeries],
    y_label: &str,
    logarithmic: bool,
) -> Drawing {
    let places = legend::places(series.iter().map(|one| one.name.as_str()), WIDTH);
    let top = places.last().map_or(legend::TOP, |place| place.1) + HEAD;
    let field = Frame { left: LEFT, top, width: WIDTH - LEFT - RIGHT, height: FIELD_HEIGHT };
    let marks = series.iter().flat_map(|one| one.marks.iter().flatten());
    let axis = Axis::covering(marks.flat_map(|mark| [mark.value, mark.reach.0, mark.reach.1]), logarithmic);
    let mut drawing = Drawing::new(WIDTH, field.bottom() + FOOT, PAPER);
    drawing.text(16.0, 24.0, title, TextStyle { bold: true, colour: INK, ..style(FontSize::Title, Anchor::Start) });
    drawing.text(16.0, field.top - 12.0, y_label, style(FontSize::Normal, Anchor::Start));
    draw_grid(&mut drawing, field, &axis, categories);
    for (index, (one, (x, baseline))) in series.iter().zip(places).enumerate() {
        draw_point(&mut drawing, x + legend::BEFORE / 2.0, baseline - 4.0, index);
        drawing.text(
            x + 20.0,
            baseline,
            &one.name,
            TextStyle { colour: INK, ..style(FontSize::Normal, Anchor::Start) },
        );
        let place = Place { field, categories: categories.len(), series: series.len(), index };
        for (category, mark) in one.marks.iter().enumerate() {
            if let Some(mark) = mark {
                draw_mark(&mut drawing, &axis, place, category, mark);
            }
        }
    }
    drawing
}

fn style(size: FontSize, anchor: Anchor) -> TextStyle {
    TextStyle { size, bold: false, anchor, colour: FAINT }
}

fn draw_grid(drawing: &mut Drawing, field: Frame, axis: &Axis, categories: &[String]) {
    for (share, label) in axis.ticks() {
        let y = field.bottom() - share as f32 * field.height;
        drawing.horizontal(y, field.left, field.right(), BEAT_LINE, 1.0);
        drawing.text(field.left - 8.0, y + 4.0, &label, style(FontSize::Small, Anchor::End));
    }
    let room = field.width / categories.len().max(1) as f32;
    for (index, category) in categories.iter().enumerate() {
        let left = field.left + room * index as f32;
        drawing.vertical(left, field.top, field.bottom(), BAR_LINE, 1.0);
        drawing.text(left + room / 2.0, field.bottom() + 18.0, category, style(FontSize::Normal, Anchor::Middle));
    }
    drawing.horizontal(field.bottom(), field.left, field.right(), BAR_LINE, 1.0);
}

/// Where a series' marks stand.
#[derive(Clone, Copy)]
struct Place {
    field: Frame,
    categories: usize,
    series: usize,
    index: usize,
}

impl Place {
    /// Room of one mark.
    fn room(self) -> f32 {
        self.field.width * FILLED / (self.categories.max(1) * self.series.max(1)) as f32
    }

    /// The middle of a mark.
    fn x(self, category: usize) -> f32 {
        let room = self.field.width / self.categories.max(1) as f32;
        let first = self.field.left + room * (category as f32 + (1.0 - FILLED) / 2.0);
        first + self.room() * (self.index as f32 + 0.5)
    }
}

fn draw_mark(drawing: &mut Drawing, axis: &Axis, place: Place, category: usize, mark: &Mark) {
    let colour = palette::of_series(place.index);
    let x = place.x(category);
    let height = |value: f64| Some(place.field.bottom() - axis.share(value)? as f32 * place.field.height);
    let Some(y) = height(mark.value) else { return };
    if let (Some(low), Some(high)) = (height(mark.reach.0), height(mark.reach.1)) {
        drawing.vertical(x, high, low, colour, 1.5);
    }
    match mark.middle.and_then(|(low, high)| Some((height(low)?, height(high)?))) {
        Some((low, high)) => {
            let width = (place.room() * BOX).min(BOX_WIDTH_MAX);
            let frame = Frame { left: x - width / 2.0, top: high, width, height: low - high };
            drawing.rectangle(frame, colour, 0.45);
            drawing.horizontal(y, x - width / 2.0, x + width / 2.0, colour, 2.0);
        }
        None => draw_point(drawing, x, y, place.index),
    }
}

/// The square of a series: full, hollow once the colours repeat, and half hollow when they do so again.
fn draw_point(drawing: &mut Drawing, x: f32, y: f32, index: usize) {
    let square = Frame { left: x - POINT, top: y - POINT, width: 2.0 * POINT, height: 2.0 * POINT };
    drawing.rectangle(square, palette::of_series(index), 1.0);
    let room = 2.0 * (POINT - RIM);
    let hole = Frame { left: x - POINT + RIM, top: y - POINT + RIM, width: room, height: room };
    match index / palette::SERIES.len() {
        0 => {}
        1 => drawing.rectangle(hole, PAPER, 1.0),
        _ => drawing.rectangle(Frame { height: room / 2.0, ..hole }, PAPER, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawing::Shape;
    use super::*;

    fn chart(logarithmic: bool) -> Vec<Shape> {
        let mark = |value: f64, middle| Some(Mark { value, reach: (value - 1.0, value + 1.0), middle });
        let series = [
            MarkSeries { name: "a".into(), marks: vec![mark(2.0, None), None] },
            MarkSeries { name: "b".into(), marks: vec![mark(3.0, Some((2.5, 3.5))), mark(0.5, None)] },
        ];
        mark_chart("t", &["x".into(), "y".into()], &series, "nats", logarithmic).shapes
    }

    #[test]
    fn each_value_has_a_mark_and_each_spread_a_line() {
        let marks = |shapes: &[Shape]| {
            let square = |shape: &&Shape| matches!(shape, Shape::Rectangle { frame, .. } if frame.width == 2.0 * POINT);
            shapes.iter().filter(square).count()
        };
        // One in the legend for each series, two values without a box; on the logarithmic axis −0.5 has no place for its
        // line, and 0.5 still has one for its mark.
        assert_eq!((marks(&chart(false)), marks(&chart(true))), (4, 4));
        let lines = |shapes: &[Shape]| {
            shapes.iter().filter(|shape| matches!(shape, Shape::Line { width, .. } if *width == 1.5)).count()
        };
        assert_eq!((lines(&chart(false)), lines(&chart(true))), (3, 2));
    }

    #[test]
    fn series_of_one_colour_have_different_squares() {
        let drawn = |index| {
            let mut drawing = Drawing::new(20.0, 20.0, PAPER);
            draw_point(&mut drawing, 10.0, 10.0, index);
            drawing.shapes
        };
        let count = palette::SERIES.len();
        let points = [0, count, 2 * count].map(drawn);
        assert!(points[0] != points[1] && points[0] != points[2] && points[1] != points[2]);
    }
}
