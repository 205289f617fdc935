//! A connected client: who it is, and the messages that wait for it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::auth::Session;

/// How many messages may wait for a client.
const MESSAGES: usize = 256;
/// How many bytes they may have; one message may have any number.
const BYTES: usize = 8 << 20;
/// How long a client that is told of old changes may keep the next message waiting.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connected client.
pub(super) struct Client {
    /// What it is known by; a secret.
    pub(super) id: String,
    pub(super) number: u64,
    /// Where it is connected from.
    pub(super) ip: Option<IpAddr>,
    pub(super) since: Instant,
    /// Whether it asked to be told what it missed.
    pub(super) replays: bool,
    /// Cuts its connection, for a client that does not read.
    cut: Box<dyn Fn() + Send + Sync>,
    /// Boxed: the queue has room for some from its beginning, and most clients hear little.
    outbox: Mutex<Option<mpsc::Sender<Box<Message>>>>,
    /// How many bytes wait.
    waiting: AtomicUsize,
    session: Mutex<Option<Session>>,
    /// Held while its topics are replaced.
    pub(super) posting: Mutex<()>,
    pub(super) course: Mutex<Course>,
}

/// How far a client that asked for it has been told of old changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// It will be told of those after this one, or that they cannot be told any more, once it says what it wants.
    Begins { after: i64, lost: bool },
    /// It is being told.
    Runs,
    /// It hears what happens after this one.
    Live { after: i64 },
}

/// A message on its way.
pub(super) struct Message {
    pub(super) id: Id,
    /// `event:…`, `data:…` and the empty line; shared among those who hear the same.
    pub(super) rest: Bytes,
}

/// What the line `id:` of a message holds.
#[derive(Clone)]
pub(super) enum Id {
    /// The client's id.
    Client,
    /// A place in the feed.
    Position(Bytes),
    /// There is no such line.
    None,
}

/// The end of a client's messages that is read.
pub(super) struct Inbox {
    client: Arc<Client>,
    messages: mpsc::Receiver<Box<Message>>,
}

impl Client {
    pub(super) fn new(
        id: String,
        number: u64,
        ip: Option<IpAddr>,
        course: Option<Course>,
        cut: Box<dyn Fn() + Send + Sync>,
    ) -> (Arc<Self>, Inbox) {
        let (sender, messages) = mpsc::channel(MESSAGES);
        let client = Arc::new(Self {
            id,
            number,
            ip,
            since: Instant::now(),
            replays: course.is_some(),
            cut,
            outbox: Mutex::new(Some(sender)),
            waiting: AtomicUsize::new(0),
            session: Mutex::default(),
            posting: Mutex::default(),
            course: Mutex::new(course.unwrap_or(Course::Live { after: 0 })),
        });
        let inbox = Inbox { client: Arc::clone(&client), messages };
        (client, inbox)
    }

    /// Who it is signed in as.
    pub(super) fn session(&self) -> Option<Session> {
        self.session.lock().clone()
    }

    pub(super) fn set_session(&self, session: Option<Session>) {
        *self.session.lock() = session;
    }

    /// Puts the account as it is now in the place of the one that it is signed in as, if it still is.
    pub(super) fn renew(&self, was: &Session, now: Option<&Session>) {
        let mut session = self.session.lock();
        if session.as_ref().is_some_and(|session| session.is_of(was)) {
            *session = now.cloned();
        }
    }

    /// Whether it hears what happens with a change.
    pub(super) fn is_live_at(&self, seq: i64) -> bool {
        matches!(*self.course.lock(), Course::Live { after } if seq > after)
    }

    /// Sends a message, or disconnects a client for which too much waits already.
    pub(super) fn send(&self, message: Message) {
        let size = message.rest.len();
        let outbox = self.outbox.lock().clone();
        let Some(outbox) = outbox else { return };
        let waiting = self.waiting.fetch_add(size, Ordering::Relaxed);
        if (waiting > 0 && waiting + size > BYTES) || outbox.try_send(Box::new(message)).is_err() {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
            tracing::debug!("a client that does not read what it subscribed to is disconnected");
            self.disconnect();
        }
    }

    /// Sends a message once there is room for it; whether the client is still there.
    pub(super) async fn send_in_turn(&self, message: Message) -> bool {
        let size = message.rest.len();
        let outbox = self.outbox.lock().clone();
        let Some(outbox) = outbox else { return false };
        // Counted before it can be taken out.
        self.waiting.fetch_add(size, Ordering::Relaxed);
        if outbox.send_timeout(Box::new(message), PATIENCE).await.is_err() {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
            self.disconnect();
            return false;
        }
        true
    }

    /// Ends its stream after what waits.
    pub(super) fn close(&self) {
        self.outbox.lock().take();
    }

    /// Ends its stream at once.
    pub(super) fn disconnect(&self) {
        self.close();
        (self.cut)();
    }
}

impl Inbox {
    /// The next message; `None` once the client is closed.
    pub(super) async fn next(&mut self) -> Option<Message> {
        let message = self.messages.recv().await.map(|message| *message);
        message.inspect(|message| self.took(message))
    }

    /// The next message, if it is there already.
    pub(super) fn next_now(&mut self) -> Option<Message> {
        let message = self.messages.try_recv().ok().map(|message| *message);
        message.inspect(|message| self.took(message))
    }

    fn took(&self, message: &Message) {
        self.client.waiting.fetch_sub(message.rest.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_was_taken_out_waits_no_more_however_it_came_in() {
        let (client, mut inbox) = Client::new("id".into(), 1, None, None, Box::new(|| ()));
        let message = || Message { id: Id::None, rest: Bytes::from_static(b"event:a\ndata:b\n\n") };
        let sender = Arc::clone(&client);
        let sending = tokio::spawn(async move {
            for _ in 0..20_000 {
                assert!(sender.send_in_turn(message()).await);
            }
        });
        for _ in 0..20_000 {
            assert!(inbox.next().await.is_some());
        }
        sending.await.expect("sent");
        assert_eq!(client.waiting.load(Ordering::Relaxed), 0);
        client.send(message());
        assert!(inbox.next_now().is_some());
        assert_eq!(client.waiting.load(Ordering::Relaxed), 0);
    }
}
