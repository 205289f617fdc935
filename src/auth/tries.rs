//! How often one client may try the one-time passwords of one record: always counted, whatever the settings say of
//! rates, since a code has few digits (contract: auth, section 11).

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::{Error, Result};

/// The length of a window, which begins with the first try.
const WINDOW: Duration = Duration::from_secs(180);
/// How many tries a window has.
const TRIES: u32 = 5;
/// How many windows are remembered; beyond it the oldest is forgotten. Each needs a client and an account of its own
/// within three minutes.
const MOST: usize = 20_000;

/// Whose passwords are tried, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Trying {
    /// The collection's id.
    pub(super) collection: String,
    /// The record's id.
    pub(super) record: String,
    /// The client's address.
    pub(super) ip: Option<IpAddr>,
}

struct Window {
    begun: Instant,
    tries: u32,
}

/// The tries of the last three minutes.
#[derive(Default)]
pub(super) struct Tries {
    windows: Mutex<HashMap<Trying, Window>>,
}

impl Tries {
    /// Counts a try.
    ///
    /// # Errors
    /// `TooOften` for one that is too many.
    pub(super) fn count(&self, trying: Trying) -> Result<()> {
        self.count_at(trying, Instant::now(), MOST)
    }

    fn count_at(&self, trying: Trying, now: Instant, most: usize) -> Result<()> {
        let mut windows = self.windows.lock();
        if let Some(window) = windows.get_mut(&trying).filter(|window| now < window.begun + WINDOW) {
            window.tries = window.tries.saturating_add(1);
            let over = (window.begun + WINDOW).saturating_duration_since(now);
            return if window.tries > TRIES { Err(Error::TooOften(over)) } else { Ok(()) };
        }
        if windows.len() >= most {
            windows.retain(|_, window| now < window.begun + WINDOW);
        }
        if windows.len() >= most
            && let Some(oldest) = windows.iter().min_by_key(|(_, window)| window.begun).map(|(key, _)| key.clone())
        {
            windows.remove(&oldest);
        }
        windows.insert(trying, Window { begun: now, tries: 1 });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trying(record: &str, ip: [u8; 4]) -> Trying {
        Trying { collection: "users".into(), record: record.into(), ip: Some(IpAddr::from(ip)) }
    }

    #[test]
    fn the_sixth_try_of_a_window_is_refused_and_prolongs_nothing() {
        let (tries, now) = (Tries::default(), Instant::now());
        for _ in 0..TRIES {
            assert!(tries.count_at(trying("a", [1, 1, 1, 1]), now, 9).is_ok());
        }
        let late = now + WINDOW - Duration::from_secs(1);
        assert!(
            matches!(tries.count_at(trying("a", [1, 1, 1, 1]), late, 9), Err(Error::TooOften(left)) if left.as_secs() == 1)
        );
        assert!(tries.count_at(trying("a", [2, 1, 1, 1]), late, 9).is_ok(), "another client");
        assert!(tries.count_at(trying("b", [1, 1, 1, 1]), late, 9).is_ok(), "another record");
        assert!(tries.count_at(trying("a", [1, 1, 1, 1]), now + WINDOW, 9).is_ok(), "another window");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (tries, now) = (Tries::default(), Instant::now());
        for number in 0..20 {
            let _ = tries.count_at(trying(&number.to_string(), [1, 1, 1, 1]), now, 4);
        }
        assert_eq!(tries.windows.lock().len(), 4);
    }
}
