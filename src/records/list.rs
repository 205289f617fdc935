//! Listing records.

use std::sync::Arc;

use super::paging::Paging;
use super::read::read_in;
use super::render::Rendering;
use super::{Page, Records, gate, rules};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::{self, Input};
use crate::schema::Schema;
use crate::store::{ReadLane, Sql, Tx};

/// How many rows a short read may skip.
const SHORT_OFFSET: i64 = 5000;
/// What is set aside for the items before the first is read.
const USUAL_BYTES: usize = 16 << 10;

/// From how many bytes on an answer lets others have their turn. A client that asks for many large pages at once
/// would otherwise keep its thread, since short reads never wait.
const LARGE: usize = 64 << 10;

/// A read of one page.
struct Reading {
    items: Items,
    items_lane: ReadLane,
    /// The statement that counts all items, where they are counted.
    count: Option<(Sql, ReadLane)>,
}

/// The items of a page: the statement, and how rows are shown.
struct Items {
    query: Sql,
    rendering: Rendering,
    paging: Paging,
}

/// The items that were read.
struct Found {
    items: Vec<u8>,
    count: i64,
    /// How many there are in all, where the page tells: one that is not full is the last.
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
        let collection = schema.find(collection).ok_or(Error::NotFound(gate::MISSING_COLLECTION.into()))?;
        let rule = gate::applicable(context, &collection.list_rule)?;
        let paging = Paging::of(context)?;
        let request = filter::Request {
            schema: &schema,
            collection,
            rule,
            filter: context.query_value("filter"),
            sort: context.query_value("sort"),
            superuser: context.is_superuser(),
            candidate: false,
            whole: true,
            input: Input::of(context),
        };
        let reading = self.reading(&request, paging).map_err(rules::unevaluable)?;
        let (found, total) = self.read_page(reading).await.map_err(rules::unevaluable)?;
        if found.items.len() > LARGE {
            tokio::task::yield_now().await;
        }
        if found.count == 0
            && request.rule.is_some()
            && request.filter.is_some()
            && let Some(delay) = self.parts.throttle.charge(&collection.id, context.ip)
        {
            tokio::time::sleep(delay).await;
        }
        Ok(Page { items: found.items, page: paging.page, per_page: paging.per_page, total })
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
        Ok(Reading { items: Items { query, rendering, paging }, items_lane, count })
    }

    /// Reads items and total, on one state of the database unless only the count is long work.
    async fn read_page(&self, reading: Reading) -> Result<(Found, Option<u64>)> {
        let store = &self.parts.store;
        let Reading { items, items_lane, count } = reading;
        match count {
            Some((count, ReadLane::Slow)) if items_lane == ReadLane::Fast => {
                let found = read_in(store, items_lane, move |tx, lane| items.read(tx, lane)).await?;
                let total = match found.total {
                    Some(total) => total,
                    None => store.read(ReadLane::Slow, move |tx| total(tx, &count)).await?,
                };
                Ok((found, Some(total)))
            }
            count => {
                let read = move |tx: &mut Tx<'_>, lane| {
                    let found = items.read(tx, lane)?;
                    let total = match (&count, found.total) {
                        (None, _) => None,
                        (Some(_), Some(total)) => Some(total),
                        (Some((count, _)), None) => Some(total(tx, count)?),
                    };
                    Ok((found, total))
                };
                read_in(store, items_lane, read).await
            }
        }
    }
}

impl Items {
    fn read(&self, tx: &mut Tx<'_>, lane: ReadLane) -> Result<Found> {
        let mut items = Vec::with_capacity(USUAL_BYTES);
        items.push(b'[');
        let mut count = 0;
        let separate = |items: &mut Vec<u8>| {
            if items.len() > 1 {
                items.push(b',');
            }
        };
        if self.rendering.is_plain() {
            tx.rows(&self.query, |row| {
                separate(&mut items);
                self.rendering.write_row(row, &mut items);
                count += 1;
                Ok(())
            })?;
        } else {
            let mut batch = self.rendering.batch();
            tx.rows(&self.query, |row| {
                batch.push_row(&self.rendering.viewer, row);
                count += 1;
                Ok(())
            })?;
            self.rendering.write(tx, lane, batch, &mut items, separate)?;
        }
        items.push(b']');
        Ok(Found { items, count, total: self.total(count) })
    }

    fn total(&self, count: i64) -> Option<u64> {
        let Paging { page, per_page, .. } = self.paging;
        let last = count < per_page && (count > 0 || page == 1);
        last.then(|| self.paging.offset().saturating_add(count).unsigned_abs())
    }
}

fn total(tx: &mut Tx<'_>, count: &Sql) -> Result<u64> {
    let total = tx.row(count, |row| Ok(row.get(0).as_f64()))?;
    Ok(total.unwrap_or(0.0) as u64)
}
