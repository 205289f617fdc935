//! Whether a record satisfies a rule that belongs to no verb: who may sign in.

use super::{Records, gate};
use crate::context::RequestContext;
use crate::error::Result;
use crate::filter::Input;
use crate::schema::Record;
use crate::store::Tx;

impl Records {
    /// Whether a stored record satisfies a rule, as the context's caller asks it. An empty rule is satisfied, one
    /// that cannot be evaluated is not.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn satisfies(&self, context: &RequestContext, record: &Record, rule: &str) -> Result<bool> {
        gate::or_false(self.meets(context, record, rule).await)
    }

    /// As [`Records::satisfies`], where it makes a difference that a rule cannot be evaluated.
    ///
    /// # Errors
    /// `Invalid` and `Forbidden` where the rule cannot be evaluated; what the engine says.
    pub async fn meets(&self, context: &RequestContext, record: &Record, rule: &str) -> Result<bool> {
        if rule.is_empty() {
            return Ok(true);
        }
        let (records, schema) = (self.clone(), self.parts.schema.current());
        let lane = gate::lane(context, [Some(rule)]);
        let (context, rule) = (context.clone(), rule.to_owned());
        let (collection, id) = (record.collection.clone(), record.id().to_owned());
        let admits = move |tx: &mut Tx<'_>| {
            records.parts.conditions.admits(tx, &schema, &collection, &rule, &id, &Input::of(&context))
        };
        self.parts.store.read(lane, admits).await
    }
}
