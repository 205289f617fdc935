//! Deleting and truncating collections.

use serde_json::json;
use tuckbox::error::Error;

use super::{House, context, message, text};

#[tokio::test]
async fn a_collection_goes_with_its_table() {
    let house = House::new().await;
    house.has(json!({"name": "t", "fields": [text("f1", "a")]})).await;
    let version = house.schema.current().version;
    house.delete("t").await.expect("deleted");
    assert_eq!(house.schema.current().version, version + 1);
    assert!(matches!(house.collections.view("t"), Err(Error::NotFound(_))));
    assert!(house.texts("SELECT name FROM sqlite_schema WHERE name = 't'").await.is_empty());
    assert!(matches!(house.delete("t").await, Err(Error::NotFound(_))));
    house.has(json!({"name": "t"})).await;
}

#[tokio::test]
async fn a_collection_that_others_point_to_stays() {
    let house = House::new().await;
    let id = house.has(json!({"name": "authors"})).await["id"].clone();
    let relation = json!({"name": "author", "type": "relation", "collectionId": id, "maxSelect": 1});
    house.has(json!({"name": "posts", "fields": [relation]})).await;
    house.has(json!({"name": "books", "fields": [relation]})).await;
    house.update("authors", json!({"fields": [relation]})).await.expect("a relation to itself");
    let refused = message(house.delete("authors").await);
    assert_eq!(refused, "Failed to delete collection probably due to existing reference in posts, books.");
    house.delete("posts").await.expect("deleted");
    house.delete("books").await.expect("deleted");
    house.delete("authors").await.expect("a relation to itself does not block");
}

#[tokio::test]
async fn system_collections_stay() {
    let house = House::new().await;
    for name in ["_superusers", "_mfas", "_otps", "_externalAuths", "_authOrigins"] {
        assert_eq!(message(house.delete(name).await), "Failed to delete collection.");
    }
}

#[tokio::test]
async fn what_sign_in_keeps_goes_with_an_auth_collection() {
    let house = House::new().await;
    house.has(json!({"name": "members", "type": "auth", "id": "members_id"})).await;
    house
        .run(&[
            "INSERT INTO _authOrigins (id, collectionRef, recordRef, fingerprint) VALUES ('o1', 'members_id', 'r', 'f')",
            "INSERT INTO _authOrigins (id, collectionRef, recordRef, fingerprint) VALUES ('o2', '_pb_users_auth_', 'r', 'f')",
            "INSERT INTO _mfas (id, collectionRef, recordRef, method) VALUES ('m1', 'members_id', 'r', 'password')",
        ])
        .await;
    house.delete("members").await.expect("deleted");
    assert_eq!(house.texts("SELECT id FROM _authOrigins").await, ["o2"]);
    assert!(house.texts("SELECT id FROM _mfas").await.is_empty());
    let changes = "SELECT record || ' by ' || actor FROM _tb_changes WHERE op = 'delete' ORDER BY seq";
    assert_eq!(house.texts(changes).await, ["o1 by su/boss", "m1 by su/boss"]);
}

#[tokio::test]
async fn the_files_of_a_collection_go_after_the_commit() {
    let house = House::new().await;
    let id = house.has(json!({"name": "t"})).await["id"].as_str().expect("an id").to_owned();
    let folder = house.dir.path().join("storage").join(id);
    std::fs::create_dir_all(folder.join("r1")).expect("a folder");
    std::fs::write(folder.join("r1").join("a.txt"), "a").expect("a file");
    house.delete("t").await.expect("deleted");
    let gone = async {
        while folder.exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.expect("the folder goes");
}

#[tokio::test]
async fn truncating_removes_all_records_with_their_changes() {
    let house = House::new().await;
    house.has(json!({"name": "t", "fields": [text("f1", "a")]})).await;
    house
        .run(&["WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
                 INSERT INTO t (id, a) SELECT 'r' || i, 'x' FROM n"])
        .await;
    house.collections.truncate(&context(&[]), "t").await.expect("truncated");
    assert!(house.texts("SELECT id FROM t").await.is_empty());
    assert_eq!(house.texts("SELECT record FROM _tb_changes WHERE op = 'delete'").await.len(), 1200);
    assert!(matches!(house.collections.truncate(&context(&[]), "nope").await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn truncating_removes_nothing_where_one_record_must_stay() {
    let house = House::new().await;
    let id = house.has(json!({"name": "authors"})).await["id"].clone();
    let relation = json!({"name": "author", "type": "relation", "collectionId": id, "maxSelect": 1, "required": true});
    house.has(json!({"name": "posts", "fields": [relation]})).await;
    house
        .run(&["INSERT INTO authors (id) VALUES ('a1'), ('a2')", "INSERT INTO posts (id, author) VALUES ('p', 'a2')"])
        .await;
    let refused = message(house.collections.truncate(&context(&[]), "authors").await);
    let expected = "Failed to truncate collection (most likely due to required cascade delete record references).";
    assert_eq!(refused, expected);
    assert_eq!(house.texts("SELECT id FROM authors ORDER BY id").await, ["a1", "a2"]);
    assert!(house.texts("SELECT record FROM _tb_changes").await.is_empty());
}
