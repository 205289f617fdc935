//! Reading the log: pages, one entry, numbers by the hour. What may be asked for is the filter language over the columns
//! of an entry and paths in its data.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Map;
use serde_json::value::RawValue;

use super::Logs;
use super::keeper;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::filter::{self, Asker, FilterError, Input};
use crate::records::Page;
use crate::records::paging::Paging;
use crate::schema::field::encode;
use crate::schema::field::json::JsonOptions;
use crate::schema::field::number::NumberOptions;
use crate::schema::field::text::TextOptions;
use crate::schema::{Collection, Field, FieldKind, Schema};
use crate::store::{ReadLane, Row, Sql, Store, Tx, expression};

/// How long a reader waits for what waits to be written.
const PATIENCE: Duration = Duration::from_secs(2);

/// The table.
const LOGS: &str = "_logs";

const ENTRY: &str =
    r#"SELECT "_logs"."id", "_logs"."level", "_logs"."message", "_logs"."data", "_logs"."created" FROM "_logs""#;

/// The hour of an entry, in the words of the index.
pub(super) const HOUR: &str = r#"strftime('%Y-%m-%d %H:00:00', "_logs"."created")"#;

/// The table as the filter language knows it.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let text = || FieldKind::Text(TextOptions::default());
    let fields = [
        ("id", text()),
        ("created", text()),
        ("level", FieldKind::Number(NumberOptions::default())),
        ("message", text()),
        ("data", FieldKind::Json(JsonOptions::default())),
    ];
    let fields = fields.into_iter().map(|(name, kind)| Field::new(name, name, kind)).collect();
    Schema::new(1, vec![Collection { id: LOGS.into(), name: LOGS.into(), fields, ..Collection::default() }])
});

impl Logs {
    /// A page of entries, as the context's query parameters ask for it; those that came first come first.
    ///
    /// # Errors
    /// `Invalid` for what is wrong with a parameter; `Unavailable` where no log is kept.
    pub async fn list(&self, context: &RequestContext) -> Result<Page> {
        let paging = Paging::of(context)?;
        let asked = Asked::of(context, context.query_value("sort"))?;
        let read = move |tx: &mut Tx<'_>| {
            let mut items = vec![b'['];
            tx.rows(&asked.page(paging), |row| {
                if items.len() > 1 {
                    items.push(b',');
                }
                write(row, &mut items);
                Ok(())
            })?;
            items.push(b']');
            let total = match paging.skip_total {
                true => None,
                false => tx.row(&asked.count(), |row| Ok(row.get(0).as_f64() as u64))?,
            };
            Ok((items, total))
        };
        let (items, total) = self.up_to_date().await?.read(ReadLane::Slow, read).await?;
        Ok(Page { items, page: paging.page, per_page: paging.per_page, total })
    }

    /// How many entries there are in each hour, as JSON, for those that the context's filter wants.
    ///
    /// # Errors
    /// As [`Logs::list`].
    pub async fn stats(&self, context: &RequestContext) -> Result<Vec<u8>> {
        let asked = Asked::of(context, None)?;
        let read = move |tx: &mut Tx<'_>| {
            let mut hours = vec![b'['];
            tx.rows(&asked.hours(), |row| {
                let (hour, total) = (row.get(0).as_text(), row.get(1).as_f64());
                hours.extend_from_slice(if hours.len() > 1 { b",{\"date\":" } else { b"{\"date\":" });
                encode::string(&format!("{hour}.000Z"), &mut hours);
                hours.extend_from_slice(format!(",\"total\":{total}}}").as_bytes());
                Ok(())
            })?;
            hours.push(b']');
            Ok(hours)
        };
        self.up_to_date().await?.read(ReadLane::Slow, read).await
    }

    /// One entry, as JSON.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable` where no log is kept.
    pub async fn view(&self, id: &str) -> Result<Vec<u8>> {
        let mut query = Sql::raw(ENTRY);
        query.push(r#" WHERE "_logs"."id" = "#).bind(id);
        let read = move |tx: &mut Tx<'_>| {
            tx.row(&query, |row| {
                let mut out = Vec::new();
                write(row, &mut out);
                Ok(out)
            })
        };
        self.up_to_date().await?.read(ReadLane::Slow, read).await?.ok_or_else(Error::not_found)
    }

    /// Removes all entries.
    ///
    /// # Errors
    /// `Unavailable` where no log is kept.
    pub async fn truncate(&self) -> Result<()> {
        keeper::empty(&self.up_to_date().await?).await
    }

    /// The database, with what happened before this call in it, if it can be written now.
    pub(super) async fn up_to_date(&self) -> Result<Store> {
        // Whoever reads is told what there is, be it without the last seconds.
        let _ = tokio::time::timeout(PATIENCE, self.flush()).await;
        self.store().ok_or_else(|| Error::Unavailable("Logs are not kept: the server's output says why.".into()))
    }
}

/// What is asked of the table.
pub(super) struct Asked {
    pub(super) condition: Sql,
    order: Sql,
}

impl Asked {
    pub(super) fn of(context: &RequestContext, sort: Option<&str>) -> Result<Self> {
        let (schema, body) = (&*SCHEMA, Map::new());
        let collection = schema.by_id(LOGS).ok_or_else(|| Error::internal("logs have no columns"))?;
        let input = Input { context, body: &body };
        let request = filter::Request {
            schema,
            collection,
            rule: None,
            filter: context.query_value("filter"),
            sort,
            asker: Asker::Superuser,
            candidate: false,
            whole: false,
            input,
        };
        let compiled = filter::compile_flat(&request).map_err(refused)?;
        let bound = compiled.bind(&input).ok_or_else(|| Error::internal("a filter has another shape than itself"))?;
        Ok(Self {
            condition: Sql { text: compiled.condition, values: bound.condition },
            order: Sql { text: compiled.order, values: bound.order },
        })
    }

    fn page(&self, paging: Paging) -> Sql {
        let mut query = Sql::raw(ENTRY);
        self.restrict(&mut query);
        query.push(" ORDER BY ");
        match self.order.is_empty() {
            true => query.push(&expression::insertion_order(LOGS)),
            false => query.append(&self.order),
        };
        query.push(" LIMIT ").bind(paging.per_page).push(" OFFSET ").bind(paging.offset());
        query
    }

    fn count(&self) -> Sql {
        let mut query = Sql::raw(r#"SELECT count(*) FROM "_logs""#);
        self.restrict(&mut query);
        query
    }

    fn hours(&self) -> Sql {
        let mut query = Sql::raw(format!(r#"SELECT {HOUR} AS "hour", count(*) FROM "_logs""#));
        self.restrict(&mut query);
        query.push(r#" GROUP BY "hour" HAVING "hour" IS NOT NULL ORDER BY "hour""#);
        query
    }

    fn restrict(&self, query: &mut Sql) {
        if !self.condition.is_empty() {
            query.push(" WHERE ").append(&self.condition);
        }
    }
}

fn refused(error: FilterError) -> Error {
    match error {
        FilterError::Invalid(reason) => Error::bad_request(reason),
        FilterError::Forbidden(reason) => Error::bad_request(reason),
    }
}

/// Writes a row as the contract's object.
fn write(row: &Row<'_>, out: &mut Vec<u8>) {
    let text = |at| row.get(at).as_text();
    out.extend_from_slice(b"{\"id\":");
    encode::string(text(0), out);
    out.extend_from_slice(b",\"created\":");
    encode::string(text(4), out);
    out.extend_from_slice(b",\"data\":");
    // What another program wrote may be anything.
    let is_object = text(3).trim_start().starts_with('{') && serde_json::from_str::<&RawValue>(text(3)).is_ok();
    out.extend_from_slice(if is_object { text(3).as_bytes() } else { b"{}" });
    out.extend_from_slice(b",\"message\":");
    encode::string(text(2), out);
    out.extend_from_slice(format!(",\"level\":{}}}", row.get(1).as_f64()).as_bytes());
}
