//! The seam: execution and dialect. Rooms see [`Store`], [`Tx`], [`Sql`] and [`Value`]; which engine answers, they
//! do not know. The store knows tables, columns and values, never a collection.

pub mod adoption;
pub mod aside;
pub mod attached;
pub mod catalogue;
pub mod census;
mod console;
pub mod copied;
pub mod damage;
mod dialect;
mod effects;
pub mod expression;
pub mod foreign;
pub mod lists;
pub mod odd;
pub mod select;
mod sql;
mod sqlite;
mod state;
pub mod tables;
mod tx;
mod value;
mod versions;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use console::{ConsoleLimits, Table, TableColumn};
pub use dialect::Column;
pub use sql::{Sql, quoted};
pub use state::{State, Witness};
pub use tx::{Borrowed, Row, Statement, Tx};
pub use value::{Value, ValueRef};
pub use versions::{Counting, Stamp};

use crate::error::Result;

/// How the database is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The database file.
    pub path: PathBuf,
    /// When a commit counts as done.
    pub synchronous: Synchronous,
    /// How many threads serve long reads; at least one.
    pub slow_readers: usize,
    /// How long a read may take, and a write that shares its transaction.
    pub query_timeout: Duration,
    /// How long an exclusive write may stand still: it may take any time while it says that it gets on
    /// ([`Tx::advance`]).
    pub exclusive_timeout: Duration,
    /// How long a write waits for its turn before it is refused. It has not begun then, so it can be sent again.
    pub turn_timeout: Duration,
    /// From what time on a statement is told of, with its plan; `None` is never.
    pub slow_statement: Option<Duration>,
    /// Which tables it has.
    pub tables: SystemTables,
    /// How long commits gather before the log is moved into the database.
    pub checkpoint_after: Duration,
    /// What the names of its threads begin with.
    pub threads: &'static str,
}

/// Which tables a database is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SystemTables {
    /// Collections, settings, jobs and the feed.
    #[default]
    Data,
    /// The logs of what the server did.
    Logs,
}

impl StoreOptions {
    /// The defaults for a database file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            synchronous: Synchronous::default(),
            slow_readers: std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2)),
            query_timeout: Duration::from_secs(30),
            exclusive_timeout: Duration::from_secs(300),
            turn_timeout: Duration::from_secs(30),
            slow_statement: None,
            tables: SystemTables::default(),
            checkpoint_after: Duration::from_millis(100),
            threads: "",
        }
    }
}

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// When it is on the disk: it survives a power cut.
    #[default]
    Full,
    /// When the system has it: it survives the end of the process; a power cut may take the last commits.
    Normal,
}

/// Which readers serve a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadLane {
    /// By key or by index with a limit: run where it is asked for, in microseconds.
    Fast,
    /// Scans, sorts and counts: run on a few threads with a queue, so that they cannot hold up short reads.
    Slow,
}

/// How a write shares its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteLane {
    /// In a savepoint of its own, committed with whatever else waits.
    Grouped,
    /// Alone in its transaction, with a limit on the time without progress: changes of tables, cascades, truncation.
    Exclusive,
}

/// What a program does when another process changed the database beside it.
pub type OnExternalChange = Arc<dyn Fn() + Send + Sync>;

/// The database.
#[derive(Clone)]
pub struct Store {
    engine: Arc<sqlite::Engine>,
}

impl Store {
    /// Opens the database, brings its system tables up to date and starts writer and readers.
    ///
    /// # Errors
    /// One sentence for a person where the file is not ours, is newer than this program, or cannot be opened.
    pub fn open(options: &StoreOptions) -> Result<Self> {
        Ok(Self { engine: Arc::new(sqlite::Engine::open(options)?) })
    }

    /// Runs a read on one consistent state of the database.
    pub async fn read<T, F>(&self, lane: ReadLane, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        match lane {
            ReadLane::Fast => self.read_here(f),
            // Boxed: who reads on the other lane keeps no room for waiting.
            ReadLane::Slow => Box::pin(self.engine.read_elsewhere(f)).await,
        }
    }

    /// Runs a short read on this thread.
    pub fn read_here<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.engine.read_here(f)
    }

    /// The first row of a query, read on this thread; `None` where there is none. One statement sees one state by itself,
    /// which costs less than a transaction around it.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn row_here<T>(&self, query: impl Statement, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<Option<T>> {
        self.engine.row_here(query, read)
    }

    /// Runs a read that may take long on a connection and a thread of its own, on one consistent state; two run at
    /// once. It is stopped after `time`, when its caller has gone, and when the database is closed.
    ///
    /// # Errors
    /// What the closure answers; `Deadline`; `Unavailable` where too many wait.
    pub async fn read_apart<T, F>(&self, time: Duration, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.engine.read_apart(time, f).await
    }

    /// Runs SQL that a person typed and that reads, as [`Store::read_apart`] runs reads: the answer of the last query
    /// in the text. What would write, or leave the database, is refused.
    ///
    /// # Errors
    /// [`Error::Engine`](crate::error::Error::Engine) in the engine's words, and as [`Store::read_apart`].
    pub async fn read_typed(&self, text: &str, limits: ConsoleLimits) -> Result<Table> {
        self.engine.read_typed(text.to_owned(), limits).await
    }

    /// Ends the reads that stand apart and refuses further ones, before the rest is closed.
    pub fn stop_apart(&self) {
        self.engine.stop_apart();
    }

    /// Runs a write and answers once it is committed.
    ///
    /// The closure owns what it captures, may run more than once, and has no effect outside the transaction but
    /// through [`Tx::after_commit`] and [`Tx::on_rollback`]. An error or a panic undoes this write alone.
    ///
    /// # Errors
    /// What the closure answers; `Unavailable`, with nothing done, where too many writes wait, or where this one has
    /// waited too long for its turn.
    pub async fn write<T, F>(&self, lane: WriteLane, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.engine.write(lane, f).await
    }

    /// Which lane a query belongs to, by its plan; asked once for each text.
    ///
    /// `filtered` tells whether rows may be skipped before the limit is reached: an unfiltered walk along the table
    /// or an index ends at its limit.
    pub fn lane_of(&self, query: &Sql, filtered: bool) -> Result<ReadLane> {
        self.engine.lane_of(query, filtered)
    }

    /// The plan of a query in the engine's words, for people.
    ///
    /// # Errors
    /// What the engine has against the query.
    pub fn plan_of(&self, query: &Sql) -> Result<Vec<String>> {
        self.engine.plan_of(query)
    }

    /// The versions of tables, by name: to be taken before the read begins whose answer is kept with them. An answer
    /// that is found under an equal stamp holds every write that was acknowledged before the stamp was taken; writes
    /// of other processes come to it within a second.
    pub fn versions<N: AsRef<str>>(&self, tables: &[N]) -> Stamp {
        self.engine.versions().stamp(tables.iter().map(AsRef::as_ref))
    }

    /// The versions of all tables that a query reads, those behind views included; `None` where its answer depends
    /// on more than them and its values (time, chance). The engine is asked once for each text.
    ///
    /// # Errors
    /// What the engine says against the text.
    pub fn versions_of(&self, query: &Sql) -> Result<Option<Stamp>> {
        let reads = self.engine.reads_of(query)?;
        // Not of now: a view may read other tables since they were asked for.
        let stamp = || self.engine.versions().stamp_at(reads.at, reads.tables.iter().map(AsRef::as_ref));
        Ok((!reads.volatile).then(stamp))
    }

    /// How many rows a table has after all acknowledged writes, where it is known: once it was counted by
    /// [`Store::counting`], the writer keeps it.
    pub fn rows(&self, table: &str) -> Option<u64> {
        self.engine.versions().rows(table)
    }

    /// Prepares to count a whole table in a transaction that has read nothing yet; what comes of the count is to be
    /// given to [`Counting::learned`]. `None` where this is no moment to learn it, or it cannot be kept: a view, a
    /// table with triggers.
    ///
    /// # Errors
    /// As [`Tx::rows`].
    pub fn counting(&self, tx: &mut Tx<'_>, table: &str) -> Result<Option<Counting>> {
        self.engine.versions().counting(tx, table)
    }

    /// Sets what happens when another process changed the database: called on the writer's thread, outside any
    /// transaction, before the next write begins, and within a second where no write comes. It may read; it must
    /// not wait for a write.
    pub fn on_external_change(&self, f: OnExternalChange) {
        self.engine.on_external_change(f);
    }

    /// The last step of the system tables that this program knows.
    pub fn newest_step() -> i64 {
        sqlite::newest_step()
    }

    /// Ends the log of a database that is closed, so that its file can be moved; one that cannot be read is left as it
    /// is.
    ///
    /// # Errors
    /// `Invalid` where another process has it open.
    pub fn release(path: &Path) -> Result<()> {
        sqlite::release(path)
    }

    /// Gives the room of deleted rows back to the system: the file is written anew, and writes wait meanwhile.
    ///
    /// # Errors
    /// What the engine says: no room for the new file, above all.
    pub async fn compact(&self) -> Result<()> {
        let engine = Arc::clone(&self.engine);
        let done = tokio::task::spawn_blocking(move || engine.compact()).await;
        done.map_err(|error| crate::error::Error::Internal(error.into()))?
    }

    /// Has the statistics of the planner looked after, moves the write-ahead log into the database and empties it. It
    /// holds nobody up.
    ///
    /// # Errors
    /// `Unavailable` where readers need the log for too long; it is moved later.
    pub async fn optimize(&self) -> Result<()> {
        self.engine.optimize().await
    }

    /// Whether it takes no more writes, now and ever.
    pub fn is_closing(&self) -> bool {
        self.engine.is_closing()
    }

    /// Finishes the writes that wait, checkpoints the log and closes. Later calls are refused.
    pub async fn close(&self) {
        let engine = Arc::clone(&self.engine);
        if let Err(error) = tokio::task::spawn_blocking(move || engine.close()).await {
            tracing::error!(%error, "closing the database failed");
        }
    }
}
