//! A body within its limits: how much it may have, how long it may take, and how much of all bodies is held in memory at
//! once.
//!
//! A body that is refused, or that a handler does not want, is read on for a moment and thrown away: closing a
//! connection with unread bytes resets it, and the client would never see the answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

use super::body_memory::{BodyMemory, Budget};
use crate::error::Error;
use crate::http::connections::Connection;

/// How long a body that is worked on while it comes may bring nothing.
const SILENT: Duration = Duration::from_secs(60);
/// How long a body may take from its first to its last byte, and how many bytes each second buy it another one.
const LONGEST: Duration = Duration::from_secs(5 * 60);
const SLOWEST: u64 = 64 * 1024;
/// How long and how much of an unwanted body is read.
const DRAIN: (Duration, usize) = (Duration::from_secs(2), 64 * 1024 * 1024);

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(in crate::http) enum BodyError {
    /// It is over the limit of its route.
    #[error("the body is too large")]
    TooLarge,
    /// It took too long.
    #[error("the body took too long")]
    TooSlow,
    /// The server holds too many bodies.
    #[error("too many bodies are being read")]
    Crowded,
    /// The connection broke or the body is malformed.
    #[error("the body cannot be read")]
    Broken,
}

impl From<&BodyError> for Error {
    fn from(error: &BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::TooSlow => Self::bad_request("The request took too long to arrive."),
            BodyError::Crowded => Self::Unavailable("Too many uploads are under way.".into()),
            BodyError::Broken => Self::bad_request(""),
        }
    }
}

/// A body with its limits.
pub(super) struct Limited {
    inner: Option<Body>,
    read: u64,
    /// How much it may have.
    pub(super) limit: u64,
    /// What of it is in memory.
    pub(super) memory: BodyMemory,
    /// The seconds that it has bought and used.
    spent: u64,
    deadline: Option<Pin<Box<Sleep>>>,
    connection: Option<Arc<Connection>>,
    waiting: bool,
    /// Whether bytes may be on their way that nobody asked for: not where the client waits for `100 Continue`.
    is_coming: bool,
    /// Whether it is worked on while it comes, and never held as a whole.
    pub(super) streamed: bool,
}

impl Limited {
    pub(super) fn new(
        body: Body,
        limit: u64,
        budget: &Budget,
        connection: Option<Arc<Connection>>,
        is_coming: bool,
    ) -> Self {
        Self {
            inner: Some(body),
            read: 0,
            limit,
            memory: BodyMemory::new(budget),
            spent: 0,
            deadline: None,
            connection,
            waiting: false,
            is_coming,
            streamed: false,
        }
    }

    /// While a request waits for its client, the connection counts as idle.
    fn wait(&mut self, waiting: bool) {
        if self.waiting != waiting
            && let Some(connection) = &self.connection
        {
            connection.waits_for_client(waiting);
        }
        self.waiting = waiting;
    }

    fn take(&mut self, bytes: usize) -> Result<(), BodyError> {
        self.read += bytes as u64;
        if self.read > self.limit {
            return Err(BodyError::TooLarge);
        }
        if self.streamed {
            self.deadline = None;
            return Ok(());
        }
        self.memory.take(bytes)
    }

    /// Waits until a body that brings nothing has had its time.
    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let longest = if self.streamed { SILENT } else { LONGEST };
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(longest)));
        loop {
            ready!(deadline.as_mut().poll(context));
            // What came meanwhile has bought it time.
            let bought = self.read / SLOWEST;
            if self.streamed || bought == self.spent {
                return Poll::Ready(());
            }
            let until = deadline.deadline() + Duration::from_secs(bought - self.spent);
            deadline.as_mut().reset(until);
            self.spent = bought;
        }
    }
}

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Some(inner) = this.inner.as_mut() else { return Poll::Ready(None) };
        let frame = match Pin::new(inner).poll_frame(context) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                this.wait(true);
                ready!(this.poll_late(context));
                this.wait(false);
                return Poll::Ready(Some(Err(BodyError::TooSlow)));
            }
        };
        this.wait(false);
        Poll::Ready(match frame {
            None => {
                this.inner = None;
                None
            }
            Some(Err(_)) => {
                this.inner = None;
                Some(Err(BodyError::Broken))
            }
            Some(Ok(frame)) => {
                let taken = this.take(frame.data_ref().map_or(0, Bytes::len));
                Some(taken.map(|()| frame))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        self.wait(false);
        self.memory.give_back(usize::MAX);
        if let Some(rest) = self.inner.take()
            && !rest.is_end_stream()
            && (self.is_coming || self.read > 0)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(tokio::time::timeout(DRAIN.0, drain(rest)));
        }
    }
}

async fn drain(mut body: Body) {
    let mut room = DRAIN.1;
    while let Some(Ok(frame)) = body.frame().await {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        match room.checked_sub(bytes) {
            Some(left) => room = left,
            None => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::http::middleware::body_memory::{FREE, MOST_HELD};

    fn limited(body: Body, limit: u64, budget: &Budget) -> Limited {
        Limited::new(body, limit, budget, None, true)
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_limit_passes_and_one_byte_more_does_not() {
        let budget = Budget::default();
        assert!(limited(Body::from("12345"), 5, &budget).collect().await.is_ok());
        assert!(matches!(limited(Body::from("123456"), 5, &budget).collect().await, Err(BodyError::TooLarge)));
    }

    #[tokio::test]
    async fn memory_of_large_bodies_is_counted_and_given_back() {
        let budget = Budget::default();
        let mut body = limited(Body::from(vec![0; FREE + 10]), u64::MAX, &budget);
        assert!(body.frame().await.is_some_and(|frame| frame.is_ok()));
        assert_eq!(budget.load(Ordering::Relaxed), 10);
        drop(body);
        assert_eq!(budget.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn where_too_much_is_held_large_bodies_are_refused_and_small_ones_are_not() {
        let budget = Budget::default();
        budget.store(MOST_HELD, Ordering::Relaxed);
        assert!(limited(Body::from(vec![0; FREE]), u64::MAX, &budget).collect().await.is_ok());
        let large = limited(Body::from(vec![0; FREE + 1]), u64::MAX, &budget).collect().await;
        assert!(matches!(large, Err(BodyError::Crowded)));
    }

    #[tokio::test]
    async fn a_body_that_does_not_end_is_given_up() {
        let mut endless = limited(Body::from_stream(Endless), u64::MAX, &Budget::default());
        endless.deadline = Some(Box::pin(tokio::time::sleep(Duration::from_millis(1))));
        assert!(matches!(endless.collect().await, Err(BodyError::TooSlow)));
    }

    #[tokio::test]
    async fn what_is_sent_on_is_in_the_memory_no_more() {
        let budget = Budget::default();
        let mut body = limited(Body::from(vec![0; FREE + 10]), u64::MAX, &budget);
        assert!(body.frame().await.is_some_and(|frame| frame.is_ok()));
        body.memory.give_back(7);
        assert_eq!(budget.load(Ordering::Relaxed), 3);
        body.memory.give_back(FREE);
        assert_eq!(budget.load(Ordering::Relaxed), 0);
        drop(body);
        assert_eq!(budget.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn what_a_body_has_brought_buys_it_time() {
        let mut body = limited(Body::from_stream(Endless), u64::MAX, &Budget::default());
        body.read = 100 * SLOWEST + 1;
        let first = Box::pin(tokio::time::sleep(Duration::from_millis(1)));
        let until = first.deadline();
        body.deadline = Some(first);
        assert!(tokio::time::timeout(Duration::from_millis(20), body.frame()).await.is_err(), "it is waited for");
        assert_eq!(body.deadline.as_ref().map(|sleep| sleep.deadline() - until), Some(Duration::from_secs(100)));
    }

    #[tokio::test]
    async fn a_body_that_is_worked_on_while_it_comes_holds_no_memory_and_has_time_for_each_piece() {
        let budget = Budget::default();
        let mut body = limited(Body::from(vec![0; FREE + 10]), u64::MAX, &budget);
        body.streamed = true;
        body.deadline = Some(Box::pin(tokio::time::sleep(SILENT)));
        assert!(body.frame().await.is_some_and(|frame| frame.is_ok()));
        assert_eq!(budget.load(Ordering::Relaxed), 0);
        assert!(body.deadline.is_none(), "each piece begins a new time");
    }

    struct Endless;

    impl futures_util::Stream for Endless {
        type Item = std::io::Result<Bytes>;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }
}
