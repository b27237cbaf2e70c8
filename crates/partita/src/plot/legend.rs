//! Where the names of a chart's series stand: in rows above its field, wrapped to its width.

use super::drawing::FontSize;

/// Left edge of each row.
pub(super) const LEFT: f32 = 16.0;
/// Baseline of the first row.
pub(super) const TOP: f32 = 48.0;
const ROW: f32 = 18.0;
/// Room before a name, for what shows its series, and behind it.
pub(super) const BEFORE: f32 = 24.0;
const BEHIND: f32 = 16.0;

/// Left edge and baseline of each entry.
pub(super) fn places<'a>(names: impl Iterator<Item = &'a str>, width: f32) -> Vec<(f32, f32)> {
    let (mut x, mut y) = (LEFT, TOP);
    let place = |name: &str| {
        let room = BEFORE + FontSize::Normal.width(name) + BEHIND;
        if x > LEFT && x + room > width {
            (x, y) = (LEFT, y + ROW);
        }
        let place = (x, y);
        x += room;
        place
    };
    names.map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_legend_takes_several_rows() {
        let name = "x".repeat(40);
        let rows: Vec<f32> = places((0..6).map(|_| name.as_str()), 860.0).into_iter().map(|place| place.1).collect();
        assert_eq!(rows, [48.0, 48.0, 66.0, 66.0, 84.0, 84.0]);
    }
}
