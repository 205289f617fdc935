//! Removing files in the background, on one thread. What is to be removed is known at once, so that a record with
//! the same id that comes right after waits until the old files are gone.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use parking_lot::{Condvar, Mutex};

use super::disk::Disk;

/// A folder to remove, or files of a record.
#[derive(Debug)]
pub(super) enum Removal {
    /// Everything in a folder.
    Folder(PathBuf),
    /// Some files of a record.
    Files { collection_id: String, record_id: String, names: Vec<String> },
}

/// The folders that wait for their removal, with how often.
#[derive(Default)]
struct Waiting {
    folders: Mutex<HashMap<PathBuf, usize>>,
    less: Condvar,
}

/// The handle to the thread; it ends when the last handle is gone and everything that waits is removed.
pub(super) struct Removals {
    queue: Sender<Removal>,
    waiting: Arc<Waiting>,
}

impl Removals {
    pub(super) fn start(disk: Arc<Disk>) -> Self {
        let (queue, removals) = channel();
        let waiting: Arc<Waiting> = Arc::default();
        let shared = Arc::clone(&waiting);
        let thread = std::thread::Builder::new().name("removals".into());
        if let Err(error) = thread.spawn(move || remove_all(&disk, &removals, &shared)) {
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
    pub(super) fn wait_for(&self, folders: &[PathBuf]) {
        let mut waiting = self.waiting.folders.lock();
        while folders.iter().any(|folder| waiting.contains_key(folder)) {
            self.waiting.less.wait(&mut waiting);
        }
    }
}

impl Waiting {
    fn done(&self, folder: &PathBuf) {
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

fn remove_all(disk: &Disk, removals: &Receiver<Removal>, waiting: &Waiting) {
    while let Ok(removal) = removals.recv() {
        match removal {
            Removal::Folder(folder) => {
                if let Err(error) = disk.remove_folder(&folder) {
                    tracing::warn!(%error, folder = %folder.display(), "a folder of files could not be removed");
                }
                waiting.done(&folder);
            }
            Removal::Files { collection_id, record_id, names } => {
                for name in names {
                    if let Err(error) = disk.remove_file(&collection_id, &record_id, &name) {
                        tracing::warn!(%error, collection_id, record_id, name, "a file could not be removed");
                    }
                }
            }
        }
    }
}
