//! Which tables a query reads, asked of the engine once for each text.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use quick_cache::sync::Cache;
use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::connection::open_reader;
use super::errors::from_engine;
use super::stopping;
use crate::error::Result;
use crate::store::versions::Versions;

/// How many texts are remembered.
const TEXTS: usize = 4096;

/// Functions whose answer is another one each time, or may be (the ones of time know the word `now`).
const VOLATILE: [&str; 16] = [
    "random",
    "randomblob",
    "date",
    "time",
    "datetime",
    "julianday",
    "unixepoch",
    "strftime",
    "timediff",
    "current_date",
    "current_time",
    "current_timestamp",
    "changes",
    "total_changes",
    "last_insert_rowid",
    "load_extension",
];

/// What a query reads.
#[derive(Clone)]
pub(in crate::store) struct Reads {
    /// At which value of `everything` that was so.
    pub(in crate::store) at: u64,
    /// Tables, and the views on the way to them.
    pub(in crate::store) tables: Arc<[Box<str>]>,
    /// Whether it depends on time or chance.
    pub(in crate::store) volatile: bool,
}

/// Remembers what texts read.
pub(super) struct Sources {
    path: PathBuf,
    versions: Versions,
    known: Cache<Box<str>, Reads>,
    /// A connection of its own, opened when it is first needed: whoever listens to what a connection prepares makes
    /// it prepare all its statements anew.
    engine: Mutex<Option<Listener>>,
    closed: AtomicBool,
}

struct Listener {
    connection: Connection,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    tables: Vec<Box<str>>,
    volatile: bool,
}

impl Sources {
    pub(super) fn new(path: &Path, versions: Versions) -> Self {
        Self {
            path: path.to_owned(),
            versions,
            known: Cache::new(TEXTS),
            engine: Mutex::default(),
            closed: AtomicBool::new(false),
        }
    }

    /// What a text reads.
    pub(super) fn of(&self, text: &str) -> Result<Reads> {
        // Looked at before the engine is: what it says of tables that change meanwhile is then forgotten.
        let everything = self.versions.everything();
        if let Some(reads) = self.known.get(text)
            && reads.at == everything
        {
            return Ok(reads);
        }
        let Heard { mut tables, volatile } = self.ask(text)?;
        tables.sort_unstable();
        tables.dedup();
        let reads = Reads { at: everything, tables: tables.into(), volatile };
        self.known.insert(text.into(), reads.clone());
        Ok(reads)
    }

    fn ask(&self, text: &str) -> Result<Heard> {
        let mut engine = self.engine.lock();
        if self.closed.load(Ordering::SeqCst) {
            return Err(stopping());
        }
        let listener = match &mut *engine {
            Some(listener) => listener,
            none => none.insert(Listener::open(&self.path)?),
        };
        listener.ask(text)
    }

    /// Closes the connection; further texts are refused.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.engine.lock().take();
    }
}

impl Listener {
    fn open(path: &Path) -> Result<Self> {
        let connection = open_reader(path)?;
        let heard: Arc<Mutex<Heard>> = Arc::default();
        let inner = Arc::clone(&heard);
        let listen = move |context: AuthContext<'_>| {
            inner.lock().hear(&context.action);
            Authorization::Allow
        };
        connection.authorizer(Some(listen)).map_err(from_engine)?;
        Ok(Self { connection, heard })
    }

    fn ask(&mut self, text: &str) -> Result<Heard> {
        // An ordinary query first tells the connection of tables and views that have changed.
        self.connection
            .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM sqlite_schema LIMIT 1)")
            .and_then(|mut statement| statement.query_row([], |_| Ok(())))
            .map_err(from_engine)?;
        *self.heard.lock() = Heard::default();
        self.connection.prepare(text).map_err(from_engine)?;
        Ok(std::mem::take(&mut *self.heard.lock()))
    }
}

impl Heard {
    fn hear(&mut self, action: &AuthAction<'_>) {
        match action {
            // What pragmas tell as tables is no table's rows.
            AuthAction::Read { table_name, .. } if is_pragma(table_name) => self.volatile = true,
            AuthAction::Read { table_name, .. } => self.tables.push((*table_name).into()),
            AuthAction::Function { function_name } => {
                self.volatile |= VOLATILE.iter().any(|name| function_name.eq_ignore_ascii_case(name));
            }
            _ => {}
        }
    }
}

fn is_pragma(table: &str) -> bool {
    table.get(..7).is_some_and(|begin| begin.eq_ignore_ascii_case("pragma_"))
}
