//! What the server tells of itself.

use serde_json::{Value as Json, json};

use super::{found, only};
use crate::support::{Client, TestServer, collection};

#[tokio::test]
async fn a_slow_statement_is_an_entry_with_its_plan_and_no_values() {
    let fields = json!([{"name": "title", "type": "text"}]);
    let mut server = TestServer::builder().arg("--slow-query=5").start().await;
    let superuser = server.superuser();
    superuser.create_collection(collection("notes", fields)).await.is(200);
    let fill = "INSERT INTO notes (id, title) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 150)
                SELECT printf('%015d', x), 'x' FROM n";
    superuser.post("/api/sql", json!({"query": fill})).await.is(200);
    let query = "SELECT a.id AS id, count(*) AS total FROM notes a, notes b, notes c GROUP BY a.id";
    let view = json!({"name": "pairs", "type": "view", "viewQuery": query, "listRule": ""});
    superuser.create_collection(view).await.is(200);
    let answer = server.guest().list("pairs", &[("filter", "total != 987654321")]).await;
    answer.is(200);
    let id = answer.header("x-request-id").expect("an id");
    let entries = found(&server, &format!("message ~ 'took long' && data.requestId = '{id}'")).await;
    let entry = entries.first().expect("an entry");
    assert_eq!(entry["level"], 4);
    let data = &entry["data"];
    assert!(data["sql"].as_str().is_some_and(|sql| sql.contains("\"pairs\"")), "{data}");
    assert!(data["plan"].as_str().is_some_and(|plan| plan.contains("SCAN")), "{data}");
    assert!(data["duration_ms"].as_f64().is_some_and(|ms| ms >= 5.0) && data["rows"].is_number(), "{data}");
    assert!(!json!(entries).to_string().contains("987654321"), "{entries:?}");
    // The request's own entry has the same id, and the output tells the same.
    assert_eq!(only(&server, &format!("data.requestId = '{id}' && data.type = 'request'")).await["level"], 0);
    let line = server.process().line_with("a statement took long");
    assert!(line.contains("\"plan\"") && !line.contains("987654321"), "{line}");
}

#[tokio::test]
async fn slow_statements_are_not_told_where_nobody_wants_them() {
    let mut server = TestServer::builder().arg("--slow-query=0").start().await;
    server.guest().get("/api/health").await.is(200);
    assert!(found(&server, "message ~ 'took long'").await.is_empty());
    assert!(!server.process().log().contains("took long"));
}

#[tokio::test]
async fn unknown_addresses_are_told_to_the_log_and_not_to_who_asks() {
    let server = TestServer::builder().arg("--dev").start().await;
    server.superuser().update_collection("users", json!({"otp": {"enabled": true}})).await.is(200);
    let guest = server.guest();
    let path = "/api/collections/users/request-otp";
    guest.post(path, json!({"email": "nobody@example.com"})).await.is(200).lacks("/error");
    let entry = only(&server, &format!("data.url = '{path}'")).await;
    assert_eq!((&entry["level"], &entry["data"]["status"]), (&json!(8), &json!(200)));
    assert!(entry["data"]["error"].is_string() && entry["data"].get("details").is_none(), "{entry}");

    // Where the request does not look, the letter's job tells it, of the same request.
    for letter in ["verification", "password-reset"] {
        let path = format!("/api/collections/users/request-{letter}");
        let answer = guest.post(&path, json!({"email": "nobody@example.com"})).await;
        let id = answer.is(204).header("x-request-id").expect("an id").to_owned();
        let filter = format!("level = 8 && data.error != '' && data.requestId = '{id}'");
        let entry = eventually(&server, &filter).await;
        assert_eq!((&entry["data"]["letter"], &entry["data"]["collection"]), (&json!(letter), &json!("users")));
        assert!(!entry.to_string().contains("nobody@example.com"), "{entry}");
        assert_eq!(only(&server, &format!("data.requestId = '{id}' && data.type = 'request'")).await["level"], 0);
    }
}

#[tokio::test]
async fn addresses_that_somebody_has_are_no_error() {
    let server = TestServer::builder().arg("--dev").start().await;
    let account = json!({"email": "ann@example.com", "password": "1234567890", "passwordConfirm": "1234567890",
        "verified": true});
    server.superuser().create("users", account).await.is(200);
    let guest = server.guest();
    for (letter, email) in [("verification", "ann"), ("password-reset", "ann"), ("verification", "nobody")] {
        let path = format!("/api/collections/users/request-{letter}");
        guest.post(&path, json!({"email": format!("{email}@example.com")})).await.is(204);
    }
    // Letters are sent in their order: once the last one is told of, the others would have been.
    eventually(&server, "level = 8 && data.letter = 'verification'").await;
    server.letters_are_sent().await;
    assert_eq!(found(&server, "level >= 4 && message ~ 'letter'").await.len(), 1);
}

/// The first entry that a filter finds, once it is there.
async fn eventually(server: &TestServer, filter: &str) -> Json {
    let told = async {
        loop {
            if let Some(entry) = found(server, filter).await.into_iter().next() {
                return entry;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), told).await.expect("an entry")
}
