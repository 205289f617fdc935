//! Cron expressions in the contract's grammar (contract: settings, section 7): five segments of numbers, ranges and
//! steps, or a macro. All segments must match, day and weekday too; times are UTC, to the minute.

use std::collections::BTreeSet;
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

/// A valid expression in the plainest words: each segment is `*` or a list of numbers. The library reads some of the
/// contract's grammar in another way (`5/1`), or not at all (`*,0` of weekdays).
fn spelled_out(text: &str) -> String {
    let text = MACROS.iter().find(|(name, _)| *name == text).map_or(text, |(_, meaning)| meaning);
    let segments = text.split(' ').zip(SEGMENTS).map(|(segment, bounds)| {
        let numbers: BTreeSet<u8> = segment.split(',').flat_map(|part| numbers(part, bounds)).collect();
        if numbers.len() == usize::from(bounds.1 - bounds.0) + 1 {
            return "*".to_owned();
        }
        numbers.iter().map(u8::to_string).collect::<Vec<_>>().join(",")
    });
    segments.collect::<Vec<_>>().join(" ")
}

/// The numbers that a valid part stands for.
fn numbers(part: &str, (least, most): (u8, u8)) -> impl Iterator<Item = u8> {
    let (range, step) = part.split_once('/').unwrap_or((part, "1"));
    let (from, to) = match range.split_once('-') {
        _ if range == "*" => (Some(least), Some(most)),
        Some((from, to)) => (number(from), number(to)),
        None => (number(range), number(range)),
    };
    let step = number(step).unwrap_or(1).max(1);
    (from.unwrap_or(least)..=to.unwrap_or(most)).step_by(step.into())
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
    use chrono::{Datelike, Days};
    use proptest::prelude::*;

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

    #[test]
    fn due_times_are_found() {
        let cases = [
            ("* * * * *", "2024-05-01 10:00:00.000Z", "2024-05-01 10:01:00.000Z"),
            ("* * * * *", "2024-05-01 10:00:59.999Z", "2024-05-01 10:01:00.000Z"),
            ("0 */6 * * *", "2024-05-01 18:00:00.000Z", "2024-05-02 00:00:00.000Z"),
            ("2 * * * *", "2024-12-31 23:02:00.000Z", "2025-01-01 00:02:00.000Z"),
            ("0 0 * * *,0", "2024-05-01 00:00:00.000Z", "2024-05-02 00:00:00.000Z"),
            ("5/1 010 * * *", "2024-05-01 00:00:00.000Z", "2024-05-01 10:05:00.000Z"),
            ("@yearly", "2024-05-01 00:00:00.000Z", "2025-01-01 00:00:00.000Z"),
            ("@annually", "2024-05-01 00:00:00.000Z", "2025-01-01 00:00:00.000Z"),
            ("@monthly", "2024-05-01 00:00:00.000Z", "2024-06-01 00:00:00.000Z"),
            ("@weekly", "2024-05-01 00:00:00.000Z", "2024-05-05 00:00:00.000Z"),
            ("@daily", "2024-05-01 00:00:00.000Z", "2024-05-02 00:00:00.000Z"),
            ("@midnight", "2024-05-01 00:00:00.000Z", "2024-05-02 00:00:00.000Z"),
            ("@hourly", "2024-05-01 00:00:00.000Z", "2024-05-01 01:00:00.000Z"),
            // Friday *and* the 13th.
            ("0 0 13 * 5", "2024-05-01 00:00:00.000Z", "2024-09-13 00:00:00.000Z"),
            ("0 0 */2 * 0", "2024-05-01 00:00:00.000Z", "2024-05-05 00:00:00.000Z"),
            // Leap days, and one that is a Sunday.
            ("0 0 29 2 *", "2096-03-01 00:00:00.000Z", "2104-02-29 00:00:00.000Z"),
            ("0 0 29 2 0", "2024-03-01 00:00:00.000Z", "2032-02-29 00:00:00.000Z"),
        ];
        for (text, at, expected) in cases {
            let next = expression(text).next_after(instant(at)).map(crate::time::format);
            assert_eq!(next.as_deref(), Some(expected), "{text} after {at}");
        }
    }

    #[test]
    fn what_is_never_due_says_so_at_once() {
        for text in ["0 0 30 2 *", "* * 31 4,6,9,11 *", "0 0 30-31 2 1"] {
            let never = expression(text);
            for year in ["1970", "2024", "9000"] {
                assert_eq!(never.next_after(instant(&format!("{year}-01-01 00:00:00.000Z"))), None, "{text}");
            }
        }
    }

    fn expression(text: &str) -> Expression {
        Expression::parse(text).unwrap_or_else(|| panic!("{text} is none"))
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.replace(' ', "T").parse().expect("an instant")
    }

    /// A segment, with the numbers that it stands for.
    fn segment((least, most): (u8, u8)) -> impl Strategy<Value = (String, BTreeSet<u8>)> {
        let number = (least..=most).prop_map(|number| (number.to_string(), BTreeSet::from([number])));
        let padded = (least..=most).prop_map(|number| (format!("{number:03}/1"), BTreeSet::from([number])));
        let range = (least..=most, least..=most, prop::option::of(1..=most)).prop_map(|(one, other, step)| {
            let (from, to) = (one.min(other), one.max(other));
            let text = step.map_or_else(|| format!("{from}-{to}"), |step| format!("{from}-{to}/{step}"));
            (text, (from..=to).step_by(step.unwrap_or(1).into()).collect())
        });
        let all = prop::option::of(1..=most).prop_map(move |step| {
            let text = step.map_or_else(|| "*".to_owned(), |step| format!("*/{step}"));
            (text, (least..=most).step_by(step.unwrap_or(1).into()).collect())
        });
        let part = prop_oneof![number, padded, range, all];
        prop::collection::vec(part, 1..4).prop_map(|parts| {
            let texts: Vec<_> = parts.iter().map(|(text, _)| text.as_str()).collect();
            (texts.join(","), parts.iter().flat_map(|(_, numbers)| numbers.iter().copied()).collect())
        })
    }

    /// The first minute after an instant that all segments have, found day by day.
    fn looked_for(segments: &[BTreeSet<u8>; 5], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let [minutes, hours, days, months, weekdays] = segments;
        let has = |set: &BTreeSet<u8>, number: u32| set.contains(&u8::try_from(number).expect("small"));
        for day in (0..50 * 366).map_while(|count| at.date_naive().checked_add_days(Days::new(count))) {
            let weekday = day.weekday().num_days_from_sunday();
            if !has(days, day.day()) || !has(months, day.month()) || !has(weekdays, weekday) {
                continue;
            }
            for hour in hours {
                for minute in minutes {
                    let found = day.and_hms_opt((*hour).into(), (*minute).into(), 0).expect("a time").and_utc();
                    if found > at {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    proptest! {
        #[test]
        fn what_is_an_expression_is_due_when_all_its_segments_match(
            minute in segment(SEGMENTS[0]),
            hour in segment(SEGMENTS[1]),
            day in segment(SEGMENTS[2]),
            month in segment(SEGMENTS[3]),
            weekday in segment(SEGMENTS[4]),
            // From 1990 to 2090, where no leap day is left out.
            at in 631_152_000_000..2_208_988_800_000_i64,
        ) {
            let text = [&minute, &hour, &day, &month, &weekday].map(|(text, _)| text.as_str()).join(" ");
            let at = DateTime::from_timestamp_millis(at).expect("an instant");
            let expected = looked_for(&[minute.1, hour.1, day.1, month.1, weekday.1], at);
            prop_assert!(is_expression(&text), "{}", text);
            prop_assert_eq!(expression(&text).next_after(at), expected, "{} after {}", text, at);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[@0-9*/, a-zA-Z#?+-]{0,24}") {
            let parsed = Expression::parse(&text);
            prop_assert_eq!(parsed.is_some(), is_expression(&text));
            let _ = parsed.and_then(|parsed| parsed.next_after(DateTime::<Utc>::MAX_UTC));
        }
    }
}
