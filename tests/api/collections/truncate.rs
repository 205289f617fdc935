//! `DELETE /api/collections/{collection}/truncate`.

use serde_json::json;

use crate::support::{Client, TestServer, blog, collection, id};

#[tokio::test]
async fn all_records_go_and_cascades_with_them() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let answer = superuser.remove("/api/collections/posts/truncate").await;
    answer.is(204);
    assert!(answer.body.is_empty());
    for (name, left) in [("posts", 0), ("comments", 0), ("authors", 3), ("tags", 3)] {
        superuser.list(name, &[]).await.is(200).has("/totalItems", left);
    }
    superuser.create("posts", json!({"name": "new"})).await.is(200);
}

#[tokio::test]
async fn a_required_reference_stops_it_whole() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let fields = json!([{"name": "tag", "type": "relation", "collectionId": "c_tags", "required": true}]);
    superuser.create_collection(collection("needs", fields)).await.is(200);
    superuser.create("needs", json!({"tag": id("blue")})).await.is(200);
    let answer = superuser.remove("/api/collections/tags/truncate").await;
    answer.is(400).no_data();
    answer.message("Failed to truncate collection (most likely due to required cascade delete record references).");
    superuser.list("tags", &[]).await.is(200).has("/totalItems", 3);
    superuser.view("posts", &id("p1"), &[]).await.is(200).has("/tags", json!([id("red"), id("green")]));
}

#[tokio::test]
async fn each_deleted_record_is_in_the_feed() {
    let mut server = TestServer::with(blog()).await;
    server.superuser().remove("/api/collections/posts/truncate").await.is(204);
    server.superuser().remove("/api/collections/missing/truncate").await.is(404);
    let database = server.stopped_database();
    let deletes =
        database.rows("SELECT collection, count(*) FROM _tb_changes WHERE op = 'delete' GROUP BY 1 ORDER BY 1");
    assert_eq!(deletes, [["c_comments", "4"], ["c_posts", "5"]]);
}
