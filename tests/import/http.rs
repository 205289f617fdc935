//! `POST /api/collections/{collection}/import`.

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value as Json, json};

use super::house::people;
use crate::support::{Answer, Client, Guest, Superuser, TestServer};

async fn import(superuser: &Superuser, collection: &str, query: &str, body: &str) -> Answer {
    let path = format!("/api/collections/{collection}/import?{query}");
    superuser.post_text(&path, "application/octet-stream", body.to_owned()).await
}

#[tokio::test]
async fn rows_become_records_and_bad_ones_are_told_with_line_and_code() {
    let server = TestServer::with_collections([people()]).await;
    let superuser = server.superuser();
    let body = [
        r#"{"id": "aaaaaaaaaaaaaaa", "name": "Ann", "age": 41, "tags": ["a", "b"], "extra": "123", "mail": "ann@example.com"}"#,
        r#"{"name": "Bob", "age": 200}"#,
        r#"{"name": "Cid", "age": "old"}"#,
        "{broken",
        r#"{"name": "Dee", "mail": "ann@example.com"}"#,
        r#"{"name": "Eve", "created": "2001-02-03", "unknown": 1}"#,
    ];
    let answer = import(&superuser, "people", "format=json", &body.join("\n")).await;
    answer
        .is(200)
        .has("/rows", 6)
        .has("/created", 2)
        .has("/bad", 4)
        .has("/ignored/0", "unknown")
        .has("/stopped", false);
    let told: Vec<(u64, String)> = answer
        .at("/errors")
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            let data = error["data"].as_object().unwrap();
            let codes: Vec<String> =
                data.iter().map(|(name, fault)| format!("{name} {}", fault["code"].as_str().unwrap())).collect();
            (error["line"].as_u64().unwrap(), codes.join(","))
        })
        .collect();
    let expected = [
        (2, "age validation_max_number_constraint"),
        (3, "age validation_invalid_value"),
        (4, ""),
        (5, "mail validation_not_unique"),
    ];
    assert_eq!(told, expected.map(|(line, codes)| (line, codes.to_owned())));
    let ann = superuser.view("people", "aaaaaaaaaaaaaaa", &[]).await;
    ann.is(200).has("/extra", "123").has("/tags", json!(["a", "b"])).has("/age", 41);
    let eve = superuser.list("people", &[("filter", "name = 'Eve'")]).await;
    eve.has("/items/0/created", "2001-02-03 00:00:00.000Z");
}

#[tokio::test]
async fn csv_is_imported_with_lines_that_count_quoted_newlines() {
    let server = TestServer::with_collections([people()]).await;
    let body = "name;age;member;tags;extra\r\n\"Ann\r\nLee\";41;true;\"[\"\"a\"\"]\";\"{\"\"x\"\":1}\"\r\nBob;x;true;;\r\nCid;7;false;;5\r\nDee;1\r\n";
    let answer = import(&server.superuser(), "people", "format=csv", body).await;
    answer.is(200).has("/created", 2).has("/bad", 2).has("/errors/0/line", 4).has("/errors/1/line", 6);
    let list = server.superuser().list("people", &[("sort", "name")]).await;
    list.has("/items/0/name", "Ann\r\nLee").has("/items/0/member", true).has("/items/0/extra", json!({"x": 1}));
    list.has("/items/0/tags", json!(["a"])).has("/items/1/extra", 5);
}

#[tokio::test]
async fn a_collection_that_is_not_there_is_made_where_asked() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let body = r#"[{"First Name": "Ann", "n": 1, "g": ["x", "y"]}, {"First Name": "Bob", "n": 2.5, "g": ["x"]}]"#;
    import(&superuser, "things", "", body).await.is(404);
    superuser.get("/api/collections/things").await.is(404);
    let answer = import(&superuser, "things", "create=true", body).await;
    answer.is(200).has("/created", 2).has("/inferred/0/source", "First Name").has("/inferred/0/name", "First_Name");
    answer.has("/inferred/1/type", "number").has("/inferred/2/type", "select");
    superuser.get("/api/collections/things").await.is(200).has("/listRule", Json::Null);
    superuser
        .list("things", &[("sort", "n")])
        .await
        .has("/items/1/First_Name", "Bob")
        .has("/items/0/g", json!(["x", "y"]));
    server.guest().list("things", &[]).await.is(403);
    // The same file again finds its fields by the same names.
    import(&superuser, "things", "create=true", body).await.is(200).has("/created", 2).has("/inferred", Json::Null);
}

#[tokio::test]
async fn a_dry_run_tells_and_writes_nothing() {
    let server = TestServer::with_collections([people()]).await;
    let superuser = server.superuser();
    let body = "{\"name\": \"Ann\"}\n{\"age\": 3}\n";
    let answer = import(&superuser, "people", "dryRun=true", body).await;
    answer.is(200).has("/created", 1).has("/bad", 1).has("/dryRun", true).has("/rows", 2);
    answer.has("/errors/0/line", 2).has("/errors/0/data/name/code", "validation_required");
    answer.has("/columns", json!({"name": "name", "age": "age"})).has("/ignored", json!([]));
    superuser.list("people", &[]).await.has("/totalItems", 0);
    let answer = import(&superuser, "things", "dryRun=true&create=true", body).await;
    answer.is(200).has("/created", 2).has("/inferred/1/type", "number");
    superuser.get("/api/collections/things").await.is(404);
}

#[tokio::test]
async fn it_stops_at_a_bad_row_where_asked_and_goes_on_where_not() {
    let server = TestServer::with_collections([people()]).await;
    let superuser = server.superuser();
    let rows = |bad: &str| {
        let good = |range: std::ops::Range<u32>| range.map(|n| format!("{{\"name\": \"n{n}\"}}\n")).collect::<String>();
        format!("{}{bad}\n{}", good(0..700), good(700..1_500))
    };
    for (bad, created) in [("{\"age\": 1}", 700), ("{broken", 1_400), ("{\"name\": \"x\", \"age\": \"y\"}", 2_100)] {
        let answer = import(&superuser, "people", "onError=stop", &rows(bad)).await;
        answer.is(200).has("/stopped", true).has("/bad", 1).has("/created", 700).has("/errors/0/line", 701);
        superuser.list("people", &[]).await.has("/totalItems", created);
    }
    let answer = import(&superuser, "people", "onError=skip", &rows("{broken")).await;
    answer.is(200).has("/stopped", false).has("/bad", 1).has("/created", 1_500).has("/rows", 1_501);
}

#[tokio::test]
async fn data_that_breaks_off_is_a_refusal_that_says_what_stays() {
    let server = TestServer::with_collections([people()]).await;
    let superuser = server.superuser();
    let answer = import(&superuser, "people", "", "[{\"name\": \"Ann\"},\n{\"name\": ").await;
    answer.is(400).message_has("line 2 has no end").message_has("1 record was created before, and stays.");
    superuser.list("people", &[]).await.has("/totalItems", 1);
    let answer = import(&superuser, "people", "format=csv", "a,a\n1,2\n").await;
    answer.is(400).message_has("The header names a twice");
}

#[tokio::test]
async fn a_body_of_more_than_the_usual_limit_is_taken_piece_by_piece() {
    let server = TestServer::with_collections([people()]).await;
    let superuser = server.superuser();
    // 40 MiB in 40 rows; the length is not declared.
    let row = |n: usize| Bytes::from(format!("{{\"name\": \"n{n}\", \"extra\": [\"{}\"]}}\n", "x".repeat(1_000_000)));
    let body = reqwest::Body::wrap_stream(stream::iter((0..40).map(move |n| Ok::<_, std::io::Error>(row(n)))));
    let answer = superuser.post_text("/api/collections/people/import", "application/x-ndjson", body).await;
    answer.is(200).has("/created", 40);
    superuser.list("people", &[("perPage", "1")]).await.has("/totalItems", 40);
}

#[tokio::test]
async fn only_superusers_import_and_parameters_are_checked() {
    let server = TestServer::with_collections([people()]).await;
    let guest: Guest = server.guest();
    guest.post_text("/api/collections/people/import", "text/plain", "{\"name\": \"x\"}").await.is(401);
    let superuser = server.superuser();
    for query in ["format=xml", "onError=panic", "existing=replace", "create=maybe", "format=csv&delimiter=ab"] {
        import(&superuser, "people", query, "{\"name\": \"x\"}").await.is(400).no_data();
    }
    superuser.list("people", &[]).await.has("/totalItems", 0);
}

#[tokio::test]
async fn what_is_packed_into_something_else_is_refused() {
    let server = TestServer::with_collections([people()]).await;
    let superuser = server.superuser();
    let path = "/api/collections/people/import";
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n{\"name\": \"x\"}\r\n--b--\r\n";
    let answer = superuser.post_text(path, "multipart/form-data; boundary=b", form).await;
    answer.is(400).message("Send the data as the body itself, not as a part of a form.");
    let answer = superuser.post_text(path, "text/plain", &b"\x1f\x8b\x08\0"[..]).await;
    answer.is(400).message("The file is compressed (gzip); unpack it first.");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        Client::token(&superuser).unwrap()
    );
    let (status, body) = crate::support::raw_request(server.url(), head.as_bytes()).unwrap();
    assert!(status == 400 && body.contains("without Content-Encoding: gzip."), "{status} {body}");
    superuser.list("people", &[]).await.has("/totalItems", 0);
}

#[tokio::test]
async fn accounts_without_a_password_are_told_what_is_missing() {
    let server = TestServer::start().await;
    let answer = import(&server.superuser(), "users", "", "{\"email\": \"a@example.com\"}").await;
    answer.is(200).has("/created", 0).has("/errors/0/message", "password: Cannot be blank.");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_import_and_the_log_says_so() {
    let mut server = TestServer::with_collections([people()]).await;
    let token = crate::support::Client::token(&server.superuser()).unwrap().to_owned();
    let rows: String = (0..1_000).map(|n| format!("{{\"name\": \"n{n}\"}}\n")).collect();
    let head = format!(
        "POST /api/collections/people/import HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nContent-Length: 99999999\r\n\r\n{rows}"
    );
    let connection = crate::support::slow_connection(server.url(), head.as_bytes());
    drop(connection);
    let line = server.process().line_with("what it had created stays");
    assert!(line.contains("people"), "{line}");
    // Whole chunks, or nothing.
    let total = server.superuser().list("people", &[]).await.at("/totalItems").as_u64().unwrap();
    assert!(total <= 1_000);
    let _ = std::fs::read_dir(server.dir().join("spool")).map(|left| assert_eq!(left.count(), 0));
}

#[tokio::test]
async fn a_server_that_stops_ends_an_import_behind_its_chunk() {
    let mut server = TestServer::with_collections([people()]).await;
    let token = crate::support::Client::token(&server.superuser()).unwrap().to_owned();
    let rows: String = (0..8_000).map(|n| format!("{{\"name\": \"n{n}\"}}\n")).collect();
    let head = format!(
        "POST /api/collections/people/import HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nContent-Length: 99999999\r\n\r\n{rows}"
    );
    let connection = crate::support::slow_connection(server.url(), head.as_bytes());
    // The first chunks are in, the rest never comes.
    loop {
        let list = server.superuser().list("people", &[("perPage", "1")]).await;
        if list.at("/totalItems").as_u64().unwrap() > 0 {
            break;
        }
    }
    let database = server.stopped_database();
    let count: u64 = database.is_sound().value("SELECT count(*) FROM people").parse().unwrap();
    assert!(count > 0 && count <= 8_000, "{count}");
    assert_eq!(database.value("SELECT count(*) FROM _tb_changes WHERE op = 'create' AND collection = (SELECT id FROM _collections WHERE name = 'people')"), count.to_string());
    drop(connection);
}
