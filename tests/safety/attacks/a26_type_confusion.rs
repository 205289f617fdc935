//! Operators, prototypes and other shapes where a plain value is expected (Parse GHSA-462x-c3jw-7vr6,
//! GHSA-prm5-8g2m-24gg).

use serde_json::{Value as Json, json};

use crate::support::club::{Club, PASSWORD};
use crate::support::{Client, SUPERUSER_EMAIL, SUPERUSER_PASSWORD, TestServer, blog, id};

#[tokio::test]
async fn a_sign_in_takes_texts_only() {
    let server = TestServer::start().await;
    let path = "/api/collections/_superusers/auth-with-password";
    for value in [
        json!({"$ne": ""}),
        json!({"$gt": ""}),
        json!([SUPERUSER_PASSWORD]),
        json!(true),
        json!(0),
        json!({"length": 20}),
        json!([[]]),
    ] {
        for body in [
            json!({"identity": SUPERUSER_EMAIL, "password": value}),
            json!({"identity": value, "password": SUPERUSER_PASSWORD}),
        ] {
            server.guest().post(path, body).await.is(400).never_says("token");
        }
    }
    let duplicate = format!(r#"{{"identity":"{SUPERUSER_EMAIL}","password":"wrong","password":{{"$ne":""}}}}"#);
    server.guest().post_text(path, "application/json", duplicate).await.is(400).never_says("token");
}

#[tokio::test]
async fn names_of_other_languages_are_ordinary_names() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let odd = json!({"__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}, "toString": 1, "": {"": ""}, "$where": "1", "a.b": 1});
    let made =
        guest.create("posts", json!({"name": "odd", "meta": odd, "__proto__": {"views": 7}, "constructor": 1})).await;
    made.is(200).has("/meta", odd.clone()).has("/views", 0);
    guest.view("posts", &made.id(), &[]).await.is(200).has("/meta", odd);
    guest.list("posts", &[]).await.is(200).lacks("/items/0/admin");
}

#[tokio::test]
async fn shapes_where_a_rule_expects_a_value() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    superuser
        .update_collection("posts", json!({"createRule": "@request.body.name = 'secret' && @request.body.views < 5"}))
        .await
        .is(200);
    for (name, views) in [
        (json!({"$ne": ""}), json!(1)),
        (json!(["secret"]), json!(1)),
        (json!(true), json!(1)),
        (json!([["secret"]]), json!(1)),
        (json!({"name": "secret"}), json!(1)),
        (json!("secret"), json!("9")),
        (json!("secret"), json!(true).as_bool().map_or(Json::Null, |_| json!(1e300))),
    ] {
        server.guest().create("posts", json!({"name": name, "views": views})).await.is(400).no_data();
    }
    server.guest().create("posts", json!({"name": "secret", "views": 1})).await.is(200);
    // The rule is asked of what is stored, not of what was written: cast first, then asked.
    server.guest().create("posts", json!({"name": "secret", "views": 9, "views-": 8})).await.is(200).has("/views", 1);
    server.guest().create("posts", json!({"name": "secret", "views": 1, "views+": 8})).await.is(400);
}

#[tokio::test]
async fn collections_take_no_other_shapes() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    for body in [
        json!({"name": {"$ne": ""}}),
        json!({"name": ["x"]}),
        json!({"listRule": {"a": 1}}),
        json!({"listRule": true}),
        json!({"fields": {"0": {}}}),
        json!({"fields": [null]}),
        json!({"fields": [[]]}),
        json!({"fields": ["text"]}),
        json!({"indexes": [5]}),
        json!({"indexes": {"0": "x"}}),
        json!({"fields": [{"name": "a", "type": ["text"]}]}),
        json!({"fields": [{"name": "a", "type": "select", "values": "a"}]}),
        json!({"fields": [{"name": "a", "type": "relation", "collectionId": {"$ne": ""}}]}),
        json!({"passwordAuth": "x", "type": "auth"}),
    ] {
        let mut create = body.clone();
        if create.get("name").is_none() {
            create["name"] = json!("shape");
        }
        superuser.create_collection(create).await.is(400);
        superuser.update_collection("members", body).await.is(400);
    }
    superuser.view("posts", &id("p1"), &[]).await.is(200);
}

#[tokio::test]
async fn every_form_of_an_account_takes_texts_only() {
    let club = Club::open().await;
    club.rules("people", json!({"otp": {"enabled": true}})).await;
    let forms: [(&str, Json); 8] = [
        ("auth-with-password", json!({"identity": "ann@example.com", "password": PASSWORD})),
        ("request-otp", json!({"email": "ann@example.com"})),
        ("auth-with-otp", json!({"otpId": "abc", "password": "1"})),
        ("request-verification", json!({"email": "ann@example.com"})),
        ("request-password-reset", json!({"email": "ann@example.com"})),
        ("confirm-verification", json!({"token": "x"})),
        ("confirm-password-reset", json!({"token": "x", "password": PASSWORD, "passwordConfirm": PASSWORD})),
        ("confirm-email-change", json!({"token": "x", "password": PASSWORD})),
    ];
    let shapes = [
        json!({"$ne": ""}),
        json!(["ann@example.com"]),
        json!([]),
        json!(true),
        json!(5),
        json!(1e300),
        json!({"__proto__": {"length": 9}}),
        json!([[["x"]]]),
    ];
    for (route, form) in &forms {
        let path = format!("/api/collections/people/{route}");
        for key in form.as_object().unwrap().keys() {
            for shape in &shapes {
                let mut body = form.clone();
                body[key] = shape.clone();
                let answer = club.guest.post(&path, body.clone()).await;
                assert_eq!(answer.status, 400, "{route} {body}: {answer}");
                answer.never_says("token\":");
            }
        }
        for body in ["[]", "5", "\"x\"", "true", "{", "", "\u{1}", "{\"a\":1e400}", "{\"\\ud800\":1}"] {
            let answer = club.guest.post_text(&path, "application/json", body).await;
            assert_eq!(answer.status, 400, "{route} {body:?}: {answer}");
        }
        let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
        club.guest.post_text(&path, "application/json", format!("{{\"email\":{deep}}}")).await.is(400);
    }
    let refresh = "/api/collections/people/auth-refresh";
    for body in [json!([]), json!(5), json!({"record": {"id": id("bob")}})] {
        let answer = club.ann.post(refresh, body).await;
        assert!(answer.status == 400 || answer.json["record"]["id"] == json!(id("ann")), "{answer}");
    }
}

#[tokio::test]
async fn an_account_is_no_place_for_other_shapes() {
    let club = Club::open().await;
    for shape in [json!({"$ne": ""}), json!([PASSWORD]), json!({"length": 9})] {
        for key in ["password", "passwordConfirm"] {
            let mut body = json!({"email": "new@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
            body[key] = shape.clone();
            club.guest.create("people", body).await.is(400);
        }
        let body = json!({"oldPassword": shape, "password": "another-password", "passwordConfirm": "another-password"});
        club.bob.update("people", &id("bob"), body).await.is(400);
        for key in ["email", "verified"] {
            club.bob.update("people", &id("bob"), json!({key: shape})).await.is(400);
        }
    }
    club.superuser.list("people", &[]).await.is(200).has("/totalItems", 3);
    club.bob.post("/api/collections/people/auth-refresh", json!({})).await.is(200);
}
