//! A write on its way through the writer: the closure, what it answered, and who waits for the answer.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::oneshot;
use tracing::Span;

use crate::error::{Error, Result};
use crate::store::{Tx, WriteLane};

/// A write whatever its closure answers.
pub(super) type BoxedJob = Box<dyn Job>;

/// How a run of a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ran {
    /// With an answer, to be given once it is committed.
    Well,
    /// With an error or a panic: it must be undone.
    Badly,
    /// It was stopped for its time: it must be undone, and running it again would end the same way.
    TooLong,
}

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const WITHDRAWN: u8 = 2;

/// A write's place in the queue: either the writer takes it or its caller withdraws it, never both.
#[derive(Clone, Default)]
pub(super) struct Place(Arc<AtomicU8>);

impl Place {
    /// Gives the place up; false where the writer has taken the write already, which will then be answered.
    pub(super) fn withdraw(&self) -> bool {
        self.leave(WITHDRAWN)
    }

    fn leave(&self, how: u8) -> bool {
        self.0.compare_exchange(WAITING, how, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

/// What the writer does with a write.
pub(super) trait Job: Send {
    fn lane(&self) -> WriteLane;
    /// Takes the write out of the queue; false where nobody waits for its answer any more, so that it must not run.
    fn take(&self) -> bool;
    /// Runs the closure and keeps what it answers.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Answers with what the last run gave, or with what went wrong before or behind it.
    fn answer(self: Box<Self>, around: Result<()>);
}

/// A write that waits for its turn.
pub(super) struct Pending<T, F> {
    lane: WriteLane,
    f: F,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
    place: Place,
    /// What is told of the write is told of the request that asked for it.
    span: Span,
}

impl<T, F> Pending<T, F> {
    pub(super) fn new(lane: WriteLane, f: F, reply: oneshot::Sender<Result<T>>, place: Place) -> Self {
        Self { lane, f, result: None, reply, place, span: Span::current() }
    }
}

impl<T, F> Job for Pending<T, F>
where
    T: Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    fn lane(&self) -> WriteLane {
        self.lane
    }

    fn take(&self) -> bool {
        self.place.leave(TAKEN) && !self.reply.is_closed()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        let _within = self.span.enter();
        let result = catch_unwind(AssertUnwindSafe(|| (self.f)(tx))).unwrap_or_else(|panic| Err(panicked(&*panic)));
        let ran = match &result {
            Ok(_) => Ran::Well,
            Err(Error::Deadline) => Ran::TooLong,
            Err(_) => Ran::Badly,
        };
        self.result = Some(result);
        ran
    }

    fn answer(self: Box<Self>, around: Result<()>) {
        let result = match (self.result, around) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(Ok(answer)), Ok(())) => Ok(answer),
            (None, Ok(())) => Err(Error::internal("a write was answered without having run")),
        };
        // The caller may have gone; the write stands all the same.
        let _ = self.reply.send(result);
    }
}

/// The error of a closure that panicked, with the panic's words.
pub(in crate::store::sqlite) fn panicked(panic: &(dyn Any + Send)) -> Error {
    let words = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(panic = words, "database work panicked and was undone");
    Error::internal(format!("database work panicked: {words}"))
}
