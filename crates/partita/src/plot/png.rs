//! A [`Drawing`] as a PNG image of twice its size in pixels, so that it stays sharp on dense screens. The letters
//! are compiled in: a machine without fonts draws the same picture.

use anyhow::{Context, Result};
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};
use tiny_skia::{Color, LineJoin, Paint, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke, Transform};

use super::drawing::{Anchor, Colour, Drawing, FontSize, Shape, TextStyle};

/// Pixels of the image to one unit of the drawing.
const SCALE: f32 = 2.0;
/// No image is larger than this on a side: 16 k × 16 k of four bytes is 1 GiB.
const PIXELS_MAX: u32 = 16_384;
/// Rows of a letter's raster above its baseline, as a share of its height.
const ASCENT: f32 = 0.79;

impl Drawing {
    /// The whole PNG file. Fails when the picture is empty or over 16,384 pixels on a side.
    pub(crate) fn to_png(&self) -> Result<Vec<u8>> {
        let (width, height) = ((self.width * SCALE).ceil() as u32, (self.height * SCALE).ceil() as u32);
        anyhow::ensure!(
            width <= PIXELS_MAX && height <= PIXELS_MAX,
            "the picture would be {width} × {height} pixels, over {PIXELS_MAX} on a side; draw fewer bars (--bars) or take SVG"
        );
        let mut pixels = Pixmap::new(width, height).context("the picture has no size")?;
        for shape in &self.shapes {
            paint(&mut pixels, shape);
        }
        pixels.encode_png().context("encode the PNG")
    }
}

fn paint(pixels: &mut Pixmap, shape: &Shape) {
    match shape {
        Shape::Rectangle { frame, colour, opacity } => {
            if let Some(rect) = Rect::from_xywh(frame.left, frame.top, frame.width, frame.height) {
                pixels.fill_rect(rect, &solid(*colour, *opacity), Transform::from_scale(SCALE, SCALE), None);
            }
        }
        Shape::Line { points, colour, width } => stroke(pixels, points, *colour, *width),
        Shape::Text { x, baseline, content, style } => write_text(pixels, *x, *baseline, content, *style),
    }
}

fn solid(colour: Colour, opacity: f32) -> Paint<'static> {
    let mut paint = Paint::default();
    let alpha = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
    paint.set_color(Color::from_rgba8(colour.red, colour.green, colour.blue, alpha));
    paint.anti_alias = true;
    paint
}

fn stroke(pixels: &mut Pixmap, points: &[(f32, f32)], colour: Colour, width: f32) {
    let mut path = PathBuilder::new();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 {
            path.move_to(*x, *y);
        } else {
            path.line_to(*x, *y);
        }
    }
    let stroke = Stroke { width, line_join: LineJoin::Round, ..Stroke::default() };
    if let Some(path) = path.finish() {
        pixels.stroke_path(&path, &solid(colour, 1.0), &stroke, Transform::from_scale(SCALE, SCALE), None);
    }
}

fn raster_height(size: FontSize) -> RasterHeight {
    match size {
        FontSize::Small => RasterHeight::Size20,
        FontSize::Normal => RasterHeight::Size24,
        FontSize::Title => RasterHeight::Size32,
    }
}

fn write_text(pixels: &mut Pixmap, x: f32, baseline: f32, content: &str, style: TextStyle) {
    let height = raster_height(style.size);
    let weight = if style.bold { FontWeight::Bold } else { FontWeight::Regular };
    let advance = get_raster_width(weight, height) as i64;
    let length = advance * content.chars().count() as i64;
    let start = (x * SCALE).round() as i64
        - match style.anchor {
            Anchor::Start => 0,
            Anchor::Middle => length / 2,
            Anchor::End => length,
        };
    let top = (baseline * SCALE - height.val() as f32 * ASCENT).round() as i64;
    for (index, letter) in content.chars().enumerate() {
        let Some(raster) = get_raster(letter, weight, height).or_else(|| get_raster('?', weight, height)) else {
            continue;
        };
        let left = start + advance * index as i64;
        for (row, line) in raster.rows().enumerate() {
            for (column, &coverage) in line.iter().enumerate() {
                blend(pixels, left + column as i64, top + row as i64, style.colour, coverage);
            }
        }
    }
}

/// Lays `colour` over one pixel; outside of the picture nothing happens.
fn blend(pixels: &mut Pixmap, x: i64, y: i64, colour: Colour, coverage: u8) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
    if coverage == 0 || x >= pixels.width() || y >= pixels.height() {
        return;
    }
    let index = y as usize * pixels.width() as usize + x as usize;
    let pixel = &mut pixels.pixels_mut()[index];
    let under = pixel.demultiply();
    let mixed =
        Colour { red: under.red(), green: under.green(), blue: under.blue() }.mix(colour, f32::from(coverage) / 255.0);
    if let Some(opaque) = PremultipliedColorU8::from_rgba(mixed.red, mixed.green, mixed.blue, 255) {
        *pixel = opaque;
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawing::Frame;
    use super::*;

    const WHITE: Colour = Colour::hex(0xFFFFFF);

    fn decoded(drawing: &Drawing) -> Pixmap {
        Pixmap::decode_png(&drawing.to_png().unwrap()).unwrap()
    }

    #[test]
    fn rectangles_land_at_twice_their_place() {
        let mut drawing = Drawing::new(10.0, 6.0, WHITE);
        drawing.rectangle(Frame { left: 2.0, top: 1.0, width: 3.0, height: 2.0 }, Colour::hex(0xFF0000), 0.5);
        let image = decoded(&drawing);
        assert_eq!((image.width(), image.height()), (20, 12));
        let inside = image.pixel(5, 3).unwrap();
        assert_eq!(inside.red(), 255);
        assert!((126..=129).contains(&inside.green()), "{inside:?}");
        assert_eq!(image.pixel(3, 3).unwrap().green(), 255);
    }

    #[test]
    fn letters_leave_ink_above_their_baseline_only() {
        let mut drawing = Drawing::new(40.0, 40.0, WHITE);
        let style = TextStyle { size: FontSize::Normal, bold: false, anchor: Anchor::Middle, colour: Colour::hex(0) };
        drawing.text(20.0, 20.0, "H\u{4e2d}", style);
        let image = decoded(&drawing);
        let dark_rows: Vec<u32> =
            (0..80).filter(|&y| (0..80).any(|x| image.pixel(x, y).unwrap().red() < 128)).collect();
        let (first, last) = (*dark_rows.first().unwrap(), *dark_rows.last().unwrap());
        assert!(first >= 18 && (37..=41).contains(&last), "ink from row {first} to {last}");
    }

    #[test]
    fn oversized_pictures_are_refused() {
        let error = Drawing::new(9000.0, 10.0, WHITE).to_png().unwrap_err();
        assert!(error.to_string().contains("fewer bars"), "{error}");
    }
}
