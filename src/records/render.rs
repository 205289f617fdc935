//! A record as its reader may see it: visible fields, the e-mail's visibility, expands.

use super::{Records, Rendered};
use crate::context::RequestContext;
use crate::error::Result;
use crate::schema::{Record, Schema};
use crate::store::Tx;

impl Records {
    /// A record as the context's caller sees it, with the expands of its query.
    pub async fn render(&self, _context: &RequestContext, _record: &Record) -> Result<Rendered> {
        todo!()
    }

    /// The same inside a transaction: the answer of create and update.
    #[allow(dead_code)]
    pub(super) fn render_within(
        &self,
        _tx: &mut Tx<'_>,
        _schema: &Schema,
        _context: &RequestContext,
        _record: &Record,
    ) -> Result<Rendered> {
        todo!()
    }
}
