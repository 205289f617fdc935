//! Readers: a connection that each thread keeps for short reads, and a few threads for long ones.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;
use tracing::Span;

use super::connection::open_reader;
use super::errors::from_engine;
use super::writer::panicked;
use super::{Plans, Watch, stopping};
use crate::error::{Error, Result};
use crate::store::{Row, Statement, StoreOptions, Tx};

/// How many long reads may wait; more are refused at once.
const SLOW_QUEUE: usize = 512;
/// How many times as long as it may take a long read may wait; then it is refused.
const PATIENCE: u32 = 4;
/// How far the threads of long reads stand back when there is less processor than work: they then get a third of
/// what a thread that serves requests gets.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// A connection that cannot write.
pub(in crate::store) struct Reader {
    pub(super) connection: Connection,
    pub(in crate::store) watch: Watch,
}

impl Reader {
    pub(in crate::store) fn open(path: &Path, slow: Option<Duration>) -> Result<Self> {
        let connection = open_reader(path)?;
        Ok(Self { watch: Watch::over(&connection, slow)?, connection })
    }

    /// Runs a read in one transaction, so that its queries see the same state.
    pub(in crate::store) fn read<T>(
        &self,
        plans: Option<&Plans>,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        self.run("BEGIN")?;
        let result = f(&mut Tx::reading(&self.connection, &self.watch, plans));
        self.watch.lift();
        if !self.connection.is_autocommit() {
            self.run("COMMIT")?;
        }
        result
    }

    /// Runs a statement that has no rows.
    pub(super) fn run(&self, sql: &str) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(from_engine)?;
        statement.raw_execute().map(|_| ()).map_err(from_engine)
    }
}

/// Where a thread keeps its reader of one database. The database reaches it too, to close it.
struct Slot {
    database: u64,
    closed: AtomicBool,
    reader: Mutex<Option<Box<Reader>>>,
}

impl Slot {
    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.reader.lock().take();
    }

    fn put(&self, reader: Box<Reader>) {
        let mut place = self.reader.lock();
        if !self.closed.load(Ordering::SeqCst) && place.is_none() {
            *place = Some(reader);
        }
    }
}

thread_local! {
    static OWN: RefCell<Vec<Arc<Slot>>> = const { RefCell::new(Vec::new()) };
}

static DATABASES: AtomicU64 = AtomicU64::new(0);

/// Short reads, run where they are asked for.
pub(super) struct FastReaders {
    database: u64,
    path: PathBuf,
    limit: Duration,
    slow: Option<Duration>,
    plans: Plans,
    closed: AtomicBool,
    slots: Mutex<Vec<Weak<Slot>>>,
}

impl FastReaders {
    pub(super) fn new(options: &StoreOptions, plans: Plans) -> Self {
        Self {
            database: DATABASES.fetch_add(1, Ordering::Relaxed),
            path: options.path.clone(),
            limit: options.query_timeout,
            slow: options.slow_statement,
            plans,
            closed: AtomicBool::new(false),
            slots: Mutex::default(),
        }
    }

    /// Runs a read on this thread's own connection.
    pub(super) fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.with(|reader| {
            reader.watch.limit(self.limit);
            reader.read(Some(&self.plans), f)
        })
    }

    /// The first row of a query that is alone in its state.
    pub(super) fn row<T>(&self, query: impl Statement, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<Option<T>> {
        self.with(|reader| {
            reader.watch.limit(self.limit);
            let found = Tx::reading(&reader.connection, &reader.watch, Some(&self.plans)).row(query, read);
            reader.watch.lift();
            found
        })
    }

    /// Lends this thread's reader. It is taken out of its place meanwhile: a read inside a read gets another one,
    /// and one that panics takes its connection along instead of leaving it inside a transaction.
    pub(super) fn with<T>(&self, f: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(stopping());
        }
        let reader =
            OWN.with_borrow(|own| own.iter().find(|slot| slot.database == self.database)?.reader.lock().take());
        let reader = match reader {
            Some(reader) => reader,
            None => Box::new(Reader::open(&self.path, self.slow)?),
        };
        let result = f(&reader);
        if reader.connection.is_autocommit() {
            self.keep(reader);
        }
        result
    }

    fn keep(&self, reader: Box<Reader>) {
        OWN.with_borrow_mut(|own| {
            if let Some(slot) = own.iter().find(|slot| slot.database == self.database) {
                return slot.put(reader);
            }
            own.retain(|slot| !slot.closed.load(Ordering::SeqCst));
            let slot = Arc::new(Slot {
                database: self.database,
                closed: AtomicBool::new(false),
                reader: Mutex::new(Some(reader)),
            });
            let mut slots = self.slots.lock();
            slots.retain(|slot| slot.strong_count() > 0);
            slots.push(Arc::downgrade(&slot));
            drop(slots);
            // Whoever closed the database meanwhile did not see this slot.
            if self.closed.load(Ordering::SeqCst) {
                slot.close();
            }
            own.push(slot);
        });
    }

    /// Refuses further reads and closes the connections of all threads; one that is in use, after its use.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let slots = std::mem::take(&mut *self.slots.lock());
        slots.iter().filter_map(Weak::upgrade).for_each(|slot| slot.close());
    }
}

type SlowJob = Box<dyn FnOnce(&Reader) + Send>;

/// Long reads, run on threads of their own.
pub(super) struct SlowReaders {
    queue: Mutex<Option<SyncSender<SlowJob>>>,
    watches: Vec<Watch>,
    closed: Arc<AtomicBool>,
    limit: Duration,
}

impl SlowReaders {
    /// Starts the threads.
    pub(super) fn start(options: &StoreOptions) -> Result<(Self, Vec<JoinHandle<()>>)> {
        let (queue, jobs) = sync_channel(SLOW_QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let mut watches = Vec::new();
        let mut threads = Vec::new();
        for number in 0..options.slow_readers.max(1) {
            let reader = Reader::open(&options.path, options.slow_statement)?;
            watches.push(reader.watch.clone());
            let jobs = Arc::clone(&jobs);
            let thread = std::thread::Builder::new().name(format!("{}reader-{number}", options.threads));
            threads.push(thread.spawn(move || {
                stand_back();
                serve(&reader, &jobs);
            })?);
        }
        let limit = options.query_timeout;
        Ok((Self { queue: Mutex::new(Some(queue)), watches, closed: Arc::default(), limit }, threads))
    }

    /// Runs a read and answers what it answers. It is stopped when its time is over or its caller has gone, and
    /// refused where it has waited too long.
    pub(super) async fn run<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let caller = Caller::default();
        let (gone, closed, limit) = (Arc::clone(&caller.0), Arc::clone(&self.closed), self.limit);
        let asked = Instant::now();
        // What is told of a read is told of the request that asked for it.
        let span = Span::current();
        let job: SlowJob = Box::new(move |reader| {
            let _within = span.enter();
            if gone.load(Ordering::Relaxed) {
                return;
            }
            if asked.elapsed() > limit.saturating_mul(PATIENCE) && !closed.load(Ordering::SeqCst) {
                let _ = reply.send(Err(too_many()));
                return;
            }
            reader.watch.limit_all(limit, Some(gone));
            let result = match closed.load(Ordering::SeqCst) {
                true => Err(stopping()),
                false => catch_unwind(AssertUnwindSafe(|| reader.read(None, f)))
                    .unwrap_or_else(|panic| Err(panicked(&*panic))),
            };
            let _ = reply.send(match result {
                Err(Error::Deadline) if closed.load(Ordering::SeqCst) => Err(stopping()),
                result => result,
            });
        });
        let sent = match self.queue.lock().as_ref() {
            Some(queue) => queue.try_send(job),
            None => return Err(stopping()),
        };
        let result = match sent {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(stopping())),
            Err(TrySendError::Full(_)) => Err(too_many()),
            Err(TrySendError::Disconnected(_)) => Err(stopping()),
        };
        drop(caller);
        result
    }

    /// Refuses further reads and ends those under way; the threads then end.
    pub(super) fn stop(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.queue.lock().take();
        self.watches.iter().for_each(Watch::stop);
    }
}

/// Tells the reader when nobody waits any more.
#[derive(Default)]
pub(super) struct Caller(pub(super) Arc<AtomicBool>);

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn too_many() -> Error {
    Error::Unavailable("Too many long reads are waiting.".into())
}

/// Lowers the priority of this thread.
fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "the priority of long reads could not be lowered");
    }
}

fn serve(reader: &Reader, jobs: &Mutex<Receiver<SlowJob>>) {
    loop {
        let job = match jobs.lock().recv() {
            Ok(job) => job,
            Err(_) => return,
        };
        job(reader);
        reader.watch.lift();
        if !reader.connection.is_autocommit()
            && let Err(error) = reader.run("ROLLBACK")
        {
            tracing::error!(%error, "a read could not be ended");
        }
    }
}
