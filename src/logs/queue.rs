//! Entries on their way to the disk. Putting one in never waits: where there is no room it is dropped and counted.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::entry::Entry;

/// How many entries are worth a transaction of their own (contract: settings, section 6.1).
const BATCH: usize = 200;
/// How long a batch gathers further ones: where entries come by thousands, a transaction has hundreds of them.
const GATHER: Duration = Duration::from_millis(100);
/// How many are written at once, however soon there are as many.
const MANY: usize = 2000;
/// How long no entry must come before fewer are written.
const QUIET: Duration = Duration::from_secs(3);
/// How long an entry waits at most where they keep coming.
const LONGEST: Duration = Duration::from_secs(15);

/// How many entries may wait.
pub(super) const MOST: usize = 5000;
/// How much memory they may take.
const MOST_BYTES: usize = 16 << 20;

/// The queue.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    waiting: Vec<Entry>,
    bytes: usize,
    /// How many were dropped and are not told of yet.
    dropped: u64,
    /// When the first and the last of those that wait came.
    times: Option<(Instant, Instant)>,
}

/// What is taken out to be written.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) entries: Vec<Entry>,
    /// How many were dropped since the last time.
    pub(super) dropped: u64,
}

impl State {
    /// When what waits is to be written: soon where it is a batch, else after quiet or a while; never where nothing
    /// waits.
    fn due_at(&self) -> Option<Instant> {
        let (first, last) = self.times?;
        match self.waiting.len() {
            MANY.. => Some(first),
            BATCH.. => Some(first + GATHER),
            _ => Some((last + QUIET).min(first + LONGEST)),
        }
    }
}

impl Queue {
    /// Puts an entry in, if there is room.
    pub(super) fn put(&self, entry: Entry) {
        let size = entry.size();
        let now = Instant::now();
        let mut state = self.state.lock();
        if state.waiting.len() >= MOST || state.bytes + size > MOST_BYTES {
            state.dropped += 1;
            return;
        }
        state.bytes += size;
        state.waiting.push(entry);
        state.times = Some((state.times.map_or(now, |(first, _)| first), now));
        let count = state.waiting.len();
        drop(state);
        if matches!(count, 1 | BATCH | MANY) {
            self.wake.notify_one();
        }
    }

    /// Waits until it is time to write: a batch is there, or no more have come for a while.
    pub(super) async fn due(&self) {
        loop {
            let until = self.state.lock().due_at();
            let Some(until) = until else {
                self.wake.notified().await;
                continue;
            };
            if until <= Instant::now() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = self.wake.notified() => {}
            }
        }
    }

    /// Takes everything out.
    pub(super) fn take(&self) -> Taken {
        let mut state = self.state.lock();
        let State { waiting, dropped, .. } = std::mem::take(&mut *state);
        Taken { entries: waiting, dropped }
    }

    /// Puts back what could not be written, before what came since. What has no room any more is dropped.
    pub(super) fn give_back(&self, taken: Taken) {
        let Taken { mut entries, dropped } = taken;
        let now = Instant::now();
        let mut state = self.state.lock();
        entries.append(&mut state.waiting);
        let mut bytes = 0;
        let room = entries.iter().take(MOST).take_while(|entry| {
            bytes += entry.size();
            bytes <= MOST_BYTES
        });
        let room = room.count();
        let without = entries.len() - room;
        entries.truncate(room);
        state.bytes = entries.iter().map(Entry::size).sum();
        state.dropped += dropped + without as u64;
        state.times = (!entries.is_empty()).then_some((now, now));
        state.waiting = entries;
    }

    /// How many wait or were dropped.
    pub(super) fn unwritten(&self) -> u64 {
        let state = self.state.lock();
        state.waiting.len() as u64 + state.dropped
    }

    /// Counts entries that were lost on their way.
    pub(super) fn lost(&self, count: u64) {
        self.state.lock().dropped += count;
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Level;
    use super::*;

    fn entry(message: &str) -> Entry {
        Entry::event(Level::Info, message, &serde_json::Map::new())
    }

    fn messages(taken: &Taken) -> Vec<&str> {
        taken.entries.iter().map(|entry| entry.message.as_str()).collect()
    }

    #[test]
    fn entries_are_due_after_quiet_as_a_batch_or_after_a_while() {
        let queue = Queue::default();
        assert_eq!(queue.state.lock().due_at(), None);
        queue.put(entry("a"));
        let mut state = queue.state.lock();
        let (first, _) = state.times.expect("one waits");
        assert_eq!(state.due_at(), Some(first + QUIET));
        state.times = Some((first, first + QUIET));
        assert_eq!(state.due_at(), Some(first + 2 * QUIET));
        state.times = Some((first, first + 2 * LONGEST));
        assert_eq!(state.due_at(), Some(first + LONGEST));
        drop(state);
        (1..BATCH).for_each(|_| queue.put(entry("x")));
        assert_eq!(queue.state.lock().due_at(), Some(first + GATHER));
        (BATCH..MANY).for_each(|_| queue.put(entry("x")));
        assert_eq!(queue.state.lock().due_at(), Some(first));
    }

    #[tokio::test]
    async fn a_batch_wakes_who_waits() {
        let queue = Queue::default();
        tokio::join!(queue.due(), async {
            tokio::task::yield_now().await;
            (0..BATCH).for_each(|_| queue.put(entry("x")));
        });
        assert_eq!(queue.take().entries.len(), BATCH);
        assert_eq!(queue.state.lock().due_at(), None);
    }

    #[test]
    fn what_has_no_room_is_counted_and_what_is_given_back_comes_first() {
        let queue = Queue::default();
        (0..MOST + 3).for_each(|_| queue.put(entry("x")));
        let taken = queue.take();
        assert_eq!((taken.entries.len(), taken.dropped), (MOST, 3));
        queue.put(entry("later"));
        queue.give_back(taken);
        assert_eq!(queue.unwritten(), MOST as u64 + 4);
        let taken = queue.take();
        assert_eq!((taken.entries.len(), taken.dropped), (MOST, 4));

        queue.put(entry("b"));
        queue.give_back(Taken { entries: vec![entry("a")], dropped: 0 });
        assert_eq!(messages(&queue.take()), ["a", "b"]);
    }

    #[test]
    fn large_entries_take_more_room() {
        let queue = Queue::default();
        let large = "x".repeat(8 << 10);
        (0..2100).for_each(|_| queue.put(entry(&large)));
        let taken = queue.take();
        assert!((1900..2048).contains(&taken.entries.len()), "{}", taken.entries.len());
        assert_eq!(taken.entries.len() as u64 + taken.dropped, 2100);
    }
}
