//! Lists are as long as a body allows: what is wrong with them is found in time that grows with their length alone,
//! and nobody else waits for it.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer};

/// Long enough for a slow machine; work that grows with the square of these lists takes minutes.
const SOON: Duration = Duration::from_secs(15);

#[tokio::test]
async fn long_lists_are_checked_in_time() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let providers: Vec<Json> = (0..40_000).map(|n| json!({"name": format!("p{n}")})).collect();
    let unique: Vec<String> = (0..400).map(|n| format!("CREATE UNIQUE INDEX i{n} ON t (id, email)")).collect();
    let of_a_field =
        |kind: &str, key: &str, entry: &str| json!({"fields": [{"name": "a", "type": kind, key: vec![entry; 60_000]}]});
    let bodies = [
        of_a_field("email", "onlyDomains", "a b"),
        of_a_field("file", "thumbs", "1x"),
        json!({"type": "auth", "oauth2": {"enabled": true, "providers": providers}}),
        json!({"type": "auth", "indexes": unique, "passwordAuth": {"identityFields": vec!["email"; 100_000]}}),
    ];
    for mut body in bodies {
        body["name"] = json!("t");
        let began = Instant::now();
        superuser.create_collection(body.clone()).await.is(400);
        assert!(began.elapsed() < SOON, "{} took {:?}", body.to_string().split_at(60).0, began.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_while_collections_are_checked() {
    let server = TestServer::start().await;
    // Expressions beyond the limit are the dearest thing to check.
    let save = |at: usize| {
        let superuser = server.superuser();
        async move {
            let fields: Vec<Json> = (0..3)
                .map(|n| json!({"name": format!("f{n}"), "type": "text", "pattern": format!("\\pL{{900}}{at}{n}")}))
                .collect();
            superuser.create_collection(json!({"name": format!("t{at}"), "fields": fields})).await.is(400);
        }
    };
    let saves: Vec<_> = (0..4).map(|at| tokio::spawn(save(at))).collect();
    let guest = server.guest();
    let mut slowest = Duration::ZERO;
    while !saves.iter().all(tokio::task::JoinHandle::is_finished) {
        let began = Instant::now();
        guest.get("/api/health").await.is(200);
        slowest = slowest.max(began.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for save in saves {
        save.await.expect("an answer");
    }
    assert!(slowest < Duration::from_secs(2), "somebody waited for {slowest:?}");
}
