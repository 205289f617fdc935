//! The feed: the ordered log of committed changes of records, written in the transaction of each change.

use serde_json::{Map, Value as Json};

use crate::error::Result;
use crate::schema::Record;
use crate::store::Tx;

/// What happened to a record, with what the feed keeps of it.
pub enum Op<'a> {
    /// It was created.
    Create,
    /// It was updated; the record as it was.
    Update(&'a Record),
    /// It was deleted; `record` is the state before.
    Delete,
}

/// Adds a change to the feed. `record` is the state after a create or an update, before a delete.
/// Password hashes and token keys never get in.
///
/// `actor` is `<collection id>/<record id>` of the caller, `None` for guests and the server itself.
pub fn append(_tx: &mut Tx<'_>, _record: &Record, _op: Op<'_>, _actor: Option<&str>) -> Result<()> {
    todo!()
}

/// What of the feed is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// How long, in milliseconds.
    pub max_age_ms: i64,
    /// How many rows.
    pub max_rows: i64,
}

/// Removes what is older or more than is kept, a few thousand rows at a time; how many rows went.
/// The newest row always stays, so that numbers never come back.
pub fn trim(_tx: &mut Tx<'_>, _retention: Retention) -> Result<usize> {
    todo!()
}

/// Old values as the feed keeps them.
#[allow(dead_code)]
type Data = Map<String, Json>;
