//! Creating a record.

use super::{RecordInput, Records, Rendered};
use crate::context::RequestContext;
use crate::error::Result;

impl Records {
    /// How many bytes a body that creates or updates a record may have; asked before the body is read.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection.
    pub fn body_limit(&self, _collection: &str) -> Result<u64> {
        todo!()
    }

    /// Creates a record.
    pub async fn create(&self, _context: &RequestContext, _collection: &str, _input: RecordInput) -> Result<Rendered> {
        todo!()
    }
}
