//! The swap of a data directory for what came out of a backup: renames within the directory, at a start, before the
//! database is opened.
//!
//! A journal (`restore.json`) says how far it is, and is written before each phase. A phase only moves what has not
//! been moved yet, so that whatever the process dies of, the next start goes on in the same phase:
//!
//! 1. **park**: the old data goes to `restore/old`; what lies in the directory is the old data.
//! 2. **place**: what came out of the backup goes from `restore/new` to its places; what lies there is the new data.
//! 3. Once the new data has opened well, the journal goes, and then the old data.
//!
//! Where anything fails, the way back has two phases as well: **clear** takes the new data away, **put back** brings
//! the old one. While there is a journal, the one copy of something may lie in `restore/`; without one, nothing there
//! is of worth.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::journal::{self, JOURNAL, Journal, Phase, sync};
use crate::error::{Error, Result};

/// The folder of a restore, within the data directory.
const FOLDER: &str = "restore";
/// The database, which is the last to be put back: where it lies, everything does.
const DATABASE: &str = "data.db";

/// What belongs to the data and is swapped. The rest of the directory stays: its backups, its key, its lock, and what
/// others keep there. The index of a search belongs to the data that it was made from.
const OF_THE_DATA: [&str; 5] = ["data.db-wal", "data.db-shm", "storage", "search", DATABASE];
/// The logs, which are swapped where the backup has some.
const LOGS: [&str; 3] = ["auxiliary.db-wal", "auxiliary.db-shm", "auxiliary.db"];

/// The places of a restore in a data directory.
#[derive(Debug, Clone)]
struct Places {
    dir: PathBuf,
    new: PathBuf,
    old: PathBuf,
}

/// A fresh folder that what comes out of a backup is made ready in. It goes with this, unless it was made the next
/// content of the directory.
#[derive(Debug)]
pub struct Staging {
    places: Places,
    kept: bool,
}

/// Data that came out of a backup and has taken its places: to be opened, and then kept or taken back.
#[must_use = "the old data is parked until the new one is kept"]
pub struct Placed {
    places: Places,
    journal: Journal,
}

/// What was found at a start.
pub enum Resumed {
    /// Nothing to do.
    Nothing,
    /// The data of a backup is in its places.
    Placed(Placed),
    /// A restore was taken back, for this reason: the old data is in its places.
    TakenBack(String),
}

/// Whether a restore waits for a start of the server, or has stopped in the middle: nobody else may open the database
/// then.
pub fn is_under_way(dir: &Path) -> bool {
    dir.join(JOURNAL).exists()
}

impl Staging {
    /// Makes the folder, in place of one that an earlier attempt has left. The caller has the directory's lock, or is
    /// the one at work on backups of the process that has it.
    ///
    /// # Errors
    /// One sentence where another restore waits, or something of the data is not this directory's own.
    pub fn begin(dir: &Path) -> Result<Self> {
        if is_under_way(dir) {
            return Err(Error::bad_request("A restored backup waits for the next start of the server already."));
        }
        let places = Places::of(dir);
        places.refuse_what_cannot_be_moved()?;
        sweep(dir)?;
        make_own_folder(&dir.join(FOLDER))?;
        let staging = Self { places, kept: false };
        make_own_folder(&staging.places.new)?;
        Ok(staging)
    }

    /// Where what comes out of the backup goes, under the names that it has in a data directory.
    pub fn folder(&self) -> &Path {
        &self.places.new
    }

    /// Where other files may lie meanwhile.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.places.dir.join(FOLDER).join(name)
    }

    /// Makes it the content of the directory from the next start on. Everything in it must be on the disk by now.
    ///
    /// # Errors
    /// The journal cannot be written; nothing has changed then.
    pub fn keep(mut self, backup: &str) -> Result<()> {
        let logs = self.places.new.join("auxiliary.db").exists();
        sync(&self.places.new)?;
        sync(&self.places.dir.join(FOLDER))?;
        journal::write(
            &self.places.dir,
            &Journal { phase: Phase::Park, backup: backup.to_owned(), logs, reason: None },
        )?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = remove_all(&self.places.dir.join(FOLDER))
        {
            tracing::warn!(%error, "what was unpacked of a backup could not be removed; the next start does it");
        }
    }
}

/// Goes on with the restore that the directory waits for or was left in. The caller has the directory's lock, and has
/// not opened the database. `release` closes the log of a database that is parked; an error of it keeps the old data.
/// `step` is called before each step, for tests.
///
/// # Errors
/// One sentence where a restore can go neither on nor back.
pub fn resume(
    dir: &Path,
    release: &dyn Fn(&Path) -> Result<()>,
    step: &mut dyn FnMut(&str) -> io::Result<()>,
) -> Result<Resumed> {
    let Some(journal) = journal::read(dir)? else {
        sweep(dir)?;
        return Ok(Resumed::Nothing);
    };
    let mut swap = Swap { places: Places::of(dir), journal, step };
    if matches!(swap.journal.phase, Phase::Park | Phase::Place) {
        match swap.forward(release) {
            Ok(()) => return Ok(Resumed::Placed(Placed { places: swap.places, journal: swap.journal })),
            Err(error) => swap.turn_round(error.to_string())?,
        }
    }
    swap.back().map(Resumed::TakenBack)
}

impl Placed {
    /// Which backup it is of.
    pub fn backup(&self) -> &str {
        &self.journal.backup
    }

    /// Keeps it: there is no way back from here, and the old data goes.
    ///
    /// # Errors
    /// The journal cannot be removed.
    pub fn keep(self, step: &mut dyn FnMut(&str) -> io::Result<()>) -> Result<()> {
        step("keep")?;
        journal::remove(&self.places.dir)?;
        step("remove the old data")?;
        // What cannot be removed now goes at the next start.
        if let Err(error) = remove_all(&self.places.dir.join(FOLDER)) {
            tracing::warn!(%error, "the data of before the restore could not be removed; the next start does it");
        }
        Ok(())
    }

    /// Takes it back for a reason: the old data is in its places again.
    ///
    /// # Errors
    /// One sentence where the old data cannot be moved; the next start tries it again.
    pub fn take_back(self, reason: String, step: &mut dyn FnMut(&str) -> io::Result<()>) -> Result<String> {
        let mut swap = Swap { places: self.places, journal: self.journal, step };
        swap.turn_round(reason)?;
        swap.back()
    }
}

/// A swap on its way.
struct Swap<'s> {
    places: Places,
    journal: Journal,
    step: &'s mut dyn FnMut(&str) -> io::Result<()>,
}

impl Swap<'_> {
    fn forward(&mut self, release: &dyn Fn(&Path) -> Result<()>) -> Result<()> {
        if self.journal.phase == Phase::Park {
            let [.., logs] = LOGS;
            let databases = [(DATABASE, true), (logs, self.journal.logs)];
            for (name, _) in databases.iter().filter(|(_, is_swapped)| *is_swapped) {
                let database = self.places.dir.join(name);
                if database.exists() {
                    release(&database)?;
                }
            }
            let (dir, old) = (self.places.dir.clone(), self.places.old.clone());
            make_own_folder(&old)?;
            // The database goes first: where it lies in the directory, its log does too.
            self.move_all(&dir, &old, true)?;
            self.enter(Phase::Place)?;
        }
        let (new, dir) = (self.places.new.clone(), self.places.dir.clone());
        self.move_all(&new, &dir, false)
    }

    /// Brings the old data back; why.
    fn back(&mut self) -> Result<String> {
        let told = |error: Error, at: &Path| {
            Error::Setup(format!(
                "A restore could not be taken back: {error}. The data of before lies in {}; the next start goes on.",
                at.display()
            ))
        };
        let Places { dir, new, old } = self.places.clone();
        if self.journal.phase == Phase::Clear {
            make_own_folder(&new).map_err(|error| told(error, &old))?;
            self.move_all(&dir, &new, true).map_err(|error| told(error, &old))?;
            self.enter(Phase::PutBack)?;
        }
        if old.exists() {
            self.move_all(&old, &dir, false).map_err(|error| told(error, &old))?;
        }
        (self.step)("end the way back")?;
        journal::remove(&dir)?;
        (self.step)("remove the new data")?;
        if let Err(error) = remove_all(&dir.join(FOLDER)) {
            tracing::warn!(%error, "what was unpacked of a backup could not be removed; the next start does it");
        }
        let reason = self.journal.reason.clone().unwrap_or_default();
        Ok(format!("{}: {reason}", self.journal.backup))
    }

    /// Begins the way back: what is in the directory now is the old data while it was being parked, and the new one
    /// from then on.
    fn turn_round(&mut self, reason: String) -> Result<()> {
        self.journal.reason = Some(reason);
        self.enter(if self.journal.phase == Phase::Park { Phase::PutBack } else { Phase::Clear })
    }

    fn enter(&mut self, phase: Phase) -> Result<()> {
        (self.step)("write the journal")?;
        self.journal.phase = phase;
        journal::write(&self.places.dir, &self.journal)
    }

    /// Moves what is there of the data, and waits until the names outlive a power cut.
    fn move_all(&mut self, from: &Path, to: &Path, database_first: bool) -> Result<()> {
        let logs = if self.journal.logs { &LOGS[..] } else { &[] };
        let mut names: Vec<&str> = logs.iter().chain(&OF_THE_DATA).copied().collect();
        if database_first {
            names.reverse();
        }
        for name in names {
            let (source, target) = (from.join(name), to.join(name));
            if source.symlink_metadata().is_err() {
                continue;
            }
            (self.step)(name)?;
            if target.symlink_metadata().is_ok() {
                // An empty folder may be made by anybody in between, and is in nobody's way.
                fs::remove_dir(&target)
                    .map_err(|_| Error::bad_request(format!("{} is in the way of the restore", target.display())))?;
            }
            fs::rename(&source, &target)
                .map_err(|error| Error::bad_request(format!("{} cannot be moved: {error}", source.display())))?;
        }
        sync(from)?;
        sync(to)
    }
}

impl Places {
    fn of(dir: &Path) -> Self {
        let folder = dir.join(FOLDER);
        Self { dir: dir.to_owned(), new: folder.join("new"), old: folder.join("old") }
    }

    /// A link or a disk of its own would stay where it is, or cannot be renamed: told before anything is done.
    fn refuse_what_cannot_be_moved(&self) -> Result<()> {
        let home = fs::metadata(&self.dir)?;
        for name in LOGS.iter().chain(&OF_THE_DATA) {
            let Ok(about) = self.dir.join(name).symlink_metadata() else { continue };
            if about.is_symlink() || !is_on_one_disk(&home, &about) {
                return Err(Error::bad_request(format!(
                    "{name} in the data directory is a link or a disk of its own, which a restore cannot swap; restore \
                     into another data directory, and start the server there."
                )));
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn is_on_one_disk(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    one.dev() == other.dev()
}

#[cfg(not(unix))]
fn is_on_one_disk(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// Removes what is left of a restore that has ended. Without a journal it is of no worth; but should somebody have
/// removed the journal in the middle, the only copy of the data is there.
fn sweep(dir: &Path) -> Result<()> {
    let folder = dir.join(FOLDER);
    if !dir.join(DATABASE).exists() && folder.join("old").join(DATABASE).exists() {
        return Err(Error::Setup(format!(
            "The data of {} lies in {}, where a restore was interrupted, and {JOURNAL} is missing; move what is in that \
             folder back by hand.",
            dir.display(),
            folder.join("old").display()
        )));
    }
    remove_all(&folder)?;
    // What a crash left of writing the first journal.
    match fs::remove_file(journal::draft(dir)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// A folder that is nobody else's to read.
fn make_own_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.recursive(true).create(folder)?)
}

fn remove_all(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use tempfile::TempDir;

    use super::*;

    const OLD: [(&str, &str); 8] = [
        ("data.db", "old"),
        ("data.db-wal", "old log"),
        ("auxiliary.db", "old logs"),
        ("storage/c/r/a.txt", "old file"),
        ("search/index", "old index"),
        ("backups/one.zip", "backup"),
        ("instance.key", "key"),
        ("lock", ""),
    ];
    const NEW: [(&str, &str); 3] =
        [("data.db", "new"), ("auxiliary.db", "new logs"), ("storage/c/r/b.txt", "new file")];
    const AFTER: [(&str, &str); 6] = [
        ("data.db", "new"),
        ("auxiliary.db", "new logs"),
        ("storage/c/r/b.txt", "new file"),
        ("backups/one.zip", "backup"),
        ("instance.key", "key"),
        ("lock", ""),
    ];

    fn write(dir: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
    }

    fn read(dir: &Path) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(dir).expect("below").to_str().expect("plain").to_owned();
                    found.insert(name, fs::read_to_string(&path).expect("text"));
                }
            }
        }
        found
    }

    fn as_map(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn staged(old: &[(&str, &str)]) -> TempDir {
        let dir = tempfile::tempdir().expect("a directory");
        write(dir.path(), old);
        let staging = Staging::begin(dir.path()).expect("begun");
        write(staging.folder(), &NEW);
        staging.keep("one.zip").expect("kept");
        dir
    }

    fn free(_: &Path) -> Result<()> {
        Ok(())
    }

    /// A start: goes on, opens what is there, and keeps it where that is wanted.
    fn start(dir: &Path, opens: bool, step: &mut dyn FnMut(&str) -> io::Result<()>) -> Result<()> {
        match resume(dir, &free, step)? {
            Resumed::Placed(placed) if opens => placed.keep(step),
            Resumed::Placed(placed) => placed.take_back("it does not open".into(), step).map(drop),
            _ => Ok(()),
        }
    }

    /// Dies before its nth step; whether it lived long enough to end.
    fn die_at(dir: &Path, opens: bool, last: usize) -> bool {
        let mut steps = 0;
        let mut step = |_: &str| {
            steps += 1;
            assert!(steps <= last, "killed");
            Ok(())
        };
        catch_unwind(AssertUnwindSafe(|| start(dir, opens, &mut step).expect("no failure"))).is_ok()
    }

    #[test]
    fn the_data_is_swapped_and_the_rest_stays() {
        let dir = staged(&OLD);
        assert!(is_under_way(dir.path()));
        start(dir.path(), true, &mut |_| Ok(())).expect("swapped");
        assert_eq!(read(dir.path()), as_map(&AFTER));
        assert!(!dir.path().join(FOLDER).exists() && !is_under_way(dir.path()));
    }

    #[test]
    fn killed_before_each_step_the_next_start_ends_with_the_new_data() {
        for (old, after) in [(&OLD[..], &AFTER[..]), (&[], &NEW[..])] {
            let mut last = 0;
            loop {
                let dir = staged(old);
                let ended = die_at(dir.path(), true, last);
                start(dir.path(), true, &mut |_| Ok(())).expect("a later start");
                assert_eq!(read(dir.path()), as_map(after), "killed at step {last}");
                assert!(!dir.path().join(FOLDER).exists());
                if ended {
                    break;
                }
                last += 1;
            }
            assert!(last > if old.is_empty() { 4 } else { 10 }, "{last} steps");
        }
    }

    #[test]
    fn killed_at_each_step_of_the_way_back_the_old_data_is_there() {
        let mut last = 0;
        loop {
            let dir = staged(&OLD);
            let ended = die_at(dir.path(), false, last);
            start(dir.path(), false, &mut |_| Ok(())).expect("a later start");
            assert_eq!(read(dir.path()), as_map(&OLD), "killed at step {last}");
            if ended {
                break;
            }
            last += 1;
        }
        assert!(last > 16, "{last} steps");
    }

    #[test]
    fn killed_again_and_again_it_still_comes_to_an_end() {
        for stride in 1..4 {
            let dir = staged(&OLD);
            while !die_at(dir.path(), true, stride) {}
            assert_eq!(read(dir.path()), as_map(&AFTER), "killed after each {stride} steps");
        }
    }

    #[test]
    fn a_step_that_fails_brings_the_old_data_back_and_says_why() {
        let mut failing = 0;
        loop {
            let dir = staged(&OLD);
            let mut steps = 0;
            let mut step = |_: &str| {
                steps += 1;
                if steps == failing + 1 { Err(io::Error::other("no room")) } else { Ok(()) }
            };
            let resumed = resume(dir.path(), &free, &mut step).expect("forward or back");
            let Resumed::TakenBack(reason) = resumed else { break };
            assert!(reason.starts_with("one.zip: ") && reason.contains("no room"), "{reason}");
            assert_eq!(read(dir.path()), as_map(&OLD), "step {failing} failed");
            failing += 1;
        }
        assert!(failing > 8, "{failing} steps");
    }

    #[test]
    fn where_others_have_the_database_open_nothing_is_swapped() {
        let dir = staged(&OLD);
        let busy = |_: &Path| Err(Error::bad_request("somebody has it open"));
        let resumed = resume(dir.path(), &busy, &mut |_| Ok(())).expect("taken back");
        assert!(matches!(resumed, Resumed::TakenBack(reason) if reason.contains("somebody has it open")));
        assert_eq!(read(dir.path()), as_map(&OLD));
    }

    #[test]
    fn the_databases_that_are_swapped_are_released_and_no_other() {
        for (new, expected) in [(&NEW[..], &["data.db", "auxiliary.db"][..]), (&NEW[..1], &["data.db"])] {
            let dir = tempfile::tempdir().expect("a directory");
            write(dir.path(), &OLD);
            let staging = Staging::begin(dir.path()).expect("begun");
            write(staging.folder(), new);
            staging.keep("one.zip").expect("kept");
            let asked = std::cell::RefCell::new(Vec::new());
            let release = |path: &Path| {
                asked.borrow_mut().push(path.strip_prefix(dir.path()).expect("below").to_owned());
                Ok(())
            };
            assert!(matches!(resume(dir.path(), &release, &mut |_| Ok(())), Ok(Resumed::Placed(_))));
            assert_eq!(asked.take(), expected.iter().map(PathBuf::from).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_was_only_unpacked_goes() {
        let dir = tempfile::tempdir().expect("a directory");
        write(dir.path(), &OLD);
        let staging = Staging::begin(dir.path()).expect("begun");
        write(staging.folder(), &NEW);
        drop(staging);
        assert_eq!(read(dir.path()), as_map(&OLD));
        // As a crash leaves it.
        write(&dir.path().join(FOLDER).join("new"), &NEW);
        write(dir.path(), &[("restore.json.new", "{")]);
        start(dir.path(), true, &mut |_| Ok(())).expect("started");
        assert_eq!(read(dir.path()), as_map(&OLD));
    }

    #[test]
    fn a_second_restore_waits_for_the_first() {
        let dir = staged(&OLD);
        let refused = Staging::begin(dir.path()).expect_err("one waits");
        assert!(refused.to_string().contains("waits"), "{refused}");
        start(dir.path(), true, &mut |_| Ok(())).expect("swapped");
        assert!(Staging::begin(dir.path()).is_ok());
    }

    #[test]
    fn a_lost_journal_loses_no_data() {
        let dir = staged(&OLD);
        assert!(!die_at(dir.path(), true, 3));
        fs::remove_file(dir.path().join(JOURNAL)).expect("by hand");
        let refused = start(dir.path(), true, &mut |_| Ok(())).expect_err("somebody must look");
        assert!(refused.to_string().contains("by hand"), "{refused}");
        assert_eq!(fs::read_to_string(dir.path().join("restore/old/data.db")).expect("there"), "old");
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_storage_is_told_before_anything_is_done() {
        let dir = tempfile::tempdir().expect("a directory");
        write(dir.path(), &[("data.db", "old"), ("elsewhere/x", "")]);
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), dir.path().join("storage")).expect("linked");
        let refused = Staging::begin(dir.path()).expect_err("refused");
        assert!(refused.to_string().contains("storage"), "{refused}");
    }
}
