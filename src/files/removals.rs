//! Removing files in the background, on one thread. What is to be removed is known at once, so that a record with
//! the same id that comes right after waits until the old files are gone.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use tokio::runtime::Handle;

use super::holding::Holding;
use super::key::{Folder, Key};
use super::storage::Storages;
use crate::error::{Error, Result};

/// How long somebody waits for the removal of what lay at a place before. It is long where a backup holds all files.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder to remove, or files of a record.
#[derive(Debug)]
pub(super) enum Removal {
    /// Everything in a folder.
    Folder(Folder),
    /// Some files of a record.
    Files(Vec<Key>),
}

/// What waits for its removal.
#[derive(Default)]
struct Waiting {
    folders: Mutex<Folders>,
    less: Condvar,
}

#[derive(Default)]
struct Folders {
    /// Those that wait, with how often.
    waiting: HashMap<Folder, usize>,
    /// Those of collections that could not be removed when it was last tried.
    stuck: HashSet<Folder>,
}

/// The handle to the thread; it ends when the last handle is gone and everything that waits is removed.
pub(super) struct Removals {
    queue: Sender<Removal>,
    waiting: Arc<Waiting>,
}

impl Removals {
    pub(super) fn start(storages: Arc<Storages>, holding: Arc<Holding>) -> Self {
        let (queue, removals) = channel();
        let runtime = Handle::current();
        let waiting: Arc<Waiting> = Arc::default();
        let shared = Arc::clone(&waiting);
        let thread = std::thread::Builder::new().name("removals".into());
        if let Err(error) = thread.spawn(move || remove_all(&storages, &holding, &runtime, &removals, &shared)) {
            tracing::error!(%error, "files of deleted records stay: the thread that removes them could not start");
        }
        Self { queue, waiting }
    }

    /// Removes something soon.
    pub(super) fn add(&self, removal: Removal) {
        if let Removal::Folder(folder) = &removal {
            *self.waiting.folders.lock().waiting.entry(folder.clone()).or_default() += 1;
        }
        if let Err(lost) = self.queue.send(removal)
            && let Removal::Folder(folder) = lost.0
        {
            self.waiting.done(&folder, false);
        }
    }

    /// Waits until none of these folders is about to be removed.
    ///
    /// # Errors
    /// `Unavailable` where that takes too long.
    pub(super) fn wait_for(&self, folders: &[Folder]) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        let mut now = self.waiting.folders.lock();
        while folders.iter().any(|folder| now.waiting.contains_key(folder)) {
            if self.waiting.less.wait_until(&mut now, end).timed_out() {
                return Err(Error::Unavailable("Files that lay here before are still to be removed.".into()));
            }
        }
        Ok(())
    }

    /// Waits until the folder of a collection is not about to be removed any more.
    ///
    /// # Errors
    /// It could not be removed; why is in the log.
    pub(super) fn wait_until_gone(&self, folder: &Folder) -> Result<()> {
        self.wait_for(std::slice::from_ref(folder))?;
        match self.waiting.folders.lock().stuck.contains(folder) {
            true => Err(Error::Unavailable("The files of a collection could not be removed.".into())),
            false => Ok(()),
        }
    }
}

impl Waiting {
    fn done(&self, folder: &Folder, is_gone: bool) {
        let mut now = self.folders.lock();
        if is_gone {
            now.stuck.remove(folder);
        } else if folder.is_of_collection() {
            now.stuck.insert(folder.clone());
        }
        if let Some(count) = now.waiting.get_mut(folder) {
            *count -= 1;
            if *count == 0 {
                now.waiting.remove(folder);
            }
        }
        self.less.notify_all();
    }
}

fn remove_all(
    storages: &Storages,
    holding: &Holding,
    runtime: &Handle,
    removals: &Receiver<Removal>,
    waiting: &Waiting,
) {
    while let Ok(removal) = removals.recv() {
        let _removing = match holding.remove() {
            Ok(removing) => Some(removing),
            Err(error) => {
                tracing::warn!(%error, "files are removed without looking whether a backup holds them");
                None
            }
        };
        match removal {
            Removal::Folder(folder) => {
                let removed = storages.current().and_then(|storage| storage.remove_all(&folder, runtime));
                let is_gone = removed.is_ok();
                tell(removed, folder.as_str());
                waiting.done(&folder, is_gone);
            }
            Removal::Files(keys) => {
                for key in keys {
                    let removed = storages.current().and_then(|storage| storage.remove(&key, runtime));
                    tell(removed, &key.path());
                }
            }
        }
    }
}

fn tell(removed: Result<()>, path: &str) {
    if let Err(error) = removed {
        tracing::warn!(%error, path, "files could not be removed; what is listed is removed by a later sweep");
    }
}
