//! `/api/crons`: the schedules of a server, and having one run now.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, Database, TestServer, blog, id};

/// What a server has that nobody has used yet.
const SCHEDULES: [(&str, &str); 5] = [
    ("__pbDBOptimize__", "0 0 * * *"),
    ("__pbMFACleanup__", "0 * * * *"),
    ("__pbOTPCleanup__", "0 * * * *"),
    ("__tbFeedTrim__", "17 * * * *"),
    ("__tbUploadsSweep__", "37 * * * *"),
];

const OPTIMIZE_IS_DUE: &str = "UPDATE _tb_crons SET next_due = 60000 WHERE id = '__pbDBOptimize__'";

/// The entry of a schedule.
fn entry<'a>(answer: &'a Answer, id: &str) -> &'a Json {
    let listed = answer.at("").as_array().expect("a list");
    listed.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id} is not listed: {listed:?}"))
}

/// Waits until something is so of a schedule.
async fn until(server: &TestServer, id: &str, holds: impl Fn(&Json) -> bool) -> Json {
    let (superuser, began) = (server.superuser(), Instant::now());
    loop {
        let answer = superuser.get("/api/crons").await;
        let found = entry(answer.is(200), id);
        if holds(found) {
            return found.clone();
        }
        assert!(began.elapsed() < Duration::from_secs(60), "waited in vain: {found}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn has_ended(entry: &Json) -> bool {
    entry["running"] == false && entry["lastOutcome"] != ""
}

#[tokio::test]
async fn the_schedules_of_the_system_are_listed_in_the_contracts_order() {
    let server = TestServer::start().await;
    let answer = server.superuser().get("/api/crons").await;
    let listed = answer.is(200).at("").as_array().expect("a list").clone();
    let pairs: Vec<_> =
        listed.iter().map(|one| (one["id"].as_str().unwrap(), one["expression"].as_str().unwrap())).collect();
    for pair in SCHEDULES {
        assert!(pairs.contains(&pair), "{pair:?} is not in {pairs:?}");
    }
    let kinds: Vec<_> = pairs.iter().map(|(id, _)| &id[..4]).collect();
    assert!(kinds.is_sorted(), "ours come last: {pairs:?}");
    let one = entry(&answer, "__pbDBOptimize__");
    assert!(one["nextRun"].as_str().unwrap().ends_with(" 00:00:00.000Z"), "{one}");
    for (key, value) in [("running", json!(false)), ("lastStart", json!("")), ("lastOutcome", json!(""))] {
        assert_eq!(one[key], value, "{one}");
    }
}

#[tokio::test]
async fn the_list_has_the_fields_that_are_asked_for() {
    let server = TestServer::start().await;
    let answer = server.superuser().get("/api/crons?fields=id,expression").await;
    assert_eq!(answer.is(200).at("/0"), &json!({"id": "__pbDBOptimize__", "expression": "0 0 * * *"}));
}

#[tokio::test]
async fn schedules_are_for_superusers() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let (list, run) = ("/api/crons", "/api/crons/__pbDBOptimize__");
    server.guest().get(list).await.is(401);
    server.guest().post(run, json!({})).await.is(401);
    user.get(list).await.is(403);
    user.post(run, json!({})).await.is(403);
    server.superuser().get(run).await.is(404);
    let untouched = server.superuser().get(list).await;
    assert_eq!(entry(&untouched, "__pbDBOptimize__")["lastStart"], "");
}

#[tokio::test]
async fn a_schedule_is_run_on_request_and_what_came_of_it_is_listed() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    // Ids may come encoded, and a body is none of ours.
    for path in ["/api/crons/__pbDBOptimize__", "/api/crons/%5F_pbMFA%43leanup__", "/api/crons/__tbFeedTrim__"] {
        let answer = superuser.send(superuser.request(Method::POST, path)).await;
        assert!(answer.is(204).body.is_empty());
    }
    for id in ["__pbDBOptimize__", "__pbMFACleanup__", "__tbFeedTrim__"] {
        let ended = until(&server, id, has_ended).await;
        assert_eq!((&ended["lastOutcome"], &ended["lastError"]), (&json!("done"), &json!("")), "{ended}");
        assert!(ended["lastStart"].as_str() <= ended["lastEnd"].as_str(), "{ended}");
    }
}

#[tokio::test]
async fn the_last_five_runs_are_listed_and_survive_a_restart() {
    let mut server = TestServer::start().await;
    let id = "__pbDBOptimize__";
    assert_eq!(until(&server, id, |_| true).await["runs"], json!([]));
    let mut last = Json::Null;
    for run in 1..=6 {
        server.superuser().post(&format!("/api/crons/{id}"), json!({})).await.is(204);
        let ended = until(&server, id, |one| has_ended(one) && one["runs"][0] != last).await;
        let runs = ended["runs"].as_array().unwrap();
        assert_eq!(runs.len(), run.min(5), "{ended}");
        assert_eq!((&runs[0]["end"], &runs[0]["start"]), (&ended["lastEnd"], &ended["lastStart"]), "{ended}");
        assert_eq!((&runs[0]["outcome"], &runs[0]["error"]), (&json!("done"), &json!("")));
        last = runs[0].clone();
    }
    let before = until(&server, id, |_| true).await["runs"].clone();
    server.restart();
    assert_eq!(until(&server, id, |_| true).await["runs"], before);
}

#[tokio::test]
async fn the_last_run_of_an_older_version_is_listed() {
    let mut server = TestServer::start().await;
    server.stopped_database().execute(
        "DROP TABLE _tb_cron_runs; DELETE FROM _tb_migrations WHERE number = 6; \
         UPDATE _tb_crons SET started = 1000, ended = 2000, outcome = 'failed', error = 'x' WHERE id = '__pbDBOptimize__'",
    );
    server.restart();
    let (start, end) = ("1970-01-01 00:00:01.000Z", "1970-01-01 00:00:02.000Z");
    let listed = until(&server, "__pbDBOptimize__", |_| true).await;
    assert_eq!(listed["runs"], json!([{"start": start, "end": end, "outcome": "failed", "error": "x"}]));
}

#[tokio::test]
async fn an_unknown_schedule_is_not_found() {
    let server = TestServer::start().await;
    for id in
        ["nothing", "__pbAutoBackup__", "__PBDBOPTIMIZE__", "%00", "%2F", "..", "%FF", "__pbRateLimitersCleanup__"]
    {
        let path = format!("/api/crons/{id}");
        server.superuser().post(&path, json!({})).await.is(404);
    }
}

#[tokio::test]
async fn the_cleanup_of_rate_limits_is_listed_once_they_were_used() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let rules = json!([{"label": "/api/", "audience": "", "duration": 10, "maxRequests": 1000}]);
    superuser.patch("/api/settings", json!({"rateLimits": {"enabled": true, "rules": rules}})).await.is(200);
    superuser.get("/api/crons").await.is(200).never_says("RateLimiters");
    server.guest().get("/api/health").await.is(200);
    let id = "__pbRateLimitersCleanup__";
    let listed = until(&server, id, |one| one["nextRun"] != "").await;
    assert_eq!(listed["expression"], "2 * * * *");
    superuser.post(&format!("/api/crons/{id}"), json!({})).await.is(204);
    assert_eq!(until(&server, id, has_ended).await["lastOutcome"], "done");
}

#[tokio::test]
async fn what_another_process_makes_due_runs_within_moments() {
    let server = TestServer::start().await;
    Database::open(&server.dir()).execute(OPTIMIZE_IS_DUE);
    let ended = until(&server, "__pbDBOptimize__", has_ended).await;
    assert_eq!(ended["lastOutcome"], "done");
    assert!(ended["nextRun"].as_str() > ended["lastEnd"].as_str(), "{ended}");
}

#[tokio::test]
async fn a_time_that_was_missed_while_no_server_ran_is_made_up_for() {
    let mut server = TestServer::start().await;
    server.stopped_database().execute(OPTIMIZE_IS_DUE);
    server.restart();
    assert_eq!(until(&server, "__pbDBOptimize__", has_ended).await["lastOutcome"], "done");
    assert_eq!(server.stopped_database().value("SELECT count(*) FROM _tb_jobs WHERE kind = 'cron'"), "0");
}

#[tokio::test]
async fn expired_one_time_passwords_go_with_their_schedule() {
    let server = TestServer::with(blog()).await;
    let insert = |id: &str, created: &str| {
        format!(
            "INSERT INTO _otps (id, collectionRef, recordRef, password, sentTo, created, updated) \
             SELECT '{id}', id, 'x', 'x', '', '{created}', '{created}' FROM _collections WHERE name = 'members';"
        )
    };
    let fresh = insert("fresh0000000000", "2999-01-01 00:00:00.000Z");
    Database::open(&server.dir()).execute(&format!("{}{fresh}", insert("old000000000000", "2020-01-01 00:00:00.000Z")));
    server.superuser().post("/api/crons/__pbOTPCleanup__", json!({})).await.is(204);
    until(&server, "__pbOTPCleanup__", has_ended).await;
    assert_eq!(Database::open(&server.dir()).column("SELECT id FROM _otps"), ["fresh0000000000"]);
}

/// Somebody else's read that needs the log: emptying it waits for that.
fn hold_the_log(server: &TestServer) -> rusqlite::Connection {
    let reader = rusqlite::Connection::open(server.dir().join("data.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM _params").unwrap();
    Database::open(&server.dir()).execute("CREATE TABLE aside (x); INSERT INTO aside VALUES (1)");
    reader
}

async fn begin_to_optimize(server: &TestServer) {
    server.superuser().post("/api/crons/__pbDBOptimize__", json!({})).await.is(204);
    until(server, "__pbDBOptimize__", |one| one["lastStart"] != "" && one["running"] == true).await;
}

#[tokio::test]
async fn sigterm_in_a_run_ends_the_server_and_the_run_is_done_at_the_next_start() {
    let mut server = TestServer::start().await;
    let reader = hold_the_log(&server);
    begin_to_optimize(&server).await;
    assert!(server.terminate().success(), "{}", server.process().log());
    drop(reader);
    server.restart();
    assert_eq!(until(&server, "__pbDBOptimize__", has_ended).await["lastOutcome"], "done");
}

#[tokio::test]
async fn sigkill_in_a_run_loses_nothing() {
    let mut server = TestServer::start().await;
    let reader = hold_the_log(&server);
    begin_to_optimize(&server).await;
    server.kill();
    drop(reader);
    server.restart();
    assert_eq!(until(&server, "__pbDBOptimize__", has_ended).await["lastOutcome"], "done");
    let database = server.stopped_database();
    assert_eq!(database.is_sound().value("SELECT count(*) FROM _tb_jobs WHERE kind = 'cron'"), "0");
}
