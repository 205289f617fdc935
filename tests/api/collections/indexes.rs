//! Indexes of collections.

use serde_json::{Value as Json, json};

use super::are_refused;
use crate::support::{Client, TestServer, notes};

fn demo(indexes: Json) -> Json {
    let fields = json!([{"name": "a", "type": "text"}, {"name": "b", "type": "text"}, {"name": "n", "type": "number"}]);
    json!({"name": "demo", "fields": fields, "indexes": indexes})
}

#[tokio::test]
async fn indexes_that_are_refused() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    are_refused(
        &superuser,
        &[
            (demo(json!(["nonsense"])), &[("indexes.0", "validation_invalid_index_expression")]),
            (demo(json!([""])), &[("indexes.0", "validation_invalid_index_expression")]),
            (demo(json!(["CREATE INDEX ON demo (a)"])), &[("indexes.0", "validation_invalid_index_expression")]),
            (demo(json!(["CREATE INDEX i1 ON demo ()"])), &[("indexes.0", "validation_invalid_index_expression")]),
            (demo(json!(["DROP TABLE notes"])), &[("indexes.0", "validation_invalid_index_expression")]),
            (demo(json!(["CREATE INDEX i1 ON demo (zzz)"])), &[("indexes.0", "validation_invalid_index_expression")]),
            (
                demo(json!(["CREATE INDEX i1 ON demo (a); DROP TABLE notes"])),
                &[("indexes.0", "validation_invalid_index_expression")],
            ),
            (
                demo(json!(["CREATE INDEX i1 ON demo (a)", "CREATE INDEX I1 ON demo (b)"])),
                &[("indexes.1", "validation_duplicated_index_name")],
            ),
            (
                demo(json!(["CREATE INDEX i1 ON demo (a)", "CREATE INDEX i2 ON demo (a)"])),
                &[("indexes.1", "validation_duplicated_index_definition")],
            ),
            (
                demo(json!([
                    "CREATE INDEX i1 ON demo (a)",
                    "CREATE INDEX idx_otps_collectionRef_recordRef ON demo (b)"
                ])),
                &[("indexes.1", "validation_existing_index_name")],
            ),
        ],
    )
    .await;
    let used =
        superuser.create_collection(demo(json!(["CREATE INDEX idx_otps_collectionRef_recordRef ON demo (b)"]))).await;
    used.says("indexes.0", "The index name is already used in _otps collection.")
        .params("indexes.0", json!({"usedTableName": "_otps"}));
    let missing = superuser.create_collection(demo(json!(["CREATE INDEX i1 ON demo (zzz)"]))).await;
    assert!(missing.text("/data/indexes/0/message").starts_with("Failed to create index i1 - "), "{missing}");
    let nonsense = superuser.create_collection(demo(json!(["nonsense"]))).await;
    nonsense.says("indexes.0", "Invalid CREATE INDEX expression.");
    server.guest().list("notes", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn indexes_that_are_fine_are_kept_as_sent() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let indexes = json!([
        "CREATE INDEX i1 ON demo (a)",
        "CREATE UNIQUE INDEX IF NOT EXISTS `i2` ON `demo` (`a`, b DESC)",
        "create index \"i3\" on \"demo\" (lower(b)) where n > 5",
        "CREATE INDEX [i4] ON [demo] ([a] COLLATE NOCASE ASC)",
    ]);
    superuser.create_collection(demo(indexes.clone())).await.is(200).has("/indexes", indexes);
}

#[tokio::test]
async fn another_table_name_is_replaced() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let body =
        demo(json!(["CREATE INDEX i1 ON notes (a)", "CREATE INDEX i2 ON other (a, b)", "CREATE INDEX i3 ON DEMO (b)"]));
    let answer = superuser.create_collection(body).await;
    answer.is(200).has("/indexes/0", "CREATE INDEX `i1` ON `demo` (`a`)");
    answer.has("/indexes/1", "CREATE INDEX `i2` ON `demo` (\n  `a`,\n  `b`\n)");
    answer.has("/indexes/2", "CREATE INDEX `i3` ON `demo` (`b`)");
}

#[tokio::test]
async fn a_unique_index_over_bad_data_rolls_everything_back() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.create("notes", json!({"title": "Ash"})).await.is(200);
    let body = json!({"name": "renamed", "indexes": ["CREATE UNIQUE INDEX i1 ON notes (title)"]});
    let answer = superuser.update_collection("notes", body).await;
    answer.is(400).codes(&[("indexes.0", "validation_invalid_index_expression")]);
    assert!(answer.text("/data/indexes/0/message").contains("UNIQUE constraint failed"), "{answer}");
    superuser.get("/api/collections/notes").await.is(200).has("/indexes", json!([]));
    superuser.get("/api/collections/renamed").await.is(404);
    server.guest().list("notes", &[]).await.is(200).has("/totalItems", 4);
}

#[tokio::test]
async fn a_unique_index_is_enforced_and_told_at_each_field() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser
        .create_collection(demo(json!([
            "CREATE UNIQUE INDEX i1 ON demo (a, b)",
            "CREATE UNIQUE INDEX i2 ON demo (n) WHERE n > 0"
        ])))
        .await
        .is(200);
    superuser.create("demo", json!({"a": "x", "b": "y", "n": 1})).await.is(200);
    let both = superuser.create("demo", json!({"a": "x", "b": "y"})).await;
    both.is(400)
        .message("Failed to create record.")
        .codes(&[("a", "validation_not_unique"), ("b", "validation_not_unique")]);
    both.says("a", "Value must be unique.");
    superuser.create("demo", json!({"a": "z", "n": 1})).await.is(400).codes(&[("n", "validation_not_unique")]);
    superuser.create("demo", json!({"a": "z", "n": 0})).await.is(200);
    let made = superuser.create("demo", json!({"a": "w", "n": 0})).await;
    superuser
        .update("demo", &made.is(200).id(), json!({"n": 1}))
        .await
        .is(400)
        .codes(&[("n", "validation_not_unique")]);
}

#[tokio::test]
async fn a_unique_expression_names_no_field() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser.create_collection(demo(json!(["CREATE UNIQUE INDEX i1 ON demo (lower(a))"]))).await.is(200);
    superuser.create("demo", json!({"a": "x"})).await.is(200);
    superuser.create("demo", json!({"a": "X"})).await.is(400).no_data();
}

#[tokio::test]
async fn the_indexes_of_auth_collections_are_put_back() {
    let server = TestServer::start().await;
    let answer = server.superuser().update_collection("users", json!({"indexes": []})).await;
    answer.is(200);
    assert_eq!(answer.at("/indexes").as_array().unwrap().len(), 2);
    let body = json!({"email": "a@example.com", "password": "12345678", "passwordConfirm": "12345678"});
    server.guest().create("users", body.clone()).await.is(200);
    server.guest().create("users", body).await.is(400).codes(&[("email", "validation_not_unique")]);
}

#[tokio::test]
async fn a_unique_index_of_a_system_collection_stays() {
    let server = TestServer::start().await;
    let answer = server.superuser().update_collection("_externalAuths", json!({"indexes": []})).await;
    answer.is(400).codes(&[("indexes", "validation_invalid_unique_system_field_index")]);
}

#[tokio::test]
async fn indexes_follow_a_rename() {
    let mut server = TestServer::start().await;
    let superuser = server.superuser();
    superuser.create_collection(demo(json!(["CREATE UNIQUE INDEX i1 ON demo (a)"]))).await.is(200);
    let answer = superuser.update_collection("demo", json!({"name": "renamed"})).await;
    answer.is(200).has("/indexes/0", "CREATE UNIQUE INDEX `i1` ON `renamed` (`a`)");
    superuser.create("renamed", json!({"a": "x"})).await.is(200);
    superuser.create("renamed", json!({"a": "x"})).await.is(400).codes(&[("a", "validation_not_unique")]);
    let tables =
        server.stopped_database().column("SELECT tbl_name FROM sqlite_master WHERE type = 'index' AND name = 'i1'");
    assert_eq!(tables, ["renamed"]);
}
