//! A client's stream: what is written to it, and when it ends.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout_at};

use super::Parts;
use super::client::{Client, Course, Inbox, Message};
use super::frame;

/// How many bytes of messages that wait go out together.
const TOGETHER: usize = 64 * 1024;

/// When streams end by themselves.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// After how long without a message.
    pub idle: Duration,
    /// After how long in any case.
    pub whole: Duration,
    /// After how long without anything a client that can resume is told that the connection is alive.
    pub alive: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self { idle: minutes(5), whole: minutes(30), alive: Duration::from_secs(25) }
    }
}

/// The stream of one client. It is forgotten when this is dropped.
pub struct Stream {
    parts: Arc<Parts>,
    client: Arc<Client>,
    inbox: Inbox,
    begun: bool,
    ended: bool,
    idle_at: Instant,
    end_at: Instant,
}

impl Stream {
    pub(super) fn new(parts: Arc<Parts>, client: Arc<Client>, inbox: Inbox) -> Self {
        let now = Instant::now();
        let Lifetimes { idle, whole, .. } = parts.lifetimes;
        Self { parts, client, inbox, begun: false, ended: false, idle_at: now + idle, end_at: now + whole }
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Option<Bytes> {
        if !std::mem::replace(&mut self.begun, true) {
            return Some(self.greeting());
        }
        if self.ended {
            return None;
        }
        loop {
            let alive_at = match self.client.replays {
                true => Instant::now() + self.parts.lifetimes.alive,
                false => self.end_at,
            };
            let due = self.idle_at.min(self.end_at);
            match timeout_at(due.min(alive_at), self.inbox.next()).await {
                Ok(Some(message)) => return Some(self.written(message)),
                Ok(None) => return self.farewell(),
                Err(_) if Instant::now() >= due => return self.farewell(),
                Err(_) => match self.sign_of_life() {
                    Some(bytes) => return Some(bytes),
                    None => continue,
                },
            }
        }
    }

    fn greeting(&self) -> Bytes {
        let mut out = BytesMut::new();
        frame::write(&frame::connected(&self.client.id), &self.client.id, &mut out);
        if let Course::Begins { after, .. } = *self.client.course.lock() {
            frame::place(&self.parts.places.seal(after), &mut out);
        }
        out.freeze()
    }

    /// A message, with what waits behind it.
    fn written(&mut self, message: Message) -> Bytes {
        let mut out = BytesMut::with_capacity(message.rest.len() + self.client.id.len() + 8);
        frame::write(&message, &self.client.id, &mut out);
        while out.len() < TOGETHER
            && let Some(message) = self.inbox.next_now()
        {
            frame::write(&message, &self.client.id, &mut out);
        }
        self.idle_at = Instant::now() + self.parts.lifetimes.idle;
        out.freeze()
    }

    /// The end. Clients that resume by themselves are told when to do so.
    fn farewell(&mut self) -> Option<Bytes> {
        self.ended = true;
        self.client.replays.then(|| Bytes::from_static(frame::COME_BACK))
    }

    /// A comment, with the place in the feed that the client has come to: what it hears rarely, it could otherwise not
    /// resume after a long time. `None` where a message came in between.
    fn sign_of_life(&mut self) -> Option<Bytes> {
        let mut out = BytesMut::from(frame::ALIVE);
        // Whatever was told before this place is in the inbox, if it was not taken out yet.
        let told = self.parts.told.load(Ordering::SeqCst);
        if let Some(message) = self.inbox.next_now() {
            return Some(self.written(message));
        }
        if matches!(*self.client.course.lock(), Course::Live { after } if told >= after) {
            frame::place(&self.parts.places.seal(told), &mut out);
        }
        Some(out.freeze())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.client.close();
        self.parts.clients.remove(&self.client);
    }
}
