//! Files that are not imported, each with a sentence that says why and what to do.

use super::{House, import};
use crate::support::run_command;

#[test]
fn what_is_no_database_is_refused_and_no_directory_is_made() {
    let root = tempfile::tempdir().unwrap();
    let noise: Vec<u8> = (0..8192_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::fs::write(root.path().join("letter.txt"), "Dear Sir or Madam,\n".repeat(100)).unwrap();
    std::fs::write(root.path().join("noise.db"), noise).unwrap();
    std::fs::write(root.path().join("empty.db"), "").unwrap();
    std::fs::create_dir(root.path().join("folder")).unwrap();
    for (name, sentence) in [
        ("missing.db", "missing.db does not exist."),
        ("letter.txt", "letter.txt is no SQLite database."),
        ("noise.db", "noise.db is encrypted, or no SQLite database;"),
        ("empty.db", "empty.db is empty."),
        ("folder", "folder is a folder;"),
    ] {
        import(root.path(), &root.path().join(name), &[]).failed().complains(sentence);
    }
    assert!(!root.path().join("data").exists());
}

#[test]
fn a_damaged_database_is_refused_before_anything_is_written() {
    let house = House::with(
        "CREATE TABLE a (x); INSERT INTO a VALUES (1);
         CREATE TABLE t (n INTEGER PRIMARY KEY, x TEXT);
         WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000)
         INSERT INTO t SELECT n, printf('%0200d', n) FROM c",
    );
    let mut bytes = std::fs::read(house.file()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xAA);
    std::fs::write(house.file(), bytes).unwrap();
    house.import(&[]).failed().complains("is damaged").complains(".recover");
    assert_eq!(house.data().value("SELECT count(*) FROM _collections WHERE name IN ('a', 't')"), "0");
}

#[test]
fn databases_of_ours_and_of_pocketbase_have_other_ways_in() {
    let house = House::with("CREATE TABLE _collections (id); CREATE TABLE _params (id); CREATE TABLE posts (id)");
    house.import(&[]).failed().complains("is a PocketBase database; `tuckbox import pocketbase` takes");
    let made = run_command(house.root(), &["superuser", "create", "me@example.com", "1234567890", "--dir", "other"]);
    assert!(made.status.success());
    let ours = house.root().join("other/data.db");
    import(house.root(), &ours, &[]).failed().complains("is a Tuckbox database already");
    assert!(!house.dir().exists());
}

#[test]
fn tables_and_prefixes_that_make_no_sense_are_refused() {
    let house = House::with("CREATE TABLE books (x); CREATE TABLE authors (x)");
    house
        .import(&["--tables", "books,readers"])
        .failed()
        .complains("There is no table readers in")
        .complains("it has books, authors.");
    house.import(&["--prefix", "my shop"]).failed().complains("A prefix has letters, digits and _ alone.");
}

#[test]
fn a_database_that_another_program_has_locked_is_told() {
    let house = House::with("CREATE TABLE t (x)");
    let source = house.source();
    source.execute_batch("BEGIN EXCLUSIVE").unwrap();
    house.import(&[]).failed().complains("is locked by another program");
    source.execute_batch("COMMIT").unwrap();
    house.import(&[]).went_well();
}

#[test]
fn two_thousand_columns_are_refused_and_the_other_tables_come() {
    let columns = |count: usize| (0..count).map(|n| format!("c{n}")).collect::<Vec<_>>().join(", ");
    let house = House::with(&format!(
        "CREATE TABLE wide ({}); CREATE TABLE nearly ({}); INSERT INTO nearly (c5) VALUES ('x');
         CREATE TABLE child (id INTEGER PRIMARY KEY, w REFERENCES wide (rowid)); INSERT INTO child VALUES (1, 5)",
        columns(2000),
        columns(1999)
    ));
    house
        .import(&[])
        .failed()
        .says("wide does not come: it has 2000 columns, and a collection has at most 1999 fields beside its id")
        .complains("Not everything was imported");
    assert_eq!(house.data().value("SELECT c5 FROM nearly"), "x");
    assert_eq!(house.data().value("SELECT w FROM child"), "5");
    house.import(&["--dry-run"]).failed().complains("Not everything can be imported");
}
