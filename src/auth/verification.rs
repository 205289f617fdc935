//! Proving that an address is its record's (contract: auth, section 7.4).

use super::Auth;
use super::form::{Form, Sent};
use super::letters::Mailing;
use super::token::TokenKind;
use crate::error::{Error, Result};
use crate::records::AccountChange;
use crate::schema::Collection;
use crate::store::{Tx, WriteLane};

impl Auth {
    /// Has a letter sent to an address, if it is that of a record which is not verified yet. The answer and its cost
    /// are the same for every address. That nobody has it is told to the log, with the id of the request.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in, `Invalid` for superusers and for a form that is at
    /// fault, `TooMany` while too many letters wait.
    pub async fn request_verification(&self, collection: &str, sent: Sent, asked_by: &str) -> Result<()> {
        let collection = self.auth_collection(collection)?;
        refuse_superusers(&collection)?;
        let mut form = Form::of(sent)?;
        let email = form.email("email")?;
        form.done()?;
        self.mail_to(Mailing::Verification, &collection, email, asked_by).await
    }

    /// Makes a record verified that shows a token from such a letter. Where nobody can sign in by password, a
    /// password that somebody set before the address was proven goes.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in, `Invalid` for superusers and for a form that is at
    /// fault, `TooMany` while too many passwords wait.
    pub async fn confirm_verification(&self, collection: &str, sent: Sent) -> Result<()> {
        let collection = self.auth_collection(collection)?;
        refuse_superusers(&collection)?;
        let mut form = Form::of(sent)?;
        let presented = self.token_field(&mut form, TokenKind::Verification, &collection)?;
        let presented = form.done_with(presented)?;

        let by_password = collection.auth().is_some_and(|options| options.password_auth.enabled);
        let password = match by_password || presented.record.flag("verified") {
            true => None,
            false => Some(self.random_password().await?),
        };
        let auth = self.clone();
        let write = move |tx: &mut Tx<'_>| {
            let record = presented.again(&auth, tx)?;
            if !record.flag("verified") {
                let change = AccountChange { verified: Some(true), password: password.clone(), ..Default::default() };
                auth.parts.records.alter_account(tx, &record, &change, None)?;
            }
            auth.free_after_commit(tx, Mailing::Verification, &record);
            Ok(())
        };
        self.parts.store.write(WriteLane::Grouped, write).await
    }
}

fn refuse_superusers(collection: &Collection) -> Result<()> {
    match collection.is_superusers() {
        true => Err(Error::bad_request("Superusers are always verified.")),
        false => Ok(()),
    }
}
