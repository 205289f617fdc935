//! `tuckbox import json` and `tuckbox import csv`, beside a server that runs.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use super::house::{becomes_known, failed, file, people, went_well};
use crate::support::{Client, TestServer};

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
    let mut child = Command::new(env!("CARGO_BIN_EXE_tuckbox"))
        .args(["import", "csv", "-", "--collection", "things", "--delimiter", "|", "--dir"])
        .arg(server.dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
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
    let cut = file(&server, "cut.json", "[{\"name\": \"x\"},");
    let folder = server.root().to_str().unwrap().to_owned();
    for (line, sentence) in [
        (vec!["import", "json", "nowhere.json", "--collection", "x"], "nowhere.json is not there."),
        (vec!["import", "json", &folder, "--collection", "x"], "is a folder; name a file."),
        (vec!["import", "json", &empty, "--collection", "x"], "There is no row to make the collection x from."),
        (vec!["import", "json", &cut, "--collection", "people"], "The array that begins in line 1 has no end (])"),
        (vec!["import", "json", &cut, "--collection", "no name"], "has no end"),
    ] {
        let (_, told) = failed(&server.run(&line));
        assert!(told.contains(sentence), "{told}");
    }
    went_well(&server.run(&["import", "json", &empty, "--collection", "people"]));
}
