//! Realtime: clients hear of changes of records as they happen (contract: realtime).
//!
//! A client connects (`stream.rs`), and says what it wants to hear (`topic.rs`, `clients.rs`) and as whom. The broadcaster
//! follows the feed and tells everybody in its order what they may know (`broadcaster.rs`, `teller.rs`); deletes are
//! decided on the state before them (`before.rs`). Messages wait in a bounded queue for each client (`client.rs`); one
//! that does not read is disconnected and holds nobody up. Clients that ask for it are told what they missed
//! (`replay.rs`, `position.rs`).

mod before;
mod broadcaster;
mod client;
mod clients;
mod frame;
mod position;
mod replay;
mod stream;
mod teller;
mod topic;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

pub use stream::{Lifetimes, Stream};

use self::before::Before;
use self::broadcaster::Broadcaster;
use self::client::{Client, Course, Id, Message};
use self::clients::Clients;
use self::position::Places;
use crate::auth::{Auth, Listener, Session, Waiter};
use crate::changes::{self, Change, Feed};
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::ids;
use crate::records::Records;
use crate::schema::{Published, Schema};
use crate::store::Store;

/// How long a client's id is.
const ID: usize = 40;
/// How many clients are told at once what they missed.
const REPLAYS: usize = 4;
/// How much longer than its lifetime a connection that takes nothing in may stay.
const GRACE: Duration = Duration::from_secs(60);

/// The room of realtime.
#[derive(Clone)]
pub struct Realtime {
    parts: Arc<Parts>,
}

/// What the room is given.
pub struct RealtimeParts {
    /// The database.
    pub store: Store,
    /// The collections.
    pub schema: Arc<Published>,
    /// Who may see which record.
    pub records: Records,
    /// Who is signed in.
    pub auth: Auth,
    /// What seals places in the feed.
    pub sealer: Arc<Sealer>,
    /// How many clients there may be.
    pub most_clients: usize,
    /// When streams end.
    pub lifetimes: Lifetimes,
}

/// What the room consists of.
struct Parts {
    store: Store,
    schema: Arc<Published>,
    records: Records,
    auth: Auth,
    places: Places,
    most_clients: usize,
    lifetimes: Lifetimes,
    clients: Arc<Clients>,
    before: Arc<Before>,
    next: AtomicU64,
    /// The last change that live clients were told of.
    told: AtomicI64,
    /// Held while they are told of some.
    turn: Mutex<()>,
    replays: Semaphore,
}

/// What a client that resumes says of where it was.
#[derive(Debug, Clone, Copy)]
pub enum Resume<'a> {
    /// It resumes nothing, and hears what happens from now on.
    Never,
    /// It can resume, and begins.
    Begin,
    /// It goes on behind the place that it was told last.
    From(&'a str),
}

impl Parts {
    /// Whether anybody subscribed to anything of a change's collection.
    fn watches(&self, schema: &Schema, change: &Change) -> bool {
        let name = schema.by_id(&change.collection).map(|collection| collection.name.as_str());
        self.clients.watch(&change.collection, name)
    }
}

impl Realtime {
    /// The room, from the parts that it uses.
    pub fn new(given: RealtimeParts) -> Self {
        let RealtimeParts { store, schema, records, auth, sealer, most_clients, lifetimes } = given;
        let clients = Arc::new(Clients::default());
        let before = Arc::new(Before::new(Arc::clone(&schema), Arc::clone(&clients)));
        let parts = Parts {
            store,
            schema,
            records,
            auth,
            places: Places::new(sealer),
            most_clients,
            lifetimes,
            clients,
            before,
            next: AtomicU64::new(1),
            told: AtomicI64::new(0),
            turn: Mutex::default(),
            replays: Semaphore::new(REPLAYS),
        };
        Self { parts: Arc::new(parts) }
    }

    /// Begins to tell the clients of changes.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn start(&self, feed: &Feed) -> Result<()> {
        self.parts.store.tell_of_deletes(self.parts.before.clone());
        let newest = self.parts.store.read_here(changes::newest)?;
        self.parts.told.store(newest, Ordering::SeqCst);
        self.parts.places.begin(self.parts.store.read_here(changes::epoch)?);
        feed.follow(Broadcaster::new(Arc::clone(&self.parts)))
    }

    /// Cuts connections whose time is over and that take in nothing, not even that, until it is stopped.
    pub async fn watch_over_lifetimes(self) {
        let mut rounds = tokio::time::interval(GRACE);
        loop {
            rounds.tick().await;
            for client in self.parts.clients.all() {
                if client.since.elapsed() > self.parts.lifetimes.whole + GRACE {
                    client.disconnect();
                }
            }
        }
    }

    /// Takes in no more clients and ends the streams of those that are there.
    pub fn stop(&self) {
        self.parts.clients.close().iter().for_each(|client| client.close());
        self.parts.before.clear();
    }

    /// How many clients are connected.
    pub fn connected(&self) -> usize {
        self.parts.clients.count()
    }

    /// Connects a client. `cut` ends its connection, for the case that it reads nothing.
    ///
    /// # Errors
    /// `Unavailable` where there are too many, or the server stops.
    pub fn connect(
        &self,
        ip: Option<IpAddr>,
        resume: Resume<'_>,
        cut: impl Fn() + Send + Sync + 'static,
    ) -> Result<Stream> {
        let parts = &self.parts;
        let course = match resume {
            Resume::Never => None,
            Resume::Begin => Some(Course::Begins { after: parts.told.load(Ordering::SeqCst), lost: false }),
            Resume::From(place) => Some(match parts.places.open(place) {
                Some(after) => Course::Begins { after, lost: false },
                None => Course::Begins { after: parts.told.load(Ordering::SeqCst), lost: true },
            }),
        };
        let number = parts.next.fetch_add(1, Ordering::Relaxed);
        let (client, inbox) = Client::new(ids::random_alphanumeric(ID), number, ip, course, Box::new(cut));
        if !parts.clients.add(&client, parts.most_clients) {
            return Err(Error::Unavailable("No more realtime clients can be connected.".into()));
        }
        Ok(Stream::new(Arc::clone(parts), client, inbox))
    }

    /// Replaces what a client wants to hear, and as whom.
    ///
    /// # Errors
    /// `NotFound` for an unknown client; `Invalid` where it is connected from another address; `Forbidden` where it is
    /// signed in as somebody else; `Unavailable` where all clients together want too much.
    pub fn subscribe(
        &self,
        client_id: &str,
        ip: Option<IpAddr>,
        session: Option<Session>,
        topics: &[String],
    ) -> Result<()> {
        let parts = &self.parts;
        let client = parts.clients.find(client_id).ok_or_else(clients::unknown)?;
        if client.ip != ip {
            return Err(Error::bad_request("Invalid realtime client."));
        }
        let _posting = client.posting.lock();
        // The broadcaster may not have heard yet of what happened to the account.
        let signed_in = client.session().map(|session| parts.auth.session_now(&session)).transpose()?.flatten();
        if signed_in.is_some_and(|before| !session.as_ref().is_some_and(|now| now.is_of(&before))) {
            let message = "The current and the previous request authorization don't match.";
            return Err(Error::Forbidden(message.into()));
        }
        client.set_session(session.clone());
        // What happened to the account since its token was checked and before it was set is seen here, and what happens
        // later by the broadcaster.
        if let Some(session) = session {
            let now = parts.auth.session_now(&session)?;
            client.renew(&session, now.as_ref());
        }
        let course = *client.course.lock();
        let newest = parts.store.read_here(changes::newest)?;
        match course {
            Course::Begins { after, lost } if topics.iter().any(|topic| !topic.is_empty()) => {
                parts.clients.subscribe(&client, topics, after.min(newest))?;
                *client.course.lock() = Course::Runs;
                tokio::spawn(replay::run(Arc::clone(parts), Arc::clone(&client), after, lost));
                Ok(())
            }
            _ => parts.clients.subscribe(&client, topics, newest),
        }
    }

    /// Finds the clients that wait for the end of a sign-in in another window.
    pub fn listener(&self) -> Listener {
        // Sign-in is known here already, and must not hold on to this room in turn.
        let parts = Arc::downgrade(&self.parts);
        Arc::new(move |client| Self { parts: parts.upgrade()? }.waiter(client))
    }

    /// The client of this id that waits; it waits no more.
    fn waiter(&self, client_id: &str) -> Option<Waiter> {
        let client = self.parts.clients.find(client_id)?;
        if !self.parts.clients.stop_waiting(&client) {
            return None;
        }
        let ip = client.ip;
        let tell = move |message: serde_json::Value| {
            let rest: Bytes = frame::rest(topic::OAUTH2, message.to_string().as_bytes());
            client.send(Message { id: Id::Client, rest });
        };
        Some(Waiter { ip, tell: Box::new(tell) })
    }
}
