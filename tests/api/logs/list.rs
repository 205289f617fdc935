//! Reading entries: pages, filters, orders, one of them, and removing all.

use serde_json::json;

use super::{beside, found, old};
use crate::support::{Client, Superuser, TestServer};

/// A server whose log holds these five entries alone, in this order.
async fn five() -> TestServer {
    let server = TestServer::start().await;
    server.superuser().remove("/api/logs").await.is(204);
    found(&server, "").await;
    let connection = beside(&server);
    let data = [
        r#"{"n":1,"deep":{"list":["a","b"]}}"#,
        r#"{"n":2,"x:y":"colon"}"#,
        r#"{"n":3}"#,
        "broken",
        r#"{"n":5,"text":"50%"}"#,
    ];
    connection.execute("DELETE FROM _logs", []).expect("no entries");
    for (at, data) in data.iter().enumerate() {
        let created = format!("2024-01-0{} 10:00:00.000Z", 5 - at);
        connection
            .execute(
                "INSERT INTO _logs (id, level, message, data, created) VALUES (?, ?, ?, ?, ?)",
                (format!("e{at}0000000000000"), [0, 4, 8, -4, 0][at], format!("m{at}"), data, created),
            )
            .expect("an entry");
    }
    server
}

async fn messages(superuser: &Superuser, query: &[(&str, &str)]) -> String {
    let request = superuser.request(reqwest::Method::GET, "/api/logs").query(query);
    superuser.send(request).await.is(200).column("message")
}

#[tokio::test]
async fn entries_come_in_pages_in_the_order_in_which_they_came() {
    let server = five().await;
    let superuser = server.superuser();
    let answer = superuser.get("/api/logs").await;
    answer.is(200).has("/page", 1).has("/perPage", 30).has("/totalItems", 5).has("/totalPages", 1);
    assert_eq!(answer.column("message"), "m0 m1 m2 m3 m4");
    answer.has(
        "/items/0",
        json!({"id": "e00000000000000", "created": "2024-01-05 10:00:00.000Z", "message": "m0", "level": 0,
        "data": {"n": 1, "deep": {"list": ["a", "b"]}}}),
    );
    answer.has("/items/3/data", json!({})).has("/items/3/level", -4);
    let answer = superuser.get("/api/logs?page=2&perPage=2").await;
    answer.has("/totalPages", 3).has("/totalItems", 5);
    assert_eq!(answer.column("message"), "m2 m3");
    let answer = superuser.get("/api/logs?skipTotal=1&perPage=2&fields=message,data.n").await;
    answer
        .has("/totalItems", -1)
        .has("/totalPages", -1)
        .has("/items", json!([{"message": "m0", "data": {"n": 1}}, {"message": "m1", "data": {"n": 2}}]));
    superuser.get("/api/logs?page=-1&perPage=0").await.has("/page", 1).has("/perPage", 30);
    superuser.get("/api/logs?perPage=5000").await.has("/perPage", 1000);
    assert_eq!(superuser.get("/api/logs?page=99999999999").await.items().len(), 0);
}

#[tokio::test]
async fn filters_and_sorts_know_columns_and_paths_in_the_data() {
    let server = five().await;
    let superuser = server.superuser();
    for (filter, expected) in [
        ("level >= 4", "m1 m2"),
        ("level < 0 || message = 'm4'", "m3 m4"),
        ("data.n = 3", "m2"),
        ("data.deep.list.1 = 'b'", "m0"),
        ("data.x:y = 'colon'", "m1"),
        ("data ~ '50\\%'", "m4"),
        ("created > '2024-01-04'", "m0 m1"),
        ("created < @now && id ~ 'e2'", "m2"),
        ("message ~ '@request.auth'", ""),
        ("data.none = null && message !~ 'm0'", "m1 m2 m3 m4"),
    ] {
        assert_eq!(messages(&superuser, &[("filter", filter)]).await, expected, "{filter}");
    }
    for (sort, expected) in [
        ("-@rowid", "m4 m3 m2 m1 m0"),
        ("created", "m4 m3 m2 m1 m0"),
        ("level,-message", "m3 m4 m0 m1 m2"),
        ("-data.n", "m4 m2 m1 m0 m3"),
    ] {
        assert_eq!(messages(&superuser, &[("sort", sort)]).await, expected, "{sort}");
    }
    assert_eq!(messages(&superuser, &[("sort", "@random")]).await.len(), "m0 m1 m2 m3 m4".len());
    for (key, value) in [
        ("filter", "rowid > 1"),
        ("filter", "level >"),
        ("filter", "message:lower = 'a'"),
        ("filter", "@request.auth.id != ''"),
        ("filter", "@collection.users.id != ''"),
        ("filter", "data.a..b = 1"),
        ("filter", "users_via_x.id = ''"),
        ("sort", "unknown"),
        ("sort", "level desc"),
        ("sort", "@request.method"),
        ("page", "x"),
        ("fields", "message:excerpt("),
    ] {
        let request = superuser.request(reqwest::Method::GET, "/api/logs").query(&[(key, value)]);
        superuser.send(request).await.is(400).no_data();
    }
}

#[tokio::test]
async fn one_entry_is_viewed_by_its_id() {
    let server = five().await;
    let superuser = server.superuser();
    superuser.get("/api/logs/e10000000000000").await.is(200).has("/message", "m1").has("/data/n", 2);
    superuser.get("/api/logs/e10000000000000?fields=id").await.has("", json!({"id": "e10000000000000"}));
    superuser.get("/api/logs/e90000000000000").await.is(404);
}

#[tokio::test]
async fn all_entries_are_removed_at_once() {
    let server = five().await;
    let superuser = server.superuser();
    superuser.remove("/api/logs").await.is(204);
    // The removal itself is the first entry after it.
    let left = found(&server, "").await;
    assert_eq!(left.iter().map(|entry| entry["message"].clone()).collect::<Vec<_>>(), ["DELETE /api/logs"]);
}

#[tokio::test]
async fn the_log_is_for_superusers_alone() {
    let server = five().await;
    let body = json!({"email": "a@example.com", "password": "12345678", "passwordConfirm": "12345678"});
    server.superuser().create("users", body).await.is(200);
    let body = json!({"identity": "a@example.com", "password": "12345678"});
    let signed_in = server.guest().post("/api/collections/users/auth-with-password", body).await;
    let user = server.guest().with_token(signed_in.text("/token"));
    for path in ["/api/logs", "/api/logs/stats", "/api/logs/e10000000000000"] {
        server.guest().get(path).await.is(401).never_says("m1");
        user.get(path).await.is(403).never_says("m1");
        server.superuser().post(path, json!({})).await.is(404);
    }
    server.guest().remove("/api/logs").await.is(401);
    user.remove("/api/logs").await.is(403);
    server.superuser().get("/api/logs/e10000000000000").await.is(200);
}

#[tokio::test]
async fn entries_of_other_processes_are_read_too() {
    let server = five().await;
    old(&beside(&server), "from beside", 0, 0, 0);
    assert_eq!(found(&server, "message = 'from beside'").await.len(), 1);
}
