//! Places in the feed as clients know them. They are sealed: nobody can make one up, and with it ask for what was
//! before its time. The seal's key lies in the directory, so that they outlive the server; they do not outlive a
//! restored backup, after which the numbers of changes come again.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::crypto::seal::Sealer;

/// What the sealed text begins with, so that nothing else that was sealed is taken for a place.
const KIND: &str = "feed:";
/// The longest text that is looked at.
const LONGEST: usize = 200;

/// Makes and reads places.
pub(super) struct Places {
    sealer: Arc<Sealer>,
    /// The course of the feed that they are places in.
    epoch: OnceLock<String>,
}

impl Places {
    pub(super) fn new(sealer: Arc<Sealer>) -> Self {
        Self { sealer, epoch: OnceLock::new() }
    }

    /// Says which course the feed is on; before that, none is known.
    pub(super) fn begin(&self, epoch: String) {
        // It stays the same while a database is open.
        let _ = self.epoch.set(epoch);
    }

    /// A place as text; empty where it cannot be sealed, which the log is told.
    pub(super) fn seal(&self, seq: i64) -> Bytes {
        match self.sealer.seal(format!("{}{seq}", self.kind()).as_bytes()) {
            Ok(text) => Bytes::from(text),
            Err(error) => {
                tracing::error!(%error, "a place in the feed could not be sealed; clients cannot go on from it");
                Bytes::new()
            }
        }
    }

    /// The place that a text stands for; `None` where it is none of ours, or of another course of the feed.
    pub(super) fn open(&self, text: &str) -> Option<i64> {
        if text.len() > LONGEST {
            return None;
        }
        let plain = self.sealer.open(text).ok()?;
        std::str::from_utf8(&plain).ok()?.strip_prefix(&self.kind())?.parse().ok()
    }

    fn kind(&self) -> String {
        match self.epoch.get().map_or("", String::as_str) {
            "" => KIND.to_owned(),
            epoch => format!("{KIND}{epoch}:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(key: u8, epoch: &str) -> Places {
        let places = Places::new(Arc::new(Sealer::with_key(&[key; 32])));
        places.begin(epoch.to_owned());
        places
    }

    #[test]
    fn places_come_back_and_nothing_else_is_one() {
        let ours = places(7, "");
        let place = ours.seal(42);
        let text = std::str::from_utf8(&place).expect("text");
        assert_eq!(ours.open(text), Some(42));
        let other = ours.sealer.seal(b"42").expect("sealed");
        for none in ["", "42", "feed:42", &other, &text[1..], &"x".repeat(1000)] {
            assert_eq!(ours.open(none), None, "{none}");
        }
        assert_eq!(places(8, "").open(text), None);
    }

    #[test]
    fn a_place_is_none_on_another_course_of_the_feed() {
        let courses = ["", "\"one\"", "\"other\""].map(|epoch| places(7, epoch));
        for (at, course) in courses.iter().enumerate() {
            let place = course.seal(42);
            let text = std::str::from_utf8(&place).expect("text");
            for (other, reader) in courses.iter().enumerate() {
                assert_eq!(reader.open(text), (at == other).then_some(42), "{at} {other}");
            }
        }
    }
}
