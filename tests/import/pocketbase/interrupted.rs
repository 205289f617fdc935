//! A take-over that is stopped: nothing of it is served, and the same command begins again.

use std::path::Path;
use std::time::Duration;

use super::{House, are_the_same, plain, run};
use crate::support::Process;

const FILES: usize = 3000;

/// A directory with so many files that copying them takes its time.
fn with_files() -> House {
    let house = House::real();
    let folder = house.source().join("storage/wsmn24bux7wo113/84nmscqy84lsi1t");
    for number in 0..FILES {
        std::fs::write(folder.join(format!("more_{number}.txt")), format!("file {number}")).unwrap();
    }
    house
}

/// Begins a take-over, and stops the process where some of the files have come.
fn begun(house: &House) -> Process {
    let arguments = ["import", "pocketbase", "pb_data", "--dir", "data"].map(str::to_owned);
    let mut import = Process::spawn(house.root(), &arguments, &[]);
    let storage = house.dir().join("storage");
    while !has_a_file(&storage) {
        assert!(import.is_running(), "it ended before it began: {}", import.log());
        std::thread::yield_now();
    }
    import.signal("STOP");
    assert!(!house.dir().join("data.db").exists(), "it was stopped too late to prove anything");
    import
}

/// Whether a file is below a folder to which more are coming, under names that change.
fn has_a_file(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.path().is_file() || has_a_file(&entry.path()))
}

/// No command takes the directory for one of its own.
#[track_caller]
fn is_refused(house: &House) {
    for line in [
        &["serve", "--dir", "data", "--http", "127.0.0.1:0"][..],
        &["superuser", "upsert", "a@example.com", "1234567890", "--dir", "data"],
        &["import", "json", "nothing.json", "--collection", "a", "--dir", "data"],
        &["backup", "create", "--dir", "data"],
    ] {
        std::fs::write(house.root().join("nothing.json"), "[]").unwrap();
        run(house.root(), line, &[]).failed().complains("A PocketBase directory is being taken over into data");
    }
    assert!(!house.dir().join("data.db").exists());
}

/// All is there, once.
#[track_caller]
fn is_whole(house: &House) {
    are_the_same(&plain(&house.dir().join("storage")), &plain(&house.source().join("storage")));
    assert_eq!(house.data().is_sound().value("SELECT count(*) FROM users"), "3");
    assert!(!house.dir().join("takeover").exists());
}

#[test]
fn one_that_is_killed_is_begun_again() {
    let house = with_files();
    let mut import = begun(&house);
    is_refused(&house);
    // Another one beside it has to wait.
    house.import(&[]).failed().complains("Another tuckbox works on data already");
    import.kill();
    is_refused(&house);
    house.import(&["--dry-run"]).went_well();
    house.import(&[]).went_well();
    is_whole(&house);
}

#[test]
fn one_that_is_interrupted_says_so() {
    let house = with_files();
    let mut import = begun(&house);
    import.signal("INT");
    import.signal("CONT");
    let status = import.wait(Duration::from_secs(20));
    assert_eq!(status.code(), Some(130), "{}", import.log());
    assert!(import.log().contains("Interrupted. The same command begins again"), "{}", import.log());
    is_refused(&house);
    house.import(&[]).went_well();
    is_whole(&house);
}

#[test]
fn what_a_stopped_one_left_of_another_directory_does_not_stay() {
    let house = with_files();
    begun(&house).kill();
    let other = House::real();
    let from = other.source();
    run(house.root(), &["import", "pocketbase", from.to_str().unwrap(), "--dir", "data"], &[]).went_well();
    are_the_same(&plain(&house.dir().join("storage")), &plain(&other.source().join("storage")));
}

#[test]
fn files_that_went_and_came_meanwhile_are_those_of_the_last_run() {
    let house = with_files();
    begun(&house).kill();
    let folder = house.source().join("storage/wsmn24bux7wo113/84nmscqy84lsi1t");
    for number in 0..FILES / 2 {
        std::fs::remove_file(folder.join(format!("more_{number}.txt"))).unwrap();
    }
    std::fs::write(folder.join(format!("more_{}.txt", FILES - 1)), "grown longer since").unwrap();
    house.import(&[]).went_well();
    is_whole(&house);
}

#[tokio::test]
async fn what_the_last_step_left_is_removed_by_the_next_start() {
    let house = House::real();
    house.import(&["--logs"]).went_well();
    std::fs::create_dir(house.dir().join("takeover")).unwrap();
    std::fs::write(house.dir().join("takeover/source"), "somewhere").unwrap();
    let server = house.serve().await;
    assert!(!server.dir().join("takeover").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn one_that_cannot_write_says_so_and_is_begun_again() {
    let house = with_files();
    let line = format!("ulimit -f 300; exec {} import pocketbase pb_data --dir data", env!("CARGO_BIN_EXE_tuckbox"));
    let output = std::process::Command::new("sh").arg("-c").arg(line).current_dir(house.root()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("The same command begins again."), "{said}");
    is_refused(&house);
    house.import(&[]).went_well();
    is_whole(&house);
}
