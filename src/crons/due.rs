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

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    /// A midnight.
    const TODAY: i64 = 19_844 * DAY;

    fn daily() -> Expression {
        Expression::parse("0 3 * * *").expect("an expression")
    }

    fn known(next_due: Option<i64>, seen_until: Option<i64>) -> Option<Known<'static>> {
        Some(Known { expression: Some("0 3 * * *"), next_due, seen_until })
    }

    #[test]
    fn a_new_schedule_waits_for_its_next_time() {
        assert_eq!(step(Some(&daily()), None, TODAY), Step::Set(Some(TODAY + 3 * HOUR)));
        assert_eq!(step(Some(&daily()), known(Some(TODAY + 3 * HOUR), None), TODAY), Step::Wait);
    }

    #[test]
    fn another_expression_forgets_what_was_due() {
        let other = Known { expression: Some("@hourly"), next_due: Some(TODAY - HOUR), seen_until: None };
        assert_eq!(step(Some(&daily()), Some(other), TODAY), Step::Set(Some(TODAY + 3 * HOUR)));
        assert_eq!(step(None, Some(other), TODAY), Step::Set(None));
        assert_eq!(step(None, Some(Known::default()), TODAY), Step::Wait);
        assert_eq!(step(None, None, TODAY), Step::Wait);
    }

    #[test]
    fn times_that_were_missed_are_one_run() {
        let due = TODAY - 9 * DAY + 3 * HOUR;
        let step = step(Some(&daily()), known(Some(due), None), TODAY + 4 * HOUR);
        assert_eq!(step, Step::Run { due, next: Some(TODAY + DAY + 3 * HOUR) });
    }

    #[test]
    fn a_small_jump_back_repeats_nothing() {
        let seen = TODAY + 3 * HOUR + 200;
        let next = Some(TODAY + DAY + 3 * HOUR);
        for back in [300, MINUTE, 59 * MINUTE] {
            assert_eq!(step(Some(&daily()), known(next, Some(seen)), seen - back), Step::Wait, "{back}");
        }
    }

    #[test]
    fn after_a_large_jump_back_schedules_follow_the_new_clock() {
        let ahead = TODAY + 400 * DAY;
        let stored = known(Some(ahead + 3 * HOUR), Some(ahead - 21 * HOUR));
        assert_eq!(step(Some(&daily()), stored, TODAY), Step::Set(Some(TODAY + 3 * HOUR)));
    }

    #[test]
    fn a_jump_forward_is_one_run_and_no_catching_up() {
        let due = TODAY + 3 * HOUR;
        let now = TODAY + 30 * DAY;
        assert_eq!(step(Some(&daily()), known(Some(due), None), now), Step::Run { due, next: Some(now + 3 * HOUR) });
    }

    #[test]
    fn what_is_never_due_waits_for_ever() {
        let never = Expression::parse("0 0 30 2 *").expect("an expression");
        assert_eq!(step(Some(&never), None, TODAY), Step::Set(None));
        let stored = Known { expression: Some("0 0 30 2 *"), next_due: None, seen_until: None };
        assert_eq!(step(Some(&never), Some(stored), TODAY), Step::Wait);
    }
}
