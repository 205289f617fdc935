//! What somebody who listens to changes is told of one: whether at all, and the record as that person may see it
//! (contract: realtime, section 4).

use super::render::Rendering;
use super::{Records, Rendered, gate, rules};
use crate::context::RequestContext;
use crate::error::Result;
use crate::filter::{self, Asker, Input};
use crate::schema::{Record, Schema};
use crate::store::{ReadLane, Tx, quoted};

/// What only rules and superusers may speak of.
const RESERVED: [&str; 2] = ["@request.", "@collection."];

/// Whether the database has to be asked about a record to know who may hear of its change.
pub fn asks(context: &RequestContext, rule: &Option<String>) -> bool {
    let by_rule = !context.is_superuser() && rule.as_deref().is_some_and(|rule| !rule.is_empty());
    by_rule || context.query_value("filter").is_some()
}

impl Records {
    /// The record as the context's caller sees it, with its `expand`; `None` where rule or `filter` keep it from that
    /// caller. Both are asked of the row that this transaction sees, while what is shown is the record as given. It
    /// belongs to the schema's collection.
    ///
    /// # Errors
    /// What the engine says; `Deadline`.
    pub fn tell(
        &self,
        tx: &mut Tx<'_>,
        schema: &Schema,
        context: &RequestContext,
        record: &Record,
        rule: &Option<String>,
    ) -> Result<Option<Rendered>> {
        if !gate::or_false(self.may_hear(tx, schema, context, record, rule))? {
            return Ok(None);
        }
        let rendering = Rendering::plan(&self.parts, schema, context, &record.collection);
        match rendering.is_plain() {
            true => Ok(Some(rendering.plain(record))),
            false => rendering.record(tx, ReadLane::Slow, record).map(Some),
        }
    }

    fn may_hear(
        &self,
        tx: &mut Tx<'_>,
        schema: &Schema,
        context: &RequestContext,
        record: &Record,
        rule: &Option<String>,
    ) -> Result<bool> {
        let rule = gate::applicable(context, rule)?;
        let filter = context.query_value("filter");
        if rule.is_none() && filter.is_none() {
            return Ok(true);
        }
        let superuser = context.is_superuser();
        let is_reserved = |text: &str| RESERVED.iter().any(|words| text.contains(words));
        if filter.is_some() && !superuser && context.query_value("sort").is_some_and(is_reserved) {
            return Ok(false);
        }
        let request = filter::Request {
            schema,
            collection: &record.collection,
            rule,
            filter,
            sort: None,
            asker: if superuser { Asker::Listener } else { Asker::Client },
            candidate: false,
            whole: false,
            input: Input::of(context),
        };
        let condition = self.parts.conditions.compile(&request)?;
        let query = condition.among("1", &quoted(&record.collection.name), &[record.id()]);
        Ok(tx.row(&query, |_| Ok(())).map_err(rules::unevaluable)?.is_some())
    }
}
