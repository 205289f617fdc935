//! Protection of list rules against timing (contract: records, section 15): who again and again filters a guarded
//! list and gets nothing may be reading hidden rows by the clock, so answers get a random delay.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rand::RngExt;

/// How many empty answers are free.
const FREE: u32 = 3;
/// In what time.
const WINDOW: Duration = Duration::from_secs(3);
/// The longest delay, in milliseconds.
const LONGEST_MS: u64 = 500;
/// How many callers are remembered.
const REMEMBERED: usize = 10_000;

/// Empty answers by collection and address.
pub(super) struct Throttle {
    seen: Mutex<HashMap<(String, Option<IpAddr>), Window>>,
}

struct Window {
    since: Instant,
    count: u32,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self { seen: Mutex::default() }
    }

    /// Counts an empty answer; the delay that it is to get, if any.
    pub(super) fn charge(&self, collection: &str, ip: Option<IpAddr>) -> Option<Duration> {
        self.over(collection, ip, Instant::now())
            .then(|| Duration::from_millis(rand::rng().random_range(0..=LONGEST_MS)))
    }

    fn over(&self, collection: &str, ip: Option<IpAddr>, now: Instant) -> bool {
        let mut seen = self.seen.lock();
        if seen.len() >= REMEMBERED {
            seen.retain(|_, window| now.duration_since(window.since) < WINDOW);
            if seen.len() >= REMEMBERED {
                seen.clear();
            }
        }
        let window = seen.entry((collection.to_owned(), ip)).or_insert(Window { since: now, count: 0 });
        if now.duration_since(window.since) >= WINDOW {
            *window = Window { since: now, count: 0 };
        }
        window.count += 1;
        window.count > FREE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourth_empty_answer_within_three_seconds_is_delayed() {
        let throttle = Throttle::new();
        let start = Instant::now();
        let over = |after: u64| throttle.over("notes", None, start + Duration::from_millis(after));
        assert_eq!([over(0), over(10), over(20), over(30)], [false, false, false, true]);
        assert!(!over(3_000));
    }

    #[test]
    fn collections_and_addresses_are_counted_apart() {
        let throttle = Throttle::new();
        let now = Instant::now();
        for _ in 0..4 {
            throttle.over("notes", None, now);
        }
        assert!(!throttle.over("other", None, now));
        assert!(!throttle.over("notes", Some(IpAddr::from([127, 0, 0, 1])), now));
    }
}
