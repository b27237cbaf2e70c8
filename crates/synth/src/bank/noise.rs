//! Noise that is the same every time.

/// White noise, evenly spread from −1 to 1, by a linear congruential generator (Knuth's MMIX constants).
pub(super) struct Noise {
    state: u64,
}

impl Noise {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 }
    }

    pub(super) fn next(&mut self) -> f64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// A filter of the first order: what it passes is below its edge, and what it holds back is above.
pub(super) struct LowPass {
    share: f64,
    value: f64,
}

impl LowPass {
    pub(super) fn new(edge_hz: f64, rate: f64) -> Self {
        Self { share: 1.0 - libm::exp(-2.0 * std::f64::consts::PI * edge_hz / rate), value: 0.0 }
    }

    pub(super) fn pass(&mut self, input: f64) -> f64 {
        self.value += self.share * (input - self.value);
        self.value
    }
}
