//! Writes a model's file anew, as this version of the program writes it: the same weights, and of the corpus that it was
//! trained on what composing needs to know.
//!
//! `cargo run --release -p partita-train --example describe_anew -- MODEL.safetensors CORPUS OUT.safetensors`

use std::error::Error;
use std::path::PathBuf;

use partita_dataset::Corpus;
use partita_model::ModelFile;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [model, corpus, out] = arguments.as_slice() else { return Err("give MODEL, CORPUS and OUT".into()) };
    let (bytes, corpus) = (std::fs::read(model)?, Corpus::open(corpus)?);
    let file = ModelFile::read(&bytes)?;
    let (weights, mut description) = (file.weights()?, file.into_description());
    if description.labels != *corpus.vocabulary() {
        return Err("the model was trained on a corpus with other genres or composers".into());
    }
    description.statistics = corpus.statistics().clone();
    description.records = corpus.condition_records()?;
    description.forms = corpus.forms()?;
    std::fs::write(out, description.to_bytes(&weights))?;
    Ok(())
}
