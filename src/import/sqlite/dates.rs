//! Instants as other programs keep them: texts in more forms than fields understand, and numbers.

use chrono::DateTime;

use crate::schema::field::date;
use crate::time;

/// An instant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Instant {
    /// In the wire format.
    pub(super) wire: String,
    /// Whether the source has digits behind the milliseconds, which the wire format has not.
    pub(super) is_finer: bool,
}

/// How a column keeps instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As texts.
    Text,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Days since noon on 24 November 4714 BC.
    Days,
}

/// Whole numbers that are clearly seconds: March 1973 to the year 2100.
pub(super) const SECONDS: (i64, i64) = (100_000_000, 4_102_444_800);
/// Whole numbers that are clearly milliseconds: the same years.
pub(super) const MILLISECONDS: (i64, i64) = (100_000_000_000, 4_102_444_800_000);
/// Numbers that are clearly days: the years 1800 to 2200.
pub(super) const DAYS: (f64, f64) = (2_378_496.5, 2_524_593.5);

/// Midnight of 1970-01-01 in days.
const EPOCH_IN_DAYS: f64 = 2_440_587.5;

/// The instant that a text says: what date fields understand, and a time without seconds.
pub(super) fn of_text(text: &str) -> Option<Instant> {
    let text = text.trim();
    let parsed = date::parse(text).or_else(|| {
        let (day, minutes) = text.split_once([' ', 'T'])?;
        (minutes.len() == 5).then(|| date::parse(&format!("{day} {minutes}:00")))?
    })?;
    let is_finer = parsed.timestamp_subsec_nanos() % 1_000_000 != 0;
    Some(Instant { wire: time::format(parsed), is_finer })
}

/// The instant that a number is, in the wire format; empty where it is out of range.
pub(super) fn of_number(number: f64, form: Form) -> String {
    let millis = match form {
        Form::Text | Form::Seconds => number * 1000.0,
        Form::Milliseconds => number,
        Form::Days => ((number - EPOCH_IN_DAYS) * 86_400_000.0).round(),
    };
    DateTime::from_timestamp_millis(millis as i64).map(time::format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(text: &str) -> Option<String> {
        of_text(text).map(|instant| instant.wire)
    }

    #[test]
    fn texts_are_read_with_and_without_seconds() {
        for (text, expected) in [
            ("2009-01-01 00:00:00", "2009-01-01 00:00:00.000Z"),
            ("2009-01-01", "2009-01-01 00:00:00.000Z"),
            ("2009-01-01 12:34", "2009-01-01 12:34:00.000Z"),
            ("2009-01-01T12:34", "2009-01-01 12:34:00.000Z"),
            (" 2009-01-01 ", "2009-01-01 00:00:00.000Z"),
            ("2009-01-01 00:00:00.123+02:00", "2008-12-31 22:00:00.123Z"),
        ] {
            assert_eq!(wire(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "soon", "0000-00-00", "12:34", "2009", "20090101", "2009-01-01 1234"] {
            assert_eq!(wire(text), None, "{text}");
        }
        assert!(of_text("2009-01-01 00:00:00.123456").is_some_and(|instant| instant.is_finer));
        assert!(of_text("2009-01-01 00:00:00.123000").is_some_and(|instant| !instant.is_finer));
    }

    #[test]
    fn numbers_are_seconds_milliseconds_or_days() {
        assert_eq!(of_number(1_230_768_000.0, Form::Seconds), "2009-01-01 00:00:00.000Z");
        assert_eq!(of_number(1_230_768_000_123.0, Form::Milliseconds), "2009-01-01 00:00:00.123Z");
        assert_eq!(of_number(2_454_832.5, Form::Days), "2009-01-01 00:00:00.000Z");
        assert_eq!(of_number(2_454_833.020_833_333_5, Form::Days), "2009-01-01 12:30:00.000Z");
        assert_eq!(of_number(f64::MAX, Form::Seconds), "");
    }
}
