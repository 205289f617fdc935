//! `DELETE …/records/{id}` and its cascades.

use serde_json::json;

use crate::support::{Client, TestServer, blog, collection, id, multipart, notes};

#[tokio::test]
async fn a_deleted_record_is_gone() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let answer = guest.delete("notes", &id("n1")).await;
    answer.is(204);
    assert!(answer.body.is_empty());
    guest.view("notes", &id("n1"), &[]).await.is(404);
    guest.delete("notes", &id("n1")).await.is(404).message("The requested resource wasn't found.").no_data();
    guest.delete("missing", &id("n1")).await.is(404).message("Missing collection context.");
    guest.list("notes", &[]).await.has("/totalItems", 2);
}

#[tokio::test]
async fn rules_are_kept() {
    let server = TestServer::with(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    superuser.update_collection("notes", json!({"deleteRule": null})).await.is(200);
    guest.delete("notes", &id("n1")).await.is(403).message("Only superusers can perform this action.");
    guest.delete("notes", &id("n9")).await.is(403);
    superuser.update_collection("notes", json!({"deleteRule": "@request.query.test:isset = true"})).await.is(200);
    guest.delete("notes", &id("n1")).await.is(404);
    guest.remove(&format!("/api/collections/notes/records/{}?test", id("n1"))).await.is(204);
    superuser.update_collection("notes", json!({"deleteRule": "rank = 3"})).await.is(200);
    guest.delete("notes", &id("n2")).await.is(404);
    guest.delete("notes", &id("n3")).await.is(204);
    superuser.delete("notes", &id("n2")).await.is(204);
}

#[tokio::test]
async fn references_lose_the_id_and_cascades_follow() {
    let mut server = TestServer::with(blog()).await;
    let guest = server.guest();
    guest.delete("tags", &id("red")).await.is(204);
    guest.view("posts", &id("p1"), &[]).await.is(200).has("/tags", json!([id("green")]));
    guest.view("posts", &id("p5"), &[]).await.is(200).has("/tags", json!([id("blue")]));
    guest.delete("authors", &id("a1")).await.is(204);
    guest.view("posts", &id("p1"), &[]).await.is(200).has("/author", "");
    guest.view("profiles", &id("f1"), &[]).await.is(200).has("/author", "");
    guest.delete("posts", &id("p1")).await.is(204);
    let comments = guest.list("comments", &[("sort", "id")]).await;
    assert_eq!(comments.is(200).column("text"), "wow meh");
    // The feed knows of every one of them.
    let changes = server
        .stopped_database()
        .rows("SELECT collection, record, op FROM _tb_changes WHERE op <> 'create' ORDER BY collection, record, seq");
    let changes: Vec<_> = changes.iter().map(|row| row.join(" ")).collect();
    assert_eq!(
        changes,
        [
            format!("c_authors {} delete", id("a1")),
            format!("c_comments {} delete", id("c1")),
            format!("c_comments {} delete", id("c2")),
            format!("c_posts {} update", id("p1")),
            format!("c_posts {} update", id("p1")),
            format!("c_posts {} delete", id("p1")),
            format!("c_posts {} update", id("p2")),
            format!("c_posts {} update", id("p5")),
            format!("c_profiles {} update", id("f1")),
            format!("c_tags {} delete", id("red")),
        ]
    );
}

#[tokio::test]
async fn a_required_reference_refuses_and_changes_nothing() {
    let server = TestServer::with(blog()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let fields =
        json!([{"name": "tags", "type": "relation", "collectionId": "c_tags", "maxSelect": 2, "required": true}]);
    superuser.create_collection(collection("needs", fields)).await.is(200);
    let needy = superuser.create("needs", json!({"tags": [id("red"), id("green")]})).await;
    guest.delete("tags", &id("red")).await.is(204);
    guest.view("needs", &needy.id(), &[]).await.is(200).has("/tags", json!([id("green")]));
    let answer = guest.delete("tags", &id("green")).await;
    answer.is(400).no_data();
    answer.message("Failed to delete record. Make sure that the record is not part of a required relation reference.");
    guest.view("tags", &id("green"), &[]).await.is(200);
    guest.view("posts", &id("p2"), &[]).await.is(200).has("/tags", json!([id("green")]));
}

#[tokio::test]
async fn a_required_cascade_goes_along() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser.create_collection(collection("parents", json!([]))).await.is(200);
    let fields = json!([
        {"name": "all", "type": "relation", "collectionId": "c_parents", "maxSelect": 2, "required": true, "cascadeDelete": true},
    ]);
    superuser.create_collection(collection("children", fields)).await.is(200);
    for parent in ["x1", "x2"] {
        superuser.create("parents", json!({"id": id(parent)})).await.is(200);
    }
    superuser.create("children", json!({"id": id("both"), "all": [id("x1"), id("x2")]})).await.is(200);
    superuser.create("children", json!({"id": id("one"), "all": [id("x1")]})).await.is(200);
    superuser.delete("parents", &id("x1")).await.is(204);
    assert_eq!(superuser.list("children", &[]).await.is(200).column("id"), id("both"));
    superuser.delete("parents", &id("x2")).await.is(204);
    superuser.list("children", &[]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn chains_and_circles_end() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let fields = json!([{"name": "next", "type": "relation", "collectionId": "c_ring", "cascadeDelete": true}]);
    superuser.create_collection(collection("ring", fields)).await.is(200);
    for number in 0..300 {
        let next = if number == 0 { String::new() } else { id(&format!("r{}x", number - 1)) };
        superuser.create("ring", json!({"id": id(&format!("r{number}x")), "next": next})).await.is(200);
    }
    superuser.update("ring", &id("r0x"), json!({"next": id("r299x")})).await.is(200);
    superuser.delete("ring", &id("r150x")).await.is(204);
    superuser.list("ring", &[]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn a_reference_to_itself_does_not_hold() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let fields = json!([{"name": "me", "type": "relation", "collectionId": "c_self", "required": true}]);
    let mut own = collection("self", fields);
    own["fields"][0]["required"] = json!(false);
    superuser.create_collection(own).await.is(200);
    superuser.create("self", json!({"id": id("s1")})).await.is(200);
    superuser.update("self", &id("s1"), json!({"me": id("s1")})).await.is(200);
    superuser.delete("self", &id("s1")).await.is(204);
}

#[tokio::test]
async fn the_files_of_a_deleted_record_go_in_the_background() {
    let server = TestServer::with_collections([collection("docs", json!([{"name": "doc", "type": "file"}]))]).await;
    let guest = server.guest();
    let made = guest.create_form("docs", multipart(&[], &[("doc", "a.txt", b"text")])).await;
    let folder = server.dir().join("storage/c_docs").join(made.is(200).id());
    assert!(folder.join(made.text("/doc")).exists());
    guest.delete("docs", &made.id()).await.is(204);
    for _ in 0..200 {
        if !folder.exists() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the files stayed");
}
