//! How long a failed job waits.

use std::time::Duration;

use rand::RngExt;

/// Pauses that double from one failure to the next, each shortened by chance, so that jobs that failed together do
/// not all come back together.
#[derive(Debug, Clone)]
pub struct Backoff {
    /// The pause after the first failure.
    pub first: Duration,
    /// The longest one.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(2), longest: Duration::from_secs(60 * 60) }
    }
}

impl Backoff {
    /// The pause after so many failed attempts, in milliseconds: between half of the full one and all of it.
    pub(super) fn pause_ms(&self, failures: u32) -> i64 {
        let full = self.full_ms(failures);
        rand::rng().random_range(full / 2..=full)
    }

    fn full_ms(&self, failures: u32) -> i64 {
        let doublings = failures.saturating_sub(1).min(32);
        let full = self.first.as_millis().saturating_mul(1 << doublings).min(self.longest.as_millis());
        i64::try_from(full).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_secs(2), longest: Duration::from_secs(60) };
        let full: Vec<_> = (0..8).map(|failures| backoff.full_ms(failures) / 1000).collect();
        assert_eq!(full, [2, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(backoff.full_ms(u32::MAX), 60_000);
    }

    #[test]
    fn chance_shortens_by_half_at_most() {
        let backoff = Backoff::default();
        let pauses: Vec<_> = (0..500).map(|_| backoff.pause_ms(3)).collect();
        assert!(pauses.iter().all(|pause| (4000..=8000).contains(pause)), "{pauses:?}");
        assert!(pauses.iter().any(|pause| pause != &pauses[0]));
    }

    #[test]
    fn the_default_attempts_last_for_some_hours() {
        let backoff = Backoff::default();
        let least: i64 = (1..20).map(|failures| backoff.full_ms(failures) / 2).sum();
        assert!((3..24).contains(&(least / 3_600_000)), "{least} ms");
    }
}
