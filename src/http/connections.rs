//! The connections that are open: how many there may be, and which one goes when there is no room for another.
//!
//! A connection that waits for its client (between requests, in the middle of a header or a body) holds nobody up
//! but takes a place. When all places are taken, the one that has waited longest makes room.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;

/// How long the requests of a connection may take before others get their turn.
const TURN: Duration = Duration::from_millis(1);

/// The open connections.
#[derive(Clone)]
pub(super) struct Connections {
    shared: Arc<Shared>,
}

struct Shared {
    most: usize,
    open: Mutex<HashMap<u64, Arc<Connection>>>,
    next: AtomicU64,
}

/// What is known of an open connection.
pub(in crate::http) struct Connection {
    number: u64,
    opened: Instant,
    /// Requests that are being answered.
    running: AtomicUsize,
    /// Those of them that wait for the rest of their body.
    waiting: AtomicUsize,
    /// Requests that were ever begun.
    begun: AtomicU64,
    /// When the last request was answered, in milliseconds after `opened`.
    answered: AtomicU64,
    /// How long handlers have worked since the connection last gave way to others, in microseconds.
    worked: AtomicU64,
    /// When the last byte went in or out, in milliseconds after `opened`.
    moved: AtomicU64,
    leave: Notify,
}

/// A place among the connections; given back when it is dropped.
pub(super) struct Place {
    connections: Connections,
    pub(super) connection: Arc<Connection>,
}

impl Connections {
    /// Room for this many.
    pub(super) fn new(most: usize) -> Self {
        Self { shared: Arc::new(Shared { most, open: Mutex::default(), next: AtomicU64::new(0) }) }
    }

    /// How many are open.
    pub(super) fn open(&self) -> usize {
        self.shared.open.lock().len()
    }

    /// A place for a new connection; where all are taken, another connection is told to leave. `None` where all of
    /// them are at work.
    pub(super) fn enter(&self) -> Option<Place> {
        let mut open = self.shared.open.lock();
        if open.len() >= self.shared.most && !dismiss_longest_idle(&mut open) {
            return None;
        }
        let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection::new(number));
        open.insert(number, Arc::clone(&connection));
        Some(Place { connections: self.clone(), connection })
    }

    /// Tells the connection that has waited longest to leave: the system has no room for another.
    pub(super) fn make_room(&self) {
        dismiss_longest_idle(&mut self.shared.open.lock());
    }
}

/// Tells the connection that has waited longest to leave, and frees its place; whether there is one.
fn dismiss_longest_idle(open: &mut HashMap<u64, Arc<Connection>>) -> bool {
    let longest = open.iter().filter(|(_, one)| one.is_idle()).min_by_key(|(_, one)| one.idle_since());
    let number = longest.map(|(&number, _)| number);
    let Some(idle) = number.and_then(|number| open.remove(&number)) else { return false };
    idle.leave.notify_one();
    true
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.shared.open.lock().remove(&self.connection.number);
    }
}

impl Connection {
    fn new(number: u64) -> Self {
        Self {
            number,
            opened: Instant::now(),
            running: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            begun: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            worked: AtomicU64::new(0),
            leave: Notify::new(),
        }
    }

    /// Counts a request until the guard is dropped.
    pub(super) fn request(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed);
        Running { connection: Arc::clone(self), since: Instant::now() }
    }

    /// Lets others go first where this connection has had its turn. Requests that are sent in one go are answered in
    /// one go otherwise, and all others wait for the last of them.
    pub(super) async fn give_way(&self) {
        if self.worked.load(Ordering::Relaxed) > TURN.as_micros() as u64 {
            self.worked.store(0, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    }

    /// A request begins or ends to wait for its client.
    pub(in crate::http) fn waits_for_client(&self, waits: bool) {
        if waits {
            self.waiting.fetch_add(1, Ordering::Relaxed);
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Counts an answer that goes on for as long as the guard lives. It waits for nothing but news: its connection is no
    /// silent one, but may make room for another.
    pub(in crate::http) fn stream(self: &Arc<Self>) -> Streaming {
        self.running.fetch_add(1, Ordering::Relaxed);
        self.waits_for_client(true);
        Streaming(Arc::clone(self))
    }

    /// Tells the connection to leave, whatever it is at.
    pub(in crate::http) fn dismiss(&self) {
        self.leave.notify_one();
    }

    /// Bytes went in or out.
    pub(super) fn moves(&self) {
        self.moved.store(self.age(), Ordering::Relaxed);
    }

    /// Comes back when the connection has to go: nothing was asked and nothing moved for `limit`, or its place is
    /// needed.
    pub(super) async fn has_to_leave(&self, limit: Duration) {
        loop {
            let rest = limit.saturating_sub(self.silence());
            if rest.is_zero() && self.running.load(Ordering::Relaxed) == 0 {
                return;
            }
            tokio::select! {
                () = self.leave.notified() => return,
                () = tokio::time::sleep(rest.max(Duration::from_secs(1))) => {}
            }
        }
    }

    /// Comes back when the client has sent nothing for `limit` though only it could go on.
    pub(super) async fn is_abandoned(&self, limit: Duration) {
        loop {
            let rest = limit.saturating_sub(self.silence());
            if rest.is_zero() && self.is_idle() {
                return;
            }
            tokio::time::sleep(rest.max(Duration::from_millis(50))).await;
        }
    }

    /// How long nothing has happened. A connection that never asked anything is silent from its beginning.
    fn silence(&self) -> Duration {
        let last = match self.begun.load(Ordering::Relaxed) {
            0 => 0,
            _ => self.answered.load(Ordering::Relaxed).max(self.moved.load(Ordering::Relaxed)),
        };
        Duration::from_millis(self.age().saturating_sub(last))
    }

    /// Whether all of its requests wait for the client.
    fn is_idle(&self) -> bool {
        self.running.load(Ordering::Relaxed) <= self.waiting.load(Ordering::Relaxed)
    }

    fn idle_since(&self) -> Instant {
        self.opened + Duration::from_millis(self.answered.load(Ordering::Relaxed))
    }

    fn age(&self) -> u64 {
        self.opened.elapsed().as_millis() as u64
    }
}

/// An answer that goes on.
pub(in crate::http) struct Streaming(Arc<Connection>);

impl Drop for Streaming {
    fn drop(&mut self) {
        self.0.waits_for_client(false);
        self.0.answered.store(self.0.age(), Ordering::Relaxed);
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request that is being answered.
pub(super) struct Running {
    connection: Arc<Connection>,
    since: Instant,
}

impl Drop for Running {
    fn drop(&mut self) {
        let connection = &self.connection;
        connection.worked.fetch_add(self.since.elapsed().as_micros() as u64, Ordering::Relaxed);
        connection.answered.store(connection.age(), Ordering::Relaxed);
        connection.running.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test]
    async fn the_longest_idle_connection_makes_room() {
        let connections = Connections::new(2);
        let old = connections.enter().expect("room");
        tokio::time::sleep(Duration::from_millis(5)).await;
        let young = connections.enter().expect("room");
        let third = connections.enter().expect("room was made");
        old.connection.has_to_leave(Duration::from_secs(60)).await;
        assert_eq!(connections.shared.open.lock().len(), 2);
        drop((old, young, third));
        assert!(connections.shared.open.lock().is_empty());
    }

    #[test]
    fn connections_at_work_keep_their_places() {
        let connections = Connections::new(1);
        let place = connections.enter().expect("room");
        let running = place.connection.request();
        assert!(connections.enter().is_none());
        place.connection.waits_for_client(true);
        assert!(connections.enter().is_some());
        drop(running);
    }

    #[test]
    fn a_connection_that_had_its_turn_lets_others_go_first_once() {
        let connections = Connections::new(1);
        let place = connections.enter().expect("room");
        let goes_on = || {
            let mut context = Context::from_waker(Waker::noop());
            pin!(place.connection.give_way()).poll(&mut context).is_ready()
        };
        assert!(goes_on());
        place.connection.worked.store(2 * TURN.as_micros() as u64, Ordering::Relaxed);
        assert!(!goes_on());
        assert!(goes_on());
    }

    #[tokio::test]
    async fn a_silent_connection_leaves_by_itself() {
        let connections = Connections::new(1);
        let place = connections.enter().expect("room");
        tokio::time::sleep(Duration::from_millis(5)).await;
        place.connection.has_to_leave(Duration::from_millis(1)).await;
    }
}
