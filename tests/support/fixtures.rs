//! Worlds with names, small enough to be known by heart.

use serde_json::{Value as Json, json};

use super::client::Client;

/// Collections, and records to fill them with, in order.
pub struct Fixture {
    /// What is sent to create each collection.
    pub collections: Vec<Json>,
    /// Collection and records.
    pub records: Vec<(&'static str, Vec<Json>)>,
}

/// A record id that can be read: `a1` becomes `a10000000000000`.
pub fn id(short: &str) -> String {
    format!("{short:0<15}")
}

/// A collection of this type whose five rules are open to everyone.
pub fn collection(name: &str, fields: Json) -> Json {
    json!({
        "id": format!("c_{name}"), "name": name, "type": "base", "fields": fields,
        "listRule": "", "viewRule": "", "createRule": "", "updateRule": "", "deleteRule": "",
    })
}

/// One collection `notes`, open to everyone, with one hidden field.
///
/// | id | title | secret | rank | done |
/// | --- | --- | --- | --- | --- |
/// | n1 | Ash | alpha | 1 | true |
/// | n2 | Birch | beta | 2 | false |
/// | n3 | Cedar | gamma | 3 | true |
pub fn notes() -> Fixture {
    let fields = json!([
        {"name": "title", "type": "text"},
        {"name": "secret", "type": "text", "hidden": true},
        {"name": "rank", "type": "number"},
        {"name": "done", "type": "bool"},
    ]);
    Fixture {
        collections: vec![collection("notes", fields)],
        records: vec![(
            "notes",
            vec![
                json!({"id": id("n1"), "title": "Ash", "secret": "alpha", "rank": 1, "done": true}),
                json!({"id": id("n2"), "title": "Birch", "secret": "beta", "rank": 2, "done": false}),
                json!({"id": id("n3"), "title": "Cedar", "secret": "gamma", "rank": 3, "done": true}),
            ],
        )],
    }
}

/// A blog with every kind of relation, open to everyone:
///
/// - `members` (auth): ann (public address), bob (private address)
/// - `authors`: a1 Ann, a2 Bob, a3 Cid (no post), with a hidden `pen`
/// - `profiles`: one for a1 and a2, tied by a unique index
/// - `tags`: red, green, blue
/// - `posts`: `name` p1…p5, `author` single, `tags` multiple, and a field of most types
/// - `comments`: `post` single and cascading, `stars`, `by` a member
///
/// | post | author | tags | views | kind | labels | published | day | comments (stars) |
/// | --- | --- | --- | --- | --- | --- | --- | --- | --- |
/// | p1 | a1 | red green | 10 | news | x y | true | 2024-01-10 | c1 (5), c2 (3) |
/// | p2 | a1 | green | 20 | essay | x | false | 2024-02-10 | c3 (5) |
/// | p3 | a2 | blue | 30 | news | – | true | 2024-03-10 | c4 (1) |
/// | p4 | a2 | – | 0 | – | y | false | – | – |
/// | p5 | – | red blue | -5 | note | z | true | 2025-01-01 | – |
pub fn blog() -> Fixture {
    let open = |name: &str, fields: Json| collection(name, fields);
    let mut members = open("members", json!([{"name": "nick", "type": "text"}]));
    members["type"] = json!("auth");
    let mut profiles = open(
        "profiles",
        json!([
            {"name": "author", "type": "relation", "collectionId": "c_authors"},
            {"name": "bio", "type": "text"},
        ]),
    );
    profiles["indexes"] = json!(["CREATE UNIQUE INDEX idx_profiles_author ON profiles (author)"]);
    let member = |short: &str, public: bool| {
        json!({
            "id": id(short), "email": format!("{short}@example.com"), "emailVisibility": public, "nick": short,
            "password": "password-of-a-member", "passwordConfirm": "password-of-a-member", "verified": true,
        })
    };
    let post = |short: &str, author: &str, tags: &[&str], views: i64, rest: Json| {
        let tags: Vec<_> = tags.iter().map(|tag| id(tag)).collect();
        let author = if author.is_empty() { String::new() } else { id(author) };
        let mut post = json!({"id": id(short), "name": short, "author": author, "tags": tags, "views": views});
        post.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
        post
    };
    Fixture {
        collections: vec![
            members,
            open(
                "authors",
                json!([
                    {"name": "name", "type": "text"},
                    {"name": "pen", "type": "text", "hidden": true},
                    {"name": "born", "type": "number"},
                ]),
            ),
            profiles,
            open("tags", json!([{"name": "name", "type": "text"}, {"name": "weight", "type": "number"}])),
            open(
                "posts",
                json!([
                    {"name": "name", "type": "text"},
                    {"name": "body", "type": "editor"},
                    {"name": "author", "type": "relation", "collectionId": "c_authors", "maxSelect": 1},
                    {"name": "tags", "type": "relation", "collectionId": "c_tags", "maxSelect": 9},
                    {"name": "views", "type": "number"},
                    {"name": "kind", "type": "select", "values": ["news", "essay", "note"], "maxSelect": 1},
                    {"name": "labels", "type": "select", "values": ["x", "y", "z"], "maxSelect": 3},
                    {"name": "published", "type": "bool"},
                    {"name": "day", "type": "date"},
                    {"name": "meta", "type": "json"},
                    {"name": "place", "type": "geoPoint"},
                    {"name": "draft", "type": "text", "hidden": true},
                ]),
            ),
            open(
                "comments",
                json!([
                    {"name": "text", "type": "text"},
                    {"name": "post", "type": "relation", "collectionId": "c_posts", "cascadeDelete": true, "maxSelect": 1},
                    {"name": "by", "type": "relation", "collectionId": "c_members", "maxSelect": 1},
                    {"name": "stars", "type": "number"},
                ]),
            ),
        ],
        records: vec![
            ("members", vec![member("ann", true), member("bob", false)]),
            (
                "authors",
                vec![
                    json!({"id": id("a1"), "name": "Ann", "pen": "quill", "born": 1980}),
                    json!({"id": id("a2"), "name": "Bob", "pen": "biro", "born": 1990}),
                    json!({"id": id("a3"), "name": "Cid", "pen": "chalk", "born": 2000}),
                ],
            ),
            (
                "profiles",
                vec![
                    json!({"id": id("f1"), "author": id("a1"), "bio": "writes"}),
                    json!({"id": id("f2"), "author": id("a2"), "bio": "reads"}),
                ],
            ),
            (
                "tags",
                vec![
                    json!({"id": id("red"), "name": "red", "weight": 1}),
                    json!({"id": id("green"), "name": "green", "weight": 2}),
                    json!({"id": id("blue"), "name": "blue", "weight": 3}),
                ],
            ),
            (
                "posts",
                vec![
                    post(
                        "p1",
                        "a1",
                        &["red", "green"],
                        10,
                        json!({
                            "kind": "news", "labels": ["x", "y"], "published": true, "day": "2024-01-10 12:00:00.000Z",
                            "meta": {"a": {"b": [1, "two", true]}, "n": 5, "s": "text"}, "place": {"lon": 13.4, "lat": 52.5},
                            "body": "<p>First &amp; <b>foremost</b></p>", "draft": "first draft",
                        }),
                    ),
                    post(
                        "p2",
                        "a1",
                        &["green"],
                        20,
                        json!({
                            "kind": "essay", "labels": ["x"], "day": "2024-02-10 00:00:00.000Z", "meta": [10, 20],
                            "place": {"lon": 2.35, "lat": 48.85},
                        }),
                    ),
                    post(
                        "p3",
                        "a2",
                        &["blue"],
                        30,
                        json!({
                            "kind": "news", "published": true, "day": "2024-03-10 00:00:00.000Z", "meta": "plain",
                        }),
                    ),
                    post("p4", "a2", &[], 0, json!({"labels": ["y"], "meta": ""})),
                    post(
                        "p5",
                        "",
                        &["red", "blue"],
                        -5,
                        json!({
                            "kind": "note", "labels": ["z"], "published": true, "day": "2025-01-01 00:00:00.000Z",
                        }),
                    ),
                ],
            ),
            (
                "comments",
                vec![
                    json!({"id": id("c1"), "text": "great", "post": id("p1"), "by": id("ann"), "stars": 5}),
                    json!({"id": id("c2"), "text": "fine", "post": id("p1"), "by": id("bob"), "stars": 3}),
                    json!({"id": id("c3"), "text": "wow", "post": id("p2"), "by": id("ann"), "stars": 5}),
                    json!({"id": id("c4"), "text": "meh", "post": id("p3"), "stars": 1}),
                ],
            ),
        ],
    }
}

/// Lets nobody but its writer see, change or delete a comment of the [`blog`].
pub async fn comments_belong_to_their_writers(superuser: &impl Client) {
    let own = "by = @request.auth.id && @request.auth.id != ''";
    let rules = json!({"listRule": own, "viewRule": own, "updateRule": own, "deleteRule": own});
    superuser.update_collection("comments", rules).await.is(200);
}
