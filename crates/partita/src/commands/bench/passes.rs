//! Doing the same work again until the figures are steady.

use std::time::Instant;

use anyhow::Result;

/// Passes are made until this long has been measured; one pass, where it takes longer.
const SECONDS_MIN: f64 = 1.0;

/// The seconds of each pass of `work`.
pub(super) fn passes(mut work: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    let mut seconds = Vec::new();
    while seconds.iter().sum::<f64>() < SECONDS_MIN {
        let started = Instant::now();
        work()?;
        seconds.push(started.elapsed().as_secs_f64());
    }
    Ok(seconds)
}

/// `amount` a second, for each pass.
pub(super) fn rates(amount: f64, seconds: &[f64]) -> Vec<f64> {
    seconds.iter().map(|seconds| amount / seconds).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn passes_are_made_until_enough_is_measured() {
        let seconds = passes(|| {
            std::thread::sleep(Duration::from_millis(400));
            Ok(())
        });
        let seconds = seconds.unwrap();
        assert!((1..=3).contains(&seconds.len()) && seconds.iter().sum::<f64>() >= SECONDS_MIN, "{seconds:?}");
        assert!(passes(|| anyhow::bail!("no")).is_err());
        assert_eq!(rates(6.0, &[2.0, 3.0]), [3.0, 2.0]);
    }
}
