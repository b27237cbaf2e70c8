//! Writes a model's file anew, as this version of the program writes it: the same weights, and of the corpus that it was
//! trained on what composing needs to know.
//!
//! `cargo run --release -p partita-train --example describe_anew -- MODEL.safetensors CORPUS OUT.safetensors`

use std::error::Error;
use std::path::PathBuf;

use partita_dataset::Corpus;
use partita_model::{Device, ModelDescription, read_parameters};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [model, corpus, out] = arguments.as_slice() else { return Err("give MODEL, CORPUS and OUT".into()) };
    let (bytes, corpus, device) = (std::fs::read(model)?, Corpus::open(corpus)?, Device::flex());
    let (mut description, network) = ModelDescription::from_bytes(&bytes, &device)?;
    if description.labels != *corpus.vocabulary() {
        return Err("the model was trained on a corpus with other genres or composers".into());
    }
    let adversarial = description.read_adversarial(&bytes, &device)?;
    let rolls = description.read_roll_players(&bytes, &device)?;
    let listener = description.read_listener(&bytes, &device)?;
    let mut weights = if description.has_cvae() { read_parameters(&network) } else { Vec::new() };
    weights.extend(adversarial.iter().flat_map(read_parameters));
    weights.extend(rolls.iter().flat_map(read_parameters));
    weights.extend(listener.iter().flat_map(read_parameters));
    description.statistics = corpus.statistics().clone();
    description.records = corpus.condition_records();
    description.forms = corpus.forms();
    std::fs::write(out, description.to_bytes(&weights))?;
    Ok(())
}
