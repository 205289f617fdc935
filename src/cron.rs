//! Cron expressions in the contract's grammar (contract: settings, section 7): five segments of numbers, ranges and
//! steps, or a macro. All segments must match, day and weekday too; times are UTC, to the minute.

use std::fmt;

use chrono::{DateTime, Timelike, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// What stands for a whole expression, and for which.
const MACROS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// The least and the greatest number of each segment: minute, hour, day of the month, month, day of the week.
const SEGMENTS: [(u8, u8); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

/// An expression that can tell when it is due.
#[derive(Clone)]
pub struct Expression {
    text: String,
    /// `None` where no day is such a day: the 30th of February.
    pattern: Option<Cron>,
}

impl Expression {
    /// Reads an expression; `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        if !is_expression(text) {
            return None;
        }
        // Day *and* weekday; everything that the library knows beyond the contract's grammar is refused above.
        let parser =
            CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).dom_and_dow(true).build();
        let pattern = parser.parse(&spelled_out(text)).ok()?;
        // The calendar repeats itself after 400 years: what is not found from here on is never. Looking for it takes
        // long, so it is done once.
        let found = pattern.find_next_occurrence(&DateTime::UNIX_EPOCH, true).is_ok();
        Some(Self { text: text.to_owned(), pattern: found.then_some(pattern) })
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first minute after an instant at which it is due; `None` where there is none.
    pub fn next_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.pattern.as_ref()?.find_next_occurrence(&at.with_nanosecond(0)?, false).ok()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Expression").field(&self.text).finish()
    }
}

/// Whether a text is an expression.
pub fn is_expression(text: &str) -> bool {
    if MACROS.iter().any(|(name, _)| *name == text) {
        return true;
    }
    let segments: Vec<&str> = text.split(' ').collect();
    segments.len() == SEGMENTS.len()
        && segments.iter().zip(SEGMENTS).all(|(segment, bounds)| segment.split(',').all(|part| is_part(part, bounds)))
}

/// An expression as the library reads it: without macros, and without steps that lead nowhere (`5/1`).
fn spelled_out(text: &str) -> String {
    if let Some((_, meaning)) = MACROS.iter().find(|(name, _)| *name == text) {
        return (*meaning).to_owned();
    }
    let part = |part: &str| match part.split_once('/') {
        Some((number, _)) if number.bytes().all(|byte| byte.is_ascii_digit()) => number.to_owned(),
        _ => part.to_owned(),
    };
    let segment = |segment: &str| segment.split(',').map(part).collect::<Vec<_>>().join(",");
    text.split(' ').map(segment).collect::<Vec<_>>().join(" ")
}

/// Whether a text is `*`, `5`, `1-5`, `*/2` or `1-5/2` within these bounds.
fn is_part(part: &str, (least, most): (u8, u8)) -> bool {
    let within = |text: &str, least| number(text).filter(|&number| (least..=most).contains(&number));
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if step.is_some_and(|step| within(step, 1).is_none()) {
        return false;
    }
    match range.split_once('-') {
        _ if range == "*" => true,
        Some((from, to)) => within(from, least).is_some_and(|from| within(to, from).is_some()),
        // A step leads from a number to itself.
        None => within(range, least).is_some() && step.is_none_or(|step| number(step) == Some(1)),
    }
}

fn number(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_told_from_other_texts() {
        for text in [
            "* * * * *",
            "0 0 1 1 0",
            "59 23 31 12 6",
            "*/5 0-12 1-31/2 1,2,3-4 0,6",
            "5/1 * * * *",
            "@daily",
            "@midnight",
            "1-1 * * * *",
        ] {
            assert!(is_expression(text), "{text}");
        }
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "*  * * * *",
            " * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 0 *",
            "* * * 13 *",
            "* * * * 7",
            "5/2 * * * *",
            "*/0 * * * *",
            "*/60 * * * *",
            "5-1 * * * *",
            "1-2-3 * * * *",
            "*/2/3 * * * *",
            "1, * * * *",
            "-1 * * * *",
            "+1 * * * *",
            "* * * JAN *",
            "* * * * MON",
            "* * L * *",
            "? * * * *",
            "256 * * * *",
            "@reboot",
            "@Daily",
        ] {
            assert!(!is_expression(text), "{text}");
        }
    }
}
