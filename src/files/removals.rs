//! Removing files in the background, on one thread. What is to be removed is known at once, so that a record with
//! the same id that comes right after waits until the old files are gone.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use parking_lot::{Condvar, Mutex};

use tokio::runtime::Handle;

use super::key::{Folder, Key};
use super::storage::Storages;
use crate::error::Result;

/// A folder to remove, or files of a record.
#[derive(Debug)]
pub(super) enum Removal {
    /// Everything in a folder.
    Folder(Folder),
    /// Some files of a record.
    Files(Vec<Key>),
}

/// The folders that wait for their removal, with how often.
#[derive(Default)]
struct Waiting {
    folders: Mutex<HashMap<Folder, usize>>,
    less: Condvar,
}

/// The handle to the thread; it ends when the last handle is gone and everything that waits is removed.
pub(super) struct Removals {
    queue: Sender<Removal>,
    waiting: Arc<Waiting>,
}

impl Removals {
    pub(super) fn start(storages: Arc<Storages>) -> Self {
        let (queue, removals) = channel();
        let runtime = Handle::current();
        let waiting: Arc<Waiting> = Arc::default();
        let shared = Arc::clone(&waiting);
        let thread = std::thread::Builder::new().name("removals".into());
        if let Err(error) = thread.spawn(move || remove_all(&storages, &runtime, &removals, &shared)) {
            tracing::error!(%error, "files of deleted records stay: the thread that removes them could not start");
        }
        Self { queue, waiting }
    }

    /// Removes something soon.
    pub(super) fn add(&self, removal: Removal) {
        if let Removal::Folder(folder) = &removal {
            *self.waiting.folders.lock().entry(folder.clone()).or_default() += 1;
        }
        if let Err(lost) = self.queue.send(removal)
            && let Removal::Folder(folder) = lost.0
        {
            self.waiting.done(&folder);
        }
    }

    /// Waits until none of these folders is about to be removed.
    pub(super) fn wait_for(&self, folders: &[Folder]) {
        let mut waiting = self.waiting.folders.lock();
        while folders.iter().any(|folder| waiting.contains_key(folder)) {
            self.waiting.less.wait(&mut waiting);
        }
    }
}

impl Waiting {
    fn done(&self, folder: &Folder) {
        let mut folders = self.folders.lock();
        if let Some(count) = folders.get_mut(folder) {
            *count -= 1;
            if *count == 0 {
                folders.remove(folder);
            }
        }
        self.less.notify_all();
    }
}

fn remove_all(storages: &Storages, runtime: &Handle, removals: &Receiver<Removal>, waiting: &Waiting) {
    while let Ok(removal) = removals.recv() {
        match removal {
            Removal::Folder(folder) => {
                let removed = storages.current().and_then(|storage| storage.remove_all(&folder, runtime));
                tell(removed, folder.as_str());
                waiting.done(&folder);
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
