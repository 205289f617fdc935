//! Viewing a record.

use super::{Records, Rendered};
use crate::context::RequestContext;
use crate::error::Result;

impl Records {
    /// One record.
    pub async fn view(&self, _context: &RequestContext, _collection: &str, _id: &str) -> Result<Rendered> {
        todo!()
    }
}
