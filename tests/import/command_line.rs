//! `tuckbox import json` and `tuckbox import csv`, beside a server that runs.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use serde_json::{Value as Json, json};

use super::house::{becomes_known, failed, file, fixture, people, stderr, stdout, went_well};
use crate::support::{Client, TestServer, run_command};

/// A command whose channels the test holds.
fn piped(server: &TestServer, line: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tuckbox"));
    command.args(line).arg("--dir").arg(server.dir());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[tokio::test]
async fn a_file_becomes_a_collection_and_its_fields_are_printed() {
    let server = TestServer::start().await;
    let path = file(
        &server,
        "shops.csv",
        "Shop Name,code,opened,visits,open,site\nMüller,007,2020-01-31,12,true,https://example.com\nLee,010,,3.5,false,\n",
    );
    let told = went_well(&server.run(&["import", "csv", &path, "--collection", "shops"]));
    for line in [
        "The collection shops is new and has these fields, for superusers only:",
        "  Shop_Name  text    from \"Shop Name\": Renamed",
        "  code       text",
        "  opened     date",
        "  visits     number",
        "  open       bool",
        "  site       url",
        "2 rows read, 2 created, 0 bad, in ",
    ] {
        assert!(told.contains(line), "{line:?} in:\n{told}");
    }
    becomes_known(&server, "shops").await;
    let list = server.superuser().list("shops", &[("sort", "code")]).await;
    list.has("/items/0/Shop_Name", "Müller").has("/items/0/opened", "2020-01-31 00:00:00.000Z");
    list.has("/items/1/visits", 3.5).has("/items/0/open", true).has("/items/1/code", "010");
}

#[tokio::test]
async fn bad_rows_are_printed_kept_and_make_the_exit_code_1() {
    let server = TestServer::with_collections([people()]).await;
    let rows: String = (0..30).map(|n| format!("{{\"name\": \"n{n}\", \"age\": 500}}\n")).collect();
    let path = file(&server, "rows.jsonl", format!("{{\"name\": \"good\"}}\n{rows}"));
    let errors = server.root().join("bad.jsonl");
    let line = ["import", "json", &path, "--collection", "people", "--errors", errors.to_str().unwrap()];
    let (told, sentence) = failed(&server.run(&line));
    assert!(told.contains("line 2: age: Must be less or equal than 150"), "{told}");
    assert!(told.contains("… and 10 more bad rows; --errors FILE keeps all of them."), "{told}");
    assert!(told.contains("31 rows read, 1 created, 30 bad"), "{told}");
    assert!(sentence.contains("30 rows were bad and left out."), "{sentence}");
    let kept: Vec<Json> =
        std::fs::read_to_string(errors).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((kept.len(), &kept[29]["line"], &kept[29]["row"]["name"]), (30, &json!(31), &json!("n29")));
    assert_eq!(kept[0]["data"]["age"]["code"], "validation_max_number_constraint");
}

#[tokio::test]
async fn it_stops_where_asked_and_skips_what_is_there_where_asked() {
    let server = TestServer::with_collections([people()]).await;
    let rows = "{\"id\": \"aaaaaaaaaaaaaaa\", \"name\": \"a\"}\n{\"age\": 1}\n{\"id\": \"bbbbbbbbbbbbbbb\", \"name\": \"b\"}\n";
    let path = file(&server, "rows.jsonl", rows);
    let import = |more: &[&str]| {
        let mut line = vec!["import", "json", &path, "--collection", "people"];
        line.extend(more);
        server.run(&line)
    };
    let (told, sentence) = failed(&import(&["--on-error", "stop"]));
    assert!(told.contains("2 rows read, 1 created, 1 bad"), "{told}");
    assert!(sentence.contains("stopped at a bad row; what was created before it stays"), "{sentence}");
    let (told, _) = failed(&import(&["--dry-run"]));
    assert!(told.contains("3 rows read, 1 would be created, 2 bad"), "{told}");
    let (told, _) = failed(&import(&["--existing", "skip"]));
    assert!(told.contains("3 rows read, 1 created, 1 there already, 1 bad"), "{told}");
    server.superuser().list("people", &[]).await.has("/totalItems", 2);
}

#[tokio::test]
async fn the_standard_input_is_read_twice_and_nothing_of_it_stays() {
    let server = TestServer::start().await;
    let mut child = piped(&server, &["import", "csv", "-", "--collection", "things", "--delimiter", "|"]);
    child.stdin.take().unwrap().write_all(b"a|b\n1|x\n2|y\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let told = went_well(&output);
    assert!(told.contains("2 rows read, 2 created, 0 bad"), "{told}");
    assert_eq!(std::fs::read_dir(server.dir().join("spool")).unwrap().count(), 0);
    becomes_known(&server, "things").await;
    server.superuser().list("things", &[("sort", "-a")]).await.has("/items/0/b", "y");
}

#[tokio::test]
async fn what_cannot_be_imported_is_told_in_a_sentence() {
    let server = TestServer::with_collections([people()]).await;
    let empty = file(&server, "empty.json", "[]");
    let csv = file(&server, "rows.csv", "a,b\n1,2\n");
    let database = fixture("chinook.sqlite").to_str().unwrap().to_owned();
    let cut = file(&server, "cut.json", "[{\"name\": \"x\"},");
    let folder = server.root().to_str().unwrap().to_owned();
    for (line, sentence) in [
        (vec!["import", "json", "nowhere.json", "--collection", "x"], "nowhere.json does not exist."),
        (vec!["import", "json", &folder, "--collection", "x"], "is a folder; name a file."),
        (vec!["import", "json", &empty, "--collection", "x"], "There is no row to make the collection x from."),
        (vec!["import", "json", &csv, "--collection", "x"], "from. Line 1: The row is no JSON object ({…})."),
        (vec!["import", "csv", &empty, "--collection", "x"], "There is no row to make the collection x from."),
        (
            vec!["import", "csv", &database, "--collection", "x"],
            "an SQLite database; import it with tuckbox import sqlite.",
        ),
        (vec!["import", "csv", &csv, "--collection", "people"], "No column of the file is a field of people: a, b."),
        (vec!["import", "json", &cut, "--collection", "people"], "The array that begins in line 1 has no end (])"),
        (vec!["import", "json", &cut, "--collection", "no name"], "has no end"),
    ] {
        let (_, told) = failed(&server.run(&line));
        assert!(told.contains(sentence), "{told}");
    }
    went_well(&server.run(&["import", "json", &empty, "--collection", "people"]));
}

#[tokio::test]
async fn rows_of_something_else_are_bad_rows() {
    let server = TestServer::with_collections([people()]).await;
    let path = file(&server, "rows.jsonl", "{\"title\": \"x\"}\n{\"name\": \"Ann\", \"title\": \"x\"}\n");
    let (told, _) = failed(&server.run(&["import", "json", &path, "--collection", "people"]));
    assert!(told.contains("line 1: The row has no field of people."), "{told}");
    assert!(told.contains("There is no field for, so left out: title."), "{told}");
    assert!(told.contains("2 rows read, 1 created, 1 bad"), "{told}");
}

#[tokio::test]
async fn the_file_of_bad_rows_never_takes_the_place_of_the_data() {
    let server = TestServer::with_collections([people()]).await;
    let rows = "{\"name\": \"Ann\"}\n";
    let path = file(&server, "rows.jsonl", rows);
    let other = server.root().join(".").join("rows.jsonl").to_str().unwrap().to_owned();
    let (_, told) = failed(&server.run(&["import", "json", &path, "--collection", "people", "--errors", &other]));
    assert!(told.contains("is the file that is imported; name another one for --errors."), "{told}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), rows);
}

#[tokio::test]
async fn who_stops_reading_the_report_is_no_failure() {
    let server = TestServer::with_collections([people()]).await;
    let mut child = piped(&server, &["import", "json", "-", "--collection", "people"]);
    // Both ends are gone before there is anything to print.
    drop((child.stdout.take(), child.stderr.take()));
    child.stdin.take().unwrap().write_all(b"{\"name\": \"Ann\"}\n{broken").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    server.superuser().list("people", &[]).await.has("/totalItems", 1);
}

#[tokio::test]
async fn an_interrupted_import_says_what_stays_and_waits_for_nobody() {
    let mut server = TestServer::with_collections([people()]).await;
    let mut child = piped(&server, &["import", "json", "-", "--collection", "people"]);
    let mut input = child.stdin.take().unwrap();
    let rows: String = (0..2_000).map(|n| format!("{{\"name\": \"n{n}\"}}\n")).collect();
    input.write_all(rows.as_bytes()).unwrap();
    while server.superuser().list("people", &[("skipTotal", "1")]).await.items().is_empty() {}
    let kill = Command::new("sh").arg("-c").arg(format!("kill -INT {}", child.id())).status();
    assert!(kill.unwrap().success());
    // The input stays open: nothing more comes, and it is not waited for.
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(130));
    let told = stderr(&output);
    assert!(told.contains("Interrupted. What was created stays."), "{told}");
    let created = stdout(&output);
    let created = created.split(" rows read, ").nth(1).and_then(|rest| rest.split(" created").next()).unwrap();
    assert_eq!(server.stopped_database().value("SELECT count(*) FROM people"), created);
}

#[test]
fn a_dry_run_without_a_data_directory_makes_none() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("rows.csv"), "name,age\nAnn,41\n").unwrap();
    let line = ["import", "csv", "rows.csv", "--collection", "people", "--dry-run"];
    let told = went_well(&run_command(root.path(), &line));
    assert!(told.contains("The collection people is new and would get these fields"), "{told}");
    assert!(told.contains("1 row read, 1 would be created, 0 bad"), "{told}");
    let left: Vec<_> = std::fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["rows.csv"]);
}
