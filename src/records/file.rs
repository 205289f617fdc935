//! The file of a record, for those who may have it (contract: files, section 5).

use std::sync::Arc;

use super::{Records, gate};
use crate::context::{Occasion, RequestContext};
use crate::error::{Error, Result};
use crate::files::{Expected, Key, StoredFile};
use crate::filter::Input;
use crate::schema::field::file::FileOptions;
use crate::schema::view::{Origin, Reading, trimmed};
use crate::schema::{Collection, CollectionRef, Field, FieldKind, Record, Schema};
use crate::store::{ReadLane, Tx, Value, expression, quoted};

/// Through how many views a file is followed to its record.
const VIEWS: usize = 5;

impl Records {
    /// A stored file of a record. Files of protected fields are subject to the view rule, with the context's caller:
    /// who downloads says so by a file token, never by the token of the request, so that it is a guest without one.
    ///
    /// Where the request asks for a `thumb` of an image, it is that; where its field does not offer the size, and where
    /// there can be no thumb, it is the image.
    ///
    /// # Errors
    /// `NotFound` where collection, record or file do not exist, and where the rule refuses.
    pub async fn file(&self, context: &RequestContext, collection: &str, id: &str, name: &str) -> Result<StoredFile> {
        self.file_to_read(context, collection, id, name, Expected::Unknown).await
    }

    /// [`Records::file`], of which so much will be read.
    ///
    /// # Errors
    /// As there.
    pub async fn file_to_read(
        &self,
        context: &RequestContext,
        collection: &str,
        id: &str,
        name: &str,
        expected: Expected,
    ) -> Result<StoredFile> {
        let size = context.query_value("thumb");
        let context = &context.on(Occasion::ProtectedFile);
        let found = self.on_current(|schema| self.holder(schema, context, collection, id, name, size)).await;
        let (holder, size) = found?;
        let key = Key::new(&holder.collection, &holder.id, name).ok_or_else(Error::not_found)?;
        let Some(size) = size else {
            return self.parts.files.open_to_read(&key, expected).await?.ok_or_else(Error::not_found);
        };
        let (records, name) = (self.clone(), name.to_owned());
        let is_held = move || async move { records.holds_file(&holder, &name).await };
        self.parts.files.open_thumb(&key, &size, is_held).await?.ok_or_else(Error::not_found)
    }

    /// The record that a file lies with, and the size of the thumb that its field offers of it, if it does.
    async fn holder(
        &self,
        schema: Arc<Schema>,
        context: &RequestContext,
        collection: &str,
        id: &str,
        name: &str,
        size: Option<&str>,
    ) -> Result<(Holder, Option<String>)> {
        let collection = schema.find(collection).cloned().ok_or(Error::NotFound(gate::NO_COLLECTION.into()))?;
        // A view may have to be walked through, and the record that holds the file is found by the file's name.
        let lane = match collection.is_view() {
            true => ReadLane::Slow,
            false => gate::lane(context, [collection.view_rule.as_deref()]),
        };
        let (records, context, size) = (self.clone(), context.clone(), size.map(str::to_owned));
        let (wanted, file) = (id.to_owned(), name.to_owned());
        let read = move |tx: &mut Tx<'_>| {
            let record = super::load(tx, &collection, &wanted)?.ok_or_else(Error::not_found)?;
            let (at, options) = field_of(&record, &file).ok_or_else(Error::not_found)?;
            if options.protected && !context.is_superuser() {
                let admitted = match collection.view_rule.as_deref() {
                    None => false,
                    Some("") => true,
                    Some(rule) => {
                        let (conditions, input) = (&records.parts.conditions, Input::of(&context));
                        gate::or_false(conditions.admits(tx, &schema, &collection, rule, &wanted, &input))?
                    }
                };
                if !admitted {
                    return Err(Error::not_found());
                }
            }
            let size = size.clone().filter(|size| options.offers_thumb(size));
            let holder = Holder::of(tx, &schema, &record, at, &file)?.ok_or_else(Error::not_found)?;
            Ok((holder, size))
        };
        self.parts.store.read(lane, read).await
    }

    /// Whether a record still has a file.
    async fn holds_file(&self, holder: &Holder, name: &str) -> Result<bool> {
        self.on_current(|schema| {
            let (id, name) = (holder.id.clone(), name.to_owned());
            async move {
                let Some(collection) = schema.find(&holder.collection).cloned() else { return Ok(false) };
                let read = move |tx: &mut Tx<'_>| {
                    let record = super::load(tx, &collection, &id)?;
                    Ok(record.is_some_and(|record| field_of(&record, &name).is_some()))
                };
                self.parts.store.read(ReadLane::Fast, read).await
            }
        })
        .await
    }
}

/// The place of the field that has a record's file, and its options; `None` where the record has no such file.
fn field_of<'r>(record: &'r Record, name: &str) -> Option<(usize, &'r FileOptions)> {
    let fields = record.collection.fields.iter().zip(&record.values).enumerate();
    fields.into_iter().find_map(|(at, (field, value))| match &field.kind {
        FieldKind::File(options) => {
            field.elements(value.borrow()).iter().any(|held| held == name).then_some((at, options))
        }
        _ => None,
    })
}

/// The record that a file lies with: the record itself, or the one that a view shows the file of.
struct Holder {
    collection: String,
    id: String,
}

impl Holder {
    fn of(tx: &mut Tx<'_>, schema: &Schema, record: &Record, at: usize, name: &str) -> Result<Option<Self>> {
        let (mut collection, mut field) = (&record.collection, &record.collection.fields[at]);
        if !collection.is_view() {
            return Ok(Some(Self { collection: collection.id.clone(), id: record.id().to_owned() }));
        }
        for _ in 0..VIEWS {
            match origin(schema, collection, field) {
                Some(found) => (collection, field) = found,
                None => return Ok(None),
            }
            if !collection.is_view() {
                return Self::named(tx, collection, field, name);
            }
        }
        Ok(None)
    }

    /// The record whose field has a file of this name.
    fn named(tx: &mut Tx<'_>, collection: &Collection, field: &Field, name: &str) -> Result<Option<Self>> {
        let column = expression::column(&collection.name, &field.name);
        let holds = match field.is_multiple() {
            true => expression::is_element("?", &column),
            false => format!("{column} = ?"),
        };
        let text = format!(
            "SELECT {} FROM {} WHERE {holds}",
            expression::column(&collection.name, "id"),
            quoted(&collection.name)
        );
        let id = tx.row((text.as_str(), &[Value::from(name)][..]), |row| Ok(row.get(0).as_text().to_owned()))?;
        Ok(id.map(|id| Self { collection: collection.id.clone(), id }))
    }
}

/// The field that a view shows under the name of one of its own.
fn origin<'s>(schema: &'s Schema, view: &Collection, field: &Field) -> Option<(&'s CollectionRef, &'s Field)> {
    let at = view.field_index(&field.name)?;
    match Reading::of(trimmed(&view.view()?.query), schema) {
        Ok(Reading::Columns(Some(columns))) => match columns.origins.get(at)? {
            Origin::Field(collection, field) => Some((collection, field)),
            _ => None,
        },
        _ => None,
    }
}
