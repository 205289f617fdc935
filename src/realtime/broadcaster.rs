//! The follower that tells connected clients of changes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Parts;
use super::client::{Client, Id, Message};
use super::clients::Listener;
use super::frame;
use super::teller::{Teller, Time, Told};
use crate::auth::Session;
use crate::changes::{self, Begin, Change, Follower};
use crate::error::{Error, Result};
use crate::records;
use crate::schema::{CollectionRef, Record, Schema};
use crate::store::{State, Tx};

/// How long the records of a batch may take to be read.
const TIME: Duration = Duration::from_secs(10);
/// How many topics of a client are always answered, and how long the others may take together.
const FEW: usize = 8;
const MANY: Duration = Duration::from_millis(500);
/// After how many failures in a row changes are passed over.
const FAILURES: u32 = 3;
/// How often tables and snapshot are looked at until they fit, and the pause between.
const ATTEMPTS: usize = 5;
const PUBLICATION: Duration = Duration::from_millis(2);

/// Follows the feed and tells the clients.
pub(super) struct Broadcaster {
    parts: Arc<Parts>,
    /// The collections by which accounts were looked at.
    schema_version: u64,
    /// The last change that was told, for a batch that comes again.
    told: i64,
    /// The change that is being told; still there after a panic.
    telling: Option<i64>,
    /// How often in a row nothing could be read.
    failures: u32,
}

/// Which clients were told to read everything anew, by which of their topics, during a stretch of changes: once is
/// enough, since all of them are committed by then.
pub(super) type Resyncs = HashSet<(u64, Arc<str>)>;

/// A stretch of the feed with the records that its changes tell of.
pub(super) struct Stretch {
    pub(super) schema: Arc<Schema>,
    pub(super) now: State,
    pub(super) records: HashMap<i64, Record>,
}

impl Broadcaster {
    pub(super) fn new(parts: Arc<Parts>) -> Self {
        let schema_version = parts.schema.current().version;
        Self { parts, schema_version, told: 0, telling: None, failures: 0 }
    }

    /// Accounts whose records or collections changed are signed in as they are now, or no longer.
    fn follow_accounts(&mut self, schema: &Schema, changes: &[Change]) {
        let all = std::mem::replace(&mut self.schema_version, schema.version) != schema.version;
        let is_account = |change: &&Change| schema.by_id(&change.collection).is_some_and(|one| one.is_auth());
        let changed: HashSet<(&str, &str)> = changes
            .iter()
            .filter(is_account)
            .map(|change| (change.collection.as_str(), change.record.as_str()))
            .collect();
        if !all && changed.is_empty() {
            return;
        }
        for client in self.parts.clients.all() {
            let Some(session) = client.session() else { continue };
            if all || changed.contains(&(session.caller.collection_id.as_str(), session.caller.id.as_str())) {
                self.renew(&client, &session);
            }
        }
    }

    fn renew(&self, client: &Client, session: &Session) {
        match self.parts.auth.session_now(session) {
            Ok(now) => client.renew(session, now.as_ref()),
            Err(error) => {
                tracing::error!(%error, "an account could not be read; its client is signed out");
                client.renew(session, None);
            }
        }
    }

    fn tell_all(&mut self, stretch: &Stretch, changes: &[&Change]) {
        // One at which this panicked comes again, and is not tried again: who might hear of it has to come back.
        if let Some(at) = self.telling.take() {
            let listeners = stretch.records.get(&at).map(|record| self.parts.clients.listeners(record, None));
            listeners.iter().flatten().for_each(|one| one.client.disconnect());
            self.told = at;
        }
        let mut resyncs = Resyncs::new();
        for change in changes {
            if change.seq <= self.told {
                continue;
            }
            self.telling = Some(change.seq);
            if let Some(record) = stretch.records.get(&change.seq) {
                self.tell(stretch, change, record, &mut resyncs);
            }
            self.telling = None;
            self.told = change.seq;
        }
    }

    fn tell(&self, stretch: &Stretch, change: &Change, record: &Record, resyncs: &mut Resyncs) {
        let mut listeners = self.parts.clients.listeners(record, None);
        listeners.retain(|one| one.after < change.seq && one.client.is_live_at(change.seq));
        listeners.sort_by_key(|one| one.client.number);
        let mut teller = Teller::new(&self.parts, &stretch.schema, change, record, &stretch.now, Time::Live);
        let mut place = None;
        for of_client in listeners.chunk_by(|a, b| a.client.number == b.client.number) {
            let client = &of_client[0].client;
            for message in messages(&self.parts, &mut teller, change, of_client, &mut place, resyncs) {
                match message {
                    Some(message) => client.send(message),
                    None => client.disconnect(),
                }
            }
        }
    }
}

impl Follower for Broadcaster {
    fn name(&self) -> &'static str {
        "realtime"
    }

    fn begins(&self) -> Begin {
        Begin::Now
    }

    fn apply(&mut self, changes: &[Change]) -> Result<()> {
        let parts = Arc::clone(&self.parts);
        let _turn = parts.turn.lock();
        self.follow_accounts(&parts.schema.current(), changes);
        let wanted: Vec<&Change> = changes
            .iter()
            .filter(|change| change.seq > self.told && parts.watches(&parts.schema.current(), change))
            .collect();
        if !wanted.is_empty() {
            match Stretch::read(&parts, &wanted) {
                Ok(stretch) => self.tell_all(&stretch, &wanted),
                Err(error) if self.failures + 1 < FAILURES => {
                    self.failures += 1;
                    return Err(error);
                }
                Err(error) => {
                    tracing::error!(%error, "changes cannot be read; they are passed over, and all clients disconnected");
                    parts.clients.all().iter().for_each(|client| client.disconnect());
                }
            }
            self.failures = 0;
        }
        if let Some(last) = changes.last() {
            parts.told.store(last.seq, Ordering::SeqCst);
            parts.before.forget(last.seq);
        }
        Ok(())
    }
}

/// The messages for a client that tell of one change, one for each of its topics. None in the place of one means that
/// the client has to come back. `place` keeps the change's place in the feed, for those who want to know it.
pub(super) fn messages(
    parts: &Parts,
    teller: &mut Teller<'_>,
    change: &Change,
    listeners: &[Listener],
    place: &mut Option<Id>,
    resyncs: &mut Resyncs,
) -> Vec<Option<Message>> {
    let Some(client) = listeners.first().map(|one| &one.client) else { return Vec::new() };
    let session = client.session();
    let mut found = Vec::new();
    let begun = Instant::now();
    for (at, listener) in listeners.iter().enumerate() {
        if at >= FEW && begun.elapsed() > MANY {
            tracing::debug!(topics = listeners.len(), "a client that asks too much at once is disconnected");
            found.push(None);
            break;
        }
        let rest = match teller.tell(listener, session.as_ref()) {
            Told::Nothing => continue,
            Told::Message(rest) => rest,
            Told::Undecided if client.replays => {
                if !resyncs.insert((client.number, Arc::clone(&listener.topic.text))) {
                    continue;
                }
                frame::resync(Some(&listener.topic.text))
            }
            Told::Undecided => {
                found.push(None);
                continue;
            }
        };
        found.push(Some(Message { id: if client.replays { Id::None } else { Id::Client }, rest }));
    }
    // Only with the last of them has the client heard of the change.
    if client.replays
        && let Some(Some(last)) = found.last_mut()
    {
        let id = || Id::Position(parts.places.seal(change.seq));
        last.id = place.get_or_insert_with(id).clone();
    }
    found
}

impl Stretch {
    /// Reads what some changes tell of. Where tables are newer than the snapshot of the collections, that comes in a
    /// moment.
    pub(super) fn read(parts: &Parts, changes: &[&Change]) -> Result<Self> {
        let mut attempt = 1;
        loop {
            let last = attempt == ATTEMPTS;
            let (schema, now) = (parts.schema.current(), parts.store.state()?);
            let load = |tx: &mut Tx<'_>, collection: &CollectionRef, id: &str| match records::load(tx, collection, id) {
                Err(Error::StaleSchema(_) | Error::Engine(_)) if last => Ok(None),
                other => other,
            };
            match now.read(TIME, |tx| changes::states(tx, &schema, changes, load)) {
                Ok(records) => return Ok(Self { schema, now, records }),
                Err(Error::StaleSchema(_) | Error::Engine(_)) if !last => sleep(PUBLICATION),
                Err(error) => return Err(error),
            }
            attempt += 1;
        }
    }
}
