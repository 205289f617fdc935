//! Records as their reader may see them: visible fields, e-mail addresses, expands.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::expand::Expansion;
use super::layout::Layout;
use super::plans::Condition;
use super::read::read_in;
use super::rows::Rows;
use super::version::VersionKey;
use super::viewer::Viewer;
use super::{Parts, Records, Rendered, rules};
use crate::context::RequestContext;
use crate::error::Result;
use crate::filter::Input;
use crate::schema::{CollectionRef, Field, Record, Schema};
use crate::store::{ReadLane, Tx, ValueRef};

/// How a request shows records of a collection.
pub(super) struct Rendering {
    pub(super) layout: Arc<Layout>,
    pub(super) viewer: Viewer,
    /// What makes the viewer a manager, where that decides about e-mail addresses.
    manage: Option<Condition>,
    expansion: Expansion,
}

impl Rendering {
    pub(super) fn plan(parts: &Parts, schema: &Schema, context: &RequestContext, collection: &CollectionRef) -> Self {
        let viewer = Viewer::of(context);
        // A rule that cannot be evaluated makes nobody a manager.
        let manage = viewer.manage_rule(collection).and_then(|rule| {
            let input = Input::of(context);
            parts.conditions.rule(schema, collection, rule, &input).ok()
        });
        let expansion = Expansion::plan(parts, schema, context, &viewer, collection);
        Self { layout: parts.layouts.of(schema, collection), viewer, manage, expansion }
    }

    /// Whether rows can be written out one by one, without another look at the database.
    pub(super) fn is_plain(&self) -> bool {
        self.manage.is_none() && self.expansion.is_empty()
    }

    /// The lane of what is read beside the rows themselves.
    pub(super) fn lane(&self, parts: &Parts) -> Result<ReadLane> {
        if let Some(manage) = &self.manage
            && manage.among_lane(&parts.store, &self.layout)? == ReadLane::Slow
        {
            return Ok(ReadLane::Slow);
        }
        self.expansion.lane(parts)
    }

    /// Writes a row whose columns are the collection's fields, of a plain rendering.
    pub(super) fn write_row<'v>(&self, get: impl Fn(usize) -> ValueRef<'v>, out: &mut Vec<u8>) {
        self.layout.write(out, &self.viewer, get);
        out.push(b'}');
    }

    /// A place to collect rows in.
    pub(super) fn batch(&self) -> Rows {
        Rows::new(Arc::clone(&self.layout), self.expansion.follows())
    }

    /// Completes collected rows and writes them out, each after what `before` writes.
    ///
    /// # Errors
    /// `Deadline` where this is too much for the lane of short reads.
    pub(super) fn write(
        &self,
        tx: &mut Tx<'_>,
        lane: ReadLane,
        mut batch: Rows,
        out: &mut Vec<u8>,
        mut before: impl FnMut(&mut Vec<u8>),
    ) -> Result<()> {
        match &self.manage {
            Some(manage) if batch.waits() => {
                let managed = rules::admitted(tx, manage, &self.layout.table, &batch.waiting())?;
                batch.settle(&managed);
            }
            _ => batch.settle(&HashSet::new()),
        }
        let mut loaded = self.expansion.load(tx, &self.viewer, &batch, lane)?;
        self.expansion.fit(&mut loaded, &batch);
        for line in 0..batch.lines().len() {
            before(out);
            self.expansion.write(&loaded, &batch, line, out);
        }
        Ok(())
    }

    /// A record that needs no look at the database.
    pub(super) fn plain(&self, record: &Record) -> Rendered {
        let mut batch = self.batch();
        batch.push_record(&self.viewer, record);
        batch.settle(&HashSet::new());
        let mut out = Vec::with_capacity(batch.size() + 1);
        batch.write_open(0, &mut out);
        out.push(b'}');
        Rendered(out)
    }

    pub(super) fn record(&self, tx: &mut Tx<'_>, lane: ReadLane, record: &Record) -> Result<Rendered> {
        let mut batch = self.batch();
        batch.push_record(&self.viewer, record);
        let mut out = Vec::with_capacity(batch.size() + 1);
        self.write(tx, lane, batch, &mut out, |_| {})?;
        Ok(Rendered(out))
    }
}

/// A record of any collection, stored or not, as superusers see it.
pub fn shown(record: &Record) -> Rendered {
    let mut out = Vec::new();
    let viewer = Viewer::of(&RequestContext::internal());
    Layout::new(&record.collection, VersionKey::default()).write(&mut out, &viewer, |at| record.values[at].borrow());
    out.push(b'}');
    Rendered(out)
}

impl Records {
    /// A record as the context's caller sees it, with the expands of its query.
    pub async fn render(&self, context: &RequestContext, record: &Record) -> Result<Rendered> {
        self.on_current(|schema| self.render_on(schema, context, record)).await
    }

    async fn render_on(&self, schema: Arc<Schema>, context: &RequestContext, record: &Record) -> Result<Rendered> {
        let record = as_of(&schema, record);
        let rendering = Rendering::plan(&self.parts, &schema, context, &record.collection);
        if rendering.is_plain() {
            return Ok(rendering.plain(&record));
        }
        let lane = rendering.lane(&self.parts)?;
        let record = record.into_owned();
        read_in(&self.parts.store, lane, move |tx, lane| rendering.record(tx, lane, &record)).await
    }
}

/// A record under the collection that a snapshot has, which may have changed since the record was read.
fn as_of<'r>(schema: &Schema, record: &'r Record) -> Cow<'r, Record> {
    let old = &record.collection;
    match schema.by_id(&old.id) {
        Some(now) if !Arc::ptr_eq(now, old) => {
            let value = |field: &Field| {
                let at =
                    old.fields.iter().position(|before| before.id == field.id && before.column() == field.column());
                at.map_or_else(|| field.zero(), |at| record.values[at].clone())
            };
            Cow::Owned(Record { collection: Arc::clone(now), values: now.fields.iter().map(value).collect() })
        }
        _ => Cow::Borrowed(record),
    }
}
