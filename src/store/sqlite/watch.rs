//! Time limits of statements: the engine asks every few thousand steps whether to go on.
//!
//! A connection gets its watch once, when it is opened; setting the limit of one read or write is then one store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::Connection;

use super::errors::from_engine;
use crate::error::{Error, Result};

/// After how many of the engine's steps it asks: about a millisecond of work.
pub(super) const STEPS: i32 = 20_000;

const NEVER: u64 = u64::MAX;
/// Set, but the clock starts with the first question: what is over before costs no look at the clock.
const NOT_STARTED: u64 = 0;

/// The limit of what runs on one connection.
#[derive(Clone)]
pub(in crate::store) struct Watch(Arc<State>);

struct State {
    base: Instant,
    /// When to stop, in nanoseconds after `base`.
    due: AtomicU64,
    limit: AtomicU64,
    /// How long work may stand still that says when it has got on; 0 where time is limited as a whole.
    standstill: AtomicU64,
    /// When a part of the work has to be over, however well it gets on.
    last: AtomicU64,
    /// The program ends: work that takes long does not go on.
    ending: AtomicBool,
    /// From what time on a statement is told of.
    slow: Option<Duration>,
    /// How often the engine has asked.
    ticks: AtomicU32,
    /// Set where the caller has gone.
    gone: Mutex<Option<Arc<AtomicBool>>>,
}

impl Watch {
    /// Watches over a connection, whose statements are told of from a time on.
    pub(super) fn over(connection: &Connection, slow: Option<Duration>) -> Result<Self> {
        let watch = Self(Arc::new(State {
            base: Instant::now(),
            due: AtomicU64::new(NEVER),
            limit: AtomicU64::new(0),
            standstill: AtomicU64::new(0),
            last: AtomicU64::new(NEVER),
            ending: AtomicBool::new(false),
            slow,
            ticks: AtomicU32::new(0),
            gone: Mutex::new(None),
        }));
        watch.ask_every(connection, STEPS)?;
        Ok(watch)
    }

    /// Has the engine ask after another number of steps than [`STEPS`].
    pub(super) fn ask_every(&self, connection: &Connection, steps: i32) -> Result<()> {
        let state = Arc::clone(&self.0);
        connection.progress_handler(steps, Some(move || state.must_stop())).map_err(from_engine)
    }

    /// Limits what follows; the clock starts once it takes longer than an instant.
    pub(super) fn limit(&self, time: Duration) {
        self.0.standstill.store(0, Ordering::Relaxed);
        self.0.last.store(NEVER, Ordering::Relaxed);
        self.0.limit.store(nanos(time), Ordering::Relaxed);
        self.0.due.store(NOT_STARTED, Ordering::Relaxed);
    }

    /// Limits what follows as a whole, short statements included; the clock starts now. It also ends once `gone`
    /// is set.
    pub(in crate::store) fn limit_all(&self, time: Duration, gone: Option<Arc<AtomicBool>>) {
        *self.0.gone.lock() = gone;
        self.0.standstill.store(0, Ordering::Relaxed);
        self.0.last.store(NEVER, Ordering::Relaxed);
        self.0.due.store(self.0.after(nanos(time)), Ordering::SeqCst);
    }

    /// Limits for how long what follows may stand still: each [`Watch::advance`] begins the time anew.
    pub(super) fn limit_standstill(&self, time: Duration) {
        self.limit_all(time, None);
        self.0.standstill.store(nanos(time), Ordering::Relaxed);
    }

    /// The work has got on. Where it is limited as a whole, that changes nothing.
    ///
    /// # Errors
    /// `Deadline` where the time was over already; `Unavailable` where the program ends.
    pub(in crate::store) fn advance(&self) -> Result<()> {
        self.check()?;
        let standstill = self.0.standstill.load(Ordering::Relaxed);
        if standstill == 0 {
            return Ok(());
        }
        if self.0.ending.load(Ordering::Relaxed) {
            return Err(super::stopping());
        }
        self.0.due.store(self.0.after(standstill), Ordering::SeqCst);
        Ok(())
    }

    /// What says that it has got on is told to end.
    pub(super) fn end_long_work(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
    }

    /// Limits a part of the work: it has to be over after `time`, however well it gets on, and at once where `gone` is
    /// set. The limits around it hold as well, and whoever is gone stays gone. Until what this answers is dropped.
    pub(in crate::store) fn narrow(&self, time: Duration, gone: Option<Arc<AtomicBool>>) -> Narrowed<'_> {
        let last = self.0.last.fetch_min(self.0.after(nanos(time)), Ordering::SeqCst);
        let mut held = self.0.gone.lock();
        let before = held.clone();
        if gone.is_some() {
            *held = gone;
        }
        Narrowed { watch: self, last, gone: before }
    }

    /// Takes the limit away: what ends a transaction is never stopped.
    pub(super) fn lift(&self) {
        self.0.due.store(NEVER, Ordering::Relaxed);
    }

    /// Ends what runs now.
    pub(super) fn stop(&self) {
        self.0.due.store(1, Ordering::SeqCst);
    }

    /// Whether both watch over the same connection.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Refuses to begin another statement after the time is over.
    pub(in crate::store) fn check(&self) -> Result<()> {
        let due = match self.0.due.load(Ordering::Relaxed) {
            NOT_STARTED => NEVER,
            due => due,
        };
        let last = self.0.last.load(Ordering::Relaxed);
        if (due, last) != (NEVER, NEVER) && self.0.is_over(due, last) { Err(Error::Deadline) } else { Ok(()) }
    }

    /// From what time on a statement is told of.
    pub(in crate::store) fn slow(&self) -> Option<Duration> {
        self.0.slow
    }

    /// How often the engine has asked so far; the difference of two answers tells how long a statement was.
    pub(in crate::store) fn ticks(&self) -> u32 {
        self.0.ticks.load(Ordering::Relaxed)
    }
}

/// The limit of a part of the work.
pub(in crate::store) struct Narrowed<'w> {
    watch: &'w Watch,
    last: u64,
    gone: Option<Arc<AtomicBool>>,
}

impl Drop for Narrowed<'_> {
    fn drop(&mut self) {
        let state = &self.watch.0;
        state.last.store(self.last, Ordering::SeqCst);
        *state.gone.lock() = self.gone.take();
    }
}

impl State {
    fn must_stop(&self) -> bool {
        self.ticks.fetch_add(1, Ordering::Relaxed);
        let (mut due, last) = (self.due.load(Ordering::Relaxed), self.last.load(Ordering::Relaxed));
        if due == NOT_STARTED {
            due = self.after(self.limit.load(Ordering::Relaxed));
            self.due.store(due, Ordering::Relaxed);
        }
        (due, last) != (NEVER, NEVER) && self.is_over(due, last)
    }

    fn is_over(&self, due: u64, last: u64) -> bool {
        nanos(self.base.elapsed()) > due.min(last) || self.caller_has_gone()
    }

    /// The moment that is so many nanoseconds away.
    fn after(&self, time: u64) -> u64 {
        nanos(self.base.elapsed()).saturating_add(time).clamp(1, NEVER - 1)
    }

    fn caller_has_gone(&self) -> bool {
        self.gone.lock().as_ref().is_some_and(|gone| gone.load(Ordering::Relaxed))
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(NEVER)
}
