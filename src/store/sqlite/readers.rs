//! Readers: a connection that each thread keeps for short reads, a few threads for long ones, and the plan that
//! tells which is which.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::connection::open_reader;
use super::from_engine;
use crate::error::{Error, Result};
use crate::store::{ReadLane, Sql, Tx};

/// How many long reads may wait.
const SLOW_QUEUE: usize = 512;

/// After how many of the engine's steps the clock is looked at.
const PROGRESS_STEPS: i32 = 20_000;

/// How many plans are remembered before the cache starts anew.
const PLANS: usize = 4096;

thread_local! {
    static OWN: RefCell<HashMap<u64, Connection>> = RefCell::new(HashMap::new());
}

/// Runs something on this thread's own connection to a database.
pub(super) fn with_own<T>(engine: u64, path: &Path, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    // Taken out while in use: a panic then loses the connection rather than leaving it inside a transaction.
    let connection = match OWN.with_borrow_mut(|own| own.remove(&engine)) {
        Some(connection) => connection,
        None => open_reader(path)?,
    };
    let result = f(&connection);
    OWN.with_borrow_mut(|own| own.insert(engine, connection));
    result
}

/// Runs a read in one transaction, so that its queries see the same state.
pub(super) fn consistent<T>(connection: &Connection, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    let run =
        |sql| connection.prepare_cached(sql).and_then(|mut statement| statement.raw_execute()).map_err(from_engine);
    run("BEGIN")?;
    let result = f(&mut Tx::new(connection));
    if !connection.is_autocommit() {
        run("COMMIT")?;
    }
    result
}

type SlowJob = Box<dyn FnOnce(&Connection) + Send>;

/// The threads that serve long reads.
pub(super) struct SlowReaders {
    queue: Mutex<Option<SyncSender<SlowJob>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl SlowReaders {
    pub(super) fn start(path: &Path, count: usize) -> Result<Self> {
        let (queue, jobs) = sync_channel(SLOW_QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = (0..count)
            .map(|number| {
                let connection = open_reader(path)?;
                let jobs = Arc::clone(&jobs);
                Ok(std::thread::Builder::new()
                    .name(format!("reader-{number}"))
                    .spawn(move || serve(&connection, &jobs))?)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { queue: Mutex::new(Some(queue)), threads: Mutex::new(threads) })
    }

    pub(super) async fn run<T, F>(&self, timeout: Duration, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: SlowJob = Box::new(move |connection| {
            if reply.is_closed() {
                return;
            }
            let _ = reply.send(within(connection, timeout, f));
        });
        let sent = match self.queue.lock().as_ref() {
            Some(queue) => queue.try_send(job),
            None => return Err(Error::Unavailable("The server is stopping.".into())),
        };
        match sent {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(Error::internal("a read panicked"))),
            Err(TrySendError::Full(_)) => Err(Error::Unavailable("Too many long reads are waiting.".into())),
            Err(TrySendError::Disconnected(_)) => Err(Error::Unavailable("The server is stopping.".into())),
        }
    }

    pub(super) fn stop(&self) {
        self.queue.lock().take();
        for thread in self.threads.lock().drain(..) {
            let _ = thread.join();
        }
    }
}

fn serve(connection: &Connection, jobs: &Mutex<Receiver<SlowJob>>) {
    loop {
        let job = match jobs.lock().recv() {
            Ok(job) => job,
            Err(_) => return,
        };
        // The sender of the answer goes with the panic, which the caller is told of.
        let _ = catch_unwind(AssertUnwindSafe(|| job(connection)));
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
}

fn within<T>(connection: &Connection, timeout: Duration, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + timeout;
    connection.progress_handler(PROGRESS_STEPS, Some(move || Instant::now() > deadline)).map_err(from_engine)?;
    let result = consistent(connection, f);
    connection.progress_handler(0, None::<fn() -> bool>).map_err(from_engine)?;
    result
}

/// Which lane each query text belongs to.
#[derive(Default)]
pub(super) struct PlanCache {
    lanes: RwLock<HashMap<String, ReadLane>>,
}

impl PlanCache {
    pub(super) fn lane(
        &self,
        query: &Sql,
        filtered: bool,
        with: impl FnOnce(&mut dyn FnMut(&Connection) -> Result<ReadLane>) -> Result<ReadLane>,
    ) -> Result<ReadLane> {
        if let Some(lane) = self.lanes.read().get(&query.text) {
            return Ok(*lane);
        }
        let lane = with(&mut |connection| plan(connection, query, filtered))?;
        let mut lanes = self.lanes.write();
        if lanes.len() >= PLANS {
            lanes.clear();
        }
        lanes.insert(query.text.clone(), lane);
        Ok(lane)
    }
}

/// Reads the plan: walking a whole table, or sorting what was found, is long work.
fn plan(connection: &Connection, query: &Sql, filtered: bool) -> Result<ReadLane> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", query.text)).map_err(from_engine)?;
    let mut rows = statement.query(rusqlite::params_from_iter(&query.values)).map_err(from_engine)?;
    while let Some(row) = rows.next().map_err(from_engine)? {
        let step: String = row.get("detail").map_err(from_engine)?;
        let walks = step.starts_with("SCAN ") && !step.contains("VIRTUAL TABLE") && !step.contains("CONSTANT ROW");
        if step.contains("TEMP B-TREE") || (walks && filtered) {
            return Ok(ReadLane::Slow);
        }
    }
    Ok(ReadLane::Fast)
}
