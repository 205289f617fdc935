//! The settings in the database: the row `settings` of `_params`, as the contract has it.

use super::Values;
use crate::error::{Error, Result};
use crate::store::{Sql, Tx};

/// The row's id.
const ROW: &str = "settings";

/// The stored settings, or the defaults where there are none.
pub(super) fn load(tx: &mut Tx<'_>) -> Result<Values> {
    let mut query = Sql::raw(r#"SELECT "value" FROM "_params" WHERE "id" = "#);
    query.bind(ROW);
    match tx.row(&query, |row| Ok(row.get(0).as_text().to_owned()))? {
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| Error::Setup(format!("The stored settings cannot be read: {error}."))),
        None => Ok(Values::default()),
    }
}
