//! The curves of a run: a panel for the CVAE's losses, and one for each thing to watch in generator and critic, where there
//! are any.

use partita_train::{
    AdversarialReport, AdversarialValidation, Event, ListenerValidation, LogLine, StepReport, Validation,
};

use crate::plot::Drawing;
use crate::plot::chart::{AxisLabel, Series, line_chart, panels};

/// Points of a curve at most: more would only be drawn over each other.
const POINTS_MAX: usize = 400;

/// The figures of training and validation by step.
pub(crate) fn curves(log: &[LogLine]) -> Drawing {
    let curves = Curves { log };
    let cvae = curves.cvae();
    let latents = [curves.wasserstein(), curves.gradient(), curves.distance(), curves.shares(), curves.consistency()];
    let written = [curves.told_apart(), curves.odds()];
    let later = latents.into_iter().chain(written);
    // A panel without any curve says nothing, nor one of a CVAE that is frozen; but a run always has a picture.
    let drawn: Vec<Drawing> = later.filter(Panel::has_curves).map(|panel| panel.draw()).collect();
    let learns = log.iter().any(|line| matches!(line.event, Event::Step(_)));
    let first = (learns || drawn.is_empty()).then(|| cvae.draw());
    panels(first.into_iter().chain(drawn).collect())
}

/// What is drawn above one x axis.
struct Panel {
    title: &'static str,
    unit: &'static str,
    logarithmic: bool,
    series: Vec<Series>,
}

impl Panel {
    fn has_curves(&self) -> bool {
        self.series.iter().any(|series| series.points.len() > 1)
    }

    fn draw(&self) -> Drawing {
        let x = AxisLabel { label: "steps".to_owned(), logarithmic: false };
        let y = AxisLabel { label: self.unit.to_owned(), logarithmic: self.logarithmic };
        line_chart(self.title, &self.series, &x, &y)
    }
}

/// A log, to be read for one panel after another.
struct Curves<'a> {
    log: &'a [LogLine],
}

impl Curves<'_> {
    fn cvae(&self) -> Panel {
        let step = |name, value: fn(&StepReport) -> f64| self.steps(name, |report| Some(value(report)));
        let valid = |name, value| self.validations(name, value);
        let series = vec![
            step("training: reconstruction", |report| report.reconstruction_per_note),
            step("training: KL", |report| report.kl_per_note),
            valid("validation: NLL bound", |v| v.nll_per_note),
            valid("validation: reconstruction", |v| v.reconstruction_per_note),
            valid("validation: shuffled latents", |v| v.reconstruction_shuffled_per_note),
            valid("validation: unconditional", |v| v.nll_unconditional_per_note),
        ];
        Panel { title: "Training", unit: "nats a note", logarithmic: true, series }
    }

    fn wasserstein(&self) -> Panel {
        let series = vec![
            self.players("training", |report| report.wasserstein),
            self.judged("validation: generator", |v| Some(v.wasserstein.generator)),
            self.judged("validation: prior", |v| Some(v.wasserstein.prior)),
        ];
        Panel { title: "Wasserstein estimate", unit: "score, real latents less generated", logarithmic: false, series }
    }

    fn gradient(&self) -> Panel {
        let norm = self.players("critic's gradient", |report| report.gradient_norm_at_interpolates);
        let due = Series { name: "due".to_owned(), points: norm.points.iter().map(|point| (point.0, 1.0)).collect() };
        let series = vec![norm, due];
        Panel { title: "Gradient norm at interpolates", unit: "length", logarithmic: false, series }
    }

    fn distance(&self) -> Panel {
        let series = vec![
            self.judged("generator", |v| Some(v.distance())),
            self.judged("prior", |v| Some(v.prior_distance())),
            self.judged("generator: pieces", |v| Some(v.piece_distance.generator)),
            self.judged("generator: bars", |v| Some(v.bar_distance.generator)),
            self.judged("generator: pairs of bars", |v| Some(v.pair_distance.generator)),
        ];
        Panel { title: "Distance from real latents", unit: "share of their variance", logarithmic: false, series }
    }

    fn shares(&self) -> Panel {
        let series = vec![
            self.judged("recall", |v| Some(v.recall.generator)),
            self.judged("recall of the prior", |v| Some(v.recall.prior)),
            self.judged("precision", |v| Some(v.precision.generator)),
            self.judged("diversity of bars", |v| Some(v.diversity.generator)),
            self.judged("diversity within conditions", |v| Some(v.diversity_within_conditions.generator)),
        ];
        Panel { title: "Recall and diversity of generated latents", unit: "share", logarithmic: false, series }
    }

    fn consistency(&self) -> Panel {
        let series = vec![
            self.steps("training", |report| Some(report.consistency?.found_per_bar)),
            self.judged("validation", |v| Some(v.consistency?.found_per_bar)),
        ];
        Panel { title: "Generated latents found again in their music", unit: "nats a bar", logarithmic: false, series }
    }

    fn told_apart(&self) -> Panel {
        let series = vec![
            self.heard("held out", |v| Some(v.told_apart)),
            self.heard("in training", |v| v.told_apart_in_training),
            self.heard("diversity of what is written", |v| Some(v.diversity)),
        ];
        Panel { title: "Written music told from real", unit: "share of pairs", logarithmic: false, series }
    }

    fn odds(&self) -> Panel {
        let series = vec![self.steps("training", |report| Some(report.policy?.log_odds))];
        Panel {
            title: "How real the decoder's music sounds to the critic",
            unit: "log-odds",
            logarithmic: false,
            series,
        }
    }

    fn steps(&self, name: &str, value: impl Fn(&StepReport) -> Option<f64>) -> Series {
        self.series(name, |event| match event {
            Event::Step(report) => Some((report.step, value(report)?)),
            _ => None,
        })
    }

    fn players(&self, name: &str, value: impl Fn(&AdversarialReport) -> f64) -> Series {
        self.series(name, |event| match event {
            Event::AdversarialStep(report) => Some((report.step, value(report))),
            _ => None,
        })
    }

    fn validations(&self, name: &str, value: fn(&Validation) -> f64) -> Series {
        self.series(name, |event| match event {
            Event::Validated { step, validation } => Some((*step, value(validation))),
            _ => None,
        })
    }

    fn judged(&self, name: &str, value: impl Fn(&AdversarialValidation) -> Option<f64>) -> Series {
        self.series(name, |event| match event {
            Event::AdversarialValidated { step, adversarial } => Some((*step, value(adversarial)?)),
            _ => None,
        })
    }

    fn heard(&self, name: &str, value: impl Fn(&ListenerValidation) -> Option<f64>) -> Series {
        self.series(name, |event| match event {
            Event::ListenerValidated { step, listener } => Some((*step, value(listener)?)),
            _ => None,
        })
    }

    fn series(&self, name: &str, point: impl Fn(&Event) -> Option<(u64, f64)>) -> Series {
        let points = self.log.iter().filter_map(|line| point(&line.event)).map(|(step, value)| (step as f64, value));
        Series { name: name.to_owned(), points: thinned(&points.collect::<Vec<_>>()) }
    }
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
    fn only_what_a_run_has_is_drawn() {
        let players = |generator_steps: u64| {
            let json = format!(
                r#"{{"elapsed_s":1.0,"event":"adversarial_step","step":{generator_steps},"generator_steps":{generator_steps},
                "critic_loss":1.0,"generator_loss":1.0,"hybrid_loss":1.0,"wasserstein":1.0,
                "gradient_norm_at_interpolates":1.0,"generator_gradient_norm":1.0,"competence":1.0,"passages":1}}"#
            );
            serde_json::from_str::<LogLine>(&json).unwrap()
        };
        let frozen = curves(&[players(1), players(2)]).to_svg();
        assert!(frozen.contains("Wasserstein estimate") && frozen.contains("Gradient norm"));
        assert!(!frozen.contains("Training") && !frozen.contains("found again"));
        assert!(curves(&[]).to_svg().contains("Training"));
    }

    #[test]
    fn many_points_become_their_means() {
        let points: Vec<(f64, f64)> = (0..1000).map(|i| (f64::from(i), 2.0)).collect();
        let thin = thinned(&points);
        assert!(thin.len() <= POINTS_MAX && thin.iter().all(|point| point.1 == 2.0));
        assert_eq!(thin[0].0, 1.0);
    }
}
