//! SoundFonts: any bytes end with an error or are of use. Run with `cargo +nightly fuzz run bank`; what it starts from is written by
//! `cargo run --release -p partita-testing --example seeds fuzz/corpus`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    partita_testing::bank::passes(bytes);
});
