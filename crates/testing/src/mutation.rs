//! Damage by seed.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Numbers at which programs go wrong, as text and in binary.
const NUMBERS: [u64; 8] = [0, 1, 0x7F, 0xFF, 0xFFFF, i32::MAX as u64, u32::MAX as u64, u64::MAX];
const TEXTS: [&str; 8] = ["-1", "1e999", "nan", "null", "\"", "\n", "99999999999999999999", "\u{feff}"];

/// `bytes` with one or two changes at places that the seed decides; the same ones every time.
pub fn mutated(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut bytes = bytes.to_vec();
    for _ in 0..random.random_range(1..=2) {
        change(&mut bytes, &mut random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, random: &mut ChaCha8Rng) {
    if bytes.is_empty() {
        return;
    }
    let at = random.random_range(0..bytes.len());
    let end = bytes.len().min(at + random.random_range(1..=64));
    match random.random_range(0..8) {
        0 => bytes[at] ^= 1 << random.random_range(0..8),
        1 => bytes[at] = random.random(),
        2 => bytes[at..end].fill([0, 0xFF][random.random_range(0..2)]),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let again = bytes[at..end].to_vec();
            let place = random.random_range(0..=bytes.len());
            bytes.splice(place..place, again);
        }
        5 => {
            let number = NUMBERS[random.random_range(0..NUMBERS.len())].to_le_bytes();
            let width = [1, 2, 4, 8][random.random_range(0..4)].min(bytes.len() - at);
            bytes[at..at + width].copy_from_slice(&number[..width]);
        }
        6 => {
            // A number or a word in a text becomes another.
            let is_of_a_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
            let word = bytes[at..].iter().take_while(|byte| is_of_a_word(byte)).count();
            bytes.splice(at..at + word, TEXTS[random.random_range(0..TEXTS.len())].bytes());
        }
        _ => bytes.truncate(at),
    }
}
