//! Listing records.

use std::sync::Arc;

use serde_json::Map;

use super::paging::Paging;
use super::render::Rendering;
use super::view::applicable;
use super::{Page, Records, rules};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::{self, Input};
use crate::schema::Schema;
use crate::store::{ReadLane, Sql, Tx};

/// How many rows a short read may skip.
const SHORT_OFFSET: i64 = 5000;
/// What is set aside for the items before the first is read.
const USUAL_BYTES: usize = 16 << 10;

/// The items of a page: the statement, and how rows are shown.
struct Items {
    query: Sql,
    rendering: Rendering,
}

/// A read of one page.
struct Reading {
    items: Items,
    items_lane: ReadLane,
    /// The statement that counts all items, where they are counted.
    count: Option<(Sql, ReadLane)>,
}

/// What was read.
struct Read {
    items: Vec<u8>,
    is_empty: bool,
    total: Option<u64>,
}

impl Records {
    /// A page of records, as the context's query parameters ask for it.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection; `Forbidden` where only superusers may list, or filter as asked;
    /// `Invalid` for what is wrong with a parameter.
    pub async fn list(&self, context: &RequestContext, collection: &str) -> Result<Page> {
        self.on_current(|schema| self.list_on(schema, context, collection)).await
    }

    async fn list_on(&self, schema: Arc<Schema>, context: &RequestContext, collection: &str) -> Result<Page> {
        let collection = schema.find(collection).ok_or(Error::NotFound("Missing collection context.".into()))?;
        let rule = applicable(context, collection.list_rule.as_deref())?;
        let paging = Paging::of(context)?;
        let request = filter::Request {
            schema: &schema,
            collection,
            rule,
            filter: context.query_value("filter"),
            sort: context.query_value("sort"),
            superuser: context.is_superuser(),
            candidate: false,
            input: Input { context, body: &Map::new() },
        };
        let read = self.reading(&request, paging).map_err(rules::unevaluable)?;
        let read = self.read_page(read).await.map_err(rules::unevaluable)?;
        if read.is_empty
            && request.rule.is_some()
            && request.filter.is_some()
            && let Some(delay) = self.parts.throttle.charge(&collection.id, context.ip)
        {
            tokio::time::sleep(delay).await;
        }
        Ok(Page { items: read.items, page: paging.page, per_page: paging.per_page, total: read.total })
    }

    fn reading(&self, request: &filter::Request<'_>, paging: Paging) -> Result<Reading> {
        let store = &self.parts.store;
        let condition = self.parts.conditions.compile(request)?;
        let rendering = Rendering::plan(&self.parts, request.schema, request.input.context, request.collection);
        let offset = paging.offset();
        let query = condition.page(&rendering.layout, paging.per_page, offset);
        let items_lane = if offset > SHORT_OFFSET || condition.lane(store, &query)? == ReadLane::Slow {
            ReadLane::Slow
        } else {
            rendering.lane(&self.parts)?
        };
        let count = match paging.skip_total {
            true => None,
            false => {
                let count = condition.count(&rendering.layout);
                let lane = condition.lane(store, &count)?;
                Some((count, lane))
            }
        };
        Ok(Reading { items: Items { query, rendering }, items_lane, count })
    }

    /// Reads items and total, on one state of the database unless only the count is long work.
    async fn read_page(&self, reading: Reading) -> Result<Read> {
        let store = &self.parts.store;
        let Reading { items, items_lane, count } = reading;
        match count {
            Some((count, ReadLane::Slow)) if items_lane == ReadLane::Fast => {
                let read = store.read(ReadLane::Fast, move |tx| items.read(tx)).await?;
                let total = store.read(ReadLane::Slow, move |tx| total(tx, &count)).await?;
                Ok(Read { total: Some(total), ..read })
            }
            count => {
                store
                    .read(items_lane, move |tx| {
                        let read = items.read(tx)?;
                        let total = count.map(|(count, _)| total(tx, &count)).transpose()?;
                        Ok(Read { total, ..read })
                    })
                    .await
            }
        }
    }
}

impl Items {
    fn read(&self, tx: &mut Tx<'_>) -> Result<Read> {
        let mut items = Vec::with_capacity(USUAL_BYTES);
        items.push(b'[');
        let separate = |items: &mut Vec<u8>| {
            if items.len() > 1 {
                items.push(b',');
            }
        };
        if self.rendering.is_plain() {
            tx.rows(&self.query, |row| {
                separate(&mut items);
                self.rendering.write_row(row, &mut items);
                Ok(())
            })?;
        } else {
            let mut batch = self.rendering.batch();
            tx.rows(&self.query, |row| {
                batch.push_row(&self.rendering.viewer, row);
                Ok(())
            })?;
            self.rendering.write(tx, batch, &mut items, separate)?;
        }
        let is_empty = items.len() == 1;
        items.push(b']');
        Ok(Read { items, is_empty, total: None })
    }
}

fn total(tx: &mut Tx<'_>, count: &Sql) -> Result<u64> {
    let total = tx.row(count, |row| Ok(row.get(0).as_f64()))?;
    Ok(total.unwrap_or(0.0) as u64)
}
