//! What counting alone achieves: unigram and bigram models of the same events, judged on the same passages.

use partita_dataset::{Corpus, DatasetError, Split};
use partita_encoding::NoteEvent;
use partita_model::{Field, Passage, layout::BAR_LINE};
use serde::{Deserialize, Serialize};

/// NLL of the counting models on the validation passages, nats a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    /// ∏ over fields of p(class).
    pub unigram_nll_per_note: f64,
    /// ∏ over fields of p(class | the same field of the event before).
    pub bigram_nll_per_note: f64,
}

/// Weight of the unigram in the bigram's estimate, in counts (a Dirichlet prior, MacKay & Peto 1995).
const PRIOR_COUNTS: f64 = 20.0;
/// Context class of a note at the start of a passage.
const START: usize = BAR_LINE as usize;

/// Counts of one field: `[context][class]`.
struct FieldCounts {
    classes: usize,
    pairs: Vec<f64>,
    contexts: Vec<f64>,
    singles: Vec<f64>,
    total: f64,
}

impl FieldCounts {
    fn new(field: Field) -> Self {
        let classes = field.classes();
        Self {
            classes,
            pairs: vec![0.0; (classes.max(START + 1)) * classes],
            contexts: vec![0.0; classes.max(START + 1)],
            singles: vec![0.0; classes],
            total: 0.0,
        }
    }

    fn count(&mut self, context: usize, class: usize) {
        self.pairs[context * self.classes + class] += 1.0;
        self.contexts[context] += 1.0;
        self.singles[class] += 1.0;
        self.total += 1.0;
    }

    /// Add-one estimate.
    fn unigram(&self, class: usize) -> f64 {
        (self.singles[class] + 1.0) / (self.total + self.classes as f64)
    }

    fn bigram(&self, context: usize, class: usize) -> f64 {
        let pair = self.pairs[context * self.classes + class];
        (pair + PRIOR_COUNTS * self.unigram(class)) / (self.contexts[context] + PRIOR_COUNTS)
    }
}

/// Counts the training split and scores `batches`.
pub(crate) fn baselines(corpus: &Corpus, batches: &[Vec<Passage>]) -> Result<Baselines, DatasetError> {
    let mut counts = Field::ALL.map(FieldCounts::new);
    for &id in corpus.pieces(Split::Train) {
        let music = corpus.piece(id).music()?;
        each_pair(music.bars().map(|bar| bar.notes), |field, context, class| {
            counts[field as usize].count(context, class);
        });
    }
    let (mut unigram, mut bigram, mut notes) = (0.0, 0.0, 0);
    for passage in batches.iter().flatten() {
        notes += passage.note_count();
        each_pair(passage.bars.iter().map(|bar| bar.notes.as_slice()), |field, context, class| {
            unigram -= counts[field as usize].unigram(class).ln();
            bigram -= counts[field as usize].bigram(context, class).ln();
        });
    }
    let notes = notes.max(1) as f64;
    Ok(Baselines { unigram_nll_per_note: unigram / notes, bigram_nll_per_note: bigram / notes })
}

/// Calls `visit(field, class in the event before, class)` for each field of each event; a bar line is an event with a
/// position only, so that the other fields' context is the last note.
fn each_pair<'a>(bars: impl Iterator<Item = &'a [NoteEvent]>, mut visit: impl FnMut(Field, usize, usize)) {
    let mut last_note: Option<NoteEvent> = None;
    let mut position = START;
    for notes in bars {
        for note in notes {
            visit(Field::Position, position, usize::from(note.position));
            position = usize::from(note.position);
            for field in &Field::ALL[1..] {
                let context = last_note.map_or(START.min(field.classes() - 1), |last| usize::from(field.of(&last)));
                visit(*field, context, usize::from(field.of(note)));
            }
            last_note = Some(*note);
        }
        visit(Field::Position, position, usize::from(BAR_LINE));
        position = START;
    }
}
