//! What reading holds in memory at most, counted by the allocator: 128 bytes a byte of input and 256 KiB.
//! One test only, since the count is the whole process's.

use partita_score::{Limits, read};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[allow(unsafe_code)] // an allocator is an unsafe trait; this one only counts and passes on
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(held, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// The most bytes held while `bytes` are read. (Growing a vector counts old and new together: the default `realloc`
/// allocates, copies and frees.)
fn peak(bytes: &[u8]) -> usize {
    let before = HELD.load(Relaxed);
    PEAK.store(before, Relaxed);
    let _reading = read(bytes, &Limits::default());
    PEAK.load(Relaxed) - before
}

fn file(tracks: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0\x01\xFF\xFF\0\x60".to_vec();
    for track in tracks {
        bytes.extend(b"MTrk");
        bytes.extend((track.len() as u32).to_be_bytes());
        bytes.extend(track);
    }
    bytes
}

/// `events` over and over with running status.
fn repeated(status: &[u8], events: &[u8], times: usize) -> Vec<u8> {
    [status, &events.repeat(times)].concat()
}

/// A program change before each note, so that each note is a track; the name is copied to all of them.
fn every_program(name_bytes: usize) -> Vec<u8> {
    let mut track = vec![0, 0xFF, 3, 0x81, 0x7F];
    track.extend(vec![b'n'; 255.min(name_bytes)]);
    track[3..5].copy_from_slice(&[0x80 | (name_bytes >> 7) as u8, (name_bytes & 0x7F) as u8]);
    for channel in 0..16 {
        for program in 0..128 {
            track.extend([0, 0xC0 | channel, program, 0, 0x90 | channel, 60, 1]);
        }
    }
    track
}

/// A note in many chunks on the channel that another chunk bends over and over.
fn shared_bends() -> Vec<Vec<u8>> {
    let mut chunks = vec![vec![0, 0x90, 60, 1]; 1000];
    chunks.push(repeated(&[0, 0xE0, 0, 0], &[1, 1, 1, 1, 2, 2], 20_000));
    chunks
}

/// A note on each channel of each port, up to the limit of tracks.
fn every_port() -> Vec<u8> {
    let port = |port: u8| {
        let notes = (0..16).flat_map(|channel| [0, 0x90 | channel, 60, 1]);
        [0, 0xFF, 0x21, 1, port].into_iter().chain(notes)
    };
    (0..=255).flat_map(port).collect()
}

#[test]
fn memory_is_a_multiple_of_the_input() {
    let attacks: Vec<(&str, Vec<u8>)> = vec![
        ("random", file([(0..100_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()])),
        ("stuck notes", file([repeated(&[0, 0x90, 60, 1], &[0, 60, 1], 100_000)])),
        ("short notes", file([repeated(&[0, 0x90, 60, 1], &[0, 60, 0, 0, 60, 1], 50_000)])),
        ("bends", file([repeated(&[0, 0x90, 60, 1, 0, 0xE0, 0, 0], &[1, 1, 1, 1, 2, 2], 50_000)])),
        ("pedals", file([repeated(&[0, 0x90, 60, 1, 0, 0xB0, 64, 127], &[0, 64, 0, 0, 64, 127], 50_000)])),
        ("programs", file([repeated(&[0, 0xC0, 1], &[0, 1, 0, 2], 80_000)])),
        ("markers", file([repeated(&[], &[0, 0xFF, 6, 1, b'x'], 50_000)])),
        ("tempos", file([repeated(&[], &[1, 0xFF, 0x51, 3, 1, 1, 1], 50_000)])),
        ("programs with notes", file(vec![every_program(1); 4])),
        ("programs with notes and a long name", file(vec![every_program(255); 4])),
        ("shared bends", file(shared_bends())),
        ("ports", file([every_port(), every_port()])),
        ("empty tracks", file(vec![vec![]; 4000])),
        ("broken tracks", file(vec![vec![0, 60]; 4000])),
        ("tracks of one note", file(vec![vec![0, 0x90, 60, 1]; 4000])),
        ("loose bytes", [file([vec![]]), b"MTrx".repeat(50_000)].concat()),
        ("alien chunks", [file([vec![]]), b"aaaa\0\0\0\0".repeat(50_000)].concat()),
        (
            "claims of 4 GiB",
            b"MThd\0\0\0\x06\0\x01\xFF\xFF\0\x60MTrk\xFF\xFF\xFF\xFF\0\xFF\x03\xFF\xFF\xFF\x7F".to_vec(),
        ),
    ];
    for (name, bytes) in attacks {
        let (found, allowed) = (peak(&bytes), 128 * bytes.len() + (256 << 10));
        let multiple = found as f64 / bytes.len() as f64;
        println!("{name}: {} bytes, peak {found} ({multiple:.1} a byte)", bytes.len());
        assert!(found <= allowed, "{name}: {found} bytes held for {} of input", bytes.len());
    }
}
