//! Creating and changing views.

use serde_json::json;

use super::{has_view, types, types_of, view};
use crate::api::collections::field;
use crate::support::{Client, TestServer, blog, collection, id};

#[tokio::test]
async fn a_view_has_the_fields_of_its_query() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let query = "
        SELECT p.id, p.name AS title, p.tags, p.day, p.published, p.draft, a.id AS writer, a.name writer_name,
            COUNT(c.id) AS comments, TOTAL(c.stars) stars, AVG(c.stars) AS average, CAST(p.views AS TEXT) AS shown
        FROM posts p
        LEFT JOIN authors a ON a.id = p.author -- whoever wrote it
        LEFT JOIN comments c ON c.post = p.id
        GROUP BY p.id;";
    let made = has_view(&superuser, "overview", query).await;
    made.has("/type", "view").has("/viewQuery", query).has("/indexes", json!([])).has("/id", "c_overview");
    assert_eq!(
        types(&made),
        "id:text title:text tags:relation day:date published:bool draft:text writer:relation writer_name:text \
         comments:number stars:number average:json shown:text"
    );
    let draft = field(&made.json, "draft");
    assert_eq!(draft["hidden"], true, "what is hidden stays so");
    assert!(draft["id"].as_str().unwrap().starts_with("_clone_"));
    assert_eq!(field(&made.json, "writer")["collectionId"], "c_authors");
    assert_eq!(field(&made.json, "comments")["onlyInt"], true);
    superuser.get("/api/collections/OVERVIEW").await.is(200).has("/fields", made.at("/fields").clone());
    let listed = superuser.list("overview", &[("sort", "-comments,title"), ("fields", "title,comments,stars")]).await;
    listed.is(200).has("/totalItems", 5).has("/items/0", json!({"title": "p1", "comments": 2, "stars": 8}));
}

#[tokio::test]
async fn the_id_of_a_view_is_that_of_its_name_and_type() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let body = json!({"name": "ones", "type": "view", "viewQuery": "select '1' as id"});
    let made = superuser.create_collection(body).await;
    made.is(200).has("/id", "pbc_4067578469").has("/listRule", json!(null));
    made.has("/fields/0/id", "text3208210256").has("/fields/0/pattern", "^[a-z0-9]+$").has("/fields/0/min", 0);
    assert_eq!(made.at("/fields").as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_makes_no_view_is_refused_with_its_reason() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let invalid = ("viewQuery", "validation_invalid_view_query");
    let no_fields = ("fields", "validation_required");
    let no_id = ("fields", "validation_missing_primary_key");
    let wildcard = "Invalid query - wildcard columns (*) are not supported - manually type the collection field names \
                    you want the view query to have.";
    let missing =
        "Invalid query - missing required id column (you can use `(ROW_NUMBER() OVER()) as id` if you don't have one).";
    for (query, says, codes) in [
        ("select * from posts", wildcard, vec![invalid, no_fields]),
        ("select p.* from posts p", wildcard, vec![invalid, no_fields]),
        ("select id from posts union select * from tags", wildcard, vec![invalid, no_fields]),
        ("select name from posts", missing, vec![invalid, no_id]),
        ("select views as ID from posts", missing, vec![invalid, no_id]),
        (
            "select 1 as id; select 2 as id",
            "Invalid query - multiple statements are not supported.",
            vec![invalid, no_fields],
        ),
        ("select id from missing", "Invalid query - no such table: missing.", vec![invalid, no_fields]),
        ("select id, missing from posts", "Invalid query - no such column: missing.", vec![invalid, no_fields]),
        (
            "select id, count(*) from posts",
            "Invalid query - invalid field \"count(*)\" (1): name: must be in a valid format.",
            vec![invalid, ("fields.1.name", "validation_match_invalid")],
        ),
        (
            "select id, 1 as expand from posts",
            "Invalid query - invalid field \"expand\" (1): name: must not be in list.",
            vec![invalid, ("fields.1.name", "validation_not_in_invalid")],
        ),
        (
            "select 1 as id from posts",
            "Invalid query - the query could return records with non-unique ids.",
            vec![invalid],
        ),
        ("select '' as id", "Invalid query - the query could return records with empty or invalid ids.", vec![invalid]),
        (
            "select null as id",
            "Invalid query - the query could return records with empty or invalid ids.",
            vec![invalid],
        ),
    ] {
        let answer = superuser.create_collection(view("v", query)).await;
        assert_eq!(answer.status, 400, "{query}: {answer}");
        answer.message("Failed to create collection.").says("viewQuery", says).codes(&codes);
    }
    let twice = superuser.create_collection(view("v", "select id, name, name from posts")).await;
    twice.is(400).code("fields.2.name", "validation_duplicated_field_name");
    let empty = superuser.create_collection(view("v", "  ")).await;
    empty.is(400).codes(&[("viewQuery", "validation_required"), no_fields]);
    superuser.create_collection(view("v", "select '/' as id")).await.is(200);
}

#[tokio::test]
async fn views_have_neither_rules_for_writes_nor_indexes() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let mut body = view("v", "select id, name from posts");
    for rule in ["createRule", "updateRule", "deleteRule"] {
        body[rule] = json!("");
    }
    body["listRule"] = json!("nothing = 1");
    body["indexes"] = json!(["create index i on v (name)"]);
    superuser.create_collection(body).await.is(400).codes(&[
        ("createRule", "validation_nil"),
        ("updateRule", "validation_nil"),
        ("deleteRule", "validation_nil"),
        ("listRule", "validation_invalid_rule"),
        ("indexes", "validation_indexes_not_supported"),
    ]);
    let mut body = view("v", "select id, name from posts");
    body["listRule"] = json!("name != ''");
    body["fields"] = json!([{"name": "other", "type": "bool"}]);
    let made = superuser.create_collection(body).await;
    assert_eq!(types(made.is(200)), "id:text name:text", "fields that are sent are not those of the query");
}

#[tokio::test]
async fn only_views_point_to_views() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "v", "select id, name from posts").await;
    let relation = json!([{"name": "to", "type": "relation", "collectionId": "c_v"}]);
    let refused = superuser.create_collection(collection("base", relation)).await;
    refused.is(400).code("fields.1.collectionId", "validation_relation_field_non_view_base_collection");
    refused.says("fields.1.collectionId", "Only view collections are allowed to have relations to other views.");
    let over = has_view(&superuser, "over", "select (row_number() over ()) as id, v.id as origin from v").await;
    assert_eq!(field(&over.json, "origin")["collectionId"], "c_v");
    superuser.update_collection("over", json!({"listRule": "origin.name = 'p1'"})).await.is(200);
    server
        .guest()
        .list("over", &[("expand", "origin")])
        .await
        .is(200)
        .has("/totalItems", 1)
        .has("/items/0/expand/origin/name", "p1");
}

#[tokio::test]
async fn a_changed_query_is_another_view() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let made = has_view(&superuser, "v", "select id, name from posts").await;
    let same = superuser.update_collection("v", json!({"listRule": null})).await;
    same.is(200).has("/fields", made.at("/fields").clone()).has("/created", made.at("/created").clone());
    let changed = superuser
        .update_collection("v", json!({"name": "w", "viewQuery": "select id, views, name from posts where views > 0"}))
        .await;
    assert_eq!(types(changed.is(200)), "id:text views:number name:text");
    superuser.list("v", &[]).await.is(404);
    superuser.list("w", &[]).await.is(200).has("/totalItems", 3);
    let refused = superuser.update_collection("w", json!({"viewQuery": "select views from posts"})).await;
    refused.is(400).message("Failed to update collection.").code("viewQuery", "validation_invalid_view_query");
    superuser
        .update_collection("w", json!({"type": "base"}))
        .await
        .is(400)
        .code("type", "validation_collection_type_change");
    assert_eq!(types_of(&superuser, "w").await, "id:text views:number name:text");
    superuser.list("w", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn queries_are_written_in_many_ways() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    for (at, (query, expected)) in [
        ("with x as (select id, name from posts) select id, name from x", "id:text name:json"),
        ("select id, name from posts where views > 5 union select id, name from posts", "id:text name:text"),
        ("select id, name from posts union all select id, text from comments", "id:text name:json"),
        ("select x.id, x.name from (select * from posts) x", "id:text name:json"),
        ("select (row_number() over (order by id)) id, `name` \"n\", [views] 'v' from posts", "id:text n:text v:number"),
        ("select id, case when views > 5 then 'many' else 'few' end how, views + 1 next from posts", "id:text how:json next:json"),
        ("select id, cast(\n views as\n int) as whole /* c */ from posts -- end", "id:text whole:number"),
        ("select id, json_extract(meta, '$.n') n, meta, place, labels from posts;;", "id:text n:json meta:json place:geoPoint labels:select"),
        ("select distinct kind id from posts where kind != ''", "id:text"),
        ("with recursive n(i) as (select 1 union all select i + 1 from n where i < 12) select i as id, i as n from n", "id:text n:json"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("v{at}");
        let answer = superuser.create_collection(view(&name, query)).await;
        assert_eq!(answer.status, 200, "{query}: {answer}");
        assert_eq!(types(&answer), expected, "{query}");
        let listed = superuser.list(&name, &[]).await;
        assert_eq!(listed.status, 200, "{query}: {listed}");
        assert!(listed.at("/totalItems").as_u64() > Some(2), "{query}: {listed}");
        assert!(listed.at("/items/0/id").is_string(), "{query}: {listed}");
    }
}

#[tokio::test]
async fn views_survive_a_restart() {
    let mut server = TestServer::with(blog()).await;
    let made = has_view(&server.superuser(), "v", "select id, name, count(*) n from posts group by id").await;
    server.restart();
    let superuser = server.superuser();
    superuser.get("/api/collections/v").await.is(200).has("/fields", made.at("/fields").clone());
    server.guest().view("v", &id("p1"), &[]).await.is(200).has("/name", "p1").has("/n", 1);
    superuser.remove("/api/collections/v").await.is(204);
    server.guest().list("v", &[]).await.is(404);
}

#[tokio::test]
async fn scaffolds_have_a_view() {
    let server = TestServer::start().await;
    let scaffolds = server.superuser().get("/api/collections/meta/scaffolds").await;
    scaffolds.is(200).has("/view/type", "view").has("/view/fields", json!([])).has("/view/viewQuery", "");
    scaffolds.lacks("/base/viewQuery").lacks("/view/authRule");
}
