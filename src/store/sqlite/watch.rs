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
        self.0.limit.store(nanos(time), Ordering::Relaxed);
        self.0.due.store(NOT_STARTED, Ordering::Relaxed);
    }

    /// Limits what follows as a whole, short statements included; the clock starts now. It also ends once `gone`
    /// is set.
    pub(in crate::store) fn limit_all(&self, time: Duration, gone: Option<Arc<AtomicBool>>) {
        *self.0.gone.lock() = gone;
        self.0.standstill.store(0, Ordering::Relaxed);
        let due = nanos(self.0.base.elapsed()).saturating_add(nanos(time)).clamp(1, NEVER - 1);
        self.0.due.store(due, Ordering::SeqCst);
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
        let due = nanos(self.0.base.elapsed()).saturating_add(standstill).clamp(1, NEVER - 1);
        self.0.due.store(due, Ordering::SeqCst);
        Ok(())
    }

    /// What says that it has got on is told to end.
    pub(super) fn end_long_work(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
    }

    /// Brings the end nearer, where it is not nearer already, and lets it come at once where `gone` is set; until what
    /// this answers is dropped.
    pub(in crate::store) fn narrow(&self, time: Duration, gone: Option<Arc<AtomicBool>>) -> Narrowed<'_> {
        let due = nanos(self.0.base.elapsed()).saturating_add(nanos(time)).clamp(1, NEVER - 1);
        let gone = std::mem::replace(&mut *self.0.gone.lock(), gone);
        // Nothing in it says that it gets on.
        let standstill = self.0.standstill.swap(0, Ordering::Relaxed);
        // A clock that was not started has its whole time before it.
        let nearer = |before| Some(if before == NOT_STARTED { due } else { due.min(before) });
        let before = self.0.due.fetch_update(Ordering::SeqCst, Ordering::SeqCst, nearer).unwrap_or(NOT_STARTED);
        Narrowed { watch: self, due: before, standstill, gone }
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
        match self.0.due.load(Ordering::Relaxed) {
            NOT_STARTED | NEVER => Ok(()),
            due if nanos(self.0.base.elapsed()) > due || self.0.caller_has_gone() => Err(Error::Deadline),
            _ => Ok(()),
        }
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

/// A nearer end than that of the whole.
pub(in crate::store) struct Narrowed<'w> {
    watch: &'w Watch,
    due: u64,
    standstill: u64,
    gone: Option<Arc<AtomicBool>>,
}

impl Drop for Narrowed<'_> {
    /// An end that [`Watch::stop`] brought meanwhile stays.
    fn drop(&mut self) {
        let state = &self.watch.0;
        let before = |due| (due != 1).then_some(self.due);
        let _ = state.due.fetch_update(Ordering::SeqCst, Ordering::SeqCst, before);
        state.standstill.store(self.standstill, Ordering::Relaxed);
        *state.gone.lock() = self.gone.take();
    }
}

impl State {
    fn must_stop(&self) -> bool {
        self.ticks.fetch_add(1, Ordering::Relaxed);
        match self.due.load(Ordering::Relaxed) {
            NEVER => false,
            NOT_STARTED => {
                let due = nanos(self.base.elapsed()).saturating_add(self.limit.load(Ordering::Relaxed));
                self.due.store(due.clamp(1, NEVER - 1), Ordering::Relaxed);
                false
            }
            due => nanos(self.base.elapsed()) > due || self.caller_has_gone(),
        }
    }

    fn caller_has_gone(&self) -> bool {
        self.gone.lock().as_ref().is_some_and(|gone| gone.load(Ordering::Relaxed))
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(NEVER)
}
