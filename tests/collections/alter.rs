//! What a changed collection keeps of its data.

use serde_json::json;
use tuckbox::error::Error;
use tuckbox::store::Value;

use super::{House, fault, message, text};

fn row(values: &[&str]) -> Vec<Value> {
    values.iter().map(|value| Value::from(*value)).collect()
}

#[tokio::test]
async fn fields_that_swap_names_keep_their_data() {
    let house = House::new().await;
    house.has(json!({"name": "t", "fields": [text("f1", "a"), text("f2", "b")]})).await;
    house.run(&["INSERT INTO t (id, a, b) VALUES ('r1', 'of f1', 'of f2')"]).await;
    house.update("t", json!({"fields": [text("f1", "b"), text("f2", "a")]})).await.expect("the swap is saved");
    assert_eq!(house.rows("SELECT b, a FROM t").await, [row(&["of f1", "of f2"])]);
}

#[tokio::test]
async fn a_ring_of_renames_with_a_drop_and_an_addition_keeps_what_stays() {
    let house = House::new().await;
    let before = [text("f1", "a"), text("f2", "b"), text("f3", "c"), text("f4", "d")];
    house.has(json!({"name": "t", "fields": before, "indexes": ["CREATE INDEX i ON t (a, b)"]})).await;
    house.run(&["INSERT INTO t (id, a, b, c, d) VALUES ('r1', '1', '2', '3', '4')"]).await;
    let after = [text("f1", "B"), text("f2", "c"), text("f3", "A"), text("f5", "d")];
    house.update("t", json!({"fields": after})).await.expect("the change is saved");
    assert_eq!(house.rows("SELECT A, B, c, d FROM t").await, [row(&["3", "1", "2", ""])]);
}

#[tokio::test]
async fn single_becomes_list_and_list_becomes_its_last_element() {
    let house = House::new().await;
    let with =
        |max: i64| json!([{"id": "s", "name": "tags", "type": "select", "values": ["a", "b", "c"], "maxSelect": max}]);
    house.has(json!({"name": "t", "fields": with(1), "indexes": ["CREATE INDEX i ON t (tags)"]})).await;
    house.run(&["INSERT INTO t (id, tags) VALUES ('r1', ''), ('r2', 'a'), ('r3', '[\"b\"]')"]).await;
    house.update("t", json!({"fields": with(2)})).await.expect("it becomes a list");
    assert_eq!(house.texts("SELECT tags FROM t ORDER BY id").await, ["[]", "[\"a\"]", "[\"b\"]"]);
    house.run(&["UPDATE t SET tags = '[\"a\",\"c\"]' WHERE id = 'r2'"]).await;
    house.update("t", json!({"fields": with(1)})).await.expect("it becomes single");
    assert_eq!(house.texts("SELECT tags FROM t ORDER BY id").await, ["", "c", "b"]);
}

#[tokio::test]
async fn the_same_name_under_a_new_id_and_type_starts_empty() {
    let house = House::new().await;
    house.has(json!({"name": "t", "fields": [text("f1", "a")]})).await;
    house.run(&["INSERT INTO t (id, a) VALUES ('r1', '7')"]).await;
    let number = json!([{"id": "f2", "name": "a", "type": "number"}]);
    house.update("t", json!({"fields": number})).await.expect("the change is saved");
    assert_eq!(house.rows("SELECT a FROM t").await, [[Value::Int(0)]]);
}

#[tokio::test]
async fn a_unique_index_over_repeated_values_undoes_the_whole_change() {
    let house = House::new().await;
    house.has(json!({"name": "t", "fields": [text("f1", "a"), text("f2", "b")]})).await;
    house.run(&["INSERT INTO t (id, a, b) VALUES ('r1', 'same', '1'), ('r2', 'same', '2')"]).await;
    let (tables, version) = (house.tables().await, house.schema.current().version);
    let refused = house.update(
        "t",
        json!({
            "name": "renamed",
            "listRule": "",
            "fields": [text("f1", "a"), text("f3", "c")],
            "indexes": ["CREATE INDEX ok ON t (a)", "CREATE UNIQUE INDEX i1 ON t (a)", "CREATE INDEX `i2` ON t (`zzz`)"],
        }),
    );
    let refused = refused.await;
    let Err(Error::Invalid(invalid)) = &refused else { panic!("no refusal: {refused:?}") };
    assert_eq!(invalid.message, "Failed to update collection.");
    let second = Err(Error::Invalid(invalid.clone()));
    let code = "validation_invalid_index_expression";
    let text = "Failed to create index i1 - UNIQUE constraint failed: renamed.a.";
    assert_eq!(fault(second, &["indexes", "1"]), (code, text.to_owned()));
    assert_eq!(fault(refused, &["indexes", "2"]), (code, "Failed to create index i2 - no such column: zzz.".into()));
    assert_eq!(house.tables().await, tables);
    assert_eq!(house.schema.current().version, version);
    assert_eq!(house.collections.view("t").expect("it is there")["listRule"], json!(null));
    assert_eq!(house.texts("SELECT b FROM t ORDER BY id").await, ["1", "2"]);
}

#[tokio::test]
async fn an_index_text_runs_as_one_statement() {
    let house = House::new().await;
    house.has(json!({"name": "t", "fields": [text("f1", "a")]})).await;
    let tables = house.tables().await;
    let sent = json!({"indexes": ["CREATE INDEX i ON t (a) WHERE a != ''; DROP TABLE _superusers"]});
    let (code, _) = fault(house.update("t", sent).await, &["indexes", "0"]);
    assert_eq!(code, "validation_invalid_index_expression");
    assert_eq!(house.tables().await, tables);
}

#[tokio::test]
async fn a_renamed_collection_keeps_rows_and_indexes() {
    let house = House::new().await;
    let made =
        house.has(json!({"name": "t", "fields": [text("f1", "a")], "indexes": ["CREATE INDEX i ON t (a)"]})).await;
    house.run(&["INSERT INTO t (id, a) VALUES ('r1', 'x')"]).await;
    let saved = house.update("t", json!({"name": "people"})).await.expect("the new name is saved");
    assert_eq!(saved["id"], made["id"]);
    assert_eq!(saved["indexes"], json!(["CREATE INDEX `i` ON `people` (`a`)"]));
    assert_eq!(house.texts("SELECT a FROM people").await, ["x"]);
    assert_eq!(house.texts("SELECT tbl_name FROM sqlite_schema WHERE name = 'i'").await, ["people"]);
    assert!(matches!(house.collections.view("t"), Err(Error::NotFound(_))));
}

#[tokio::test]
async fn a_name_that_changes_its_case_leaves_the_table_alone() {
    let house = House::new().await;
    house
        .has(json!({"name": "people", "fields": [text("f1", "a")], "indexes": ["CREATE INDEX i ON people (a)"]}))
        .await;
    house.run(&["INSERT INTO people (id, a) VALUES ('r1', 'x')"]).await;
    let tables = house.tables().await;
    house.update("people", json!({"name": "People"})).await.expect("the new name is saved");
    assert_eq!(house.tables().await, tables);
    house.update("People", json!({"name": "folk", "fields": [text("f1", "b")], "indexes": []})).await.expect("renamed");
    assert_eq!(house.texts("SELECT b FROM folk").await, ["x"]);
}

#[tokio::test]
async fn rules_and_options_leave_the_table_alone() {
    let house = House::new().await;
    house.has(json!({"name": "t", "fields": [text("f1", "a")], "indexes": ["CREATE INDEX i ON t (a)"]})).await;
    let tables = house.tables().await;
    let fields = json!([{"id": "f1", "name": "a", "type": "text", "max": 3, "required": true}]);
    house.update("t", json!({"listRule": "a = 'x'", "fields": fields})).await.expect("saved");
    assert_eq!(house.tables().await, tables);
}

#[tokio::test]
async fn a_single_relation_has_an_index_unless_another_serves_it() {
    let house = House::new().await;
    let to = house.has(json!({"name": "authors"})).await;
    let relation = json!({"id": "rel", "name": "author", "type": "relation", "collectionId": to["id"], "maxSelect": 1});
    house.has(json!({"name": "posts", "fields": [relation]})).await;
    let ours = "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'posts' AND name LIKE '\\_tb\\_%' ESCAPE '\\'";
    assert_eq!(house.texts(ours).await.len(), 1);
    house.update("posts", json!({"indexes": ["CREATE INDEX i ON posts (author)"]})).await.expect("saved");
    assert_eq!(house.texts(ours).await.len(), 0);
    house.update("posts", json!({"indexes": []})).await.expect("saved");
    assert_eq!(house.texts(ours).await.len(), 1);
}

#[tokio::test]
async fn id_type_and_system_flag_stay() {
    let house = House::new().await;
    house.has(json!({"name": "t"})).await;
    let refused = message(house.update("t", json!({"id": "other"})).await);
    assert!(refused.starts_with("Failed to update collection. Raw error: \n"), "{refused}");
    let (code, _) = fault(house.update("t", json!({"type": "auth"})).await, &["type"]);
    assert_eq!(code, "validation_collection_type_change");
    let (code, _) = fault(house.update("t", json!({"system": true})).await, &["system"]);
    assert_eq!(code, "validation_collection_system_flag_change");
    let unreadable = message(house.update("t", json!({"listRule": 5})).await);
    assert_eq!(unreadable, "Failed to load the submitted data due to invalid formatting.");
}

#[tokio::test]
async fn hundreds_of_columns_are_renamed_in_one_change() {
    let house = House::new().await;
    let fields = |shift: usize| -> Vec<_> {
        (0..300).map(|number| text(&format!("f{number}"), &format!("a{}", (number + shift) % 300))).collect()
    };
    house.has(json!({"name": "t", "fields": fields(0)})).await;
    house.run(&["INSERT INTO t (id, a0, a299) VALUES ('r1', 'of f0', 'of f299')"]).await;
    house.update("t", json!({"fields": fields(7)})).await.expect("each takes the name of another");
    assert_eq!(house.rows("SELECT a7, a6 FROM t").await, [row(&["of f0", "of f299"])]);
}
