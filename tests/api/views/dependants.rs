//! What happens to views when what they read changes, and to what they read because of them.

use serde_json::json;

use super::{has_view, types_of};
use crate::api::collections::field;
use crate::support::{Client, Superuser, TestServer, blog, collection, id};

/// The fields of a stored collection, to be changed and sent back.
async fn fields_of(superuser: &Superuser, collection: &str) -> serde_json::Value {
    superuser.get(&format!("/api/collections/{collection}")).await.is(200).at("/fields").clone()
}

fn text(name: &str) -> serde_json::Value {
    json!({"name": name, "type": "text"})
}

/// Changes one field of a collection.
async fn change_field(superuser: &Superuser, collection: &str, name: &str, key: &str, value: serde_json::Value) {
    let mut fields = fields_of(superuser, collection).await;
    let field = fields.as_array_mut().unwrap().iter_mut().find(|field| field["name"] == name).expect("the field");
    field[key] = value;
    superuser.update_collection(collection, json!({"fields": fields})).await.is(200);
}

#[tokio::test]
async fn a_change_below_reaches_views_over_views() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    // The uppermost is made first, so that the order of creation is no order of dependence.
    has_view(&superuser, "top", "select id, name, labels from posts").await;
    has_view(&superuser, "middle", "select id, labels, name from posts").await;
    superuser
        .update_collection("top", json!({"viewQuery": "select id, labels as marks, name from middle"}))
        .await
        .is(200);
    has_view(&superuser, "other", "select id, name from tags").await;
    let untouched = superuser.get("/api/collections/other").await.is(200).json.clone();
    change_field(&superuser, "posts", "labels", "values", json!(["x", "y", "z", "new"])).await;
    for (view, name) in [("middle", "labels"), ("top", "marks")] {
        let now = superuser.get(&format!("/api/collections/{view}")).await;
        assert_eq!(field(&now.is(200).json, name)["values"], json!(["x", "y", "z", "new"]), "{view}");
        superuser.list(view, &[("filter", &format!("{name}:length > 1"))]).await.is(200).has("/totalItems", 1);
    }
    assert_eq!(superuser.get("/api/collections/other").await.json, untouched, "who reads other tables stays");
}

#[tokio::test]
async fn hidden_below_is_hidden_above() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "v", "select id, name, views from posts").await;
    server.guest().list("v", &[]).await.is(200).has("/items/0/views", 10);
    change_field(&superuser, "posts", "views", "hidden", json!(true)).await;
    server.guest().list("v", &[]).await.is(200).lacks("/items/0/views");
    server.guest().list("v", &[("filter", "views > 1")]).await.is(400);
}

#[tokio::test]
async fn a_view_follows_a_renamed_table() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "v", "select id, name from tags").await;
    superuser.update_collection("tags", json!({"name": "labels"})).await.is(200);
    server.guest().list("v", &[("filter", "name = 'red'")]).await.is(200).has("/totalItems", 1);
    superuser.get("/api/collections/v").await.is(200).has("/viewQuery", "select id, name from tags");
    // Its query no longer fits, and a save says so.
    superuser
        .update_collection("v", json!({"listRule": null}))
        .await
        .is(400)
        .says("viewQuery", "Invalid query - no such table: tags.");
    superuser.update_collection("v", json!({"viewQuery": "select id, name from labels"})).await.is(200);
}

#[tokio::test]
async fn a_view_keeps_its_columns_when_one_below_is_renamed() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "plain", "select id, name, views from posts").await;
    has_view(&superuser, "numbered", "select (row_number() over (order by id)) id, name from posts").await;
    has_view(&superuser, "over", "select id, name from plain").await;
    change_field(&superuser, "posts", "name", "name", json!("title")).await;
    for view in ["plain", "numbered", "over"] {
        let listed = server.guest().list(view, &[("sort", "name"), ("filter", "name != 'p3'")]).await;
        assert_eq!(listed.is(200).column("name"), "p1 p2 p4 p5", "{view}");
    }
    assert_eq!(types_of(&superuser, "plain").await, "id:text name:text views:number");
}

#[tokio::test]
async fn a_column_that_a_view_reads_cannot_be_dropped() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "av", "select id, weight from tags").await;
    let before = superuser.get("/api/collections/tags").await.json;
    let mut fields = fields_of(&superuser, "tags").await;
    fields.as_array_mut().unwrap().retain(|field| field["name"] != "weight");
    let refused = superuser.update_collection("tags", json!({"fields": fields})).await;
    refused.is(400).no_data().message(
        "Failed to update collection. Raw error: \nfailed to drop column weight - error in view av after drop column: \
         no such column: weight.",
    );
    assert_eq!(superuser.get("/api/collections/tags").await.json, before);
    superuser.list("tags", &[("filter", "weight = 2")]).await.is(200).has("/totalItems", 1);
    superuser.remove("/api/collections/av").await.is(204);
    superuser.update_collection("tags", json!({"fields": fields})).await.is(200);
}

#[tokio::test]
async fn what_a_view_depends_on_cannot_be_deleted() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    superuser.create_collection(collection("alone", json!([{"name": "t", "type": "text"}]))).await.is(200);
    superuser.create("alone", json!({"id": id("x1"), "t": "kept"})).await.is(200);
    has_view(&superuser, "low", "select id, t from alone").await;
    has_view(&superuser, "high", "select id, t from low").await;
    for held in ["alone", "low"] {
        let refused = superuser.remove(&format!("/api/collections/{held}")).await;
        refused.is(400).no_data().message("Failed to delete collection.");
    }
    server.guest().list("high", &[]).await.is(200).has("/items/0/t", "kept");
    // A view with a relation to it is a reference like any other.
    has_view(&superuser, "points", "select (row_number() over ()) as id, a.id as to_alone from alone a").await;
    let refused = superuser.remove("/api/collections/alone").await;
    refused.is(400).message("Failed to delete collection probably due to existing reference in points.");
    for free in ["points", "high", "low", "alone"] {
        superuser.remove(&format!("/api/collections/{free}")).await.is(204);
    }
}

#[tokio::test]
async fn a_view_follows_a_renamed_view() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "low", "select id, name from tags").await;
    has_view(&superuser, "high", "select id, name from low").await;
    superuser.update_collection("low", json!({"name": "middle"})).await.is(200);
    server.guest().list("high", &[("filter", "name = 'red'")]).await.is(200).has("/totalItems", 1);
    // It goes on to follow everything below.
    superuser.update_collection("tags", json!({"name": "labels"})).await.is(200);
    superuser
        .update_collection(
            "middle",
            json!({"name": "base", "viewQuery": "select id, name from labels where name = 'red'"}),
        )
        .await
        .is(200);
    server.guest().list("high", &[]).await.is(200).has("/totalItems", 1);
    superuser.get("/api/collections/high").await.is(200).has("/viewQuery", "select id, name from low");
    superuser.remove("/api/collections/base").await.is(400).no_data().message("Failed to delete collection.");
}

#[tokio::test]
async fn a_view_that_is_broken_holds_nothing_up() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for name in ["a", "b", "c"] {
        superuser.create_collection(collection(name, json!([text("t"), text("u"), text("v")]))).await.is(200);
    }
    has_view(&superuser, "va", "select id, t from a").await;
    has_view(&superuser, "over", "select id, t from va").await;
    superuser.update_collection("va", json!({"viewQuery": "select id, u from a"})).await.is(200);
    server.guest().list("over", &[]).await.is_refused();
    superuser.remove("/api/collections/b").await.is(204);
    superuser.update_collection("a", json!({"name": "d"})).await.is(200);
    server.guest().list("va", &[]).await.is(200);
    change_field(&superuser, "c", "t", "name", json!("w")).await;
    let mut fields = fields_of(&superuser, "c").await;
    fields.as_array_mut().unwrap().retain(|field| field["name"] != "v");
    superuser.update_collection("c", json!({"fields": fields})).await.is(200);
    superuser.update_collection("va", json!({"viewQuery": "select id, v as t from d"})).await.is(200);
    server.guest().list("over", &[]).await.is(200);
}

#[tokio::test]
async fn no_view_reads_itself() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "a", "select id, name from posts").await;
    has_view(&superuser, "b", "select id, name from a").await;
    for query in ["select id, name from a", "select id, name from b"] {
        let refused = superuser.update_collection("a", json!({"viewQuery": query})).await;
        refused.is(400).code("viewQuery", "validation_invalid_view_query");
    }
    server.guest().list("b", &[]).await.is(200).has("/totalItems", 5);
}

#[tokio::test]
async fn records_go_without_asking_the_views_that_show_them() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "shown", "select (row_number() over ()) as id, p.id as post, p.author from posts p").await;
    superuser.delete("posts", &id("p4")).await.is(204);
    superuser.delete("authors", &id("a2")).await.is(204);
    server.guest().list("shown", &[]).await.is(200).has("/totalItems", 4);
    superuser.remove("/api/collections/comments/truncate").await.is(204);
    superuser
        .remove("/api/collections/shown/truncate")
        .await
        .is(400)
        .message("View collections cannot be truncated since they don't store their own records.");
}

#[tokio::test]
async fn a_single_field_that_becomes_multiple_shows_in_the_view() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    superuser
        .create_collection(collection("alone", json!([{"name": "s", "type": "select", "values": ["a", "b"]}])))
        .await
        .is(200);
    superuser.create("alone", json!({"s": "a"})).await.is(200);
    has_view(&superuser, "v", "select id, s from alone").await;
    server.guest().list("v", &[]).await.is(200).has("/items/0/s", "a");
    let mut fields = fields_of(&superuser, "alone").await;
    fields[1]["maxSelect"] = json!(2);
    superuser.update_collection("alone", json!({"fields": fields})).await.is(200);
    server.guest().list("v", &[]).await.is(200).has("/items/0/s", json!(["a"]));
    assert_eq!(field(&superuser.get("/api/collections/v").await.is(200).json, "s")["maxSelect"], 2);
    fields[1]["maxSelect"] = json!(1);
    superuser.update_collection("alone", json!({"fields": fields})).await.is(200);
    server.guest().list("v", &[]).await.is(200).has("/items/0/s", "a");
}
