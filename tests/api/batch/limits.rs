//! How much, how long and how often; who goes away; who else is served meanwhile.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{create, failed_at, offer, send, server, update};
use crate::support::{Answer, Client, Fixture, Guest, TestServer, blog, collection, id, notes};

/// `slow` has a rule that would take hours to answer, and everybody may write to `notes`.
async fn with_a_slow_rule() -> TestServer {
    let mut fixture = notes();
    fixture.collections.push(collection("starters", json!([])));
    let server = server(fixture).await;
    let superuser = server.superuser();
    let count =
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000000000) SELECT count(*) FROM c";
    let endless = json!({
        "name": "endless", "type": "view", "viewQuery": format!("SELECT id, ({count}) AS amount FROM starters"),
    });
    superuser.create_collection(endless).await.is(200);
    let mut slow = collection("slow", json!([{"name": "title", "type": "text"}]));
    slow["createRule"] = "@collection.endless.amount ?> 0".into();
    superuser.create_collection(slow).await.is(200);
    superuser.create("starters", json!({})).await.is(200);
    server
}

fn slow_batch() -> Vec<Json> {
    vec![
        create("notes", json!({"title": "never"})),
        create("slow", json!({})),
        create("notes", json!({"title": "never"})),
    ]
}

/// Writes until one has to wait: then the batch has the writer. That write is answered once it is free again.
async fn waits(guest: &Guest) -> tokio::task::JoinHandle<Answer> {
    loop {
        let writer = guest.clone();
        let mut write = tokio::spawn(async move { writer.create("notes", json!({"title": "another"})).await });
        match tokio::time::timeout(Duration::from_secs(1), &mut write).await {
            Ok(answer) => _ = answer.expect("an answer").is(200),
            Err(_) => return write,
        }
    }
}

async fn never_happened(guest: &Guest) {
    guest.list("notes", &[("filter", "title = 'never'")]).await.is(200).has("/totalItems", 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_ends_with_its_time() {
    let server = with_a_slow_rule().await;
    offer(&server, json!({"timeout": 1})).await;
    let guest = server.guest();
    send(&guest, slow_batch()).await.is(400).no_data().message("Batch transaction failed.");
    never_happened(&guest).await;
    send(&guest, vec![create("notes", json!({"title": "after"}))]).await.is(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_whose_caller_goes_is_undone_at_once_and_others_are_served_meanwhile() {
    let server = with_a_slow_rule().await;
    offer(&server, json!({"timeout": 3000})).await;
    let guest = server.guest();
    let caller = guest.clone();
    let batch = tokio::spawn(async move { send(&caller, slow_batch()).await });
    let waiting = waits(&guest).await;
    // Readers do not wait.
    guest.view("notes", &id("n1"), &[]).await.is(200);
    never_happened(&guest).await;
    assert!(!waiting.is_finished());
    batch.abort();
    waiting.await.expect("an answer").is(200);
    never_happened(&guest).await;
}

#[tokio::test]
async fn five_thousand_items_are_one_batch_where_the_settings_say_so() {
    let server = server(notes()).await;
    offer(&server, json!({"maxRequests": 5000, "timeout": 60})).await;
    let guest = server.guest();
    let items: Vec<_> = (0..5000).map(|number| create("notes", json!({"title": "many", "rank": number}))).collect();
    let answer = send(&guest, items.clone()).await;
    assert_eq!(answer.is(200).json.as_array().unwrap().len(), 5000);
    answer.has("/4999/body/rank", 4999);
    let mut items = items;
    items[4999] = update("notes", &id("none"), json!({}));
    failed_at(&send(&guest, items).await, 4999, 404, "The requested resource wasn't found.");
    guest.list("notes", &[("filter", "title = 'many'")]).await.is(200).has("/totalItems", 5000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_that_meet_are_done_one_after_the_other() {
    let server = server(notes()).await;
    let guest = server.guest();
    let batches = (0..20).map(|_| {
        let items = vec![
            update("notes", &id("n1"), json!({"rank+": 1})),
            update("notes", &id("n2"), json!({"rank-": 1})),
            create("notes", json!({})),
        ];
        let guest = guest.clone();
        async move { send(&guest, items).await }
    });
    let mut ranks: Vec<i64> = Vec::new();
    for answer in futures_util::future::join_all(batches).await {
        let (first, second) = (answer.is(200).at("/0/body/rank"), answer.at("/1/body/rank"));
        assert_eq!(first.as_i64().unwrap() + second.as_i64().unwrap(), 3, "{answer}");
        ranks.push(first.as_i64().unwrap());
    }
    ranks.sort_unstable();
    assert_eq!(ranks, (2..22).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_that_changes_while_passwords_are_hashed_is_met_as_it_then_is() {
    let server = server(blog()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let mut fields = superuser.get("/api/collections/members").await.at("/fields").clone();
    for round in 0..6 {
        let account = |number: usize| {
            let password = "a good password";
            let email = format!("r{round}n{number}@example.com");
            create("members", json!({"email": email, "password": password, "passwordConfirm": password, "nick": email}))
        };
        let added = json!({"name": format!("added{round}"), "type": "text", "required": false});
        fields.as_array_mut().unwrap().push(added);
        let change = superuser.update_collection("members", json!({"fields": fields}));
        let (batch, changed) = tokio::join!(send(&guest, (0..6).map(account).collect()), change);
        fields = changed.is(200).at("/fields").clone();
        batch.is(200).has("/5/body/nick", format!("r{round}n5@example.com"));
    }
    superuser.list("members", &[]).await.is(200).has("/totalItems", 38);
}

/// Limits whose windows are so long that none ends while a test runs.
async fn limit(server: &TestServer, rules: &[(&str, u32)]) {
    let rule =
        |(label, most): &(&str, u32)| json!({"label": label, "audience": "", "duration": 100_000, "maxRequests": most});
    let rules: Vec<_> = rules.iter().map(rule).collect();
    server.superuser().patch("/api/settings", json!({"rateLimits": {"enabled": true, "rules": rules}})).await.is(200);
}

#[tokio::test]
async fn each_item_counts_as_its_action_does() {
    let server = server(notes()).await;
    limit(&server, &[("*:create", 3), ("notes:update", 2), ("notes:delete", 1)]).await;
    let guest = server.guest();
    let make = || create("notes", json!({"title": "made"}));
    let change = || update("notes", &id("n1"), json!({"rank": 5}));
    send(&guest, vec![make(), change()]).await.is(200);
    // An upsert counts as what it turns into.
    let answer = send(&guest, vec![super::upsert("notes", json!({"id": id("n2")})), make(), change()]).await;
    let data = failed_at(&answer, 2, 429, "Too Many Requests.");
    assert_eq!(*data, json!({}));
    // What a failed batch did is undone; that it was asked for is not, and single requests share the counters.
    guest.list("notes", &[("filter", "title = 'made'")]).await.is(200).has("/totalItems", 1);
    guest.update("notes", &id("n1"), json!({})).await.is(429);
    guest.create("notes", json!({})).await.is(200);
    failed_at(&send(&guest, vec![make()]).await, 0, 429, "Too Many Requests.");
    // Items behind a failing one were not asked for.
    let items = vec![super::delete("notes", &id("none")), super::delete("notes", &id("n1"))];
    failed_at(&send(&guest, items).await, 0, 404, "The requested resource wasn't found.");
    failed_at(&send(&guest, vec![super::delete("notes", &id("n1"))]).await, 0, 429, "Too Many Requests.");
    send(&server.superuser(), vec![make(), change(), change(), change()]).await.is(200);
}

#[tokio::test]
async fn an_item_counts_once_however_often_the_batch_runs() {
    let server = server(blog()).await;
    limit(&server, &[("members:create", 2)]).await;
    let member = |short: &str| {
        let password = "a good password";
        create(
            "members",
            json!({"email": format!("{short}@example.com"), "password": password, "passwordConfirm": password}),
        )
    };
    send(&server.guest(), vec![member("one"), member("two")]).await.is(200);
    failed_at(&send(&server.guest(), vec![member("three")]).await, 0, 429, "Too Many Requests.");
}

#[tokio::test]
async fn the_call_has_a_limit_of_its_own() {
    let server = server(notes()).await;
    limit(&server, &[("/api/batch", 2)]).await;
    let guest = server.guest();
    for status in [200, 200, 429] {
        send(&guest, vec![create("notes", json!({}))]).await.is(status);
    }
    guest.create("notes", json!({})).await.is(200);
}

#[tokio::test]
async fn a_batch_without_room_for_anything_counts_as_none() {
    let server = TestServer::with(Fixture { collections: notes().collections, records: Vec::new() }).await;
    server.superuser().patch("/api/settings", json!({"batch": {"enabled": false, "maxRequests": 0}})).await.is(200);
    let answer = send(&server.guest(), vec![create("notes", json!({}))]).await;
    answer.is(403).message("Batch requests are not allowed.");
}
