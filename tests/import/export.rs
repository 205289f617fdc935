//! Exports, on the command line and over HTTP; and what comes back when they are imported again.

use serde_json::{Value as Json, json};

use super::house::{failed, people, stdout, went_well};
use crate::support::{Client, TestServer, run_command};

/// Values that are easily lost.
fn odd() -> Vec<Json> {
    let base = |n: u32| json!({"id": format!("odd{n:012}"), "name": format!("n{n}")});
    let mut rows: Vec<Json> = [
        json!({"name": "comma, \"quotes\"\r\nand lines", "age": -1.5, "member": true}),
        json!({"name": "=cmd|' /C calc'!A0", "extra": "123"}),
        json!({"name": " spaces ", "extra": {"a": [1, null, "x"]}, "tags": ["b", "a"]}),
        json!({"name": "007", "extra": "null", "place": {"lon": -1.25, "lat": 89.5}}),
        json!({"name": "日本 🎈", "extra": [], "born": "1999-12-31 23:59:59.999Z", "mail": "x@example.com"}),
        json!({"name": "\u{feff}mark", "extra": false, "site": "https://example.com/?a=1,2"}),
        json!({"name": "'", "extra": 1.5e300}),
    ]
    .into_iter()
    .zip(0..)
    .map(|(odd, n)| {
        let mut row = base(n);
        row.as_object_mut().unwrap().extend(odd.as_object().unwrap().clone());
        row
    })
    .collect();
    rows.extend((100..1_300).map(base));
    rows
}

async fn filled() -> TestServer {
    let server = TestServer::with_collections([people()]).await;
    let rows: String = odd().iter().map(|row| format!("{row}\n")).collect();
    let answer = server.superuser().post_text("/api/collections/people/import", "application/x-ndjson", rows).await;
    answer.is(200).has("/created", 1_207).has("/bad", 0);
    server
}

async fn all(server: &TestServer) -> Vec<Json> {
    let mut found = Vec::new();
    for page in ["1", "2"] {
        let list = server.superuser().list("people", &[("perPage", "1000"), ("page", page), ("sort", "id")]).await;
        found.extend(list.is(200).items().iter().cloned());
    }
    assert_eq!(found.len(), 1_207);
    found
}

#[tokio::test]
async fn what_was_exported_and_imported_again_is_equal() {
    let server = filled().await;
    let before = all(&server).await;
    for format in ["json", "csv"] {
        let path = server.root().join(format!("out.{format}"));
        let path = path.to_str().unwrap();
        went_well(&server.run(&["export", format, "--collection", "people", "-o", path]));
        server.superuser().remove("/api/collections/people/truncate").await.is(204);
        went_well(&server.run(&["import", format, path, "--collection", "people"]));
        assert_eq!(all(&server).await, before, "{format}");
    }
}

#[tokio::test]
async fn answers_and_files_are_the_same_and_named() {
    let server = filled().await;
    for (format, query, kind, name) in [
        ("json", "jsonl", "application/x-ndjson", "people.jsonl"),
        ("csv", "csv", "text/csv; charset=utf-8", "people.csv"),
    ] {
        let answer = server.superuser().get(&format!("/api/collections/people/export?format={query}")).await;
        answer.is(200).has_header("content-type", kind);
        answer.has_header("content-disposition", &format!("attachment; filename=\"{name}\""));
        let printed = server.run(&["export", format, "--collection", "people"]);
        assert!(printed.status.success());
        assert_eq!(String::from_utf8_lossy(&answer.body), stdout(&printed));
    }
}

#[tokio::test]
async fn records_fields_and_order_can_be_chosen() {
    let server = filled().await;
    let export = async |query: &str| {
        let answer = server.superuser().get(&format!("/api/collections/people/export?{query}")).await;
        String::from_utf8_lossy(&answer.is(200).body).into_owned()
    };
    let csv = export("format=csv&fields=name,age&filter=age%3C0").await;
    assert_eq!(csv, "name,age\n\"comma, \"\"quotes\"\"\r\nand lines\",-1.5\n");
    let lines = export("fields=id&sort=-id&filter=id%3E%22odd000000000100%22").await;
    let ids: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((ids.len(), ids[0].as_str()), (1_199, "odd000000001299"));
    assert!(ids.is_sorted_by(|a, b| a > b));
    let guarded = export("format=csv&fields=name&formulas=guard&filter=name~%22cmd%22").await;
    assert_eq!(guarded, "name\n'=cmd|' /C calc'!A0\n");
    assert_eq!(export("filter=name%3D%22nobody%22").await, "");
}

#[tokio::test]
async fn what_is_wrong_is_refused_before_anything_is_sent() {
    let server = filled().await;
    for query in ["format=xml", "fields=nothing", "filter=nothing%3D1", "sort=nothing", "fields=,"] {
        server.superuser().get(&format!("/api/collections/people/export?{query}")).await.is(400).no_data();
    }
    let refused = server.superuser().get("/api/collections/people/export?filter=nothing%3D1").await;
    refused.message_has("The filter or sort cannot be used: ").message_has("nothing");
    let missing = server.superuser().get("/api/collections/nobody/export").await;
    missing.is(404).message("There is no collection nobody.");
    server.guest().get("/api/collections/people/export").await.is(401);
    let (told, _) =
        failed(&server.run(&["export", "--collection", "people", "--fields", "nothing", "-o", "left.jsonl"]));
    assert_eq!(told, "");
    assert!(!server.root().join("left.jsonl").exists() && !server.root().join("left.jsonl.part").exists());
}

#[tokio::test]
async fn views_are_exported_too_and_never_imported_into() {
    let server = filled().await;
    let superuser = server.superuser();
    let view = json!({"name": "olds", "type": "view", "viewQuery": "SELECT id, name FROM people WHERE id > 'odd000000000100'"});
    superuser.create_collection(view).await.is(200);
    let answer = superuser.get("/api/collections/olds/export").await;
    let text = String::from_utf8_lossy(&answer.is(200).body).into_owned();
    let ids: Vec<Json> = text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap()["id"].clone()).collect();
    assert_eq!((ids.len(), ids[0].as_str()), (1_199, Some("odd000000000101")));
    let row = "{\"name\": \"x\"}";
    superuser.post_text("/api/collections/olds/import", "text/plain", row).await.is(400);
}

#[tokio::test]
async fn secrets_of_accounts_are_never_exported() {
    let server = TestServer::start().await;
    let answer = server.superuser().get("/api/collections/_superusers/export").await;
    answer.is(200).never_says("argon2").never_says("tokenKey").never_says("password");
    for field in ["password", "tokenKey"] {
        server.superuser().get(&format!("/api/collections/_superusers/export?fields={field}")).await.is(400);
    }
}

#[test]
fn an_export_makes_no_data_directory() {
    let root = tempfile::tempdir().unwrap();
    let (_, told) = failed(&run_command(root.path(), &["export", "--collection", "people", "--dir", "nowhere"]));
    assert!(told.contains("There is no database in nowhere; name the data directory with --dir."), "{told}");
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
}
