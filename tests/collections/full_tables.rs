//! Changes that write all rows of a table: what stays as it was, whatever way is taken.

use serde_json::{Value as Json, json};
use tuckbox::store::Value;

use super::{House, fault, message, text};

fn tag(number: usize, most: i64) -> Json {
    let name = format!("tag{number}");
    json!({"id": name, "name": name, "type": "select", "values": ["a", "b"], "maxSelect": most})
}

/// The fields of `t`: a text and these selects.
fn fields(selects: impl Iterator<Item = usize>, most: i64) -> Json {
    let mut fields = vec![text("f1", "title")];
    fields.extend(selects.map(|number| tag(number, most)));
    json!(fields)
}

const KEPT: &str = "CREATE INDEX kept ON t (title)";

/// A collection `t` with a text, these selects and an index, and rows with gaps between their places.
async fn house(selects: usize) -> House {
    let house = House::new().await;
    house.has(json!({"name": "t", "fields": fields(0..selects, 1), "indexes": [KEPT]})).await;
    house
        .run(&[
            "INSERT INTO t (_rowid_, id, title, tag0) VALUES (70, 'r1', 'one', 'a')",
            "INSERT INTO t (_rowid_, id, title, tag0) VALUES (-3, 'r2', 'two', 'b')",
            "INSERT INTO t (_rowid_, id, title, tag0) VALUES (9223372036854775807, 'r3', 'three', '')",
        ])
        .await;
    house
}

impl House {
    async fn is_sound(&self) {
        assert_eq!(self.texts("SELECT integrity_check FROM pragma_integrity_check").await, ["ok"]);
    }
}

/// One select is changed in place, five are changed by copying: there is an index that would be built anew.
const BOTH_WAYS: [usize; 2] = [1, 5];

#[tokio::test]
async fn rows_keep_their_values_and_their_order() {
    for selects in BOTH_WAYS {
        let house = house(selects).await;
        house.update("t", json!({"fields": fields(0..selects, 2)})).await.expect("they become lists");
        let rows = house.rows("SELECT _rowid_, id, title, tag0 FROM t ORDER BY _rowid_").await;
        let row = |key: i64, texts: [&str; 3]| {
            let mut row = vec![Value::Int(key)];
            row.extend(texts.map(Value::from));
            row
        };
        let expected = [
            row(-3, ["r2", "two", "[\"b\"]"]),
            row(70, ["r1", "one", "[\"a\"]"]),
            row(i64::MAX, ["r3", "three", "[]"]),
        ];
        assert_eq!(rows, expected, "{selects}");
        house.update("t", json!({"fields": fields(0..selects, 1)})).await.expect("they become single again");
        assert_eq!(house.texts("SELECT tag0 FROM t ORDER BY _rowid_").await, ["b", "a", ""]);
        let tables = house.texts("SELECT name FROM sqlite_schema WHERE name LIKE '%(new)%'").await;
        assert!(tables.is_empty(), "{tables:?}");
        house.is_sound().await;
    }
}

#[tokio::test]
async fn indexes_and_triggers_stay_also_those_that_the_collection_does_not_know() {
    for selects in BOTH_WAYS {
        let house = house(selects).await;
        house
            .run(&[
                "CREATE INDEX by_hand ON t (title, id)",
                "CREATE TABLE seen (id)",
                "CREATE TRIGGER see AFTER INSERT ON t BEGIN INSERT INTO seen VALUES (new.id); END",
            ])
            .await;
        let names = "SELECT name FROM sqlite_schema WHERE tbl_name = 't' AND sql IS NOT NULL ORDER BY name";
        let before = house.texts(names).await;
        house.update("t", json!({"fields": fields(0..selects, 2)})).await.expect("it is changed");
        assert_eq!(house.texts(names).await, before);
        assert_eq!(before, ["by_hand", "kept", "see", "t"]);
        house.run(&["INSERT INTO t (id, title) VALUES ('r9', 'nine')"]).await;
        assert_eq!(house.texts("SELECT id FROM seen").await, ["r9"]);
        house.is_sound().await;
    }
}

#[tokio::test]
async fn columns_that_the_collection_does_not_know_stay() {
    for selects in BOTH_WAYS {
        let house = house(selects).await;
        house.run(&["ALTER TABLE t ADD COLUMN mine", "UPDATE t SET mine = 'precious' WHERE id = 'r1'"]).await;
        house.update("t", json!({"fields": fields(0..selects, 2)})).await.expect("it is changed");
        assert_eq!(house.texts("SELECT mine FROM t WHERE id = 'r1'").await, ["precious"]);
        assert_eq!(house.texts("SELECT tag0 FROM t ORDER BY id").await, ["[\"a\"]", "[\"b\"]", "[]"]);
        let fewer = json!({"fields": [text("f1", "title"), text("f9", "tag0")]});
        house.update("t", fewer).await.expect("the selects go");
        assert_eq!(house.texts("SELECT mine FROM t WHERE id = 'r1'").await, ["precious"]);
        assert_eq!(house.texts("SELECT tag0 FROM t").await, ["", "", ""]);
        house.is_sound().await;
    }
}

#[tokio::test]
async fn a_field_may_have_the_name_of_the_rows_own_key() {
    let house = House::new().await;
    let with = |most| {
        let mut fields = vec![text("f1", "_ROWID_"), text("f2", "rowid")];
        fields.extend((0..3).map(|number| tag(number, most)));
        json!(fields)
    };
    house.has(json!({"name": "t", "fields": with(1)})).await;
    house.run(&["INSERT INTO t (oid, id, _ROWID_, rowid, tag0) VALUES (5, 'r1', 'x', 'y', 'a')"]).await;
    house.update("t", json!({"fields": with(2)})).await.expect("they become lists");
    let row = house.rows("SELECT oid, _rowid_, rowid, tag0 FROM t").await;
    assert_eq!(row, [[Value::Int(5), Value::from("x"), Value::from("y"), Value::from("[\"a\"]")]]);
}

#[tokio::test]
async fn views_follow_their_table_through_every_change() {
    for selects in BOTH_WAYS {
        let house = house(selects).await;
        house
            .run(&[
                "CREATE VIEW inner_view AS SELECT id, title AS named, tag0 FROM t",
                "CREATE VIEW outer_view AS SELECT named, tag0 FROM inner_view WHERE id = 'r1'",
                "CREATE TRIGGER write_view INSTEAD OF INSERT ON outer_view BEGIN INSERT INTO t (id, title) VALUES ('r9', new.named); END",
            ])
            .await;
        let mut renamed = fields(0..selects, 2);
        renamed[0]["name"] = json!("heading");
        house.update("t", json!({"name": "u", "fields": renamed, "indexes": []})).await.expect("it is changed");
        let row = house.rows("SELECT named, tag0 FROM outer_view").await;
        assert_eq!(row, [[Value::from("one"), Value::from("[\"a\"]")]]);
        house.run(&["INSERT INTO outer_view (named) VALUES ('written')"]).await;
        assert_eq!(house.texts("SELECT heading FROM u WHERE id = 'r9'").await, ["written"]);
        let text = &house.texts("SELECT sql FROM sqlite_schema WHERE name = 'inner_view'").await[0];
        assert!(!text.contains('~') && !text.contains("(new)"), "{text}");
    }
}

#[tokio::test]
async fn a_field_that_a_view_uses_cannot_be_removed() {
    // Removed in place, removed by copying, removed while another takes its name over.
    let taken_over = json!([text("f1", "tag0"), tag(1, 1)]);
    for (selects, after) in [(1, json!([text("f1", "title")])), (5, json!([text("f1", "title")])), (5, taken_over)] {
        let house = house(selects).await;
        house.run(&["CREATE VIEW av AS SELECT id, \"tag0\", \"a text\" AS said FROM t"]).await;
        let (before, version) = (house.tables().await, house.schema.current().version);
        let refused = house.update("t", json!({"fields": after, "indexes": []})).await;
        assert_eq!(
            message(refused),
            "Failed to update collection. Raw error: \nfailed to drop column tag0 - error in view av after drop \
             column: no such column: tag0",
            "{selects}"
        );
        assert_eq!(house.tables().await, before);
        assert_eq!(house.schema.current().version, version);
        assert_eq!(house.texts("SELECT tag0 FROM av ORDER BY id").await, ["a", "b", ""]);
    }
}

#[tokio::test]
async fn a_field_that_an_index_made_by_hand_uses_cannot_be_removed() {
    for selects in BOTH_WAYS {
        let house = house(selects).await;
        house.run(&["CREATE INDEX by_hand ON t (\"tag0\")"]).await;
        let before = house.tables().await;
        let refused = message(house.update("t", json!({"fields": [text("f1", "title")]})).await);
        assert!(refused.contains("failed to drop column tag0 - "), "{refused}");
        assert!(refused.ends_with("no such column: tag0"), "{refused}");
        assert_eq!(house.tables().await, before);
    }
}

#[tokio::test]
async fn a_view_that_was_broken_before_stays_as_it_was() {
    for selects in BOTH_WAYS {
        let house = house(selects).await;
        house.run(&["CREATE VIEW broken AS SELECT gone FROM t"]).await;
        house.update("t", json!({"fields": fields(0..selects, 2)})).await.expect("it is changed");
        let text = house.texts("SELECT sql FROM sqlite_schema WHERE name = 'broken'").await;
        assert_eq!(text, ["CREATE VIEW broken AS SELECT gone FROM t"]);
    }
}

#[tokio::test]
async fn a_refused_index_undoes_what_was_written_before_it() {
    for selects in BOTH_WAYS {
        let house = house(selects).await;
        house.run(&["UPDATE t SET title = 'same'"]).await;
        let before = house.tables().await;
        let unique = json!([KEPT, "CREATE UNIQUE INDEX one ON t (title)"]);
        let refused = house.update("t", json!({"fields": fields(0..selects, 2), "indexes": unique})).await;
        let text = "Failed to create index one - UNIQUE constraint failed: t.title.";
        assert_eq!(fault(refused, &["indexes", "1"]), ("validation_invalid_index_expression", text.into()));
        assert_eq!(house.tables().await, before);
        assert_eq!(house.texts("SELECT tag0 FROM t ORDER BY id").await, ["a", "b", ""]);
        house.is_sound().await;
    }
}

#[tokio::test]
async fn thousands_of_rows_are_all_written_once() {
    for selects in BOTH_WAYS {
        let house = house(selects).await;
        house
            .run(&["INSERT INTO t (id, title, tag0) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20000)
                    SELECT 'n' || x, x, iif(x % 3, 'a', 'b') FROM n"])
            .await;
        // The largest key is taken, so that the engine dealt out random ones.
        let order = house.texts("SELECT id FROM t ORDER BY _rowid_").await;
        house.update("t", json!({"fields": fields(0..selects, 2)})).await.expect("they become lists");
        assert_eq!(house.texts("SELECT id FROM t ORDER BY _rowid_").await, order);
        let wrong = "SELECT id FROM t WHERE id LIKE 'n%' AND tag0 <> iif(title % 3, '[\"a\"]', '[\"b\"]')";
        assert!(house.texts(wrong).await.is_empty());
        assert_eq!(order.len(), 20_003);
        house.is_sound().await;
    }
}
