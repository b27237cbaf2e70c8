//! Banks that break the synthesizer: it panics, and of that only the error is seen. Alone in its process, since the panic
//! hook is the process's.

use std::panic::{catch_unwind, set_hook};
use std::sync::atomic::{AtomicUsize, Ordering};

use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
use partita_synth::{RenderOptions, SoundFont, SynthError, SynthLimits, builtin_bank, render};

static PRINTED: AtomicUsize = AtomicUsize::new(0);

/// The first piano's zone plays a sample at an impossible rate over a loop of one sample: the synthesizer runs off its end.
fn breaking() -> Vec<u8> {
    let mut bank = builtin_bank();
    let first = bank.windows(4).rposition(|window| window == b"shdr").map_or(0, |place| place + 8);
    for header in (first..first + 46 * 6).step_by(46) {
        let start = [20, 21, 22, 23].map(|at| bank[header + at]);
        bank[header + 28..header + 32].copy_from_slice(&start);
        bank[header + 32..header + 36].copy_from_slice(&(u32::from_le_bytes(start) + 1).to_le_bytes());
        bank[header + 36..header + 40].copy_from_slice(&768_000_u32.to_le_bytes());
    }
    bank
}

#[test]
#[expect(clippy::panic, reason = "panics are what is looked at")]
fn a_bank_that_breaks_the_synthesizer_prints_nothing() -> Result<(), SynthError> {
    set_hook(Box::new(|_| _ = PRINTED.fetch_add(1, Ordering::Relaxed)));
    let note =
        Note { onset: Tick(0), duration: Tick(9000), pitch: Pitch::clamped(60), velocity: Velocity::clamped(90) };
    let score =
        Score { tracks: vec![Track { notes: vec![note], ..Track::new(Program::clamped(0)) }], ..Score::new(480) };
    let bank = SoundFont::read(&breaking(), &SynthLimits::default())?;
    let broken = render(&score, &bank, &RenderOptions::default());
    assert!(matches!(broken, Err(SynthError::Broken { .. })), "{broken:?}");
    assert_eq!(PRINTED.load(Ordering::Relaxed), 0);

    // All other panics are printed as before, on this thread and on others.
    assert!(catch_unwind(|| panic!("here")).is_err());
    assert!(std::thread::spawn(|| panic!("there")).join().is_err());
    assert_eq!(PRINTED.load(Ordering::Relaxed), 2);
    Ok(())
}
