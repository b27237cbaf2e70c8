//! Figures as the cells of tables.

use partita_eval::symbolic::interval::Estimate;

/// A figure with its interval, in as many decimals as its size needs; a dash where there is none.
pub(crate) fn estimate(estimate: Option<Estimate>) -> String {
    let Some(Estimate { value, low, high, .. }) = estimate else { return "–".to_owned() };
    let decimals = decimals(value.abs().max((high - low).abs()));
    format!("{value:.decimals$} ({low:.decimals$} to {high:.decimals$})")
}

/// A share in per cent, with its interval.
pub(crate) fn share(share: Option<Estimate>) -> String {
    let Some(Estimate { value, low, high, .. }) = share else { return "–".to_owned() };
    format!("{:.1} % ({:.1} to {:.1})", 100.0 * value, 100.0 * low, 100.0 * high)
}

/// A plain number; a dash where there is none.
pub(crate) fn number(number: Option<f64>) -> String {
    number.map_or("–".to_owned(), |number| format!("{number:.*}", decimals(number.abs())))
}

/// About three significant digits.
fn decimals(size: f64) -> usize {
    match size {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.01 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_about_three_digits() {
        let around =
            |value: f64, reach: f64| Some(Estimate { value, low: value - reach, high: value + reach, count: 9 });
        assert_eq!(estimate(around(12.345, 1.0)), "12.3 (11.3 to 13.3)");
        assert_eq!(estimate(around(0.01234, 0.001)), "0.012 (0.011 to 0.013)");
        assert_eq!(share(around(0.5, 0.25)), "50.0 % (25.0 to 75.0)");
        assert_eq!([number(Some(123.4)), number(Some(0.0012)), number(None)], ["123", "0.0012", "–"]);
    }
}
