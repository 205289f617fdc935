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

/// The row of `_params` that says that records were there before the first change.
const LATE: &str = "feedBegunLate";

/// Says that there are records already of which the feed has no change: they came with another program's database.
///
/// # Errors
/// What the engine says.
pub fn begin_late(tx: &mut Tx<'_>) -> Result<()> {
    renew_epoch(tx)?;
    set(tx, LATE, "true".to_owned())
}

/// Whether records were there before the first change.
pub(super) fn has_begun_late(tx: &mut Tx<'_>) -> Result<bool> {
    let found = tx.row(("SELECT 1 FROM _params WHERE id = ?", &[Value::from(LATE)]), |_| Ok(()))?;
    Ok(found.is_some())
}

/// Begins another course.
///
/// # Errors
/// What the engine says.
pub fn renew_epoch(tx: &mut Tx<'_>) -> Result<()> {
    set(tx, ROW, format!("\"{}\"", ids::random_lower(15)))
}

fn set(tx: &mut Tx<'_>, row: &str, value: String) -> Result<()> {
    let text = "INSERT INTO _params (id, value, created, updated) VALUES (?, ?, ?, ?) \
                ON CONFLICT (id) DO UPDATE SET value = excluded.value, updated = excluded.updated";
    let now = time::now_text();
    let values: [Value; 4] = [row.into(), value.into(), now.as_str().into(), now.as_str().into()];
    tx.execute((text, &values)).map(drop)
}
