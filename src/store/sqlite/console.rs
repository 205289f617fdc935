//! Runs SQL that a person typed, under a guard: an authorizer that is asked about everything a statement would do,
//! and limits on how large texts and programs get. The guard goes with its value, whatever happens.

use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Batch, Connection, ErrorCode, Row, Statement};

use super::errors::from_engine;
use super::expansion::refuse_immense;
use super::{Watch, watch};
use crate::error::{Error, Result};
use crate::store::{ConsoleLimits, Table, TableColumn};

/// The longest text that a typed statement may make, in bytes.
const LONGEST_VALUE: i32 = 64 << 20;
/// How many instructions the program of a typed statement may have: what joins of joins of joins grow beyond.
const LONGEST_PROGRAM: i32 = 1_000_000;
/// Matching takes the product of text and pattern, and is not interrupted.
const LONGEST_PATTERN: i32 = 1_000;

/// After how many of the engine's steps it asks whether to go on: one step of a typed statement may be a function over
/// a large text.
const STEPS: i32 = 500;

/// What a pragma may be asked with a value: nothing here changes anything.
const ASKED_WITH_VALUE: &[&str] = &[
    "foreign_key_check",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
];

/// What a pragma may be asked without one.
const ASKED: &[&str] = &[
    "application_id",
    "auto_vacuum",
    "cache_size",
    "collation_list",
    "compile_options",
    "data_version",
    "database_list",
    "encoding",
    "foreign_keys",
    "freelist_count",
    "function_list",
    "journal_mode",
    "module_list",
    "page_count",
    "page_size",
    "pragma_list",
    "query_only",
    "schema_version",
    "synchronous",
    "temp_store",
    "user_version",
];

/// Runs a query, or several, on a connection that cannot write; the answer of the last one that has columns.
///
/// # Errors
/// What the engine says; `Deadline`.
pub(super) fn read(connection: &Connection, watch: &Watch, text: &str, limits: ConsoleLimits) -> Result<Table> {
    refuse_before(connection, text)?;
    connection.execute_batch("BEGIN").map_err(from_engine)?;
    let guard = Guard::over(connection, watch)?;
    let mut answer = Table::default();
    let mut statements = Batch::new(connection, text);
    while let Some(mut statement) = statements.next().map_err(|error| guard.explain(error))? {
        watch.check()?;
        if statement.column_count() > 0 {
            answer = collect(&guard, &mut statement, limits)?;
        } else {
            statement.raw_execute().map_err(|error| guard.explain(error))?;
        }
    }
    Ok(answer)
}

/// Runs statements in the transaction that is open; how many rows the last one changed.
///
/// # Errors
/// What the engine says; `Deadline`.
pub(in crate::store) fn write(connection: &Connection, watch: &Watch, text: &str) -> Result<u64> {
    refuse_before(connection, text)?;
    let _in_files = InFiles::on(connection)?;
    let guard = Guard::over(connection, watch)?;
    let mut statements = Batch::new(connection, text);
    let mut changed = 0;
    while let Some(mut statement) = statements.next().map_err(|error| guard.explain(error))? {
        watch.check()?;
        let before = connection.total_changes();
        run_to_its_end(&mut statement).map_err(|error| guard.explain(error))?;
        // The engine still tells the count of an earlier statement after one that changes no rows.
        changed = if connection.total_changes() == before { 0 } else { connection.changes() };
    }
    Ok(changed)
}

/// Nobody is interested in the rows of `RETURNING`.
fn run_to_its_end(statement: &mut Statement<'_>) -> rusqlite::Result<()> {
    if statement.column_count() == 0 {
        return statement.raw_execute().map(drop);
    }
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

/// Refuses what the engine should not even read.
fn refuse_before(connection: &Connection, text: &str) -> Result<()> {
    // The engine takes a text for ended there, and would leave out the rest unseen.
    if text.contains('\0') {
        return Err(Error::Engine("the text has a NUL character".into()));
    }
    refuse_immense(connection, text)
}

fn collect(guard: &Guard<'_>, statement: &mut Statement<'_>, limits: ConsoleLimits) -> Result<Table> {
    let mut table = Table::default();
    let mut bytes = 0;
    let mut columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| guard.explain(error))? {
        if table.rows.len() == limits.rows {
            table.more = true;
            break;
        }
        let mut cells = Vec::with_capacity(columns);
        for at in 0..columns {
            let cell = cell(row, at);
            bytes += cell.as_ref().map_or(0, String::len) + size_of::<Option<String>>();
            if bytes > limits.bytes {
                let most = limits.bytes >> 20;
                return Err(Error::Engine(format!(
                    "the answer is larger than {most} MiB; ask for fewer rows or columns"
                )));
            }
            cells.push(cell);
        }
        table.rows.push(cells);
    }
    drop(rows);
    // A statement may be compiled anew with its first step, where the schema changed; only then its columns are known.
    columns = statement.column_count();
    table.columns = statement
        .columns()
        .iter()
        .enumerate()
        .map(|(at, column)| TableColumn {
            name: column.name().to_owned(),
            declared: column.decl_type().unwrap_or_default().to_owned(),
            nullable: is_nullable(statement, at),
        })
        .collect();
    table.columns.truncate(columns);
    Ok(table)
}

fn is_nullable(statement: &Statement<'_>, at: usize) -> bool {
    statement.column_metadata(at).ok().flatten().is_none_or(|(.., not_null, _, _)| !not_null)
}

/// A value as text: numbers as JSON writes them, blobs as SQL writes them.
fn cell(row: &Row<'_>, at: usize) -> Option<String> {
    match row.get_ref(at) {
        Ok(ValueRef::Integer(number)) => Some(number.to_string()),
        Ok(ValueRef::Real(number)) if number.is_finite() => {
            Some(ryu_js::Buffer::new().format_finite(number).to_owned())
        }
        Ok(ValueRef::Real(number)) => Some(if number < 0.0 { "-Inf" } else { "Inf" }.to_owned()),
        Ok(ValueRef::Text(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Ok(ValueRef::Blob(bytes)) => Some(hexadecimal(bytes)),
        Ok(ValueRef::Null) | Err(_) => None,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(2 * bytes.len() + 3);
    out.push_str("X'");
    for byte in bytes {
        out.push(HEX[usize::from(byte >> 4)].into());
        out.push(HEX[usize::from(byte & 15)].into());
    }
    out.push('\'');
    out
}

/// What statements of the writer sort and remember goes to files meanwhile, once it is large; the writer's own never
/// is.
struct InFiles<'c>(&'c Connection);

impl<'c> InFiles<'c> {
    fn on(connection: &'c Connection) -> Result<Self> {
        connection.execute_batch("PRAGMA temp_store = FILE").map_err(from_engine)?;
        Ok(Self(connection))
    }
}

impl Drop for InFiles<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.execute_batch("PRAGMA temp_store = MEMORY") {
            tracing::warn!(%error, "the writer sorts in files from now on");
        }
    }
}

/// What holds while typed statements run on a connection.
struct Guard<'c> {
    connection: &'c Connection,
    watch: &'c Watch,
    /// Why the last refused statement was refused.
    refused: Arc<Mutex<Option<String>>>,
    /// The limits as they were.
    before: Vec<(Limit, i32)>,
}

impl<'c> Guard<'c> {
    fn over(connection: &'c Connection, watch: &'c Watch) -> Result<Self> {
        let refused: Arc<Mutex<Option<String>>> = Arc::default();
        let mut guard = Self { connection, watch, refused: Arc::clone(&refused), before: Vec::new() };
        watch.ask_every(connection, STEPS)?;
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE),
            (Limit::SQLITE_LIMIT_VDBE_OP, LONGEST_PROGRAM),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
        ] {
            let before = connection.set_limit(limit, most).map_err(from_engine)?;
            guard.before.push((limit, before));
        }
        let ask = move |context: AuthContext<'_>| match objection(&context.action) {
            None => Authorization::Allow,
            Some(words) => {
                *refused.lock() = Some(words);
                Authorization::Deny
            }
        };
        connection.authorizer(Some(ask)).map_err(from_engine)?;
        Ok(guard)
    }

    /// An error in the engine's words, with ours behind them where we are who refused.
    fn explain(&self, error: rusqlite::Error) -> Error {
        let text = match &error {
            rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
            rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
            other => other.to_string(),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::AuthorizationForStatementDenied) => match self.refused.lock().take() {
                Some(words) => Error::Engine(format!("{text}: {words}")),
                None => Error::Engine(text),
            },
            Some(
                ErrorCode::ConstraintViolation
                | ErrorCode::ReadOnly
                | ErrorCode::TooBig
                | ErrorCode::OutOfMemory
                | ErrorCode::DatabaseLocked,
            ) => Error::Engine(text),
            _ => from_engine(error),
        }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let gone = self.connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>);
        let restored = self.before.iter().map(|(limit, value)| self.connection.set_limit(*limit, *value).map(drop));
        if let Err(error) = std::iter::once(gone).chain(restored).collect::<rusqlite::Result<()>>() {
            tracing::error!(%error, "the guard over typed SQL could not be taken away");
        }
        if let Err(error) = self.watch.ask_every(self.connection, watch::STEPS) {
            tracing::error!(%error, "the time of statements is not looked at as before");
        }
    }
}

/// What is to be said against an action; `None` where it may be done.
fn objection(action: &AuthAction<'_>) -> Option<String> {
    let words = match action {
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => {
            "transactions are not yours here; several statements are one already"
        }
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
            "other databases cannot be attached, nor VACUUM be run"
        }
        AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempView { .. }
        | AuthAction::DropTempIndex { .. }
        | AuthAction::DropTempTable { .. }
        | AuthAction::DropTempTrigger { .. }
        | AuthAction::DropTempView { .. } => "there are no temporary tables, views and triggers here",
        AuthAction::Pragma { pragma_name, pragma_value } => {
            let name = pragma_name.to_ascii_lowercase();
            let may =
                ASKED_WITH_VALUE.contains(&name.as_str()) || (pragma_value.is_none() && ASKED.contains(&name.as_str()));
            return (!may).then(|| format!("PRAGMA {name} cannot be used here"));
        }
        AuthAction::Function { function_name }
            if ["load_extension", "fts3_tokenizer"].iter().any(|name| function_name.eq_ignore_ascii_case(name)) =>
        {
            "extensions cannot be loaded"
        }
        AuthAction::DropTable { table_name } | AuthAction::AlterTable { table_name, .. } if is_ours(table_name) => {
            return Some(format!("the table {table_name} is Tuckbox's own"));
        }
        AuthAction::CreateTable { table_name }
        | AuthAction::CreateView { view_name: table_name }
        | AuthAction::CreateVtable { table_name, .. }
            if is_ours(table_name) =>
        {
            return Some(format!("{table_name} is a name of Tuckbox's own tables"));
        }
        AuthAction::CreateTrigger { table_name, .. } if is_ours(table_name) => {
            return Some(format!("the table {table_name} is Tuckbox's own"));
        }
        AuthAction::Unknown { .. } => "it is not known what that does",
        _ => return None,
    };
    Some(words.to_owned())
}

/// The tables without which nothing works. Their rows may be changed.
fn is_ours(table: &str) -> bool {
    let table = table.to_ascii_lowercase();
    table.starts_with("_tb_") || ["_collections", "_params"].contains(&table.as_str())
}
