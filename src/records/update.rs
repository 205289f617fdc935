//! Updating a record.

use super::{RecordInput, Records, Rendered};
use crate::context::RequestContext;
use crate::error::Result;

impl Records {
    /// Updates a record.
    pub async fn update(
        &self,
        _context: &RequestContext,
        _collection: &str,
        _id: &str,
        _input: RecordInput,
    ) -> Result<Rendered> {
        todo!()
    }
}
