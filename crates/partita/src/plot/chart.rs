//! Line charts, such as the losses of a training run: several series, a legend, linear or logarithmic axes.

use super::drawing::{Anchor, Drawing, FontSize, Frame, TextStyle};
use super::palette::{self, BAR_LINE, BEAT_LINE, FAINT, INK, PAPER};
use super::ticks::Axis;

const WIDTH: f32 = 860.0;
const HEIGHT: f32 = 420.0;
const FIELD: Frame = Frame { left: 76.0, top: 64.0, width: 764.0, height: 300.0 };
const LEGEND_BASELINE: f32 = 50.0;

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    /// As the legend names it.
    pub(crate) name: String,
    /// (x, y) by rising x. Values that the axis cannot show (not finite; not positive on a logarithmic axis) break
    /// the line.
    pub(crate) points: Vec<(f64, f64)>,
}

/// What an axis says and how it counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AxisLabel {
    /// The quantity with its unit.
    pub(crate) label: String,
    /// Whether equal distances are equal ratios.
    pub(crate) logarithmic: bool,
}

/// The chart of `series` as a drawing; [`Drawing::to_svg`] makes the file.
pub(crate) fn line_chart(title: &str, series: &[Series], x: &AxisLabel, y: &AxisLabel) -> Drawing {
    let values = |pick: fn(&(f64, f64)) -> f64| series.iter().flat_map(|s| &s.points).map(pick);
    let x_axis = Axis::covering(values(|point| point.0), x.logarithmic);
    let y_axis = Axis::covering(values(|point| point.1), y.logarithmic);
    let mut drawing = Drawing::new(WIDTH, HEIGHT, PAPER);
    draw_grid(&mut drawing, &x_axis, &y_axis);
    draw_labels(&mut drawing, title, x, y);
    for (index, one) in series.iter().enumerate() {
        for run in visible_runs(&one.points, &x_axis, &y_axis) {
            drawing.line(run, palette::of_series(index), 1.75);
        }
    }
    draw_legend(&mut drawing, series);
    drawing
}

fn style(size: FontSize, anchor: Anchor) -> TextStyle {
    TextStyle { size, bold: false, anchor, colour: FAINT }
}

fn draw_grid(drawing: &mut Drawing, x_axis: &Axis, y_axis: &Axis) {
    for (share, label) in y_axis.ticks() {
        let y = FIELD.bottom() - share as f32 * FIELD.height;
        drawing.horizontal(y, FIELD.left, FIELD.right(), BEAT_LINE, 1.0);
        drawing.text(FIELD.left - 8.0, y + 4.0, &label, style(FontSize::Small, Anchor::End));
    }
    for (share, label) in x_axis.ticks() {
        let x = FIELD.left + share as f32 * FIELD.width;
        drawing.vertical(x, FIELD.top, FIELD.bottom(), BEAT_LINE, 1.0);
        drawing.text(x, FIELD.bottom() + 16.0, &label, style(FontSize::Small, Anchor::Middle));
    }
    drawing.horizontal(FIELD.bottom(), FIELD.left, FIELD.right(), BAR_LINE, 1.0);
    drawing.vertical(FIELD.left, FIELD.top, FIELD.bottom(), BAR_LINE, 1.0);
}

fn draw_labels(drawing: &mut Drawing, title: &str, x: &AxisLabel, y: &AxisLabel) {
    drawing.text(16.0, 24.0, title, TextStyle { bold: true, colour: INK, ..style(FontSize::Title, Anchor::Start) });
    drawing.text(16.0, LEGEND_BASELINE, &y.label, style(FontSize::Normal, Anchor::Start));
    drawing.text(FIELD.right(), HEIGHT - 14.0, &x.label, style(FontSize::Normal, Anchor::End));
}

fn draw_legend(drawing: &mut Drawing, series: &[Series]) {
    let room = |one: &Series| 24.0 + FontSize::Normal.width(&one.name) + 16.0;
    let mut x = FIELD.right() - series.iter().map(room).sum::<f32>();
    for (index, one) in series.iter().enumerate() {
        drawing.horizontal(LEGEND_BASELINE - 4.0, x, x + 18.0, palette::of_series(index), 3.0);
        let text = TextStyle { colour: INK, ..style(FontSize::Normal, Anchor::Start) };
        drawing.text(x + 24.0, LEGEND_BASELINE, &one.name, text);
        x += room(one);
    }
}

/// The stretches of a series between values that cannot be shown, in pixels.
fn visible_runs(points: &[(f64, f64)], x_axis: &Axis, y_axis: &Axis) -> Vec<Vec<(f32, f32)>> {
    let place = |(x, y): &(f64, f64)| {
        let (right, up) = (x_axis.share(*x)?, y_axis.share(*y)?);
        Some((FIELD.left + right as f32 * FIELD.width, FIELD.bottom() - up as f32 * FIELD.height))
    };
    let places: Vec<Option<(f32, f32)>> = points.iter().map(place).collect();
    places.split(Option::is_none).map(|run| run.iter().flatten().copied().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::drawing::Shape;
    use super::*;

    fn series(points: &[(f64, f64)]) -> Series {
        Series { name: "loss".into(), points: points.to_vec() }
    }

    fn axis(logarithmic: bool) -> AxisLabel {
        AxisLabel { label: "nats a note".into(), logarithmic }
    }

    #[test]
    fn points_are_placed_between_the_axes() {
        let axis_x = Axis::covering([0.0, 10.0].into_iter(), false);
        let axis_y = Axis::covering([1.0, 100.0].into_iter(), true);
        let runs = visible_runs(&[(0.0, 1.0), (5.0, 10.0), (10.0, 100.0)], &axis_x, &axis_y);
        let middle = (FIELD.left + FIELD.width / 2.0, FIELD.top + FIELD.height / 2.0);
        assert_eq!(runs, [vec![(FIELD.left, FIELD.bottom()), middle, (FIELD.right(), FIELD.top)]]);
    }

    #[test]
    fn values_that_cannot_be_shown_break_the_line() {
        let drawing = line_chart(
            "t",
            &[series(&[(0.0, 1.0), (1.0, 2.0), (2.0, f64::NAN), (3.0, 4.0), (4.0, -1.0), (5.0, 3.0), (6.0, 3.0)])],
            &axis(false),
            &axis(true),
        );
        let lines =
            drawing.shapes.iter().filter(|shape| matches!(shape, Shape::Line { width, .. } if *width == 1.75)).count();
        assert_eq!(lines, 2);
    }

    #[test]
    fn an_empty_chart_still_draws() {
        assert!(line_chart("t", &[], &axis(false), &axis(true)).to_svg().contains("<svg"));
    }
}
