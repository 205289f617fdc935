//! How large a body may be, how long it may take, and how much of all bodies is held in memory at once.
//!
//! A body that is refused, or that a handler does not want, is read on for a moment and thrown away: closing a
//! connection with unread bytes resets it, and the client would never see the answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT};
use http::{HeaderValue, Method, StatusCode, Version};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

use super::body_memory::{BodyMemory, Budget};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::connections::Connection;
use crate::http::extract::decode_path;
use crate::http::{backups, batch};

/// What a body may have where its route says nothing else.
const DEFAULT: u64 = 32 * 1024 * 1024;
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

/// The limits of bodies.
#[derive(Clone)]
pub(in crate::http) struct BodyLimits {
    app: App,
    budget: Budget,
}

impl BodyLimits {
    /// The limits of the app's routes.
    pub(in crate::http) fn new(app: App) -> Self {
        Self { app, budget: Budget::default() }
    }

    /// The request with its body limited.
    ///
    /// # Errors
    /// `TooLarge` where the declared length is over the limit, before anything is read; `NotFound` where the
    /// collection that sets the limit is not there, `Forbidden` where the route is switched off.
    pub(super) fn limit(&self, request: Request) -> Result<Request> {
        let headers = request.headers();
        let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if declared.is_none() && request.body().is_end_stream() {
            return Ok(request);
        }
        let waits = headers.contains_key(EXPECT);
        let limit = self.of(&request);
        let connection = request.extensions().get::<Arc<Connection>>().cloned();
        let (mut parts, body) = request.into_parts();
        let streamed = is_worked_on(&parts.method, parts.uri.path());
        let mut body = Limited::new(body, &self.budget, connection, !waits);
        body.limit = if streamed { u64::MAX } else { limit? };
        body.streamed = streamed;
        if declared.is_some_and(|length| length > body.limit) {
            return Err(Error::TooLarge);
        }
        parts.extensions.insert(body.memory.clone());
        Ok(Request::from_parts(parts, Body::new(body)))
    }

    /// Throws the body of a request away that is refused before anybody looks at it.
    pub(super) fn discard(&self, request: Request) {
        drop(self.limit(request));
    }

    /// Records that are created or updated may be as large as the fields of their collection say; several at once have
    /// a limit of their own.
    fn of(&self, request: &Request) -> Result<u64> {
        if request.method() == Method::POST && request.uri().path() == batch::PATH {
            return batch::body_limit(&self.app);
        }
        let mut segments = request.uri().path().split('/').skip(1);
        let mut next = || segments.next().unwrap_or_default();
        let (api, collections, name, records, id, rest) = (next(), next(), next(), next(), next(), next());
        let creates = request.method() == Method::POST && id.is_empty();
        let updates = request.method() == Method::PATCH && !id.is_empty();
        if (api, collections, records, rest) != ("api", "collections", "records", "") || !(creates || updates) {
            return Ok(DEFAULT);
        }
        let name = decode_path(name).ok_or_else(Error::not_found)?;
        self.app.records.body_limit(&name)
    }
}

/// Whether a request brings data to import, or a backup. It is worked on while it comes, so that its size is no matter,
/// and its time is only that between two pieces.
fn is_worked_on(method: &Method, path: &str) -> bool {
    if path == backups::UPLOAD {
        return method == Method::POST;
    }
    let mut segments = path.split('/').skip(1);
    let mut next = || segments.next().unwrap_or_default();
    let (api, collections, name, import, rest) = (next(), next(), next(), next(), segments.next());
    method == Method::POST
        && (api, collections, import, rest) == ("api", "collections", "import", None)
        && !name.is_empty()
}

/// Tells that the connection ends where a body was refused. HTTP/2 has no such header: there a stream ends alone.
pub(super) fn close_after_refusal(response: &mut Response, version: Version) {
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && version <= Version::HTTP_11 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

/// A body with its limits.
struct Limited {
    inner: Option<Body>,
    read: u64,
    limit: u64,
    memory: BodyMemory,
    /// The seconds that it has bought and used.
    spent: u64,
    deadline: Option<Pin<Box<Sleep>>>,
    connection: Option<Arc<Connection>>,
    waiting: bool,
    /// Whether bytes may be on their way that nobody asked for: not where the client waits for `100 Continue`.
    is_coming: bool,
    /// Whether it is worked on while it comes, and never held as a whole.
    streamed: bool,
}

impl Limited {
    fn new(body: Body, budget: &Budget, connection: Option<Arc<Connection>>, is_coming: bool) -> Self {
        Self {
            inner: Some(body),
            read: 0,
            limit: DEFAULT,
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
        let mut limited = Limited::new(body, budget, None, true);
        limited.limit = limit;
        limited
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

    #[test]
    fn only_imports_of_data_and_backups_are_worked_on_while_they_come() {
        for (method, path, expected) in [
            (Method::POST, "/api/collections/notes/import", true),
            (Method::POST, "/api/backups/upload", true),
            (Method::POST, "/api/backups", false),
            (Method::PUT, "/api/collections/notes/import", false),
            (Method::PUT, "/api/collections/import", false),
            (Method::POST, "/api/collections//import", false),
            (Method::POST, "/api/collections/notes/import/x", false),
            (Method::POST, "/api/collections/notes/records", false),
        ] {
            assert_eq!(is_worked_on(&method, path), expected, "{method} {path}");
        }
    }

    struct Endless;

    impl futures_util::Stream for Endless {
        type Item = std::io::Result<Bytes>;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }
}
