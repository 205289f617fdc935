//! The signals that ask a process to stop: Ctrl-C, and what service managers send.

use std::io::{self, IsTerminal};
use std::process::exit;

use super::output;
use crate::error::Result;

/// What a process ends with that was interrupted.
pub(super) const INTERRUPTED: i32 = 130;

/// The number of `SIGXFSZ` where there is one.
#[cfg(unix)]
const TOO_LARGE: i32 = 25;

/// The signals to stop.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// The signal of a file that grows over the limit of the process. Listened to and not heeded: the write that it
    /// comes with fails, as one on a full disk does, and the process goes on.
    _too_large: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on; the process no longer ends by itself.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            _too_large: signal(SignalKind::from_raw(TOO_LARGE)).ok(),
        })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals to stop.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// None.
    pub(super) fn new() -> Result<Self> {
        Ok(Self)
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Runs work to its end, unless a signal comes first: `None`, and the work is dropped where it stands.
///
/// # Errors
/// What the system says of signals.
pub(super) async fn unless_stopped<T>(work: impl Future<Output = T>) -> Result<Option<T>> {
    let mut signals = Signals::new()?;
    Ok(tokio::select! {
        done = work => Some(done),
        () = signals.next() => None,
    })
}

/// Ends the process after a signal, with a sentence.
pub(super) fn interrupted(sentence: &str) -> ! {
    // A terminal shows ^C, or a bar, in the line of the cursor.
    let line = if io::stderr().is_terminal() { "\n" } else { "" };
    output::remark(&format!("{line}{sentence}"));
    exit(INTERRUPTED)
}
