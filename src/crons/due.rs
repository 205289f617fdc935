//! When a schedule is due: plain calculation, from what is stored and what time it is.
//!
//! The clock of a machine may be wrong, and be put right. Where it jumps forward, all due times that are passed at once
//! are one run, as those are that pass while no server runs. Where it jumps back by an hour at most, nothing that ran is
//! run again; by more, schedules follow the new clock, since the old one was wrong.

use chrono::DateTime;

use crate::cron::Expression;

/// How far the clock may jump back so that the due times in between are not seen to again, in milliseconds.
const SMALL_JUMP: i64 = 60 * 60 * 1000;

/// What is stored of a schedule, as far as its due times depend on it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'a> {
    pub(super) expression: Option<&'a str>,
    pub(super) next_due: Option<i64>,
    pub(super) seen_until: Option<i64>,
}

/// What is to be done about a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing: it waits for its time.
    Wait,
    /// It gets another due time.
    Set(Option<i64>),
    /// It is due since then, and gets another due time.
    Run { due: i64, next: Option<i64> },
}

/// What is to be done now about a schedule of this expression.
pub(super) fn step(expression: Option<&Expression>, known: Option<Known<'_>>, now: i64) -> Step {
    let Some(expression) = expression else {
        return match known {
            Some(Known { expression: None, next_due: None, .. }) | None => Step::Wait,
            Some(_) => Step::Set(None),
        };
    };
    let Some(known) = known.filter(|known| known.expression == Some(expression.as_str())) else {
        return Step::Set(next(expression, None, now));
    };
    match known.next_due {
        Some(due) if due <= now => Step::Run { due, next: next(expression, None, now) },
        _ => match next(expression, known.seen_until, now) {
            // The stored one is later than it should be where the clock was ahead when it was stored.
            Some(next) if known.next_due.is_none_or(|due| due > next) => Step::Set(Some(next)),
            _ => Step::Wait,
        },
    }
}

/// The next due time, which is none of those that have been seen to.
pub(super) fn next(expression: &Expression, seen_until: Option<i64>, now: i64) -> Option<i64> {
    let after = match seen_until {
        Some(seen) if seen > now && seen - now <= SMALL_JUMP => seen,
        _ => now,
    };
    Some(expression.next_after(DateTime::from_timestamp_millis(after)?)?.timestamp_millis())
}
