//! What the server tells of itself.

use serde_json::json;

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

    guest.post("/api/collections/users/request-verification", json!({"email": "nobody@example.com"})).await.is(204);
    let told = async {
        while found(&server, "level = 4 && message ~ 'a letter was asked for' && data.collection = 'users'")
            .await
            .is_empty()
        {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), told).await.expect("an entry");
}
