//! Logs to the standard output: for people on a terminal, one JSON object a line elsewhere. `TUCKBOX_LOG` takes a
//! filter such as `tuckbox=debug`. Warnings and errors go to the log of the data directory too, whatever the filter.

use std::fmt::{self, Debug};
use std::io::{self, IsTerminal};

use tracing::field::{Field, Visit};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::fmt::{self as lines, FormatFields, FormattedFields};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Extensions;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, registry};

use crate::error::{Error, Result};
use crate::logs::Tap;
use crate::schema::field::encode;

/// A library that tells of its ordinary work as if somebody had asked.
const TALKATIVE: &str = "tokio_cron_scheduler";

/// Starts logging from a level such as `info`, and sends panics there too. Where the standard output has data on it,
/// the log goes to the standard error. A server connects the tap to its log.
///
/// # Errors
/// One sentence for a person where `TUCKBOX_LOG` is no filter.
pub(super) fn start(level: &str, data_on_stdout: bool) -> Result<Tap> {
    let asked = std::env::var("TUCKBOX_LOG").ok().filter(|asked| !asked.trim().is_empty());
    let asked = asked.as_deref().unwrap_or(level);
    let filter = EnvFilter::try_new(asked)
        .map_err(|error| Error::Setup(format!("TUCKBOX_LOG is no filter for the log: {error}.")))?;
    // Who wants to hear it names it.
    let hears_all = asked.contains(TALKATIVE);
    let is_wanted = filter_fn(move |event| {
        hears_all || *event.level() <= tracing::Level::WARN || !event.target().starts_with(TALKATIVE)
    });
    let filter = filter.and(is_wanted.with_max_level_hint(LevelFilter::TRACE));
    let writer = if data_on_stdout { BoxMakeWriter::new(io::stderr) } else { BoxMakeWriter::new(io::stdout) };
    let logs = lines::layer().with_writer(writer);
    // A second start within one process (a test) keeps the first.
    let for_people = if data_on_stdout { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
    let tap = Tap::new(if for_people { id_for_people } else { id_in_json });
    let _ = if for_people {
        let logs = logs.with_target(false).with_filter(filter);
        registry().with(logs).with(tap.clone().with_filter(LevelFilter::WARN)).try_init()
    } else {
        let logs = logs.json().flatten_event(true).with_span_list(false).fmt_fields(SpanFields).with_filter(filter);
        registry().with(logs).with(tap.clone().with_filter(LevelFilter::WARN)).try_init()
    };
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(at, "panic: {text}");
    }));
    Ok(tap)
}

/// The id of a request in the fields of its span, as they are written for people.
fn id_for_people(extensions: &Extensions<'_>) -> Option<String> {
    let fields = &extensions.get::<FormattedFields<DefaultFields>>()?.fields;
    // It is the first field, and a plain word: nothing in it is escaped, and names of fields, which are painted on a
    // terminal, have no quotes.
    fields.split('"').nth(1).map(str::to_owned)
}

/// The same in JSON.
fn id_in_json(extensions: &Extensions<'_>) -> Option<String> {
    let fields = &extensions.get::<FormattedFields<SpanFields>>()?.fields;
    let fields: serde_json::Value = serde_json::from_str(fields).ok()?;
    fields["id"].as_str().map(str::to_owned)
}

/// Writes the fields of a span as one JSON object. Every request has a span, which few log lines ever show, and the
/// library's own writer sorts the fields in a tree and serialises them: ten times the instructions.
struct SpanFields;

impl<'w> FormatFields<'w> for SpanFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut object = Object { json: Vec::with_capacity(160) };
        fields.record(&mut object);
        let mut json = object.json;
        match json.first_mut() {
            Some(comma) => *comma = b'{',
            None => json.push(b'{'),
        }
        json.push(b'}');
        writer.write_str(std::str::from_utf8(&json).map_err(|_| fmt::Error)?)
    }
}

/// Members of a JSON object, each behind a comma.
struct Object {
    json: Vec<u8>,
}

impl Visit for Object {
    fn record_str(&mut self, field: &Field, value: &str) {
        // A name is an identifier.
        self.json.extend_from_slice(b",\"");
        self.json.extend_from_slice(field.name().as_bytes());
        self.json.extend_from_slice(b"\":");
        encode::string(value, &mut self.json);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use tracing::Subscriber;
    use tracing_subscriber::layer::Context;
    use tracing_subscriber::registry::LookupSpan;

    use super::*;

    /// Sends the id that is found for each event.
    struct Ids(std::sync::mpsc::Sender<Option<String>>, fn(&Extensions<'_>) -> Option<String>);

    impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Ids {
        fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
            let span = context.event_span(event).expect("a span");
            self.0.send((self.1)(&span.extensions())).expect("somebody listens");
        }
    }

    #[test]
    fn the_id_of_a_request_is_found_in_both_forms() {
        let tell = || {
            let _span = tracing::error_span!("request", id = "ab-c.1", method = "GET", path = "/a\"b").entered();
            tracing::warn!("something");
        };
        let (sender, ids) = channel();
        let people = lines::layer().with_writer(io::sink);
        tracing::subscriber::with_default(registry().with(people).with(Ids(sender.clone(), id_for_people)), tell);
        let json = lines::layer().with_writer(io::sink).json().fmt_fields(SpanFields);
        tracing::subscriber::with_default(registry().with(json).with(Ids(sender, id_in_json)), tell);
        assert_eq!(ids.iter().collect::<Vec<_>>(), [Some("ab-c.1".to_owned()), Some("ab-c.1".to_owned())]);
    }
}
