//! SQL that a superuser types (contract: collections, section 15): for the dashboard over HTTP, and on the command
//! line. `answer.rs` is how an answer looks on the wire.
//!
//! What reads runs beside everything else and cannot write; what writes runs alone in one transaction on the writer.
//! Raw SQL adds nothing to the feed. What must stay true: whatever is written, the collections can be read
//! afterwards, and everybody sees them as they then are.

mod answer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub use answer::Answer;

use crate::collections;
use crate::error::{Error, Fault, Result};
use crate::schema::Published;
use crate::store::{ConsoleLimits, Store, Table, Tx, WriteLane};

/// How many rows the contract answers at most.
pub const MOST_ROWS: usize = 1000;
/// How long a text the contract takes, in bytes.
const LONGEST: usize = 5000;
/// How long statements may run.
const TIME: Duration = Duration::from_secs(180);
/// How many bytes the cells of an answer may have together.
const MOST_BYTES: usize = 16 << 20;

/// The words that a text begins with which writes.
const WRITES: [&str; 8] = ["INSERT", "CREATE", "UPDATE", "DELETE", "DROP", "DETACH", "ALTER", "REPLACE"];

/// The room of typed SQL. All its callers are superusers; `http` sees to that.
#[derive(Clone)]
pub struct Console {
    store: Store,
    schema: Arc<Published>,
}

impl Console {
    /// The room, from the parts that it uses.
    pub fn new(store: Store, schema: Arc<Published>) -> Self {
        Self { store, schema }
    }

    /// Runs what was sent over HTTP: a query of 1 to 5000 bytes.
    ///
    /// # Errors
    /// `Invalid` with a code, or in the engine's words; `Unavailable` where too many queries wait.
    pub async fn submitted(&self, query: &str) -> Result<Answer> {
        if let Some(fault) = length_fault(query) {
            return Err(Error::invalid(
                "An error occurred while validating the submitted data.",
                ("query", fault).into(),
            ));
        }
        self.run(query, MOST_ROWS).await
    }

    /// Runs a text: as statements where it begins with a word that writes, else as a query.
    ///
    /// # Errors
    /// As [`Console::submitted`], but for the length.
    pub async fn run(&self, text: &str, rows: usize) -> Result<Answer> {
        if writes(text) { self.write(text).await } else { self.read(text, rows).await }
    }

    /// Runs a text that may only read, whatever it begins with.
    ///
    /// # Errors
    /// As [`Console::run`].
    pub async fn read(&self, text: &str, rows: usize) -> Result<Answer> {
        let began = Instant::now();
        let limits = ConsoleLimits { time: TIME, rows, bytes: MOST_BYTES };
        let table = self.store.read_typed(text, limits).await.map_err(told)?;
        Ok(Answer { exec_time: began.elapsed(), affected_rows: 0, table })
    }

    /// Ends the queries that run and refuses further ones: a server that stops waits for none that may take minutes.
    pub fn stop(&self) {
        self.store.stop_apart();
    }

    async fn write(&self, text: &str) -> Result<Answer> {
        let began = Instant::now();
        let (text, published) = (text.to_owned(), Arc::clone(&self.schema));
        let caller = Caller::default();
        let gone = Arc::clone(&caller.0);
        let written = self.store.write(WriteLane::Exclusive, move |tx| execute(tx, &text, &published, &gone));
        let affected_rows = written.await.map_err(told)?;
        Ok(Answer { exec_time: began.elapsed(), affected_rows, table: Table::default() })
    }
}

/// Whether a text begins with a word that writes.
pub fn writes(text: &str) -> bool {
    let begin = text.trim_start().as_bytes();
    WRITES.iter().any(|word| begin.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes())))
}

fn length_fault(query: &str) -> Option<Fault> {
    if query.is_empty() {
        return Some(Fault::required());
    }
    (query.len() > LONGEST).then(|| Fault::too_long(LONGEST))
}

/// Runs statements, and publishes the collections as they leave them.
fn execute(tx: &mut Tx<'_>, text: &str, published: &Arc<Published>, gone: &Arc<AtomicBool>) -> Result<u64> {
    let changed = tx.run_typed(text, TIME, gone)?;
    collections::publish_stored(tx, published)?;
    Ok(changed)
}

/// The contract's words for what went wrong.
fn told(error: Error) -> Error {
    let text = match error {
        Error::Engine(text) | Error::StaleSchema(text) => text,
        Error::Deadline => format!("interrupted: it ran for more than {} minutes", TIME.as_secs() / 60),
        other => return other,
    };
    Error::bad_request(format!("Failed to execute query. Raw error:\n{text}"))
}

/// Tells the engine when nobody waits any more.
#[derive(Default)]
struct Caller(Arc<AtomicBool>);

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_writes_where_its_first_word_does() {
        for text in ["insert into a", "  \n\tUpDaTe a", "DROP TABLE a", "replace into a", "detach a", "created"] {
            assert!(writes(text), "{text}");
        }
        for text in ["", "SELECT 1", "WITH a AS (SELECT 1) DELETE FROM b", "-- x\nDELETE FROM b", "PRAGMA x", "ins"] {
            assert!(!writes(text), "{text}");
        }
    }

    #[test]
    fn a_text_that_ends_within_a_character_of_a_word_is_none() {
        assert!(!writes("INSERé"));
        assert!(!writes("é"));
    }

    #[test]
    fn lengths_are_bytes() {
        assert!(length_fault(&"x".repeat(5000)).is_none());
        assert!(length_fault(&"x".repeat(5001)).is_some());
        assert!(length_fault(&"é".repeat(2501)).is_some());
        assert_eq!(length_fault("").map(|fault| fault.code), Some("validation_required"));
    }
}
