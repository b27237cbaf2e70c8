//! The picture of a piece: time to the right in bars and beats, pitch upwards, the drum kit in rows of its own
//! below. Colour tells the instrument, opacity the velocity.

use super::drawing::{Anchor, Colour, Drawing, FontSize, Frame, TextStyle};
use super::palette::{self, BAR_LINE, BEAT_LINE, FAINT, INK, PAPER, SHADE};

const LEFT: f32 = 58.0;
const RIGHT: f32 = 14.0;
const TOP: f32 = 54.0;
const GAP: f32 = 10.0;
const LEGEND_ROW: f32 = 18.0;
/// Room for the notes, in pixels; long pieces are packed more tightly until [`QUARTER_MIN`].
const WIDTH_WANTED: f32 = 1120.0;
const QUARTER_MIN: f32 = 3.0;
const QUARTER_MAX: f32 = 34.0;
const DRUM_ROW: f32 = 9.0;
/// The least distance of two bar numbers, in pixels.
const BAR_NUMBER_ROOM: f32 = 26.0;
/// Beats closer than this are not drawn, in pixels.
const BEAT_ROOM: f32 = 5.0;

/// One note to draw; times in quarters from the start of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RollNote {
    pub(crate) onset: f64,
    pub(crate) duration: f64,
    pub(crate) pitch: u8,
    pub(crate) velocity: u8,
}

/// The notes of one instrument.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RollPart {
    pub(crate) name: String,
    /// `None` for the drum kit.
    pub(crate) program: Option<u8>,
    pub(crate) notes: Vec<RollNote>,
}

/// One bar; times in quarters from the start of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RollBar {
    /// Counted from 1.
    pub(crate) number: u32,
    pub(crate) start: f64,
    pub(crate) length: f64,
    /// The length of a beat.
    pub(crate) beat: f64,
}

/// All that the picture shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RollPicture {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) bars: Vec<RollBar>,
    pub(crate) parts: Vec<RollPart>,
}

impl RollPicture {
    /// The finished picture.
    pub(crate) fn draw(&self) -> Drawing {
        let layout = Layout::of(self);
        let mut drawing = Drawing::new(layout.width, layout.height, PAPER);
        self.draw_titles(&mut drawing);
        layout.draw_pitch_rows(&mut drawing);
        layout.draw_drum_rows(&mut drawing);
        self.draw_bars(&mut drawing, &layout);
        self.draw_notes(&mut drawing, &layout);
        layout.draw_legend(&mut drawing);
        drawing
    }

    fn quarters(&self) -> f64 {
        let bars = self.bars.iter().map(|bar| bar.start + bar.length);
        bars.fold(1.0, f64::max)
    }

    fn draw_titles(&self, drawing: &mut Drawing) {
        drawing.text(LEFT, 22.0, &self.title, TextStyle { bold: true, ..style(FontSize::Title, Anchor::Start, INK) });
        let after = LEFT + FontSize::Title.width(&self.title) + 12.0;
        drawing.text(after, 22.0, &self.subtitle, style(FontSize::Normal, Anchor::Start, FAINT));
    }

    fn draw_bars(&self, drawing: &mut Drawing, layout: &Layout) {
        let room = layout.scale * self.bars.iter().map(|bar| bar.length as f32).fold(f32::MAX, f32::min);
        let every = number_interval(room);
        for bar in &self.bars {
            let x = layout.x(bar.start);
            layout.draw_beats(drawing, bar);
            layout.draw_upright(drawing, x, BAR_LINE, 1.0);
            if (bar.number - 1).is_multiple_of(every) {
                let number = bar.number.to_string();
                drawing.text(x + 2.0, TOP - 6.0, &number, style(FontSize::Small, Anchor::Start, FAINT));
            }
        }
        layout.draw_upright(drawing, layout.x(self.quarters()), BAR_LINE, 1.0);
    }

    fn draw_notes(&self, drawing: &mut Drawing, layout: &Layout) {
        for part in &self.parts {
            let colour = palette::of_program(part.program);
            for note in &part.notes {
                let Some(frame) = layout.place(part.program.is_none(), note) else { continue };
                drawing.rectangle(frame, colour, 0.35 + 0.65 * f32::from(note.velocity) / 127.0);
            }
        }
    }
}

fn style(size: FontSize, anchor: Anchor, colour: Colour) -> TextStyle {
    TextStyle { size, bold: false, anchor, colour }
}

/// Every how many bars a number is written, so that numbers do not touch: 1, 2, 4, 8 …
fn number_interval(bar_pixels: f32) -> u32 {
    let mut every = 1;
    while every < 1 << 20 && bar_pixels * (every as f32) < BAR_NUMBER_ROOM {
        every *= 2;
    }
    every
}

/// Where everything goes.
struct Layout {
    width: f32,
    height: f32,
    /// Pixels a quarter.
    scale: f32,
    /// Lowest and highest pitch shown.
    pitches: (u8, u8),
    row: f32,
    pitched: Frame,
    drums: Frame,
    /// Drum sounds that are played, highest first.
    drum_sounds: Vec<u8>,
    legend: Vec<(Colour, String)>,
}

impl Layout {
    fn of(picture: &RollPicture) -> Self {
        let scale = (WIDTH_WANTED / picture.quarters() as f32).clamp(QUARTER_MIN, QUARTER_MAX);
        let width = (picture.quarters() as f32 * scale).max(420.0);
        let pitches = pitch_range(picture);
        let rows = pitches.map_or(0.0, |(low, high)| f32::from(high - low) + 1.0);
        let row = (330.0 / rows.max(1.0)).clamp(4.0, 9.0);
        let pitched = Frame { left: LEFT, top: TOP, width, height: rows * row };
        let drum_sounds = drum_sounds(picture);
        let gap = if rows > 0.0 && !drum_sounds.is_empty() { GAP } else { 0.0 };
        let drums =
            Frame { left: LEFT, top: pitched.bottom() + gap, width, height: drum_sounds.len() as f32 * DRUM_ROW };
        let legend = legend(picture);
        let mut layout = Self {
            width: LEFT + width + RIGHT,
            height: 0.0,
            scale,
            pitches: pitches.unwrap_or((60, 59)),
            row,
            pitched,
            drums,
            drum_sounds,
            legend,
        };
        layout.height = layout.legend_places().last().map_or(drums.bottom(), |place| place.1) + GAP;
        layout
    }

    fn x(&self, quarters: f64) -> f32 {
        LEFT + quarters as f32 * self.scale
    }

    fn pitch_top(&self, pitch: u8) -> f32 {
        self.pitched.top + f32::from(self.pitches.1.saturating_sub(pitch)) * self.row
    }

    /// The note's rectangle; `None` when it is nowhere in the picture.
    fn place(&self, is_drum: bool, note: &RollNote) -> Option<Frame> {
        let end = self.x(note.onset + note.duration).min(self.pitched.right());
        let left = self.x(note.onset).max(LEFT);
        let (top, height, least) = if is_drum {
            let row = self.drum_sounds.iter().position(|&sound| sound == note.pitch)?;
            // Drums are struck, so all are as long as half a sixteenth looks, within what can be told apart.
            (self.drums.top + row as f32 * DRUM_ROW, DRUM_ROW, (self.scale / 8.0).clamp(1.5, 4.0))
        } else {
            (self.pitch_top(note.pitch), self.row, 1.0)
        };
        let length = if is_drum { least } else { (end - left - 0.5).max(least) };
        let visible = left < self.pitched.right() && end >= LEFT;
        visible.then_some(Frame { left, top: top + 0.5, width: length, height: height - 1.0 })
    }

    fn draw_pitch_rows(&self, drawing: &mut Drawing) {
        let (low, high) = self.pitches;
        for pitch in low..=high {
            let top = self.pitch_top(pitch);
            if matches!(pitch % 12, 1 | 3 | 6 | 8 | 10) {
                drawing.rectangle(Frame { top, height: self.row, ..self.pitched }, SHADE, 1.0);
            }
            if pitch % 12 == 0 {
                let bottom = top + self.row;
                drawing.horizontal(bottom, LEFT, self.pitched.right(), BAR_LINE, 0.75);
                let name = format!("C{}", i16::from(pitch / 12) - 1);
                drawing.text(LEFT - 6.0, bottom, &name, style(FontSize::Small, Anchor::End, FAINT));
            }
        }
    }

    fn draw_drum_rows(&self, drawing: &mut Drawing) {
        for (index, &sound) in self.drum_sounds.iter().enumerate() {
            let top = self.drums.top + index as f32 * DRUM_ROW;
            if index % 2 == 0 {
                drawing.rectangle(Frame { top, height: DRUM_ROW, ..self.drums }, SHADE, 1.0);
            }
            let name = palette::drum_abbreviation(sound);
            let middle = top + DRUM_ROW - 1.0;
            drawing.text(LEFT - 6.0, middle, &name, style(FontSize::Small, Anchor::End, FAINT));
        }
    }

    /// A line through the rows of both fields.
    fn draw_upright(&self, drawing: &mut Drawing, x: f32, colour: Colour, width: f32) {
        for field in [self.pitched, self.drums] {
            if field.height > 0.0 {
                drawing.vertical(x, field.top, field.bottom(), colour, width);
            }
        }
    }

    fn draw_beats(&self, drawing: &mut Drawing, bar: &RollBar) {
        if bar.beat <= 0.0 || (bar.beat as f32) * self.scale < BEAT_ROOM {
            return;
        }
        let mut beat = bar.start + bar.beat;
        while beat < bar.start + bar.length - 1e-6 {
            self.draw_upright(drawing, self.x(beat), BEAT_LINE, 0.5);
            beat += bar.beat;
        }
    }

    /// Left edge and baseline of each legend entry, wrapped to the picture's width.
    fn legend_places(&self) -> Vec<(f32, f32)> {
        let (mut x, mut y) = (LEFT, self.drums.bottom() + GAP + LEGEND_ROW - 4.0);
        let mut places = Vec::with_capacity(self.legend.len());
        for (_, name) in &self.legend {
            let room = 16.0 + FontSize::Normal.width(name) + 14.0;
            if x > LEFT && x + room > self.width - RIGHT {
                (x, y) = (LEFT, y + LEGEND_ROW);
            }
            places.push((x, y));
            x += room;
        }
        places
    }

    fn draw_legend(&self, drawing: &mut Drawing) {
        for ((colour, name), (x, baseline)) in self.legend.iter().zip(self.legend_places()) {
            let swatch = Frame { left: x, top: baseline - 9.0, width: 11.0, height: 10.0 };
            drawing.rectangle(swatch, *colour, 1.0);
            drawing.text(x + 16.0, baseline, name, style(FontSize::Normal, Anchor::Start, INK));
        }
    }
}

/// The pitched parts' range with a little air, an octave at least, so that one C is always named.
fn pitch_range(picture: &RollPicture) -> Option<(u8, u8)> {
    let pitched = picture.parts.iter().filter(|part| part.program.is_some());
    let pitches = || pitched.clone().flat_map(|part| part.notes.iter().map(|note| note.pitch));
    let (low, high) = (pitches().min()?, pitches().max()?);
    let air = 2 + 12_u8.saturating_sub(high - low) / 2;
    Some((low.saturating_sub(air), high.saturating_add(air).min(127)))
}

fn drum_sounds(picture: &RollPicture) -> Vec<u8> {
    let drums = picture.parts.iter().filter(|part| part.program.is_none());
    let mut sounds: Vec<u8> = drums.flat_map(|part| part.notes.iter().map(|note| note.pitch)).collect();
    sounds.sort_unstable_by(|a, b| b.cmp(a));
    sounds.dedup();
    sounds
}

/// One entry a name, in the order of the parts.
fn legend(picture: &RollPicture) -> Vec<(Colour, String)> {
    let mut entries: Vec<(Colour, String)> = Vec::new();
    for part in picture.parts.iter().filter(|part| !part.notes.is_empty()) {
        if entries.iter().all(|(_, name)| *name != part.name) {
            entries.push((palette::of_program(part.program), part.name.clone()));
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::super::drawing::Shape;
    use super::*;

    fn note(onset: f64, pitch: u8) -> RollNote {
        RollNote { onset, duration: 1.0, pitch, velocity: 127 }
    }

    fn picture() -> RollPicture {
        let bar = |number: u32| RollBar { number, start: f64::from(number - 1) * 4.0, length: 4.0, beat: 1.0 };
        RollPicture {
            title: "Two bars".into(),
            subtitle: "4/4".into(),
            bars: vec![bar(1), bar(2)],
            parts: vec![
                RollPart { name: "Piano".into(), program: Some(0), notes: vec![note(0.0, 60), note(4.0, 71)] },
                RollPart { name: "Drums".into(), program: None, notes: vec![note(2.0, 36), note(6.0, 36)] },
            ],
        }
    }

    #[test]
    fn notes_stand_at_their_time_and_pitch() {
        let picture = picture();
        let layout = Layout::of(&picture);
        assert_eq!(layout.pitches, (58, 73));
        let first = layout.place(false, &picture.parts[0].notes[0]).unwrap();
        let second = layout.place(false, &picture.parts[0].notes[1]).unwrap();
        assert_eq!(first.left, LEFT);
        assert_eq!(second.left - first.left, 4.0 * layout.scale);
        assert_eq!(first.top - second.top, 11.0 * layout.row);
    }

    #[test]
    fn drums_have_their_own_rows_below_the_pitches() {
        let picture = picture();
        let layout = Layout::of(&picture);
        assert_eq!(layout.drum_sounds, [36]);
        let drum = layout.place(true, &picture.parts[1].notes[0]).unwrap();
        assert!(drum.top > layout.pitched.bottom());
        assert_eq!(layout.place(true, &note(0.0, 40)), None);
    }

    #[test]
    fn every_bar_is_numbered_while_there_is_room() {
        assert_eq!(number_interval(30.0), 1);
        assert_eq!(number_interval(12.0), 4);
        let numbers = picture().draw().shapes.into_iter().filter_map(|shape| match shape {
            Shape::Text { content, baseline, .. } if baseline == TOP - 6.0 => Some(content),
            _ => None,
        });
        assert_eq!(numbers.collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn a_piece_without_notes_still_draws() {
        let empty = RollPicture { title: String::new(), subtitle: String::new(), bars: vec![], parts: vec![] };
        assert!(empty.draw().to_svg().starts_with("<svg"));
    }
}
