//! The query of a view: whether the engine takes it, what its columns are as fields, and whether its first rows have
//! ids. The engine decides whether a query is valid, and what its columns are called; `schema::view` tells from its
//! text what they hold.

use std::collections::HashSet;
use std::time::Duration;

use super::save::engine_text;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::check::field_name_fault;
use crate::schema::view::{Columns, Origin, Reading, infer, trimmed};
use crate::schema::{Field, Schema};
use crate::store::{Sql, Tx, Value, tables};

/// How many rows of a new query are looked at.
const SAMPLE: usize = 10;
/// How long that may take.
const SAMPLE_TIME: Duration = Duration::from_secs(10);
/// How much of what is wrong with a query is told, in bytes.
const LONGEST_FAULT: usize = 500;

const WILDCARD: &str = "wildcard columns (*) are not supported - manually type the collection field names you want \
                        the view query to have";
const NO_ID: &str = "missing required id column (you can use `(ROW_NUMBER() OVER()) as id` if you don't have one)";
const EMPTY_IDS: &str = "the query could return records with empty or invalid ids";
const REPEATED_IDS: &str = "the query could return records with non-unique ids";

/// A query that the engine accepts.
#[derive(Debug)]
pub(super) struct Query<'q> {
    text: &'q str,
    /// What its columns are as fields, in their order.
    pub(super) fields: Vec<Field>,
    /// The place of the id where its values may be no texts.
    as_text: Option<usize>,
}

/// Why a query makes no view.
#[derive(Debug)]
pub(super) enum Refused {
    /// It is the query's fault: what is wrong, and the fields as far as they could be told.
    Query(String, Vec<Field>),
    /// It is nobody's fault.
    Failed(Error),
}

impl Refused {
    pub(super) fn query(text: impl ToString) -> Self {
        Self::Query(text.to_string(), Vec::new())
    }

    /// What the engine has against a query.
    pub(super) fn by_engine(error: Error) -> Self {
        match engine_text(&error) {
            Some(text) => Self::query(text),
            None => Self::Failed(error),
        }
    }

    /// The same of a query whose fields are known.
    pub(super) fn with(self, fields: Vec<Field>) -> Self {
        match self {
            Self::Query(text, _) => Self::Query(text, fields),
            failed => failed,
        }
    }

    /// What is told at `viewQuery`.
    pub(super) fn fault(text: &str) -> Fault {
        let end = text.floor_char_boundary(LONGEST_FAULT);
        Fault::new("validation_invalid_view_query", format!("Invalid query - {}.", text[..end].trim_end_matches('.')))
    }

    /// The refusal of a save.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Query(text, _) => Error::invalid("", FieldErrors::from(("viewQuery", Self::fault(&text)))),
            Self::Failed(error) => error,
        }
    }
}

impl<'q> Query<'q> {
    /// Has the engine read a query, and tells its fields.
    ///
    /// # Errors
    /// Why it makes no view.
    pub(super) fn examine(tx: &mut Tx<'_>, schema: &Schema, text: &'q str) -> Result<Self, Refused> {
        let text = trimmed(text);
        let columns = match Reading::of(text, schema).map_err(Refused::query)? {
            Reading::Wildcard => return Err(Refused::query(WILDCARD)),
            Reading::Columns(columns) => columns,
        };
        let described = tx.describe(text).map_err(Refused::by_engine)?;
        // What stands alone need not stand inside of another query.
        tx.describe(&format!("SELECT * FROM ({text}\n)")).map_err(Refused::by_engine)?;
        let columns = columns.filter(|columns| columns.origins.len() == described.len());
        let single = columns.as_ref().is_some_and(|columns| columns.single);
        let origins = match columns {
            Some(Columns { origins, .. }) => origins,
            None => vec![Origin::Anything; described.len()],
        };
        let fields = infer(described.iter().map(|column| column.name.as_str()).zip(origins));
        let Some(id) = fields.iter().position(|field| field.name == "id") else {
            return Err(Refused::Query(NO_ID.to_owned(), fields));
        };
        for (at, field) in fields.iter().enumerate() {
            if let Some(fault) = field_name_fault(&field.name) {
                let text = format!("invalid field {:?} ({at}): name: {}", field.name, fault.within_a_sentence());
                return Err(Refused::Query(text, fields));
            }
        }
        let as_text = (!single || !described[id].text).then_some(id);
        Ok(Self { text, fields, as_text })
    }

    /// The first few rows, whose ids must be there and differ.
    ///
    /// # Errors
    /// Why it makes no view; it takes too long, for one.
    pub(super) fn sample(&self, tx: &mut Tx<'_>) -> Result<Vec<Vec<Value>>, Refused> {
        let mut query = Sql::raw(tables::named_columns(&self.names(), self.text, self.as_text));
        query.push(&format!(" LIMIT {SAMPLE}"));
        let mut rows: Vec<Vec<Value>> = Vec::new();
        let read = tx.within(SAMPLE_TIME, |tx| {
            tx.rows(&query, |row| {
                rows.push((0..self.fields.len()).map(|at| row.get(at).to_value()).collect());
                Ok(())
            })
        });
        match read {
            Err(Error::Deadline) => return Err(Refused::query("the query takes too long")),
            read => read.map_err(Refused::by_engine)?,
        }
        let id = self.fields.iter().position(|field| field.name == "id").unwrap_or(0);
        let mut seen = HashSet::new();
        for row in &rows {
            let id = row[id].as_text();
            if id.is_empty() {
                return Err(Refused::query(EMPTY_IDS));
            }
            if !seen.insert(id) {
                return Err(Refused::query(REPEATED_IDS));
            }
        }
        Ok(rows)
    }

    fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|field| field.name.as_str()).collect()
    }

    /// The statement that makes the SQL view.
    pub(super) fn definition(&self, name: &str) -> String {
        tables::create_view(name, &self.names(), self.text, self.as_text)
    }
}

/// The new fields, or the old ones where they are the same but for their ids.
pub(super) fn kept(old: &[Field], new: Vec<Field>) -> Vec<Field> {
    if same(old, &new) { old.to_vec() } else { new }
}

/// Whether fields are the same but for their ids.
pub(super) fn same(a: &[Field], b: &[Field]) -> bool {
    let but_id =
        |a: &Field, b: &Field| Field { id: String::new(), ..a.clone() } == Field { id: String::new(), ..b.clone() };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| but_id(a, b))
}

/// What is wrong with the first rows of a query.
///
/// # Errors
/// A failure of the machine.
pub(super) fn sampled(tx: &mut Tx<'_>, schema: &Schema, query: &str) -> Result<Option<Fault>> {
    match Query::examine(tx, schema, query).and_then(|query| query.sample(tx)) {
        Ok(_) => Ok(None),
        Err(Refused::Query(text, _)) => Ok(Some(Refused::fault(&text))),
        Err(Refused::Failed(error)) => Err(error),
    }
}
