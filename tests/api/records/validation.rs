//! What each field type refuses, with its code, message and params.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, blog, collection, id};

/// One field, and for each value the code that it must get; `""` for none.
async fn checks(kind: &str, options: Json, table: &[(Json, &str)]) {
    let mut field = json!({"name": "f", "type": kind});
    field.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    let server = TestServer::with_collections([collection("checks", json!([field]))]).await;
    let mut wrong = Vec::new();
    for (sent, code) in table {
        let answer = server.guest().create("checks", json!({"f": sent})).await;
        let got =
            if answer.status == 200 { "" } else { answer.json["data"]["f"]["code"].as_str().unwrap_or("no code") };
        if got != *code {
            wrong.push(format!("{sent}: expected {code:?}, got {got:?}: {answer}"));
        } else if !code.is_empty() {
            answer.is(400).message("Failed to create record.").codes(&[("f", code)]);
        }
    }
    assert!(wrong.is_empty(), "{kind}:\n{}", wrong.join("\n"));
}

const REQUIRED: &str = "validation_required";

#[tokio::test]
async fn required_refuses_the_zero_of_each_type() {
    let required = json!({"required": true});
    for kind in ["text", "editor", "email", "url", "date", "password"] {
        checks(kind, required.clone(), &[(json!(""), REQUIRED), (json!(null), REQUIRED)]).await;
    }
    checks("number", required.clone(), &[(json!(0), REQUIRED), (json!("x"), REQUIRED), (json!(-1), "")]).await;
    checks("bool", required.clone(), &[(json!(false), REQUIRED), (json!("no"), REQUIRED), (json!(true), "")]).await;
    checks(
        "json",
        required.clone(),
        &[
            (json!(null), REQUIRED),
            (json!(""), REQUIRED),
            (json!([]), REQUIRED),
            (json!({}), REQUIRED),
            (json!("null"), REQUIRED),
            (json!(0), ""),
            (json!(false), ""),
            (json!([0]), ""),
        ],
    )
    .await;
    checks(
        "geoPoint",
        required.clone(),
        &[(json!({"lon": 0, "lat": 0}), REQUIRED), (json!(null), REQUIRED), (json!({"lon": 1}), "")],
    )
    .await;
    checks(
        "select",
        json!({"required": true, "values": ["a"]}),
        &[(json!(""), REQUIRED), (json!([]), REQUIRED), (json!("a"), "")],
    )
    .await;
    checks("file", required, &[(json!(""), REQUIRED), (json!(null), REQUIRED)]).await;
}

#[tokio::test]
async fn texts() {
    checks(
        "text",
        json!({"min": 2, "max": 4, "pattern": "^[a-zé]+$"}),
        &[
            (json!(""), ""),
            (json!("é"), "validation_min_text_constraint"),
            (json!("éé"), ""),
            (json!("éééé"), ""),
            (json!("ééééé"), "validation_max_text_constraint"),
            (json!("AB"), "validation_invalid_format"),
            (json!("A"), "validation_min_text_constraint"),
            (json!("ab\n"), "validation_invalid_format"),
        ],
    )
    .await;
    checks("text", json!({"pattern": "b"}), &[(json!("abc"), ""), (json!("ac"), "validation_invalid_format")]).await;
    checks(
        "text",
        json!({}),
        &[(json!("é".repeat(5000)), ""), (json!("é".repeat(5001)), "validation_max_text_constraint")],
    )
    .await;
    checks("editor", json!({"maxSize": 4}), &[(json!("éé"), ""), (json!("ééa"), "validation_content_size_limit")])
        .await;
}

#[tokio::test]
async fn numbers() {
    checks(
        "number",
        json!({"min": 2, "max": 5}),
        &[
            (json!(0), ""),
            (json!(1), "validation_min_number_constraint"),
            (json!(2), ""),
            (json!(5), ""),
            (json!(5.1), "validation_max_number_constraint"),
            (json!(-3), "validation_min_number_constraint"),
            (json!("NaN"), "validation_not_a_number"),
            (json!("Infinity"), "validation_not_a_number"),
        ],
    )
    .await;
    checks(
        "number",
        json!({"onlyInt": true}),
        &[(json!(1), ""), (json!(1.0), ""), (json!(1.5), "validation_only_int_constraint")],
    )
    .await;
}

#[tokio::test]
async fn addresses_and_urls() {
    let email = "validation_is_email";
    checks(
        "email",
        json!({}),
        &[
            (json!("a@b.co"), ""),
            (json!("a"), email),
            (json!("a@localhost"), email),
            (json!(" a@b.co"), email),
            (json!("a@b.co "), email),
            (json!("@b.co"), email),
            (json!("a@"), email),
            (json!("a@@b.co"), email),
            (json!(5), email),
            (json!("a@b.co\n"), email),
        ],
    )
    .await;
    checks(
        "email",
        json!({"onlyDomains": ["b.co"]}),
        &[
            (json!("a@b.co"), ""),
            (json!("a@c.co"), "validation_email_domain_not_allowed"),
            (json!("a@B.co"), "validation_email_domain_not_allowed"),
            (json!("a@x.b.co"), "validation_email_domain_not_allowed"),
        ],
    )
    .await;
    checks(
        "email",
        json!({"exceptDomains": ["b.co"]}),
        &[(json!("a@b.co"), "validation_email_domain_not_allowed"), (json!("a@c.co"), "")],
    )
    .await;
    let url = "validation_invalid_url";
    checks(
        "url",
        json!({}),
        &[
            (json!("x"), url),
            (json!("a.b"), url),
            (json!("localhost"), url),
            (json!("/a"), url),
            (json!("//a.com"), url),
            (json!("http://"), url),
            (json!("http://a b"), url),
            (json!("http://a..b"), url),
            (json!("javascript:alert(1)"), url),
            (json!("data:x"), url),
            (json!("HTTP://a.com"), url),
            (json!(5), url),
        ],
    )
    .await;
    checks(
        "url",
        json!({"onlyDomains": ["a.com"]}),
        &[
            (json!("https://a.com/x"), ""),
            (json!("https://b.com"), "validation_url_domain_not_allowed"),
            (json!("https://a.com:8080"), "validation_url_domain_not_allowed"),
            (json!("www.a.com/x"), "validation_url_domain_not_allowed"),
        ],
    )
    .await;
}

#[tokio::test]
async fn dates() {
    checks(
        "date",
        json!({"min": "2024-01-01", "max": "2024-12-31 00:00:00.5Z"}),
        &[
            (json!(""), ""),
            (json!("2024-01-01"), ""),
            (json!("2023-12-31"), "validation_min_greater_equal_than_required"),
            (json!("2025-01-01"), "validation_max_less_equal_than_required"),
            (json!("nonsense"), ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn lists() {
    checks(
        "select",
        json!({"values": ["a", "b", "c"], "maxSelect": 2}),
        &[
            (json!(["a", "b"]), ""),
            (json!(["a", "b", "c"]), "validation_too_many_values"),
            (json!(["a", "x"]), "validation_invalid_value"),
            (json!("A"), "validation_invalid_value"),
            (json!(["x", "y", "z"]), "validation_too_many_values"),
        ],
    )
    .await;
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let fields = json!([{"name": "f", "type": "relation", "collectionId": "c_tags", "minSelect": 2, "maxSelect": 2}]);
    superuser.create_collection(collection("pairs", fields)).await.is(200);
    for (sent, code) in [
        (json!([]), ""),
        (json!([id("red")]), "validation_not_enough_values"),
        (json!([id("red"), id("blue")]), ""),
        (json!([id("red"), id("blue"), id("green")]), "validation_too_many_values"),
        (json!([id("red"), "missing"]), "validation_missing_rel_records"),
        (json!([id("red"), id("p1")]), "validation_missing_rel_records"),
        (json!([id("red"), "' OR 1=1 --"]), "validation_missing_rel_records"),
    ] {
        let answer = server.guest().create("pairs", json!({"f": sent})).await;
        if code.is_empty() {
            answer.is(200);
        } else {
            answer.is(400).codes(&[("f", code)]);
        }
    }
    // Existence is checked without rules.
    superuser.update_collection("tags", json!({"viewRule": null, "listRule": null})).await.is(200);
    server.guest().create("pairs", json!({"f": [id("red"), id("blue")]})).await.is(200);
}

#[tokio::test]
async fn json_and_points() {
    checks(
        "json",
        json!({"maxSize": 7}),
        &[
            (json!("abcde"), ""),
            (json!("abcdef"), "validation_json_size_limit"),
            (json!([1, 2, 3]), ""),
            (json!([1, 2, 34]), "validation_json_size_limit"),
        ],
    )
    .await;
    checks(
        "json",
        json!({}),
        &[
            (json!("a\u{0}b"), "validation_invalid_json"),
            (json!("x".repeat(1024 * 1024 - 2)), ""),
            (json!("x".repeat(1024 * 1024 - 1)), "validation_json_size_limit"),
        ],
    )
    .await;
    checks(
        "geoPoint",
        json!({}),
        &[
            (json!({"lon": 180, "lat": 90}), ""),
            (json!({"lon": 181, "lat": 0}), "validation_invalid_longitude"),
            (json!({"lon": 0, "lat": -91}), "validation_invalid_latitude"),
            (json!({"lon": 181, "lat": 91}), "validation_invalid_latitude"),
        ],
    )
    .await;
}

#[tokio::test]
async fn passwords() {
    checks(
        "password",
        json!({"min": 5, "max": 10, "pattern": "^[a-zé]+$"}),
        &[
            (json!(""), ""),
            (json!("abcd"), "validation_min_text_constraint"),
            (json!("éééé"), "validation_min_text_constraint"),
            (json!("ééééé"), ""),
            (json!("abcdefghijk"), "validation_max_text_constraint"),
            (json!("ABCDE"), "validation_invalid_format"),
        ],
    )
    .await;
    checks("password", json!({}), &[(json!("a"), ""), (json!("a".repeat(71)), ""), (json!(12345), "")]).await;
    let server = TestServer::with_collections([collection("safes", json!([{"name": "f", "type": "password"}]))]).await;
    // One over the default maximum in characters, and too much in bytes.
    for long in ["a".repeat(73), "é".repeat(37)] {
        server.guest().create("safes", json!({"f": long})).await.is(400);
    }
    server
        .guest()
        .create("safes", json!({"f": "a".repeat(72)}))
        .await
        .is(400)
        .codes(&[("f", "validation_max_text_constraint")]);
}

#[tokio::test]
async fn messages_and_params() {
    let fields = json!([
        {"name": "text_min", "type": "text", "min": 3}, {"name": "text_max", "type": "text", "max": 3},
        {"name": "editor", "type": "editor", "maxSize": 3}, {"name": "low", "type": "number", "min": 2.5},
        {"name": "high", "type": "number", "max": 10}, {"name": "whole", "type": "number", "onlyInt": true},
        {"name": "early", "type": "date", "min": "2024-01-01"}, {"name": "late", "type": "date", "max": "2024-01-01 00:00:00.5Z"},
        {"name": "options", "type": "select", "values": ["a", "b", "c"], "maxSelect": 2}, {"name": "option", "type": "select", "values": ["a"]},
        {"name": "json", "type": "json", "maxSize": 3}, {"name": "need", "type": "text", "required": true},
        {"name": "pass", "type": "password", "min": 8}, {"name": "long", "type": "password", "max": 20},
        {"name": "mail", "type": "email"}, {"name": "link", "type": "url"}, {"name": "format", "type": "text", "pattern": "^a$"},
        {"name": "place", "type": "geoPoint"},
    ]);
    let server = TestServer::with_collections([collection("all", fields)]).await;
    let answer = server.guest().create("all", json!({
        "text_min": "a", "text_max": "abcd", "editor": "abcd", "low": 1, "high": 11, "whole": 1.5, "early": "2023-01-01",
        "late": "2025-01-01", "options": ["a", "b", "c"], "option": "z", "json": "abcd", "pass": "short", "long": "a".repeat(21),
        "mail": "x", "link": "x", "format": "b", "place": {"lat": 91},
    })).await;
    let absent = Json::Null;
    for (field, code, message, params) in [
        ("text_min", "validation_min_text_constraint", "Must be at least 3 character(s).", json!({"min": 3})),
        ("text_max", "validation_max_text_constraint", "Must be no more than 3 character(s).", json!({"max": 3})),
        (
            "editor",
            "validation_content_size_limit",
            "The maximum allowed content size is 3 bytes.",
            json!({"maxSize": 3}),
        ),
        ("low", "validation_min_number_constraint", "Must be greater or equal than 2.5.", json!({"min": 2.5})),
        ("high", "validation_max_number_constraint", "Must be less or equal than 10.", json!({"max": 10})),
        ("whole", "validation_only_int_constraint", "Decimal numbers are not allowed.", absent.clone()),
        (
            "early",
            "validation_min_greater_equal_than_required",
            "Must be no less than 2024-01-01 00:00:00 +0000 UTC.",
            json!({"threshold": "2024-01-01T00:00:00Z"}),
        ),
        (
            "late",
            "validation_max_less_equal_than_required",
            "Must be no greater than 2024-01-01 00:00:00.5 +0000 UTC.",
            json!({"threshold": "2024-01-01T00:00:00.5Z"}),
        ),
        ("options", "validation_too_many_values", "Select no more than 2.", json!({"maxSelect": 2})),
        ("option", "validation_invalid_value", "Invalid value z.", json!({"value": "z"})),
        ("json", "validation_json_size_limit", "The maximum allowed JSON size is 3 bytes.", json!({"maxSize": 3})),
        ("need", "validation_required", "Cannot be blank.", absent.clone()),
        ("pass", "validation_min_text_constraint", "Must be at least 8 character(s).", absent.clone()),
        ("long", "validation_max_text_constraint", "Must be less than 20 character(s).", absent.clone()),
        ("mail", "validation_is_email", "Must be a valid email address.", absent.clone()),
        ("link", "validation_invalid_url", "Must be a valid url.", absent.clone()),
        ("format", "validation_invalid_format", "Invalid value format.", absent.clone()),
        ("place", "validation_invalid_latitude", "Latitude must be between -90 and 90 degrees.", absent.clone()),
    ] {
        answer.is(400).code(field, code).says(field, message);
        if params.is_null() {
            answer.lacks(&format!("/data/{field}/params"));
        } else {
            answer.params(field, params);
        }
    }
    assert_eq!(answer.at("/data").as_object().unwrap().len(), 18);
}

#[tokio::test]
async fn an_update_validates_every_field() {
    let fields = json!([{"name": "a", "type": "text", "max": 3}, {"name": "b", "type": "number", "max": 5}]);
    let server = TestServer::with_collections([collection("checks", fields)]).await;
    let made = server.guest().create("checks", json!({"a": "abc", "b": 5})).await;
    let answer = server.guest().update("checks", &made.is(200).id(), json!({"a": "abcd", "b": 6})).await;
    answer
        .is(400)
        .message("Failed to update record.")
        .codes(&[("a", "validation_max_text_constraint"), ("b", "validation_max_number_constraint")]);
    server.guest().view("checks", &made.id(), &[]).await.has("/a", "abc").has("/b", 5);
}

#[tokio::test]
async fn unique_violations_come_after_validation() {
    let mut body =
        collection("uniques", json!([{"name": "a", "type": "text"}, {"name": "b", "type": "number", "max": 5}]));
    body["indexes"] = json!(["CREATE UNIQUE INDEX idx_uniques_a ON uniques (a)"]);
    let server = TestServer::with_collections([body]).await;
    let guest = server.guest();
    guest.create("uniques", json!({"a": "x"})).await.is(200);
    guest
        .create("uniques", json!({"a": "x", "b": 6}))
        .await
        .is(400)
        .codes(&[("b", "validation_max_number_constraint")]);
    guest.create("uniques", json!({"a": "x", "b": 5})).await.is(400).codes(&[("a", "validation_not_unique")]);
}
