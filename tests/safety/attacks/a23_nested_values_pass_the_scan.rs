//! A scan for forbidden words that stops at the first nested value (Parse CVE-2026-30938).

use serde_json::json;

use crate::support::club::{Club, PASSWORD};
use crate::support::{Client, TestServer, blog, form, id};

#[tokio::test]
async fn what_is_forbidden_is_forbidden_at_every_depth() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    for inner in [
        "draft != ''",
        "author.pen = 'quill'",
        "(draft ~ 'a')",
        "strftime('%Y', draft) = ''",
        "geoDistance(1, draft, 1, 1) > 0",
    ] {
        for filter in [
            format!("1 = 1 && ({inner})"),
            format!("(((1 = 1) || (1 = 2 && ({inner}))))"),
            format!("name = 'p1' || name = 'p2' || {inner}"),
            format!("name = '(' && ({inner})"),
            format!("name = 'x' // comment\n || {inner}"),
            format!("meta.a = 1 && (tags.name ?= 'red' || ({inner}))"),
        ] {
            guest.list("posts", &[("filter", &filter)]).await.is(400).no_data();
        }
    }
    for inner in ["@request.auth.id = ''", "@collection.members.id ?= 'x'", "@collection.members:a.tokenKey ?~ 'x'"] {
        for filter in [
            format!("1 = 1 && ({inner})"),
            format!("(((1 = 1) || (1 = 2 && ({inner}))))"),
            format!("name = '(' || {inner}"),
            format!("strftime('%Y', day) = '' || ({inner})"),
            format!("name = 'x' // \n || {inner}"),
        ] {
            guest.list("posts", &[("filter", &filter)]).await.is(403).no_data();
        }
    }
    for sort in ["name,draft", "-views, draft", "name,author.pen,views", "name,,draft", "@rowid,draft"] {
        guest.list("posts", &[("sort", sort)]).await.is(400).no_data();
    }
}

#[tokio::test]
async fn a_hidden_field_is_dropped_in_every_form_of_body() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let bodies = [
        ("application/json", r#"{"draft":"x"}"#.to_owned()),
        ("application/json", r#"{"name":"n","draft":{"a":{"b":1}},"draft":"x","draft+":"y","draft:autogenerate":"z"}"#.to_owned()),
        ("application/x-www-form-urlencoded", "draft=x&draft=y&draft%2B=z".to_owned()),
        ("application/x-www-form-urlencoded", format!("%40jsonPayload={}", "%7B%22draft%22%3A%22x%22%7D")),
        ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"draft\"\r\n\r\nx\r\n--x\r\nContent-Disposition: form-data; name=\"@jsonPayload\"\r\n\r\n{\"draft\":\"y\"}\r\n--x--\r\n".to_owned()),
    ];
    for (content_type, body) in bodies {
        let made = guest.post_text("/api/collections/posts/records?draft=q", content_type, body.clone()).await;
        let stored = server.superuser().view("posts", &made.is(200).id(), &[]).await;
        assert_eq!(stored.is(200).json["draft"], "", "{content_type} {body}");
    }
}

#[tokio::test]
async fn an_account_takes_no_hidden_or_guarded_field_from_any_depth() {
    let club = Club::open().await;
    let inner = json!({"pin": "0000", "tokenKey": "t".repeat(50), "verified": true, "role": "admin"});
    let nested = [
        json!({"name": "cid", "data": inner, "record": inner, "expand": inner}),
        json!({"name": "cid", "@jsonPayload": inner.to_string()}),
        json!({"name": "cid", "name+": "", "__proto__": inner, "pin": {"$set": "0000"}, "pin.x": "0000"}),
    ];
    for body in nested {
        club.cid.update("people", &id("cid"), body).await.is(200);
    }
    // A payload within a payload is one too many; the last one counts, and is checked like a body.
    let outer = json!({"name": "cid", "@jsonPayload": inner.to_string()}).to_string();
    club.cid.update_form("people", &id("cid"), form(&[("@jsonPayload", &outer)])).await.is_no_failure();
    let (first, second) = (json!({"verified": false}).to_string(), json!({"verified": true}).to_string());
    let twice = form(&[("@jsonPayload", &first), ("@jsonPayload", &second)]);
    club.cid
        .update_form("people", &id("cid"), twice)
        .await
        .is(400)
        .codes(&[("verified", "validation_values_mismatch")]);
    let text = format!(r#"{{"verified":false,"verified":true,"password":"{PASSWORD}"}}"#);
    let path = format!("{}/api/collections/people/records/{}", club.cid.base(), id("cid"));
    let sent = club.cid.http().patch(path).header("Authorization", club.cid.token().unwrap());
    club.cid.send(sent.header("Content-Type", "application/json").body(text)).await.is(400);
    let stored = club.superuser.view("people", &id("cid"), &[]).await;
    stored.is(200).has("/verified", false).has("/pin", "pin of cid").has("/name", "cid");
    club.cid.post("/api/collections/people/auth-refresh", json!({})).await.is(200);
}
