//! Which requests become entries, and what is in them.

use serde_json::{Value as Json, json};

use super::{found, only, set};
use crate::support::{Client, TestServer, collection, id, notes};

fn keys(entry: &Json) -> Vec<&str> {
    entry["data"].as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn an_answered_request_is_an_entry_with_the_contracts_keys() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let request = guest.request(reqwest::Method::GET, "/api/health?name=%C3%A9&x=a%20b");
    let request = request.header("User-Agent", "a client").header("Referer", "https://app.example.com/page");
    let answer = guest.send(request).await;
    let entry = only(&server, "data.url ~ '/api/health'").await;
    assert_eq!(
        keys(&entry),
        [
            "auth",
            "execTime",
            "method",
            "referer",
            "remoteIP",
            "requestId",
            "status",
            "type",
            "url",
            "userAgent",
            "userIP"
        ]
    );
    assert_eq!(entry.as_object().expect("an object").len(), 5);
    assert_eq!(entry["message"], "GET /api/health?name=é&x=a b");
    assert_eq!(entry["level"], 0);
    let data = &entry["data"];
    assert_eq!(data["url"], "/api/health?name=%C3%A9&x=a%20b");
    assert_eq!(
        [&data["type"], &data["method"], &data["referer"], &data["userAgent"], &data["auth"]],
        ["request", "GET", "https://app.example.com/page", "a client", ""]
    );
    assert_eq!(
        (&data["status"], &data["userIP"], &data["remoteIP"]),
        (&json!(200), &json!("127.0.0.1"), &json!("127.0.0.1"))
    );
    assert!(data["execTime"].as_f64().is_some_and(|ms| ms > 0.0 && ms < 60_000.0), "{data}");
    assert_eq!(data["requestId"].as_str(), answer.header("x-request-id"));
    let id = entry["id"].as_str().expect("a text");
    assert!(id.len() == 15 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{id}");
    assert_eq!(entry["created"].as_str().map(str::len), Some("2022-01-01 10:00:00.000Z".len()));
}

#[tokio::test]
async fn a_failure_is_an_error_with_its_message_and_cause() {
    let fields = json!([{"name": "title", "type": "text", "required": true}]);
    let server = TestServer::with_collections([collection("notes", fields)]).await;
    let guest = server.guest();
    let answer = guest.create("notes", json!({"title": ""})).await;
    answer.is(400);
    let entry = only(&server, "data.status = 400").await;
    assert_eq!((&entry["level"], &entry["data"]["error"]), (&json!(8), answer.at("/message")));
    assert_eq!(entry["data"]["details"]["title"]["code"], "validation_required");
    guest.get("/api/nothing").await.is(404);
    let entry = only(&server, "data.status = 404 && level = 8").await;
    assert_eq!(entry["data"]["error"], "File not found.");
    assert!(entry["data"].get("details").is_none(), "{entry}");
    // A body that is refused before any handler is asked.
    guest.post_text("/api/collections/notes/records", "application/json", "x".repeat(40 << 20)).await.is(413);
    assert_eq!(only(&server, "data.status = 413").await["data"]["error"], "Request entity too large.");
}

#[tokio::test]
async fn who_asked_is_told_as_the_settings_want() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser.get("/api/collections?page=1").await.is(200);
    let entry = only(&server, "data.url = '/api/collections?page=1'").await;
    assert_eq!(entry["data"]["auth"], "_superusers");
    assert!(entry["data"].get("authId").is_none(), "{entry}");

    set(&server, json!({"logIP": false, "logAuthId": true})).await;
    superuser.get("/api/collections?page=2").await.is(200);
    server.guest().get("/api/health").await.is(200);
    let entry = only(&server, "data.url = '/api/collections?page=2'").await;
    assert_eq!(entry["data"]["authId"], server.superuser_id());
    for key in ["userIP", "remoteIP"] {
        assert!(entry["data"].get(key).is_none(), "{entry}");
    }
    assert!(only(&server, "data.url = '/api/health'").await["data"].get("authId").is_none());
}

#[tokio::test]
async fn the_address_that_a_trusted_proxy_tells_is_the_users() {
    let server = TestServer::start().await;
    server.superuser().patch("/api/settings", json!({"trustedProxy": {"headers": ["X-Real-IP"]}})).await.is(200);
    let guest = server.guest();
    guest.send(guest.request(reqwest::Method::GET, "/api/health").header("X-Real-IP", "1.2.3.4")).await.is(200);
    let entry = only(&server, "data.url = '/api/health'").await;
    assert_eq!((&entry["data"]["userIP"], &entry["data"]["remoteIP"]), (&json!("1.2.3.4"), &json!("127.0.0.1")));
}

#[tokio::test]
async fn routine_is_no_entry_unless_it_fails() {
    let server = TestServer::start().await;
    let (guest, superuser) = (server.guest(), server.superuser());
    superuser.get("/api/logs").await.is(200);
    superuser.get("/api/logs/stats").await.is(200);
    guest.get("/_/").await.is(200);
    guest.get("/api/oauth2-redirect?state=x").await;
    guest.send(guest.request(reqwest::Method::OPTIONS, "/api/health")).await;
    let preflight = guest.request(reqwest::Method::OPTIONS, "/api/health");
    let preflight = preflight.header("Origin", "https://a.example.com").header("Access-Control-Request-Method", "GET");
    guest.send(preflight).await.is(204);
    drop(guest.request(reqwest::Method::GET, "/api/realtime").send().await.expect("a stream"));
    assert!(found(&server, "data.status < 400 && data.url != '/api/health'").await.is_empty());

    guest.get("/api/logs").await.is(401);
    superuser.get("/api/logs?filter=x").await.is(400);
    superuser.get("/api/logs/missing").await.is(404);
    guest.get("/_/missing.js").await.is(404);
    let failed = found(&server, "level = 8 && data.method = 'GET'").await;
    let statuses: Vec<_> = failed.iter().map(|entry| entry["data"]["status"].to_string()).collect();
    assert_eq!(statuses, ["401", "400", "404", "404"]);
}

#[tokio::test]
async fn secrets_in_addresses_are_kept_nowhere() {
    let mut server = TestServer::builder().arg("--dev").start().await;
    let guest = server.guest();
    for path in [
        "/api/files/a/b/c.png?token=hush-hush&thumb=1x1",
        "/api/oauth2-redirect/x?code=hush-hush",
        "/api/x?%74oken=hush-hush",
    ] {
        let request = guest.request(reqwest::Method::GET, path);
        guest.send(request.header("Referer", "https://app.example.com/?password=hush-hush")).await.is(404);
    }
    let entries = found(&server, "data.referer != ''").await;
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0]["data"]["url"], "/api/files/a/b/c.png?token=***&thumb=1x1");
    assert_eq!(entries[0]["message"], "GET /api/files/a/b/c.png?token=***&thumb=1x1");
    assert_eq!(entries[0]["data"]["referer"], "https://app.example.com/?password=***");
    assert!(!Json::from(entries.clone()).to_string().contains("hush"));

    // The same event is a line of the output, and both know the request by the same id.
    let line = server.process().line_with("token=***");
    let line: Json = serde_json::from_str(&line).expect("JSON");
    assert_eq!(
        (&line["message"], &line["status"], &line["target"]),
        (&json!("answered"), &json!(404), &json!("tuckbox::requests"))
    );
    assert_eq!(line["span"]["id"], entries[0]["data"]["requestId"]);
    assert!(!server.process().log().contains("hush"), "{}", server.process().log());
    assert!(server.terminate().success());
    for name in ["auxiliary.db", "data.db"] {
        let bytes = std::fs::read(server.dir().join(name)).expect("a file");
        assert!(!bytes.windows(9).any(|window| window == b"hush-hush"), "{name}");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_an_entry() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let endless =
        json!({"query": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"});
    let request = superuser.request(reqwest::Method::POST, "/api/sql").json(&endless);
    let impatient = request.timeout(std::time::Duration::from_millis(300)).send().await;
    assert!(impatient.is_err_and(|error| error.is_timeout()));
    let gone = async {
        while found(&server, "data.status = 499 && data.url = '/api/sql'").await.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), gone).await.expect("an entry");
}

#[tokio::test]
async fn what_is_below_the_level_is_not_kept_and_nothing_is_without_days() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    set(&server, json!({"minLevel": 4})).await;
    guest.view("notes", &id("n1"), &[]).await.is(200);
    guest.view("notes", &id("n9"), &[]).await.is(404);
    let entries = found(&server, "message ~ '/notes/records/'").await;
    assert_eq!(entries.iter().map(|entry| entry["level"].clone()).collect::<Vec<_>>(), [8]);
    set(&server, json!({"minLevel": 0, "maxDays": 0})).await;
    guest.view("notes", &id("n9"), &[]).await.is(404);
    assert!(found(&server, "").await.is_empty());
    set(&server, json!({"maxDays": 1})).await;
    guest.view("notes", &id("n9"), &[]).await.is(404);
    assert_eq!(found(&server, "message ~ '/notes/records/'").await.len(), 1);
}
