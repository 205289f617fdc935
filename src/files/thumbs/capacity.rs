//! How much is done for thumbs at once: whoever may see an image can ask for its thumbs, and each takes a processor and
//! much memory for a while.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How long a request waits for a turn, in seconds, where nothing else is said.
const WAIT: u64 = 60;
/// How much memory all thumbs that are being made may take together; one that needs more is made alone.
const MEMORY: u64 = 512 << 20;
/// Memory is counted in pieces of this size.
const PIECE: u64 = 64 << 10;

/// Turns and memory.
pub(super) struct Capacity {
    turns: Semaphore,
    memory: Arc<Semaphore>,
    pub(super) wait: Duration,
}

/// A turn, until it is dropped.
pub(super) struct Turn<'c> {
    _permit: tokio::sync::SemaphorePermit<'c>,
}

impl Capacity {
    /// As the environment says, or else two more turns than there are processors, each waited for up to a minute.
    pub(super) fn from_environment() -> Self {
        let turns = set(["TUCKBOX_THUMBS_MAX_WORKERS", "PB_THUMBS_MAX_WORKERS"]).filter(|turns| *turns > 0);
        let wait = set(["TUCKBOX_THUMBS_MAX_WAIT", "PB_THUMBS_MAX_WAIT"]);
        let turns = turns.and_then(|turns| usize::try_from(turns).ok());
        let turns = turns.unwrap_or_else(|| available_parallelism().map_or(1, usize::from) + 2);
        Self::new(turns, Duration::from_secs(wait.unwrap_or(WAIT)))
    }

    pub(super) fn new(turns: usize, wait: Duration) -> Self {
        let turns = Semaphore::new(turns.min(Semaphore::MAX_PERMITS));
        Self { turns, memory: Arc::new(Semaphore::new(pieces(MEMORY) as usize)), wait }
    }

    /// A turn; `None` where none becomes free in time.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        let permit = timeout(self.wait, self.turns.acquire()).await.ok()?.ok()?;
        Some(Turn { _permit: permit })
    }

    /// Asks for memory on a thread that may block.
    pub(super) fn memory(&self) -> Memory {
        Memory { pieces: Arc::clone(&self.memory), runtime: Handle::current() }
    }
}

/// The memory that is shared by all who have a turn.
pub(super) struct Memory {
    pieces: Arc<Semaphore>,
    runtime: Handle,
}

impl Memory {
    /// Runs work once there is room for this many bytes. Blocks; it never waits for long, since nobody who has memory
    /// waits for anything.
    pub(super) fn with<T>(&self, bytes: u64, work: impl FnOnce() -> T) -> T {
        let _held = self.runtime.block_on(self.pieces.acquire_many(pieces(bytes.min(MEMORY))));
        work()
    }
}

fn pieces(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX)
}

/// The first of these variables that is set, where it is a number.
fn set(names: [&str; 2]) -> Option<u64> {
    names.into_iter().find_map(|name| std::env::var(name).ok()).and_then(|value| value.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn there_are_no_more_turns_than_said() {
        let capacity = Capacity::new(2, Duration::ZERO);
        let (one, two) = (capacity.turn().await, capacity.turn().await);
        assert!(one.is_some() && two.is_some());
        assert!(capacity.turn().await.is_none());
        drop(one);
        assert!(capacity.turn().await.is_some());
    }

    #[tokio::test]
    async fn who_needs_more_memory_than_there_is_has_it_alone() {
        let capacity = Capacity::new(1, Duration::ZERO);
        let (memory, left) = (capacity.memory(), Arc::clone(&capacity.memory));
        let during = tokio::task::spawn_blocking(move || {
            let little = memory.with(PIECE + 1, || left.available_permits());
            (little, memory.with(u64::MAX, || left.available_permits()))
        });
        let all = pieces(MEMORY) as usize;
        assert_eq!(during.await.expect("ended"), (all - 2, 0));
        assert_eq!(capacity.memory.available_permits(), all);
    }
}
