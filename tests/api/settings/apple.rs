//! `POST /api/settings/apple/generate-client-secret`.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, form};

const APPLE: &str = "/api/settings/apple/generate-client-secret";

// Made for these tests.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgc4fML8CA7PEoR9dh
DkraD1shG+TKFNS3FPznJ8kbRIShRANCAAQU3mHATXlu4vDFaAyismRXL7UT86xc
ytHSq0PKrfdKKIfq/00z91d5EQzTEq3XnyiMS5fmq2x3L9gyCWXSE6DW
-----END PRIVATE KEY-----";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFN5hwE15buLwxWgMorJkVy+1E/Os
XMrR0qtDyq33SiiH6v9NM/dXeREM0xKt158ojEuX5qtsdy/YMgll0hOg1g==
-----END PUBLIC KEY-----";
/// On another curve.
const OTHER: &str = "-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCfCaa8OPXqZ0Cmah1p
sgAwI9L833xHlBV63JdOwrsjzKiFjkkYVfYEVdSo5paHvf6hZANiAATKju69/XGg
LLuFlkuqiZIHyg7+EilJyPr/mkF8S3t5M8AvsJH0wSygNbg9JyNa+LkAUqwrBDjF
gIiDp7WBCEDtuD5fPiBKKwosdUHOnDKSk15E/BgAbf7cViySyeYacxY=
-----END PRIVATE KEY-----";

fn body() -> Json {
    json!({"clientId": "com.example.app", "teamId": "TEAM567890", "keyId": "KEY4567890", "privateKey": PRIVATE, "duration": 600})
}

#[tokio::test]
async fn the_secret_is_a_token_that_the_key_signed() {
    let server = TestServer::start().await;
    let answer = server.superuser().post(APPLE, body()).await;
    answer.is(200);
    let secret = answer.text("/secret");
    let header = decode_header(secret).expect("a token");
    assert_eq!((header.alg, header.kid.as_deref()), (Algorithm::ES256, Some("KEY4567890")));
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&["https://appleid.apple.com"]);
    let key = DecodingKey::from_ec_pem(PUBLIC.as_bytes()).expect("a key");
    let claims = decode::<Json>(secret, &key, &validation).expect("well signed").claims;
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("TEAM567890"), &json!("com.example.app")));
    assert_eq!(claims["aud"], json!(["https://appleid.apple.com"]));
    assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(600));
    server.superuser().get("/api/settings").await.never_says("KEY4567890");
}

#[tokio::test]
async fn a_form_does_as_well() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let values = [
        ("clientId", "1"),
        ("teamId", "1234567890"),
        ("keyId", "1234567890"),
        ("privateKey", PRIVATE),
        ("duration", "1"),
    ];
    superuser
        .send(superuser.request(reqwest::Method::POST, APPLE).multipart(form(&values)))
        .await
        .is(200)
        .at("/secret");
}

#[tokio::test]
async fn every_part_is_checked() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser.post(APPLE, json!({})).await.is(400).codes(&[
        ("clientId", "validation_required"),
        ("teamId", "validation_required"),
        ("keyId", "validation_required"),
        ("privateKey", "validation_required"),
        ("duration", "validation_required"),
    ]);
    let sent =
        json!({"clientId": "x", "teamId": "short", "keyId": "longer than ten", "privateKey": "no PEM", "duration": -1});
    superuser.post(APPLE, sent).await.is(400).codes(&[
        ("teamId", "validation_length_invalid"),
        ("keyId", "validation_length_invalid"),
        ("privateKey", "validation_match_invalid"),
        ("duration", "validation_min_greater_equal_than_required"),
    ]);
    let with = |key: &str, value: Json| {
        let mut body = body();
        body[key] = value;
        body
    };
    let long = superuser.post(APPLE, with("duration", json!(15_777_001))).await;
    long.is(400).codes(&[("duration", "validation_max_less_equal_than_required")]);
    superuser.post(APPLE, with("duration", json!(15_777_000))).await.is(200);
    for duration in [json!("600"), json!(1.5), json!([])] {
        superuser.post(APPLE, with("duration", duration)).await.is(400).no_data();
    }
    let garbage = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----";
    for key in [garbage, OTHER, "-----BEGIN PRIVATE KEY-----\n*\n-----END PRIVATE KEY-----"] {
        superuser.post(APPLE, with("privateKey", json!(key))).await.is(400).no_data();
    }
}
