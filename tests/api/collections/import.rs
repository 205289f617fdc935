//! `PUT /api/collections/import`.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::field_names;
use crate::support::{Answer, Client, Superuser, TestServer, blog, collection, id, notes};

impl Superuser {
    pub(crate) async fn import(&self, collections: Json, delete_missing: bool) -> Answer {
        let body = json!({"collections": collections, "deleteMissing": delete_missing});
        self.send(self.request(Method::PUT, "/api/collections/import").json(&body)).await
    }

    /// All collections, as a dashboard would export them.
    async fn export(&self) -> Vec<Json> {
        let page = self.get("/api/collections?perPage=1000&skipTotal=1").await;
        page.is(200).json["items"].as_array().expect("items").clone()
    }

    async fn stored(&self, collection: &str) -> Json {
        self.get(&format!("/api/collections/{collection}")).await.is(200).json.clone()
    }
}

const FAILURE: &str = "validation_collections_import_failure";

/// It failed for one reason, told in this text.
#[track_caller]
fn failed(answer: &Answer, text: &str) {
    answer.is(400).message("Failed to import collections.").codes(&[("collections", FAILURE)]);
    answer.says("collections", text);
}

/// Without what every save changes, and what each server deals out: the ids of a view's fields.
fn undated(mut collections: Vec<Json>) -> Vec<Json> {
    for one in &mut collections {
        let one = one.as_object_mut().expect("an object");
        one.remove("created");
        one.remove("updated");
        if one["type"] == "view" {
            one["fields"].as_array_mut().unwrap().iter_mut().for_each(|field| field["id"] = Json::Null);
        }
    }
    collections
}

fn text(field_id: &str, name: &str) -> Json {
    json!({"id": field_id, "name": name, "type": "text"})
}

#[tokio::test]
async fn a_body_that_says_nothing_is_refused() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for body in ["", "{}", r#"{"collections": []}"#, r#"{"collections": null, "deleteMissing": true}"#] {
        let request = superuser.request(Method::PUT, "/api/collections/import");
        let answer = superuser.send(request.header("Content-Type", "application/json").body(body)).await;
        answer.is(400).message("An error occurred while validating the submitted data.");
        answer.codes(&[("collections", "validation_required")]);
    }
    for body in ["{", "[]", r#"{"collections": {}}"#, r#"{"collections": ["a"]}"#, r#"{"deleteMissing": "yes"}"#] {
        let request = superuser.request(Method::PUT, "/api/collections/import");
        let answer = superuser.send(request.header("Content-Type", "application/json").body(body)).await;
        answer.is(400).message("An error occurred while loading the submitted data.").no_data();
    }
    assert_eq!(superuser.export().await.len(), 6, "nothing is gone");
}

#[tokio::test]
async fn new_collections_begin_with_the_scaffold_of_their_type() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let answer = superuser.import(json!([{"name": "plain"}, {"name": "people", "type": "auth"}]), false).await;
    answer.is(204);
    assert!(answer.body.is_empty());
    let plain = superuser.stored("plain").await;
    assert_eq!((plain["type"].as_str(), field_names(&plain).as_str()), (Some("base"), "id"));
    let people = superuser.stored("people").await;
    assert_eq!(field_names(&people), "id password tokenKey email emailVisibility verified");
    assert_eq!(people["passwordAuth"]["identityFields"], json!(["email"]));
    superuser.create("plain", json!({})).await.is(200);
    let account = json!({"email": "a@example.com", "password": "12345678", "passwordConfirm": "12345678"});
    superuser.create("people", account).await.is(200);
}

#[tokio::test]
async fn a_stored_collection_is_found_by_id_or_name_and_merged() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let fields = json!([text("new", "extra")]);
    superuser.import(json!([{"name": "NOTES", "listRule": null, "fields": fields}]), false).await.is(204);
    let stored = superuser.stored("notes").await;
    assert_eq!(field_names(&stored), "extra id title secret rank done", "what is sent comes first");
    assert_eq!((&stored["listRule"], &stored["viewRule"]), (&Json::Null, &json!("")));
    superuser.import(json!([{"id": "c_notes", "name": "papers"}]), false).await.is(204);
    superuser.view("papers", &id("n1"), &[]).await.is(200).has("/title", "Ash").has("/extra", "");
    superuser.get("/api/collections/notes").await.is(404);
}

#[tokio::test]
async fn collections_take_each_others_names() {
    let mut server = TestServer::start().await;
    let superuser = server.superuser();
    let tags = json!({"name": "tags", "type": "select", "values": ["x", "y"]});
    for name in ["a", "b", "c"] {
        let fields = json!([text("t", "title"), tags]);
        let index = format!("CREATE INDEX i_{name} ON {name} (title)");
        superuser
            .create_collection(json!({"id": format!("c_{name}"), "name": name, "fields": fields, "indexes": [index]}))
            .await
            .is(200);
        superuser.create(name, json!({"title": format!("of {name}"), "tags": "x"})).await.is(200);
    }
    for (name, query) in [("v", "select id, title from a"), ("over", "select id, title from v")] {
        let body = json!({"id": format!("c_{name}"), "name": name, "type": "view", "viewQuery": query});
        superuser.create_collection(body).await.is(200);
    }
    let title = async |collection: &str| {
        let listed = superuser.list(collection, &[]).await;
        listed.is(200).at("/items/0/title").as_str().expect("a title").to_owned()
    };
    // Three in a circle, one of which is written anew on the way.
    let multiple = json!([{"name": "tags", "type": "select", "values": ["x", "y"], "maxSelect": 2}]);
    let circle = json!([
        {"id": "c_a", "name": "B"}, {"id": "c_b", "name": "c", "fields": multiple}, {"id": "c_c", "name": "a"}
    ]);
    superuser.import(circle, false).await.is(204);
    assert_eq!([title("a").await, title("b").await, title("c").await], ["of c", "of a", "of b"]);
    superuser.list("c", &[("filter", "title = 'of b'")]).await.is(200).has("/items/0/tags", json!(["x"]));
    assert_eq!(superuser.stored("c").await["indexes"], json!(["CREATE INDEX `i_b` ON `c` (`title`)"]));
    assert_eq!([title("v").await, title("over").await], ["of a", "of a"], "views follow their tables");
    // A view and a table change places, and a new collection takes a name that becomes free.
    let places = json!([
        {"id": "c_v", "name": "a", "viewQuery": "select id, title from v"},
        {"id": "c_c", "name": "v"}, {"id": "c_b", "name": "d"},
        {"id": "c_new", "name": "c", "type": "base"}
    ]);
    superuser.import(places, false).await.is(204);
    server.restart();
    let superuser = server.superuser();
    for (collection, id, expected) in [
        ("a", "c_v", "of c"),
        ("b", "c_a", "of a"),
        ("v", "c_c", "of c"),
        ("d", "c_b", "of b"),
        ("over", "c_over", "of c"),
    ] {
        assert_eq!(superuser.stored(collection).await["id"], id);
        superuser.list(collection, &[]).await.is(200).has("/items/0/title", expected).has("/totalItems", 1);
    }
    superuser.list("c", &[]).await.is(200).has("/totalItems", 0);
    // What fails in the middle leaves all names as they were.
    let unfit = json!([
        {"id": "c_c", "name": "d", "indexes": ["CREATE INDEX i_c ON d (missing)"]}, {"id": "c_b", "name": "v"}
    ]);
    superuser.import(unfit, false).await.is(400).code("indexes.0", "validation_invalid_index_expression");
    superuser.list("d", &[]).await.is(200).has("/items/0/title", "of b");
    superuser.import(json!([{"id": "c_c", "name": "d"}]), false).await.is(400);
}

#[tokio::test]
async fn rows_of_imported_views_have_ids() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let view = |query: &str| json!([{"id": "c_v", "name": "v", "type": "view", "viewQuery": query}]);
    for (query, reason) in [
        ("select 1 as id from notes", "the query could return records with non-unique ids"),
        ("select '' as id", "the query could return records with empty or invalid ids"),
    ] {
        let refused = superuser.import(view(query), false).await;
        let told = format!(
            "Data validations failed for collection \"v\" (c_v):\n{{\n  \"viewQuery\": \"Invalid query - {reason}.\"\n}}."
        );
        failed(&refused, &told);
        superuser.get("/api/collections/v").await.is(404);
    }
    superuser.import(view("select id from notes"), false).await.is(204);
}

#[tokio::test]
async fn an_import_writes_a_view_and_what_it_reads_below_another_view() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    for (name, query) in [("v", "select id, title, secret from notes"), ("over", "select id, title from v")] {
        superuser.create_collection(json!({"name": name, "type": "view", "viewQuery": query})).await.is(200);
    }
    let mut fields = superuser.stored("notes").await["fields"].clone();
    let fields = fields.as_array_mut().expect("fields");
    fields.retain(|field| field["name"] != "secret");
    fields.iter_mut().filter(|field| field["name"] == "title").for_each(|field| field["name"] = json!("heading"));
    let both = json!([
        {"name": "v", "viewQuery": "select id, heading as title from notes"}, {"name": "notes", "fields": fields}
    ]);
    superuser.import(both.clone(), false).await.is(204);
    superuser.list("over", &[("filter", "title = 'Birch'")]).await.is(200).has("/totalItems", 1);
    assert!(field_names(&superuser.stored("notes").await).contains("secret"), "nothing goes that is not to go");
}

#[tokio::test]
async fn a_field_of_the_same_name_and_type_keeps_its_data_whatever_its_id() {
    for delete_missing in [false, true] {
        let server = TestServer::with(notes()).await;
        let superuser = server.superuser();
        let fields = json!([text("another", "title"), {"name": "rank", "type": "number"}]);
        superuser.import(json!([{"id": "c_notes", "name": "notes", "fields": fields}]), delete_missing).await.is(204);
        let one = superuser.view("notes", &id("n2"), &[]).await;
        one.is(200).has("/title", "Birch").has("/rank", 2);
        match delete_missing {
            true => one.lacks("/secret").lacks("/done"),
            false => one.has("/secret", "beta").has("/done", false),
        };
    }
}

#[tokio::test]
async fn the_same_name_with_another_type_collides_with_the_field_that_stays() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let sent = json!([{"id": "c_notes", "fields": [{"name": "title", "type": "number"}]}]);
    let raw = "Failed to import the collections configuration. Raw error:\nduplicate column name: title.";
    failed(&superuser.import(sent.clone(), false).await, raw);
    superuser.view("notes", &id("n1"), &[]).await.is(200).has("/title", "Ash");
    // Where the old one goes, the new one takes its place.
    superuser.import(sent, true).await.is(204);
    superuser.view("notes", &id("n1"), &[]).await.is(200).has("/title", 0);
}

#[tokio::test]
async fn what_is_missing_goes_only_where_that_is_asked_for() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let before = superuser.export().await.len();
    superuser.import(json!([{"name": "tags"}]), false).await.is(204);
    assert_eq!(superuser.export().await.len(), before);
    assert_eq!(field_names(&superuser.stored("tags").await), "id name weight");
    // Posts and comments point to each other's neighbours, and all of them go.
    superuser.import(json!([{"name": "tags"}, {"name": "new"}]), true).await.is(204);
    let left: Vec<_> = superuser.export().await.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(left, ["_mfas", "_otps", "_externalAuths", "_authOrigins", "_superusers", "tags", "new"]);
    assert_eq!(field_names(&superuser.stored("tags").await), "id", "sent without fields");
    superuser.list("tags", &[]).await.is(200).has("/totalItems", 3);
    // A name that becomes free can be used again.
    superuser.import(json!([{"id": "other", "name": "tags"}]), true).await.is(204);
    superuser.list("tags", &[]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn accounts_go_with_what_sign_in_keeps_of_them_and_with_their_files() {
    let mut server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let origin = json!({"collectionRef": "c_members", "recordRef": id("ann"), "fingerprint": "f"});
    superuser.create("_authOrigins", origin).await.is(200);
    superuser.import(json!([{"name": "tags"}]), true).await.is(204);
    superuser.list("_authOrigins", &[]).await.is(200).has("/totalItems", 0);
    let database = server.stopped_database();
    database.is_sound();
    let tables = database.column("SELECT name FROM sqlite_schema WHERE name IN ('posts', 'members', 'comments')");
    assert!(tables.is_empty(), "{tables:?}");
}

#[tokio::test]
async fn a_reference_to_a_collection_that_goes_refuses_the_import_whole() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let before = superuser.export().await;
    let posts = superuser.stored("posts").await;
    let answer = superuser.import(json!([posts, {"name": "new"}]), true).await;
    failed(
        &answer,
        "Data validations failed for collection \"posts\" (c_posts):\n{\n  \"fields\": {\n    \"3\": {\n      \
         \"collectionId\": \"The relation collection doesn't exist.\"\n    },\n    \"4\": {\n      \
         \"collectionId\": \"The relation collection doesn't exist.\"\n    }\n  }\n}.",
    );
    assert_eq!(superuser.export().await, before);
    superuser.view("posts", &id("p1"), &[("expand", "author,tags")]).await.is(200).has("/expand/author/name", "Ann");
}

#[tokio::test]
async fn collections_may_refer_to_each_other_in_any_order() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let relation = |target: &str| json!([{"name": "to", "type": "relation", "collectionId": target}]);
    let rule = "@collection.c.id != '' && to.to.to.id != 'x'";
    let sent = json!([
        {"id": "id_a", "name": "a", "fields": relation("id_b"), "listRule": rule},
        {"id": "id_b", "name": "b", "fields": relation("id_c")},
        {"id": "id_c", "name": "c", "fields": relation("id_a")},
    ]);
    superuser.import(sent, false).await.is(204);
    superuser.create("c", json!({"id": id("c1")})).await.is(200);
    superuser.create("b", json!({"id": id("b1"), "to": id("c1")})).await.is(200);
    superuser.create("a", json!({"id": id("a1"), "to": id("b1")})).await.is(200);
    let one = superuser.view("a", &id("a1"), &[("expand", "to.to")]).await;
    one.is(200).has("/expand/to/expand/to/id", id("c1"));
}

#[tokio::test]
async fn the_first_collection_at_fault_is_told_to_the_letter() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let before = superuser.export().await;
    let sent = json!([
        {"id": "good", "name": "good"},
        {"id": "bad", "name": "a b", "listRule": "zz = 1", "fields": [{"name": "", "type": "text"}, {"name": "s", "type": "select"}]},
        {"id": "worse", "name": ""},
    ]);
    failed(
        &superuser.import(sent, false).await,
        "Data validations failed for collection \"a b\" (bad):\n{\n  \"fields\": {\n    \"1\": {\n      \"name\": \
         \"cannot be blank\"\n    },\n    \"2\": {\n      \"values\": \"cannot be blank\"\n    }\n  },\n  \
         \"listRule\": \"Invalid rule. Raw error: invalid left operand \\\"zz\\\" - unknown field \\\"zz\\\".\",\n  \
         \"name\": \"must be in a valid format\"\n}.",
    );
    assert_eq!(superuser.export().await, before);
}

#[tokio::test]
async fn what_cannot_be_read_or_saved_is_told_as_a_raw_error() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let before = superuser.export().await;
    let raw = |text: &str| format!("Failed to import the collections configuration. Raw error:\n{text}");
    for (sent, text) in [
        (json!([{"name": "x", "fields": [{"name": "a", "type": "nothing"}]}]), "there is no field type nothing"),
        (json!([{"name": "x", "listRule": 5}]), "listRule must be a text or null"),
        (json!([{"name": "x", "fields": [text("1", "a"), text("2", "A")]}]), "duplicate column name: A"),
        (json!([{"id": "x", "name": "x"}, {"id": "x", "name": "y"}]), "UNIQUE constraint failed: _collections.id"),
        (json!([{"id": "x", "name": "x"}, {"id": "y", "name": "X"}]), "UNIQUE constraint failed: _collections.name"),
        (json!([{"id": "x", "name": "sqlite_x"}]), "object name reserved for internal use: sqlite_x"),
    ] {
        let answer = superuser.import(sent, false).await;
        answer.is(400).codes(&[("collections", FAILURE)]);
        let message = answer.at("/data/collections/message").as_str().unwrap();
        assert!(message.starts_with(&raw("")), "{message}");
        assert!(message.contains(text), "{message}");
    }
    assert_eq!(superuser.export().await, before);
}

#[tokio::test]
async fn an_index_that_cannot_be_made_has_its_own_key() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.update("notes", &id("n2"), json!({"title": "Ash"})).await.is(200);
    let before = superuser.export().await;
    let indexes = json!(["CREATE UNIQUE INDEX i1 ON notes (title)"]);
    let sent = json!([{"name": "before"}, {"name": "notes", "indexes": indexes}]);
    let answer = superuser.import(sent, false).await;
    answer.is(400).message("Failed to import collections.");
    answer.codes(&[("indexes.0", "validation_invalid_index_expression")]);
    answer.says("indexes.0", "Failed to create index i1 - UNIQUE constraint failed: notes.title.");
    let answer = superuser.import(json!([{"name": "notes", "indexes": ["nonsense"]}]), false).await;
    answer.is(400).codes(&[("indexes.0", "validation_invalid_index_expression")]);
    answer.says("indexes.0", "Invalid CREATE INDEX expression.");
    assert_eq!(superuser.export().await, before);
}

#[tokio::test]
async fn system_collections_and_fields_stay_as_they_are() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let answer = superuser.import(json!([{"name": "_mfas", "listRule": ""}]), false).await;
    failed(
        &answer,
        "Data validations failed for collection \"_mfas\" (pbc_2279338944):\n{\n  \"listRule\": \"System collection API \
         rule cannot be changed.\"\n}.",
    );
    let before = superuser.stored("_superusers").await;
    superuser.import(json!([{"name": "_superusers", "fields": []}]), true).await.is(204);
    let after = superuser.stored("_superusers").await;
    assert_eq!(field_names(&after), field_names(&before));
    superuser.list("_superusers", &[]).await.is(200).has("/totalItems", 1);
}

#[tokio::test]
async fn what_is_exported_makes_the_same_collections_elsewhere_and_changes_nothing_here() {
    let mut server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let view =
        json!({"name": "authors_view", "type": "view", "listRule": "", "viewQuery": "SELECT id, name FROM authors"});
    superuser.create_collection(view).await.is(200);
    let exported = superuser.export().await;
    // Views and what is referred to come before what they need.
    let reversed: Vec<Json> = exported.iter().rev().cloned().collect();
    let other = TestServer::start().await;
    other.superuser().import(json!(reversed), true).await.is(204);
    let by_name = |mut all: Vec<Json>| {
        all.sort_by_key(|one| one["name"].as_str().unwrap().to_owned());
        undated(all)
    };
    assert_eq!(by_name(other.superuser().export().await), by_name(exported.clone()));

    superuser.import(json!(exported), true).await.is(204);
    superuser.import(json!(exported), true).await.is(204);
    assert_eq!(undated(superuser.export().await), undated(exported));
    superuser.view("posts", &id("p1"), &[("expand", "author")]).await.is(200).has("/expand/author/name", "Ann");
    server.stopped_database().is_sound();
}

#[tokio::test]
async fn renames_by_import_keep_the_data() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let mut exported = superuser.export().await;
    for one in &mut exported {
        if one["name"] == "posts" {
            one["name"] = json!("articles");
            for field in one["fields"].as_array_mut().unwrap() {
                let swapped = match field["name"].as_str().unwrap() {
                    "kind" => "labels",
                    "labels" => "kind",
                    "tags" => "marks",
                    other => other,
                };
                field["name"] = json!(swapped);
            }
        }
    }
    superuser.import(json!(exported), true).await.is(204);
    let one = superuser.view("articles", &id("p1"), &[("expand", "marks")]).await;
    one.is(200).has("/labels", "news").has("/kind", json!(["x", "y"])).has("/expand/marks/1/name", "green");
    superuser.view("comments", &id("c1"), &[("expand", "post")]).await.is(200).has("/expand/post/name", "p1");
}

#[tokio::test]
async fn views_come_after_what_they_read_and_are_checked_with_it() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let sent = json!([
        {"id": "v2", "name": "outer", "type": "view", "viewQuery": "SELECT id, named FROM inner", "listRule": "named != ''"},
        {"id": "v1", "name": "inner", "type": "view", "viewQuery": "SELECT id, title AS named FROM t", "created": "2030-01-01 00:00:00.000Z"},
        {"id": "t", "name": "t", "fields": [text("f", "title")], "listRule": "@collection.outer.named ?= title", "created": "2031-01-01 00:00:00.000Z"},
    ]);
    superuser.import(sent.clone(), false).await.is(204);
    assert_eq!(field_names(&superuser.stored("outer").await), "id named");
    superuser.create("t", json!({"title": "x"})).await.is(200);
    server.guest().list("outer", &[]).await.is(200).has("/items/0/named", "x");
    superuser.import(sent.clone(), true).await.is(204);

    let before = superuser.export().await;
    let mut broken = sent.clone();
    broken[1]["viewQuery"] = json!("SELECT id, missing AS named FROM t");
    let answer = superuser.import(broken, false).await;
    answer.is(400).message("Failed to import collections.").code("viewQuery", "validation_invalid_view_query");
    let mut bad_rule = sent;
    bad_rule[0]["listRule"] = json!("zz = 1");
    failed(
        &superuser.import(bad_rule, false).await,
        "Data validations failed for collection \"outer\" (v2):\n{\n  \"listRule\": \"Invalid rule. Raw error: invalid \
         left operand \\\"zz\\\" - unknown field \\\"zz\\\".\"\n}.",
    );
    assert_eq!(superuser.export().await, before);
}

#[tokio::test]
async fn the_collections_of_a_real_application_are_taken_over() {
    let mut server = TestServer::start().await;
    let superuser = server.superuser();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/collections.json");
    let sent: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(path).expect("the file")).expect("JSON");
    assert_eq!(sent.len(), 16);
    superuser.import(json!(sent), true).await.is(204);
    let stored = superuser.export().await;
    for expected in &sent {
        let name = expected["name"].as_str().unwrap();
        let found = stored.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(field_names(found), field_names(expected), "{name}");
        assert_eq!((&found["id"], &found["type"]), (&expected["id"], &expected["type"]), "{name}");
        for rule in ["listRule", "viewRule", "createRule", "updateRule", "deleteRule"] {
            assert_eq!(found[rule], expected[rule], "{rule} of {name}");
        }
        // Those of system collections name their tables as an older version called them.
        if expected["system"] == false {
            assert_eq!(found["indexes"], expected["indexes"], "{name}");
        }
    }
    superuser.create("demo2", json!({"title": "of the import"})).await.is(200);
    superuser.list("view1", &[]).await.is(200).has("/totalItems", 0);
    superuser.import(json!(stored), true).await.is(204);
    assert_eq!(undated(superuser.export().await), undated(stored));
    superuser.list("demo2", &[("filter", "title ~ 'import'")]).await.is(200).has("/totalItems", 1);
    server.stopped_database().is_sound();
}

#[tokio::test]
async fn too_many_collections_at_once_are_refused_before_anybody_works_on_them() {
    let server = TestServer::start().await;
    let many: Vec<Json> = (0..1001).map(|number| json!({"name": format!("c{number}")})).collect();
    let raw = "Failed to import the collections configuration. Raw error:\ntoo many collections: at most 1000 at once.";
    failed(&server.superuser().import(json!(many), false).await, raw);
}

#[tokio::test]
async fn imports_at_the_same_time_leave_one_whole_state() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let sent = |by: &str| json!([collection("one", json!([text("f", by)])), collection("two", json!([text("f", by)]))]);
    let imports = ["a", "b", "c", "d"].map(|by| superuser.import(sent(by), true));
    for answer in futures_util::future::join_all(imports).await {
        answer.is(204);
    }
    let (one, two) = (superuser.stored("one").await, superuser.stored("two").await);
    assert_eq!(field_names(&one), field_names(&two));
}
