//! Options of each field type, and which are refused.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, notes};

/// A field type, its options, and the codes that they get.
type Case = (&'static str, Json, &'static [(&'static str, &'static str)]);

/// Demands exactly these codes below `fields.1` of a collection with this one field; none means that it is taken.
async fn check(server: &TestServer, number: usize, kind: &str, options: Json, codes: &[(&str, &str)]) {
    let mut field = json!({"name": "f", "type": kind});
    field.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    let answer = server.superuser().create_collection(json!({"name": format!("t{number}"), "fields": [field]})).await;
    if codes.is_empty() {
        assert_eq!(answer.status, 200, "{kind} {options} → {answer}");
        return;
    }
    assert_eq!(answer.status, 400, "{kind} {options} → {answer}");
    let paths: Vec<_> = codes.iter().map(|(path, code)| (format!("fields.1.{path}"), *code)).collect();
    answer.codes(&paths.iter().map(|(path, code)| (path.as_str(), *code)).collect::<Vec<_>>());
}

#[tokio::test]
async fn options_are_checked() {
    let server = TestServer::with(notes()).await;
    let long = "x".repeat(301);
    let table: Vec<Case> = vec![
        // every field
        ("text", json!({"help": "x".repeat(300)}), &[]),
        ("text", json!({"help": long}), &[("help", "validation_length_out_of_range")]),
        ("text", json!({"id": "x".repeat(101)}), &[("id", "validation_length_out_of_range")]),
        // text
        ("text", json!({"min": 2, "max": 5, "pattern": "^a+$"}), &[]),
        ("text", json!({"min": 5, "max": 2}), &[("max", "validation_min_greater_equal_than_required")]),
        ("text", json!({"min": -1}), &[("min", "validation_min_greater_equal_than_required")]),
        ("text", json!({"min": 9_007_199_254_740_991_i64}), &[]),
        ("text", json!({"min": 9_007_199_254_740_992_i64}), &[("min", "validation_max_less_equal_than_required")]),
        ("text", json!({"pattern": "["}), &[("pattern", "validation_invalid_regex")]),
        ("text", json!({"pattern": "(?=a)"}), &[("pattern", "validation_invalid_regex")]),
        ("text", json!({"pattern": "(a)\\1"}), &[("pattern", "validation_invalid_regex")]),
        ("text", json!({"autogeneratePattern": "["}), &[("autogeneratePattern", "validation_invalid_regex")]),
        (
            "text",
            json!({"autogeneratePattern": "[a-z]{3}", "min": 5}),
            &[("autogeneratePattern", "validation_invalid_autogenerate_pattern_value")],
        ),
        (
            "text",
            json!({"autogeneratePattern": "[a-z]{3}", "max": 2}),
            &[("autogeneratePattern", "validation_invalid_autogenerate_pattern_value")],
        ),
        (
            "text",
            json!({"autogeneratePattern": "[a-z]{3}", "pattern": "^[0-9]+$"}),
            &[("autogeneratePattern", "validation_invalid_autogenerate_pattern_value")],
        ),
        ("text", json!({"autogeneratePattern": "[A-Z]{4}-[0-9]{4}", "min": 9, "max": 9}), &[]),
        // editor
        ("editor", json!({"maxSize": -1}), &[("maxSize", "validation_min_greater_equal_than_required")]),
        (
            "editor",
            json!({"maxSize": 9_007_199_254_740_992_i64}),
            &[("maxSize", "validation_max_less_equal_than_required")],
        ),
        // number
        ("number", json!({"min": -1.5, "max": 1.5}), &[]),
        ("number", json!({"min": 2, "max": 1}), &[("max", "validation_min_number_constraint")]),
        ("number", json!({"min": 2, "max": 0}), &[("max", "validation_min_number_constraint")]),
        ("number", json!({"onlyInt": true, "min": 1.5}), &[("min", "validation_only_int_constraint")]),
        ("number", json!({"onlyInt": true, "max": 1.5}), &[("max", "validation_only_int_constraint")]),
        // email, url
        ("email", json!({"onlyDomains": ["a.com"]}), &[]),
        (
            "email",
            json!({"onlyDomains": ["a.com"], "exceptDomains": ["b.com"]}),
            &[("onlyDomains", "validation_empty"), ("exceptDomains", "validation_empty")],
        ),
        ("email", json!({"onlyDomains": ["a.com", "not a domain"]}), &[("onlyDomains.1", "validation_is_domain")]),
        ("url", json!({"exceptDomains": ["a.com:80"]}), &[("exceptDomains.0", "validation_is_domain")]),
        // date: whatever is sent
        ("date", json!({"min": "2024-01-01", "max": "2020-01-01"}), &[]),
        ("date", json!({"min": "nonsense"}), &[]),
        // autodate
        ("autodate", json!({}), &[("onCreate", "validation_required"), ("onUpdate", "validation_required")]),
        ("autodate", json!({"onUpdate": true}), &[]),
        // select
        ("select", json!({}), &[("values", "validation_required")]),
        ("select", json!({"values": []}), &[("values", "validation_required")]),
        ("select", json!({"values": ["a", "a", ""]}), &[]),
        (
            "select",
            json!({"values": ["a"], "maxSelect": 2}),
            &[("maxSelect", "validation_max_less_equal_than_required")],
        ),
        (
            "select",
            json!({"values": ["a"], "maxSelect": -1}),
            &[("maxSelect", "validation_min_greater_equal_than_required")],
        ),
        // file
        ("file", json!({"maxSize": -1}), &[("maxSize", "validation_min_greater_equal_than_required")]),
        ("file", json!({"maxSelect": -1}), &[("maxSelect", "validation_min_greater_equal_than_required")]),
        ("file", json!({"thumbs": ["100x100", "10x0", "0x10", "5x5t", "5x5b", "5x5f"]}), &[]),
        ("file", json!({"thumbs": ["10x10", "10"]}), &[("thumbs.1", "validation_match_invalid")]),
        ("file", json!({"thumbs": ["0x0"]}), &[("thumbs.0", "validation_not_in_invalid")]),
        ("file", json!({"thumbs": ["0x0f"]}), &[("thumbs.0", "validation_not_in_invalid")]),
        // relation
        ("relation", json!({}), &[("collectionId", "validation_required")]),
        (
            "relation",
            json!({"collectionId": "missing"}),
            &[("collectionId", "validation_field_relation_missing_collection")],
        ),
        (
            "relation",
            json!({"collectionId": "notes"}),
            &[("collectionId", "validation_field_relation_missing_collection")],
        ),
        (
            "relation",
            json!({"collectionId": "c_notes", "minSelect": 2, "maxSelect": 1}),
            &[("maxSelect", "validation_min_greater_equal_than_required")],
        ),
        ("relation", json!({"collectionId": "c_notes", "minSelect": 1}), &[("maxSelect", "validation_required")]),
        (
            "relation",
            json!({"collectionId": "c_notes", "minSelect": -1}),
            &[("minSelect", "validation_min_greater_equal_than_required")],
        ),
        ("relation", json!({"collectionId": "c_notes", "minSelect": 1, "maxSelect": 3}), &[]),
        // json
        ("json", json!({"maxSize": -1}), &[("maxSize", "validation_min_greater_equal_than_required")]),
        // password
        ("password", json!({"min": 1, "max": 71, "cost": 4}), &[]),
        ("password", json!({"min": 72}), &[("min", "validation_max_less_equal_than_required")]),
        ("password", json!({"max": 72}), &[("max", "validation_max_less_equal_than_required")]),
        ("password", json!({"min": 10, "max": 5}), &[("max", "validation_min_greater_equal_than_required")]),
        ("password", json!({"cost": 3}), &[("cost", "validation_min_greater_equal_than_required")]),
        ("password", json!({"cost": 32}), &[("cost", "validation_max_less_equal_than_required")]),
        ("password", json!({"pattern": "["}), &[("pattern", "validation_invalid_regex")]),
    ];
    for (number, (kind, options, codes)) in table.into_iter().enumerate() {
        check(&server, number, kind, options, codes).await;
    }
}

#[tokio::test]
async fn messages_and_params_of_options() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let with = |field: Json| json!({"name": "demo", "fields": [field]});
    let answer = superuser.create_collection(with(json!({"name": "a", "type": "autodate"}))).await;
    answer.says("fields.1.onCreate", "Either onCreate or onUpdate must be enabled.");
    let answer = superuser.create_collection(with(json!({"name": "a", "type": "number", "min": 3, "max": 1}))).await;
    answer.says("fields.1.max", "Must be greater or equal than 3.").params("fields.1.max", json!({"min": 3}));
    let answer = superuser.create_collection(with(json!({"name": "a", "type": "text", "help": "x".repeat(301)}))).await;
    answer.params("fields.1.help", json!({"min": 1, "max": 300}));
    let answer = superuser
        .create_collection(with(json!({"name": "a", "type": "select", "values": ["a"], "maxSelect": 2})))
        .await;
    answer
        .says("fields.1.maxSelect", "Must be no greater than 1.")
        .params("fields.1.maxSelect", json!({"threshold": 1}));
}

#[tokio::test]
async fn the_id_field_is_forced_into_shape() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let with = |name: &str, fields: Json| json!({"name": name, "fields": fields});
    let answer = superuser
        .create_collection(with(
            "a",
            json!([{"name": "id", "type": "text", "hidden": true, "required": false, "min": 3, "max": 9}]),
        ))
        .await;
    let field = super::field(&answer.is(200).json, "id").clone();
    for (key, value) in [
        ("system", json!(true)),
        ("primaryKey", json!(true)),
        ("required", json!(true)),
        ("hidden", json!(false)),
        ("pattern", json!("^[a-z0-9]+$")),
        ("min", json!(3)),
        ("max", json!(9)),
    ] {
        assert_eq!(field[key], value, "{key}");
    }
    let other = superuser
        .create_collection(with(
            "b",
            json!([{"name": "x", "type": "text", "primaryKey": true, "required": true, "pattern": "a"}]),
        ))
        .await;
    other.is(400);
    let no_text = superuser.create_collection(with("c", json!([{"name": "id", "type": "number"}]))).await;
    no_text.is_refused();
    let custom = superuser
        .create_collection(with(
            "d",
            json!([{"name": "id", "type": "text", "pattern": "^[A-Z]+$", "min": 0, "max": 0}]),
        ))
        .await;
    custom.is(200);
    superuser.create("d", json!({"id": "ABC"})).await.is(200);
    superuser.create("d", json!({"id": "xyz"})).await.is(400).codes(&[("id", "validation_invalid_format")]);
}

#[tokio::test]
async fn leaving_the_id_out_puts_it_back() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let answer = superuser.update_collection("notes", json!({"fields": [{"name": "title", "type": "text"}]})).await;
    assert_eq!(super::field_names(&answer.is(200).json), "id title");
    server.guest().list("notes", &[("sort", "title")]).await.is(200).has("/items/0/title", "Ash");
    let empty = superuser.update_collection("notes", json!({"fields": []})).await;
    assert_eq!(super::field_names(&empty.is(200).json), "id");
    server.guest().list("notes", &[]).await.is(200).has("/totalItems", 3);
}
