//! How much alike two sets of pieces are, feature by feature (L.-C. Yang and A. Lerch, "On the evaluation of generative
//! models in music", Neural Computing and Applications 32, 2020; their program is called mgeval).
//!
//! For each feature, the distances between the pieces of the reference among themselves are compared with the distances from
//! the generated pieces to those of the reference. If the generated pieces were drawn from the same music, the two
//! distributions would be the same: overlapped area 1, divergence 0.

mod density;
mod histogram;

pub use histogram::{Feature, PieceHistograms};
pub(crate) use histogram::{inter_onsets, intervals};

use density::Density;
use serde::{Deserialize, Serialize};

/// Points at which two densities are compared.
const GRID_POINTS: usize = 1024;
/// Bandwidths by which the grid goes beyond the distances.
const TAIL_BANDWIDTHS: f64 = 4.0;
/// The least density taken for the divergence, which is infinite where one side has none.
const DENSITY_MIN: f64 = 1e-9;

/// The comparison of one feature.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overlap {
    /// What was compared.
    pub feature: Feature,
    /// Area under the lesser of the two densities, 0 (nothing in common) to 1.
    pub overlapped_area: f64,
    /// Kullback–Leibler divergence of the distances to the reference from those within it, in nats.
    pub kl_divergence: f64,
    /// Mean distance between two pieces of the reference.
    pub intra_reference: f64,
    /// Mean distance between two generated pieces: less than the reference's is less variety.
    pub intra_generated: Option<f64>,
    /// Mean distance from a generated piece to one of the reference.
    pub inter: f64,
    /// Generated pieces.
    pub generated: usize,
    /// Pieces of the reference.
    pub reference: usize,
}

/// Compares generated pieces with a reference, feature by feature; features that fewer than two pieces of the reference, or
/// no generated piece, have are left out. Takes time and memory in proportion to the number of pairs.
///
/// mgeval takes its divergence from two densities each sampled on a grid of its own; here both are on one grid, which
/// reaches four bandwidths beyond the distances, so that equal sets have area 1 and divergence 0.
pub fn overlaps(generated: &[PieceHistograms], reference: &[PieceHistograms]) -> Vec<Overlap> {
    Feature::ALL.into_iter().filter_map(|feature| overlap(feature, generated, reference)).collect()
}

fn overlap(feature: Feature, generated: &[PieceHistograms], reference: &[PieceHistograms]) -> Option<Overlap> {
    let of = |pieces: &[PieceHistograms]| {
        pieces.iter().filter_map(|piece| piece.get(feature).map(<[f64]>::to_vec)).collect::<Vec<_>>()
    };
    let (generated, reference) = (of(generated), of(reference));
    if generated.is_empty() || reference.len() < 2 {
        return None;
    }
    let within = distances_within(&reference);
    let across = distances_across(&generated, &reference);
    let (overlapped_area, kl_divergence) = compare(&Density::new(&within), &Density::new(&across));
    Some(Overlap {
        feature,
        overlapped_area,
        kl_divergence,
        intra_reference: mean(&within),
        intra_generated: (generated.len() > 1).then(|| mean(&distances_within(&generated))),
        inter: mean(&across),
        generated: generated.len(),
        reference: reference.len(),
    })
}

/// The distances of each piece to all the others (leave-one-out), so each pair twice.
fn distances_within(pieces: &[Vec<f64>]) -> Vec<f64> {
    let others = |left: usize| (0..pieces.len()).filter(move |&right| right != left);
    (0..pieces.len())
        .flat_map(|left| others(left).map(move |right| (left, right)))
        .map(|(left, right)| distance(&pieces[left], &pieces[right]))
        .collect()
}

fn distances_across(left: &[Vec<f64>], right: &[Vec<f64>]) -> Vec<f64> {
    left.iter().flat_map(|a| right.iter().map(move |b| distance(a, b))).collect()
}

/// Euclidean.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Overlapped area, and the divergence of `across` from `within`.
fn compare(within: &Density, across: &Density) -> (f64, f64) {
    let (low, high) = within.reach(TAIL_BANDWIDTHS);
    let (low_across, high_across) = across.reach(TAIL_BANDWIDTHS);
    let (low, high) = (low.min(low_across), high.max(high_across));
    let width = (high - low) / (GRID_POINTS - 1) as f64;
    let (p, q) = (within.on_grid(low, width, GRID_POINTS), across.on_grid(low, width, GRID_POINTS));
    let area = p.iter().zip(&q).map(|(p, q)| p.min(*q) * width).sum::<f64>();
    let divergence = |p: f64, q: f64| p * (p.max(DENSITY_MIN) / q.max(DENSITY_MIN)).ln() * width;
    let kl = p.iter().zip(&q).map(|(&p, &q)| divergence(p, q)).sum::<f64>();
    (area.clamp(0.0, 1.0), kl.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{bar, encoded, event};

    fn pieces(pitches: std::ops::Range<u8>) -> Vec<PieceHistograms> {
        let piece = |pitch: u8| {
            encoded(vec![bar(&[event(0, 12, 0, pitch), event(12, 12, 0, pitch + pitch % 5), event(30, 6, 0, 60)])])
        };
        pitches.map(|pitch| PieceHistograms::of(&piece(pitch))).collect()
    }

    #[test]
    fn known_densities_overlap_as_worked_out() {
        // The quantiles of two logistic distributions of scale 1/2, 1 apart: they cross half-way, so the area is
        // 2 / (1 + e). The kernel widens both a little.
        let logistic = |middle: f64| {
            let share = |n: u32| f64::from(n) / 10_001.0;
            (1..=10_000).map(|n| middle + 0.5 * (share(n) / (1.0 - share(n))).ln()).collect::<Vec<_>>()
        };
        let (left, right) = (logistic(0.0), logistic(1.0));
        let (area, kl) = compare(&Density::new(&left), &Density::new(&right));
        assert!((area - 2.0 / (1.0 + 1f64.exp())).abs() < 0.02 && kl > 0.3, "{area} {kl}");
        let (area, kl) = compare(&Density::new(&left), &Density::new(&left));
        assert!((area - 1.0).abs() < 1e-3 && kl == 0.0, "{area} {kl}");
    }

    #[test]
    fn the_same_music_overlaps_more_than_other_music() {
        let area = |generated: &[PieceHistograms]| {
            let overlaps = overlaps(generated, &pieces(48..72));
            overlaps.iter().find(|overlap| overlap.feature == Feature::Interval).unwrap().overlapped_area
        };
        let other: Vec<_> = (0..24)
            .map(|n| PieceHistograms::of(&encoded(vec![bar(&[event(0, 12, 0, 40), event(n, 12, 0, 95)])])))
            .collect();
        assert!(area(&pieces(50..70)) > area(&other) + 0.2, "{} {}", area(&pieces(50..70)), area(&other));
    }

    #[test]
    fn features_that_are_not_there_are_left_out() {
        let single = PieceHistograms::of(&encoded(vec![bar(&[event(0, 12, 0, 60)])]));
        let found = overlaps(std::slice::from_ref(&single), &pieces(50..54));
        assert!(found.iter().all(|overlap| overlap.feature != Feature::Interval));
        assert!(
            found.iter().any(|overlap| overlap.feature == Feature::PitchClass && overlap.intra_generated.is_none())
        );
        assert!(overlaps(&pieces(50..54), &[single]).is_empty());
    }

    #[test]
    fn distances_within_leave_each_piece_out_once() {
        let distances = distances_within(&[vec![0.0], vec![3.0], vec![4.0]]);
        assert_eq!(distances, [3.0, 4.0, 3.0, 1.0, 4.0, 1.0]);
    }
}
