//! What cannot come is found before anything is written, all at once; what comes and does not work as before is told.

use serde_json::json;

use super::{House, superuser};
use crate::support::Client;

#[test]
fn everything_that_stands_in_the_way_is_told_at_once_and_nothing_is_written() {
    let house = House::real();
    house
        .add("shapes", json!([{"name": "area", "type": "polygon"}, {"name": "more", "type": "matrix"}]), "", "")
        .add("Demo1x", json!([]), "", "")
        .change(
            "UPDATE _collections SET name = 'DEMO1' WHERE name = 'Demo1x';
             INSERT INTO demo2 (id, title) VALUES (NULL, 'nobody'), ('', 'nobody else');
             DROP TABLE demo5;
             CREATE TABLE _tb_mine (a);",
        );
    for arguments in [&["--dry-run"][..], &[]] {
        house
            .import(arguments)
            .failed()
            .says("In the way: shapes.area is a field of a kind that is not known here")
            .says("In the way: shapes.more is a field of a kind that is not known here")
            .says("In the way: Two collections are called demo1 and DEMO1. Rename one in PocketBase.")
            .says("In the way: The collection demo5 has no table in the database.")
            .says("In the way: The table _tb_mine has a name that tables of Tuckbox have. Rename it.")
            .says("In the way: demo2: 2 records have no id");
        assert!(!house.dir().exists());
    }
}

#[test]
fn a_missing_system_collection_and_a_table_of_another_kind_stand_in_the_way() {
    let house = House::real();
    house.add("words", json!([{"name": "a", "type": "text"}]), "", "").change(
        "DELETE FROM _collections WHERE name = '_otps';
         DROP TABLE words; CREATE TABLE words (id TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID",
    );
    house
        .import(&[])
        .failed()
        .says("In the way: The system collection _otps is missing.")
        .says("In the way: The table of the collection words was made by another program");
}

#[tokio::test]
async fn rules_patterns_and_providers_that_cannot_be_used_come_and_are_told() {
    let house = House::real();
    house
        .add(
            "notes",
            json!([{"name": "code", "type": "text", "pattern": "(?=x)y"}]),
            ", `code` TEXT DEFAULT '' NOT NULL",
            "INSERT INTO notes VALUES ('n00000000000001', 'z')",
        )
        .change(
            "UPDATE _collections SET listRule = 'nothing.like.this = 1', viewRule = '' WHERE name = 'notes';
             UPDATE _collections SET options = json_set(options, '$.oauth2.providers[0].name', 'friendster')
             WHERE name = 'users'",
        );
    house
        .import(&[])
        .went_well()
        .says("notes: the rule listRule comes and cannot be used, so that it admits superusers alone")
        .says("notes.code: pattern comes as it is, and the collection cannot be saved until it is changed")
        .says("users: oauth2.providers.0.name comes as it is")
        .says("friendster");
    let server = house.serve().await;
    let (guest, superuser) = (server.guest(), superuser(&server).await);
    let refused = guest.list("notes", &[]).await;
    assert!(refused.status >= 400 && !String::from_utf8_lossy(&refused.body).contains("n00000000000001"), "{refused}");
    guest.view("notes", "n00000000000001", &[]).await.is(200).has("/code", "z");
    superuser.list("notes", &[]).await.is(200).has("/items/0/code", "z");
    let stored = superuser.get("/api/collections/notes").await;
    stored.is(200).has("/listRule", "nothing.like.this = 1").has("/fields/1/pattern", "(?=x)y");
}

#[tokio::test]
async fn views_over_views_come_in_any_order_and_broken_ones_are_told() {
    let house = House::real();
    let id = json!({"id": "i", "name": "id", "type": "text", "system": true, "required": true, "primaryKey": true});
    let fields = json!([id]).to_string();
    let view = |name: &str, query: &str| {
        house
            .database()
            .execute(
                "INSERT INTO _collections (id, type, name, fields, listRule, options, created, updated)
                 VALUES ('v_' || ?1, 'view', ?1, ?3, '', json_object('viewQuery', ?2), '', '')",
                (name, query, &fields),
            )
            .unwrap();
    };
    view("top", "select id, state from middle");
    view("middle", "select id, state from bottom");
    view("bottom", "select id, active as state from demo2");
    view("gone", "select id from no_such_table");
    view("nonsense", "select nothing at all from");
    house
        .import(&[])
        .went_well()
        .says("gone: the view comes and cannot be read, since its query is none here")
        .says("nonsense: the view comes and cannot be read")
        .never_says("middle: the view comes and cannot be read");
    let server = house.serve().await;
    let superuser = superuser(&server).await;
    assert_eq!(superuser.list("top", &[]).await.is(200).items().len(), 3);
    superuser.get("/api/collections/gone").await.is(200).has("/viewQuery", "select id from no_such_table");
    superuser.list("gone", &[]).await.is_refused();
    // It can be put right.
    superuser
        .update_collection("gone", json!({"viewQuery": "select id from demo2"}))
        .await
        .is(200)
        .has("/viewQuery", "select id from demo2");
    assert_eq!(superuser.list("gone", &[]).await.is(200).items().len(), 3);
}

#[test]
fn indexes_keep_their_odd_names_and_those_of_a_renamed_table_are_pointed_to_it() {
    let house = House::real();
    house
        .add(
            "words",
            json!([{"name": "a", "type": "text"}, {"name": "b", "type": "text"}]),
            ", `a` TEXT DEFAULT '' NOT NULL, `b` TEXT DEFAULT '' NOT NULL",
            "CREATE UNIQUE INDEX `idx-odd name.1` ON words (lower(a) DESC, b COLLATE NOCASE) WHERE a != '';
             CREATE INDEX __old_words_idx ON words (b)",
        )
        .change(
            "UPDATE _collections SET indexes = json_array(
               'CREATE UNIQUE INDEX `idx-odd name.1` ON words (lower(a) DESC, b COLLATE NOCASE) WHERE a != ''''',
               'CREATE INDEX __old_words_idx ON old_words (b)') WHERE name = 'words'",
        );
    house.import(&[]).went_well().never_says("words: the index");
    let data = house.data();
    let indexes =
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'words' AND sql IS NOT NULL ORDER BY 1";
    assert_eq!(data.column(indexes), ["__old_words_idx", "idx-odd name.1"]);
    let stored = data.value("SELECT indexes FROM _collections WHERE name = 'words'");
    assert!(stored.contains("ON `words`") && !stored.contains("old_words`"), "{stored}");
}
