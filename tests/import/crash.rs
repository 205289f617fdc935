//! kill -9 in the middle of an import, then the same file again: each row once.

use std::process::{Command, Stdio};

use super::house::{file, people, went_well};
use crate::support::{Client, TestServer};

const ROWS: usize = 20_000;

#[tokio::test]
async fn an_import_that_was_killed_is_completed_by_another_one() {
    let mut server = TestServer::with_collections([people()]).await;
    let rows: String = (0..ROWS).map(|n| format!("{{\"id\": \"{n:015}\", \"name\": \"n{n}\"}}\n")).collect();
    let path = file(&server, "rows.jsonl", rows);
    let mut child = Command::new(env!("CARGO_BIN_EXE_tuckbox"))
        .args(["import", "json", &path, "--collection", "people", "--dir"])
        .arg(server.dir())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    loop {
        let list = server.superuser().list("people", &[("perPage", "1")]).await;
        if list.at("/totalItems").as_u64().unwrap() > 0 {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let again = server.run(&["import", "json", &path, "--collection", "people", "--existing", "skip"]);
    let told = went_well(&again);
    assert!(told.contains("20000 rows read") && told.contains("there already, 0 bad"), "{told}");
    let database = server.stopped_database();
    database.is_sound();
    let count = |sql: &str| database.value(sql).parse::<usize>().unwrap();
    assert_eq!(count("SELECT count(DISTINCT name) FROM people"), ROWS);
    assert_eq!(count("SELECT count(*) FROM people"), ROWS);
    assert_eq!(
        count(
            "SELECT count(DISTINCT record) FROM _tb_changes WHERE op = 'create' AND length(record) = 15 AND record LIKE '0000%'"
        ),
        ROWS
    );
    assert_eq!(count("SELECT count(*) FROM _tb_changes WHERE record LIKE '0000%'"), ROWS);
}
