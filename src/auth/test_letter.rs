//! A letter that superusers send to see whether mail works, and what a template looks like (contract: settings,
//! section 4): the collection's real one, for a record that exists nowhere.

use super::Auth;
use super::form::{Form, Sent};
use super::token::{TokenKind, issue};
use crate::error::{Error, Fault, Result};
use crate::mail::Message;
use crate::schema::auth_options::{AuthOptions, MailTemplate};
use crate::schema::{CollectionRef, FieldKind, Record, SUPERUSERS};
use crate::{ids, time};

/// How long the token key of the record that exists nowhere is.
const KEY_LENGTH: usize = 50;

/// The templates by their names in the form.
#[derive(Clone, Copy)]
enum Template {
    Verification,
    PasswordReset,
    EmailChange,
    Otp,
    LoginAlert,
}

impl Template {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "verification" => Self::Verification,
            "password-reset" => Self::PasswordReset,
            "email-change" => Self::EmailChange,
            "otp" => Self::Otp,
            "login-alert" => Self::LoginAlert,
            _ => return None,
        })
    }

    fn of(self, options: &AuthOptions) -> &MailTemplate {
        match self {
            Self::Verification => &options.verification_template,
            Self::PasswordReset => &options.reset_password_template,
            Self::EmailChange => &options.confirm_email_change_template,
            Self::Otp => &options.otp.email_template,
            Self::LoginAlert => &options.auth_alert.email_template,
        }
    }

    /// What stands for its placeholders. The token has the form of a real one and belongs to nobody.
    fn values(self, record: &Record) -> Result<Vec<(&'static str, String)>> {
        let kind = match self {
            Self::Verification => TokenKind::Verification,
            Self::PasswordReset => TokenKind::PasswordReset,
            Self::EmailChange => TokenKind::EmailChange,
            Self::Otp => return Ok(vec![("OTP_ID", "_PB_TEST_OTP_ID_".to_owned()), ("OTP", "123456".to_owned())]),
            Self::LoginAlert => {
                return Ok(vec![("ALERT_INFO", format!("{} - TEST_IP TEST_USER_AGENT", time::now_text()))]);
            }
        };
        let email = record.text("email");
        let mut claims = vec![("email", email.into())];
        if matches!(self, Self::EmailChange) {
            claims.push(("newEmail", email.into()));
        }
        Ok(vec![("TOKEN", issue(record, kind, None, claims)?)])
    }
}

impl Auth {
    /// Sends the letter that a superuser asked for in a form, and waits until it is taken.
    ///
    /// # Errors
    /// `Invalid` for a form that is at fault, and with the mailer's words where the letter is not taken.
    pub async fn send_test_letter(&self, sent: Sent) -> Result<()> {
        let mut form = Form::of(sent)?;
        let to = form.email("email")?;
        let template = form.text("template")?;
        let named = Template::named(&template);
        if template.is_empty() {
            form.fault("template", Fault::required());
        } else if named.is_none() {
            form.fault("template", Fault::new("validation_in_invalid", "Must be a valid value."));
        }
        let collection = self.collection_of_test(&form.text("collection")?);
        if collection.is_none() {
            let message = "Must be the name or the id of an auth collection.";
            form.fault("collection", Fault::new("validation_invalid_auth_collection", message));
        }
        let (template, collection) = form.done_with(named.zip(collection))?;
        let message = self.test_letter(template, &collection, to)?;
        let sent = self.parts.mail.send(&message).await;
        sent.map_err(|unsent| Error::bad_request(format!("Failed to send the test email. {unsent}")))
    }

    fn collection_of_test(&self, name: &str) -> Option<CollectionRef> {
        let name = if name.is_empty() { SUPERUSERS } else { name };
        self.parts.schema.current().find(name).filter(|collection| collection.is_auth()).cloned()
    }

    fn test_letter(&self, template: Template, collection: &CollectionRef, to: String) -> Result<Message> {
        let options = collection.auth().ok_or_else(Error::not_found)?;
        let record = nobody(collection, &to);
        Ok(self.message(to, template.of(options), &record, &template.values(&record)?))
    }
}

/// A record that is stored nowhere: each visible text field says its name.
fn nobody(collection: &CollectionRef, email: &str) -> Record {
    let mut record = Record::new(collection.clone());
    let texts = |kind: &FieldKind| matches!(kind, FieldKind::Text(_) | FieldKind::Editor(_) | FieldKind::Url(_));
    for field in collection.fields.iter().filter(|field| !field.hidden && texts(&field.kind)) {
        record.set(&field.name, format!("TEST_{}", field.name));
    }
    record.set("id", ids::random_record_id());
    record.set("email", email);
    record.set("tokenKey", ids::random_alphanumeric(KEY_LENGTH));
    record
}
