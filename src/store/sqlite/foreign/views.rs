//! Views: their columns, and how many rows they have, as far as that is found in time.

use std::time::{Duration, Instant};

use rusqlite::ErrorCode;

use super::Database;
use crate::error::Result;
use crate::store::foreign::Column;
use crate::store::quoted;

/// How long a view may take.
const TIME: Duration = Duration::from_secs(10);
/// After how many of the engine's steps it asks whether to go on.
const STEPS: i32 = 20_000;

impl Database {
    /// The columns of a view, with the types of those that are columns of tables.
    ///
    /// # Errors
    /// What the engine says against the view.
    pub fn view_columns(&self, view: &str) -> Result<Vec<Column>> {
        let query = format!("SELECT * FROM {}", quoted(view));
        let statement = self.connection.prepare(&query).map_err(|error| self.explain(error))?;
        let column = |column: rusqlite::Column<'_>| Column {
            name: column.name().to_owned(),
            declared: column.decl_type().unwrap_or_default().to_owned(),
            ..Column::default()
        };
        Ok(statement.columns().into_iter().map(column).collect())
    }

    /// How many rows a view has; none where that takes too long.
    ///
    /// # Errors
    /// What the engine says against the view.
    pub fn view_rows(&self, view: &str) -> Result<Option<u64>> {
        self.in_time(&format!("SELECT count(*) FROM {}", quoted(view)))
    }

    /// Whether each row of a view has another value in a column, and none has nothing; not where that takes too long.
    ///
    /// # Errors
    /// What the engine says against the view.
    pub fn is_key_of_view(&self, view: &str, column: &str) -> Result<bool> {
        let column = quoted(column);
        let query = format!(
            "SELECT count(*) = count(DISTINCT CAST({column} AS TEXT)) AND min(CAST({column} AS TEXT)) <> '' FROM {}",
            quoted(view)
        );
        Ok(self.in_time(&query)? == Some(1))
    }

    /// The number that a query answers, if it does so in time.
    fn in_time(&self, query: &str) -> Result<Option<u64>> {
        let until = Instant::now() + TIME;
        let explain = |error| self.explain(error);
        self.connection.progress_handler(STEPS, Some(move || Instant::now() > until)).map_err(explain)?;
        let answer = self.connection.query_row(query, [], |row| row.get::<_, Option<i64>>(0));
        self.connection.progress_handler(0, None::<fn() -> bool>).map_err(explain)?;
        match answer {
            Ok(number) => Ok(number.map(i64::unsigned_abs)),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
            Err(error) => Err(explain(error)),
        }
    }
}
