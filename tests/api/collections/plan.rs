//! `POST /api/collections/{collection}/plan` and `…/meta/plan`: what a change would come to.

use serde_json::{Value as Json, json};

use crate::support::{Client, Superuser, TestServer, blog, collection, id, notes};

const PLAN: &str = "/api/collections/notes/plan";

/// The fields of a stored collection, to be changed and sent.
async fn fields_of(superuser: &Superuser, collection: &str) -> Vec<Json> {
    let answer = superuser.get(&format!("/api/collections/{collection}")).await;
    answer.is(200).at("/fields").as_array().expect("fields").clone()
}

/// The fields of a collection with one key of one of them changed.
async fn with(superuser: &Superuser, collection: &str, name: &str, key: &str, value: Json) -> Json {
    let mut fields = fields_of(superuser, collection).await;
    let field = fields.iter_mut().find(|field| field["name"] == name).expect("the field");
    field[key] = value;
    json!({"fields": fields})
}

/// The fields of a collection without one of them.
async fn without(superuser: &Superuser, collection: &str, name: &str) -> Json {
    let mut fields = fields_of(superuser, collection).await;
    fields.retain(|field| field["name"] != name);
    json!({"fields": fields})
}

#[tokio::test]
async fn superusers_alone_may_ask() {
    let server = TestServer::with(blog()).await;
    for path in ["/api/collections/posts/plan", "/api/collections/meta/plan"] {
        server.guest().post(path, json!({})).await.is(401);
        server.user("members", &id("ann")).await.post(path, json!({})).await.is(403);
    }
    server.superuser().post("/api/collections/missing/plan", json!({})).await.is(404).no_data();
}

#[tokio::test]
async fn it_is_refused_as_the_save_would_be() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    for body in [
        json!({"name": "a b"}),
        json!({"listRule": "nothing = 1"}),
        json!({"system": true}),
        json!({"id": "other"}),
        json!({"fields": [{"name": "x"}]}),
        json!({"indexes": ["CREATE INDEX `i` ON `notes` (`missing`)"]}),
        json!({"indexes": ["CREATE INDEX `i` ON `notes` (nothing(title))"]}),
        with(&superuser, "notes", "rank", "type", json!("text")).await,
    ] {
        let planned = superuser.post(PLAN, body.clone()).await;
        let saved = superuser.update_collection("notes", body.clone()).await;
        assert_eq!(planned.is(400).json, saved.is(400).json, "{body}");
    }
    for body in [json!({"name": "notes"}), json!({"type": "table"}), json!({"type": "view", "name": "v"})] {
        let planned = superuser.post("/api/collections/meta/plan", body.clone()).await;
        assert_eq!(planned.is(400).json, superuser.create_collection(body.clone()).await.is(400).json, "{body}");
    }
}

#[tokio::test]
async fn nothing_is_written() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let before = superuser.get("/api/collections?perPage=200").await.is(200).json.clone();
    let body = without(&superuser, "notes", "title").await;
    superuser.post(PLAN, body).await.is(200);
    superuser.post(PLAN, json!({"name": "others"})).await.is(200);
    superuser.post("/api/collections/meta/plan", collection("fresh", json!([]))).await.is(200);
    assert_eq!(superuser.get("/api/collections?perPage=200").await.json, before);
    superuser.list("notes", &[("filter", "title = 'Ash'")]).await.is(200).has("/totalItems", 1);
}

#[tokio::test]
async fn what_is_dropped_is_counted() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.update("notes", &id("n2"), json!({"secret": ""})).await.is(200);
    let answer = superuser.post(PLAN, without(&superuser, "notes", "secret").await).await;
    answer.is(200).has("/records", 3).has("/complete", true);
    let step = json!({
        "kind": "dropField", "field": "secret", "from": "text",
        "records": [{"effect": "lost", "count": 2, "examples": [id("n1"), id("n3")]}],
    });
    assert_eq!(answer.at("/steps"), &json!([step]));
    let sql = answer.at("/sql").to_string();
    assert!(sql.contains("DROP COLUMN"), "{sql}");
    assert!(!answer.json.to_string().contains("alpha"), "values are nobody's business");
}

#[tokio::test]
async fn the_same_name_with_another_type_replaces_the_values() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let mut body = without(&superuser, "notes", "rank").await;
    body["fields"].as_array_mut().unwrap().push(json!({"name": "rank", "type": "text"}));
    let answer = superuser.post(PLAN, body).await;
    let step = answer.is(200).at("/steps/0");
    assert_eq!((&step["kind"], &step["from"], &step["to"]), (&json!("replaceField"), &json!("number"), &json!("text")));
    assert_eq!(step["records"][0]["count"], 3);
    assert_eq!(answer.at("/steps").as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn records_that_a_new_limit_does_not_allow_are_told_and_not_refused() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.update("notes", &id("n2"), json!({"title": ""})).await.is(200);
    for (field, option, value, count) in [
        ("title", "max", json!(4), Some(1)),
        ("title", "required", json!(true), Some(1)),
        ("title", "pattern", json!("^[A-Z]"), None),
        ("rank", "max", json!(2), Some(1)),
        ("rank", "min", json!(3), Some(2)),
        ("rank", "help", json!("from 1"), None),
        ("done", "required", json!(true), Some(1)),
    ] {
        let body = with(&superuser, "notes", field, option, value.clone()).await;
        let answer = superuser.post(PLAN, body.clone()).await;
        let step = answer.is(200).at("/steps/0");
        assert_eq!((&step["kind"], &step["option"], &step["to"]), (&json!("changeField"), &json!(option), &value));
        let found = step["records"].as_array().map(|records| (&records[0]["effect"], &records[0]["count"]));
        assert_eq!(found, count.map(|count| (json!("unfit"), json!(count))).as_ref().map(|(a, b)| (a, b)), "{body}");
        assert_eq!(answer.at("/sql"), &json!([]), "{option}");
    }
    let body = with(&superuser, "notes", "title", "max", json!(4)).await;
    superuser.update_collection("notes", body).await.is(200);
}

#[tokio::test]
async fn a_unique_index_tells_who_is_in_its_way() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let unique = |on: &str| json!({"indexes": [format!("CREATE UNIQUE INDEX `u` ON `notes` ({on})")]});
    let plan = superuser.post(PLAN, unique("`title`")).await;
    assert!(plan.is(200).at("/steps/0").get("records").is_none(), "{plan}");
    let plan = superuser.post(PLAN, unique("`done`")).await;
    let records = json!([{"effect": "refuses", "count": 2, "examples": [id("n1"), id("n3")]}]);
    assert_eq!(plan.is(200).at("/steps/0/records"), &records);
    superuser.update_collection("notes", unique("`done`")).await.is(400);
    superuser.post(PLAN, unique("`done`) WHERE (`rank` > 1")).await.is(200).has("/complete", true);
    superuser.post(PLAN, unique("lower(title)")).await.is(200).has("/steps/0/kind", "addIndex");
    // A field that comes with its index has the same value everywhere.
    let mut body = unique("`slug`");
    let mut fields = fields_of(&superuser, "notes").await;
    fields.push(json!({"name": "slug", "type": "text"}));
    body["fields"] = Json::from(fields);
    superuser.post(PLAN, body).await.is(200).has("/steps/1/records/0/count", 3);
}

#[tokio::test]
async fn lists_that_become_single_values_keep_the_last_one() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let many = superuser.list("posts", &[("filter", "tags:length > 1")]).await.is(200).at("/totalItems").clone();
    let body = with(&superuser, "posts", "tags", "maxSelect", json!(1)).await;
    let answer = superuser.post("/api/collections/posts/plan", body).await;
    let records = answer.is(200).at("/steps/0/records/0");
    assert_eq!((&records["effect"], &records["count"]), (&json!("narrowed"), &many));
    assert!(!answer.at("/sql").as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_renamed_field_is_named_wherever_it_stands() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let view = |name: &str, query: &str| json!({"name": name, "type": "view", "viewQuery": query});
    for (name, query) in [
        ("plain", "select id, name from posts"),
        ("aliased", "select p.id, upper(p.name) as loud from posts p where p.name != ''"),
        ("other", "select id from tags"),
    ] {
        superuser.create_collection(view(name, query)).await.is(200);
    }
    superuser.update_collection("comments", json!({"listRule": "post.name != 'x'"})).await.is(200);
    let body = with(&superuser, "posts", "name", "name", json!("headline")).await;
    let answer = superuser.post("/api/collections/posts/plan", body.clone()).await;
    let step = json!({"kind": "renameField", "field": "headline", "from": "name", "to": "headline"});
    assert_eq!(answer.is(200).at("/steps"), &json!([step]));
    let mut views: Vec<Json> = answer.at("/views").as_array().unwrap().clone();
    views.sort_by_key(|view| view["name"].to_string());
    let follows = |name: &str, query: &str| json!({"name": name, "effect": "follows", "query": query});
    let expected = [
        follows("aliased", "select p.id, upper(p.headline) as loud from posts p where p.headline != ''"),
        follows("plain", "select id, headline AS name from posts"),
    ];
    let normal = |view: &Json| view.to_string().replace("\\\"", "");
    assert_eq!(views.iter().map(normal).collect::<Vec<_>>(), expected.iter().map(normal).collect::<Vec<_>>());
    let rules = answer.at("/rules").as_array().unwrap();
    assert_eq!((rules.len(), &rules[0]["collection"], &rules[0]["rule"]), (1, &json!("comments"), &json!("listRule")));
    // What is offered can be saved once the field has its name.
    superuser.update_collection("posts", body).await.is(200);
    for view in views {
        let path = view["name"].as_str().unwrap();
        superuser.update_collection(path, json!({"viewQuery": view["query"]})).await.is(200);
    }
}

#[tokio::test]
async fn a_field_that_a_view_reads_is_refused_as_ever() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let view = json!({"name": "v", "type": "view", "viewQuery": "select id, views from posts"});
    superuser.create_collection(view).await.is(200);
    let body = without(&superuser, "posts", "views").await;
    let answer = superuser.post("/api/collections/posts/plan", body).await;
    answer.is(400).message_has("view v");
}

#[tokio::test]
async fn views_whose_fields_change_are_told() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let view = json!({"name": "v", "type": "view", "viewQuery": "select id, views from posts"});
    superuser.create_collection(view).await.is(200);
    let body = with(&superuser, "posts", "views", "max", json!(1000)).await;
    let answer = superuser.post("/api/collections/posts/plan", body).await;
    assert_eq!(answer.is(200).at("/views"), &json!([{"name": "v", "effect": "changes"}]));
}

#[tokio::test]
async fn a_new_collection_is_told_with_its_fields() {
    let server = TestServer::start().await;
    let body = json!({
        "name": "books", "fields": [{"name": "title", "type": "text"}],
        "indexes": ["CREATE INDEX `i` ON `books` (`title`)"],
    });
    let answer = server.superuser().post("/api/collections/meta/plan", body).await;
    let steps = answer.is(200).at("/steps").as_array().unwrap();
    let kinds: Vec<&str> = steps.iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["createCollection", "addField", "addField", "addIndex"]);
    assert!(answer.at("/sql/0").as_str().unwrap().starts_with("CREATE TABLE"));
    assert_eq!(answer.at("/records"), &Json::Null);
}

#[tokio::test]
async fn rules_and_options_of_accounts_are_told_without_secrets() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let body = json!({
        "listRule": "id = @request.auth.id", "authToken": {"duration": 1000, "secret": "x".repeat(50)},
        "mfa": {"enabled": false, "rule": "id != ''"},
    });
    let answer = superuser.post("/api/collections/members/plan", body).await;
    let steps = answer.is(200).at("/steps").as_array().unwrap();
    let told: Vec<_> =
        steps.iter().map(|step| (step["kind"].as_str().unwrap(), step["option"].as_str().unwrap())).collect();
    assert_eq!(told, [("changeRule", "listRule"), ("changeRule", "mfa.rule"), ("changeOption", "authToken")]);
    assert!(!answer.json.to_string().contains("xxxx"));
}
