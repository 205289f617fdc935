//! Records from forms: inference, `@jsonPayload`, query values.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, blog, collection, form, id, multipart};

const URLENCODED: &str = "application/x-www-form-urlencoded";

/// What a form says, and which field it makes what.
type Case = (&'static [(&'static str, &'static str)], &'static str, Json);

async fn server() -> TestServer {
    let fields = json!([
        {"name": "t", "type": "text"}, {"name": "n", "type": "number"}, {"name": "b", "type": "bool"}, {"name": "j", "type": "json"},
        {"name": "s", "type": "select", "values": ["a", "b", "c", "1"], "maxSelect": 4}, {"name": "g", "type": "geoPoint"},
    ]);
    TestServer::with_collections([collection("forms", fields)]).await
}

#[tokio::test]
async fn values_are_inferred_then_cast() {
    let server = server().await;
    let guest = server.guest();
    let table: Vec<Case> = vec![
        (&[("t", "text")], "t", json!("text")),
        (&[("t", "0001")], "t", json!("0001")),
        (&[("t", "1.10")], "t", json!("1.10")),
        (&[("t", "12")], "t", json!("12")),
        (&[("t", "true")], "t", json!("true")),
        (&[("t", "9007199254740993")], "t", json!("9007199254740993")),
        (&[("t", "")], "t", json!("")),
        (&[("t", "null")], "t", json!("null")),
        (&[("n", "1e3")], "n", json!(1000)),
        (&[("n", "-1.5")], "n", json!(-1.5)),
        (&[("n", "x")], "n", json!(0)),
        (&[("b", "true")], "b", json!(true)),
        (&[("b", "1")], "b", json!(true)),
        (&[("b", "no")], "b", json!(false)),
        (&[("j", "true")], "j", json!(true)),
        (&[("j", "12")], "j", json!(12)),
        (&[("j", "0012")], "j", json!("0012")),
        (&[("j", "{\"a\":[1]}")], "j", json!({"a": [1]})),
        (&[("j", "null")], "j", json!(null)),
        (&[("j", "text")], "j", json!("text")),
        (&[("j", "a"), ("j", "1"), ("j", "true")], "j", json!(["a", 1, true])),
        (&[("s", "a")], "s", json!(["a"])),
        (&[("s", "b"), ("s", "a"), ("s", "1")], "s", json!(["b", "a", "1"])),
        (&[("s", "[\"a\",\"b\"]")], "s", json!(["a", "b"])),
        (&[("g", "{\"lon\":1,\"lat\":2}")], "g", json!({"lon": 1, "lat": 2})),
        (&[("n", "1"), ("n+", "5")], "n", json!(6)),
    ];
    for (values, field, stored) in table {
        let answer = guest.create_form("forms", form(values)).await;
        assert_eq!(answer.is(200).json[field], stored, "multipart {values:?}");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish();
        let answer = guest.post_text("/api/collections/forms/records", URLENCODED, body).await;
        assert_eq!(answer.is(200).json[field], stored, "urlencoded {values:?}");
    }
}

#[tokio::test]
async fn json_payloads_are_merged_without_inference() {
    let server = server().await;
    let guest = server.guest();
    let made =
        guest.create_form("forms", form(&[("@jsonPayload", r#"{"t":"0001","n":2,"j":{"a":1}}"#), ("b", "true")])).await;
    made.is(200).has("/t", "0001").has("/n", 2).has("/j", json!({"a": 1})).has("/b", true);
    let several = form(&[
        ("t", "plain"),
        ("@jsonPayload", r#"{"t":"first","n":1}"#),
        ("@jsonPayload", r#"{"t":"second"}"#),
        ("n", "9"),
    ]);
    guest.create_form("forms", several).await.is(200).has("/t", "second").has("/n", 1);
    let body = "t=x&%40jsonPayload=%7B%22t%22%3A%22y%22%7D";
    guest.post_text("/api/collections/forms/records", URLENCODED, body).await.is(200).has("/t", "y");
    for bad in ["", "{", "[]", "5", "\"x\"", "null", "true"] {
        let answer = guest.create_form("forms", form(&[("@jsonPayload", bad), ("t", "x")])).await;
        assert_eq!(answer.status, 400, "{bad}: {answer}");
        answer.is(400).message("Something went wrong while processing your request.").no_data();
    }
    // In a JSON body it is a key like any other unknown one.
    guest.create("forms", json!({"@jsonPayload": "{\"t\":\"x\"}"})).await.is(200).has("/t", "");
}

#[tokio::test]
async fn rules_see_the_payload() {
    let server = server().await;
    server.superuser().update_collection("forms", json!({"createRule": "@request.body.j.a = 1"})).await.is(200);
    server.guest().create_form("forms", form(&[("@jsonPayload", r#"{"j":{"a":1}}"#)])).await.is(200);
    server.guest().create_form("forms", form(&[("@jsonPayload", r#"{"j":{"a":2}}"#)])).await.is(400);
}

#[tokio::test]
async fn query_values_belong_to_a_form() {
    let server = server().await;
    let guest = server.guest();
    let path = "/api/collections/forms/records?t=x&s=c";
    guest.post_text(path, URLENCODED, "n=1").await.is(200).has("/t", "x").has("/n", 1);
    let request = guest.request(reqwest::Method::POST, path).multipart(form(&[("s", "a"), ("n", "1")]));
    let answer = guest.send(request).await;
    let mut both = answer.is(200).at("/s").as_array().unwrap().clone();
    both.sort_by_key(Json::to_string);
    assert_eq!(both, [json!("a"), json!("c")]);
    // Not to JSON.
    guest.post(path, json!({"n": 1})).await.is(200).has("/t", "");
}

#[tokio::test]
async fn broken_forms_are_400() {
    let server = server().await;
    let guest = server.guest();
    let path = "/api/collections/forms/records";
    for (content_type, body) in [
        ("multipart/form-data", "--x\r\n\r\n"),
        ("multipart/form-data; boundary=x", "nonsense"),
        ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\ncut off"),
        ("multipart/form-data; boundary=\"", "--x--"),
    ] {
        guest.post_text(path, content_type, body).await.is(400).no_data();
    }
    let parts: Vec<_> = (0..1001).map(|n| (format!("k{n}"), "v")).collect();
    let too_many: Vec<_> = parts.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    guest.create_form("forms", form(&too_many)).await.is(400).no_data();
    guest.create_form("forms", form(&too_many[..1000])).await.is(200);
}

#[tokio::test]
async fn relations_and_modifiers_work_in_forms() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let answer =
        guest.update_form("posts", &id("p1"), form(&[("tags+", &id("blue")), ("views+", "5"), ("labels-", "x")])).await;
    answer
        .is(200)
        .has("/tags", json!([id("red"), id("green"), id("blue")]))
        .has("/views", 15)
        .has("/labels", json!(["y"]));
}

#[tokio::test]
async fn a_file_under_a_key_that_takes_none_is_ignored() {
    let server = server().await;
    let body =
        multipart(&[("t", "x")], &[("n", "a.txt", b"text"), ("unknown", "b.txt", b"text"), ("t", "c.txt", b"text")]);
    server.guest().create_form("forms", body).await.is(200).has("/t", "x").has("/n", 0);
    assert!(!server.dir().join("storage/c_forms").exists(), "bytes that nobody asked for were stored");
}
