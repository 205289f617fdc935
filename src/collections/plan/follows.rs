//! What follows a change elsewhere: in the views over a collection, and in the rules of others.

use serde::Serialize;

use crate::collections::rules;
use crate::collections::view_query::{Query, Refused};
use crate::error::{Error, Result};
use crate::schema::view::trimmed;
use crate::schema::{CollectionRef, Schema};
use crate::store::Tx;
use crate::store::attached::{self, View};

/// How often a new text of a query is tried.
const TRIES: usize = 40;

/// What becomes of a view.
#[derive(Debug, Serialize)]
pub struct ViewFate {
    /// The view's name.
    pub name: String,
    /// `follows`: it answers as before, but the text of its query has names that are gone; `changes`: its fields
    /// become others; `breaks`: it answers no more.
    pub effect: &'static str,
    /// What the engine says against a view that breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The text of the query with the new names, which gives the view the same fields. Absent where there is none, or
    /// none that is certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// A rule that cannot be used any more.
#[derive(Debug, Serialize)]
pub struct BrokenRule {
    /// The collection's name.
    pub collection: String,
    /// Which rule of it.
    pub rule: String,
    /// Why.
    pub message: String,
}

/// A view as it was.
pub(super) struct Before {
    collection: CollectionRef,
    text: String,
    works: bool,
}

/// All views but one, as they are now.
pub(super) fn views(tx: &mut Tx<'_>, schema: &Schema, but: &str) -> Result<Vec<Before>> {
    let mut found = Vec::new();
    for view in attached::views(tx)? {
        let Some(collection) = schema.by_name(&view.name).filter(|one| one.is_view() && one.id != but) else {
            continue;
        };
        let works = view.fault(tx)?.is_none();
        found.push(Before { collection: CollectionRef::clone(collection), text: text_of(&view), works });
    }
    Ok(found)
}

fn text_of(view: &View) -> String {
    view.definition().to_owned()
}

/// What became of them.
pub(super) fn fates(tx: &mut Tx<'_>, next: &Schema, before: Vec<Before>) -> Result<Vec<ViewFate>> {
    let now = attached::views(tx)?;
    let mut fates = Vec::new();
    for Before { collection: old, text, works } in before {
        let (Some(view), Some(new)) = (now.iter().find(|view| view.name == old.name), next.by_id(&old.id)) else {
            continue;
        };
        let fate = |effect, message, query| ViewFate { name: old.name.clone(), effect, message, query };
        match view.fault(tx)? {
            Some(message) if works => fates.push(fate("breaks", Some(message), None)),
            Some(_) => {}
            None if new.fields != old.fields => fates.push(fate("changes", None, None)),
            None if text != text_of(view) => {
                let query = mended(tx, next, &old, &text, &text_of(view))?;
                fates.push(fate("follows", None, query));
            }
            None => {}
        }
    }
    Ok(fates)
}

/// The query of a view with the names that its SQL view has followed to. The engine changes them where they stand and
/// leaves everything around the query as it was made.
fn mended(tx: &mut Tx<'_>, next: &Schema, view: &CollectionRef, before: &str, after: &str) -> Result<Option<String>> {
    let Some(query) = view.view().map(|view| trimmed(&view.query)) else { return Ok(None) };
    let around = before.split_once(query);
    let inner = around.and_then(|(head, tail)| after.strip_prefix(head)?.strip_suffix(tail));
    let Some(inner) = inner else { return Ok(None) };
    let wanted: Vec<&str> = view.fields.iter().map(|field| field.name.as_str()).collect();
    named(tx, next, inner.to_owned(), &wanted)
}

/// The query with its columns called as they are wanted. A column that was called by what was renamed gets its old
/// name back by an alias; where that has to stand, the engine tells.
fn named(tx: &mut Tx<'_>, schema: &Schema, mut text: String, wanted: &[&str]) -> Result<Option<String>> {
    let mut tries = 0;
    loop {
        let Some(names) = names_of(tx, schema, &text)? else { return Ok(None) };
        if names.len() != wanted.len() {
            return Ok(None);
        }
        let Some(at) = (0..names.len()).find(|&at| names[at] != wanted[at]) else { return Ok(Some(text)) };
        let mut better = None;
        for end in ends_of(&text, &names[at]) {
            tries += 1;
            if tries > TRIES {
                return Ok(None);
            }
            let tried = format!("{} AS {}{}", &text[..end], wanted[at], &text[end..]);
            let found = names_of(tx, schema, &tried)?;
            if found.is_some_and(|names| names.len() == wanted.len() && names[..=at] == wanted[..=at]) {
                better = Some(tried);
                break;
            }
        }
        match better {
            Some(better) => text = better,
            None => return Ok(None),
        }
    }
}

fn names_of(tx: &mut Tx<'_>, schema: &Schema, text: &str) -> Result<Option<Vec<String>>> {
    match Query::examine(tx, schema, text) {
        Ok(query) => Ok(Some(query.fields.into_iter().map(|field| field.name).collect())),
        Err(Refused::Query(..)) => Ok(None),
        Err(Refused::Failed(error @ Error::Deadline)) => Err(error),
        Err(Refused::Failed(_)) => Ok(None),
    }
}

/// Where a name ends that stands in a text as a word, with the quote behind it.
fn ends_of(text: &str, name: &str) -> Vec<usize> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let places = text.match_indices(name).filter(|(at, _)| {
        let (before, after) = (&text[..*at], &text[at + name.len()..]);
        !before.ends_with(word) && !after.starts_with(word)
    });
    let end = |at: usize| {
        let end = at + name.len();
        end + usize::from(text[end..].starts_with(['"', '`', ']']))
    };
    places.map(|(at, _)| end(at)).collect()
}

/// The rules of other collections that could be used before and cannot be afterwards.
pub(super) fn broken_rules(before: &Schema, after: &Schema, but: &str) -> Vec<BrokenRule> {
    let mut broken = Vec::new();
    for collection in after.all().iter().filter(|one| one.id != but) {
        for (rule, message) in rules::faults(collection, after) {
            let was_sound = before
                .by_id(&collection.id)
                .is_some_and(|old| rules::faults(old, before).into_iter().all(|(other, _)| other != rule));
            if was_sound {
                broken.push(BrokenRule { collection: collection.name.clone(), rule, message });
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_where_its_word_does() {
        assert_eq!(ends_of("SELECT a, b.a, ab FROM a", "a"), [8, 13, 24]);
        assert_eq!(ends_of("SELECT \"a b\"", "a b"), [12]);
    }
}
