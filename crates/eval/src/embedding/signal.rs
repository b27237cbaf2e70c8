//! What flows through the network: frames in time, each with the same number of channels.

/// `[frame, channel]`, frame after frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Signal {
    pub(super) channels: usize,
    pub(super) values: Vec<f32>,
}

impl Signal {
    pub(super) fn frames(&self) -> usize {
        self.values.len() / self.channels
    }

    fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.channels)
    }

    /// Silence around the signal, so that a kernel of `kernel_frames` keeps its length; the odd frame goes behind.
    pub(super) fn padded(&self, kernel_frames: usize) -> Self {
        let before = (kernel_frames - 1) / 2 * self.channels;
        let after = kernel_frames / 2 * self.channels;
        let mut values = vec![0.0; before];
        values.extend_from_slice(&self.values);
        values.resize(before + self.values.len() + after, 0.0);
        Self { channels: self.channels, values }
    }

    /// Channels `first .. first + width` alone.
    pub(super) fn band(&self, first: usize, width: usize) -> Self {
        let values = self.rows().flat_map(|row| &row[first..first + width]).copied().collect();
        Self { channels: width, values }
    }

    /// The signals side by side: all channels of the first, then of the second and so on. All have as many frames.
    pub(super) fn joined(parts: &[&Self]) -> Self {
        let channels = parts.iter().map(|part| part.channels).sum();
        let frames = parts.first().map_or(0, |part| part.frames());
        let values =
            (0..frames).flat_map(|frame| parts.iter().flat_map(move |part| part.row(frame))).copied().collect();
        Self { channels, values }
    }

    fn row(&self, frame: usize) -> &[f32] {
        &self.values[frame * self.channels..(frame + 1) * self.channels]
    }

    /// Adds a signal of the same size.
    pub(super) fn plus(mut self, other: &Self) -> Self {
        self.values.iter_mut().zip(&other.values).for_each(|(value, added)| *value += added);
        self
    }

    /// The larger value at each place of two signals of the same size.
    pub(super) fn max(mut self, other: &Self) -> Self {
        self.values.iter_mut().zip(&other.values).for_each(|(value, rival)| *value = value.max(*rival));
        self
    }

    /// Each channel's largest value.
    pub(super) fn peaks(&self) -> Vec<f32> {
        let mut peaks = vec![f32::NEG_INFINITY; self.channels];
        for row in self.rows() {
            peaks.iter_mut().zip(row).for_each(|(peak, value)| *peak = peak.max(*value));
        }
        peaks
    }

    /// Each channel's mean.
    pub(super) fn means(&self) -> Vec<f32> {
        let mut sums = vec![0.0_f32; self.channels];
        for row in self.rows() {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        let frames = self.frames() as f32;
        sums.into_iter().map(|sum| sum / frames).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(channels: usize, values: &[f32]) -> Signal {
        Signal { channels, values: values.to_vec() }
    }

    #[test]
    fn an_even_kernel_pads_more_behind() {
        assert_eq!(signal(1, &[5.0]).padded(4).values, [0.0, 5.0, 0.0, 0.0]);
        assert_eq!(signal(2, &[5.0, 6.0]).padded(3).values, [0.0, 0.0, 5.0, 6.0, 0.0, 0.0]);
    }

    #[test]
    fn bands_and_joining() {
        let both = signal(3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let (low, high) = (both.band(0, 1), both.band(1, 2));
        assert_eq!(high.values, [2.0, 3.0, 5.0, 6.0]);
        assert_eq!(Signal::joined(&[&low, &high]), both);
    }

    #[test]
    fn pooling_over_time() {
        let two = signal(2, &[1.0, -2.0, 3.0, -4.0]);
        assert_eq!((two.peaks(), two.means()), (vec![3.0, -2.0], vec![2.0, -3.0]));
    }
}
