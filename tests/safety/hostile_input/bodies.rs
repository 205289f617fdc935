//! Bodies: nesting, numbers, encodings, keys, and the wrong type for every field.

use futures_util::{StreamExt, stream};
use serde_json::{Value as Json, json};

use crate::support::{Client, Guest, TestServer, blog, collection, id, notes};

#[tokio::test]
async fn deep_nesting_is_refused() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    for depth in [100, 1000, 1160] {
        let filter = format!("{}1=1{}", "(".repeat(depth), ")".repeat(depth));
        guest.list("posts", &[("filter", &filter)]).await.is_no_failure();
        let functions = format!("{}1{}=1", "strftime(".repeat(depth / 8), ")".repeat(depth / 8));
        guest.list("posts", &[("filter", &functions)]).await.is(400);
    }
    let path = "/api/collections/posts/records";
    for depth in [10_000, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let body = format!("{{\"meta\":{deep}}}");
            guest.post_text(path, "application/json", body.clone()).await.is_refused();
            let text = json!({"meta": deep}).to_string();
            guest.post_text(path, "application/json", text).await.is_no_failure();
            let form = crate::support::form(&[("@jsonPayload", &body)]);
            guest.create_form("posts", form).await.is_refused();
        }
    }
    let expand = "author.posts_via_author.".repeat(500);
    guest.list("posts", &[("expand", &expand)]).await.is(200);
    let fields = "expand.".repeat(3000);
    guest.list("posts", &[("fields", &fields)]).await.is_no_failure();
    guest.get("/api/health").await.is(200);
}

#[tokio::test]
async fn huge_numbers_are_refused_or_cast() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let path = "/api/collections/posts/records";
    for number in ["1e400", "-1e400", "1e99999999999999999999"] {
        guest.post_text(path, "application/json", format!("{{\"views\":{number}}}")).await.is(400).no_data();
        guest.post_text(path, "application/json", format!("{{\"meta\":[{number}]}}")).await.is(400).no_data();
    }
    let digits = "9".repeat(400);
    guest.post_text(path, "application/json", format!("{{\"views\":{digits}}}")).await.is(400);
    for number in
        ["1e308", "-1e308", "18446744073709551616", "9223372036854775808", "1e-400", "0.0000000000000000000000000001"]
    {
        guest.post_text(path, "application/json", format!("{{\"views\":{number}}}")).await.is(200);
    }
    guest.create("posts", json!({"views": digits})).await.is_no_failure();
    for _ in 0..2 {
        let big = guest.create("posts", json!({"views": 1e308})).await;
        guest
            .update("posts", &big.is(200).id(), json!({"views+": 1e308}))
            .await
            .is(400)
            .codes(&[("views", "validation_not_a_number")]);
    }
    for filter in [
        format!("views = {digits}"),
        format!("views > {digits}.{digits}"),
        format!("meta.{digits} = 1"),
        "views = 1.".to_owned(),
    ] {
        guest.list("posts", &[("filter", &filter)]).await.is_no_failure();
    }
    for value in ["99999999999999999999", "1e5", "NaN", "Infinity", "-0x1"] {
        guest.list("posts", &[("page", value)]).await.is(400);
        guest.list("posts", &[("perPage", value)]).await.is(400);
    }
}

#[tokio::test]
async fn lone_surrogates_and_duplicate_keys() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let path = "/api/collections/posts/records";
    for text in [
        r#"{"name":"\ud800"}"#,
        r#"{"name":"\udc00x"}"#,
        r#"{"meta":{"\ud800":1}}"#,
        r#"{"\ud800":1}"#,
        r#"{"meta":"\"\\ud800\""}"#,
    ] {
        guest.post_text(path, "application/json", text).await.is_no_failure();
    }
    // What was taken can be found, sorted by, and written again.
    let raw = guest.list("posts", &[("filter", "name = '' && meta != null"), ("sort", "meta")]).await;
    assert_eq!(raw.status, 200);
    let ids = regex::Regex::new(r#""id":"([a-z0-9]{15})""#).unwrap();
    for found in ids.captures_iter(&String::from_utf8_lossy(&raw.body)) {
        guest.update("posts", &found[1], json!({"views+": 1})).await.is(200);
        guest.view("posts", &found[1], &[("fields", "meta.a,name")]).await.is(200);
    }
    guest.list("posts", &[("filter", r#"name = "\ud800""#)]).await.is_no_failure();
    guest.list("posts", &[("filter", r#"name = "\ud800\ud800" || name = "\udc00""#)]).await.is_no_failure();
    let twice = r#"{"name":"first","views":1,"name":"second","meta":{"a":1,"a":2},"views":2}"#;
    guest
        .post_text(path, "application/json", twice)
        .await
        .is(200)
        .has("/name", "second")
        .has("/views", 2)
        .has("/meta", json!({"a": 2}));
    let rules = r#"{"name":"dup","listRule":"","name":"dup2","listRule":null}"#;
    server.superuser().post_text("/api/collections", "application/json", rules).await.is_no_failure();
}

#[tokio::test]
async fn wrong_types_for_every_field_type_never_fail_the_server() {
    let fields = json!([
        {"name": "text", "type": "text"}, {"name": "editor", "type": "editor"}, {"name": "number", "type": "number"},
        {"name": "bool", "type": "bool"}, {"name": "email", "type": "email"}, {"name": "url", "type": "url"}, {"name": "date", "type": "date"},
        {"name": "autodate", "type": "autodate", "onCreate": true}, {"name": "one", "type": "select", "values": ["a"]},
        {"name": "many", "type": "select", "values": ["a", "b"], "maxSelect": 2}, {"name": "file", "type": "file"},
        {"name": "files", "type": "file", "maxSelect": 3}, {"name": "rel", "type": "relation", "collectionId": "c_all"},
        {"name": "rels", "type": "relation", "collectionId": "c_all", "maxSelect": 3}, {"name": "json", "type": "json"},
        {"name": "password", "type": "password"}, {"name": "geo", "type": "geoPoint"},
    ]);
    let server = TestServer::with_collections([collection("all", fields.clone())]).await;
    let guest = server.guest();
    let made = guest.create("all", json!({})).await;
    let record = made.is(200).id();
    let nested = json!({"a": [{"b": [null, {"c": {}}]}]});
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e308),
        json!(-9_223_372_036_854_775_808_i64),
        json!(""),
        json!(" "),
        json!("x"),
        json!("\u{0}"),
        json!("'\"`;--"),
        json!("{\"lon\":1e999}"),
        json!("[["),
        json!("[\"a\",\"a\"]"),
        json!("x".repeat(6000)),
        json!([]),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!([1, "a", null, true, [1], {"a": 1}]),
        json!({}),
        json!({"lon": "x", "lat": []}),
        json!({"lon": 1e308, "lat": -1e308}),
        json!({"": ""}),
        json!({"$gt": ""}),
        json!({"__proto__": {"a": 1}}),
        nested,
    ];
    let names: Vec<_> =
        fields.as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect();
    let mut bodies = Vec::new();
    for name in names.iter().map(String::as_str).chain(["id", "collectionId", "expand"]) {
        for value in &values {
            for key in [
                name.to_owned(),
                format!("{name}+"),
                format!("+{name}"),
                format!("{name}-"),
                format!("{name}:autogenerate"),
                format!("{name}:x"),
            ] {
                bodies.push(json!({key: value}));
            }
        }
    }
    let (guest, record) = (&guest, &record);
    let mut answers = stream::iter(bodies.iter().enumerate().map(|(number, body)| async move {
        let answer = if number % 2 == 0 {
            guest.create("all", body.clone()).await
        } else {
            guest.update("all", record, body.clone()).await
        };
        (body, answer)
    }))
    .buffer_unordered(16);
    while let Some((body, answer)) = answers.next().await {
        assert!([200, 400].contains(&answer.status), "{body}: {answer}");
        answer.is_no_failure();
    }
    // Everything that was taken can be read, and sorted and filtered by.
    guest.list("all", &[("perPage", "1000"), ("expand", "rel,rels")]).await.is(200);
    for name in names.iter().filter(|name| *name != "password") {
        guest.list("all", &[("sort", name), ("filter", &format!("{name} != 'x'"))]).await.is(200);
    }
}

/// Sends a body of a kind that is not read to its end anywhere else.
async fn head_of(guest: &Guest, body: Json) -> u16 {
    guest.create("notes", body).await.status
}

#[tokio::test]
async fn keys_without_end() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let many: serde_json::Map<String, Json> = (0..50_000).map(|n| (format!("key{n}+"), json!(n))).collect();
    assert_eq!(head_of(&guest, Json::Object(many)).await, 200);
    assert_eq!(head_of(&guest, json!({"x".repeat(1_000_000): 1})).await, 200);
    let long: Vec<_> = (0..2000).map(|n| (format!("q{n}"), "x")).collect();
    let query: Vec<_> = long.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    guest.list("notes", &query).await.is_no_failure();
    guest.view("notes", &id("n1"), &[]).await.is(200);
}

#[tokio::test]
async fn values_without_number() {
    const REFUSAL: &str = "The request body has too many values.";
    let fields = json!([{"name": "meta", "type": "json", "maxSize": 64 << 20}]);
    let mut server = TestServer::with_collections([collection("notes", fields)]).await;
    let guest = server.guest();
    let path = "/api/collections/notes/records";
    let objects = |count: usize| format!("{{\"meta\":[{}0]}}", "{\"\":1},".repeat(count));
    guest.post_text(path, "application/json", objects(10_000)).await.is(200);
    // As values these would take more than 2 GB.
    let many = objects(4_000_000);
    guest.post_text(path, "application/json", many).await.is(400).no_data().message(REFUSAL);
    guest
        .create_form("notes", crate::support::form(&[("@jsonPayload", &objects(500_000))]))
        .await
        .is(400)
        .message(REFUSAL);
    let pairs = "a&".repeat(1_000_000);
    guest.post_text(path, "application/x-www-form-urlencoded", pairs).await.is(400).no_data().message(REFUSAL);
    #[cfg(target_os = "linux")]
    {
        let peak = server.process().peak_memory();
        assert!(peak < 768 << 10, "the process held {peak} KiB");
    }
    guest.list("notes", &[("fields", "id")]).await.is(200).has("/totalItems", 1);
}
