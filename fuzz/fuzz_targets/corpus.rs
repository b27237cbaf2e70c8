//! Corpora under right digests: any bytes end with an error or are of use. Run with `cargo +nightly fuzz run corpus`; what it starts from is written by
//! `cargo run --release -p partita-testing --example seeds fuzz/corpus`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    partita_testing::corpus::passes(bytes);
});
