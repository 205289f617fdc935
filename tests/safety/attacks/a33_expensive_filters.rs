//! A filter that would run for hours: joins that multiply, patterns that backtrack.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Client, TestServer, blog, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_in_time_and_delays_nobody() {
    let server = TestServer::builder().arg("--queryTimeout").arg("2").start().await;
    server.load(blog()).await;
    let superuser = server.superuser();
    // One author, 400 posts: each hop forth and back multiplies by 400.
    let posts = (0..400).map(|n| {
        superuser.create("posts", json!({"name": format!("x{n}"), "author": id("a3"), "body": "a".repeat(2000)}))
    });
    for answer in futures_util::future::join_all(posts).await {
        answer.is(200);
    }
    let round = "author.posts_via_author.".repeat(3);
    let guest = server.guest();
    let hostile = [
        format!("{round}name ?= 'missing'"),
        format!("{round}name != 'missing' && {round}views = {round}views"),
        format!("{round}body ~ '%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b'"),
    ];
    let attackers: Vec<_> = hostile
        .iter()
        .flat_map(|filter| [filter.clone(), filter.clone()])
        .map(|filter| {
            let guest = guest.clone();
            tokio::spawn(async move {
                let began = Instant::now();
                let answer = guest.list("posts", &[("filter", &filter)]).await;
                (answer, began.elapsed())
            })
        })
        .collect();
    // Meanwhile everybody else is served.
    for turn in 0..20 {
        let began = Instant::now();
        guest.view("posts", &id("p1"), &[]).await.is(200);
        guest.update("posts", &id("p1"), json!({"views+": 1})).await.is(200);
        guest.get("/api/health").await.is(200);
        assert!(began.elapsed() < Duration::from_secs(2), "turn {turn} took {:?}", began.elapsed());
    }
    for attacker in attackers {
        let (answer, took) = attacker.await.expect("an answer");
        // They wait for each other, and whoever waits too long among them is refused.
        if answer.status == 503 {
            answer.is(503).message("Too many long reads are waiting.");
        } else {
            answer.is_no_failure();
        }
        assert!(took < Duration::from_secs(20), "it ran for {took:?}: {answer}");
    }
}

#[tokio::test]
async fn a_pattern_of_a_field_does_not_backtrack() {
    let fields = json!([{"name": "f", "type": "text", "pattern": "^(a+)+$"}, {"name": "g", "type": "text", "pattern": "(x+x+)+y"}]);
    let server = TestServer::with_collections([crate::support::collection("patterns", fields)]).await;
    let began = Instant::now();
    let body = json!({"f": format!("{}!", "a".repeat(4000)), "g": "x".repeat(4000)});
    server
        .guest()
        .create("patterns", body)
        .await
        .is(400)
        .code("f", "validation_invalid_format")
        .code("g", "validation_invalid_format");
    let nested =
        json!({"name": "bombs", "fields": [{"name": "f", "type": "text", "pattern": "((((a{100}){100}){100}){100})"}]});
    server.superuser().create_collection(nested).await.is(400).code("fields.1.pattern", "validation_invalid_regex");
    let generated = json!({"name": "bombs", "fields": [{"name": "f", "type": "text", "autogeneratePattern": "(((a{1000}){1000}){1000})"}]});
    server.superuser().create_collection(generated).await.is(400);
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
}
