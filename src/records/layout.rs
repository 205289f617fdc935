//! A collection's columns, and how its rows are written out: statement texts and escaped keys, made once for each
//! version of the collections.

use std::hash::Hash;
use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use super::version::VersionKey;
use super::viewer::Viewer;
use super::write::insertion;
use crate::error::Result;
use crate::schema::{Collection, CollectionRef, Field, Schema};
use crate::store::expression::{ROW, insertion_order};
use crate::store::{ReadLane, Sql, Store, ValueRef, quoted};

/// How many layouts are kept.
const KEPT: usize = 1024;

/// A collection, ready to be read and written out.
pub(super) struct Layout {
    /// The collection.
    pub(super) collection: CollectionRef,
    /// The quoted name of the table.
    pub(super) table: String,
    /// All columns in the order of the fields, each with the table before it: a quoted name alone that is no column
    /// would be taken for a text.
    pub(super) columns: String,
    /// The row of an id, without conditions.
    pub(super) by_id: String,
    /// The statement that adds a row.
    pub(super) insertion: String,
    /// What names a row's place in the table, quoted; nothing where a field has taken its name, or rows have none.
    pub(super) row: Option<String>,
    /// What the versions of its rows are hashed with.
    pub(super) versions: VersionKey,
    /// The place of the id.
    pub(super) id: usize,
    /// `{` with the keys that every record has.
    head: Vec<u8>,
    entries: Vec<Entry>,
    email: Option<Email>,
}

/// A field that answers can show.
struct Entry {
    at: usize,
    /// `,"name":`
    key: Vec<u8>,
    hidden: bool,
}

/// The e-mail address of an auth collection, which each record shows to those it chooses.
struct Email {
    entry: Entry,
    visibility: Option<usize>,
}

impl Layout {
    pub(super) fn new(collection: &CollectionRef, versions: VersionKey) -> Self {
        let table = quoted(&collection.name);
        let columns = columns(collection);
        let is_table = !collection.is_view();
        let hidden = collection.fields.iter().any(|field| field.name.eq_ignore_ascii_case(ROW));
        let row = (is_table && !hidden).then(|| insertion_order(&collection.name));
        let by_id = format!(r#"SELECT {columns} FROM {table} WHERE {table}."id" = ?"#);
        let insertion = insertion(collection);
        let mut head = Vec::new();
        head.extend_from_slice(br#"{"collectionId":"#);
        push_text(&mut head, &collection.id);
        head.extend_from_slice(br#","collectionName":"#);
        push_text(&mut head, &collection.name);
        let mut entries = Vec::new();
        let mut email = None;
        for (at, field) in collection.fields.iter().enumerate() {
            if is_secret(collection, field) {
                continue;
            }
            let mut key = vec![b','];
            push_text(&mut key, &field.name);
            key.push(b':');
            let entry = Entry { at, key, hidden: field.hidden };
            if collection.is_auth() && field.name == "email" {
                email = Some(Email { entry, visibility: collection.field_index("emailVisibility") });
            } else {
                entries.push(entry);
            }
        }
        let id = collection.field_index("id").unwrap_or(0);
        let collection = Arc::clone(collection);
        Self { collection, table, columns, by_id, insertion, row, versions, id, head, entries, email }
    }

    /// The lane of a query that finds rows by their ids. Tables have an index for that; a view may have to be walked
    /// through.
    ///
    /// # Errors
    /// What the engine has against the query.
    pub(super) fn lane_of_ids(&self, store: &Store, query: &Sql) -> Result<ReadLane> {
        if self.collection.is_view() { store.lane_of(query, true) } else { Ok(ReadLane::Fast) }
    }

    /// Writes a row as an object that is left open at its end. An e-mail address that this viewer may see only as a
    /// manager of the record is answered, as the piece to append (`,"email":"…"`).
    pub(super) fn write<'v>(
        &self,
        out: &mut Vec<u8>,
        viewer: &Viewer,
        get: impl Fn(usize) -> ValueRef<'v>,
    ) -> Option<Vec<u8>> {
        let fields = &self.collection.fields;
        out.extend_from_slice(&self.head);
        for entry in &self.entries {
            if !entry.hidden || viewer.superuser {
                out.extend_from_slice(&entry.key);
                fields[entry.at].write_json(get(entry.at), out);
            }
        }
        let email = self.email.as_ref().filter(|email| !email.entry.hidden || viewer.superuser)?;
        let shown = viewer.superuser
            || email.visibility.is_some_and(|at| get(at).as_f64() != 0.0)
            || viewer.is(get(self.id).as_text());
        if shown {
            out.extend_from_slice(&email.entry.key);
            fields[email.entry.at].write_json(get(email.entry.at), out);
            return None;
        }
        if !viewer.may_manage(&self.collection) {
            return None;
        }
        let mut held = email.entry.key.clone();
        fields[email.entry.at].write_json(get(email.entry.at), &mut held);
        Some(held)
    }
}

/// All columns in the order of the fields.
pub(super) fn columns(collection: &Collection) -> String {
    let table = quoted(&collection.name);
    let mut columns = String::with_capacity(collection.fields.len() * 32);
    for field in &collection.fields {
        if !columns.is_empty() {
            columns.push_str(", ");
        }
        columns.push_str(&table);
        columns.push('.');
        columns.push_str(&quoted(&field.name));
    }
    columns
}

/// What no answer ever shows, to nobody. Other password fields are shown as an empty text.
pub(super) fn is_secret(collection: &Collection, field: &Field) -> bool {
    collection.is_auth() && matches!(field.name.as_str(), "password" | "tokenKey")
}

/// Appends a text as JSON.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    // Writing into memory does not fail, and a text has a JSON form.
    let _ = serde_json::to_writer(out, text);
}

/// The layouts of the collections in use.
pub(super) struct Layouts {
    kept: Cache<Key, Arc<Layout>>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    version: u64,
    collection: String,
}

/// Hashed as [`Key`] is.
#[derive(Hash)]
struct Sought<'a> {
    version: u64,
    collection: &'a str,
}

impl Equivalent<Key> for Sought<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.version == key.version && self.collection == key.collection
    }
}

impl Layouts {
    pub(super) fn new() -> Self {
        Self { kept: Cache::new(KEPT) }
    }

    /// The layout of a collection, which is the one that the snapshot has.
    pub(super) fn of(&self, schema: &Schema, collection: &CollectionRef) -> Arc<Layout> {
        if let Some(layout) = self.kept.get(&Sought { version: schema.version, collection: &collection.id }) {
            return layout;
        }
        let layout = Arc::new(Layout::new(collection, VersionKey::of(schema, collection)));
        self.kept.insert(Key { version: schema.version, collection: collection.id.clone() }, Arc::clone(&layout));
        layout
    }
}
