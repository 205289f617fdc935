//! Values and columns as older versions and other programs have left them.

use serde_json::{Value as Json, json};

use super::{House, superuser};
use crate::support::Client;

/// A table that nobody would make so, with a record of nothing and records of odd values.
fn odd() -> House {
    let house = House::real();
    house.add(
        "odd",
        json!([
            {"name": "text", "type": "text"},
            {"name": "number", "type": "number"},
            {"name": "bool", "type": "bool"},
            {"name": "date", "type": "date"},
            {"name": "one", "type": "select", "values": ["a", "b"], "maxSelect": 1},
            {"name": "many", "type": "select", "values": ["a", "b"], "maxSelect": 2},
            {"name": "json", "type": "json"},
            {"name": "point", "type": "geoPoint"},
            {"name": "missing", "type": "text"}
        ]),
        "",
        "",
    );
    house.change(
        "DROP TABLE odd;
         CREATE TABLE odd (point, number REAL DEFAULT 0, id TEXT PRIMARY KEY, text, bool, date, one, many TEXT, json, extra);
         INSERT INTO odd (id) VALUES ('r00000000000001');
         INSERT INTO odd (id, text, number, bool, date, one, many, json, point, extra) VALUES
           ('r00000000000002', 5, '7.5', 'true', '2024-01-02T03:04:05Z', '[\"a\",\"b\"]', 'a', '{\"b\": 1}',
            '{\"lat\":1,\"lon\":2}', 'kept'),
           ('r00000000000003', x'616263', 'many', 1, 1704164645, '[]', '[\"a\",\"b\"]', 'no JSON', 'nowhere', NULL),
           ('r00000000000004', 'plain', 3, 0, 'tomorrow', 'a', '', NULL, NULL, NULL),
           ('r00000000000005', '', 9007199254740993, 0, '2024-01-02', '[\"b\"]', '[]', '[1, 2]', '', NULL)",
    );
    house
}

#[tokio::test]
async fn odd_values_are_read_as_pocketbase_reads_them() {
    let house = odd();
    house
        .import(&[])
        .went_well()
        .says("odd: 5 of 5 records")
        .says("odd.date: 3 values put into the form of a date field; they mean the same.")
        .says("odd.date: 1 value not all of which a date field can hold; the API shows what it showed before (records r00000000000004).")
        .says("odd.number: 1 value not all of which a number field can hold")
        .says("odd.one: 1 value not all of which a select field can hold")
        .says("odd.extra: a column that no field knows");
    let data = house.data();
    assert_eq!(data.column("SELECT extra FROM odd ORDER BY id"), ["-", "kept", "-", "-", "-"]);
    let types = data.rows(
        "SELECT typeof(text), typeof(number), typeof(bool), typeof(date), typeof(one), typeof(many), typeof(point) FROM odd",
    );
    for types in types {
        assert!(["integer", "real"].contains(&types[1].as_str()), "{types:?}");
        assert_eq!(types[2], "integer");
        for at in [0, 3, 4, 5, 6] {
            assert_eq!(types[at], "text", "{types:?}");
        }
    }
    let server = house.serve().await;
    let superuser = superuser(&server).await;
    let nowhere = json!({"lon": 0, "lat": 0});
    let expected = [
        json!(["", 0, false, "", "", [], null, nowhere]),
        json!(["5", 7.5, true, "2024-01-02 03:04:05.000Z", "b", ["a"], {"b": 1}, {"lon": 2, "lat": 1}]),
        json!(["abc", 0, true, "2024-01-02 03:04:05.000Z", "", ["a", "b"], "no JSON", nowhere]),
        json!(["plain", 3, false, "", "a", [], null, nowhere]),
        json!(["", 9_007_199_254_740_992_u64, false, "2024-01-02 00:00:00.000Z", "b", [], [1, 2], nowhere]),
    ];
    let page = superuser.list("odd", &[("sort", "id")]).await;
    for (item, expected) in page.is(200).items().iter().zip(&expected) {
        let keys = ["text", "number", "bool", "date", "one", "many", "json", "point"];
        let shown: Vec<Json> = keys.iter().map(|key| item[*key].clone()).collect();
        assert_eq!(json!(shown), *expected, "{}", item["id"]);
        assert_eq!(item["missing"], "");
    }
    // They can be found by what they show, and saved again.
    let found = superuser.list("odd", &[("filter", "date >= '2024-01-02 00:00:00.000Z' && many:length >= 0")]).await;
    assert_eq!(found.is(200).items().len(), 3);
    superuser.update("odd", "r00000000000002", json!({"text": "new"})).await.is(200).has("/many", json!(["a"]));
}

#[test]
fn files_that_are_not_there_are_told_and_the_names_come() {
    let house = House::real();
    std::fs::remove_file(house.source().join("storage/_pb_users_auth_/oap640cot4yru2s/test_kfd2wYLxkz.txt")).unwrap();
    house
        .import(&[])
        .went_well()
        .says("users.file: 1 files that records name are not in the storage (oap640cot4yru2s/test_kfd2wYLxkz.txt)")
        .says("53 of 53 files");
}
