//! What is a valid token, and what ends it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::{Claims, Client, SUPERUSER_EMAIL, SUPERUSER_PASSWORD, TestServer, blog, id, sign_with};

/// Whether a token is taken for its bearer: this route asks for one before it does anything else.
async fn is_valid(client: &impl Client) -> bool {
    client.post("/api/collections/members/auth-refresh", json!({})).await.status != 401
}

#[tokio::test]
async fn the_scheme_is_optional_and_in_any_case() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let token = sign_with(Algorithm::HS256, &user.key, &Claims::auth(&user.collection_id, &user.id));
    for value in [token.clone(), format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER {token}")] {
        assert!(is_valid(&user.with_token(value.clone())).await, "{value}");
    }
    for value in [
        format!("Basic {token}"),
        format!("Bearer  {token}"),
        format!("Bearer{token}"),
        format!("{token}x"),
        "Bearer".to_owned(),
    ] {
        assert!(!is_valid(&user.with_token(value.clone())).await, "{value}");
    }
}

#[tokio::test]
async fn claims_are_checked() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let claims = || Claims::auth(&user.collection_id, &user.id);
    let now = chrono::Utc::now().timestamp();
    let good = [
        claims(),
        claims().but("exp", json!(null)),
        claims().but("exp", json!(now as f64 + 100.5)),
        claims().but("iss", json!("anyone")).but("aud", json!(["x"])),
        claims().but("iat", json!(now - 10)).but("nbf", json!(now - 10)),
        claims().but("extra", json!({"a": 1})),
    ];
    for (number, claims) in good.iter().enumerate() {
        let token = sign_with(Algorithm::HS256, &user.key, claims);
        assert!(is_valid(&user.with_token(token)).await, "good {number}");
    }
    let bad = [
        claims().expiring_in(-1),
        claims().expiring_in(-100_000),
        claims().but("exp", json!(0)),
        claims().but("exp", json!("9999999999")),
        claims().but("iat", json!(now + 1000)),
        claims().but("nbf", json!(now + 1000)),
        claims().but("type", json!("file")),
        claims().but("type", json!("verification")),
        claims().but("type", json!(null)),
        claims().but("type", json!(["auth"])),
        claims().but("id", json!(null)),
        claims().but("id", json!("")),
        claims().but("id", json!(id("bob"))),
        claims().but("id", json!("missing")),
        claims().but("id", json!("' OR 1=1 --")),
        claims().but("collectionId", json!(null)),
        claims().but("collectionId", json!("pbc_3142635823")),
        claims().but("collectionId", json!("c_posts")),
    ];
    for (number, claims) in bad.iter().enumerate() {
        let token = sign_with(Algorithm::HS256, &user.key, claims);
        assert!(!is_valid(&user.with_token(token)).await, "bad {number}");
    }
}

#[tokio::test]
async fn an_explicit_null_as_expiry_is_refused() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let mut claims = Claims::auth(&user.collection_id, &user.id);
    claims.0["exp"] = json!(null);
    assert!(!is_valid(&user.with_token(sign_with(Algorithm::HS256, &user.key, &claims))).await);
}

#[tokio::test]
async fn a_header_without_typ_verifies() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let header = jsonwebtoken::Header { typ: None, ..jsonwebtoken::Header::new(Algorithm::HS256) };
    let key = jsonwebtoken::EncodingKey::from_secret(user.key.as_bytes());
    let token = jsonwebtoken::encode(&header, &Claims::auth(&user.collection_id, &user.id).0, &key).unwrap();
    assert!(is_valid(&user.with_token(token)).await);
}

#[tokio::test]
async fn half_of_the_key_is_not_enough() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let claims = Claims::auth(&user.collection_id, &user.id);
    let (token_key, secret) = user.key.split_at(50);
    for key in [token_key, secret, &format!("{secret}{token_key}"), &user.key[1..]] {
        assert!(!is_valid(&user.with_token(sign_with(Algorithm::HS256, key, &claims))).await, "{key}");
    }
}

#[tokio::test]
async fn a_token_in_another_place_is_not_read() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let token = sign_with(Algorithm::HS256, &user.key, &Claims::auth(&user.collection_id, &user.id));
    let guest = server.guest();
    let path = format!("/api/collections/members/auth-refresh?token={token}&authorization={token}");
    let request =
        guest.request(reqwest::Method::POST, &path).header("Cookie", format!("pb_auth={token}; token={token}"));
    guest.send(request).await.is(401);
}

#[tokio::test]
async fn what_is_no_token_leaves_a_guest() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let claims = part(Claims::auth(&user.collection_id, &user.id).0);
    let mut values = vec![
        "x".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "é".to_owned(),
        "x".repeat(7000),
        format!("{}.{claims}.", part(json!({"alg": "none"}))),
        format!("{}.{claims}.", part(json!({"alg": "HS256", "typ": "JWT"}))),
        format!("{}.{claims}.AAAA", part(json!({"alg": "HS256", "typ": "JWT"}))),
        format!("{}.{}.AAAA", part(json!({"alg": "HS256"})), part(json!([]))),
        format!("{}.{}.AAAA", part(json!("x")), part(json!(null))),
    ];
    values.push(format!("{}.AAAA.AAAA", part(json!({"alg": "HS256", "typ": "JWT", "kid": "../../etc/passwd"}))));
    for value in values {
        let client = user.with_token(value.clone());
        client.get("/api/collections/posts/records").await.is(200);
        assert!(!is_valid(&client).await, "{value}");
    }
}

#[tokio::test]
async fn a_new_password_address_or_key_ends_all_tokens() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    for change in [
        json!({"password": "another-password", "passwordConfirm": "another-password"}),
        json!({"password": "password-of-a-member", "passwordConfirm": "password-of-a-member"}),
        json!({"email": "ann2@example.com"}),
        json!({"tokenKey": "k".repeat(40)}),
        json!({"tokenKey:autogenerate": ""}),
    ] {
        let user = server.user("members", &id("ann")).await;
        assert!(is_valid(&user).await);
        superuser.update("members", &id("ann"), change.clone()).await.is(200);
        assert!(!is_valid(&user).await, "{change}");
    }
    let user = server.user("members", &id("ann")).await;
    superuser.update("members", &id("ann"), json!({"nick": "new", "verified": false})).await.is(200);
    assert!(is_valid(&user).await, "an ordinary change ended the token");
}

#[tokio::test]
async fn a_new_secret_or_auth_rule_ends_the_collections_auth_tokens() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    for (change, ends) in [
        (json!({"authToken": {"secret": "b".repeat(40)}}), true),
        (json!({"authToken": {"duration": 1000}}), false),
        (json!({"fileToken": {"secret": "b".repeat(40)}}), false),
        (json!({"listRule": "nick != 'x'"}), false),
        (json!({"authRule": "verified = true"}), true),
        (json!({"authRule": "verified = true"}), false),
        (json!({"authRule": null}), true),
    ] {
        let user = server.user("members", &id("ann")).await;
        superuser.update_collection("members", change.clone()).await.is(200);
        // Whatever the rule now says about refreshing, a valid token is not a guest's.
        let answer = user.post("/api/collections/members/auth-refresh", json!({})).await;
        assert_eq!(answer.status == 401, ends, "{change}: {answer}");
    }
    // null and "" count as equal.
    let user = server.user("members", &id("ann")).await;
    superuser.update_collection("members", json!({"authRule": ""})).await.is(200);
    assert!(is_valid(&user).await);
}

#[tokio::test]
async fn a_deleted_record_has_no_token() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    server.superuser().delete("members", &id("ann")).await.is(204);
    assert!(!is_valid(&user).await);
}

#[tokio::test]
async fn a_superusers_new_password_ends_their_tokens() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let change = json!({"password": "another-password", "passwordConfirm": "another-password"});
    superuser.update("_superusers", server.superuser_id(), change).await.is(200);
    superuser.get("/api/collections").await.is(401);
    let sign_in = |password: &str| json!({"identity": SUPERUSER_EMAIL, "password": password});
    let path = "/api/collections/_superusers/auth-with-password";
    server.guest().post(path, sign_in(SUPERUSER_PASSWORD)).await.is(400);
    server.guest().post(path, sign_in("another-password")).await.is(200);
}

#[tokio::test]
async fn an_issued_token_says_what_the_contract_says() {
    let server = TestServer::start().await;
    let body = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD});
    let answer = server.guest().post("/api/collections/_superusers/auth-with-password", body).await;
    let parts: Vec<_> = answer.text("/token").split('.').collect();
    let read =
        |part: &str| -> serde_json::Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    assert_eq!(read(parts[0]), json!({"alg": "HS256", "typ": "JWT"}));
    let claims = read(parts[1]);
    let keys: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["collectionId", "exp", "id", "refreshable", "type"]);
    assert_eq!(claims["type"], "auth");
    assert_eq!(claims["refreshable"], true);
    assert_eq!(claims["collectionId"], "pbc_3142635823");
    let left = claims["exp"].as_i64().unwrap() - chrono::Utc::now().timestamp();
    assert!((86_400 - 60..=86_400).contains(&left), "a day, not {left} seconds");
}
