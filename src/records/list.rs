//! Listing records.

use super::{Page, Records};
use crate::context::RequestContext;
use crate::error::Result;

impl Records {
    /// A page of records, as the context's query parameters ask for it.
    pub async fn list(&self, _context: &RequestContext, _collection: &str) -> Result<Page> {
        todo!()
    }
}
