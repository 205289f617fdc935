//! One item fails, and nothing has happened.

use serde_json::json;

use super::{create, delete, failed_at, send, server, update, upsert};
use crate::support::{Client, collection, id, notes};

#[tokio::test]
async fn the_first_failing_item_is_told_as_the_single_request_would_be() {
    let server = server(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let fields = json!([{"name": "title", "type": "text", "required": true}]);
    superuser.create_collection(collection("strict", fields)).await.is(200);
    let items = vec![
        create("strict", json!({"title": "fine"})),
        update("notes", &id("n1"), json!({"title": "changed"})),
        delete("notes", &id("n2")),
        create("strict", json!({})),
        delete("notes", &id("none")),
    ];
    let answer = send(&guest, items).await;
    let data = failed_at(&answer, 3, 400, "Failed to create record.");
    assert_eq!(*data, guest.create("strict", json!({})).await.json["data"]);
    assert_eq!(*data, json!({"title": {"code": "validation_required", "message": "Cannot be blank."}}));
    guest.list("strict", &[]).await.is(200).has("/totalItems", 0);
    guest.view("notes", &id("n1"), &[]).await.is(200).has("/title", "Ash");
    guest.view("notes", &id("n2"), &[]).await.is(200);
}

#[tokio::test]
async fn what_is_no_write_of_a_record_is_no_action() {
    let server = server(notes()).await;
    let superuser = server.superuser();
    let generic = "Something went wrong while processing your request.";
    let note = format!("/api/collections/notes/records/{}", id("n1"));
    for (method, url) in [
        ("GET", "/api/collections/notes/records"),
        ("POST", "/api/collections/notes/records/"),
        ("POST", "/api/batch"),
        ("POST", "/api/collections"),
        ("POST", "/api/collections/_superusers/auth-with-password"),
        ("DELETE", "/api/collections/notes"),
        ("PATCH", "/api/settings"),
        ("POST", "/api/sql"),
        ("PUT", note.as_str()),
        ("DELETE", &format!("{note}/")),
        ("DELETE", &format!("{note}#x")),
        ("DELETE", &format!("{}{note}", server.url())),
        ("DELETE", &note[1..]),
    ] {
        let item = json!({"method": method, "url": url, "body": {}});
        let answer = send(&superuser, vec![create("notes", json!({})), item]).await;
        let data = failed_at(&answer, 1, 400, generic);
        assert_eq!(*data, json!({}), "{method} {url}");
    }
    // One that fails before it is told first.
    let items = vec![delete("notes", &id("none")), json!({"method": "GET", "url": "/"})];
    failed_at(&send(&superuser, items).await, 0, 404, "The requested resource wasn't found.");
    superuser.list("notes", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn unknown_and_unfit_collections_and_bad_queries() {
    let server = server(notes()).await;
    let superuser = server.superuser();
    let view = json!({"name": "titles", "type": "view", "viewQuery": "SELECT id, title FROM notes"});
    superuser.create_collection(view).await.is(200);
    for item in [
        create("none", json!({})),
        upsert("none", json!({"id": "x"})),
        update("none", "x", json!({})),
        delete("none", "x"),
    ] {
        failed_at(&send(&superuser, vec![item]).await, 0, 404, "Missing collection context.");
    }
    for item in [create("titles", json!({})), update("titles", &id("n1"), json!({})), delete("titles", &id("n1"))] {
        failed_at(&send(&superuser, vec![item]).await, 0, 400, "Unsupported collection type.");
    }
    for (query, message) in [
        ("a=%zz", "The query is not properly encoded."),
        ("fields=title:lower()", "The fields parameter has an invalid modifier."),
    ] {
        let item = json!({"method": "POST", "url": format!("/api/collections/notes/records?{query}")});
        failed_at(&send(&superuser, vec![item]).await, 0, 400, message);
    }
    superuser.list("notes", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn a_failed_batch_leaves_no_change_behind() {
    let mut server = server(notes()).await;
    let guest = server.guest();
    let items = vec![
        create("notes", json!({"title": "gone"})),
        update("notes", &id("n1"), json!({"title": "gone"})),
        delete("notes", &id("n2")),
        delete("notes", &id("n2")),
    ];
    failed_at(&send(&guest, items).await, 3, 404, "The requested resource wasn't found.");
    send(&guest, vec![create("notes", json!({"title": "kept"})), delete("notes", &id("n3"))]).await.is(200);
    let database = server.stopped_database();
    let ops = database.column("SELECT op FROM _tb_changes WHERE collection = 'c_notes' ORDER BY seq");
    assert_eq!(ops, ["create", "create", "create", "create", "delete"]);
    assert_eq!(database.column("SELECT title FROM notes ORDER BY title"), ["Ash", "Birch", "kept"]);
    database.is_sound();
}

#[tokio::test]
async fn a_restart_keeps_whole_batches() {
    let mut server = server(notes()).await;
    let items = (0..50).map(|number| create("notes", json!({"rank": number, "title": "batch"}))).collect();
    send(&server.guest(), items).await.is(200);
    server.restart();
    server.guest().list("notes", &[("filter", "title = 'batch'")]).await.is(200).has("/totalItems", 50);
}
