//! Pieces composed to be judged: each is asked to be what some real piece of the training music is, or nothing but its genre.

use anyhow::{Context, Result, anyhow};
use clap::ValueEnum;
use indicatif::ProgressBar;
use partita_dataset::Split;
use partita_encoding::{DRUMS, Form, decode, duration_steps};
use partita_eval::symbolic::adherence;
use partita_model::compose::{LatentSource, Sampling};
use partita_score::Limits;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cache::{Cache, Key};
use super::piece::JudgedPiece;
use super::real::RealMusic;
use crate::commands::compose::piece::{QPM_IF_UNKNOWN, compose};
use crate::commands::compose::{Asked, LoadedModel};
use crate::interrupt;

/// Changes whenever the same wishes would be composed otherwise.
const VERSION: &[u8] = b"piece 3";

/// What is asked of each piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(in crate::commands) enum Ask {
    /// Two sets of pieces in tables of their own: the genre alone in the usual form, as users get it; and all
    #[default]
    Both,
    /// All that one real piece of the genre is: tempo, key, metre, mood, instruments, composer; of every second piece
    /// also the density and polyphony
    All,
    /// The genre and the length
    Genre,
}

impl Ask {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::All => "all",
            Self::Genre => "genre",
        }
    }

    /// What is asked where systems are compared, of which each has one set: that of the judged pieces.
    pub(in crate::commands) fn of_systems(self) -> Self {
        if self == Self::Both { Self::All } else { self }
    }
}

/// Where the wishes for a piece come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WishSource {
    /// A real piece of the genre.
    RealPiece,
    /// Nobody wishes more than the genre and the length.
    GenreAlone,
}

/// A model that composes.
pub(super) struct Composing<'a> {
    pub(super) model: &'a LoadedModel,
    /// SHA-256 of the model's file.
    pub(super) sha256: &'a str,
    pub(super) source: LatentSource<'a>,
    pub(super) sampling: Sampling,
    pub(super) wishes: WishSource,
    pub(super) form: &'a Form,
    pub(super) cache: &'a Cache,
}

impl Composing<'_> {
    /// `count` pieces of a genre, on all threads.
    pub(super) fn pieces(
        &self,
        real: &RealMusic<'_>,
        genre: &str,
        count: usize,
        bar: &ProgressBar,
    ) -> Result<Vec<JudgedPiece>> {
        // Another order than that of the training pieces in the table, so that wishes and that row are not the same pieces.
        let models: Vec<_> = real.drawn(genre, Split::Train, real.seed.wrapping_add(1)).take(count).collect();
        if models.is_empty() {
            return Err(anyhow!("the corpus has no {genre} on the beat to train on; leave the genre out"));
        }
        let wishes: Vec<Wish> = models
            .par_iter()
            .enumerate()
            .filter_map(|(number, piece)| {
                let wish = |opening| {
                    let model = JudgedPiece::new(String::new(), decode(&opening, QPM_IF_UNKNOWN)).ok()?;
                    Some(self.wish(genre, &model, piece.composer(), real.bars, number))
                };
                real.opening(piece).map(wish).transpose()
            })
            .collect::<Result<_>>()?;
        (0..count)
            .into_par_iter()
            .map(|number| {
                let wish = wishes.get(number % wishes.len().max(1)).context("no piece to take wishes from")?;
                let piece = self.piece(wish, real.seed.wrapping_add(number as u64));
                bar.inc(1);
                piece
            })
            .collect()
    }

    fn piece(&self, wish: &Wish, seed: u64) -> Result<JudgedPiece> {
        let asked = format!("{:?}", wish.asked);
        let sampling = self.drawn_as();
        let key =
            Key::of(&[VERSION, self.sha256.as_bytes(), asked.as_bytes(), sampling.as_bytes(), &seed.to_le_bytes()]);
        let bytes = self.cache.get_or_make(&key, || {
            interrupt::check()?;
            let composed = compose(self.model, self.source, &wish.asked, &self.sampling, seed, &|| {});
            partita_score::write(&decode(&composed.piece, QPM_IF_UNKNOWN)).context("write a composed piece")
        })?;
        let score = partita_score::read(&bytes, &Limits::default()).context("read a composed piece")?.score;
        let mut piece = JudgedPiece::new(format!("seed {seed}"), score).context("measure a composed piece")?;
        piece.asked = Some(wish.judged.clone());
        piece.composer = wish.asked.composer.clone();
        Ok(piece)
    }

    /// How pieces are drawn, for the cache: the weight of a critic only where there is one, and what was kept before there was such
    /// a weight in its own words, so that it is still found.
    fn drawn_as(&self) -> String {
        let Sampling { temperature, top_p, guidance, latent_temperature, candidates, critic_weight } = self.sampling;
        let drawn = format!(
            "{} Sampling {{ temperature: {temperature:?}, top_p: {top_p:?}, guidance: {guidance:?}, latent_temperature: \
             {latent_temperature:?}, candidates: {candidates} }}",
            source_name(self.source)
        );
        match self.model.listening() {
            Some(_) => format!("{drawn} weight {critic_weight:?}"),
            None => drawn,
        }
    }

    /// What is asked of the piece of this `number`, by the example of a real one.
    fn wish(&self, genre: &str, model: &JudgedPiece, composer: Option<&str>, bars: usize, number: usize) -> Wish {
        let mut asked = Asked::of_genre(Some(genre.to_owned()), bars as u32);
        asked.form = self.form.clone();
        if self.wishes == WishSource::RealPiece {
            let labels = &self.model.description.labels;
            let conditions = &model.encoded.conditions;
            asked.composer = composer.filter(|composer| labels.composer_id(composer).is_some()).map(str::to_owned);
            asked.tempo = conditions.qpm;
            asked.key = conditions.key;
            asked.mood = conditions.mood;
            asked.instruments = conditions.instruments;
            asked.metre = Some(model.encoded.main_metre());
            if number.is_multiple_of(2) {
                (asked.density, asked.polyphony) = density_and_polyphony(model);
            }
        }
        Wish { judged: as_judged(&asked), asked }
    }
}

/// What draws the latents, as reports call it.
pub(super) const fn source_name(source: LatentSource<'_>) -> &'static str {
    match source {
        LatentSource::Prior => "prior",
        LatentSource::Generator(..) => "generator",
        LatentSource::Roll(..) => "generator of rolls",
    }
}

/// What is asked, as the model and as the measure of adherence take it.
struct Wish {
    asked: Asked,
    judged: adherence::Asked,
}

fn as_judged(asked: &Asked) -> adherence::Asked {
    adherence::Asked {
        conditions: partita_encoding::Conditions {
            qpm: asked.tempo,
            key: asked.key,
            mood: asked.mood,
            instruments: asked.instruments,
            ..Default::default()
        },
        metre: asked.metre,
        bars: Some(asked.bars as usize),
        bar_conditions: vec![asked.bar_conditions(); asked.bars as usize],
    }
}

/// Onsets a quarter, and the mean number of pitched notes sounding.
fn density_and_polyphony(piece: &JudgedPiece) -> (Option<f32>, Option<f32>) {
    let bars = &piece.encoded.bars;
    let steps: u32 = bars.iter().map(|bar| bar.metre.steps()).sum();
    let quarters: f32 = bars.iter().map(|bar| bar.metre.quarters()).sum();
    let notes = || bars.iter().flat_map(|bar| &bar.notes);
    let sounding: u32 = notes().filter(|note| note.program != DRUMS).map(|note| duration_steps(note.duration)).sum();
    (Some(notes().count() as f32 / quarters.max(1.0)), Some(sounding as f32 / steps.max(1) as f32))
}
