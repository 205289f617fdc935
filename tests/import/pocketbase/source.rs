//! What is taken for a PocketBase directory, and that it is never changed, whatever state it is in.

use rusqlite::Connection;

use super::{House, are_the_same, contents, copy, run, superuser};
use crate::support::Client;

#[test]
fn what_is_no_directory_of_pocketbase_is_refused_in_words() {
    let house = House::real();
    let root = house.root();
    let import = |what: &str| run(root, &["import", "pocketbase", what, "--dir", "data"], &[]);
    import("nowhere").failed().complains("nowhere does not exist.");
    import("pb_data/data.db").failed().complains("is a file; name the data directory");
    import("pb_data/storage").failed().complains("there is no data.db in it");
    // The folder above the right one.
    import(".").failed().complains("Did you mean ./pb_data?");
    std::fs::create_dir(root.join("shop")).unwrap();
    Connection::open(root.join("shop/data.db")).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    import("shop").failed().complains("has no collections").complains("`tuckbox import sqlite`");
    std::fs::create_dir(root.join("broken")).unwrap();
    std::fs::write(root.join("broken/data.db"), "no database at all").unwrap();
    import("broken").failed().complains("is no SQLite database");
    assert!(!house.dir().exists(), "nothing was made for what cannot be read");
    house.import(&[]).went_well();
    run(root, &["import", "pocketbase", "data", "--dir", "again"], &[])
        .failed()
        .complains("is a data directory of Tuckbox already");
}

#[test]
fn an_old_version_is_told_what_to_do_and_a_newer_one_is_told_of() {
    let house = House::real();
    house.change("INSERT INTO _migrations VALUES ('1999999999_something_new.go', 1999999999000000)");
    house.import(&["--dry-run"]).went_well().says("newer than the one that this program knows");
    house.change("ALTER TABLE _collections RENAME COLUMN fields TO \"schema\"");
    house.import(&[]).failed().complains("before 0.23").complains("on the copy");
    assert!(!house.dir().exists());
}

#[tokio::test]
async fn the_newest_rows_come_from_a_log_that_nobody_has_moved() {
    let house = House::real();
    // Both files are taken while the program runs, as a careless backup does; the index of the log is not.
    let running = house.database();
    running
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
             UPDATE demo2 SET title = 'in the log alone' WHERE id = '0yxhwia2amd8gec'",
        )
        .unwrap();
    let taken = House::real();
    for file in ["data.db", "data.db-wal"] {
        std::fs::copy(house.source().join(file), taken.source().join(file)).unwrap();
    }
    let before = contents(&taken.source());
    taken.import(&["--dry-run"]).went_well();
    are_the_same(&contents(&taken.source()), &before);
    taken.import(&[]).went_well();
    are_the_same(&contents(&taken.source()), &before);
    let server = taken.serve().await;
    let superuser = superuser(&server).await;
    superuser.view("demo2", "0yxhwia2amd8gec", &[]).await.is(200).has("/title", "in the log alone");
}

#[test]
fn a_directory_that_is_written_to_meanwhile_is_read_at_one_instant() {
    let house = House::real();
    house.add(
        "account",
        serde_json::json!([{"name": "sum", "type": "number"}]),
        ", `sum` NUMERIC DEFAULT 0 NOT NULL",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000)
         INSERT INTO account SELECT printf('a%014d', n), 10 FROM c",
    );
    let running = house.database();
    running.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").unwrap();
    running.execute_batch("UPDATE account SET sum = sum").unwrap();
    let arguments = ["import", "pocketbase", "pb_data", "--dir", "data"].map(str::to_owned);
    let mut import = crate::support::Process::spawn(house.root(), &arguments, &[]);
    while import.is_running() {
        // What one has the other has not.
        running
            .execute_batch(
                "BEGIN; UPDATE account SET sum = sum - 1 WHERE id = printf('a%014d', 1 + abs(random() % 3000));
                 UPDATE account SET sum = sum + 1 WHERE id = printf('a%014d', 1 + abs(random() % 3000)); COMMIT",
            )
            .unwrap();
    }
    let data = house.data();
    assert_eq!(data.value("SELECT sum(sum) FROM account"), "30000", "{}", import.log());
    assert_eq!(data.value("SELECT count(*) FROM account"), "3000");
    data.is_sound();
}

#[test]
fn a_directory_that_cannot_be_written_to_is_read() {
    let house = House::real();
    let read_only = |path: &std::path::Path, mode: &str| {
        let status = std::process::Command::new("chmod").args(["-R", mode]).arg(path).status().unwrap();
        assert!(status.success());
    };
    read_only(&house.source(), "a-w");
    house.import(&[]).went_well();
    read_only(&house.source(), "u+w");
    // What came can be written to, whatever the source was.
    copy(&house.dir(), &house.root().join("copy"));
}
