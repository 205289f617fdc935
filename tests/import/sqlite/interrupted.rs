//! An import that ends too early, and a source that is written to meanwhile.

use std::time::Duration;

use rusqlite::Connection;

use super::House;
use crate::support::Process;

const ROWS: u32 = 30_000;

fn many() -> House {
    House::with(&format!(
        "CREATE TABLE kind (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO kind VALUES (0, 'even'), (1, 'odd');
         CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind INTEGER NOT NULL REFERENCES kind);
         WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {ROWS})
         INSERT INTO thing SELECT n, 'thing ' || n, n % 2 FROM c"
    ))
}

/// How many things came so far; none where there is no such table yet.
fn things(house: &House) -> u32 {
    let Ok(data) = Connection::open(house.dir().join("data.db")) else { return 0 };
    data.query_row("SELECT count(*) FROM thing", [], |row| row.get(0)).unwrap_or(0)
}

#[test]
fn an_import_that_is_killed_goes_on_and_doubles_nothing() {
    let house = many();
    let arguments = ["import", "sqlite", "source.db", "--dir", "data"].map(str::to_owned);
    let mut import = Process::spawn(house.root(), &arguments, &[]);
    while things(&house) == 0 {
        assert!(import.is_running(), "it ended before it began: {}", import.log());
        std::thread::yield_now();
    }
    import.kill();
    let came = things(&house);
    assert!(came < ROWS, "it was killed too late to prove anything");
    house.data().is_sound();

    house.import(&[]).went_well().says(&format!("{} there already", thousands(came + 2)));
    let data = house.data();
    assert_eq!(things(&house), ROWS);
    assert_eq!(data.value("SELECT count(DISTINCT source_id) FROM thing"), ROWS.to_string());
    assert_eq!(data.value("SELECT count(*) FROM thing t JOIN kind k ON k.id = t.kind"), ROWS.to_string());
    assert_eq!(data.value("SELECT count(*) FROM _tb_changes WHERE op = 'create'"), (ROWS + 2).to_string());
    data.is_sound();
}

#[test]
fn an_import_that_is_stopped_ends_at_once() {
    let house = many();
    let arguments = ["import", "sqlite", "source.db", "--dir", "data"].map(str::to_owned);
    let mut import = Process::spawn(house.root(), &arguments, &[]);
    while things(&house) == 0 {
        std::thread::yield_now();
    }
    import.signal("INT");
    assert!(!import.wait(Duration::from_secs(20)).success());
    house.import(&[]).went_well();
    assert_eq!(things(&house), ROWS);
}

#[test]
fn a_source_that_is_being_written_to_is_read_in_one_state() {
    let house = House::with(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE account (id INTEGER PRIMARY KEY, sum INTEGER NOT NULL);
         WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000) INSERT INTO account SELECT n, 10 FROM c",
    );
    let writer = house.source();
    // In the log alone, as the newest rows of a program that runs.
    writer.execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO account VALUES (9999, 10)").unwrap();
    let before = std::fs::read(house.file()).unwrap();
    let arguments = ["import", "sqlite", "source.db", "--dir", "data"].map(str::to_owned);
    let mut import = Process::spawn(house.root(), &arguments, &[]);
    while import.is_running() {
        let (from, to) =
            ("SELECT id FROM account WHERE sum > 0 ORDER BY random() LIMIT 1", "ORDER BY random() LIMIT 1");
        writer
            .execute_batch(&format!(
                "BEGIN; UPDATE account SET sum = sum - 1 WHERE id = ({from});
                 UPDATE account SET sum = sum + 1 WHERE id = (SELECT id FROM account {to}); COMMIT"
            ))
            .unwrap();
    }
    assert!(import.wait(Duration::from_secs(1)).success(), "{}", import.log());
    assert_eq!(house.data().rows("SELECT count(*), sum(sum) FROM account"), [["3001", "30010"]]);
    assert!(before == std::fs::read(house.file()).unwrap(), "the import checkpointed the source");
}

/// `12,345`.
fn thousands(number: u32) -> String {
    let text = number.to_string();
    match text.len() {
        0..=3 => text,
        length => format!("{},{}", &text[..length - 3], &text[length - 3..]),
    }
}
