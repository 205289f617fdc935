//! `DELETE /api/collections/{collection}`.

use serde_json::json;

use crate::support::{Client, TestServer, blog, collection, id, multipart};

#[tokio::test]
async fn a_deleted_collection_is_gone_with_its_records_and_files() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser.create_collection(collection("docs", json!([{"name": "doc", "type": "file"}]))).await.is(200);
    superuser.create_form("docs", multipart(&[], &[("doc", "a.txt", b"text")])).await.is(200);
    let folder = server.dir().join("storage").join("c_docs");
    assert!(folder.exists());
    let answer = superuser.remove("/api/collections/DOCS").await;
    answer.is(204);
    assert!(answer.body.is_empty());
    superuser.get("/api/collections/docs").await.is(404);
    server.guest().list("docs", &[]).await.is(404);
    // The folder goes in the background.
    for _ in 0..200 {
        if !folder.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(!folder.exists(), "the files stayed");
    // The name is free again.
    superuser.create_collection(collection("docs", json!([]))).await.is(200);
    superuser.list("docs", &[]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn referenced_collections_stay() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let answer = superuser.remove("/api/collections/authors").await;
    answer.is(400).no_data();
    answer.message("Failed to delete collection probably due to existing reference in profiles, posts.");
    superuser
        .remove("/api/collections/posts")
        .await
        .is(400)
        .message("Failed to delete collection probably due to existing reference in comments.");
    superuser.remove("/api/collections/comments").await.is(204);
    superuser.remove("/api/collections/posts").await.is(204);
    superuser.remove("/api/collections/profiles").await.is(204);
    superuser.remove("/api/collections/authors").await.is(204);
}

#[tokio::test]
async fn a_reference_to_itself_does_not_hold() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser
        .create_collection(collection(
            "tree",
            json!([{"name": "parent", "type": "relation", "collectionId": "c_tree"}]),
        ))
        .await
        .is(200);
    superuser.remove("/api/collections/tree").await.is(204);
}

#[tokio::test]
async fn system_collections_stay_and_users_go() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for name in ["_superusers", "_mfas", "_otps", "_externalAuths", "_authOrigins"] {
        superuser.remove(&format!("/api/collections/{name}")).await.is(400).no_data();
    }
    superuser.remove("/api/collections/users").await.is(204);
    superuser.remove("/api/collections/users").await.is(404);
}

#[tokio::test]
async fn the_support_rows_of_an_auth_collection_go_with_it() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let row = json!({"collectionRef": "c_members", "recordRef": id("ann"), "fingerprint": "f"});
    superuser.create("_authOrigins", row).await.is(200);
    superuser.remove("/api/collections/comments").await.is(204);
    superuser.remove("/api/collections/members").await.is(204);
    superuser.list("_authOrigins", &[]).await.is(200).has("/totalItems", 0);
}
