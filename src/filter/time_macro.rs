//! Macros: `@now` and its kin, evaluated when values are bound.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Timelike, Utc};

use crate::store::Value;
use crate::time;

/// A name for a moment or a part of one, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeMacro {
    Now,
    Yesterday,
    Tomorrow,
    TodayStart,
    TodayEnd,
    MonthStart,
    MonthEnd,
    YearStart,
    YearEnd,
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
    Year,
}

impl TimeMacro {
    /// The macro of a name with its `@`.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "@now" => Self::Now,
            "@yesterday" => Self::Yesterday,
            "@tomorrow" => Self::Tomorrow,
            "@todayStart" => Self::TodayStart,
            "@todayEnd" => Self::TodayEnd,
            "@monthStart" => Self::MonthStart,
            "@monthEnd" => Self::MonthEnd,
            "@yearStart" => Self::YearStart,
            "@yearEnd" => Self::YearEnd,
            "@second" => Self::Second,
            "@minute" => Self::Minute,
            "@hour" => Self::Hour,
            "@day" => Self::Day,
            "@month" => Self::Month,
            "@weekday" => Self::Weekday,
            "@year" => Self::Year,
            _ => return None,
        })
    }

    /// Its value at an instant.
    pub(super) fn at(self, now: DateTime<Utc>) -> Value {
        let (year, month) = (now.year(), now.month());
        let number = |number: u32| Value::Int(number.into());
        match self {
            Self::Now => text(Some(now)),
            Self::Yesterday => text(now.checked_sub_days(Days::new(1))),
            Self::Tomorrow => text(now.checked_add_days(Days::new(1))),
            Self::TodayStart => text(start_of(now.date_naive())),
            Self::TodayEnd => text(end_of(now.date_naive())),
            Self::MonthStart => text(NaiveDate::from_ymd_opt(year, month, 1).and_then(start_of)),
            Self::MonthEnd => text(last_of_month(year, month).and_then(end_of)),
            Self::YearStart => text(NaiveDate::from_ymd_opt(year, 1, 1).and_then(start_of)),
            Self::YearEnd => text(NaiveDate::from_ymd_opt(year, 12, 31).and_then(end_of)),
            Self::Second => number(now.second()),
            Self::Minute => number(now.minute()),
            Self::Hour => number(now.hour()),
            Self::Day => number(now.day()),
            Self::Month => number(month),
            Self::Weekday => number(now.weekday().num_days_from_sunday()),
            Self::Year => Value::Int(year.into()),
        }
    }
}

fn text(at: Option<DateTime<Utc>>) -> Value {
    at.map(time::format).into()
}

fn start_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(day.and_hms_milli_opt(23, 59, 59, 999)?.and_utc())
}

fn last_of_month(year: i32, month: u32) -> Option<NaiveDate> {
    let next =
        if month == 12 { NaiveDate::from_ymd_opt(year + 1, 1, 1) } else { NaiveDate::from_ymd_opt(year, month + 1, 1) };
    next?.pred_opt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Value {
        let now = DateTime::from_timestamp(1_709_210_096, 789_000_000).expect("in range");
        TimeMacro::parse(name).expect(name).at(now)
    }

    #[test]
    fn macros_are_moments_of_the_clock_that_they_are_given() {
        for (name, moment) in [
            ("@now", "2024-02-29 12:34:56.789Z"),
            ("@yesterday", "2024-02-28 12:34:56.789Z"),
            ("@tomorrow", "2024-03-01 12:34:56.789Z"),
            ("@todayStart", "2024-02-29 00:00:00.000Z"),
            ("@todayEnd", "2024-02-29 23:59:59.999Z"),
            ("@monthStart", "2024-02-01 00:00:00.000Z"),
            ("@monthEnd", "2024-02-29 23:59:59.999Z"),
            ("@yearStart", "2024-01-01 00:00:00.000Z"),
            ("@yearEnd", "2024-12-31 23:59:59.999Z"),
        ] {
            assert_eq!(value(name), Value::from(moment), "{name}");
        }
    }

    #[test]
    fn parts_of_the_clock_are_numbers() {
        for (name, number) in [
            ("@second", 56),
            ("@minute", 34),
            ("@hour", 12),
            ("@day", 29),
            ("@month", 2),
            ("@weekday", 4),
            ("@year", 2024),
        ] {
            assert_eq!(value(name), Value::Int(number), "{name}");
        }
        assert_eq!(TimeMacro::parse("@Now"), None);
    }
}
