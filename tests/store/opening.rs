//! Which files are opened.

use rusqlite::Connection;
use tempfile::TempDir;
use tuckbox::error::Error;
use tuckbox::store::{Store, StoreOptions, Synchronous};

use super::{Database, insert, options};

fn refusal(options: &StoreOptions) -> String {
    match Store::open(options) {
        Err(Error::Setup(sentence)) => sentence,
        Err(other) => panic!("no sentence for a person: {other:?}"),
        Ok(_) => panic!("opened"),
    }
}

fn foreign(statements: &str) -> (TempDir, Vec<u8>) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("data.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(statements).unwrap();
    db.close().unwrap();
    let bytes = std::fs::read(path).unwrap();
    (dir, bytes)
}

fn is_untouched(dir: &TempDir, bytes: &[u8]) -> bool {
    let files: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files == ["data.db"] && std::fs::read(dir.path().join("data.db")).unwrap() == bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_database_opens_again_with_its_rows() {
    let db = Database::with(|options| options.synchronous = Synchronous::Normal).await;
    db.write(|tx| insert(tx, "one")).await.unwrap();
    db.store.close().await;
    let store = Store::open(&options(&db.dir)).unwrap();
    assert_eq!(Database { dir: db.dir, store }.ids(), ["one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_refused() {
    let db = Database::new().await;
    db.store.close().await;
    let raw = Connection::open(db.dir.path().join("data.db")).unwrap();
    raw.execute("INSERT INTO _tb_migrations (number, name) VALUES (9999, 'later')", []).unwrap();
    raw.close().unwrap();
    assert!(refusal(&options(&db.dir)).contains("newer Tuckbox"));
}

#[test]
fn a_pocketbase_database_is_refused() {
    let (dir, bytes) =
        foreign("PRAGMA journal_mode = WAL; CREATE TABLE _collections (id); CREATE TABLE _migrations (file, applied);");
    assert!(refusal(&options(&dir)).contains("is a PocketBase database"));
    assert!(is_untouched(&dir, &bytes));
}

#[test]
fn a_pocketbase_database_that_lives_in_its_log_is_refused_too() {
    let dir = TempDir::new().unwrap();
    let db = Connection::open(dir.path().join("data.db")).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE _collections (id)")
        .unwrap();
    assert!(refusal(&options(&dir)).contains("PocketBase"));
    db.execute("INSERT INTO _collections VALUES (1)", []).unwrap();
}

#[test]
fn a_directory_with_an_odd_name_is_no_obstacle() {
    let dir = TempDir::new().unwrap();
    let odd = dir.path().join("50% of #1? ünï");
    std::fs::create_dir(&odd).unwrap();
    for _ in 0..2 {
        let store = Store::open(&StoreOptions::new(odd.join("data.db"))).unwrap();
        drop(store);
    }
    assert!(odd.join("data.db").exists());
}

#[test]
fn other_programs_files_are_refused_and_left_alone() {
    for statements in
        ["CREATE TABLE t (a)", "PRAGMA application_id = 1234", "PRAGMA application_id = 1234; CREATE TABLE t (a)"]
    {
        let (dir, bytes) = foreign(statements);
        assert!(refusal(&options(&dir)).contains("another program's database"), "{statements}");
        assert!(is_untouched(&dir, &bytes));
    }
}

#[test]
fn what_is_no_database_is_refused() {
    let dir = TempDir::new().unwrap();
    let text = "not a database, but long enough to be taken for one. ".repeat(40);
    std::fs::write(dir.path().join("data.db"), &text).unwrap();
    assert!(refusal(&options(&dir)).contains("is not a database"));
    assert!(is_untouched(&dir, text.as_bytes()));
    let nowhere = StoreOptions::new(dir.path().join("no/such/directory/data.db"));
    assert!(refusal(&nowhere).contains("cannot be opened"));
}

#[test]
fn an_empty_file_is_a_new_database() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("data.db"), "").unwrap();
    let store = Store::open(&options(&dir)).unwrap();
    let feed = store.read_here(|tx| super::number(tx, "SELECT count(*) FROM _tb_changes")).unwrap();
    assert_eq!(feed, 0);
}
