//! Listing collections: the records list's parameters over the rows of `_collections`.

use serde_json::{Map, Value as Json};

use super::{Collections, stored};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::{self, Asker, Bound, Compiled, Input};
use crate::records::Page;
use crate::records::paging::Paging;
use crate::schema::field::{date::DateOptions, text::TextOptions};
use crate::schema::{Collection, Field, FieldKind, Schema};
use crate::store::{ReadLane, Sql, Tx};

impl Collections {
    /// A page of collections as the query parameters ask for it (`page`, `perPage`, `sort`, `filter`, `skipTotal`).
    ///
    /// # Errors
    /// `Invalid` where a parameter is wrong.
    pub async fn list(&self, context: &RequestContext) -> Result<Page> {
        let paging = Paging::of(context)?;
        let (condition, bound) = compile(context)?;
        // Whole documents are read and parsed: too much for the short reads' lane.
        self.store.read(ReadLane::Slow, move |tx| page(tx, paging, &condition, &bound)).await
    }
}

fn compile(context: &RequestContext) -> Result<(Compiled, Bound)> {
    let schema = Schema::new(0, vec![rows()]);
    let collection = &schema.all()[0];
    let nothing = Map::new();
    let input = Input { context, body: &nothing };
    let request = filter::Request {
        schema: &schema,
        collection,
        rule: None,
        filter: context.query_value("filter"),
        sort: Some(context.query_value("sort").unwrap_or("@rowid")),
        // As for a guest: collections have no hidden columns, and neither `@request` nor `@collection`.
        asker: Asker::Client,
        candidate: false,
        whole: false,
        input,
    };
    let compiled = filter::compile(&request).map_err(|_| Error::bad_request(""))?;
    let bound = compiled.bind(&input).ok_or_else(|| Error::internal("a filter does not fit its own request"))?;
    Ok((compiled, bound))
}

/// The rows of `_collections` as the filter language sees them: what may be filtered and sorted by.
fn rows() -> Collection {
    let text = || FieldKind::Text(TextOptions::default());
    let date = || FieldKind::Date(DateOptions::default());
    let columns = [
        ("id", text()),
        ("created", date()),
        ("updated", date()),
        ("name", text()),
        ("system", FieldKind::Bool),
        ("type", text()),
    ];
    let fields = columns.map(|(name, kind)| Field::new(name, name, kind));
    Collection {
        id: stored::TABLE.to_owned(),
        name: stored::TABLE.to_owned(),
        system: true,
        fields: fields.into(),
        ..Collection::default()
    }
}

fn page(tx: &mut Tx<'_>, paging: Paging, compiled: &Compiled, bound: &Bound) -> Result<Page> {
    let total = match paging.skip_total {
        true => None,
        false => Some(count(tx, compiled, bound)?),
    };
    let mut query = stored::select();
    narrow(&mut query, compiled, bound);
    query.push(" ORDER BY ").append(&Sql { text: compiled.order.clone(), values: bound.order.clone() });
    query.push(" LIMIT ").bind(paging.per_page).push(" OFFSET ").bind(paging.offset());
    let mut items: Vec<Json> = Vec::new();
    tx.rows(&query, |row| {
        items.push(stored::read(row)?.to_json());
        Ok(())
    })?;
    let items = serde_json::to_vec(&items).map_err(|error| Error::Internal(error.into()))?;
    Ok(Page { items, page: paging.page, per_page: paging.per_page, total })
}

fn count(tx: &mut Tx<'_>, compiled: &Compiled, bound: &Bound) -> Result<u64> {
    let mut query = Sql::raw("SELECT count(*) FROM ");
    query.name(stored::TABLE);
    narrow(&mut query, compiled, bound);
    let found = tx.row(&query, |row| Ok(row.get(0).as_f64() as u64))?;
    Ok(found.unwrap_or(0))
}

fn narrow(query: &mut Sql, compiled: &Compiled, bound: &Bound) {
    if !compiled.condition.is_empty() {
        let condition = Sql { text: compiled.condition.clone(), values: bound.condition.clone() };
        query.push(" WHERE ").append(&condition);
    }
}
