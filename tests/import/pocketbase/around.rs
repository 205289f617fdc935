//! What lies beside the data: logs, backups, hooks, and tables and columns that no collection knows.

use super::{House, run};
use crate::support::Database;

#[test]
fn logs_come_on_request() {
    let house = House::real();
    house.import(&[]).went_well().never_says("logs:");
    assert!(!house.dir().join("auxiliary.db").exists());
    let house = House::real();
    let logs = rusqlite::Connection::open(house.source().join("auxiliary.db")).unwrap();
    logs.execute_batch(
        "INSERT INTO _logs (id, level, message, data, created) VALUES
           ('a00000000000001', 0, 'GET /api/health', '{\"type\":\"request\",\"status\":200}', '2024-01-01 00:00:00.000Z'),
           ('a00000000000002', 8, 'broken', x'7b7d', '2024-01-02 00:00:00.000Z')",
    )
    .unwrap();
    let there: i64 = logs.query_row("SELECT count(*) FROM _logs", [], |row| row.get(0)).unwrap();
    drop(logs);
    house.import(&["--logs"]).went_well().says(&format!("logs: {there} of {there} entries"));
    let here = Database::open_file(&house.dir().join("auxiliary.db"));
    assert_eq!(here.value("SELECT count(*) FROM _logs"), there.to_string());
    let rows = here.rows("SELECT level, message, data, created FROM _logs WHERE id LIKE 'a0000%' ORDER BY id");
    assert_eq!(rows[0], ["0", "GET /api/health", r#"{"type":"request","status":200}"#, "2024-01-01 00:00:00.000Z"]);
    assert_eq!(rows[1], ["8", "broken", "{}", "2024-01-02 00:00:00.000Z"]);
    let tables = here.column("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    assert_eq!(tables, ["_logs", "_tb_migrations"]);
}

#[test]
fn a_directory_without_logs_says_so() {
    let house = House::real();
    std::fs::remove_file(house.source().join("auxiliary.db")).unwrap();
    house.import(&["--logs"]).went_well().says("There are no logs in the directory.");
}

#[test]
fn what_does_not_come_is_told() {
    let house = House::real();
    for (path, content) in [
        ("pb_data/backups/pb_backup_acme_20240101000000.zip", "zip"),
        ("pb_data/backups/pb_backup_acme_20240101000000.zip.attrs", "{}"),
        ("pb_data/.autocert_cache/acme_account+key", "key"),
        ("pb_hooks/main.pb.js", "onRecordCreate()"),
        ("pb_migrations/1_a.js", "migrate()"),
        ("pb_public/index.html", "<p>"),
    ] {
        let path = house.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    house
        .import(&[])
        .went_well()
        .says("The backup in its folder backups does not come; it stays where it is.")
        .says("Its certificates (.autocert_cache) do not come.")
        .says("pb_hooks beside it is left where it is: its JavaScript does not run here.")
        .says("pb_migrations beside it is left where it is")
        .says("pb_public beside it is left where it is");
    assert!(!house.dir().join("backups").exists());
}

#[tokio::test]
async fn tables_columns_and_triggers_that_no_collection_knows_come_along() {
    let house = House::real();
    house.change(
        "CREATE TABLE mine (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO mine VALUES (1, 'x');
         CREATE VIEW old_view AS SELECT a FROM nowhere;
         ALTER TABLE demo2 ADD COLUMN legacy TEXT DEFAULT 'old';
         CREATE INDEX idx_mine ON demo2 (legacy);
         CREATE TRIGGER stamped AFTER UPDATE ON demo2 BEGIN INSERT INTO mine (b) VALUES (new.id); END",
    );
    house
        .import(&[])
        .went_well()
        .says("mine: a table that no collection knows; it comes along as it is.")
        .says("old_view: a view that no collection knows; it does not come.")
        .says("demo2.legacy: a column that no field knows; it comes along as it is.")
        .says("demo2: the trigger stamped comes along, and runs here too.");
    let data = house.data();
    assert_eq!(data.column("SELECT b FROM mine"), ["x"]);
    assert_eq!(data.column("SELECT DISTINCT legacy FROM demo2"), ["old"]);
    data.execute("UPDATE demo2 SET title = 'changed' WHERE id = '0yxhwia2amd8gec'");
    assert_eq!(data.column("SELECT b FROM mine ORDER BY a"), ["x", "0yxhwia2amd8gec"]);
    let checked = run(house.root(), &["check", "--dir", "data"], &[]);
    assert!(checked.out.contains("legacy: a column that no field knows"), "{}", checked.out);
}
