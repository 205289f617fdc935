//! What a query would be as a view: its fields and its first few records. Nothing is kept.

use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::Collections;
use super::view_query::{Query, Refused};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::ids;
use crate::records;
use crate::schema::{Collection, CollectionKind, Record, Schema, ViewOptions};
use crate::store::Tx;

/// How long a query may be, in bytes.
const LONGEST_QUERY: usize = 5000;

/// What a query would be as a view.
#[derive(Debug, serde::Serialize)]
pub struct DryRun {
    /// The fields, as those of a collection are shown.
    pub fields: Vec<Json>,
    /// The first few records, as a superuser sees them.
    pub sample: Vec<Box<RawValue>>,
}

impl Collections {
    /// Tries the `query` of a body.
    ///
    /// # Errors
    /// `Invalid` with what is wrong with the query.
    pub async fn dry_run_view(&self, body: &Map<String, Json>) -> Result<DryRun> {
        let query = query(body)?;
        self.on_a_reader(move |tx, schema| run(tx, schema, &query)).await
    }
}

fn query(body: &Map<String, Json>) -> Result<String> {
    let refused = |fault| {
        let message = "An error occurred while validating the submitted data.";
        Error::invalid(message, FieldErrors::from(("query", fault)))
    };
    match body.get("query") {
        None | Some(Json::Null) => Err(refused(Fault::required())),
        Some(Json::String(query)) if query.trim().is_empty() => Err(refused(Fault::required())),
        Some(Json::String(query)) if query.len() > LONGEST_QUERY => Err(refused(Fault::too_long(LONGEST_QUERY))),
        Some(Json::String(query)) => Ok(query.clone()),
        Some(_) => Err(Error::bad_request("An error occurred while loading the submitted data.")),
    }
}

fn run(tx: &mut Tx<'_>, schema: &Schema, query: &str) -> Result<DryRun> {
    let tried = Query::examine(tx, schema, query).and_then(|query| {
        let rows = query.sample(tx)?;
        Ok((query.fields, rows))
    });
    let (fields, rows) = tried.map_err(|refused| match refused {
        Refused::Query(text, _) => Error::bad_request(format!("Invalid view query. Raw error: \n{text}")),
        Refused::Failed(error) => error,
    })?;
    let name = format!("temp_view_{}", ids::random_lower(6));
    let view = Arc::new(Collection {
        id: ids::checksum_id("pbc_", &format!("view{name}")),
        name,
        kind: CollectionKind::View(ViewOptions { query: query.to_owned() }),
        fields,
        ..Collection::default()
    });
    let shown = |values| records::shown(&Record { collection: Arc::clone(&view), values }).into_json();
    Ok(DryRun {
        fields: view.fields.iter().map(|field| Json::Object(field.to_json())).collect(),
        sample: rows.into_iter().map(shown).collect::<Result<_>>()?,
    })
}
