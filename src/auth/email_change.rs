//! Taking another address, once it is proven (contract: auth, section 7.6).

use super::Auth;
use super::form::{Form, Sent, invalid};
use super::identity;
use super::token::TokenKind;
use super::token_fields::Presented;
use crate::error::{Error, Fault, Result};
use crate::records::AccountChange;
use crate::schema::{CollectionRef, Record};
use crate::store::{ReadLane, Tx, Value, WriteLane};

/// How many bytes the password may have that confirms a change.
const LONGEST_PASSWORD: usize = 100;

impl Auth {
    /// Sends a letter to the new address of the caller's record, while the caller waits.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection, `Unauthorized` without a caller, `Forbidden` for a caller of another
    /// collection, `Invalid` for superusers, for a form that is at fault, and where the letter cannot be sent.
    pub async fn request_email_change(&self, collection: &str, authorization: Option<&str>, sent: Sent) -> Result<()> {
        let (record, _) = self.signed_in_to(collection, authorization)?;
        refuse_superusers(&record.collection)?;
        let mut form = Form::of(sent)?;
        let email = form.email("newEmail")?;
        if email == record.text("email") {
            form.fault("newEmail", Fault::new("validation_not_in_invalid", "Must not be the current address."));
        } else if form.is_fine("newEmail") && self.is_taken(&record, &email).await? {
            form.fault("newEmail", Fault::new("validation_invalid_new_email", "The address is in use already."));
        }
        form.done()?;
        self.mail_change_of_address(&record, email).await
    }

    /// Gives the record that shows a token from such a letter, and its password, the new address.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in, `Invalid` for superusers and for a form that is at
    /// fault, `TooMany` while too many passwords wait.
    pub async fn confirm_email_change(&self, collection: &str, sent: Sent) -> Result<()> {
        let collection = self.auth_collection(collection)?;
        refuse_superusers(&collection)?;
        let mut form = Form::of(sent)?;
        let presented = self.token_field(&mut form, TokenKind::EmailChange, &collection)?;
        let password = form.required("password", LONGEST_PASSWORD)?;
        if form.is_fine("password") && !self.is_password_of(presented.as_ref(), password).await? {
            form.fault("password", Fault::new("validation_invalid_password", "Missing or invalid password."));
        }
        if let Some(presented) = &presented
            && self.is_taken(&presented.record, new_email(presented)).await?
        {
            form.fault("token", taken());
        }
        let presented = form.done_with(presented)?;

        let auth = self.clone();
        let write = move |tx: &mut Tx<'_>| {
            let record = presented.again(&auth, tx)?;
            let email = new_email(&presented);
            if has_another(tx, &record, email)? {
                return Err(invalid("token", taken()));
            }
            // Which domains are accepted may have changed since the letter was sent.
            if let Some(fault) = record.collection.field("email").and_then(|field| field.check(&Value::from(email))) {
                return Err(invalid("email", fault));
            }
            let change =
                AccountChange { email: Some(email.to_owned()), verified: Some(true), ..AccountChange::default() };
            auth.parts.records.alter_account(tx, &record, &change, None).map(|_| ())
        };
        self.parts.store.write(WriteLane::Grouped, write).await
    }

    /// Whether another record of the collection has the address.
    async fn is_taken(&self, record: &Record, email: &str) -> Result<bool> {
        let (record, email) = (record.clone(), email.to_owned());
        self.parts.store.read(ReadLane::Fast, move |tx| has_another(tx, &record, &email)).await
    }

    /// Whether a password is that of the record which shows a token; nobody's without one.
    async fn is_password_of(&self, presented: Option<&Presented>, password: String) -> Result<bool> {
        match presented {
            Some(presented) => {
                let hash = presented.record.text("password").to_owned();
                self.parts.passwords.verify(password, hash).await
            }
            None => Ok(false),
        }
    }
}

fn has_another(tx: &mut Tx<'_>, record: &Record, email: &str) -> Result<bool> {
    let found = identity::by_email(tx, &record.collection, email)?;
    Ok(found.is_some_and(|found| found.id() != record.id()))
}

fn new_email(presented: &Presented) -> &str {
    presented.claims.text("newEmail").unwrap_or_default()
}

fn taken() -> Fault {
    Fault::new("validation_invalid_token_email", "The new address is in use already.")
}

fn refuse_superusers(collection: &CollectionRef) -> Result<()> {
    match collection.is_superusers() {
        true => Err(Error::bad_request("The address of a superuser is changed in its record.")),
        false => Ok(()),
    }
}
