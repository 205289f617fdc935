//! `PATCH /api/settings`.

use serde_json::{Value as Json, json};

use super::SETTINGS;
use crate::support::{Client, TestServer};

#[tokio::test]
async fn what_is_sent_is_laid_over_what_is_there() {
    let mut server = TestServer::start().await;
    let superuser = server.superuser();
    let sent = json!({
        "meta": {"appName": "Notes", "unknown": 1}, "superuserIPs": ["127.0.0.0/8", "::1"], "unknown": {},
        "rateLimits": {"rules": [{"label": "/api/x", "audience": "@guest", "duration": 7, "maxRequests": 9}]},
    });
    let answer = superuser.patch(SETTINGS, sent).await;
    answer.is(200).has("/meta/appName", "Notes").has("/meta/senderName", "Support");
    answer.has("/rateLimits/rules/0/label", "/api/x").lacks("/rateLimits/rules/1").lacks("/unknown");
    answer.lacks("/meta/unknown").has("/superuserIPs/1", "::1");
    assert_eq!(superuser.get(SETTINGS).await.json, answer.json);
    server.restart();
    assert_eq!(server.superuser().get(SETTINGS).await.json, answer.json, "after a restart");
}

#[tokio::test]
async fn null_changes_nothing_and_empties_lists() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser.patch(SETTINGS, json!({"superuserIPs": ["127.0.0.1"], "meta": {"appName": "Notes"}})).await.is(200);
    let sent = json!({"superuserIPs": null, "meta": null, "smtp": {"port": null}, "rateLimits": {"rules": null}});
    let answer = superuser.patch(SETTINGS, sent).await;
    answer.is(200).has("/superuserIPs", json!([])).has("/rateLimits/rules", json!([]));
    answer.has("/meta/appName", "Notes").has("/smtp/port", 587);
}

#[tokio::test]
async fn secrets_never_leave_and_survive_being_read_and_written_back() {
    let mut server = TestServer::start().await;
    let superuser = server.superuser();
    let s3 = json!({"enabled": true, "bucket": "b", "region": "r", "endpoint": "s3.example.com", "accessKey": "k",
        "secret": "secret of files"});
    let mut backups = s3.clone();
    backups["secret"] = json!("secret of backups");
    let sent = json!({"smtp": {"password": "secret of mail"}, "s3": s3, "backups": {"s3": backups}});
    let answer = superuser.patch(SETTINGS, sent).await;
    answer.is(200).has("/s3/enabled", true).never_says("secret of");
    for path in ["/smtp/password", "/s3/secret", "/backups/s3/secret"] {
        answer.lacks(path);
    }
    let read = superuser.get(SETTINGS).await;
    read.is(200).never_says("secret of");
    // The whole object as it was read: `s3.enabled` would refuse a secret that is gone.
    superuser.patch(SETTINGS, read.json).await.is(200);
    superuser
        .patch(SETTINGS, json!({"s3": {"secret": ""}}))
        .await
        .is(400)
        .codes(&[("s3.secret", "validation_required")]);
    superuser.patch(SETTINGS, json!({"smtp": {"password": ""}})).await.is(200);
    let stored: Json = serde_json::from_str(&stored(&mut server)).expect("JSON");
    assert_eq!(stored["smtp"]["password"], "");
    assert_eq!(stored["s3"]["secret"], "secret of files");
    assert_eq!(stored["backups"]["s3"]["secret"], "secret of backups");
}

#[tokio::test]
async fn the_row_is_the_contracts() {
    let mut server = TestServer::start().await;
    server.superuser().patch(SETTINGS, json!({"meta": {"appName": "one"}})).await.is(200);
    server.superuser().patch(SETTINGS, json!({"meta": {"appName": "two"}})).await.is(200);
    let database = server.stopped_database();
    let rows = database.rows("SELECT id, created <= updated, created LIKE '____-__-__ __:__:__.___Z' FROM _params");
    assert_eq!(rows, [["settings", "1", "1"]]);
    let value: Json = serde_json::from_str(&database.value("SELECT value FROM _params")).expect("JSON");
    assert_eq!((&value["meta"]["appName"], &value["smtp"]["password"]), (&json!("two"), &json!("")));
    assert_eq!(value["s3"].get("secret"), None);
}

fn stored(server: &mut TestServer) -> String {
    server.stopped_database().value("SELECT value FROM _params WHERE id = 'settings'")
}

#[tokio::test]
async fn an_empty_body_changes_nothing() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser.patch(SETTINGS, json!({"meta": {"appName": "Notes"}})).await.is(200);
    superuser.patch(SETTINGS, json!({})).await.is(200).has("/meta/appName", "Notes");
    superuser.send(superuser.request(reqwest::Method::PATCH, SETTINGS)).await.is(200).has("/meta/appName", "Notes");
}

#[tokio::test]
async fn a_body_that_is_none_is_refused_and_nothing_is_saved() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for body in [
        "{",
        "[]",
        "5",
        r#"{"meta":5}"#,
        r#"{"meta":{"appName":5}}"#,
        r#"{"smtp":{"port":"5"}}"#,
        r#"{"smtp":{"port":1.5}}"#,
        r#"{"smtp":{"port":1e300}}"#,
        r#"{"meta":{"hideControls":"true"}}"#,
        r#"{"superuserIPs":"::1"}"#,
        r#"{"superuserIPs":[5]}"#,
        r#"{"meta":{"appName":"changed"},"rateLimits":{"rules":[[]]}}"#,
    ] {
        let request = superuser.request(reqwest::Method::PATCH, SETTINGS);
        superuser.send(request.header("Content-Type", "application/json").body(body)).await.is(400).no_data();
    }
    let request = superuser.request(reqwest::Method::PATCH, SETTINGS).header("Content-Type", "text/xml");
    superuser.send(request.body("<meta/>")).await.is(400).no_data();
    superuser.get(SETTINGS).await.is(200).has("/meta/appName", "Acme");
}

/// JSON knows no kinds of numbers, and some clients write a whole one so.
#[tokio::test]
async fn a_whole_number_is_one_however_it_is_written() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let request = superuser.request(reqwest::Method::PATCH, SETTINGS).header("Content-Type", "application/json");
    let answer = superuser.send(request.body(r#"{"smtp":{"port":25.0},"batch":{"timeout":1e1}}"#)).await;
    answer.is(200).has("/smtp/port", 25).has("/batch/timeout", 10);
}

#[tokio::test]
async fn what_is_wrong_is_told_where_it_is_and_nothing_is_saved() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let rule =
        |label: &str, audience: &str| json!({"label": label, "audience": audience, "duration": 1, "maxRequests": 1});
    let sent = json!({
        "meta": {"appName": "", "senderName": "kept out"},
        "superuserIPs": ["10.0.0.1", "nowhere", ""],
        "backups": {"cron": "* * * * MON"},
        "rateLimits": {"rules": [rule("/a", ""), rule("/a", "@guest"), rule("not a label", ""), {"label": "zz"}]},
    });
    let answer = superuser.patch(SETTINGS, sent).await;
    answer.is(400).codes(&[
        ("meta.appName", "validation_required"),
        ("superuserIPs.1", "validation_invlaid_ip_or_subnet"),
        ("superuserIPs.2", "validation_required"),
        ("backups.cron", "validation_invalid_cron"),
        ("rateLimits.rules.1.label", "validation_conflicting_rate_limit_rule"),
        ("rateLimits.rules.2.label", "validation_match_invalid"),
        ("rateLimits.rules.3.duration", "validation_required"),
        ("rateLimits.rules.3.maxRequests", "validation_required"),
    ]);
    answer.params("rateLimits.rules.1.label", json!({"label": "/a"}));
    superuser.get(SETTINGS).await.is(200).has("/meta/senderName", "Support").has("/superuserIPs", json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_at_the_same_time_do_not_lose_each_others_keys() {
    let server = TestServer::start().await;
    for round in 0..5 {
        let changes = ["appName", "senderName", "senderAddress", "appURL"].map(|key| {
            let superuser = server.superuser();
            let value = match key {
                "senderAddress" => format!("a{round}@example.com"),
                "appURL" => format!("https://a{round}.example.com"),
                _ => format!("{key} {round}"),
            };
            tokio::spawn(async move {
                superuser.patch(SETTINGS, json!({"meta": {(key): value}})).await.is(200);
            })
        });
        for change in changes {
            change.await.expect("changed");
        }
        let answer = server.superuser().get(SETTINGS).await;
        answer.has("/meta/appName", format!("appName {round}")).has("/meta/senderName", format!("senderName {round}"));
        answer.has("/meta/senderAddress", format!("a{round}@example.com"));
        answer.has("/meta/appURL", format!("https://a{round}.example.com"));
    }
}
