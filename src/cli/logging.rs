//! Logs to the standard output: for people on a terminal, one JSON object a line elsewhere. `TUCKBOX_LOG` takes a
//! filter such as `tuckbox=debug`.

use std::fmt::{self, Debug};
use std::io::{self, IsTerminal};

use tracing::field::{Field, Visit};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::error::{Error, Result};
use crate::schema::field::encode;

/// Starts logging from a level such as `info`, and sends panics there too. Where the standard output has data on it,
/// the log goes to the standard error.
///
/// # Errors
/// One sentence for a person where `TUCKBOX_LOG` is no filter.
pub(super) fn start(level: &str, data_on_stdout: bool) -> Result<()> {
    let asked = std::env::var("TUCKBOX_LOG").ok().filter(|asked| !asked.trim().is_empty());
    let filter = EnvFilter::try_new(asked.as_deref().unwrap_or(level))
        .map_err(|error| Error::Setup(format!("TUCKBOX_LOG is no filter for the log: {error}.")))?;
    let writer = if data_on_stdout { BoxMakeWriter::new(io::stderr) } else { BoxMakeWriter::new(io::stdout) };
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    // A second start within one process (a test) keeps the first.
    let for_people = if data_on_stdout { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
    let _ = if for_people {
        logs.with_target(false).try_init()
    } else {
        logs.json().flatten_event(true).with_span_list(false).fmt_fields(SpanFields).try_init()
    };
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(at, "panic: {text}");
    }));
    Ok(())
}

/// Writes the fields of a span as one JSON object. Every request has a span, which few log lines ever show, and the
/// library's own writer sorts the fields in a tree and serialises them: ten times the instructions.
struct SpanFields;

impl<'w> FormatFields<'w> for SpanFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut object = Object { json: Vec::with_capacity(128) };
        fields.record(&mut object);
        let inner = String::from_utf8_lossy(&object.json);
        write!(writer, "{{{}}}", inner.strip_prefix(',').unwrap_or_default())
    }
}

/// Members of a JSON object, each behind a comma.
struct Object {
    json: Vec<u8>,
}

impl Visit for Object {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.json.push(b',');
        encode::string(field.name(), &mut self.json);
        self.json.push(b':');
        encode::string(value, &mut self.json);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
