//! One request that becomes thousands inside, and a health check that works each time (Directus GHSA-6q22-g298-grjh).

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::api::batch;
use crate::support::{Client, TestServer, collection, id};

/// A server with 12 records that all point to all of them; their ids.
async fn with_a_knot() -> (TestServer, Vec<String>) {
    let fields = json!([{"name": "all", "type": "relation", "collectionId": "c_knot", "maxSelect": 50}]);
    let server = TestServer::with_collections([collection("knot", fields)]).await;
    let superuser = server.superuser();
    let ids: Vec<_> = (0..12).map(|n| id(&format!("k{n}x"))).collect();
    for id in &ids {
        superuser.create("knot", json!({"id": id})).await.is(200);
    }
    for id in &ids {
        superuser.update("knot", id, json!({"all": ids})).await.is(200);
    }
    (server, ids)
}

#[tokio::test]
async fn expanding_in_circles_is_bounded() {
    let (server, _) = with_a_knot().await;
    // 12 records, each with all 12, six levels deep, would be 12^6 records.
    let began = Instant::now();
    let deep = ["all"; 6].join(".");
    let wide: Vec<_> =
        (0..200).map(|n| if n % 2 == 0 { deep.clone() } else { format!("knot_via_all.{deep}") }).collect();
    for expand in [deep.clone(), wide.join(",")] {
        let answer =
            tokio::time::timeout(Duration::from_secs(20), server.guest().list("knot", &[("expand", &expand)])).await;
        let answer = answer.unwrap_or_else(|_| panic!("still expanding after {:?}", began.elapsed()));
        answer.is_no_failure();
        assert!(answer.body.len() < 64 << 20, "{} bytes from one request", answer.body.len());
        server.guest().get("/api/health").await.is(200);
    }
}

#[tokio::test]
async fn repeated_parameters_and_paths_cost_once() {
    let server = TestServer::with(crate::support::blog()).await;
    let began = Instant::now();
    let expand = vec!["author.posts_via_author.comments_via_post.by"; 500].join(",");
    let answer = server.guest().list("posts", &[("expand", &expand)]).await;
    answer.is(200);
    let fields = vec!["expand.author.name"; 800].join(",");
    server.guest().list("posts", &[("expand", "author"), ("fields", &fields)]).await.is(200);
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
}

#[tokio::test]
async fn a_health_check_touches_nothing() {
    let mut server = TestServer::start().await;
    let guest = server.guest();
    let wal = server.dir().join("data.db-wal");
    guest.get("/api/health").await.is(200);
    let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let before = size(&wal);
    for answer in futures_util::future::join_all((0..300).map(|_| guest.get("/api/health"))).await {
        assert_eq!(answer.is(200).json["data"], Json::Object(serde_json::Map::new()));
    }
    assert_eq!(size(&wal), before);
    assert!(server.process().is_running());
}

#[tokio::test]
async fn a_batch_brings_no_more_along_than_one_request_may() {
    let (server, ids) = with_a_knot().await;
    batch::offer(&server, json!({})).await;
    let expand = ["all"; 6].join(".");
    let change = |id: &String| json!({"method": "PATCH", "url": format!("/api/collections/knot/records/{id}?expand={expand}"), "body": {}});
    let answer = batch::send(&server.guest(), ids.iter().map(change).collect()).await;
    assert_eq!(answer.is(200).json.as_array().expect("a list").len(), 12);
    answer.has("/11/body/id", ids[11].clone());
    assert!(answer.body.len() < 128 << 20, "{} bytes from one request", answer.body.len());
}

#[tokio::test]
async fn a_batch_asks_for_no_batches_and_for_no_sign_ins() {
    let server = batch::server(crate::support::blog()).await;
    let guest = server.guest();
    let inner = json!({"requests": [batch::create("tags", json!({"name": "inner"}))]});
    let guess = json!({"identity": "ann@example.com", "password": "a guess"});
    for (url, body) in [("/api/batch", inner), ("/api/collections/members/auth-with-password", guess)] {
        let items = vec![json!({"method": "POST", "url": url, "body": body}); 50];
        batch::send(&guest, items).await.is(400).code("requests.0", "batch_request_failed");
    }
    guest.list("tags", &[("filter", "name = 'inner'")]).await.is(200).has("/totalItems", 0);
}
