//! A restore that ends in the middle, wherever that is: the next start has one of the two states, wholly.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use tokio::sync::watch;
use tuckbox::backups::restore::{Given, Resumed, resume, stage_here};
use tuckbox::store::Store;

use super::house::{add, back_up, data, house, of, restore, titles};
use crate::support::{Database, Process, TestServer};

const THEN: [&str; 2] = ["Ash", "Birch"];
const NOW: [&str; 3] = ["Ash", "Birch", "Cedar"];

/// A stopped server with a backup of [`THEN`] and the data of [`NOW`].
async fn stopped() -> TestServer {
    let mut server = house().await;
    back_up(&server, "then.zip").await;
    add(&server, "Cedar").await;
    assert!(server.terminate().success());
    server
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Files of records with their contents.
fn files(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.join("storage")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().display().to_string();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

async fn stage(dir: &Path) {
    let given = Given {
        dir: dir.to_owned(),
        name: "then.zip".into(),
        archive: File::open(dir.join("backups/then.zip")).unwrap(),
        sealer: None,
    };
    let (_stopping, never) = watch::channel(false);
    stage_here(given, None, never).await.unwrap();
}

/// Starts a server on a directory and ends it in order; what it printed.
fn start(root: &Path, dir: &Path) -> String {
    let args = ["serve", "--http", "127.0.0.1:0", "--dir", dir.to_str().unwrap()].map(str::to_owned);
    let mut process = Process::spawn(root, &args, &[]);
    process.address();
    process.signal("TERM");
    assert!(process.wait(std::time::Duration::from_secs(30)).success(), "{}", process.log());
    process.log()
}

/// A start that dies before its nth step; whether it came to its end.
fn die_at(dir: &Path, last: usize) -> bool {
    let mut steps = 0;
    let mut step = |_: &str| {
        steps += 1;
        assert!(steps <= last, "killed");
        Ok(())
    };
    let start = || {
        if let Resumed::Placed(placed) = resume(dir, &Store::release, &mut step).unwrap() {
            placed.keep(&mut step).unwrap();
        }
    };
    catch_unwind(AssertUnwindSafe(start)).is_ok()
}

#[tokio::test]
async fn killed_at_each_step_of_the_swap_the_next_start_has_the_backup() {
    let server = stopped().await;
    let root = tempfile::tempdir().unwrap();
    let staged = root.path().join("staged");
    copy(&server.dir(), &staged);
    stage(&staged).await;
    let (mut last, mut expected) = (0, None);
    loop {
        let dir = root.path().join(format!("killed at {last}"));
        copy(&staged, &dir);
        let ended = die_at(&dir, last);
        let log = start(root.path(), &dir);
        assert_eq!(titles(&dir), THEN, "killed at step {last}: {log}");
        let files = files(&dir);
        assert_eq!(files.len(), 4, "{files:?}");
        assert_eq!(*expected.get_or_insert_with(|| files.clone()), files);
        assert!(!dir.join("restore").exists() && !dir.join("restore.json").exists());
        if ended {
            break;
        }
        last += 1;
    }
    assert!(last >= 7, "{last} steps");
}

#[tokio::test]
async fn data_that_does_not_open_is_taken_back_and_the_log_says_why() {
    let server = stopped().await;
    let before = files(&server.dir());
    stage(&server.dir()).await;
    // As a disk may do to it after it was verified.
    fs::write(server.dir().join("restore/new/data.db"), "no database").unwrap();
    let log = start(server.root(), &server.dir());
    assert!(log.contains("a backup was not restored; the data is what it was before"), "{log}");
    assert!(log.contains("is not a database"), "{log}");
    let logs = Database::open_file(&server.dir().join("auxiliary.db"));
    let told =
        "SELECT json_extract(data, '$.why') FROM _logs WHERE level = 8 AND message LIKE 'a backup was not restored%'";
    assert!(logs.value(told).contains("is not a database"), "{}", logs.value(told));
    assert_eq!(titles(&server.dir()), NOW);
    assert_eq!(files(&server.dir()), before);
    assert!(!server.dir().join("restore").exists() && !server.dir().join("restore.json").exists());
}

#[tokio::test]
async fn while_a_restore_waits_no_command_opens_the_directory() {
    let server = stopped().await;
    stage(&server.dir()).await;
    for command in [&["superuser", "upsert", "a@example.com", "1234567890"][..], &["backup", "restore", "then.zip"]] {
        let refused = server.run(command);
        let error = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && error.contains("restore"), "{error}");
    }
    start(server.root(), &server.dir());
    assert_eq!(titles(&server.dir()), THEN);
}

#[tokio::test]
async fn killed_or_stopped_at_any_moment_one_of_the_two_states_is_there() {
    for (number, signal) in ["KILL", "TERM", "KILL", "TERM", "KILL", "TERM"].into_iter().enumerate() {
        let mut server = house().await;
        back_up(&server, "then.zip").await;
        add(&server, "Cedar").await;
        restore(&server, "then.zip").await.is(204);
        // At another moment each time: of the unpacking, of the stop, of the start.
        let moment = ["", "", "being made ready", "being made ready", "ready to be restored", "ready to be restored"];
        super::house::logged(&mut server, moment[number], usize::from(!moment[number].is_empty())).await;
        server.process().signal(signal);
        while server.process().is_running() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        server.restart();
        let found = data(&server).await;
        assert!(found == of(&THEN) || found == of(&NOW), "{signal} {number}: {found:?}");
        let dir = server.dir();
        assert!(!dir.join("restore").exists() && !dir.join("restore.json").exists());
        server.stopped_database().is_sound();
    }
}
