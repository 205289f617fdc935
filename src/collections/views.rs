//! Making the SQL views of view collections, and finding their fields anew whenever collections change, so that these
//! are never older than the tables.

use std::collections::{HashMap, HashSet};

use super::apply::Saved;
use super::publication::{self, Next};
use super::view_query::{Query, Refused, kept, same};
use super::{rules, stored};
use crate::error::{Error, Result};
use crate::schema::check::check;
use crate::schema::view::deepest;
use crate::schema::{Collection, CollectionRef, Schema, ViewOptions};
use crate::store::{Tx, quoted, tables};
use crate::time;

/// How many views may stand one over the other.
const DEEPEST: usize = 20;

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

/// Makes one view and writes its row.
///
/// # Errors
/// What is wrong with it.
pub(super) fn write(tx: &mut Tx<'_>, schema: &Schema, saved: &Saved) -> Result<CollectionRef> {
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
    // What is only tried is no news.
    if tx.is_rehearsal() {
        return Ok(());
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
