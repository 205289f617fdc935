//! `POST /api/collections/_superusers/auth-with-password`.

use serde_json::json;

use crate::support::{Client, SUPERUSER_EMAIL, SUPERUSER_PASSWORD, TestServer, blog};

const PATH: &str = "/api/collections/_superusers/auth-with-password";

#[tokio::test]
async fn the_right_password_gives_a_token_and_the_record() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let answer = guest.post(PATH, json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD})).await;
    answer.is(200).lacks("/meta");
    answer.has("/record/email", SUPERUSER_EMAIL).has("/record/collectionName", "_superusers");
    answer.has("/record/collectionId", "pbc_3142635823").has("/record/verified", true);
    answer.lacks("/record/password").lacks("/record/tokenKey");
    let token = guest.with_token(answer.text("/token"));
    token.get("/api/collections").await.is(200);
}

#[tokio::test]
async fn the_collection_may_be_named_by_id_and_in_any_case() {
    let server = TestServer::start().await;
    let body = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD});
    for name in ["pbc_3142635823", "_SuperUsers"] {
        server.guest().post(&format!("/api/collections/{name}/auth-with-password"), body.clone()).await.is(200);
    }
}

#[tokio::test]
async fn forms_sign_in_as_well() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let body = format!("identity={}&password={SUPERUSER_PASSWORD}", SUPERUSER_EMAIL.replace('@', "%40"));
    guest.post_text(PATH, "application/x-www-form-urlencoded", body).await.is(200);
    let form = crate::support::form(&[("identity", SUPERUSER_EMAIL), ("password", SUPERUSER_PASSWORD)]);
    guest.send(guest.request(reqwest::Method::POST, PATH).multipart(form)).await.is(200);
    let payload = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD}).to_string();
    let form = crate::support::form(&[("@jsonPayload", &payload)]);
    guest.send(guest.request(reqwest::Method::POST, PATH).multipart(form)).await.is(200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_identity_get_the_same_answer() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let wrong = guest.post(PATH, json!({"identity": SUPERUSER_EMAIL, "password": "wrong-password"})).await;
    let unknown = guest.post(PATH, json!({"identity": "nobody@example.com", "password": "wrong-password"})).await;
    let no_address = guest.post(PATH, json!({"identity": "nobody", "password": SUPERUSER_PASSWORD})).await;
    for answer in [&wrong, &unknown, &no_address] {
        answer.is(400).no_data();
        assert_eq!(answer.body, wrong.body);
    }
}

#[tokio::test]
async fn the_address_is_compared_exactly() {
    let server = TestServer::start().await;
    let body = json!({"identity": SUPERUSER_EMAIL.to_uppercase(), "password": SUPERUSER_PASSWORD});
    server.guest().post(PATH, body).await.is(400).no_data();
}

#[tokio::test]
async fn the_form_is_checked_first() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let long = "x".repeat(256);
    let table = [
        (json!({}), vec![("identity", "validation_required"), ("password", "validation_required")]),
        (json!({"identity": "a"}), vec![("password", "validation_required")]),
        (json!({"identity": "", "password": "b"}), vec![("identity", "validation_required")]),
        (json!({"identity": null, "password": "b"}), vec![("identity", "validation_required")]),
        (json!({"identity": long, "password": "b"}), vec![("identity", "validation_length_out_of_range")]),
        (json!({"identity": "a", "password": long}), vec![("password", "validation_length_out_of_range")]),
        (
            json!({"identity": "a", "password": "b", "identityField": "name"}),
            vec![("identityField", "validation_in_invalid")],
        ),
        (
            json!({"identity": "a", "password": "b", "identityField": long}),
            vec![("identityField", "validation_length_out_of_range")],
        ),
    ];
    for (body, codes) in table {
        guest.post(PATH, body).await.is(400).codes(&codes);
    }
    for body in [json!({"identity": 5, "password": "b"}), json!({"identity": ["a"], "password": "b"}), json!([])] {
        guest.post(PATH, body).await.is(400).no_data();
    }
    guest.post_text(PATH, "application/json", "{").await.is(400).no_data();
    guest.post_text(PATH, "text/xml", "<a/>").await.is(400).no_data();
}

#[tokio::test]
async fn a_named_identity_field_is_used() {
    let server = TestServer::start().await;
    let body = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD, "identityField": "email"});
    server.guest().post(PATH, body).await.is(200);
}

#[tokio::test]
async fn collections_without_sign_in_are_404() {
    let server = TestServer::with(blog()).await;
    let body = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD});
    for name in ["missing", "posts", "_otps"] {
        server
            .guest()
            .post(&format!("/api/collections/{name}/auth-with-password"), body.clone())
            .await
            .is(404)
            .no_data();
    }
}

#[tokio::test]
async fn someone_signed_in_may_sign_in_again() {
    let server = TestServer::start().await;
    let body = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD});
    server.superuser().post(PATH, body).await.is(200);
}

#[tokio::test]
async fn fields_trims_the_answer() {
    let server = TestServer::start().await;
    let body = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD});
    let answer = server.guest().post(&format!("{PATH}?fields=record.email"), body).await;
    answer.is(200);
    assert_eq!(answer.json, json!({"record": {"email": SUPERUSER_EMAIL}}));
}
