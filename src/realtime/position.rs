//! Places in the feed as clients know them. They are sealed: nobody can make one up, and with it ask for what was
//! before its time. The seal's key lies in the directory, so that they outlive the server.

use bytes::Bytes;

use crate::crypto::seal::Sealer;

/// What the sealed text begins with, so that nothing else that was sealed is taken for a place.
const KIND: &str = "feed:";
/// The longest text that is looked at.
const LONGEST: usize = 200;

/// A place as text; empty where it cannot be sealed, which the log is told.
pub(super) fn seal(sealer: &Sealer, seq: i64) -> Bytes {
    let sealed = sealer.seal(format!("{KIND}{seq}").as_bytes());
    match sealed {
        Ok(text) => Bytes::from(text),
        Err(error) => {
            tracing::error!(%error, "a place in the feed could not be sealed; clients cannot go on from it");
            Bytes::new()
        }
    }
}

/// The place that a text stands for; `None` where it is none of ours.
pub(super) fn open(sealer: &Sealer, text: &str) -> Option<i64> {
    if text.len() > LONGEST {
        return None;
    }
    let plain = sealer.open(text).ok()?;
    std::str::from_utf8(&plain).ok()?.strip_prefix(KIND)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_and_nothing_else_is_one() {
        let sealer = Sealer::with_key(&[7; 32]);
        let place = seal(&sealer, 42);
        let text = std::str::from_utf8(&place).expect("text");
        assert_eq!(open(&sealer, text), Some(42));
        let other = sealer.seal(b"42").expect("sealed");
        for none in ["", "42", "feed:42", &other, &text[1..], &"x".repeat(1000)] {
            assert_eq!(open(&sealer, none), None, "{none}");
        }
        assert_eq!(open(&Sealer::with_key(&[8; 32]), text), None);
    }
}
