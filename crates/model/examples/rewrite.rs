//! Writes a model's file anew by this version, with its digest: `cargo run --release -p partita-model --example rewrite -- OLD NEW`.

use std::{env, error::Error, fs};

use partita_model::ModelFile;

fn main() -> Result<(), Box<dyn Error>> {
    let mut names = env::args().skip(1);
    let (Some(old), Some(new)) = (names.next(), names.next()) else { return Err("give OLD and NEW".into()) };
    let bytes = fs::read(old)?;
    let file = ModelFile::read(&bytes)?;
    fs::write(new, file.description().to_bytes(&file.weights()?))?;
    Ok(())
}
