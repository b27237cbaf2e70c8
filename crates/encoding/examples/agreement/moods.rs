//! Agreement of the computed mood with labelled quadrants.

use partita_encoding::Mood;

/// How often the signs agree.
#[derive(Default)]
pub(crate) struct Agreement {
    phrases: usize,
    valence: usize,
    arousal: usize,
    quadrant: usize,
    /// Phrases labelled V+ and A+.
    positive: (usize, usize),
}

impl Agreement {
    pub(crate) fn add(&mut self, label: &str, mood: Option<Mood>) {
        let (Some((valence, arousal)), Some(mood)) = (label.split_once('_'), mood) else { return };
        let (pleasant, excited) = (valence == "V+", arousal == "A+");
        let (valence, arousal) = (pleasant == (mood.valence >= 0.0), excited == (mood.arousal >= 0.0));
        self.phrases += 1;
        self.valence += usize::from(valence);
        self.arousal += usize::from(arousal);
        self.quadrant += usize::from(valence && arousal);
        self.positive.0 += usize::from(pleasant);
        self.positive.1 += usize::from(excited);
    }

    pub(crate) fn print(&self) {
        if self.phrases == 0 {
            return;
        }
        println!("mood on {} labelled phrases, with 95 % intervals:", self.phrases);
        for (name, agreeing) in [("valence", self.valence), ("arousal", self.arousal), ("quadrant", self.quadrant)] {
            let (low, high) = wilson(agreeing, self.phrases);
            println!("  {name} {:.1} % ({low:.1} to {high:.1})", percent(agreeing, self.phrases));
        }
        let (pleasant, excited) = self.positive;
        println!(
            "  labelled pleasant {:.1} %, excited {:.1} %",
            percent(pleasant, self.phrases),
            percent(excited, self.phrases)
        );
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

/// The 95 % score interval of a share, in percent (E. B. Wilson 1927).
fn wilson(part: usize, whole: usize) -> (f64, f64) {
    let (n, p, z) = (whole as f64, part as f64 / whole as f64, 1.96_f64);
    let middle = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + z * z / n);
    (scale * (middle - half), scale * (middle + half))
}
