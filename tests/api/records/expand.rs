//! `?expand=`.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, blog, id};

/// What an answer's `expand` comes to, written short: names of the records in the places of their relations.
fn shape(record: &Json) -> Json {
    let Some(expand) = record.get("expand") else { return Json::Null };
    let short = |record: &Json| {
        let name =
            ["name", "bio", "text", "nick"].iter().find_map(|key| record[*key].as_str()).expect("a name").to_owned();
        match shape(record) {
            Json::Null => json!(name),
            inner => json!([name, inner]),
        }
    };
    let entries = expand.as_object().expect("expand is an object").iter().map(|(key, value)| {
        let value = match value {
            Json::Array(records) => json!({"many": records.iter().map(short).collect::<Vec<_>>()}),
            record => short(record),
        };
        (key.clone(), value)
    });
    Json::Object(entries.collect())
}

#[tokio::test]
async fn shapes() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let none = Json::Null;
    let table: Vec<(&str, &str, &str, Json)> = vec![
        ("posts", "p1", "author", json!({"author": "Ann"})),
        ("posts", "p1", "tags", json!({"tags": {"many": ["red", "green"]}})),
        ("posts", "p2", "tags", json!({"tags": {"many": ["green"]}})),
        ("posts", "p1", "author,tags", json!({"author": "Ann", "tags": {"many": ["red", "green"]}})),
        ("posts", "p1", " author , tags ", json!({"author": "Ann", "tags": {"many": ["red", "green"]}})),
        ("posts", "p1", ".author.", json!({"author": "Ann"})),
        ("posts", "p4", "tags", json!({})),
        ("posts", "p5", "author", json!({})),
        ("posts", "p5", "author,tags", json!({"tags": {"many": ["red", "blue"]}})),
        ("posts", "p1", "comments_via_post", json!({"comments_via_post": {"many": ["great", "fine"]}})),
        ("posts", "p2", "comments_via_post", json!({"comments_via_post": {"many": ["wow"]}})),
        ("posts", "p5", "comments_via_post", json!({})),
        ("posts", "p1", "COMMENTS_via_post", json!({"COMMENTS_via_post": {"many": ["great", "fine"]}})),
        ("authors", "a1", "profiles_via_author", json!({"profiles_via_author": "writes"})),
        ("posts", "p1", "author.profiles_via_author", json!({"author": ["Ann", {"profiles_via_author": "writes"}]})),
        (
            "posts",
            "p1",
            "author,author.profiles_via_author",
            json!({"author": ["Ann", {"profiles_via_author": "writes"}]}),
        ),
        (
            "comments",
            "c1",
            "post.author,by,post.tags",
            json!({
                "by": "ann", "post": ["p1", {"author": "Ann", "tags": {"many": ["red", "green"]}}],
            }),
        ),
        (
            "posts",
            "p1",
            "comments_via_post.by",
            json!({"comments_via_post": {"many": [["great", {"by": "ann"}], ["fine", {"by": "bob"}]]}}),
        ),
        ("posts", "p1", "missing", none.clone()),
        ("posts", "p1", "name", none.clone()),
        ("posts", "p1", "", none.clone()),
        ("posts", "p1", ",,", none.clone()),
        ("posts", "p1", "Author", none.clone()),
        ("posts", "p1", "author.missing", none.clone()),
        ("posts", "p1", "author.missing,tags", json!({"tags": {"many": ["red", "green"]}})),
        ("posts", "p1", "author..x", none.clone()),
        ("posts", "p1", "tags_via_author", none.clone()),
        ("posts", "p1", "comments_via_missing", none.clone()),
        ("posts", "p1", "missing_via_post", none.clone()),
        ("posts", "p1", "comments(post)", none.clone()),
        ("posts", "p1", "'; DROP TABLE posts; --", none.clone()),
    ];
    let mut wrong = Vec::new();
    for (collection, record, expand, expected) in table {
        let answer = guest.view(collection, &id(record), &[("expand", expand)]).await;
        answer.is(200);
        let got = shape(&answer.json);
        if got != expected {
            wrong.push(format!("{collection}/{record} expand={expand}\n    expected {expected}\n    got      {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    guest.list("posts", &[]).await.is(200);
}

#[tokio::test]
async fn expanded_records_name_their_collection() {
    let server = TestServer::with(blog()).await;
    let answer = server.guest().view("posts", &id("p1"), &[("expand", "author")]).await;
    answer.is(200).has(
        "/expand/author",
        json!({
            "id": id("a1"), "collectionId": "c_authors", "collectionName": "authors", "name": "Ann", "born": 1980,
        }),
    );
}

#[tokio::test]
async fn six_levels_and_no_more() {
    let server = TestServer::with(blog()).await;
    let deep = |levels: usize| {
        (0..levels).map(|n| if n % 2 == 0 { "author" } else { "posts_via_author" }).collect::<Vec<_>>().join(".")
    };
    let depth = |record: &Json| {
        let (mut depth, mut at) = (0, record);
        while let Some(expand) = at.get("expand").and_then(Json::as_object) {
            let Some(next) = expand.values().next() else { break };
            at = next.get(0).unwrap_or(next);
            depth += 1;
        }
        depth
    };
    for (asked, given) in [(1, 1), (5, 5), (6, 6), (7, 6), (12, 6)] {
        let answer = server.guest().view("posts", &id("p1"), &[("expand", &deep(asked))]).await;
        assert_eq!(depth(&answer.is(200).json), given, "{asked} levels");
    }
}

#[tokio::test]
async fn the_view_rule_of_the_target_decides() {
    let server = TestServer::with(blog()).await;
    let (superuser, guest) = (server.superuser(), server.guest());
    let view = async |expand: &str| shape(&guest.view("posts", &id("p1"), &[("expand", expand)]).await.is(200).json);
    superuser.update_collection("tags", json!({"viewRule": "name = 'green'"})).await.is(200);
    assert_eq!(view("tags").await, json!({"tags": {"many": ["green"]}}));
    superuser.update_collection("tags", json!({"viewRule": "name = 'nothing'"})).await.is(200);
    assert_eq!(view("tags").await, json!({}));
    superuser
        .update_collection("tags", json!({"viewRule": "@request.context = 'expand' && name = 'red'"}))
        .await
        .is(200);
    assert_eq!(view("tags").await, json!({"tags": {"many": ["red"]}}));
    superuser.update_collection("tags", json!({"viewRule": null})).await.is(200);
    assert_eq!(view("tags").await, Json::Null);
    assert_eq!(view("tags,author").await, json!({"author": "Ann"}));
    let by_superuser = superuser.view("posts", &id("p1"), &[("expand", "tags")]).await;
    assert_eq!(shape(&by_superuser.json), json!({"tags": {"many": ["red", "green"]}}));
    superuser.update_collection("profiles", json!({"viewRule": null})).await.is(200);
    assert_eq!(view("author.profiles_via_author").await, Json::Null);
    assert_eq!(view("author,author.profiles_via_author").await, Json::Null);
    superuser.update_collection("comments", json!({"viewRule": "by = @request.auth.id"})).await.is(200);
    let bob = server.user("members", &id("bob")).await;
    let answer = bob.view("posts", &id("p1"), &[("expand", "comments_via_post")]).await;
    assert_eq!(shape(&answer.is(200).json), json!({"comments_via_post": {"many": ["fine"]}}));
}

#[tokio::test]
async fn hidden_fields_and_addresses_stay_hidden_in_expand() {
    let server = TestServer::with(blog()).await;
    let query = [("expand", "author,comments_via_post.by")];
    let answer = server.guest().view("posts", &id("p1"), &query).await;
    answer.is(200).lacks("/expand/author/pen").never_says("quill").never_says("bob@example.com").never_says("tokenKey");
    answer.has("/expand/comments_via_post/0/expand/by/email", "ann@example.com");
    answer.lacks("/expand/comments_via_post/1/expand/by/email");
    let answer = server.superuser().view("posts", &id("p1"), &query).await;
    answer
        .is(200)
        .has("/expand/author/pen", "quill")
        .has("/expand/comments_via_post/1/expand/by/email", "bob@example.com");
    answer
        .lacks("/expand/comments_via_post/0/expand/by/tokenKey")
        .lacks("/expand/comments_via_post/0/expand/by/password");
}

#[tokio::test]
async fn a_hidden_relation_expands() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let current = superuser.get("/api/collections/posts").await;
    let mut fields = current.at("/fields").as_array().unwrap().clone();
    fields.iter_mut().find(|field| field["name"] == "author").unwrap()["hidden"] = json!(true);
    superuser.update_collection("posts", json!({"fields": fields})).await.is(200);
    let answer = server.guest().view("posts", &id("p1"), &[("expand", "author")]).await;
    answer.is(200).lacks("/author").has("/expand/author/name", "Ann");
    let back = server.guest().view("authors", &id("a1"), &[("expand", "posts_via_author")]).await;
    assert_eq!(shape(&back.is(200).json), json!({"posts_via_author": {"many": ["p1", "p2"]}}));
}

#[tokio::test]
async fn a_list_expands_each_item() {
    let server = TestServer::with(blog()).await;
    let answer = server.guest().list("posts", &[("expand", "author,tags"), ("sort", "name")]).await;
    let shapes: Vec<_> = answer.is(200).items().iter().map(shape).collect();
    assert_eq!(
        shapes,
        [
            json!({"author": "Ann", "tags": {"many": ["red", "green"]}}),
            json!({"author": "Ann", "tags": {"many": ["green"]}}),
            json!({"author": "Bob", "tags": {"many": ["blue"]}}),
            json!({"author": "Bob"}),
            json!({"tags": {"many": ["red", "blue"]}}),
        ]
    );
}

#[tokio::test]
async fn a_multiple_relation_keeps_the_stored_order() {
    let server = TestServer::with(blog()).await;
    let order = json!([id("blue"), id("red"), id("green")]);
    server.guest().update("posts", &id("p1"), json!({"tags": order})).await.is(200);
    let answer = server.guest().view("posts", &id("p1"), &[("expand", "tags")]).await;
    assert_eq!(shape(&answer.json), json!({"tags": {"many": ["blue", "red", "green"]}}));
}

#[tokio::test]
async fn creations_and_updates_expand() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let path = format!("/api/collections/posts/records/{}?expand=author", id("p5"));
    guest.patch(&path, json!({"author": id("a3")})).await.is(200).has("/expand/author/name", "Cid");
}
