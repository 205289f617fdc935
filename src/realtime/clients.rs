//! The clients and what each of them wants to hear, found by the words of the topics.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::RwLock;

use super::client::Client;
use super::topic::{OAUTH2, Topic};
use crate::error::{Error, Result};
use crate::schema::Record;

/// How many bytes all topics may have together.
const BYTES: usize = 256 << 20;
/// How many those of one account may have, or of all guests of one network, so that nobody takes the room of all.
const SHARE: usize = BYTES / 8;
/// What a topic takes beside its text.
const TOPIC: usize = 512;

/// The connected clients.
#[derive(Default)]
pub(super) struct Clients(RwLock<Inner>);

#[derive(Default)]
struct Inner {
    by_id: HashMap<String, Arc<Client>>,
    /// The topics of each client, by its number.
    topics_of: HashMap<u64, Held>,
    topics: HashMap<Arc<str>, Entry>,
    /// The topics that begin with the same words.
    by_base: HashMap<String, HashSet<Arc<str>>>,
    /// How many topics are about a collection, by the name or id that they use.
    collections: HashMap<String, Count>,
    bytes: usize,
    shares: HashMap<Owner, usize>,
    closed: bool,
}

/// The topics of a client.
#[derive(Default)]
struct Held {
    texts: Vec<Arc<str>>,
    /// Whose share they are part of: of who the client was when it subscribed.
    owner: Owner,
    bytes: usize,
}

/// Who has a share of the room for topics.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) enum Owner {
    /// Guests whose address is not known.
    #[default]
    Unknown,
    /// The guests of an address, or of an IPv6 network, whose owner has all of its addresses.
    Guests(IpAddr),
    /// A record of an auth collection.
    Account(String, String),
}

impl Owner {
    /// The owner of a client's topics.
    pub(super) fn of(client: &Client) -> Self {
        match (client.session(), client.ip) {
            (Some(session), _) => Self::Account(session.caller.collection_id.clone(), session.caller.id.clone()),
            (None, Some(ip)) => Self::Guests(network(ip)),
            (None, None) => Self::Unknown,
        }
    }
}

/// What one owner may have all addresses of.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

/// How many topics there are of a kind.
#[derive(Default)]
struct Count {
    all: usize,
    /// Those for which the database has to be asked, whatever the rules say.
    asking: usize,
}

struct Entry {
    topic: Arc<Topic>,
    /// Who subscribed to it, and the newest change before that.
    clients: HashMap<u64, (Arc<Client>, i64)>,
}

/// A client that may hear of a change, by one of its topics.
pub(super) struct Listener {
    pub(super) client: Arc<Client>,
    pub(super) topic: Arc<Topic>,
    /// Whether the list rule decides; else the view rule does.
    pub(super) by_list_rule: bool,
    /// It hears of changes after this one.
    pub(super) after: i64,
}

impl Clients {
    /// Takes a client in; false where no more are taken.
    pub(super) fn add(&self, client: &Arc<Client>, most: usize) -> bool {
        let mut inner = self.0.write();
        if inner.closed || inner.by_id.len() >= most {
            return false;
        }
        inner.by_id.insert(client.id.clone(), Arc::clone(client));
        true
    }

    pub(super) fn remove(&self, client: &Client) {
        let mut inner = self.0.write();
        inner.by_id.remove(&client.id);
        inner.drop_topics(client.number);
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<Client>> {
        self.0.read().by_id.get(id).cloned()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.read().by_id.len()
    }

    pub(super) fn all(&self) -> Vec<Arc<Client>> {
        self.0.read().by_id.values().cloned().collect()
    }

    /// Takes no more clients and closes those that are there.
    pub(super) fn close(&self) -> Vec<Arc<Client>> {
        let mut inner = self.0.write();
        inner.closed = true;
        inner.by_id.values().cloned().collect()
    }

    /// Replaces what a client wants to hear. What is new to it begins after the change `after`.
    ///
    /// # Errors
    /// `NotFound` where the client has gone; `Unavailable` where all topics together, or those of its owner, have too
    /// many bytes.
    pub(super) fn subscribe(&self, client: &Arc<Client>, topics: &[String], after: i64) -> Result<()> {
        let wanted: HashSet<&str> = topics.iter().map(String::as_str).filter(|topic| !topic.is_empty()).collect();
        let mut inner = self.0.write();
        if !inner.by_id.contains_key(&client.id) {
            return Err(unknown());
        }
        let before: HashMap<Arc<str>, i64> = inner.begins_of(client.number);
        let bytes: usize = wanted.iter().map(|topic| cost(topic)).sum();
        let owner = Owner::of(client);
        let (mut all, mut share) = (inner.bytes, inner.shares.get(&owner).copied().unwrap_or_default());
        let mut freed = 0;
        if let Some(held) = inner.topics_of.get(&client.number) {
            freed = held.bytes;
            all -= freed;
            share -= if held.owner == owner { freed } else { 0 };
        }
        // Whoever takes no more than before may, whatever others took meanwhile.
        if bytes > freed && (all + bytes > BYTES || share + bytes > SHARE) {
            return Err(Error::Unavailable("Too much is subscribed to.".into()));
        }
        inner.drop_topics(client.number);
        let texts = wanted.into_iter().map(|text| {
            let begins = before.get(text).copied().unwrap_or(after);
            inner.add_topic(client, text, begins)
        });
        let held = Held { texts: texts.collect(), owner: owner.clone(), bytes };
        if bytes > 0 {
            inner.bytes += bytes;
            *inner.shares.entry(owner).or_default() += bytes;
        }
        inner.topics_of.insert(client.number, held);
        Ok(())
    }

    /// Whether anybody subscribed to anything of a collection.
    pub(super) fn watch(&self, id: &str, name: Option<&str>) -> bool {
        self.counts(id, name, |count| count.all > 0)
    }

    /// Whether there are such topics for which the database has to be asked, whatever the rules say.
    pub(super) fn ask(&self, id: &str, name: &str) -> bool {
        self.counts(id, Some(name), |count| count.asking > 0)
    }

    fn counts(&self, id: &str, name: Option<&str>, are: impl Fn(&Count) -> bool) -> bool {
        let collections = &self.0.read().collections;
        [Some(id), name].into_iter().flatten().any(|word| collections.get(word).is_some_and(&are))
    }

    /// Who subscribed to what is about a record: all clients, or this one alone.
    pub(super) fn listeners(&self, record: &Record, only: Option<&Client>) -> Vec<Listener> {
        let (collection_id, collection_name) = (record.collection.id.as_str(), record.collection.name.as_str());
        let inner = self.0.read();
        let mut found = Vec::new();
        let mut names = vec![collection_id];
        if collection_name != collection_id {
            names.push(collection_name);
        }
        for name in names {
            for (base, by_list_rule) in
                [(format!("{name}/*"), true), (name.to_owned(), true), (format!("{name}/{}", record.id()), false)]
            {
                for text in inner.by_base.get(&base).into_iter().flatten() {
                    let Some(Entry { topic, clients }) = inner.topics.get(text) else { continue };
                    let listener = |(client, after): &(Arc<Client>, i64)| Listener {
                        client: Arc::clone(client),
                        topic: Arc::clone(topic),
                        by_list_rule,
                        after: *after,
                    };
                    match only {
                        None => found.extend(clients.values().map(listener)),
                        Some(client) => found.extend(clients.get(&client.number).map(listener)),
                    }
                }
            }
        }
        found
    }

    /// Ends the waiting of a client for the end of a sign-in; whether it waited.
    pub(super) fn stop_waiting(&self, client: &Client) -> bool {
        let mut inner = self.0.write();
        let Some(held) = inner.topics_of.get_mut(&client.number) else { return false };
        let Some(at) = held.texts.iter().position(|topic| &**topic == OAUTH2) else { return false };
        // Its few bytes are given back with the others.
        let text = held.texts.swap_remove(at);
        inner.drop_topic(client.number, &text);
        true
    }
}

impl Inner {
    fn begins_of(&self, client: u64) -> HashMap<Arc<str>, i64> {
        let begin = |text: &Arc<str>| Some((Arc::clone(text), self.topics.get(text)?.clients.get(&client)?.1));
        self.topics_of.get(&client).into_iter().flat_map(|held| &held.texts).filter_map(begin).collect()
    }

    fn add_topic(&mut self, client: &Arc<Client>, text: &str, after: i64) -> Arc<str> {
        if let Some(entry) = self.topics.get_mut(text) {
            entry.clients.insert(client.number, (Arc::clone(client), after));
            return Arc::clone(&entry.topic.text);
        }
        let topic = Arc::new(Topic::new(text));
        let text = Arc::clone(&topic.text);
        if topic.is_one_line() {
            self.by_base.entry(topic.base().to_owned()).or_default().insert(Arc::clone(&text));
            let count = self.collections.entry(topic.collection().to_owned()).or_default();
            count.all += 1;
            count.asking += usize::from(topic.asks());
        }
        let clients = HashMap::from([(client.number, (Arc::clone(client), after))]);
        self.topics.insert(Arc::clone(&text), Entry { topic, clients });
        text
    }

    fn drop_topics(&mut self, client: u64) {
        let Some(held) = self.topics_of.remove(&client) else { return };
        self.bytes -= held.bytes;
        if let Some(share) = self.shares.get_mut(&held.owner) {
            *share -= held.bytes;
            if *share == 0 {
                self.shares.remove(&held.owner);
            }
        }
        for text in held.texts {
            self.drop_topic(client, &text);
        }
    }

    fn drop_topic(&mut self, client: u64, text: &Arc<str>) {
        let Some(entry) = self.topics.get_mut(text) else { return };
        entry.clients.remove(&client);
        if !entry.clients.is_empty() {
            return;
        }
        let Some(Entry { topic, .. }) = self.topics.remove(text) else { return };
        if !topic.is_one_line() {
            return;
        }
        if let Some(same) = self.by_base.get_mut(topic.base()) {
            same.remove(text);
            if same.is_empty() {
                self.by_base.remove(topic.base());
            }
        }
        if let Some(count) = self.collections.get_mut(topic.collection()) {
            count.all -= 1;
            count.asking -= usize::from(topic.asks());
            if count.all == 0 {
                self.collections.remove(topic.collection());
            }
        }
    }
}

/// How many bytes a topic counts for.
fn cost(topic: &str) -> usize {
    TOPIC + topic.len()
}

/// A client that is not there, or no longer.
pub(super) fn unknown() -> Error {
    Error::NotFound("Missing or invalid client id.".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::field::text::TextOptions;
    use crate::schema::{Collection, Field, FieldKind};

    fn client(number: u64) -> Arc<Client> {
        Client::new(format!("client-{number}"), number, None, None, Box::new(|| {})).0
    }

    /// A record of the collection `posts`, whose id is `c1`.
    fn record(id: &str) -> Record {
        let field = Field::new("id", "id", FieldKind::Text(TextOptions::default()));
        let posts = Collection { id: "c1".into(), name: "posts".into(), fields: vec![field], ..Collection::default() };
        let mut record = Record::new(Arc::new(posts));
        record.set("id", id);
        record
    }

    fn heard(clients: &Clients, id: &str) -> Vec<String> {
        let mut found: Vec<_> = clients
            .listeners(&record(id), None)
            .into_iter()
            .map(|one| format!("{} {} {}", one.client.number, one.topic.text, one.by_list_rule))
            .collect();
        found.sort();
        found
    }

    fn topics(list: &[&str]) -> Vec<String> {
        list.iter().map(|topic| (*topic).to_owned()).collect()
    }

    #[test]
    fn topics_are_replaced_and_leave_nothing_behind() {
        let clients = Clients::default();
        let (one, other) = (client(1), client(2));
        assert!(clients.add(&one, 2) && clients.add(&other, 2));
        assert!(!clients.add(&client(3), 2), "there is no room");
        clients.subscribe(&one, &topics(&["posts/*", "c1/r1", "posts", "Posts/*", "posts/*", "", "free"]), 0).unwrap();
        clients.subscribe(&other, &topics(&["posts/*", "posts/*?options={}", "posts/r2"]), 0).unwrap();
        assert_eq!(
            heard(&clients, "r1"),
            ["1 c1/r1 false", "1 posts true", "1 posts/* true", "2 posts/* true", "2 posts/*?options={} true"]
        );
        clients.subscribe(&one, &topics(&["posts/r1"]), 0).unwrap();
        assert_eq!(heard(&clients, "r1"), ["1 posts/r1 false", "2 posts/* true", "2 posts/*?options={} true"]);
        clients.remove(&one);
        clients.remove(&other);
        assert!(clients.subscribe(&one, &[], 0).is_err());
        let inner = clients.0.read();
        assert!(inner.topics.is_empty() && inner.by_base.is_empty() && inner.collections.is_empty());
        assert_eq!((inner.bytes, inner.shares.len()), (0, 0));
    }

    #[test]
    fn what_a_client_heard_before_it_goes_on_hearing_from_where_it_was() {
        let clients = Clients::default();
        let one = client(1);
        clients.add(&one, 9);
        clients.subscribe(&one, &topics(&["posts/*"]), 5).unwrap();
        clients.subscribe(&one, &topics(&["posts/*", "posts/r1"]), 9).unwrap();
        let mut begins: Vec<_> = clients.listeners(&record("r1"), Some(&one)).iter().map(|one| one.after).collect();
        begins.sort_unstable();
        assert_eq!(begins, [5, 9]);
    }

    #[test]
    fn a_topic_of_several_lines_hears_nothing() {
        let clients = Clients::default();
        let one = client(1);
        clients.add(&one, 9);
        clients.subscribe(&one, &topics(&["posts/*?options=\ndata:x"]), 0).unwrap();
        assert!(clients.listeners(&record("r1"), None).is_empty());
        assert!(!clients.watch("c1", Some("posts")));
    }
}
