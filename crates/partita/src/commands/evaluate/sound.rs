//! The sets of a genre compared by sound.

use std::path::Path;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use partita_eval::embedding::ClipEmbedding;
use partita_eval::frechet::plain_fad;
use partita_eval::symbolic::interval::Estimate;
use partita_eval::{SoundDistance, SoundOptions, compare_sound, difference};

use super::cache::{Cache, Key};
use super::clips::{Listener, stored};
use super::findings::OrderStep;
use super::sets::{GenreSets, SetKind};

/// Changes whenever the same clips would be compared otherwise.
const VERSION: &[u8] = b"distance 2";
/// The least number of clips a side that distances are told of.
const CLIPS_MIN: usize = 4;

/// The clips of a genre's sets.
pub(super) struct GenreClips {
    pub(super) reference: Vec<ClipEmbedding>,
    pub(super) sets: Vec<(SetKind, Vec<ClipEmbedding>)>,
}

impl GenreClips {
    /// Plays and hears all pieces of a genre.
    pub(super) fn of(sets: &GenreSets, listener: &Listener<'_>, bar: &ProgressBar) -> Result<Self> {
        let folder = Path::new(&sets.genre);
        let each = sets.sets.iter().map(|(kind, pieces)| {
            let name = kind.name().split(" (").next().unwrap_or_default();
            Ok((*kind, listener.clips(pieces, &folder.join(name), bar)?))
        });
        let sets_heard = each.collect::<Result<_>>()?;
        Ok(Self { reference: listener.clips(&sets.reference, &folder.join("reference"), bar)?, sets: sets_heard })
    }

    /// Each set's distance from the reference; none of sets too small.
    pub(super) fn distances(&self, cache: &Cache) -> Result<Vec<(SetKind, Option<SoundDistance>)>> {
        let distance = |clips: &[ClipEmbedding]| {
            let enough = clips.len().min(self.reference.len()) >= CLIPS_MIN;
            enough.then(|| distance(clips, &self.reference, cache)).transpose()
        };
        self.sets.iter().map(|(kind, clips)| Ok((*kind, distance(clips)?))).collect()
    }

    fn judged(&self) -> &[ClipEmbedding] {
        self.sets.iter().find(|(kind, _)| *kind == SetKind::Judged).map_or(&[], |(_, clips)| clips)
    }
}

/// One set of clips against another. The draws of its intervals take minutes for large sets, so that the result is kept.
fn distance(clips: &[ClipEmbedding], reference: &[ClipEmbedding], cache: &Cache) -> Result<SoundDistance> {
    let options = SoundOptions::default();
    let sides = [clips, reference].map(|side| side.iter().flat_map(stored).collect::<Vec<u8>>());
    let key = Key::of(&[VERSION, format!("{options:?}").as_bytes(), &sides[0], &sides[1]]);
    let kept = cache.get_or_make(&key, || {
        let found = compare_sound(clips, reference, &options).context("compare clips")?;
        serde_json::to_vec(&found).context("keep a comparison")
    })?;
    serde_json::from_slice(&kept).context("read a comparison from the cache; remove the cache's folder")
}

/// FAD of the judged clips of each genre (rows) against the reference of each (columns); `None` of sets too small.
pub(super) fn fad_matrix(genres: &[GenreClips]) -> Vec<Vec<Option<f64>>> {
    let row = |judged: &GenreClips| {
        let fad = |other: &GenreClips| plain_fad(judged.judged(), &other.reference).ok().map(|fad| fad.total());
        genres.iter().map(fad).collect()
    };
    genres.iter().map(row).collect()
}

/// How the distances rise from held-out music to random notes, step by step. The broken sets are of the human row's pieces, and
/// all are halved alike, so that their differences are surer than the distances.
pub(super) fn order(distances: &[(SetKind, Option<SoundDistance>)]) -> Vec<OrderStep> {
    let of = |kind| distances.iter().find(|(found, _)| *found == kind)?.1.as_ref();
    let step = |pair: &[SetKind]| {
        let (lower, upper) = (of(pair[0])?, of(pair[1])?);
        let clips = lower.generated_clips.min(upper.generated_clips);
        let fad = lower.fad.as_ref().zip(upper.fad.as_ref()).map(|(lower, upper)| {
            difference((lower.fad.value, &lower.halves), (upper.fad.value, &upper.halves), clips)
        });
        let kad = [lower, upper].map(|sound| (sound.kad.kad.value, sound.kad.halves.as_slice()));
        Some(OrderStep { lower: pair[0], upper: pair[1], fad, kad: difference(kad[0], kad[1], clips) })
    };
    SetKind::RISING.windows(2).filter_map(step).collect()
}

/// The mean of independent estimates, with the interval of their mean; `None` unless there is one of each.
pub(in crate::commands) fn mean(estimates: &[Option<Estimate>]) -> Option<Estimate> {
    let estimates: Vec<Estimate> = estimates.iter().copied().collect::<Option<_>>()?;
    let count = estimates.len() as f64;
    let average = |part: fn(&Estimate) -> f64| estimates.iter().map(part).sum::<f64>() / count;
    let reach = |part: fn(&Estimate) -> f64| estimates.iter().map(|e| part(e).powi(2)).sum::<f64>().sqrt() / count;
    let value = average(|e| e.value);
    (!estimates.is_empty()).then(|| Estimate {
        value,
        low: value - reach(|e| e.value - e.low),
        high: value + reach(|e| e.high - e.value),
        count: estimates.iter().map(|e| e.count).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_independent_estimates_is_surer_than_each() {
        let one = Estimate { value: 2.0, low: 1.0, high: 3.0, count: 10 };
        let other = Estimate { value: 4.0, low: 3.0, high: 5.0, count: 20 };
        let both = mean(&[Some(one), Some(other)]).unwrap();
        assert_eq!((both.value, both.count), (3.0, 30));
        assert!((both.high - both.value - 0.5f64.sqrt()).abs() < 1e-12);
        assert_eq!((mean(&[Some(one), None]), mean(&[])), (None, None));
    }
}
