//! Choosing a new password without the old one (contract: auth, section 7.5).

use super::Auth;
use super::form::{Form, LONGEST, Sent, invalid, out_of_range};
use super::letters::Mailing;
use super::token::TokenKind;
use crate::error::{Error, Fault, Result};
use crate::records::AccountChange;
use crate::schema::field::password::PasswordOptions;
use crate::schema::{Collection, FieldKind};
use crate::store::{Tx, WriteLane};

impl Auth {
    /// Has a letter sent to an address, if it is that of a record. The answer and its cost are the same for every
    /// address. That nobody has it is told to the log, with the id of the request.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in, `Invalid` where passwords are switched off and for
    /// a form that is at fault, `TooMany` while too many letters wait.
    pub async fn request_password_reset(&self, collection: &str, sent: Sent, asked_by: &str) -> Result<()> {
        let collection = self.auth_collection(collection)?;
        if !collection.auth().is_some_and(|options| options.password_auth.enabled) {
            return Err(Error::bad_request("The collection is not configured to allow password sign-in."));
        }
        let mut form = Form::of(sent)?;
        let email = form.email("email")?;
        form.done()?;
        self.mail_to(Mailing::PasswordReset, &collection, email, asked_by).await
    }

    /// Gives the record that shows a token from such a letter a new password; everything it was signed in with ends.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in, `Invalid` for a form that is at fault and for a
    /// password that its field refuses, `TooMany` while too many passwords wait.
    pub async fn confirm_password_reset(&self, collection: &str, sent: Sent) -> Result<()> {
        let collection = self.auth_collection(collection)?;
        let options = password_options(&collection)?;
        let mut form = Form::of(sent)?;
        let presented = self.token_field(&mut form, TokenKind::PasswordReset, &collection)?;
        let password = new_password(&mut form, options)?;
        let presented = form.done_with(presented)?;
        if let Some(fault) = options.check_plain(&password) {
            return Err(invalid("password", fault));
        }

        let password = self.parts.passwords.hash(password).await?;
        let auth = self.clone();
        let write = move |tx: &mut Tx<'_>| {
            let record = presented.again(&auth, tx)?;
            // Who reads the mail of the address, has it; a token for an address of before proves nothing of this one.
            let proves = presented.claims.text("email") == Some(record.text("email"));
            let change = AccountChange {
                password: Some(password.clone()),
                verified: (proves && !record.flag("verified")).then_some(true),
                ..AccountChange::default()
            };
            auth.parts.records.alter_account(tx, &record, &change, None)?;
            auth.free_after_commit(tx, Mailing::PasswordReset, &record);
            Ok(())
        };
        self.parts.store.write(WriteLane::Grouped, write).await
    }
}

/// The new password and its confirmation: the form counts bytes, the field counts characters later.
fn new_password(form: &mut Form, options: &PasswordOptions) -> Result<String> {
    let least = usize::try_from(options.min).unwrap_or(0).max(1);
    let password = form.required("password", LONGEST)?;
    if !password.is_empty() && password.len() < least {
        form.fault("password", out_of_range(least, LONGEST));
    }
    let confirm = form.text("passwordConfirm")?;
    if confirm.is_empty() {
        form.fault("passwordConfirm", Fault::required());
    } else if confirm != password {
        form.fault("passwordConfirm", Fault::new("validation_values_mismatch", "Values don't match."));
    }
    Ok(password)
}

fn password_options(collection: &Collection) -> Result<&PasswordOptions> {
    match collection.field("password").map(|field| &field.kind) {
        Some(FieldKind::Password(options)) => Ok(options),
        _ => Err(Error::internal("an auth collection without a password field")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn codes(body: Json, min: i64) -> Vec<String> {
        let mut form = Form::of(Ok(body.as_object().expect("an object").clone())).expect("readable");
        new_password(&mut form, &PasswordOptions { min, ..PasswordOptions::default() }).expect("texts");
        match form.done() {
            Err(Error::Invalid(invalid)) => {
                invalid.fields.faults().into_iter().map(|(name, fault)| format!("{name}: {}", fault.code)).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn password_and_confirmation_are_checked_together() {
        let long = "x".repeat(256);
        for (body, expected) in [
            (json!({"password": "12345678", "passwordConfirm": "12345678"}), vec![]),
            // The form counts bytes.
            (json!({"password": "éééé", "passwordConfirm": "éééé"}), vec![]),
            (json!({}), vec!["password: validation_required", "passwordConfirm: validation_required"]),
            (
                json!({"password": "1234567", "passwordConfirm": "1234568"}),
                vec!["password: validation_length_out_of_range", "passwordConfirm: validation_values_mismatch"],
            ),
            (json!({"password": long, "passwordConfirm": long}), vec!["password: validation_length_out_of_range"]),
        ] {
            assert_eq!(codes(body.clone(), 8), expected, "{body}");
        }
        assert_eq!(codes(json!({"password": "x", "passwordConfirm": "x"}), 0), Vec::<String>::new());
    }
}
