//! Tables, columns and indexes against the collections.

use serde_json::json;

use super::Directory;
use crate::support::{Fixture, TestServer, blog, collection, notes};

/// `things` with an index of its list on `a`, a unique one on `b`, and one of ours on `tag`.
fn things() -> Fixture {
    let mut fixture = blog();
    let fields = json!([
        {"name": "a", "type": "text"}, {"name": "b", "type": "text"},
        {"name": "tag", "type": "relation", "collectionId": "c_tags"},
    ]);
    let mut things = collection("things", fields);
    things["indexes"] = json!(["CREATE INDEX idx_a ON things (a)", "CREATE UNIQUE INDEX idx_b ON things (b)"]);
    fixture.collections.push(things);
    fixture.records.push(("things", vec![json!({"a": "1", "b": "1"}), json!({"a": "2", "b": "2"})]));
    fixture
}

fn own_index(directory: &Directory) -> String {
    directory
        .database()
        .value("SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE '\\_tb\\_c\\_things%' ESCAPE '\\'")
}

#[tokio::test]
async fn indexes_that_are_missing_or_others_are_made_anew() {
    let directory = Directory::with(things()).await;
    let own = own_index(&directory);
    let before =
        directory.database().rows("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'things' ORDER BY name");
    directory
        .damage(&format!("DROP INDEX idx_a; CREATE INDEX idx_a ON things (b); DROP INDEX idx_b; DROP INDEX \"{own}\""));
    directory.check().found(&[
        "collections: 1 things (idx_a): the index is another one [indexes]",
        "collections: 1 things (idx_b): the index is missing [indexes]",
        &format!("collections: 1 things ({own}): the index is missing [indexes]"),
    ]);
    directory.is_clean_after("indexes");
    let after =
        directory.database().rows("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'things' ORDER BY name");
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_unique_index_that_the_records_forbid_is_told() {
    let directory = Directory::with(things()).await;
    directory.damage("DROP INDEX idx_a; DROP INDEX idx_b; UPDATE things SET b = 'same'");
    let report = directory.repair("indexes");
    report.repaired(&[
        "The index idx_a of things was made anew.",
        "The index idx_b of things was not made: it is unique, and there are records with the same b.",
    ]);
    report.found(&["collections: 1 things (idx_b): the index is missing [indexes]"]);
}

#[tokio::test]
async fn what_no_collection_knows_is_told_and_left_alone() {
    let directory = Directory::with(notes()).await;
    directory.damage(
        "CREATE TABLE mine (a); INSERT INTO mine VALUES (1); CREATE VIEW seen AS SELECT * FROM mine;
         ALTER TABLE notes ADD COLUMN more TEXT; CREATE INDEX idx_more ON notes (more)",
    );
    let expected = [
        "collections: 1 mine: a table that no collection knows [-]",
        "collections: 1 seen: a view that no collection knows [-]",
        "collections: 1 notes.more: a column that no field knows [-]",
        "collections: 1 notes (idx_more): an index that the collection does not know [-]",
    ];
    directory.check().found(&expected);
    directory.repair("indexes,relations,accounts,feed,files").found(&expected);
    assert_eq!(directory.database().value("SELECT a FROM seen"), "1");
}

#[tokio::test]
async fn tables_and_columns_that_are_missing_are_told_and_the_rest_is_checked() {
    let directory = Directory::with(blog()).await;
    directory.damage("DROP TABLE comments; ALTER TABLE posts DROP COLUMN views; DROP TABLE tags; CREATE VIEW tags AS SELECT 1 AS id; DELETE FROM authors");
    let report = directory.check();
    let findings = report.findings();
    for expected in [
        "collections: 1 comments: the table of the collection is missing [-]",
        "collections: 1 posts.views: the column of the field is missing [-]",
        "collections: 1 tags: should be a table, and is none [-]",
        "relations: 2 profiles.author: ids of records that authors has not [relations]",
    ] {
        assert!(findings.iter().any(|finding| finding == expected), "{expected}: {findings:#?}");
    }
}

#[tokio::test]
async fn every_collection_that_a_server_makes_is_what_check_expects() {
    let server = TestServer::with(things()).await;
    Directory::of(server).check().is_clean();
}

#[tokio::test]
async fn views_of_collections_are_looked_at_too() {
    let mut fixture = blog();
    fixture.collections.push(json!({
        "name": "titles", "type": "view", "viewQuery": "SELECT id, name, author FROM posts",
    }));
    fixture.collections.push(json!({"name": "reds", "type": "view", "viewQuery": "SELECT id, name FROM tags"}));
    let directory = Directory::with(fixture).await;
    directory.check().is_clean();
    directory.damage("DROP VIEW titles");
    directory.check().found(&["collections: 1 titles: the view of the collection is missing [-]"]);
    directory.damage("CREATE TABLE titles (id); DROP VIEW reds; CREATE VIEW reds AS SELECT id, absent FROM tags");
    let report = directory.repair("indexes,relations,accounts,feed,files");
    report.found(&[
        "collections: 1 titles: should be a view, and is none [-]",
        "collections: 1 reds: the view cannot be read: no such column: absent [-]",
    ]);
}
