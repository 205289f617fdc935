//! Views: what the engine says of a query, and making and refreshing the SQL view of one.
//!
//! The engine decides whether a query is valid, and what its columns are called; `schema::view` tells from its text
//! what they hold. A view's fields are found anew whenever collections change, so that they are never older than
//! the tables.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::apply::Saved;
use super::publication::{self, Next};
use super::save::engine_text;
use super::{rules, stored};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::check::{check, field_name_fault};
use crate::schema::view::{Columns, Origin, Reading, deepest, infer, trimmed};
use crate::schema::{Collection, CollectionRef, Field, Schema, ViewOptions};
use crate::store::{Sql, Tx, Value, quoted, tables};
use crate::time;

/// How many rows of a new query are looked at.
const SAMPLE: usize = 10;
/// How long that may take.
const SAMPLE_TIME: Duration = Duration::from_secs(10);
/// How many views may stand one over the other.
const DEEPEST: usize = 20;
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
    fn query(text: impl ToString) -> Self {
        Self::Query(text.to_string(), Vec::new())
    }

    /// What the engine has against a query.
    fn by_engine(error: Error) -> Self {
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
    fn into_error(self) -> Error {
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
                let mut message = fault.message;
                message[..1].make_ascii_lowercase();
                let text = format!("invalid field {:?} ({at}): name: {message}", field.name);
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
    fn definition(&self, name: &str) -> String {
        tables::create_view(name, &self.names(), self.text, self.as_text)
    }
}

/// The new fields, or the old ones where they are the same but for their ids.
pub(super) fn kept(old: &[Field], new: Vec<Field>) -> Vec<Field> {
    if same(old, &new) { old.to_vec() } else { new }
}

fn same(a: &[Field], b: &[Field]) -> bool {
    let but_id =
        |a: &Field, b: &Field| Field { id: String::new(), ..a.clone() } == Field { id: String::new(), ..b.clone() };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| but_id(a, b))
}

/// Writes views that are saved, each once what it reads is there; their old SQL views are gone already. What is
/// written goes into the next snapshot.
///
/// # Errors
/// What is wrong with the first that cannot be written.
pub(super) fn write_all<'a>(tx: &mut Tx<'_>, next: &mut Next, views: impl Iterator<Item = &'a Saved>) -> Result<()> {
    let mut waiting: Vec<&Saved> = views.collect();
    while !waiting.is_empty() {
        let mut left = Vec::new();
        let mut first_error = None;
        for saved in &waiting {
            let schema = next.schema();
            match tx.savepoint(|tx| write(tx, &schema, saved)) {
                Ok(view) => next.put(view),
                Err(error) => {
                    first_error.get_or_insert(error);
                    left.push(*saved);
                }
            }
        }
        match first_error {
            Some(error) if left.len() == waiting.len() => return Err(error),
            _ => waiting = left,
        }
    }
    Ok(())
}

fn write(tx: &mut Tx<'_>, schema: &Schema, saved: &Saved) -> Result<CollectionRef> {
    let Some(ViewOptions { query }) = saved.new.view() else {
        return Err(Error::internal("what is no view was to be written as one"));
    };
    let query = Query::examine(tx, schema, query).map_err(Refused::into_error)?;
    let fields = kept(&saved.new.fields, query.fields.clone());
    let view = if fields == saved.new.fields {
        CollectionRef::clone(&saved.new)
    } else {
        CollectionRef::new(Collection { fields, ..Collection::clone(&saved.new) })
    };
    match saved.old {
        None => stored::insert(tx, &view)?,
        Some(_) => stored::update(tx, &view)?,
    }
    tx.define_one(&query.definition(&view.name))?;
    // It may be part of itself by way of others.
    describe(tx, &view.name).map_err(|error| Refused::by_engine(error).into_error())?;
    Ok(view)
}

fn describe(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    tx.describe(&format!("SELECT * FROM {}", quoted(name))).map(drop)
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

/// Refuses views that stand too deep in each other.
///
/// # Errors
/// `Invalid` without a message.
pub(super) fn refuse_deep(next: &Next) -> Result<()> {
    match deepest(&next.schema()) {
        ..=DEEPEST => Ok(()),
        _ => Err(Refused::query("views stand too deep in each other").into_error()),
    }
}

/// Finds the fields of all views but these anew, and saves those whose fields became others. A failure is only
/// logged: the view then stays as it was.
///
/// # Errors
/// A failure of the machine.
pub(super) fn refresh(tx: &mut Tx<'_>, next: &mut Next, but: &HashSet<&str>) -> Result<()> {
    let mut failures: HashMap<String, Error> = HashMap::new();
    // A change reaches the views over a changed view in the next round. Views have no circles.
    let rounds = next.views().count() + 1;
    for _ in 0..rounds {
        failures.clear();
        let schema = next.schema();
        let mut changed = false;
        for view in schema.all().iter().filter(|one| one.is_view() && !but.contains(one.id.as_str())) {
            match tx.savepoint(|tx| refreshed(tx, &schema, view)) {
                Ok(None) => {}
                Ok(Some(view)) => {
                    changed = true;
                    next.put(view);
                }
                Err(error) if error.is_callers_fault() => _ = failures.insert(view.name.clone(), error),
                Err(error) => return Err(error),
            }
        }
        if !changed {
            break;
        }
    }
    for (view, error) in failures {
        tracing::warn!(view, %error, "a view could not be made anew after a change of collections");
    }
    Ok(())
}

fn refreshed(tx: &mut Tx<'_>, schema: &Schema, view: &CollectionRef) -> Result<Option<CollectionRef>> {
    let Some(ViewOptions { query }) = view.view() else { return Ok(None) };
    let query = match Query::examine(tx, schema, query) {
        Ok(query) => query,
        Err(Refused::Query(text, _)) => return Err(Error::Engine(text)),
        Err(Refused::Failed(error)) => return Err(error),
    };
    if same(&view.fields, &query.fields) {
        return Ok(None);
    }
    let new = Collection { fields: query.fields.clone(), updated: time::now_text(), ..Collection::clone(view) };
    let new = CollectionRef::new(new);
    let mut errors = check(&new, Some(view), schema);
    errors.merge(rules::check(&new, &publication::with(schema, CollectionRef::clone(&new))));
    errors.into_result("its fields or rules do not fit its query any more")?;
    stored::update(tx, &new)?;
    tx.define(&tables::drop_view(&new.name))?;
    tx.define_one(&query.definition(&new.name))?;
    Ok(Some(new))
}

/// The names of the views that answer now, but for these.
pub(super) fn working(tx: &mut Tx<'_>, next: &Next, but: &HashSet<&str>) -> Vec<String> {
    let others = next.views().filter(|view| !but.contains(view.id.as_str()));
    others.filter(|view| describe(tx, &view.name).is_ok()).map(|view| view.name.clone()).collect()
}

/// Makes sure that views still answer.
///
/// # Errors
/// What the engine has against the first that does not.
pub(super) fn still_work(tx: &mut Tx<'_>, names: &[String]) -> Result<()> {
    names.iter().try_for_each(|name| describe(tx, name))
}
