//! Writes a valid file of each kind into folders that fuzzing starts from: `cargo run --release --example seeds fuzz/corpus`.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let home: PathBuf = env::args_os().nth(1).map_or_else(|| "fuzz/corpus".into(), PathBuf::from);
    for kind in partita_testing::KINDS {
        let folder = home.join(kind.name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("valid"), (kind.valid)())?;
    }
    Ok(())
}
