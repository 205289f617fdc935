//! The file of a record, for those who may have it (contract: files, section 5).

use super::{Records, gate};
use crate::context::{Occasion, RequestContext};
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::filter::Input;
use crate::schema::{FieldKind, Record};

impl Records {
    /// A stored file of a record. Files of protected fields are subject to the view rule, with the context's caller:
    /// who downloads says so by a file token, never by the token of the request, so that it is a guest without one.
    ///
    /// # Errors
    /// `NotFound` where collection, record or file do not exist, and where the rule refuses.
    pub async fn file(&self, context: &RequestContext, collection: &str, id: &str, name: &str) -> Result<StoredFile> {
        let schema = self.parts.schema.current();
        let collection = schema.find(collection).cloned().ok_or(Error::NotFound(gate::NO_COLLECTION.into()))?;
        let lane = gate::lane(context, [collection.view_rule.as_deref()]);
        let records = self.clone();
        let context = context.on(Occasion::ProtectedFile);
        let (of, wanted, file) = (collection.clone(), id.to_owned(), name.to_owned());
        self.parts
            .store
            .read(lane, move |tx| {
                let record = super::load(tx, &of, &wanted)?.ok_or_else(Error::not_found)?;
                if !is_protected(&record, &file).ok_or_else(Error::not_found)? || context.is_superuser() {
                    return Ok(());
                }
                let input = Input::of(&context);
                let admitted = match of.view_rule.as_deref() {
                    None => false,
                    Some("") => true,
                    Some(rule) => {
                        gate::or_false(records.parts.conditions.admits(tx, &schema, &of, rule, &wanted, &input))?
                    }
                };
                if admitted { Ok(()) } else { Err(Error::not_found()) }
            })
            .await?;
        self.parts.files.read(&collection.id, id, name).await?.ok_or_else(Error::not_found)
    }
}

/// Whether a record's file is protected; `None` where the record has no such file.
fn is_protected(record: &Record, name: &str) -> Option<bool> {
    record.collection.fields.iter().zip(&record.values).find_map(|(field, value)| match &field.kind {
        FieldKind::File(options) => {
            field.elements(value.borrow()).iter().any(|held| held == name).then_some(options.protected)
        }
        _ => None,
    })
}
