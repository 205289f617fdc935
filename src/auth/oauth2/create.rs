//! A record for a user whom nobody knows yet: what the service tells goes into the mapped fields, everything else is
//! asked of it that is asked of any new record.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::avatar::Pictures;
use super::link::Links;
use super::user::ExternalUser;
use crate::auth::{Auth, identity};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::files::{NewFile, Upload, limits};
use crate::rates::Place;
use crate::records::{NewAccount, RecordInput};
use crate::schema::auth_options::MappedFields;
use crate::schema::{Collection, CollectionRef, Field, FieldKind, Record};
use crate::store::{ReadLane, Tx};

/// Where records are made so, for the limits on making any.
const ROUTE: &str = "auth-with-oauth2";

impl Auth {
    /// Makes the record of a user, with the link to the service, in one transaction.
    ///
    /// # Errors
    /// `Forbidden` where only superusers may create records, `Invalid` where the rule or a check refuses, and where
    /// the user was linked meanwhile.
    pub(super) async fn create_external(
        &self,
        context: &RequestContext,
        links: &Links,
        user: &ExternalUser,
        create_data: &Map<String, Json>,
    ) -> Result<Record> {
        let collection = &links.collection;
        if collection.is_superusers() {
            return Err(Error::Forbidden("Superusers cannot be made by signing in.".into()));
        }
        if collection.create_rule.is_none() && !context.is_superuser() {
            return Err(Error::Forbidden("Only superusers can create records of this collection.".into()));
        }
        let (id, name) = (collection.id.as_str(), collection.name.as_str());
        self.parts.rates.charge(context, &Place::Collection { id, name, route: ROUTE, tags: &["create"] })?;
        let mut input = self.input(collection, user, create_data.clone()).await?;
        let password = match input.data.contains_key("password") {
            true => None,
            false => {
                input.data.remove("passwordConfirm");
                Some(self.random_password().await?)
            }
        };
        let (links, id) = (links.clone(), user.id.clone());
        let account = NewAccount {
            password,
            proven_email: user.email.clone(),
            along: Box::new(move |tx, record| links.add(tx, record, &id)),
        };
        self.parts.records.create_account(context, collection, input, account).await
    }

    /// What the new record is to have: what was sent for it, and what the service tells where nothing was.
    async fn input(
        &self,
        collection: &CollectionRef,
        user: &ExternalUser,
        mut data: Map<String, Json>,
    ) -> Result<RecordInput> {
        let default = MappedFields::default();
        let mapped = collection.auth().map_or(&default, |options| &options.oauth2.mapped_fields);
        if data.get("email").and_then(Json::as_str).is_none_or(str::is_empty) {
            data.insert("email".to_owned(), Json::from(user.email.as_str()));
        }
        for (field, value) in [(&mapped.id, &user.id), (&mapped.name, &user.name)] {
            if is_open(collection, &data, field) {
                data.insert(field.clone(), Json::from(value.as_str()));
            }
        }
        if is_open(collection, &data, &mapped.username) && self.is_free(collection, &mapped.username, user).await? {
            data.insert(mapped.username.clone(), Json::from(user.username.as_str()));
        }
        let mut uploads = Vec::new();
        if is_open(collection, &data, &mapped.avatar_url) && !user.avatar_url.is_empty() {
            match collection.field(&mapped.avatar_url) {
                Some(field) if matches!(field.kind, FieldKind::File(_)) => {
                    uploads.extend(picture(&self.parts.oauth2.pictures, field, &user.avatar_url).await);
                }
                _ => _ = data.insert(mapped.avatar_url.clone(), Json::from(user.avatar_url.as_str())),
            }
        }
        Ok(RecordInput { data, uploads })
    }

    /// Whether the user name may be taken: the field accepts it, and no record has it.
    async fn is_free(&self, collection: &CollectionRef, field: &str, user: &ExternalUser) -> Result<bool> {
        let Some(found) = collection.field(field) else { return Ok(false) };
        if user.username.is_empty() || found.check(&found.cast(&Json::from(user.username.as_str()))).is_some() {
            return Ok(false);
        }
        // Without an index all records are looked through.
        let lane = if collection.unique_index(field).is_some() { ReadLane::Fast } else { ReadLane::Slow };
        let (collection, field, name) = (Arc::clone(collection), field.to_owned(), user.username.clone());
        let taken = move |tx: &mut Tx<'_>| identity::having(tx, &collection, &field, &name);
        Ok(self.parts.store.read(lane, taken).await?.is_none())
    }
}

/// The picture at an address, if it can be had and the field takes it. Nobody is kept out for want of one.
pub(super) async fn picture(pictures: &Pictures, field: &Field, url: &str) -> Option<Upload> {
    let FieldKind::File(options) = &field.kind else { return None };
    match pictures.fetch(url).await {
        Ok(picture) => {
            let upload = Upload { key: field.name.clone(), file_name: picture.name, content: picture.bytes.into() };
            let refused = limits::check(options, &NewFile::from_upload(&upload));
            if let Some(fault) = &refused {
                tracing::warn!(code = fault.code, "the picture of a new user does not fit its field");
            }
            refused.is_none().then_some(upload)
        }
        Err(reason) => {
            tracing::warn!(reason, "the picture of a new user was not fetched");
            None
        }
    }
}

/// Whether a mapped field is there and nothing was sent for it.
fn is_open(collection: &Collection, data: &Map<String, Json>, field: &str) -> bool {
    !field.is_empty() && collection.field(field).is_some() && !data.contains_key(field)
}
