//! Who may use the collections API.

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, TestServer, blog, id};

#[tokio::test]
async fn only_superusers_get_in() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let routes = [
        (Method::GET, "/api/collections"),
        (Method::POST, "/api/collections"),
        (Method::GET, "/api/collections/posts"),
        (Method::PATCH, "/api/collections/posts"),
        (Method::DELETE, "/api/collections/posts"),
        (Method::DELETE, "/api/collections/posts/truncate"),
        (Method::PUT, "/api/collections/import"),
        (Method::GET, "/api/collections/meta/scaffolds"),
        (Method::GET, "/api/collections/missing"),
    ];
    for (method, path) in routes {
        let guest = server.guest();
        let answer = guest.send(guest.request(method.clone(), path)).await;
        answer.is(401).message("The request requires valid record authorization token.").no_data();
        let bad = guest.with_token("nonsense");
        bad.send(bad.request(method.clone(), path)).await.is(401);
        let answer = user.send(user.request(method, path).json(&json!({}))).await;
        answer.is(403).message("The authorized record is not allowed to perform this action.").no_data();
    }
    server.superuser().list("posts", &[]).await.is(200).has("/totalItems", 5);
}
