//! How often the same letter goes to the same address: once in two minutes, and never a second one while the first
//! still waits to be sent.
//!
//! The address is the one that was asked for, whether a record has it or not: what is refused, and what that costs,
//! then tells nobody which addresses are known.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::{Error, Result};

/// How long an address has rest after a letter.
const REST: Duration = Duration::from_secs(120);

/// How many addresses are remembered. Beyond it those with the least rest left are forgotten; while letters to so
/// many addresses wait, requests are refused.
const MOST: usize = 20_000;

/// A letter of one kind to one address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    /// The kind of letter.
    pub(super) letter: &'static str,
    /// The collection's id.
    pub(super) collection: String,
    /// The address, folded where the collection ignores case.
    pub(super) address: String,
}

#[derive(Debug, Clone, Copy)]
struct Taken {
    until: Instant,
    /// Whether the letter still waits.
    waits: bool,
}

/// The letters that were sent of late, or wait to be.
#[derive(Default)]
pub(super) struct Throttle {
    slots: Mutex<HashMap<Slot, Taken>>,
}

impl Throttle {
    /// Takes a slot for a letter that is good for so long; `false` where it is taken already.
    ///
    /// # Errors
    /// `TooMany` while too many letters wait.
    pub(super) fn take(&self, slot: Slot, good_for: Duration) -> Result<bool> {
        self.take_at(slot, good_for, Instant::now(), MOST)
    }

    fn take_at(&self, slot: Slot, good_for: Duration, now: Instant, most: usize) -> Result<bool> {
        let mut slots = self.slots.lock();
        if slots.get(&slot).is_some_and(|taken| taken.until > now) {
            return Ok(false);
        }
        if slots.len() >= most {
            slots.retain(|_, taken| taken.until > now);
        }
        if slots.len() >= most {
            let sent = slots.iter().filter(|(_, taken)| !taken.waits);
            let oldest = sent.min_by_key(|(_, taken)| taken.until).map(|(slot, _)| slot.clone());
            slots.remove(&oldest.ok_or(Error::TooMany)?);
        }
        slots.insert(slot, Taken { until: now + good_for, waits: true });
        Ok(true)
    }

    /// The letter is sent, or an attempt was made that counts as much: the address has rest.
    pub(super) fn rest(&self, slot: Slot) {
        let mut slots = self.slots.lock();
        // Letters that waited since before a restart have no slot yet.
        if slots.len() < MOST || slots.contains_key(&slot) {
            slots.insert(slot, Taken { until: Instant::now() + REST, waits: false });
        }
    }

    /// The next letter may come at once.
    pub(super) fn free(&self, slot: &Slot) {
        self.slots.lock().remove(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(address: &str) -> Slot {
        Slot { letter: "verification", collection: "users".into(), address: address.into() }
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_letter_that_waits_or_was_just_sent_is_not_sent_again() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        assert!(throttle.take_at(slot("a"), HOUR, now, 9).expect("room"));
        assert!(!throttle.take_at(slot("a"), HOUR, now, 9).expect("room"));
        assert!(throttle.take_at(slot("b"), HOUR, now, 9).expect("room"));
        assert!(throttle.take_at(slot("a"), HOUR, now + HOUR, 9).expect("room"), "it expired");
        throttle.rest(slot("b"));
        let rested = Instant::now() + REST;
        assert!(!throttle.take_at(slot("b"), HOUR, rested - REST / 2, 9).expect("room"));
        assert!(throttle.take_at(slot("b"), HOUR, rested, 9).expect("room"));
        throttle.free(&slot("b"));
        assert!(throttle.take_at(slot("b"), HOUR, rested, 9).expect("room"));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_nothing_that_waits_is_forgotten() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for address in ["a", "b"] {
            assert!(throttle.take_at(slot(address), HOUR, now, 2).expect("room"));
        }
        assert!(matches!(throttle.take_at(slot("c"), HOUR, now, 2), Err(Error::TooMany)));
        throttle.rest(slot("a"));
        assert!(throttle.take_at(slot("c"), HOUR, now, 2).expect("room of what was sent"));
        assert!(!throttle.take_at(slot("b"), HOUR, now, 2).expect("it waits still"));
        assert_eq!(throttle.slots.lock().len(), 2);
    }
}
