//! Letters to accounts that nobody waits for: jobs of the queue, which outlive a mail server that is away and a
//! restart.
//!
//! A job says which letter it is, never what makes it valuable: the token is made when the letter is sent, and a
//! one-time code is sealed. What was asked for an address is asked again when the letter is sent: it goes only to a
//! record that has the address then, and for which it makes sense. So the request for a letter costs the same for
//! every address, and tells nobody which ones are known.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::throttle::Slot;
use super::token::{TokenKind, issue};
use super::{Auth, identity, otp};
use crate::error::{Error, Result};
use crate::ids;
use crate::jobs::{NewJob, Outcome};
use crate::logs::Level;
use crate::mail::{Message, compose};
use crate::records::{self, INSTALLER_EMAIL};
use crate::schema::auth_options::{AuthOptions, MailTemplate, TokenOptions};
use crate::schema::{CollectionRef, Record};
use crate::store::{Tx, WriteLane};

/// The kind of job that a letter is.
pub const MAIL: &str = "mail";

/// How long a letter about a sign-in is worth sending, in seconds.
const ALERT_LIFE: u32 = 24 * 60 * 60;

/// A letter, as its job holds it. Collections are named by id, requests by the id that the log knows them by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "kebab-case")]
pub(super) enum Letter {
    /// Proves an address, if a record has it that is not verified.
    Verification {
        collection: String,
        email: String,
        #[serde(default)]
        asked_by: String,
    },
    /// Sets a new password, if a record has the address.
    PasswordReset {
        collection: String,
        email: String,
        #[serde(default)]
        asked_by: String,
    },
    /// Carries a one-time password, if its row is there. The code is sealed.
    Otp { collection: String, otp: String, code: String },
    /// Tells of a sign-in from a new place, which is remembered once the letter is sent, unless the account has another
    /// key by then: a new password forgets all places. `key` tells one key from another, and nothing of them.
    LoginAlert { collection: String, record: String, key: String, fingerprint: String, info: String },
}

/// What became of a letter that was to be written.
pub(super) enum Written {
    /// It is to be sent.
    Message(Message),
    /// Nobody has the address that it was asked for.
    ForNobody,
    /// It makes no sense any more.
    Senseless,
}

/// The letters that are asked for with an address, and have rest between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mailing {
    Verification,
    PasswordReset,
}

impl Mailing {
    fn letter(self, collection: String, email: String, asked_by: String) -> Letter {
        match self {
            Self::Verification => Letter::Verification { collection, email, asked_by },
            Self::PasswordReset => Letter::PasswordReset { collection, email, asked_by },
        }
    }

    fn token(self) -> TokenKind {
        match self {
            Self::Verification => TokenKind::Verification,
            Self::PasswordReset => TokenKind::PasswordReset,
        }
    }

    fn options(self, options: &AuthOptions) -> (&MailTemplate, &TokenOptions) {
        match self {
            Self::Verification => (&options.verification_template, &options.verification_token),
            Self::PasswordReset => (&options.reset_password_template, &options.password_reset_token),
        }
    }

    /// Whether the letter makes sense for a record as it is now.
    fn suits(self, record: &Record, options: &AuthOptions) -> bool {
        match self {
            Self::Verification => !record.flag("verified"),
            Self::PasswordReset => options.password_auth.enabled && record.text("email") != INSTALLER_EMAIL,
        }
    }

    /// The slot of the letter to this address.
    fn slot(self, collection: &CollectionRef, email: &str) -> Slot {
        let ignores_case = collection.unique_index("email").is_some_and(|column| column.ignores_case());
        let address = if ignores_case { email.to_ascii_lowercase() } else { email.to_owned() };
        let letter = match self {
            Self::Verification => "verification",
            Self::PasswordReset => "password-reset",
        };
        Slot { letter, collection: collection.id.clone(), address }
    }
}

impl Auth {
    /// Has a letter sent to an address, unless one was of late. The letter is stored when this returns; whether
    /// anybody gets it is found out later, and then told of the request that asked for it.
    pub(super) async fn mail_to(
        &self,
        mailing: Mailing,
        collection: &CollectionRef,
        email: String,
        asked_by: &str,
    ) -> Result<()> {
        let Some(options) = collection.auth() else { return Err(Error::not_found()) };
        let seconds = mailing.options(options).1.duration;
        let slot = mailing.slot(collection, &email);
        if !self.parts.throttle.take(slot.clone(), Duration::from_secs(seconds.unsigned_abs()))? {
            return Ok(());
        }
        let letter = mailing.letter(collection.id.clone(), email, asked_by.to_owned());
        let auth = self.clone();
        // On a task of its own: a client that leaves in between must neither keep the slot nor free it.
        let stored = tokio::spawn(async move {
            let post = auth.clone();
            let stored = auth.parts.store.write(WriteLane::Grouped, move |tx| post.post(tx, &letter, seconds)).await;
            if stored.is_err() {
                auth.parts.throttle.free(&slot);
            }
            stored
        });
        stored.await.map_err(|error| Error::Internal(error.into()))?
    }

    /// Stores a letter that is worth sending for so many seconds.
    pub(super) fn post(&self, tx: &mut Tx<'_>, letter: &Letter, seconds: i64) -> Result<()> {
        let payload = serde_json::to_value(letter).map_err(|error| Error::Internal(error.into()))?;
        let expires = crate::time::now().timestamp_millis().saturating_add(seconds.saturating_mul(1000));
        let job = NewJob { expires_at_ms: Some(expires), ..NewJob::new(MAIL, payload) };
        self.parts.jobs.enqueue(tx, &job).map(drop)
    }

    /// Stores the letter about a sign-in from a new place, unless one waits. `warned` is kept from one run of the same
    /// write to the next.
    pub(super) fn post_alert(
        &self,
        tx: &mut Tx<'_>,
        account: &Record,
        fingerprint: String,
        info: String,
        warned: &OnceLock<bool>,
    ) -> Result<()> {
        let slot = alert_slot(&account.collection.id, account.id(), &fingerprint);
        let life = Duration::from_secs(ALERT_LIFE.into());
        if !*warned.get_or_init(|| self.parts.throttle.take(slot.clone(), life).unwrap_or(false)) {
            return Ok(());
        }
        let parts = Arc::clone(&self.parts);
        tx.on_rollback(move || parts.throttle.free(&slot));
        let (collection, record, key) = (account.collection.id.clone(), account.id().to_owned(), key_of(account));
        self.post(tx, &Letter::LoginAlert { collection, record, key, fingerprint, info }, ALERT_LIFE.into())
    }

    /// The record did what the letter asks for: the next letter may come at once.
    pub(super) fn free_after_commit(&self, tx: &mut Tx<'_>, mailing: Mailing, record: &Record) {
        let (parts, slot) = (Arc::clone(&self.parts), mailing.slot(&record.collection, record.text("email")));
        tx.after_commit(move || parts.throttle.free(&slot));
    }

    /// Sends the letter that proves a new address, to that address.
    pub(super) async fn mail_change_of_address(&self, record: &Record, email: String) -> Result<()> {
        let Some(options) = record.collection.auth() else { return Err(Error::not_found()) };
        let claims = [("email", record.text("email").into()), ("newEmail", email.as_str().into())];
        let token = issue(record, TokenKind::EmailChange, None, claims)?;
        let template = &options.confirm_email_change_template;
        let message = self.message(email, template, record, &[("TOKEN", token)]);
        self.parts.mail.send(&message).await.map_err(|error| {
            tracing::warn!(%error, "the letter that proves a new address could not be sent");
            Error::bad_request("Failed to send the mail to the new address.")
        })
    }

    /// The letter as it is to be sent, if it is.
    pub(super) fn write(&self, tx: &mut Tx<'_>, letter: &Letter) -> Result<Written> {
        let schema = self.parts.schema.current();
        let Some(collection) = schema.by_id(letter.collection()) else { return Ok(Written::Senseless) };
        let Some(options) = collection.auth() else { return Ok(Written::Senseless) };
        match letter {
            Letter::Verification { email, .. } => self.with_token(tx, Mailing::Verification, collection, email),
            Letter::PasswordReset { email, .. } => self.with_token(tx, Mailing::PasswordReset, collection, email),
            Letter::Otp { otp, code, .. } => {
                let Some((_, record)) = otp::load(tx, &schema, collection, otp)? else { return Ok(Written::Senseless) };
                let code = String::from_utf8(self.parts.sealer.open(code)?);
                let code = code.map_err(|error| Error::Internal(error.into()))?;
                let values = [("OTP", code), ("OTP_ID", otp.clone())];
                let template = &options.otp.email_template;
                let to = record.text("email").to_owned();
                Ok(Written::Message(self.message(to, template, &record, &values)))
            }
            Letter::LoginAlert { record, info, .. } => {
                let record = records::load(tx, collection, record)?;
                let Some(record) = record.filter(|record| !record.text("email").is_empty()) else {
                    return Ok(Written::Senseless);
                };
                let template = &options.auth_alert.email_template;
                let values = [("ALERT_INFO", info.clone())];
                let to = record.text("email").to_owned();
                Ok(Written::Message(self.message(to, template, &record, &values)))
            }
        }
    }

    fn with_token(
        &self,
        tx: &mut Tx<'_>,
        mailing: Mailing,
        collection: &CollectionRef,
        email: &str,
    ) -> Result<Written> {
        let Some(options) = collection.auth() else { return Ok(Written::Senseless) };
        let Some(record) = identity::by_email(tx, collection, email)? else { return Ok(Written::ForNobody) };
        if !mailing.suits(&record, options) {
            return Ok(Written::Senseless);
        }
        let token = issue(&record, mailing.token(), None, [("email", record.text("email").into())])?;
        // To the address of the record, whatever was typed that is taken for the same.
        let to = record.text("email").to_owned();
        Ok(Written::Message(self.message(to, mailing.options(options).0, &record, &[("TOKEN", token)])))
    }

    /// Tells the log that nobody has the address that a letter was asked for, as an error of the request that asked
    /// (contract: settings, section 6.3). It is told here and not where it was asked for: there nobody looks, so that
    /// all addresses cost the same.
    pub(super) fn tell_of_nobody(&self, letter: &Letter) {
        let (what, asked_by) = match letter {
            Letter::Verification { asked_by, .. } => ("verification", asked_by),
            Letter::PasswordReset { asked_by, .. } => ("password-reset", asked_by),
            Letter::Otp { .. } | Letter::LoginAlert { .. } => return,
        };
        let schema = self.parts.schema.current();
        let collection = schema.by_id(letter.collection()).map(|collection| collection.name.clone());
        let mut data = Map::new();
        data.insert("collection".to_owned(), collection.unwrap_or_default().into());
        data.insert("letter".to_owned(), what.into());
        data.insert("error".to_owned(), "No account has the address that a letter was asked for.".into());
        data.insert("requestId".to_owned(), asked_by.as_str().into());
        self.parts.logs.record(Level::Error, "a letter was asked for an address that nobody has".to_owned(), data);
    }

    /// A letter about a record, from a template.
    pub(super) fn message(
        &self,
        to: String,
        template: &MailTemplate,
        record: &Record,
        values: &[(&str, String)],
    ) -> Message {
        let (subject, html) = compose(template, &self.parts.settings.current().meta, record, values);
        Message { to, subject, html }
    }

    /// What follows from a letter that is sent, or will never be.
    pub(super) fn settle(&self, tx: &mut Tx<'_>, letter: &Letter, outcome: &Outcome) -> Result<()> {
        let schema = self.parts.schema.current();
        let Some(collection) = schema.by_id(letter.collection()) else { return Ok(()) };
        let sent = matches!(outcome, Outcome::Done);
        match letter {
            // An attempt counts, whatever came of it.
            Letter::Verification { email, .. } => self.rest(tx, Mailing::Verification.slot(collection, email), true),
            Letter::PasswordReset { email, .. } => self.rest(tx, Mailing::PasswordReset.slot(collection, email), sent),
            Letter::Otp { otp, .. } => {
                let Some((row, record)) = otp::load(tx, &schema, collection, otp)? else { return Ok(()) };
                if !sent {
                    self.parts.records.remove(tx, &row, None)?;
                } else if row.text("sentTo").is_empty() {
                    let mut known = row.clone();
                    known.set("sentTo", record.text("email"));
                    records::alter(tx, &row, known, None)?;
                }
            }
            Letter::LoginAlert { record, key, fingerprint, .. } => {
                self.rest(tx, alert_slot(&collection.id, record, fingerprint), false);
                let record = if sent { records::load(tx, collection, record)? } else { None };
                if let Some(record) = record.filter(|record| key_of(record) == *key) {
                    self.remember(tx, &record, fingerprint)?;
                }
            }
        }
        Ok(())
    }

    fn rest(&self, tx: &mut Tx<'_>, slot: Slot, rest: bool) {
        let parts = Arc::clone(&self.parts);
        tx.after_commit(move || if rest { parts.throttle.rest(slot) } else { parts.throttle.free(&slot) });
    }
}

impl Letter {
    fn collection(&self) -> &str {
        match self {
            Self::Verification { collection, .. }
            | Self::PasswordReset { collection, .. }
            | Self::Otp { collection, .. }
            | Self::LoginAlert { collection, .. } => collection,
        }
    }
}

/// Four bytes of checksum over the fifty random characters that an account's tokens are signed with.
fn key_of(account: &Record) -> String {
    ids::checksum_id("", account.text("tokenKey"))
}

/// The slot of the letter about a new place of a record.
fn alert_slot(collection: &str, record: &str, fingerprint: &str) -> Slot {
    let address = format!("{record} {fingerprint}");
    Slot { letter: "login-alert", collection: collection.to_owned(), address }
}
