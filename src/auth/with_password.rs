//! Signing in by identity and password. An unknown identity and a wrong password get the same answer, at the same
//! cost.

use super::admission::{Method, Proven};
use super::form::{Form, LONGEST, Sent, out_of_range};
use super::{Auth, SignedIn, identity};
use crate::context::RequestContext;
use crate::crypto::passwords::Kind;
use crate::error::{Error, Fault, Result};
use crate::records;
use crate::schema::field::email::is_email;
use crate::schema::{CollectionRef, Record};
use crate::store::{ReadLane, Tx, WriteLane};

/// What is sent to sign in.
struct Credentials {
    identity: String,
    password: String,
    /// The only field to look the identity up in; empty is all of them.
    field: String,
}

impl Auth {
    /// Signs in by identity and password.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in, `Forbidden` where passwords are switched off or the
    /// auth rule refuses, `SecondFactor` where one is needed, `Broken` where identities cannot be looked up, `TooMany`
    /// while too many passwords wait, `Invalid` for everything else.
    pub async fn with_password(&self, context: &RequestContext, collection: &str, sent: Sent) -> Result<SignedIn> {
        let collection = self.auth_collection(collection)?;
        let identity_fields = match collection.auth().map(|options| &options.password_auth) {
            Some(options) if options.enabled => options.identity_fields.clone(),
            _ => return Err(Error::Forbidden("The collection is not configured to allow password sign-in.".into())),
        };
        let mut form = Form::of(sent)?;
        let credentials = Credentials::read(&mut form, &identity_fields)?;
        let context = context.with_body(form.done()?);

        let candidates = credentials.candidates(identity_fields);
        let usual = self.parts.usual_hashes.of(&self.parts.store, &collection).map_err(Error::as_our_fault)?;
        let found = self.find(&collection, candidates, credentials.identity).await.map_err(Error::as_our_fault)?;
        let hash = found.as_ref().map(|record| record.text("password").to_owned()).unwrap_or_default();
        let proven = self.parts.passwords.verify_or(credentials.password.clone(), hash, usual).await?;
        let mut record = found.filter(|_| proven).ok_or_else(|| Error::bad_request("Failed to authenticate."))?;
        self.renew_hash(&mut record, credentials.password).await;

        self.let_in(&context, Proven { record, method: Method::Password, meta: None }).await
    }

    /// The first record that has the identity in one of the fields.
    async fn find(&self, collection: &CollectionRef, fields: Vec<String>, identity: String) -> Result<Option<Record>> {
        let collection = collection.clone();
        let found = move |tx: &mut Tx<'_>| identity::find(tx, &collection, &fields, &identity);
        self.parts.store.read(ReadLane::Fast, found).await
    }

    /// Replaces the bcrypt hash of an account that was taken over by one of ours, now that its password is known. It is
    /// for the next time: where it fails, the sign-in goes on.
    async fn renew_hash(&self, record: &mut Record, password: String) {
        if !matches!(Kind::of(record.text("password")), Some(Kind::Bcrypt { .. })) {
            return;
        }
        let renewed = async {
            let hash = self.parts.passwords.hash(password).await?;
            let (before, new) = (record.clone(), hash.clone());
            let write = move |tx: &mut Tx<'_>| records::replace_hash(tx, &before, &new);
            let replaced = self.parts.store.write(WriteLane::Grouped, write).await?;
            Ok::<_, Error>(replaced.then_some(hash))
        };
        match renewed.await {
            Ok(Some(hash)) => record.set("password", hash),
            // Somebody else was faster, with this or a new password.
            Ok(None) => {}
            Err(error) => {
                let (collection, record) = (&record.collection.name, record.id());
                tracing::warn!(%error, %collection, %record, "a bcrypt hash could not be renewed");
            }
        }
    }
}

impl Credentials {
    /// What is in the form; what is wrong with it is noted there.
    fn read(form: &mut Form, identity_fields: &[String]) -> Result<Self> {
        let identity = form.required("identity", LONGEST)?;
        let password = form.required("password", LONGEST)?;
        let field = form.text("identityField")?;
        if field.len() > LONGEST {
            form.fault("identityField", out_of_range(1, LONGEST));
        } else if !field.is_empty() && !identity_fields.contains(&field) {
            form.fault("identityField", Fault::new("validation_in_invalid", "Must be a valid value."));
        }
        Ok(Self { identity, password, field })
    }

    /// The fields to look in: the named one, or all of them, `email` first and for addresses alone.
    fn candidates(&self, mut identity_fields: Vec<String>) -> Vec<String> {
        if !self.field.is_empty() {
            return vec![self.field.clone()];
        }
        identity_fields.retain(|field| field != "email" || is_email(&self.identity));
        identity_fields.sort_by_key(|field| field != "email");
        identity_fields
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(body: Json) -> Result<(Form, Credentials)> {
        let mut form = Form::of(Ok(body.as_object().expect("an object").clone()))?;
        let credentials = Credentials::read(&mut form, &["email".to_owned(), "phone".to_owned()])?;
        Ok((form, credentials))
    }

    fn codes(body: Json) -> Vec<(String, &'static str)> {
        match read(body).expect("readable").0.done() {
            Err(Error::Invalid(invalid)) => {
                invalid.fields.faults().into_iter().map(|(name, fault)| (name, fault.code)).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn identity_and_password_are_required_and_bounded() {
        let long = "x".repeat(256);
        assert_eq!(codes(json!({"identity": "a", "password": "b", "identityField": "phone"})), []);
        assert_eq!(
            codes(json!({"identity": "", "password": null})),
            [("identity".to_owned(), "validation_required"), ("password".to_owned(), "validation_required")]
        );
        assert_eq!(
            codes(json!({"identity": "a", "password": long, "identityField": "name"})),
            [
                ("password".to_owned(), "validation_length_out_of_range"),
                ("identityField".to_owned(), "validation_in_invalid")
            ]
        );
    }

    #[test]
    fn values_that_are_no_texts_make_the_body_unreadable() {
        assert!(read(json!({"identity": 5, "password": "x"})).is_err());
        assert!(read(json!({"identity": "a", "password": ["x"]})).is_err());
        assert!(read(json!({"identity": "a", "password": "x", "identityField": 5})).is_err());
        assert!(read(json!({"unknown": {"is": "ignored"}})).is_ok());
    }

    #[test]
    fn email_is_looked_in_first_and_a_named_field_alone() {
        let fields = || ["name", "email", "phone"].map(str::to_owned).to_vec();
        let (_, all) = read(json!({"identity": "a@b.co", "password": "b"})).expect("readable");
        assert_eq!(all.candidates(fields()), ["email", "name", "phone"]);
        let (_, no_address) = read(json!({"identity": "a", "password": "b"})).expect("readable");
        assert_eq!(no_address.candidates(fields()), ["name", "phone"]);
        let (_, one) = read(json!({"identity": "a", "password": "b", "identityField": "phone"})).expect("readable");
        assert_eq!(one.candidates(fields()), ["phone"]);
    }
}
