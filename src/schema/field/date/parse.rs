//! The forms of instants that the contract understands, by hand: none more, none less.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The instant that a text says, `None` where it is not understood, lies outside the years 0 to 9999, or is
/// `0001-01-01 00:00:00Z`, which stands for none.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    // No form is longer than a full ISO one with nanoseconds, offset and zone, and all of them are ASCII.
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    let forms: [fn(&mut Scanner<'_>) -> Option<NaiveDateTime>; 8] =
        [iso, rfc1123, rfc822, rfc850, unix, day_month_year, kitchen, stamp];
    let at = forms.iter().find_map(|form| {
        let mut scanner = Scanner { rest: text };
        form(&mut scanner).filter(|_| scanner.rest.is_empty())
    })?;
    let years = NaiveDate::from_ymd_opt(0, 1, 1)?.and_hms_opt(0, 0, 0)?
        ..NaiveDate::from_ymd_opt(10_000, 1, 1)?.and_hms_opt(0, 0, 0)?;
    let none = NaiveDate::from_ymd_opt(1, 1, 1)?.and_hms_opt(0, 0, 0)?;
    (years.contains(&at) && at != none).then(|| at.and_utc())
}

/// `2006-01-02`, or with `T` or a space, the time and a zone.
fn iso(scanner: &mut Scanner<'_>) -> Option<NaiveDateTime> {
    let year = scanner.digits(4)?;
    scanner.literal("-")?;
    let month = scanner.digits(2)?;
    scanner.literal("-")?;
    let date = NaiveDate::from_ymd_opt(year as i32, month, scanner.digits(2)?)?;
    if scanner.rest.is_empty() {
        return date.and_hms_opt(0, 0, 0);
    }
    scanner.literal("T").or_else(|| scanner.literal(" "))?;
    let at = scanner.time(date)?;
    if scanner.rest.is_empty() || scanner.literal("Z").is_some() {
        return Some(at);
    }
    let spaced = scanner.literal(" ").is_some();
    let colon = scanner.rest.get(3..4) == Some(":");
    let offset = scanner.offset(colon)?;
    if spaced && !colon && scanner.literal(" ").is_some() {
        scanner.zone()?;
    }
    at.checked_sub_signed(offset)
}

/// `Mon, 02 Jan 2006 15:04:05 MST` or `-0700`.
fn rfc1123(scanner: &mut Scanner<'_>) -> Option<NaiveDateTime> {
    scanner.day_name(true)?;
    scanner.literal(", ")?;
    let day = scanner.digits(2)?;
    scanner.literal(" ")?;
    let month = scanner.month()?;
    scanner.literal(" ")?;
    let date = NaiveDate::from_ymd_opt(scanner.digits(4)? as i32, month, day)?;
    scanner.literal(" ")?;
    let at = scanner.time(date)?;
    scanner.literal(" ")?;
    at.checked_sub_signed(scanner.zone_or_offset()?)
}

/// `02 Jan 06 15:04 MST` or `-0700`.
fn rfc822(scanner: &mut Scanner<'_>) -> Option<NaiveDateTime> {
    let day = scanner.digits(2)?;
    scanner.literal(" ")?;
    let month = scanner.month()?;
    scanner.literal(" ")?;
    let date = NaiveDate::from_ymd_opt(scanner.short_year()?, month, day)?;
    scanner.literal(" ")?;
    let hour = scanner.digits(2)?;
    scanner.literal(":")?;
    let at = date.and_hms_opt(hour, scanner.digits(2)?, 0)?;
    scanner.literal(" ")?;
    at.checked_sub_signed(scanner.zone_or_offset()?)
}

/// `Monday, 02-Jan-06 15:04:05 MST`.
fn rfc850(scanner: &mut Scanner<'_>) -> Option<NaiveDateTime> {
    scanner.day_name(false)?;
    scanner.literal(", ")?;
    let day = scanner.digits(2)?;
    scanner.literal("-")?;
    let month = scanner.month()?;
    scanner.literal("-")?;
    let date = NaiveDate::from_ymd_opt(scanner.short_year()?, month, day)?;
    scanner.literal(" ")?;
    let at = scanner.time(date)?;
    scanner.literal(" ")?;
    scanner.zone()?;
    Some(at)
}

/// `Mon Jan _2 15:04:05 2006` (ANSI C), with `MST` (Unix) or `-0700` (Ruby) before the year.
fn unix(scanner: &mut Scanner<'_>) -> Option<NaiveDateTime> {
    scanner.day_name(true)?;
    scanner.literal(" ")?;
    let month = scanner.month()?;
    scanner.literal(" ")?;
    let day = scanner.padded_day()?;
    scanner.literal(" ")?;
    // The year comes last: the time is read against a leap year first.
    let time = scanner.time(NaiveDate::from_ymd_opt(2000, 1, 1)?)?.time();
    scanner.literal(" ")?;
    let offset = match scanner.rest.bytes().next()? {
        b'0'..=b'9' => Duration::zero(),
        _ => {
            let offset = scanner.zone_or_offset()?;
            scanner.literal(" ")?;
            offset
        }
    };
    NaiveDate::from_ymd_opt(scanner.digits(4)? as i32, month, day)?.and_time(time).checked_sub_signed(offset)
}

/// `02 Jan 2006`.
fn day_month_year(scanner: &mut Scanner<'_>) -> Option<NaiveDateTime> {
    let day = scanner.digits(2)?;
    scanner.literal(" ")?;
    let month = scanner.month()?;
    scanner.literal(" ")?;
    NaiveDate::from_ymd_opt(scanner.digits(4)? as i32, month, day)?.and_hms_opt(0, 0, 0)
}

/// `3:04PM`, in the year 0.
fn kitchen(scanner: &mut Scanner<'_>) -> Option<NaiveDateTime> {
    let width = if scanner.rest.as_bytes().get(1) == Some(&b':') { 1 } else { 2 };
    let hour = scanner.digits(width).filter(|hour| (1..=12).contains(hour))?;
    scanner.literal(":")?;
    let minute = scanner.digits(2)?;
    let half = match scanner.literal("AM") {
        Some(()) => 0,
        None => scanner.literal("PM").map(|()| 12)?,
    };
    NaiveDate::from_ymd_opt(0, 1, 1)?.and_hms_opt(hour % 12 + half, minute, 0)
}

/// `Jan _2 15:04:05`, in the year 0.
fn stamp(scanner: &mut Scanner<'_>) -> Option<NaiveDateTime> {
    let month = scanner.month()?;
    scanner.literal(" ")?;
    let day = scanner.padded_day()?;
    scanner.literal(" ")?;
    scanner.time(NaiveDate::from_ymd_opt(0, month, day)?)
}

/// Reads ASCII text from the front.
struct Scanner<'a> {
    rest: &'a str,
}

impl Scanner<'_> {
    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    fn literal(&mut self, literal: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(literal)?;
        Some(())
    }

    /// Exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.rest.get(..count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.skip(count);
        digits.parse().ok()
    }

    /// `_2`: one or two digits, a space for a missing one.
    fn padded_day(&mut self) -> Option<u32> {
        let spaced = self.literal(" ").is_some();
        let two = !spaced && self.rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        self.digits(if two { 2 } else { 1 })
    }

    /// Two digits: 69 and later are in the twentieth century.
    fn short_year(&mut self) -> Option<i32> {
        let year = self.digits(2)? as i32;
        Some(if year >= 69 { 1900 + year } else { 2000 + year })
    }

    /// One of these names, in any case.
    fn name(&mut self, names: &[&str], length: Option<usize>) -> Option<usize> {
        let at = names.iter().position(|name| {
            let name = &name[..length.unwrap_or(name.len())];
            self.rest.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name))
        })?;
        self.skip(length.unwrap_or(names[at].len()));
        Some(at)
    }

    fn month(&mut self) -> Option<u32> {
        self.name(&MONTHS, Some(3)).map(|at| at as u32 + 1)
    }

    /// The name of a day, which nobody compares with the date.
    fn day_name(&mut self, short: bool) -> Option<()> {
        self.name(&DAYS, short.then_some(3)).map(drop)
    }

    /// `15:04:05`, and a fraction, if there is one.
    fn time(&mut self, date: NaiveDate) -> Option<NaiveDateTime> {
        let hour = self.digits(2)?;
        self.literal(":")?;
        let minute = self.digits(2)?;
        self.literal(":")?;
        let second = self.digits(2)?;
        let mut nanos = 0;
        if self.literal(".").is_some() {
            let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            if count == 0 {
                return None;
            }
            for at in 0..9 {
                let digit = if at < count { u32::from(self.rest.as_bytes()[at] - b'0') } else { 0 };
                nanos = nanos * 10 + digit;
            }
            self.skip(count);
        }
        date.and_hms_nano_opt(hour, minute, second, nanos)
    }

    /// `±hh:mm` or `±hhmm`.
    fn offset(&mut self, colon: bool) -> Option<Duration> {
        let sign = match self.literal("+") {
            Some(()) => 1,
            None => self.literal("-").map(|()| -1)?,
        };
        let hours = self.digits(2).filter(|hours| *hours <= 24)?;
        if colon {
            self.literal(":")?;
        }
        let minutes = self.digits(2).filter(|minutes| *minutes < 60)?;
        Some(Duration::minutes(sign * i64::from(hours * 60 + minutes)))
    }

    /// A zone's abbreviation: three to five capital letters, long ones ending in `T`. Its offset is not known, and
    /// taken as 0.
    fn zone(&mut self) -> Option<()> {
        let length = self.rest.bytes().take_while(u8::is_ascii_uppercase).count();
        let name = &self.rest[..length];
        let known = match length {
            3 => true,
            4 => name.ends_with('T') || name == "WITA",
            5 => name.ends_with('T'),
            _ => false,
        };
        self.skip(length);
        known.then_some(())
    }

    fn zone_or_offset(&mut self) -> Option<Duration> {
        if self.rest.starts_with(['+', '-']) { self.offset(false) } else { self.zone().map(|()| Duration::zero()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::wire;

    #[test]
    fn the_forms_of_the_contract_are_understood() {
        let cases = [
            ("2024-01-02", "2024-01-02 00:00:00.000Z"),
            ("2024-01-02T03:04:05", "2024-01-02 03:04:05.000Z"),
            ("2024-01-02 03:04:05", "2024-01-02 03:04:05.000Z"),
            ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05.000Z"),
            ("2024-01-02 03:04:05Z", "2024-01-02 03:04:05.000Z"),
            ("2024-01-02 03:04:05.1Z", "2024-01-02 03:04:05.100Z"),
            ("2024-01-02 03:04:05.1239999999Z", "2024-01-02 03:04:05.123Z"),
            ("2024-01-02T03:04:05+02:00", "2024-01-02 01:04:05.000Z"),
            ("2024-01-02T03:04:05-0230", "2024-01-02 05:34:05.000Z"),
            ("2024-01-02 03:04:05+0200", "2024-01-02 01:04:05.000Z"),
            ("2024-01-02 03:04:05+02:00", "2024-01-02 01:04:05.000Z"),
            ("2024-01-02 03:04:05 +0200", "2024-01-02 01:04:05.000Z"),
            ("2024-01-02 03:04:05 +02:00", "2024-01-02 01:04:05.000Z"),
            ("2024-01-02 03:04:05 +0200 CEST", "2024-01-02 01:04:05.000Z"),
            ("2024-01-02 03:04:05.5 +0000 UTC", "2024-01-02 03:04:05.500Z"),
            ("Tue, 02 Jan 2024 03:04:05 GMT", "2024-01-02 03:04:05.000Z"),
            ("Tue, 02 Jan 2024 03:04:05 +0200", "2024-01-02 01:04:05.000Z"),
            ("02 Jan 24 03:04 MST", "2024-01-02 03:04:00.000Z"),
            ("02 Jan 24 03:04 -0700", "2024-01-02 10:04:00.000Z"),
            ("02 Jan 69 03:04 UTC", "1969-01-02 03:04:00.000Z"),
            ("Tuesday, 02-Jan-24 03:04:05 UTC", "2024-01-02 03:04:05.000Z"),
            ("Tue Jan  2 03:04:05 2024", "2024-01-02 03:04:05.000Z"),
            ("Tue Jan  2 03:04:05 CET 2024", "2024-01-02 03:04:05.000Z"),
            ("Tue Jan 02 03:04:05 +0100 2024", "2024-01-02 02:04:05.000Z"),
            ("02 Jan 2024", "2024-01-02 00:00:00.000Z"),
            ("3:04PM", "0000-01-01 15:04:00.000Z"),
            ("12:04AM", "0000-01-01 00:04:00.000Z"),
            ("Jan  2 03:04:05", "0000-01-02 03:04:05.000Z"),
            ("Jan 12 03:04:05.678", "0000-01-12 03:04:05.678Z"),
            ("2024-02-29", "2024-02-29 00:00:00.000Z"),
            ("0000-01-01", "0000-01-01 00:00:00.000Z"),
            ("9999-12-31 23:59:59.999Z", "9999-12-31 23:59:59.999Z"),
            ("0001-01-01 00:00:00.001Z", "0001-01-01 00:00:00.001Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(wire(text), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_instants() {
        for text in [
            "",
            "2024-01-02 03:04",
            "2024-01-02Z",
            "2024-01-02t03:04:05",
            "2024-01-02T03:04:05z",
            "2024-01-02 03:04:05 UTC",
            "2024/01/02",
            "20240102",
            "1704164645",
            " 2024-01-02",
            "2024-01-02 ",
            "2024-13-01",
            "2024-02-30",
            "2023-02-29",
            "2024-01-02 24:00:00",
            "2024-01-02 03:60:00",
            "2024-01-02 03:04:60",
            "2024-01-02 03:04:05.",
            "2024-01-02 03:04:05+2",
            "2024-01-02 03:04:05+25:00",
            "10000-01-01",
            "9999-12-31 23:59:59-01:00",
            "0000-01-01 00:00:00+01:00",
            "0001-01-01",
            "0001-01-01 01:00:00+01:00",
            "13:04PM",
            "2024-01-0２",
            "-2024-01-02",
            "+024-01-02",
        ] {
            assert_eq!(wire(text), "", "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = wire(&text);
        }

        #[test]
        fn what_is_understood_stays_as_it_is(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,12})?(Z|[+-][01][0-9]:?[0-5][0-9])?"
        ) {
            let once = wire(&text);
            prop_assert!(once.is_empty() || once.len() == 24);
            prop_assert_eq!(wire(&once), once);
        }
    }
}
