//! Long work that tells how it gets on, and that can be stopped.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use crate::error::{Error, Result};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The databases are copied at one instant, in pages.
    Copying,
    /// Databases and files go into the archive, in bytes; how many there will be is not known.
    Packing,
    /// The archive goes to where archives lie, in bytes.
    Storing,
    /// The archive is read back from there, in bytes.
    Verifying,
    /// The archive is unpacked, in bytes.
    Unpacking,
}

/// What hears of progress: how much is done, and of how much; 0 where nobody knows.
pub type Progress = Arc<dyn Fn(Stage, u64, u64) + Send + Sync>;

/// Who watches over some work.
#[derive(Clone)]
pub(super) struct Watch {
    progress: Option<Progress>,
    stopped: Arc<AtomicBool>,
    stopping: watch::Receiver<bool>,
}

impl Watch {
    /// Watches as long as the answer is kept, and stops the work once `stopping` says so.
    pub(super) fn new(progress: Option<Progress>, stopping: watch::Receiver<bool>) -> Self {
        let stopped = Arc::new(AtomicBool::new(*stopping.borrow()));
        let mut heard = stopping.clone();
        let told = Arc::downgrade(&stopped);
        tokio::spawn(async move {
            // The sender lives as long as the app; whoever waits for nothing any more costs a task and no more.
            let _ = heard.wait_for(|stopping| *stopping).await;
            if let Some(stopped) = told.upgrade() {
                stopped.store(true, Ordering::SeqCst);
            }
        });
        Self { progress, stopped, stopping }
    }

    /// What is set once the work has to end.
    pub(super) fn stopped(&self) -> &Arc<AtomicBool> {
        &self.stopped
    }

    /// The work has got on.
    ///
    /// # Errors
    /// `Unavailable` where it has to end.
    pub(super) fn tell(&self, stage: Stage, done: u64, total: u64) -> Result<()> {
        if self.stopped.load(Ordering::SeqCst) {
            return Err(stopped());
        }
        if let Some(progress) = &self.progress {
            progress(stage, done, total);
        }
        Ok(())
    }

    /// Waits for somebody who may take long to answer, but not longer than the work may go on.
    ///
    /// # Errors
    /// As [`Watch::tell`]; what is waited for.
    pub(super) async fn wait<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        let mut stopping = self.stopping.clone();
        tokio::select! {
            answer = answer => answer,
            Ok(_) = stopping.wait_for(|stopping| *stopping) => Err(stopped()),
        }
    }

    /// What a read of a database answers that was stopped.
    pub(super) fn ended<T>(&self, result: Result<T>) -> Result<T> {
        match result {
            Err(Error::Deadline) if self.stopped.load(Ordering::SeqCst) => Err(stopped()),
            result => result,
        }
    }
}

/// The answer to what was given up.
fn stopped() -> Error {
    Error::Unavailable("The server is stopping; the work on the backup was given up.".into())
}

/// What the disk says where it takes no more is told; anything else is for the log.
pub(super) fn fault(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Error::Unavailable("There is no room for the backup.".into())
        }
        _ => error.into(),
    }
}

/// Runs what blocks where blocking is fine.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Error::internal("work on a backup panicked")),
    }
}
