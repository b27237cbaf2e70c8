//! Line charts, such as the losses of a training run: several series, a legend, linear or logarithmic axes.

use super::drawing::{Anchor, Drawing, FontSize, Frame, TextStyle};
use super::legend;
use super::palette::{self, BAR_LINE, BEAT_LINE, FAINT, INK, PAPER};
use super::ticks::Axis;

const WIDTH: f32 = 860.0;
const LEFT: f32 = 64.0;
const RIGHT: f32 = 20.0;
const FIELD_HEIGHT: f32 = 300.0;
/// Room between the legend's last baseline and the field: the y axis' label stands in it.
const HEAD: f32 = 32.0;
/// Room below the field, for ticks and the x axis' label.
const FOOT: f32 = 46.0;

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
    let places = legend::places(series.iter().map(|one| one.name.as_str()), WIDTH);
    let field = field_below(places.last().map_or(legend::TOP, |place| place.1));
    let plot = Plot::covering(series, field, x.logarithmic, y.logarithmic);
    let mut drawing = Drawing::new(WIDTH, field.bottom() + FOOT, PAPER);
    drawing.text(16.0, 24.0, title, TextStyle { bold: true, colour: INK, ..style(FontSize::Title, Anchor::Start) });
    drawing.text(16.0, field.top - 12.0, &y.label, style(FontSize::Normal, Anchor::Start));
    drawing.text(field.right(), field.bottom() + 36.0, &x.label, style(FontSize::Normal, Anchor::End));
    plot.draw_grid(&mut drawing);
    for (index, one) in series.iter().enumerate() {
        for run in plot.visible_runs(&one.points) {
            drawing.line(run, palette::of_series(index), LINE);
        }
    }
    draw_legend(&mut drawing, series, &places);
    drawing
}

/// Charts one below another.
pub(crate) fn panels(charts: Vec<Drawing>) -> Drawing {
    Drawing::stacked(charts, PAPER)
}

/// Thickness of a series' line.
const LINE: f32 = 1.75;

fn style(size: FontSize, anchor: Anchor) -> TextStyle {
    TextStyle { size, bold: false, anchor, colour: FAINT }
}

fn field_below(legend_baseline: f32) -> Frame {
    Frame { left: LEFT, top: legend_baseline + HEAD, width: WIDTH - LEFT - RIGHT, height: FIELD_HEIGHT }
}

fn draw_legend(drawing: &mut Drawing, series: &[Series], places: &[(f32, f32)]) {
    let text = TextStyle { colour: INK, ..style(FontSize::Normal, Anchor::Start) };
    for (index, (one, &(x, baseline))) in series.iter().zip(places).enumerate() {
        drawing.horizontal(baseline - 4.0, x, x + 18.0, palette::of_series(index), 3.0);
        drawing.text(x + legend::BEFORE, baseline, &one.name, text);
    }
}

/// The field between the axes.
struct Plot {
    field: Frame,
    x_axis: Axis,
    y_axis: Axis,
}

impl Plot {
    fn covering(series: &[Series], field: Frame, x_logarithmic: bool, y_logarithmic: bool) -> Self {
        let values = |pick: fn(&(f64, f64)) -> f64| series.iter().flat_map(|one| &one.points).map(pick);
        Self {
            field,
            x_axis: Axis::covering(values(|point| point.0), x_logarithmic),
            y_axis: Axis::covering(values(|point| point.1), y_logarithmic),
        }
    }

    fn draw_grid(&self, drawing: &mut Drawing) {
        let field = self.field;
        for (share, label) in self.y_axis.ticks() {
            let y = field.bottom() - share as f32 * field.height;
            drawing.horizontal(y, field.left, field.right(), BEAT_LINE, 1.0);
            drawing.text(field.left - 8.0, y + 4.0, &label, style(FontSize::Small, Anchor::End));
        }
        for (share, label) in self.x_axis.ticks() {
            let x = field.left + share as f32 * field.width;
            drawing.vertical(x, field.top, field.bottom(), BEAT_LINE, 1.0);
            drawing.text(x, field.bottom() + 16.0, &label, style(FontSize::Small, Anchor::Middle));
        }
        drawing.horizontal(field.bottom(), field.left, field.right(), BAR_LINE, 1.0);
        drawing.vertical(field.left, field.top, field.bottom(), BAR_LINE, 1.0);
    }

    /// The stretches of a series between values that cannot be shown, in pixels.
    fn visible_runs(&self, points: &[(f64, f64)]) -> Vec<Vec<(f32, f32)>> {
        let places: Vec<Option<(f32, f32)>> = points.iter().map(|point| self.place(*point)).collect();
        places.split(Option::is_none).map(|run| run.iter().flatten().copied().collect()).collect()
    }

    fn place(&self, (x, y): (f64, f64)) -> Option<(f32, f32)> {
        let (right, up) = (self.x_axis.share(x)? as f32, self.y_axis.share(y)? as f32);
        Some((self.field.left + right * self.field.width, self.field.bottom() - up * self.field.height))
    }
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
        let field = Frame { left: 10.0, top: 20.0, width: 100.0, height: 50.0 };
        let points = [(0.0, 1.0), (5.0, 10.0), (10.0, 100.0)];
        let plot = Plot::covering(&[series(&points)], field, false, true);
        assert_eq!(plot.visible_runs(&points), [vec![(10.0, 70.0), (60.0, 45.0), (110.0, 20.0)]]);
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
            drawing.shapes.iter().filter(|shape| matches!(shape, Shape::Line { width, .. } if *width == LINE)).count();
        assert_eq!(lines, 2);
    }

    #[test]
    fn an_empty_chart_still_draws() {
        assert!(line_chart("t", &[], &axis(false), &axis(true)).to_svg().contains("<svg"));
    }
}
