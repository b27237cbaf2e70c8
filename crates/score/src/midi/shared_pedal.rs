//! A pedal written in one chunk of the file for the notes of another.

use super::gather::Part;
use crate::score::Sustain;
use crate::units::Tick;

/// Files often hold the two hands of a piano in two chunks on one channel and its pedal in only one of them (or in a
/// third). Parts whose chunk says nothing of the pedal of their channel therefore get that of the chunk that says most,
/// where the program is the same or that chunk has no notes there.
///
/// `has_pedal` tells whether a part's chunk moves the pedal of the part's channel; `program` gives a part's program.
/// At most `budget` moves are copied, so that memory stays bounded by the events of the file.
pub(super) fn share_pedals(
    parts: &mut [Part],
    has_pedal: impl Fn(&Part) -> bool,
    program: impl Fn(&Part) -> u8,
    mut budget: usize,
) {
    for channel in 0..16 {
        let Some(giver) = longest_pedal(parts, channel) else { continue };
        let giver_program = (!parts[giver].notes.is_empty()).then(|| program(&parts[giver]));
        let pedal: Vec<Sustain<Tick>> = parts[giver].sustains.clone();
        for part in parts.iter_mut().filter(|part| part.channel == channel && !part.notes.is_empty()) {
            let fits = giver_program.is_none_or(|giver| giver == program(part));
            if fits && !has_pedal(part) && pedal.len() <= budget {
                part.sustains.clone_from(&pedal);
                budget -= pedal.len();
            }
        }
    }
}

/// The part of the channel whose pedal moves most often, if any moves at all.
fn longest_pedal(parts: &[Part], channel: u8) -> Option<usize> {
    let of_channel = parts.iter().enumerate().filter(|(_, part)| part.channel == channel);
    let longest = of_channel.max_by_key(|(_, part)| part.sustains.len())?;
    (!longest.1.sustains.is_empty()).then_some(longest.0)
}
