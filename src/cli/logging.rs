//! Logs to the standard output: for people on a terminal, one JSON object a line elsewhere. `TUCKBOX_LOG` takes a
//! filter such as `tuckbox=debug`.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging from a level such as `info`, and sends panics there too.
pub(super) fn start(level: &str) {
    let filter = EnvFilter::try_from_env("TUCKBOX_LOG");
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(level));
    let logs = tracing_subscriber::fmt().with_env_filter(filter);
    // A second start within one process (a test) keeps the first.
    let _ = if std::io::stdout().is_terminal() {
        logs.with_target(false).try_init()
    } else {
        logs.json().flatten_event(true).try_init()
    };
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(at, "panic: {text}");
    }));
}
