//! SQLite: one writer thread with a grouped and an exclusive lane, short reads on thread-local connections, long
//! reads on threads of their own, and what stands apart on fresh connections.

pub(super) mod adoption;
mod apart;
mod checkpoint;
mod connection;
mod console;
mod copy;
mod errors;
mod expansion;
pub(super) mod foreign;
mod journal;
mod migrate;
mod plan;
mod readers;
mod rehearsal;
mod slow;
mod sources;
mod states;
mod statistics;
mod watch;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::Connection;

pub(super) use connection::{beside, found, owner, release};
pub(super) use console::write as write_typed;
pub(super) use copy::copy_file;
pub(super) use errors::from_engine;
pub(super) use expansion::refuse_immense;
pub(super) use journal::Journal;
pub(super) use migrate::newest as newest_step;
pub(super) use plan::Plans;
pub(super) use readers::Reader;
pub(super) use slow::Clock;
pub(super) use states::Kept;
pub(super) use watch::Watch;

use self::apart::Apart;
use self::checkpoint::Checkpoints;
use self::readers::{FastReaders, SlowReaders};
pub(super) use self::sources::Reads;
use self::sources::Sources;
use self::states::States;
use self::writer::{Shared, Writer};
use super::versions::Versions;
use super::{
    ConsoleLimits, OnExternalChange, ReadLane, Row, Sql, State, Statement, StoreOptions, Table, Tx, Witness, WriteLane,
};
use crate::error::{Error, Result};

/// How long it waits for readers that need the log.
const EMPTYING: Duration = Duration::from_secs(60);

/// The open database.
pub(super) struct Engine {
    path: PathBuf,
    writer: Writer,
    fast: FastReaders,
    slow: SlowReaders,
    apart: Apart,
    states: States,
    checkpoints: Checkpoints,
    plans: Plans,
    versions: Versions,
    sources: Sources,
    threads: Mutex<Option<Threads>>,
}

struct Threads {
    writer: JoinHandle<Connection>,
    others: Vec<JoinHandle<()>>,
}

impl Engine {
    pub(super) fn open(options: &StoreOptions) -> Result<Self> {
        connection::refuse_old_library()?;
        let mut connection = connection::open_writer(options)?;
        migrate::run(&mut connection, options.tables)?;
        let plans = Plans::new();
        let fast = FastReaders::new(options, plans.clone());
        let (slow, mut others) = SlowReaders::start(options)?;
        let apart = Apart::new(options);
        let checkpoints = Checkpoints::default();
        others.push(checkpoints.start(connection::open_checkpointer(options)?, options)?);
        let versions = Versions::default();
        let states = States::new(options);
        let shared = Shared {
            checkpoints: checkpoints.clone(),
            plans: plans.clone(),
            versions: versions.clone(),
            states: states.clone(),
        };
        let (writer, thread) = Writer::start(connection, options, shared)?;
        let sources = Sources::new(&options.path, versions.clone());
        let threads = Mutex::new(Some(Threads { writer: thread, others }));
        Ok(Self {
            path: options.path.clone(),
            writer,
            fast,
            slow,
            apart,
            states,
            checkpoints,
            plans,
            versions,
            sources,
            threads,
        })
    }

    pub(super) fn read_here<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.fast.read(f)
    }

    pub(super) fn row_here<T>(
        &self,
        query: impl Statement,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.fast.row(query, read)
    }

    pub(super) async fn read_elsewhere<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.slow.run(f).await
    }

    pub(super) async fn read_apart<T, F>(&self, time: Duration, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let read = move |connection: &Connection, watch: &Watch| {
            connection.execute_batch("BEGIN").map_err(from_engine)?;
            f(&mut Tx::reading(connection, watch, None))
        };
        self.apart.run(time, read).await
    }

    pub(super) fn stop_apart(&self) {
        self.apart.stop();
    }

    pub(super) async fn read_typed(&self, text: String, limits: ConsoleLimits) -> Result<Table> {
        self.apart.run(limits.time, move |connection, watch| console::read(connection, watch, &text, limits)).await
    }

    pub(super) async fn write<T, F>(&self, lane: WriteLane, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.run(lane, f).await
    }

    pub(super) fn lane_of(&self, query: &Sql, filtered: bool) -> Result<ReadLane> {
        match self.plans.known(&query.text, filtered) {
            Some(lane) => Ok(lane),
            None => self.fast.with(|reader| self.plans.ask(&reader.connection, &query.text, filtered)),
        }
    }

    pub(super) fn plan_of(&self, query: &Sql) -> Result<Vec<String>> {
        self.fast.with(|reader| plan::told(&reader.connection, &query.text))
    }

    pub(super) fn versions(&self) -> &Versions {
        &self.versions
    }

    pub(super) fn reads_of(&self, query: &Sql) -> Result<Reads> {
        self.sources.of(&query.text)
    }

    pub(super) fn on_external_change(&self, f: OnExternalChange) {
        self.writer.on_external_change(f);
    }

    pub(super) fn state(&self) -> Result<State> {
        self.states.keep().map(State)
    }

    pub(super) fn tell_of_deletes(&self, witness: Arc<dyn Witness>) {
        self.writer.tell_of_deletes(witness);
    }

    pub(super) fn on_commit(&self, f: Arc<dyn Fn() + Send + Sync>) {
        self.writer.on_commit(f);
    }

    /// On a connection of its own, since the writer's transactions could not hold it.
    pub(super) fn compact(&self) -> Result<()> {
        if self.is_closing() {
            return Err(stopping());
        }
        connection::open_compactor(&self.path)?.execute_batch("VACUUM").map_err(from_engine)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.writer.is_stopped()
    }

    /// Has the writer look which statistics are old, and empties the log.
    pub(super) async fn optimize(&self) -> Result<()> {
        self.writer.want_statistics();
        match tokio::time::timeout(EMPTYING, self.checkpoints.empty()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Error::internal("the write-ahead log could not be moved into the database")),
            Err(_) => Err(Error::Unavailable("Readers hold the write-ahead log for too long.".into())),
        }
    }

    /// Finishes the writes that wait, ends the threads and empties the log.
    pub(super) fn close(&self) {
        self.writer.stop();
        let Some(threads) = self.threads.lock().take() else { return };
        let connection = threads.writer.join();
        self.stop_the_rest();
        self.apart.wait();
        for thread in threads.others {
            if thread.join().is_err() {
                tracing::error!("a thread of the database ended in a panic");
            }
        }
        let Ok(connection) = connection else {
            return tracing::error!("the writer ended in a panic");
        };
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::warn!(%error, "the write-ahead log could not be emptied; the next start reads it");
        }
    }

    fn stop_the_rest(&self) {
        self.fast.close();
        self.sources.close();
        self.states.close();
        self.slow.stop();
        self.apart.stop();
        self.checkpoints.stop();
    }
}

/// Without [`Engine::close`] nothing is waited for: what is queued is still written, and the threads end by
/// themselves. (The last reference may go on one of them.)
impl Drop for Engine {
    fn drop(&mut self) {
        self.writer.stop();
        self.stop_the_rest();
    }
}

/// The answer to everything that comes after the end.
fn stopping() -> Error {
    Error::Unavailable("The server is stopping.".into())
}
