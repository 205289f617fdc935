//! Followers: what reacts to changes reads them from the feed, from a position of its own, after their commits.
//!
//! Each follower has a task that sleeps until something is committed (by us, or by another process once that is
//! noticed), reads what is new in batches and hands it on. It takes part in no write, so that no writer waits for it. A
//! follower that fails, or panics, gets the same changes again after a pause: at least once, in order, none left out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::{Change, after, newest, position};
use crate::error::{Error, Result};
use crate::store::{Stamp, Store, WriteLane};

/// How many changes a follower gets at once.
const BATCH: i64 = 512;
/// How long a follower that failed pauses at first, and at most.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The table whose version tells that there is something new.
const TABLE: &str = "_tb_changes";

/// Something that reacts to changes.
pub trait Follower: Send + 'static {
    /// The name of its saved position.
    fn name(&self) -> &'static str;

    /// Where it begins.
    fn begins(&self) -> Begin {
        Begin::Saved
    }

    /// The position that it really goes on from, where it knows better than what was saved.
    fn position(&self, saved: i64) -> i64 {
        saved
    }

    /// Takes changes in, oldest first. They may come again after an error or a crash.
    ///
    /// # Errors
    /// Whatever keeps it from taking them in; it gets them again.
    fn apply(&mut self, changes: &[Change]) -> Result<()>;
}

/// Where a follower begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Where it ended the last time; at first with the oldest change that is kept. Its position is saved.
    Saved,
    /// With the next change from now on. Nothing is saved.
    Now,
}

/// How far a follower is behind the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// The follower's name.
    pub follower: &'static str,
    /// How many changes it has not taken in.
    pub changes: i64,
}

/// Has followers follow.
pub struct Feed {
    store: Store,
    /// The followers, and the last change that each has taken in.
    positions: Mutex<Vec<(&'static str, Arc<AtomicI64>)>>,
    bells: Arc<RwLock<Vec<Arc<Notify>>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    stopping: watch::Sender<bool>,
}

impl Feed {
    /// The feed of a database, whose commits ring from now on.
    pub fn new(store: Store) -> Self {
        let bells: Arc<RwLock<Vec<Arc<Notify>>>> = Arc::default();
        let ringing = Arc::clone(&bells);
        store.on_commit(Arc::new(move || ringing.read().iter().for_each(|bell| bell.notify_one())));
        Self { store, positions: Mutex::default(), bells, tasks: Mutex::default(), stopping: watch::Sender::new(false) }
    }

    /// Has a follower follow until the end. What is committed after this call reaches it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn follow(&self, follower: impl Follower) -> Result<()> {
        let bell = Arc::new(Notify::new());
        self.bells.write().push(Arc::clone(&bell));
        let name = follower.name();
        let durable = follower.begins() == Begin::Saved;
        let last = self.store.read_here(newest)?;
        let at = match durable {
            true => follower.position(self.store.read_here(|tx| position::saved(tx, name))?.unwrap_or(0)),
            false => last,
        };
        if at > last {
            tracing::warn!(
                follower = name,
                at,
                last,
                "a follower is ahead of the feed; it goes on from the feed's end"
            );
        }
        let at = at.min(last);
        let told = Arc::new(AtomicI64::new(at));
        self.positions.lock().push((name, Arc::clone(&told)));
        let course = Course { store: self.store.clone(), bell, name, durable, at, told, seen: None };
        let stopping = self.stopping.subscribe();
        self.tasks.lock().push(tokio::spawn(course.run(Box::new(follower), stopping)));
        Ok(())
    }

    /// How far each follower is behind.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn lags(&self) -> Result<Vec<Lag>> {
        let newest = self.store.read_here(newest)?;
        let lag = |(follower, at): &(&'static str, Arc<AtomicI64>)| Lag {
            follower,
            changes: newest.saturating_sub(at.load(Ordering::Relaxed)).max(0),
        };
        Ok(self.positions.lock().iter().map(lag).collect())
    }

    /// Ends all followers after the batch that they are at.
    pub async fn stop(&self) {
        self.stopping.send_replace(true);
        let tasks = std::mem::take(&mut *self.tasks.lock());
        for task in tasks {
            if task.await.is_err() {
                tracing::error!("the task of a follower ended by a panic");
            }
        }
    }
}

/// A follower's way through the feed.
struct Course {
    store: Store,
    bell: Arc<Notify>,
    name: &'static str,
    durable: bool,
    /// The last change that it has taken in.
    at: i64,
    /// The same for others to see.
    told: Arc<AtomicI64>,
    /// What the feed's version was when nothing more was there.
    seen: Option<Stamp>,
}

impl Course {
    async fn run(mut self, mut follower: Box<dyn Follower>, mut stopping: watch::Receiver<bool>) {
        let mut pause = PAUSE;
        while !*stopping.borrow() {
            let step;
            (follower, step) = self.step(follower).await;
            let wait = match step {
                Ok(true) => {
                    pause = PAUSE;
                    continue;
                }
                Ok(false) => None,
                Err(_) if self.store.is_closing() => return,
                Err(error) => {
                    tracing::warn!(follower = self.name, %error, pause_ms = pause.as_millis(), "a follower failed; it tries again");
                    let wait = pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    Some(wait)
                }
            };
            tokio::select! {
                _ = stopping.changed() => {}
                () = self.bell.notified(), if wait.is_none() => {}
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
            }
        }
    }

    /// Hands the next batch on; whether there was one.
    async fn step(&mut self, follower: Box<dyn Follower>) -> (Box<dyn Follower>, Result<bool>) {
        let stamp = self.store.versions(&[TABLE]);
        if self.seen.as_ref() == Some(&stamp) {
            return (follower, Ok(false));
        }
        let changes = match self.store.read_here(|tx| after(tx, self.at, BATCH)) {
            Ok(changes) => changes,
            Err(error) => return (follower, Err(error)),
        };
        let Some(last) = changes.last().map(|change| change.seq) else {
            self.seen = Some(stamp);
            return (follower, Ok(false));
        };
        if self.at > 0 && changes[0].seq > self.at + 1 {
            let missed = changes[0].seq - self.at - 1;
            tracing::warn!(follower = self.name, missed, "changes were trimmed before a follower took them in");
        }
        let (follower, applied) = apply(follower, changes).await;
        if let Err(error) = applied {
            return (follower, Err(error));
        }
        self.at = last;
        self.told.store(last, Ordering::Relaxed);
        (follower, self.save().await.map(|()| true))
    }

    /// A position that is not saved is a batch that comes again after a restart.
    async fn save(&self) -> Result<()> {
        if !self.durable {
            return Ok(());
        }
        let (name, at) = (self.name, self.at);
        self.store.write(WriteLane::Grouped, move |tx| position::save(tx, name, at)).await
    }
}

/// Has a follower take changes in, where that holds up nobody.
async fn apply(mut follower: Box<dyn Follower>, changes: Vec<Change>) -> (Box<dyn Follower>, Result<()>) {
    let applied = tokio::task::spawn_blocking(move || {
        let applied = catch_unwind(AssertUnwindSafe(|| follower.apply(&changes)));
        (follower, applied.unwrap_or_else(|_| Err(Error::internal("the follower panicked"))))
    });
    match applied.await {
        Ok(done) => done,
        // Panics are caught inside, and nobody aborts it.
        Err(error) => std::panic::resume_unwind(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tempfile::TempDir;
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

    use super::*;
    use crate::store::{StoreOptions, Value};

    /// Tells the numbers of what it gets; fails and panics where it is told to.
    struct Listener {
        begins: Begin,
        heard: UnboundedSender<i64>,
        fails: u32,
        panics: u32,
        /// Where it says that it is.
        knows: Option<i64>,
    }

    impl Follower for Listener {
        fn name(&self) -> &'static str {
            "listener"
        }

        fn begins(&self) -> Begin {
            self.begins
        }

        fn position(&self, saved: i64) -> i64 {
            self.knows.unwrap_or(saved)
        }

        fn apply(&mut self, changes: &[Change]) -> Result<()> {
            if self.panics > 0 {
                self.panics -= 1;
                panic!("on purpose");
            }
            if self.fails > 0 {
                self.fails -= 1;
                return Err(Error::internal("on purpose"));
            }
            changes.iter().for_each(|change| _ = self.heard.send(change.seq));
            Ok(())
        }
    }

    struct House {
        store: Store,
        feed: Feed,
        heard: UnboundedReceiver<i64>,
    }

    impl House {
        fn open(dir: &Path, begins: Begin, fails: u32, panics: u32) -> Self {
            Self::with(dir, |heard| Listener { begins, heard, fails, panics, knows: None })
        }

        fn with(dir: &Path, listener: impl FnOnce(UnboundedSender<i64>) -> Listener) -> Self {
            let store = Store::open(&StoreOptions::new(dir.join("data.db"))).expect("a database");
            let feed = Feed::new(store.clone());
            let (sender, heard) = unbounded_channel();
            feed.follow(listener(sender)).expect("followed");
            Self { store, feed, heard }
        }

        async fn change(&self, count: i64) {
            let write = move |tx: &mut crate::store::Tx<'_>| {
                for _ in 0..count {
                    let insert = "INSERT INTO _tb_changes (collection, record, op, at) VALUES ('c', 'r', 'create', ?)";
                    tx.execute((insert, &[Value::Int(crate::time::now().timestamp_millis())]))?;
                }
                Ok(())
            };
            self.store.write(WriteLane::Grouped, write).await.expect("written");
        }

        /// Takes the changes before one out of the feed.
        async fn trim(&self, before: i64) {
            let write = move |tx: &mut crate::store::Tx<'_>| {
                tx.execute(("DELETE FROM _tb_changes WHERE seq < ?", &[Value::Int(before)]))
            };
            self.store.write(WriteLane::Grouped, write).await.expect("trimmed");
        }

        async fn hears(&mut self, expected: std::ops::RangeInclusive<i64>) {
            for seq in expected {
                assert_eq!(self.heard.recv().await, Some(seq));
            }
        }

        async fn close(self) {
            self.feed.stop().await;
            self.store.close().await;
        }
    }

    #[tokio::test]
    async fn a_follower_goes_on_after_a_restart_where_it_ended() {
        let dir = TempDir::new().expect("a directory");
        let mut house = House::open(dir.path(), Begin::Saved, 0, 0);
        house.change(3).await;
        house.hears(1..=3).await;
        house.change(2 * BATCH).await;
        house.hears(4..=3 + 2 * BATCH).await;
        house.close().await;

        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("a database");
        let saved = store.read_here(|tx| position::saved(tx, "listener")).expect("read");
        assert_eq!(saved, Some(3 + 2 * BATCH));
        store.close().await;

        let mut house = House::open(dir.path(), Begin::Saved, 0, 0);
        house.change(1).await;
        house.hears(4 + 2 * BATCH..=4 + 2 * BATCH).await;
        house.close().await;
    }

    #[tokio::test]
    async fn one_that_begins_now_hears_nothing_old_and_saves_nothing() {
        let dir = TempDir::new().expect("a directory");
        let house = House::open(dir.path(), Begin::Now, 0, 0);
        house.change(3).await;
        house.close().await;
        let mut house = House::open(dir.path(), Begin::Now, 0, 0);
        house.change(1).await;
        house.hears(4..=4).await;
        assert_eq!(house.store.read_here(|tx| position::saved(tx, "listener")).expect("read"), None);
        house.close().await;
    }

    #[tokio::test]
    async fn one_that_starts_after_trimming_begins_with_what_is_left() {
        let dir = TempDir::new().expect("a directory");
        let mut house = House::open(dir.path(), Begin::Saved, 0, 0);
        house.change(3).await;
        house.hears(1..=3).await;
        house.close().await;
        let house = House::open(dir.path(), Begin::Now, 0, 0);
        house.change(6).await;
        house.trim(7).await;
        house.close().await;
        let mut house = House::open(dir.path(), Begin::Saved, 0, 0);
        house.hears(7..=9).await;
        house.change(1).await;
        house.hears(10..=10).await;
        house.close().await;
    }

    #[tokio::test]
    async fn one_that_is_ahead_of_the_feed_misses_nothing_that_comes() {
        let dir = TempDir::new().expect("a directory");
        let house = House::open(dir.path(), Begin::Now, 0, 0);
        house.change(3).await;
        house.close().await;
        let ahead = |heard| Listener { begins: Begin::Saved, heard, fails: 0, panics: 0, knows: Some(1000) };
        let mut house = House::with(dir.path(), ahead);
        house.change(2).await;
        house.hears(4..=5).await;
        house.close().await;
    }

    #[tokio::test]
    async fn what_was_not_taken_in_comes_again() {
        let dir = TempDir::new().expect("a directory");
        let mut house = House::open(dir.path(), Begin::Saved, 1, 1);
        house.change(2).await;
        house.hears(1..=2).await;
        house.change(1).await;
        house.hears(3..=3).await;
        house.close().await;
    }
}
