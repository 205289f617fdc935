//! Deleting a record, with what goes with it.

use super::Records;
use crate::context::RequestContext;
use crate::error::Result;
use crate::files::Files;
use crate::schema::{Record, Schema};
use crate::store::Tx;

impl Records {
    /// Deletes a record with what goes with it.
    pub async fn delete(&self, _context: &RequestContext, _collection: &str, _id: &str) -> Result<()> {
        todo!()
    }
}

/// Deletes a record with its cascades inside a transaction; its files go after the commit.
/// The last superuser, and a required reference, refuse.
pub fn delete_within(
    _tx: &mut Tx<'_>,
    _schema: &Schema,
    _files: &Files,
    _record: &Record,
    _actor: Option<&str>,
) -> Result<()> {
    todo!()
}
