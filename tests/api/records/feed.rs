//! What writes leave in the feed.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, blog, id, notes};

#[tokio::test]
async fn each_committed_change_is_one_row() {
    let mut server = TestServer::with(notes()).await;
    let guest = server.guest();
    let made = guest.create("notes", json!({"title": "x"})).await;
    guest.update("notes", &made.id(), json!({"title": "y", "rank": 0})).await.is(200);
    guest.create("notes", json!({"id": "bad"})).await.is(400);
    guest.create("notes", json!({"id": id("n1")})).await.is(400);
    guest.delete("notes", &made.id()).await.is(204);
    guest.delete("notes", &made.id()).await.is(404);
    let database = server.stopped_database();
    let rows =
        database.rows(&format!("SELECT op, actor, data FROM _tb_changes WHERE record = '{}' ORDER BY seq", made.id()));
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!(rows[0], ["create", "-", "-"]);
    assert_eq!(rows[1][..2], ["update", "-"]);
    let old: Json = serde_json::from_str(&rows[1][2]).unwrap();
    assert_eq!(old["title"], "x");
    assert!(old.get("rank").is_none(), "an unchanged field is not kept: {old}");
    assert_eq!(rows[2][0], "delete");
    let whole: Json = serde_json::from_str(&rows[2][2]).unwrap();
    assert_eq!((&whole["title"], &whole["id"]), (&json!("y"), &json!(made.id())));
    let seqs: Vec<i64> =
        database.column("SELECT seq FROM _tb_changes ORDER BY seq").iter().map(|seq| seq.parse().unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]));
}

#[tokio::test]
async fn the_actor_is_who_asked() {
    let mut server = TestServer::with(blog()).await;
    let ann = server.user("members", &id("ann")).await;
    let made = ann.create("tags", json!({"name": "mine"})).await;
    server.superuser().update("tags", &made.is(200).id(), json!({"name": "ours"})).await.is(200);
    server.guest().delete("tags", &made.id()).await.is(204);
    let superuser = format!("pbc_3142635823/{}", server.superuser_id());
    let actors = server
        .stopped_database()
        .column(&format!("SELECT actor FROM _tb_changes WHERE record = '{}' ORDER BY seq", made.id()));
    assert_eq!(actors, [format!("c_members/{}", id("ann")), superuser, "-".to_owned()]);
}

#[tokio::test]
async fn no_hash_and_no_key_gets_in() {
    let mut server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let change =
        json!({"password": "another-password", "passwordConfirm": "another-password", "tokenKey": "k".repeat(40)});
    superuser.update("members", &id("ann"), change).await.is(200);
    superuser.delete("members", &id("ann")).await.is(204);
    let rows =
        server.stopped_database().column("SELECT coalesce(data, '') FROM _tb_changes WHERE collection = 'c_members'");
    for row in rows {
        assert!(!row.contains("$argon2") && !row.contains("tokenKey") && !row.contains("password"), "{row}");
    }
}

#[tokio::test]
async fn a_refused_delete_leaves_nothing() {
    let mut server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let fields = json!([{"name": "tag", "type": "relation", "collectionId": "c_tags", "required": true}]);
    superuser.create_collection(crate::support::collection("needs", fields)).await.is(200);
    superuser.create("needs", json!({"tag": id("red")})).await.is(200);
    superuser.delete("tags", &id("red")).await.is(400);
    let database = server.stopped_database();
    assert_eq!(database.value("SELECT count(*) FROM _tb_changes WHERE op <> 'create'"), "0");
    assert_eq!(database.is_sound().value("SELECT count(*) FROM tags"), "3");
}
