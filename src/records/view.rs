//! Viewing a record.

use std::sync::Arc;

use super::read::read_in;
use super::render::Rendering;
use super::{Records, Rendered, Versioned, gate, rules};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::Input;
use crate::schema::{CollectionRef, Schema};
use crate::store::{ReadLane, Row, Sql, Tx, ValueRef};

/// How many bytes a record has about; more would leave the allocator's quick lists.
const USUAL: usize = 1024;

impl Records {
    /// One record.
    ///
    /// # Errors
    /// `NotFound` where the collection or the record is not there, or the view rule is not satisfied or cannot be
    /// evaluated; `Forbidden` where only superusers may view.
    pub async fn view(&self, context: &RequestContext, collection: &str, id: &str) -> Result<Versioned> {
        self.on_current(|schema| self.view_on(schema, context, collection, id)).await
    }

    async fn view_on(
        &self,
        schema: Arc<Schema>,
        context: &RequestContext,
        collection: &str,
        id: &str,
    ) -> Result<Versioned> {
        let collection = schema.find(collection).ok_or(Error::NotFound(gate::MISSING_COLLECTION.into()))?;
        let rule = gate::applicable(context, &collection.view_rule)?;
        let rendering = Rendering::plan(&self.parts, &schema, context, collection);
        let (query, own) = self.row_of(&schema, context, collection, rule, id, &rendering)?;
        let mut lane = if own == ReadLane::Slow { own } else { rendering.lane(&self.parts)? };
        if lane == ReadLane::Fast && rendering.is_plain() {
            match self.parts.store.row_here(&query, |row| Ok(versioned(&rendering, row))) {
                Err(Error::Deadline) => lane = ReadLane::Slow,
                found => return found.map_err(hidden)?.ok_or_else(Error::not_found),
            }
        }
        let found = read_in(&self.parts.store, lane, move |tx, lane| one(tx, lane, &query, &rendering)).await;
        found.map_err(hidden)?.ok_or_else(Error::not_found)
    }

    /// The row of an id under a rule, in one query.
    fn row_of(
        &self,
        schema: &Schema,
        context: &RequestContext,
        collection: &CollectionRef,
        rule: Option<&str>,
        id: &str,
        rendering: &Rendering,
    ) -> Result<(Sql, ReadLane)> {
        let layout = &rendering.layout;
        let Some(rule) = rule else {
            let query = Sql { text: layout.by_id.clone(), values: vec![id.into()] };
            let lane = layout.lane_of_ids(&self.parts.store, &query).map_err(hidden)?;
            return Ok((query, lane));
        };
        let input = Input::of(context);
        let condition = self.parts.conditions.rule(schema, collection, rule, &input).map_err(hidden)?;
        let query = condition.one(layout, id);
        let lane = condition.lane(&self.parts.store, &query).map_err(hidden)?;
        Ok((query, lane))
    }
}

fn one(tx: &mut Tx<'_>, lane: ReadLane, query: &Sql, rendering: &Rendering) -> Result<Option<Versioned>> {
    if rendering.is_plain() {
        return tx.row(query, |row| Ok(versioned(rendering, row)));
    }
    let layout = &rendering.layout;
    let mut batch = rendering.batch();
    let found = tx.row(query, |row| {
        batch.push_row(&rendering.viewer, row);
        Ok(layout.versions.version(&layout.collection, |at| row.get(at)))
    })?;
    let Some(version) = found else { return Ok(None) };
    let mut out = Vec::with_capacity(USUAL);
    rendering.write(tx, lane, batch, &mut out, |_| {})?;
    Ok(Some(Versioned { rendered: Rendered(out), version }))
}

/// A row of a plain rendering. Each column is fetched once: the answer and its version look at the same.
fn versioned(rendering: &Rendering, row: &Row<'_>) -> Versioned {
    let collection = &rendering.layout.collection;
    let columns: Vec<ValueRef<'_>> = (0..collection.fields.len()).map(|at| row.get(at)).collect();
    let mut out = Vec::with_capacity(USUAL);
    rendering.write_row(|at| columns[at], &mut out);
    let version = rendering.layout.versions.version(collection, |at| columns[at]);
    Versioned { rendered: Rendered(out), version }
}

/// A rule that cannot be evaluated hides the record.
fn hidden(error: Error) -> Error {
    match rules::unevaluable(error) {
        Error::Invalid(_) => Error::not_found(),
        other => other,
    }
}
