//! Logs to the standard output: for people on a terminal, one JSON object a line elsewhere. `TUCKBOX_LOG` takes a
//! filter such as `tuckbox=debug`.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::error::{Error, Result};

/// Starts logging from a level such as `info`, and sends panics there too.
///
/// # Errors
/// One sentence for a person where `TUCKBOX_LOG` is no filter.
pub(super) fn start(level: &str) -> Result<()> {
    let asked = std::env::var("TUCKBOX_LOG").ok().filter(|asked| !asked.trim().is_empty());
    let filter = EnvFilter::try_new(asked.as_deref().unwrap_or(level))
        .map_err(|error| Error::Setup(format!("TUCKBOX_LOG is no filter for the log: {error}.")))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter);
    // A second start within one process (a test) keeps the first.
    let _ = if std::io::stdout().is_terminal() {
        logs.with_target(false).try_init()
    } else {
        logs.json().flatten_event(true).with_span_list(false).try_init()
    };
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(at, "panic: {text}");
    }));
    Ok(())
}
