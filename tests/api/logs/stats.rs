//! `GET /api/logs/stats`: numbers of entries by the hour.

use serde_json::json;

use super::{beside, set};
use crate::support::{Client, TestServer};

#[tokio::test]
async fn entries_are_counted_by_their_hour() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    set(&server, json!({"maxDays": 100_000, "minLevel": 100})).await;
    superuser.get("/api/logs/stats").await.is(200).has("", json!([]));
    let connection = beside(&server);
    for (level, created) in [
        (0, "2022-05-01 11:59:59.999Z"),
        (8, "2022-05-01 10:00:00.000Z"),
        (0, "2022-05-01 10:59:59.999Z"),
        (0, "no time"),
        (4, "2021-12-31 23:30:00.000Z"),
    ] {
        connection.execute("INSERT INTO _logs (level, created) VALUES (?, ?)", (level, created)).expect("an entry");
    }
    superuser.get("/api/logs/stats").await.is(200).has(
        "",
        json!([
            {"date": "2021-12-31 23:00:00.000Z", "total": 1},
            {"date": "2022-05-01 10:00:00.000Z", "total": 2},
            {"date": "2022-05-01 11:00:00.000Z", "total": 1},
        ]),
    );
    let request = superuser.request(reqwest::Method::GET, "/api/logs/stats");
    let answer = superuser.send(request.query(&[("filter", "level > 0"), ("fields", "total")])).await;
    answer.is(200).has("", json!([{"total": 1}, {"total": 1}]));
    superuser.get("/api/logs/stats?filter=nothing%3D1").await.is(400).no_data();
}
