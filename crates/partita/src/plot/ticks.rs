//! Axes: the range shown, where a value falls in it, and round numbers to write beside it.

/// The range of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Axis {
    /// The axis that shows all of `values` that it can; 0 to 1 (1 to 10 when logarithmic) where there are none.
    pub(crate) fn covering(values: impl Iterator<Item = f64>, logarithmic: bool) -> Self {
        let shown = values.filter(|value| value.is_finite() && (!logarithmic || *value > 0.0));
        let (low, high) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = match (low <= high, logarithmic) {
            (false, false) => (0.0, 1.0),
            (false, true) => (1.0, 10.0),
            (true, false) if low == high => (low - 0.5, high + 0.5),
            (true, true) if low == high => (low / 2.0, high * 2.0),
            (true, _) => (low, high),
        };
        Self { low, high, logarithmic }
    }

    /// Where `value` falls, 0 at the low end and 1 at the high end; `None` when it cannot be shown.
    pub(crate) fn share(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.logarithmic && value <= 0.0) {
            return None;
        }
        let of = |v: f64| if self.logarithmic { v.ln() } else { v };
        Some((of(value) - of(self.low)) / (of(self.high) - of(self.low)))
    }

    /// Round values within the range: their share and their text.
    pub(crate) fn ticks(&self) -> Vec<(f64, String)> {
        let decades = (self.high / self.low).log10();
        let values = if self.logarithmic && decades >= 1.0 { self.decade_ticks(decades) } else { self.linear_ticks() };
        values.into_iter().filter_map(|value| Some((self.share(value)?, readable(value)))).collect()
    }

    /// Multiples of 1, 2 or 5 times a power of ten, about six of them.
    fn linear_ticks(&self) -> Vec<f64> {
        let wanted = (self.high - self.low) / 6.0;
        let power = 10f64.powf(wanted.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
        let step = steps.into_iter().find(|step| *step >= wanted).unwrap_or(power);
        let (first, last) = ((self.low / step).ceil() as i64, (self.high / step).floor() as i64);
        (first..=last).map(|multiple| multiple as f64 * step).collect()
    }

    /// Powers of ten; with 2 and 5 between them where there is room.
    fn decade_ticks(&self, decades: f64) -> Vec<f64> {
        let factors: &[f64] = if decades < 3.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let all = (first..=last).flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)));
        all.filter(|value| (self.low..=self.high).contains(value)).collect()
    }
}

/// The number with at most four significant digits; thousands as k, millions as M.
fn readable(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    if scaled != 0.0 && scaled.abs() < 1e-3 {
        return format!("{scaled:e}");
    }
    let rounded = format!("{scaled:.4}");
    let trimmed = rounded.trim_end_matches('0').trim_end_matches('.');
    format!("{}{unit}", if trimmed == "-0" { "0" } else { trimmed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, logarithmic: bool) -> Vec<String> {
        let axis = Axis::covering([low, high].into_iter(), logarithmic);
        axis.ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(0.0, 12_000.0, false), ["0", "2000", "4000", "6000", "8000", "10k", "12k"]);
        assert_eq!(labels(-0.13, 0.52, false), ["0", "0.2", "0.4"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        assert_eq!(labels(0.9, 60.0, true), ["1", "2", "5", "10", "20", "50"]);
        assert_eq!(labels(0.01, 1e4, true), ["0.01", "0.1", "1", "10", "100", "1000", "10k"]);
        assert_eq!(labels(2.0, 8.0, true), ["2", "3", "4", "5", "6", "7", "8"]);
    }

    #[test]
    fn a_share_is_linear_in_the_logarithm() {
        let axis = Axis::covering([1.0, 1000.0].into_iter(), true);
        assert!((axis.share(10.0).unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(axis.share(0.0), None);
        assert_eq!(Axis::covering(std::iter::empty(), false).share(0.25), Some(0.25));
    }

    #[test]
    fn equal_values_do_not_make_an_empty_range() {
        assert_eq!(Axis::covering([3.0, 3.0].into_iter(), false).share(3.0), Some(0.5));
    }
}
