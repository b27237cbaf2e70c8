//! From scores to the vectors that sound is compared by.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use partita_eval::embedding::{ClipEmbedding, Embedder};
use partita_eval::{CLIP_SECONDS, clip_samples, clip_score};
use partita_score::{Score, Tick};
use partita_synth::{Audio, RenderOptions, SampleFormat, render, write_wav};
use rayon::prelude::*;

use super::cache::{Cache, Key};
use super::piece::JudgedPiece;
use crate::bank::Bank;
use crate::files::write_whole;
use crate::interrupt;

/// Changes whenever the same score would sound or be heard otherwise, so that older entries of the cache are left alone.
const VERSION: &[u8] = b"clip 1";

/// Plays clips and hears them.
pub(super) struct Listener<'a> {
    pub(super) bank: &'a Bank,
    pub(super) embedder: &'a dyn Embedder,
    pub(super) cache: &'a Cache,
    /// Where the sound itself is kept, if it is.
    pub(super) kept: Option<&'a Path>,
}

impl Listener<'_> {
    /// The clips of the pieces of a set, in their order, on all threads; of a piece that is silent or has too few notes
    /// there is none. `set` names the folder of the sound that is kept.
    pub(super) fn clips(&self, pieces: &[JudgedPiece], set: &Path, bar: &ProgressBar) -> Result<Vec<ClipEmbedding>> {
        let folder = self.kept.map(|kept| kept.join(set));
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        let heard: Result<Vec<Option<ClipEmbedding>>> = pieces
            .par_iter()
            .enumerate()
            .map(|(number, piece)| {
                let file = folder.as_ref().map(|folder| folder.join(format!("{number:04}.wav")));
                let clip = self.clip(&piece.score, file);
                bar.inc(1);
                clip
            })
            .collect();
        Ok(heard?.into_iter().flatten().collect())
    }

    fn clip(&self, score: &Score<Tick>, file: Option<PathBuf>) -> Result<Option<ClipEmbedding>> {
        let Some(clip) = clip_score(score, CLIP_SECONDS) else { return Ok(None) };
        let bytes = partita_score::write(&clip).context("write a clip")?;
        let (bank, network) = (self.bank.soundfont.sha256(), self.embedder.name());
        let key = Key::of(&[VERSION, bank.as_bytes(), network.as_bytes(), &CLIP_SECONDS.to_le_bytes(), &bytes]);
        if let Some(file) = file
            && let Some(samples) = self.play(&clip)?
        {
            let audio = Audio::mono(self.embedder.sample_rate_hz(), samples)?;
            write_whole(&file, &write_wav(&audio, SampleFormat::Float32)?)?;
        }
        let stored = self.cache.get_or_make(&key, || {
            let samples = self.play(&clip)?;
            let heard = samples.map(|samples| self.embedder.embed(&samples).context("hear a clip")).transpose()?;
            Ok(heard.map(|heard| stored(&heard)).unwrap_or_default())
        })?;
        if stored.is_empty() { Ok(None) } else { restored(&stored, self.embedder.dimension()).map(Some) }
    }

    /// The samples at the embedding's rate: mono, with effects, at the fixed gain; `None` where nothing is heard.
    fn play(&self, clip: &Score<Tick>) -> Result<Option<Vec<f32>>> {
        interrupt::check()?;
        let rate = self.embedder.sample_rate_hz();
        let audio = render(clip, &self.bank.soundfont, &RenderOptions::default()).context("play a clip")?;
        let audio = audio.to_mono().resampled(rate)?;
        Ok(clip_samples(audio.channels()[0].clone(), rate))
    }
}

/// A clip's numbers as bytes.
pub(super) fn stored(clip: &ClipEmbedding) -> Vec<u8> {
    clip.values().iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn restored(bytes: &[u8], dimension: usize) -> Result<ClipEmbedding> {
    let values = bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    ClipEmbedding::new(dimension, values.collect()).context("read a clip from the cache; remove the cache's folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_comes_back_as_it_was_stored() {
        let clip = ClipEmbedding::new(2, vec![0.1, -3.5, 1e-30, 7.0]).unwrap();
        assert_eq!(restored(&stored(&clip), 2).unwrap(), clip);
        assert!(restored(&stored(&clip), 3).is_err());
    }
}
