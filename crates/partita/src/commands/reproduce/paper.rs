//! What the paper printed. It states neither the network, renderer, soundfont and N of its FAD, nor the unit of its NLL,
//! the classifier of its Inception Score and accuracy, or what its coherence is: nothing here compares with ours.

/// A row of the paper's Table I: FAD of classical, jazz, rock, pop and overall.
pub(super) const FAD: [(&str, [f64; 5]); 4] = [
    ("hybrid", [1.8, 1.9, 2.0, 1.7, 1.85]),
    ("its reference [5]", [2.5, 2.6, 2.7, 2.4, 2.55]),
    ("its reference [9]", [2.3, 2.4, 2.5, 2.2, 2.35]),
    ("its reference [18]", [2.1, 2.2, 2.3, 2.0, 2.15]),
];
/// The genres of Table I.
pub(super) const FAD_GENRES: [&str; 4] = ["classical", "jazz", "rock", "pop"];
/// Negative log-likelihood, in an unstated unit.
pub(super) const NLL: f64 = 2.18;
/// Of reconstructed sequences; silence has about 0.03 on real music.
pub(super) const MSE: f64 = 0.017;
pub(super) const INCEPTION_SCORE: f64 = 4.75;
/// Per cent.
pub(super) const GENRE_ACCURACY: f64 = 94.5;
/// "Sequence coherence score", undefined.
pub(super) const COHERENCE: f64 = 96.9;
/// On a graphics card of its time, for 500 epochs of an unstated number of pieces.
pub(super) const TRAINING_HOURS: f64 = 2.58;
/// Experts' rating, of 10; the same paper also prints 8.7.
pub(super) const LISTENING: f64 = 8.45;
