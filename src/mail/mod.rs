//! Mail: composing it from a collection's template (`compose.rs`, `shell.rs`, `plain_text.rs`) and sending it.
//!
//! [`Mail::send`] takes the way that the settings say now: a mail server (`smtp.rs`), else the machine's own
//! `sendmail` (`sendmail.rs`); in development without a server, a file (`outbox.rs`). It waits for the outcome, within
//! a limit, and tries once: whoever cannot wait, or wants it tried again, makes a job of it.

mod compose;
mod envelope;
mod outbox;
mod plain_text;
mod sendmail;
mod shell;
mod smtp;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

pub use compose::compose;

use crate::error::Error;
use crate::settings::Settings;

/// How long sending a mail may take, whichever way it goes.
const LIMIT: Duration = Duration::from_secs(40);

/// A mail to one person. Sender and server are of the settings.
#[derive(Debug, Clone)]
pub struct Message {
    /// The address that it goes to.
    pub to: String,
    /// The subject: plain text.
    pub subject: String,
    /// The whole page; its text part is made of it.
    pub html: String,
}

/// Why a mail was not sent.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{reason}")]
pub struct Unsent {
    /// One sentence for the person who runs the server; nothing of the mail's content.
    pub reason: String,
    /// Whether it makes no sense to try it again: the address cannot be written to.
    pub lasting: bool,
}

/// The room of mail.
#[derive(Clone)]
pub struct Mail {
    settings: Settings,
    /// In development: where mails lie that no server takes.
    outbox: Option<PathBuf>,
    /// Why the last mail was not sent, if it was not.
    trouble: Arc<Mutex<Option<String>>>,
}

/// The way that mails take, and how it went the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Where they go, in words; `None` where nobody would take one.
    pub to: Option<String>,
    /// Why the last mail was not sent, if it was not.
    pub trouble: Option<String>,
}

impl Unsent {
    /// It may go well later.
    fn for_now(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), lasting: false }
    }

    /// It will never go well.
    fn for_ever(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), lasting: true }
    }
}

impl From<Unsent> for Error {
    fn from(unsent: Unsent) -> Self {
        Self::bad_request(unsent.reason)
    }
}

impl Mail {
    /// The room. With an `outbox`, as in development, mails are printed to the log, and where no mail server is set up
    /// they become files there.
    pub fn new(settings: Settings, outbox: Option<PathBuf>) -> Self {
        Self { settings, outbox, trouble: Arc::default() }
    }

    /// The way that mails take now. Nothing is sent.
    pub fn way(&self) -> Way {
        let smtp = &self.settings.current().smtp;
        let to = match &self.outbox {
            _ if smtp.enabled => Some(format!("{}:{}", smtp.host, smtp.port)),
            Some(_) => Some("files".to_owned()),
            None => sendmail::is_there().then(|| "sendmail".to_owned()),
        };
        Way { to, trouble: self.trouble.lock().clone() }
    }

    /// Sends a mail, and waits until it is taken.
    ///
    /// # Errors
    /// Nobody took it within a limit, with the reason.
    pub async fn send(&self, message: &Message) -> Result<(), Unsent> {
        let settings = self.settings.current();
        let mail = envelope::seal(message, &settings.meta)?;
        if self.outbox.is_some() {
            let text = plain_text::of(&message.html);
            tracing::info!(to = message.to, subject = message.subject, "a mail:\n{text}");
        }
        let sending = async {
            match &self.outbox {
                _ if settings.smtp.enabled => smtp::send(&settings.smtp, &mail).await,
                Some(outbox) => outbox::put(outbox, &mail).await,
                None => sendmail::send(&mail).await,
            }
        };
        let sent = match tokio::time::timeout(LIMIT, sending).await {
            Ok(sent) => sent,
            Err(_) => Err(Unsent::for_now(format!("Sending the mail took longer than {} s.", LIMIT.as_secs()))),
        };
        // An address that nobody can write to says nothing about the way.
        *self.trouble.lock() = sent.as_ref().err().filter(|unsent| !unsent.lasting).map(|unsent| unsent.reason.clone());
        sent
    }
}
