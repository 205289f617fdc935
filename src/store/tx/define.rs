//! Texts that no room has put together from fixed pieces: changes of tables, and SQL that people wrote.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::Tx;
use crate::error::{Error, Result};
use crate::store::select::Described;
use crate::store::sqlite::{from_engine, refuse_immense, write_typed};

impl Tx<'_> {
    /// Runs a change of tables, as `tables.rs` builds them.
    ///
    /// # Errors
    /// What the engine says against it, as [`Error::Engine`], [`Error::StaleSchema`] or [`Error::Unique`].
    pub fn define(&mut self, text: &str) -> Result<()> {
        self.usable()?;
        self.defined = true;
        let result = self.connection.execute_batch(text).map_err(from_engine);
        self.note(text);
        self.settle(result)
    }

    /// Runs work in a rehearsal whose changes of tables are no part of what is rehearsed.
    ///
    /// # Errors
    /// What the work answers.
    pub fn unnoted<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let definitions = self.definitions.take();
        let answer = work(self);
        self.definitions = definitions;
        answer
    }

    /// Whether what is done here is only tried.
    pub fn is_rehearsal(&self) -> bool {
        self.definitions.is_some()
    }

    /// Notes, in a rehearsal, what is part of a change of tables; elsewhere nothing.
    pub fn note(&mut self, text: &str) {
        if let Some(definitions) = &mut self.definitions {
            definitions.push(text.to_owned());
        }
    }

    /// Runs one change of tables whose text has words of the caller's in it, such as an index's condition.
    ///
    /// # Errors
    /// As [`Tx::define`]; [`Error::Engine`], with nothing run, where the text holds more than one statement.
    pub fn define_one(&mut self, text: &str) -> Result<()> {
        self.usable()?;
        self.defined = true;
        let result = self.connection.execute(text, []).map(drop).map_err(from_engine);
        self.note(text);
        self.settle(result)
    }

    /// Runs statements that a person typed: how many rows the last one changed, 0 for a change of tables. They are
    /// stopped after `time`, and once `gone` is set. What would end the transaction or leave the database is refused.
    ///
    /// # Errors
    /// [`Error::Engine`] or [`Error::StaleSchema`] in the engine's words; `Deadline`.
    pub fn run_typed(&mut self, text: &str, time: Duration, gone: &Arc<AtomicBool>) -> Result<u64> {
        self.usable()?;
        self.defined = true;
        let _limited = self.watch.narrow(time, Some(Arc::clone(gone)));
        let result = write_typed(self.connection, self.watch, text);
        self.settle(result)
    }

    /// Compiles a statement against the tables as they are now, without running it.
    ///
    /// # Errors
    /// What the engine says against it, as [`Error::Engine`] or [`Error::StaleSchema`].
    pub fn compile(&mut self, text: &str) -> Result<()> {
        self.usable()?;
        refuse_immense(self.connection, text)?;
        let result = self.connection.prepare(text).map(drop).map_err(from_engine);
        self.settle(result)
    }

    /// Runs work in which whatever stands in double quotes is a name. Otherwise the engine takes what it does not know
    /// as a name for a text, and would not miss a column that is gone.
    ///
    /// # Errors
    /// What the work answers.
    pub fn with_strict_quotes<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let _strict = StrictQuotes::on(self.connection)?;
        work(self)
    }

    /// The columns of a query that people wrote. It is read by the engine and not run.
    ///
    /// # Errors
    /// [`Error::Engine`] or [`Error::StaleSchema`] with what the engine has against it; it must be one query that
    /// only reads, and no more than the engine should write out.
    pub fn describe(&mut self, query: &str) -> Result<Vec<Described>> {
        self.usable()?;
        refuse_immense(self.connection, query)?;
        // The engine does some statements while it reads them.
        self.connection.authorizer(Some(reading_only)).map_err(from_engine)?;
        let described = self.connection.prepare(query).map_err(from_engine).and_then(|statement| {
            if statement.column_count() == 0 {
                return Err(Error::Engine("only a SELECT is supported".into()));
            }
            if statement.parameter_count() > 0 {
                return Err(Error::Engine("parameters are not supported".into()));
            }
            let is_text = |kind: Option<&str>| kind.is_some_and(|kind| kind.eq_ignore_ascii_case("TEXT"));
            let columns = statement.columns().into_iter();
            Ok(columns.map(|one| Described { name: one.name().to_owned(), text: is_text(one.decl_type()) }).collect())
        });
        self.connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).map_err(from_engine)?;
        self.settle(described)
    }
}

/// What a query may do that only reads.
fn reading_only(asked: AuthContext<'_>) -> Authorization {
    match asked.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Function { .. } | AuthAction::Recursive => {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

/// Double quotes hold names alone while this lives.
struct StrictQuotes<'c>(&'c Connection);

impl<'c> StrictQuotes<'c> {
    fn on(connection: &'c Connection) -> Result<Self> {
        let strict = Self(connection);
        strict.set(false).map_err(from_engine)?;
        Ok(strict)
    }

    fn set(&self, lax: bool) -> rusqlite::Result<()> {
        let both = [DbConfig::SQLITE_DBCONFIG_DQS_DML, DbConfig::SQLITE_DBCONFIG_DQS_DDL];
        both.into_iter().try_for_each(|one| self.0.set_db_config(one, lax).map(drop))
    }
}

impl Drop for StrictQuotes<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.set(true) {
            tracing::error!(%error, "texts in double quotes could not be allowed again");
        }
    }
}
