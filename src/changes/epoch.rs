//! Which course of the feed this is. Numbers of changes come again where a backup is restored: what was said of a place
//! before holds no longer, and whoever remembers one outside the database has to notice.

use crate::error::Result;
use crate::ids;
use crate::store::{Tx, Value};
use crate::time;

/// The row of `_params` that has it.
const ROW: &str = "feed";

/// The name of the course, which changes with each restore; empty where there was none yet.
///
/// # Errors
/// What the engine says.
pub fn epoch(tx: &mut Tx<'_>) -> Result<String> {
    let query = "SELECT value FROM _params WHERE id = ?";
    Ok(tx.row((query, &[Value::from(ROW)]), |row| Ok(row.get(0).as_text().to_owned()))?.unwrap_or_default())
}

/// Begins another course.
///
/// # Errors
/// What the engine says.
pub fn renew_epoch(tx: &mut Tx<'_>) -> Result<()> {
    let text = "INSERT INTO _params (id, value, created, updated) VALUES (?, ?, ?, ?) \
                ON CONFLICT (id) DO UPDATE SET value = excluded.value, updated = excluded.updated";
    let now = time::now_text();
    let values: [Value; 4] =
        [ROW.into(), format!("\"{}\"", ids::random_lower(15)).into(), now.as_str().into(), now.as_str().into()];
    tx.execute((text, &values)).map(drop)
}
