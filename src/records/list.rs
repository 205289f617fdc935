//! Listing records.

use std::sync::Arc;
use std::time::Duration;

use super::paging::Paging;
use super::plans::Condition;
use super::read::read_in;
use super::render::Rendering;
use super::totals::{Count, Total};
use super::{Page, Records, gate, rules};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::{self, Asker, Input};
use crate::schema::Schema;
use crate::store::{ReadLane, Row, Sql, Tx};

/// How many rows a short read may skip.
const SHORT_OFFSET: i64 = 5000;
/// From how many skipped rows on it pays to find a page's rows before they are read.
const LATE_OFFSET: i64 = 500;
/// What is set aside for the items before the first is read.
const USUAL_BYTES: usize = 16 << 10;

/// From how many bytes on an answer lets others have their turn. A client that asks for many large pages at once
/// would otherwise keep its thread, since short reads never wait.
const LARGE: usize = 64 << 10;

/// A read of one page.
struct Reading {
    items: Items,
    items_lane: ReadLane,
    /// Whether all rows are looked at before the first item comes.
    sorts: bool,
    /// How many items there are in all, where that is asked for.
    total: Option<Total>,
}

/// The items of a page: the statement, and how rows are shown.
struct Items {
    query: Sql,
    /// The statement where the first one takes long, with the condition of both.
    other: Option<(Sql, Condition)>,
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
            asker: Asker::of(context),
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
        let (layout, offset) = (&rendering.layout, paging.offset());
        // What is known of the total is older than the page, never younger.
        let total = match paging.skip_total {
            true => None,
            false => Some(self.total(request, &condition, &rendering)?),
        };
        let mut query = condition.page(layout, paging.per_page, offset);
        let mut lane = condition.lane(store, &query)?;
        if (lane == ReadLane::Slow || offset >= LATE_OFFSET)
            && let Some(late) = condition.late_page(layout, paging.per_page, offset)
        {
            query = late;
            lane = condition.lane(store, &query)?;
        }
        let items_lane = match offset > SHORT_OFFSET || lane == ReadLane::Slow {
            true => ReadLane::Slow,
            false => rendering.lane(&self.parts)?,
        };
        let sorts = lane == ReadLane::Slow && condition.is_ordered();
        let other = match lane {
            ReadLane::Slow => condition.sets_page(layout, paging.per_page, offset),
            ReadLane::Fast => None,
        };
        let other = other.map(|other| (other, condition));
        Ok(Reading { items: Items { query, other, rendering, paging }, items_lane, sorts, total })
    }

    /// The total of a request, which its order does not change: what is joined for the order alone is left out.
    fn total(&self, request: &filter::Request<'_>, condition: &Condition, rendering: &Rendering) -> Result<Total> {
        let (store, layout) = (&self.parts.store, &rendering.layout);
        if condition.is_ordered() && !condition.is_empty() {
            let unordered = self.parts.conditions.compile(&filter::Request { sort: None, ..*request })?;
            if unordered.selects_as(condition) {
                return self.parts.totals.of(store, &unordered, layout);
            }
        }
        self.parts.totals.of(store, condition, layout)
    }

    /// Reads items and total: on one state of the database where both are short; else they may be some commits
    /// apart, and what the items tell of the total holds.
    async fn read_page(&self, reading: Reading) -> Result<(Found, Option<u64>)> {
        let store = &self.parts.store;
        let Reading { items, items_lane, sorts, total } = reading;
        let paging = items.paging;
        let page = async |items: Items| read_in(store, items_lane, move |tx, lane| items.read(tx, lane)).await;
        let (found, total) = match total {
            None => (page(items).await?, None),
            Some(Total::Known(total)) => (page(items).await?, Some(total)),
            Some(Total::Count(count)) if count.lane == ReadLane::Fast => {
                let (totals, counter) = (self.parts.totals.clone(), store.clone());
                let read = move |tx: &mut Tx<'_>, lane| {
                    totals.beside(tx, &counter, &count, |tx| {
                        let found = items.read(tx, lane)?;
                        let total = found.total;
                        Ok((found, total))
                    })
                };
                let (found, total) = read_in(store, items_lane, read).await?;
                (found, Some(total))
            }
            Some(Total::Count(count)) if sorts => {
                let (found, total) = self.read_both(page(items), count).await?;
                (found, Some(total))
            }
            Some(Total::Count(count)) => {
                let found = page(items).await?;
                let total = match found.total {
                    Some(total) => total,
                    None => self.parts.totals.count(store, count).await?,
                };
                (found, Some(total))
            }
        };
        let total = total.map(|total| found.agreed(total, paging));
        Ok((found, total))
    }

    /// Reads a page that looks at all rows and counts meanwhile; the count is given up where the page tells.
    async fn read_both(&self, page: impl Future<Output = Result<Found>>, count: Count) -> Result<(Found, u64)> {
        let count = self.parts.totals.count(&self.parts.store, count);
        tokio::pin!(page, count);
        let mut counted = None;
        let found = loop {
            tokio::select! {
                found = &mut page => break found?,
                total = &mut count, if counted.is_none() => counted = Some(total),
            }
        };
        let total = match (found.total, counted) {
            (Some(total), _) => total,
            (None, Some(counted)) => counted?,
            (None, None) => count.await?,
        };
        Ok((found, total))
    }
}

impl Found {
    /// A total of a moment beside that of the page, put where the page says that it must be.
    fn agreed(&self, total: u64, paging: Paging) -> u64 {
        let before = paging.offset().unsigned_abs();
        match (self.total, self.count) {
            (Some(total), _) => total,
            (None, 0) => total.min(before),
            (None, count) => total.max(before.saturating_add(count.unsigned_abs())),
        }
    }
}

impl Items {
    fn read(&self, tx: &mut Tx<'_>, lane: ReadLane) -> Result<Found> {
        let Some((other, condition)) = &self.other else { return self.read_by(&self.query, None, tx, lane) };
        let found = self.read_by(&self.query, Some(condition.walk()), tx, lane);
        condition.walked(found.is_ok());
        match found {
            Err(Error::Deadline) => self.read_by(other, None, tx, lane),
            done => done,
        }
    }

    fn read_by(&self, query: &Sql, time: Option<Duration>, tx: &mut Tx<'_>, lane: ReadLane) -> Result<Found> {
        let mut items = Vec::with_capacity(USUAL_BYTES);
        items.push(b'[');
        let mut count = 0;
        let separate = |items: &mut Vec<u8>| {
            if items.len() > 1 {
                items.push(b',');
            }
        };
        if self.rendering.is_plain() {
            rows_within(tx, time, query, |row| {
                separate(&mut items);
                self.rendering.write_row(|at| row.get(at), &mut items);
                count += 1;
                Ok(())
            })?;
        } else {
            let mut batch = self.rendering.batch();
            rows_within(tx, time, query, |row| {
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

fn rows_within(
    tx: &mut Tx<'_>,
    time: Option<Duration>,
    query: &Sql,
    each: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    match time {
        Some(time) => tx.within(time, |tx| tx.rows(query, each)),
        None => tx.rows(query, each),
    }
}
