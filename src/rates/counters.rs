//! Counting in fixed windows: one begins with a client's first request, and what is refused does not prolong it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::{Audience, Place};

/// How many windows are kept at most: some 20 MB.
const MOST: usize = 100_000;
/// Below this number nobody looks for windows that are over.
const FEW: usize = 1_000;
/// A window that is longer ends with the server.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Whose requests for what are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    bucket: Bucket,
    ip: Option<IpAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Bucket {
    /// All that one rule limits, by its place.
    Rule(usize),
    /// One route of one collection, whichever rule limits it.
    Endpoint { collection: Box<str>, route: &'static str, tags: &'static [&'static str], audience: Audience },
}

impl Key {
    pub(super) fn new(rule: usize, audience: Audience, ip: Option<IpAddr>, place: &Place<'_>) -> Self {
        let bucket = match *place {
            Place::Route => Bucket::Rule(rule),
            Place::Collection { id, route, tags, .. } => {
                Bucket::Endpoint { collection: id.into(), route, tags, audience }
            }
        };
        Self { bucket, ip }
    }
}

/// All windows.
#[derive(Default)]
pub(super) struct Counters {
    windows: HashMap<Key, Window>,
    /// At how many windows it is looked for those that are over.
    sweep_at: usize,
}

struct Window {
    ends: Instant,
    hits: u64,
    most: u64,
}

/// What a request does to its window.
#[derive(Debug, PartialEq)]
pub(super) struct Hit {
    /// How many requests it has taken.
    pub(super) hits: u64,
    pub(super) resets_in: Duration,
    pub(super) refused: bool,
}

impl Counters {
    /// Counts a request, unless its window has no place left.
    pub(super) fn hit(&mut self, key: Key, most: u64, length: Duration, now: Instant) -> Hit {
        let ends = now + length.min(LONGEST);
        if !self.windows.contains_key(&key) {
            self.make_room(now);
        }
        let window = self.windows.entry(key).or_insert(Window { ends, hits: 0, most });
        if window.ends <= now {
            *window = Window { ends, hits: 0, most };
        }
        let refused = window.hits >= most;
        window.hits += u64::from(!refused);
        Hit { hits: window.hits, resets_in: window.ends - now, refused }
    }

    /// Removes windows that are over; how many they were.
    pub(super) fn sweep(&mut self, now: Instant) -> usize {
        let before = self.windows.len();
        self.windows.retain(|_, window| window.ends > now);
        self.windows.shrink_to(FEW);
        before - self.windows.len()
    }

    /// Windows that are over go whenever there are twice as many as were left the last time. Where there are too many
    /// that are not, those go first that refuse nobody yet, then all: whoever has so many addresses is not stopped by
    /// a limit for each, and others are better let through than the memory filled.
    fn make_room(&mut self, now: Instant) {
        if self.windows.len() < self.sweep_at.clamp(FEW, MOST) {
            return;
        }
        self.windows.retain(|_, window| window.ends > now);
        if self.windows.len() > MOST / 4 * 3 {
            self.windows.retain(|_, window| window.hits >= window.most);
        }
        if self.windows.len() > MOST / 4 * 3 {
            self.windows.clear();
        }
        self.sweep_at = self.windows.len() * 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn key(number: u32) -> Key {
        Key::new(0, Audience::Everyone, Some(IpAddr::from(number.to_be_bytes())), &Place::Route)
    }

    #[test]
    fn a_window_begins_with_the_first_request_and_refusals_do_not_prolong_it() {
        let mut counters = Counters::default();
        let begin = Instant::now();
        let mut hit = |after: f64| {
            let hit = counters.hit(key(1), 2, 3 * SECOND, begin + SECOND.mul_f64(after));
            (hit.hits, hit.resets_in.as_secs_f64(), hit.refused)
        };
        assert_eq!(hit(0.0), (1, 3.0, false));
        assert_eq!(hit(1.0), (2, 2.0, false));
        assert_eq!(hit(2.0), (2, 1.0, true));
        assert_eq!(hit(2.5), (2, 0.5, true));
        assert_eq!(hit(3.0), (1, 3.0, false));
    }

    #[test]
    fn clients_rules_and_endpoints_are_counted_apart() {
        let mut counters = Counters::default();
        let now = Instant::now();
        let place = |id, route| Place::Collection { id, name: "x", route, tags: &["view"] };
        let of = |rule, place: &Place<'_>| Key::new(rule, Audience::Everyone, None, place);
        let keys = [
            key(1),
            key(2),
            of(0, &Place::Route),
            of(1, &Place::Route),
            of(0, &place("a", "r")),
            of(0, &place("b", "r")),
            of(0, &place("a", "s")),
        ];
        for key in &keys {
            assert!(!counters.hit(key.clone(), 1, SECOND, now).refused, "{key:?}");
        }
        for key in keys {
            assert!(counters.hit(key, 1, SECOND, now).refused);
        }
        // Another rule for the same route of a collection goes on counting.
        assert!(counters.hit(of(7, &place("a", "r")), 1, SECOND, now).refused);
    }

    #[test]
    fn windows_that_are_over_are_forgotten() {
        let mut counters = Counters::default();
        let begin = Instant::now();
        for number in 0..50_000 {
            counters.hit(key(number), 5, SECOND, begin + Duration::from_millis(number.into()));
            assert!(counters.windows.len() <= 2 * FEW + 1, "{number}: {}", counters.windows.len());
        }
    }

    #[test]
    fn the_number_of_windows_is_bounded_and_those_that_refuse_stay_longest() {
        let mut counters = Counters::default();
        let now = Instant::now();
        for _ in 0..3 {
            counters.hit(key(u32::MAX), 2, LONGEST, now);
        }
        for number in 0..(2 * MOST as u32) {
            counters.hit(key(number), 2, SECOND, now);
            assert!(counters.windows.len() <= MOST);
        }
        assert!(counters.hit(key(u32::MAX), 2, SECOND, now).refused);
        for number in 0..(2 * MOST as u32) {
            counters.hit(key(number), 1, SECOND, now);
            assert!(counters.windows.len() <= MOST);
        }
    }

    #[test]
    fn the_longest_window_is_no_trouble() {
        let mut counters = Counters::default();
        let hit = counters.hit(key(1), 1, Duration::MAX, Instant::now());
        assert_eq!(hit.resets_in, LONGEST);
    }
}
