//! Warnings and errors of the server itself become entries of the log.
//!
//! The layer is there before the log is: what happens until then is kept and handed over. What the log's own room tells,
//! and what its database's threads tell, never becomes an entry, so that a log that cannot be written does not write
//! about itself; and what is told of a request's failure is in the request's own entry.

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use serde_json::{Map, Value as Json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{Extensions, LookupSpan};

use super::entry::Level;
use super::file::THREADS;
use super::{Logs, REQUESTS, TARGET, redacted};

/// How many entries wait for the log to be opened.
const EARLY: usize = 100;

/// Finds the id of a request in what is known of its span.
pub type RequestIdOf = fn(&Extensions<'_>) -> Option<String>;

/// Where warnings and errors come from.
#[derive(Clone)]
pub struct Tap {
    shared: Arc<Shared>,
    request_id_of: RequestIdOf,
}

/// Level, message and data of an entry.
type Told = (Level, String, Map<String, Json>);

#[derive(Default)]
struct Shared {
    logs: OnceLock<Logs>,
    early: Mutex<Vec<Told>>,
}

impl Tap {
    /// A tap that is connected to no log yet.
    pub fn new(request_id_of: RequestIdOf) -> Self {
        Self { shared: Arc::default(), request_id_of }
    }

    /// Hands over what came so far, and whatever comes from now on.
    pub fn connect(&self, logs: &Logs) {
        if self.shared.logs.set(logs.clone()).is_ok() {
            let early = std::mem::take(&mut *self.shared.early.lock());
            early.into_iter().for_each(|(level, message, data)| logs.record(level, message, data));
        }
    }

    fn tell(&self, level: Level, message: String, data: Map<String, Json>) {
        if let Some(logs) = self.shared.logs.get() {
            return logs.record(level, message, data);
        }
        let mut early = self.shared.early.lock();
        if early.len() < EARLY {
            early.push((level, message, data));
        }
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Tap {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let level = match *metadata.level() {
            tracing::Level::ERROR => Level::Error,
            tracing::Level::WARN => Level::Warn,
            _ => return,
        };
        let target = metadata.target();
        if target == REQUESTS || target == TARGET || target.starts_with(&format!("{TARGET}::")) {
            return;
        }
        if std::thread::current().name().is_some_and(|name| name.starts_with(THREADS)) {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields { message, mut data } = fields;
        let id = context
            .event_scope(event)
            .and_then(|mut spans| spans.find_map(|span| (self.request_id_of)(&span.extensions())));
        if let Some(id) = id {
            data.insert("requestId".to_owned(), id.into());
        }
        data.insert("target".to_owned(), target.into());
        self.tell(level, message, data);
    }
}

/// The fields of an event.
#[derive(Default)]
struct Fields {
    message: String,
    data: Map<String, Json>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Json>) {
        match field.name() {
            "message" => {}
            // What the facade for other libraries adds.
            name if name.starts_with("log.") => {}
            name => _ = self.data.insert(name.to_owned(), value.into()),
        }
    }

    fn text(&mut self, field: &Field, text: &str) {
        // Errors of clients quote the address that was asked.
        let text = if text.contains("://") { redacted(text).into_owned() } else { text.to_owned() };
        match field.name() {
            "message" => self.message = text,
            _ => self.put(field, text),
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, &format!("{value:?}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    fn told(work: impl FnOnce()) -> Vec<Told> {
        let tap = Tap::new(|_| None);
        let subscriber = tracing_subscriber::registry().with(tap.clone());
        tracing::subscriber::with_default(subscriber, work);
        std::mem::take(&mut *tap.shared.early.lock())
    }

    #[test]
    fn warnings_and_errors_are_told_with_their_fields() {
        let told = told(|| {
            tracing::info!(target: "somewhere", "not this");
            tracing::warn!(target: "somewhere", rows = 5, name = "n", ratio = 0.5, "a warning of {}", "mine");
            tracing::error!(target: "somewhere", error = %"it broke", at = "https://host/a?token=abc", "an error");
        });
        assert_eq!(told.len(), 2);
        let (level, message, data) = &told[0];
        assert_eq!((*level, message.as_str()), (Level::Warn, "a warning of mine"));
        assert_eq!((&data["rows"], &data["name"], &data["ratio"]), (&5.into(), &"n".into(), &0.5.into()));
        assert_eq!(data["target"], "somewhere");
        let (level, _, data) = &told[1];
        assert_eq!((*level, &data["error"]), (Level::Error, &"it broke".into()));
        assert_eq!(data["at"], "https://host/a?token=***");
    }

    #[test]
    fn the_log_does_not_write_of_itself() {
        let of_requests = told(|| {
            tracing::error!(target: TARGET, "the log could not be written");
            tracing::error!(target: "tuckbox::logs::keeper", "the same");
            tracing::error!(target: REQUESTS, "a request failed");
        });
        assert!(of_requests.is_empty(), "{of_requests:?}");
        let thread = std::thread::Builder::new().name(format!("{THREADS}writer"));
        let of_threads =
            thread.spawn(|| told(|| tracing::error!(target: "somewhere", "its database is full"))).expect("a thread");
        assert!(of_threads.join().expect("it ends").is_empty());
    }
}
