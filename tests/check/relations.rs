//! Relations that point to nothing.

use serde_json::{Value as Json, json};

use super::Directory;
use crate::support::{blog, collection, id};

#[tokio::test]
async fn ids_of_records_that_are_gone_are_found_and_taken_out() {
    let directory = Directory::with(blog()).await;
    directory.damage(&format!(
        "DELETE FROM authors WHERE id = '{}'; DELETE FROM _tb_changes WHERE record = '{}';
         UPDATE posts SET tags = '[\"gone\",\"{}\",\"5\"]' WHERE name = 'p3'",
        id("a2"),
        id("a2"),
        id("blue"),
    ));
    let report = directory.check();
    report.found(&[
        "feed: 1 the feed: numbers of changes are missing; followers have not seen what went [-]",
        "relations: 1 profiles.author: ids of records that authors has not [relations]",
        "relations: 2 posts.author: ids of records that authors has not [relations]",
        "relations: 2 posts.tags: ids of records that tags has not [relations]",
    ]);
    let p3 = id("p3");
    assert_eq!(report.examples("posts.tags"), [format!("{p3} → gone"), format!("{p3} → 5")]);
    let repaired = directory.repair("relations");
    repaired.found(&["feed: 1 the feed: numbers of changes are missing; followers have not seen what went [-]"]);
    repaired.repaired(&[
        "profiles.author: 1 ids that pointed to nothing were taken out.",
        "posts.author: 2 ids that pointed to nothing were taken out.",
        "posts.tags: 2 ids that pointed to nothing were taken out.",
    ]);
    let database = directory.database();
    let posts = database.rows("SELECT name, author, tags FROM posts WHERE name IN ('p2', 'p3') ORDER BY name");
    assert_eq!(
        posts,
        [
            ["p2".to_owned(), id("a1"), format!("[\"{}\"]", id("green"))],
            ["p3".to_owned(), String::new(), format!("[\"{}\"]", id("blue"))]
        ]
    );
    let change =
        database.rows(&format!("SELECT op, data FROM _tb_changes WHERE record = '{p3}' ORDER BY seq DESC LIMIT 1"));
    assert_eq!(change[0][0], "update");
    let old: Json = serde_json::from_str(&change[0][1]).unwrap();
    assert!(old["tags"].as_str().unwrap().contains("gone"), "{old}");
}

#[tokio::test]
async fn thousands_are_taken_out_in_steps() {
    let mut fixture = blog();
    fixture.collections.push(collection(
        "many",
        json!([
            {"name": "one", "type": "relation", "collectionId": "c_tags"},
            {"name": "some", "type": "relation", "collectionId": "c_tags", "maxSelect": 9},
        ]),
    ));
    let directory = Directory::with(fixture).await;
    directory.damage(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1300)
         INSERT INTO many (id, one, some) SELECT printf('%015d', x), 'gone', '[\"gone\",\"lost\"]' FROM n",
    );
    directory.check().found(&[
        "feed: 1300 many: records that the feed never heard of [feed]",
        "relations: 1300 many.one: ids of records that tags has not [relations]",
        "relations: 2600 many.some: ids of records that tags has not [relations]",
    ]);
    directory.is_clean_after("relations,feed");
}

#[tokio::test]
async fn a_relation_to_a_collection_that_is_gone_is_told() {
    let directory = Directory::with(blog()).await;
    directory.damage("DROP TABLE tags; DELETE FROM _collections WHERE name = 'tags'");
    directory
        .repair("relations")
        .found(&["relations: 1 posts.tags: points to the collection c_tags, which is gone [-]"]);
    assert_ne!(directory.database().value("SELECT tags FROM posts WHERE name = 'p1'"), "[]");
}
