//! How thoroughly is evaluated, and by what.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use partita_dataset::{Corpus, Split};
use partita_encoding::Form;
use partita_eval::embedding::{Embedder, Musicnn, OnnxEmbedder};

use serde::{Deserialize, Serialize};

use super::composing::Ask;
use super::real::RealMusic;
use crate::failure::WrongUse;
use crate::files::read_bytes;

/// The options that every evaluation has.
#[derive(Args, Clone, Debug)]
pub(crate) struct Settings {
    /// A genre to judge; may be given several times. Without it: classical, jazz, rock and pop where the corpus has them,
    /// else all of its genres, or all of the folder's
    #[arg(long = "genre", value_name = "GENRE")]
    pub(in crate::commands) genres: Vec<String>,
    /// Pieces to judge of each genre
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=2000))]
    pub(in crate::commands) pieces: u32,
    /// Held-out pieces of each genre to judge them by, if there are as many
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=2000))]
    pub(in crate::commands) reference_pieces: u32,
    /// The side of the corpus to judge by. Choose by 'valid' what is still to be chosen, such as temperatures, and keep
    /// 'test' for the figures that are told
    #[arg(long, value_name = "valid|test", value_enum, default_value_t)]
    pub(in crate::commands) against: Against,
    /// Whole held-out pieces of each genre for the likelihood
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=2000))]
    pub(in crate::commands) likelihood_pieces: u32,
    /// Length of every piece; longer ones are cut
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(4..=512))]
    pub(in crate::commands) bars: u32,
    /// What is asked of each composed piece
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::commands) ask: Ask,
    /// Form of each composed piece, as compose has it; with 'free', all figures are of what the model writes by itself. Pieces
    /// as users get them have the usual form
    #[arg(long, value_name = "FORM", default_value = "free")]
    pub(in crate::commands) form: Form,
    /// What chance follows from: the choice of pieces, and what is composed
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(in crate::commands) seed: u64,
    /// The bank to play with (.sf2), or 'builtin' for the program's own; without it, as render chooses
    #[arg(long, value_name = "SF2|builtin")]
    pub(in crate::commands) soundfont: Option<PathBuf>,
    /// A network in an ONNX file to hear with instead of MusiCNN: one that takes the log-mel patches of MusiCNN or of YAMNet
    #[arg(long, value_name = "ONNX")]
    pub(in crate::commands) embedding: Option<PathBuf>,
    /// Where results are kept between runs; without it, partita in the user's cache folder
    #[arg(long, value_name = "DIR")]
    pub(in crate::commands) cache: Option<PathBuf>,
}

/// Which held-out music is the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Against {
    /// The validation split
    Valid,
    /// The test split
    #[default]
    Test,
}

impl Against {
    /// The split of the reference, and that of the floor.
    pub(in crate::commands) const fn splits(self) -> (Split, Split) {
        match self {
            Self::Valid => (Split::Valid, Split::Test),
            Self::Test => (Split::Test, Split::Valid),
        }
    }

    pub(in crate::commands) const fn name(self) -> &'static str {
        match self {
            Self::Valid => "validation",
            Self::Test => "test",
        }
    }
}

/// The genres that the field's tables have.
const USUAL_GENRES: [&str; 4] = ["classical", "jazz", "rock", "pop"];

/// A network's file, at most.
const NETWORK_BYTES_MAX: usize = 1 << 30;

impl Settings {
    /// What clips are heard with.
    pub(in crate::commands) fn embedder(&self) -> Result<Box<dyn Embedder>> {
        let Some(path) = &self.embedding else { return Ok(Box::new(Musicnn::bundled()?)) };
        let bytes = read_bytes(path, NETWORK_BYTES_MAX)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let network = OnnxEmbedder::from_bytes(&stem, bytes).with_context(|| format!("read {}", path.display()))?;
        Ok(Box::new(network))
    }

    /// Real music as these settings cut and draw it.
    pub(super) fn real<'c>(&self, corpus: &'c Corpus) -> RealMusic<'c> {
        RealMusic { corpus, bars: self.bars as usize, seed: self.seed }
    }

    /// Where results are kept: XDG_CACHE_HOME, else .cache in the home folder.
    pub(in crate::commands) fn cache_folder(&self) -> Result<PathBuf> {
        self.cache.clone().map_or_else(Self::usual_cache, Ok)
    }

    /// Where results are kept unless asked otherwise.
    pub(in crate::commands) fn usual_cache() -> Result<PathBuf> {
        let standard = std::env::var_os("XDG_CACHE_HOME").filter(|folder| Path::new(folder).is_absolute());
        let home = || std::env::home_dir().map(|home| home.join(".cache"));
        let folder = standard.map(PathBuf::from).or_else(home);
        Ok(folder
            .ok_or_else(|| anyhow!("there is no home folder for the cache; name one with --cache"))?
            .join("partita"))
    }

    /// Those of the field's tables where the corpus has them, else all of its genres.
    pub(in crate::commands) fn usual_genres(corpus: &Corpus) -> Vec<String> {
        let labels = corpus.vocabulary();
        let ids: Option<Vec<usize>> = USUAL_GENRES.iter().map(|genre| labels.genre_id(genre)).collect();
        ids.map_or_else(|| labels.genres.clone(), |ids| ids.iter().map(|&id| labels.genres[id].clone()).collect())
    }

    /// The genres to judge with a corpus.
    pub(in crate::commands) fn genres_of(&self, corpus: &Corpus) -> Result<Vec<String>> {
        let labels = corpus.vocabulary();
        if self.genres.is_empty() {
            return Ok(Self::usual_genres(corpus));
        }
        let known = |name: &String| {
            let id = labels.genre_id(name);
            id.map(|id| labels.genres[id].clone()).ok_or_else(|| {
                WrongUse(format!("the corpus has no genre {name:?}; it has {}", labels.genres.join(", "))).into()
            })
        };
        self.genres.iter().map(known).collect()
    }
}
