//! The Kernel Audio Distance (Chung et al. 2025, "KAD: no more FAD!"): the squared maximum mean discrepancy of two sets of
//! embedded clips. Unlike FAD it is unbiased, so that it can be told of small sets, and takes no set for a Gaussian.

use rand::seq::SliceRandom;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::EvalError;
use crate::embedding::ClipEmbedding;
use crate::product::{View, product};
use crate::subsample::{Draws, interval_from_halves, part};
use crate::symbolic::interval::Estimate;

/// What the kernel distance is multiplied with, so that usual values are near 1.
const SCALE: f64 = 100.0;
/// The most clips of both sets together: their table then takes 128 MiB.
const CLIPS_MAX: usize = 4096;
/// Patches of the reference from which the bandwidth is taken; of more, equally spaced ones.
const BANDWIDTH_PATCHES_MAX: usize = 2048;
/// Clips that a side needs: pairs of different clips, in halves as well.
const CLIPS_MIN: usize = 4;

/// KAD of two sets of clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelAudioDistance {
    /// 100 times the squared discrepancy, with its interval and the clips of the smaller set. Of equal distributions it is
    /// zero on average, so that it falls below zero half of the time.
    pub kad: Estimate,
    /// How often sets mixed at random differ as much: small where the sets differ beyond chance.
    pub p_value: f64,
    /// The kernel's width, in the embedding's unit.
    pub bandwidth: f64,
    /// On random halves of both sets, as of [`FrechetAudioDistance`](crate::frechet::FrechetAudioDistance).
    pub halves: Vec<f64>,
}

/// The unbiased squared discrepancy under the kernel `exp(−‖x − y‖² / 2σ²)`, σ being the median distance of patches of
/// different clips of the reference (Gretton et al. 2012, "A kernel two-sample test", equation 3). Patches of one clip are
/// like one another, and no two of them make a pair. The p-value comes from `permutations` mixings of whole clips, under the same σ.
///
/// # Errors
/// [`EvalError::TooFewClips`] below four a side; [`EvalError::Dimension`] where clips differ in it; [`EvalError::Limit`] beyond 4096
/// clips.
pub fn kernel_audio_distance(
    generated: &[ClipEmbedding],
    reference: &[ClipEmbedding],
    draws: Draws,
    permutations: usize,
) -> Result<KernelAudioDistance, EvalError> {
    check(generated, reference)?;
    let bandwidth = median_distance(reference);
    let table = PairTable::new(&[generated, reference].concat(), bandwidth);
    let order: Vec<usize> = (0..generated.len() + reference.len()).collect();
    let (ours, theirs) = order.split_at(generated.len());
    let value = table.discrepancy(ours, theirs);
    let half = |draw| {
        let mut random = draws.stream(draw);
        let mut half =
            |side: &[usize]| part(side, side.len() / 2, &mut random).into_iter().copied().collect::<Vec<_>>();
        let (ours, theirs) = (half(ours), half(theirs));
        SCALE * table.discrepancy(&ours, &theirs)
    };
    let halves: Vec<f64> = (0..draws.count).into_par_iter().map(half).collect();
    let clips = generated.len().min(reference.len());
    Ok(KernelAudioDistance {
        kad: interval_from_halves(SCALE * value, &halves, clips, f64::NEG_INFINITY),
        p_value: p_value(&table, &order, generated.len(), value, draws, permutations),
        bandwidth,
        halves,
    })
}

fn check(generated: &[ClipEmbedding], reference: &[ClipEmbedding]) -> Result<(), EvalError> {
    for (side, clips) in [("generated", generated), ("reference", reference)] {
        if clips.len() < CLIPS_MIN {
            return Err(EvalError::TooFewClips { figure: "KAD", side, found: clips.len(), needed: CLIPS_MIN });
        }
    }
    let (clips, expected) = (generated.len() + reference.len(), reference[0].dimension());
    if clips > CLIPS_MAX {
        let (found, limit) = (clips as u64, CLIPS_MAX as u64);
        return Err(EvalError::Limit { what: "the number of clips to compare", found, limit });
    }
    match generated.iter().chain(reference).find(|clip| clip.dimension() != expected) {
        Some(clip) => Err(EvalError::Dimension { what: "a clip's embedding", found: clip.dimension(), expected }),
        None => Ok(()),
    }
}

/// The share of random mixings of the clips whose discrepancy is at least `value`, this one counted as one of them.
fn p_value(table: &PairTable, order: &[usize], split: usize, value: f64, draws: Draws, permutations: usize) -> f64 {
    let as_large = |permutation: &usize| {
        let mut mixed = order.to_vec();
        // Streams behind those of the halves.
        mixed.shuffle(&mut draws.stream(draws.count + permutation));
        let (ours, theirs) = mixed.split_at(split);
        table.discrepancy(ours, theirs) >= value
    };
    let count = (0..permutations).into_par_iter().filter(as_large).count();
    (1 + count) as f64 / (1 + permutations) as f64
}

/// The kernel summed over the pairs of patches of any two clips: all that mixings and halves need.
struct PairTable {
    clips: usize,
    patches: Vec<f64>,
    /// `[clip, clip]`.
    sums: Vec<f64>,
}

impl PairTable {
    fn new(clips: &[ClipEmbedding], bandwidth: f64) -> Self {
        let dimension = clips[0].dimension();
        let all: Vec<f64> = clips.iter().flat_map(|clip| clip.values()).copied().map(f64::from).collect();
        let row = |clip: &ClipEmbedding| {
            let own: Vec<f64> = clip.values().iter().copied().map(f64::from).collect();
            row_of_sums(&squared_distances(&own, &all, dimension), clips, bandwidth)
        };
        let sums = clips.par_iter().flat_map_iter(row).collect();
        let patches = clips.iter().map(|clip| clip.patch_count() as f64).collect();
        Self { clips: clips.len(), patches, sums }
    }

    /// The unbiased estimate of the squared discrepancy of two sets of clips, told by their numbers.
    fn discrepancy(&self, ours: &[usize], theirs: &[usize]) -> f64 {
        self.mean(ours, ours) + self.mean(theirs, theirs) - 2.0 * self.mean(ours, theirs)
    }

    /// The mean of the kernel over pairs of patches of different clips.
    fn mean(&self, left: &[usize], right: &[usize]) -> f64 {
        let (mut sum, mut pairs) = (0.0, 0.0);
        for i in left {
            let row = &self.sums[i * self.clips..(i + 1) * self.clips];
            for j in right.iter().filter(|j| *j != i) {
                sum += row[*j];
                pairs += self.patches[*i] * self.patches[*j];
            }
        }
        sum / pairs
    }
}

/// The kernel of one clip's patches with those of every clip, from their squared distances, summed by clip.
fn row_of_sums(squared: &[f64], clips: &[ClipEmbedding], bandwidth: f64) -> Vec<f64> {
    let total: usize = clips.iter().map(ClipEmbedding::patch_count).sum();
    let mut sums = vec![0.0; clips.len()];
    for row in squared.chunks_exact(total) {
        let mut rest = row;
        for (sum, clip) in sums.iter_mut().zip(clips) {
            let (own, others) = rest.split_at(clip.patch_count());
            *sum += own.iter().map(|square| (-square / (2.0 * bandwidth * bandwidth)).exp()).sum::<f64>();
            rest = others;
        }
    }
    sums
}

/// `‖a_i − b_j‖²` for all vectors of two lists, `[i, j]`.
fn squared_distances(a: &[f64], b: &[f64], dimension: usize) -> Vec<f64> {
    let squares = |list: &[f64]| -> Vec<f64> {
        list.chunks_exact(dimension).map(|vector| vector.iter().map(|number| number * number).sum()).collect()
    };
    let (squares_a, squares_b) = (squares(a), squares(b));
    let rows = View::dense(a, squares_a.len(), dimension);
    let mut distances = product(rows, View::dense(b, squares_b.len(), dimension).transposed());
    for (row, own) in distances.chunks_exact_mut(squares_b.len()).zip(&squares_a) {
        row.iter_mut().zip(&squares_b).for_each(|(entry, other)| *entry = (own + other - 2.0 * *entry).max(0.0));
    }
    distances
}

/// The median distance of patches of different clips; 1 where all are equal, since any kernel will do then.
fn median_distance(clips: &[ClipEmbedding]) -> f64 {
    let dimension = clips[0].dimension();
    let patches: Vec<(usize, &[f32])> =
        clips.iter().enumerate().flat_map(|(clip, own)| own.patches().map(move |patch| (clip, patch))).collect();
    let spaced: Vec<_> = patches.iter().step_by(patches.len().div_ceil(BANDWIDTH_PATCHES_MAX)).collect();
    let values: Vec<f64> = spaced.iter().flat_map(|(_, patch)| *patch).copied().map(f64::from).collect();
    let squared = squared_distances(&values, &values, dimension);
    let mut apart: Vec<f64> = Vec::new();
    for (row, (clip, _)) in squared.chunks_exact(spaced.len()).zip(&spaced) {
        apart.extend(row.iter().zip(&spaced).filter(|(_, (other, _))| other > clip).map(|(square, _)| square));
    }
    let middle = apart.len() / 2;
    let median = *apart.select_nth_unstable_by(middle, f64::total_cmp).1;
    if median > 0.0 { median.sqrt() } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(values: &[f32]) -> ClipEmbedding {
        ClipEmbedding::new(1, values.to_vec()).unwrap()
    }

    #[test]
    fn the_bandwidth_is_the_median_between_clips() {
        // Between clips 0 | 3, 4 | 10: distances 3, 4, 10, 7, 6; the 1 within a clip does not count.
        assert_eq!(median_distance(&[clip(&[0.0]), clip(&[3.0, 4.0]), clip(&[10.0])]), 6.0);
        assert_eq!(median_distance(&[clip(&[2.0]), clip(&[2.0])]), 1.0);
    }

    #[test]
    fn a_discrepancy_by_hand() {
        // Two clips at 0 and two at 1, σ = 1: 1 + 1 − 2·e^−½.
        let clips = [clip(&[0.0]), clip(&[0.0, 0.0]), clip(&[1.0]), clip(&[1.0])];
        let found = PairTable::new(&clips, 1.0).discrepancy(&[0, 1], &[2, 3]);
        assert!((found - (2.0 - 2.0 * (-0.5_f64).exp())).abs() < 1e-12);
    }

    #[test]
    fn pairs_within_a_clip_do_not_count() {
        let (near, far) = ([clip(&[0.0, 0.0]), clip(&[1.0, 1.0])], [clip(&[0.0, 9.0]), clip(&[1.0, 9.0])]);
        let table = |clips: &[ClipEmbedding]| PairTable::new(clips, 1.0).mean(&[0, 1], &[0, 1]);
        assert!((table(&near) - (-0.5_f64).exp()).abs() < 1e-12);
        // Of the four pairs one is at distance 1, one at 0, two at 8 and 9.
        let expected = [0.5_f64, 0.0, 32.0, 40.5].iter().map(|half| (-half).exp()).sum::<f64>() / 4.0;
        assert!((table(&far) - expected).abs() < 1e-12);
    }
}
