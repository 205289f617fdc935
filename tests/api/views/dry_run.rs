//! `POST /api/collections/meta/dry-run-view`.

use serde_json::json;

use crate::support::{Answer, Client, TestServer, blog, id};

const PATH: &str = "/api/collections/meta/dry-run-view";

async fn tried(client: &impl Client, query: &str) -> Answer {
    client.post(PATH, json!({"query": query})).await
}

#[tokio::test]
async fn a_dry_run_shows_fields_and_a_few_records_and_keeps_nothing() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let before = superuser.get("/api/collections?perPage=100").await.json;
    let answer =
        tried(&superuser, "select views as id, name as title, tags, draft from posts order by views desc").await;
    answer.is(200).has("/fields/1/type", "text").has("/fields/1/name", "title").has("/fields/2/type", "relation");
    let sample = answer.at("/sample").as_array().expect("a sample");
    assert_eq!(sample.len(), 5);
    let first = &sample[0];
    assert_eq!((&first["id"], &first["title"], &first["draft"]), (&json!("30"), &json!("p3"), &json!("")));
    assert!(first["collectionName"].as_str().unwrap().starts_with("temp_view_"), "{first}");
    assert!(first["collectionId"].is_string() && first["tags"].is_array(), "{first}");
    assert_eq!(superuser.get("/api/collections?perPage=100").await.json, before);
    let numbers = "with recursive n(i) as (select 1 union all select i + 1 from n) select i as id from n";
    let first_ten = tried(&superuser, numbers).await;
    assert_eq!(first_ten.is(200).at("/sample").as_array().map(Vec::len), Some(10));
    superuser
        .post(&format!("{PATH}?fields=fields.name"), json!({"query": "select 'a' as id"}))
        .await
        .is(200)
        .has("", json!({"fields": [{"name": "id"}]}));
    tried(&superuser, "select id from posts where 0").await.is(200).has("/sample", json!([]));
}

#[tokio::test]
async fn a_query_is_required_and_short() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let message = "An error occurred while validating the submitted data.";
    for body in [json!({}), json!({"query": null}), json!({"query": ""}), json!({"query": "  "})] {
        superuser.post(PATH, body).await.is(400).message(message).codes(&[("query", "validation_required")]);
    }
    let long = format!("select '1' as id -- {}", "x".repeat(5000));
    let refused = tried(&superuser, &long).await;
    refused.is(400).message(message).code("query", "validation_length_too_long");
    refused.says("query", "The length must be no more than 5000.").params("query", json!({"min": 0, "max": 5000}));
    tried(&superuser, &long[..5000]).await.is(200);
    for body in [json!({"query": 5}), json!([]), json!({"query": {}})] {
        superuser
            .post(PATH, body)
            .await
            .is(400)
            .no_data()
            .message("An error occurred while loading the submitted data.");
    }
}

#[tokio::test]
async fn what_makes_no_view_is_told_as_it_is() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    for (query, text) in [
        ("select", "incomplete input"),
        ("select id from missing", "no such table: missing"),
        ("delete from posts", "not authorized"),
        ("select 1 as id; delete from posts", "multiple statements are not supported"),
        (
            "select * from posts",
            "wildcard columns (*) are not supported - manually type the collection field names you want the view query to have",
        ),
        (
            "select name from posts",
            "missing required id column (you can use `(ROW_NUMBER() OVER()) as id` if you don't have one)",
        ),
        ("select '' as id", "the query could return records with empty or invalid ids"),
        ("select '1' as id from posts", "the query could return records with non-unique ids"),
        ("select id, count(*) from posts", "invalid field \"count(*)\" (1): name: must be in a valid format"),
    ] {
        let answer = tried(&superuser, query).await;
        answer.is(400).no_data().message(&format!("Invalid view query. Raw error: \n{text}."));
    }
    superuser.list("posts", &[]).await.is(200).has("/totalItems", 5);
}

#[tokio::test]
async fn only_superusers_try_queries() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    tried(&server.guest(), "select '1' as id").await.is(401);
    tried(&user, "select '1' as id").await.is(403);
}
