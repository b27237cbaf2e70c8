//! The curves of a run.

use partita_train::{Event, LogLine, Validation};

use crate::plot::Drawing;
use crate::plot::chart::{AxisLabel, Series, line_chart};

/// Points of a curve at most: more would only be drawn over each other.
const POINTS_MAX: usize = 400;

/// The losses of training and validation by step.
pub(crate) fn curves(log: &[LogLine]) -> Drawing {
    let step = |value: fn(&partita_train::StepReport) -> f64| -> Vec<(f64, f64)> {
        let points = log.iter().filter_map(|line| match &line.event {
            Event::Step(report) => Some((report.step as f64, value(report))),
            _ => None,
        });
        thinned(&points.collect::<Vec<_>>())
    };
    let valid = |value: fn(&Validation) -> f64| -> Vec<(f64, f64)> {
        let points = log.iter().filter_map(|line| match &line.event {
            Event::Validated { step, validation } => Some((*step as f64, value(validation))),
            _ => None,
        });
        points.collect()
    };
    let series = [
        ("training: reconstruction", step(|report| report.reconstruction_per_note)),
        ("training: KL", step(|report| report.kl_per_note)),
        ("validation: NLL bound", valid(|v| v.nll_per_note)),
        ("validation: reconstruction", valid(|v| v.reconstruction_per_note)),
        ("validation: shuffled latents", valid(|v| v.reconstruction_shuffled_per_note)),
        ("validation: unconditional", valid(|v| v.nll_unconditional_per_note)),
    ];
    let series = series.map(|(name, points)| Series { name: name.to_owned(), points });
    let x = AxisLabel { label: "optimiser steps".to_owned(), logarithmic: false };
    let y = AxisLabel { label: "nats a note".to_owned(), logarithmic: true };
    line_chart("Training", &series, &x, &y)
}

/// Means of as many equal runs of points as a curve may have.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let size = points.len().div_ceil(POINTS_MAX).max(1);
    let mean = |chunk: &[(f64, f64)]| {
        let n = chunk.len() as f64;
        (chunk.iter().map(|p| p.0).sum::<f64>() / n, chunk.iter().map(|p| p.1).sum::<f64>() / n)
    };
    points.chunks(size).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_points_become_their_means() {
        let points: Vec<(f64, f64)> = (0..1000).map(|i| (f64::from(i), 2.0)).collect();
        let thin = thinned(&points);
        assert!(thin.len() <= POINTS_MAX && thin.iter().all(|point| point.1 == 2.0));
        assert_eq!(thin[0].0, 1.0);
    }
}
