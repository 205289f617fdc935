//! `POST /api/collections/{collection}/auth-with-oauth2`: the form, the conversation with the service, the answer.

use serde_json::json;

use super::provider::Provider;
use super::{PATH, alter, ann, by_password, configure, links, server_with, sign_in, sign_in_with, users};
use crate::support::{Client, TestServer, id, notes};

#[tokio::test]
async fn a_new_user_gets_a_record_and_a_token() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    let user = json!({
        "sub": "u-1", "name": "Ann Lee", "preferred_username": "ann", "email": "ann@example.com",
        "email_verified": true, "picture": format!("{}/avatar.png", provider.url),
    });
    provider.knows("code", user.clone());
    let answer = sign_in(&server.guest(), "code").await;
    answer.is(200).has("/record/email", "ann@example.com").has("/record/verified", true).has("/record/name", "Ann Lee");
    answer.has("/meta/id", "u-1").has("/meta/name", "Ann Lee").has("/meta/username", "ann").has("/meta/isNew", true);
    answer.has("/meta/email", "ann@example.com").has("/meta/rawUser", user);
    answer.has("/meta/accessToken", "access-code").has("/meta/refreshToken", "refresh");
    let avatar = answer.at("/meta/avatarURL").clone();
    answer.has("/meta/avatarUrl", avatar.clone());
    assert_eq!(avatar, format!("{}/avatar.png", provider.url));
    assert!(answer.text("/meta/expiry").ends_with('Z'), "{answer}");
    assert_eq!(links(&server).await, [format!("{} oidc u-1", answer.text("/record/id"))]);
    server
        .guest()
        .with_token(answer.text("/token"))
        .post("/api/collections/users/auth-refresh", json!({}))
        .await
        .is(200);

    let again = sign_in(&server.guest(), "code").await;
    again.is(200).has("/record/id", answer.text("/record/id")).has("/meta/isNew", false);
    assert_eq!((users(&server).await, links(&server).await.len()), (1, 1));
}

#[tokio::test]
async fn what_is_asked_of_the_service_is_what_the_client_brought_back() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("code", "ann@example.com");
    sign_in(&server.guest(), "code").await.is(200);
    let legacy = json!({"provider": "oidc", "code": "code", "redirectUrl": "http://old/"});
    server.guest().post(PATH, legacy).await.is(200);
    server.guest().post(PATH, json!({"provider": "oidc", "code": "code"})).await.is(200);
    configure(&server, json!([provider.options("oidc", json!({"pkce": false}))])).await;
    sign_in(&server.guest(), "code").await.is(200);

    let asked = provider.asked();
    let sent = |at: usize, name: &str| asked[at].form.get(name).map(String::as_str);
    assert_eq!(sent(0, "grant_type"), Some("authorization_code"));
    assert_eq!((sent(0, "code_verifier"), sent(0, "redirect_uri")), (Some("verifier"), Some("http://app/")));
    assert_eq!((sent(1, "code_verifier"), sent(1, "redirect_uri")), (Some(""), Some("http://old/")));
    assert_eq!((sent(2, "code_verifier"), sent(2, "redirect_uri")), (Some(""), None));
    assert_eq!(sent(3, "code_verifier"), None, "without PKCE there is none");
    assert!(
        asked
            .iter()
            .all(|asked| asked.authorization.starts_with("Basic ") && !asked.form.contains_key("client_secret"))
    );
}

#[tokio::test]
async fn a_service_that_wants_the_client_in_the_body_gets_it_there_and_is_remembered() {
    let provider = Provider::start().await;
    provider.refuses_basic(true);
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("code", "ann@example.com");
    sign_in(&server.guest(), "code").await.is(200);
    assert_eq!(provider.asked().len(), 2, "one refusal, one answer");
    sign_in(&server.guest(), "code").await.is(200);
    assert_eq!(provider.asked().len(), 3, "no refusal any more");
    assert!(provider.asked()[2].authorization.is_empty());
    sign_in(&server.guest(), "unknown").await.is(400);
    assert_eq!(provider.asked().len(), 4, "a bad code is no reason to try the other way");
}

#[tokio::test]
async fn a_service_may_answer_with_forms() {
    let provider = Provider::start().await;
    provider.answers_forms();
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("code", "ann@example.com");
    sign_in(&server.guest(), "code").await.is(200).has("/meta/accessToken", "access-code");
}

#[tokio::test]
async fn each_wrong_form_has_its_status() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    server.load(notes()).await;
    let guest = server.guest();
    for collection in ["missing", "notes"] {
        guest.post(&format!("/api/collections/{collection}/auth-with-oauth2"), json!({})).await.is(404).no_data();
    }
    guest
        .post(PATH, json!({}))
        .await
        .is(400)
        .codes(&[("provider", "validation_required"), ("code", "validation_required")]);
    let unknown = guest.post(PATH, json!({"provider": "google", "code": "c"})).await;
    unknown.is(400).codes(&[("provider", "validation_invalid_provider")]).params("provider", json!({"name": "google"}));
    for body in [json!({"provider": 5, "code": "c"}), json!({"provider": "oidc", "code": "c", "createData": "x"})] {
        guest.post(PATH, body).await.is(400).no_data();
    }
    guest.post_text(PATH, "application/json", "{").await.is(400).no_data();
    guest.post_text("/api/collections/_superusers/auth-with-oauth2", "application/json", "{").await.is(403).no_data();
    alter(&server, json!({"oauth2": {"enabled": false}})).await;
    guest.post_text(PATH, "application/json", "{").await.is(403).no_data();
}

#[tokio::test]
async fn a_service_that_fails_lets_nobody_in_and_changes_nothing() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    let guest = server.guest();
    provider.knows_proven("code", "ann@example.com");
    sign_in(&guest, "unknown").await.is(400).no_data();
    provider.gives("no-user", json!({}));
    sign_in(&guest, "no-user").await.is(400).no_data();
    provider.gives("code", json!({"access_token": ""}));
    sign_in(&guest, "code").await.is(400).no_data();
    provider.gives("code", json!({"access_token": "a\r\nX-Evil: 1"}));
    sign_in(&guest, "code").await.is(400).no_data();
    provider.gives("code", json!({}));
    for changes in [
        json!({"tokenURL": format!("{}/nowhere", provider.url)}),
        json!({"tokenURL": format!("{}/text", provider.url)}),
        json!({"tokenURL": "http://127.0.0.1:1/token"}),
        json!({"tokenURL": ""}),
        json!({"userInfoURL": format!("{}/nowhere", provider.url)}),
        json!({"userInfoURL": format!("{}/text", provider.url)}),
        json!({"userInfoURL": format!("{}/large", provider.url)}),
        json!({"userInfoURL": ""}),
    ] {
        configure(&server, json!([provider.options("oidc", changes)])).await;
        let answer = sign_in(&guest, "code").await;
        answer.is(400).no_data().never_says("127.0.0.1").never_says("secret");
    }
    provider.knows("nobody", json!({"email": "ann@example.com", "email_verified": true}));
    configure(&server, json!([provider.options("oidc", json!({}))])).await;
    sign_in(&guest, "nobody").await.is(400).no_data();
    assert_eq!((users(&server).await, links(&server).await.len()), (0, 0));
}

#[tokio::test]
async fn an_account_that_the_service_has_closed_is_refused() {
    let provider = Provider::start().await;
    let server = TestServer::start().await;
    configure(&server, json!([provider.options("gitea", json!({}))])).await;
    let user = |active: bool| {
        json!({
            "id": 7, "login": "ann", "full_name": "Ann", "active": active,
            "emails": [{"email": "ann@example.com", "verified": true, "primary": true}],
        })
    };
    provider.knows("closed", user(false));
    provider.knows("open", user(true));
    let body = |code: &str| json!({"provider": "gitea", "code": code});
    server.guest().post(PATH, body("closed")).await.is(400).no_data();
    let answer = server.guest().post(PATH, body("open")).await;
    answer.is(200).has("/meta/id", "7").has("/meta/email", "ann@example.com").has("/record/verified", true);
}

#[tokio::test]
async fn an_address_in_a_list_that_may_not_be_read_is_not_proven() {
    let provider = Provider::start().await;
    let server = TestServer::start().await;
    configure(&server, json!([provider.options("github", json!({}))])).await;
    provider.knows("code", json!({"id": 7, "login": "ann", "email": "ann@example.com"}));
    let answer = server.guest().post(PATH, json!({"provider": "github", "code": "code"})).await;
    // The collection asks for an address.
    answer.is(400).codes(&[("email", "validation_required")]);
}

#[tokio::test]
async fn who_is_let_in_is_up_to_the_auth_rule_and_a_new_record_stays() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("code", "ann@example.com");
    alter(&server, json!({"authRule": "@request.context != 'oauth2'"})).await;
    sign_in(&server.guest(), "code").await.is(403).no_data();
    assert_eq!((users(&server).await, links(&server).await.len()), (1, 1));
    alter(&server, json!({"authRule": "@request.context = 'oauth2' && @request.body.provider = 'oidc'"})).await;
    sign_in(&server.guest(), "code").await.is(200).has("/meta/isNew", false);
}

#[tokio::test]
async fn a_link_whose_record_is_gone_leads_nowhere() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("code", "ann@example.com");
    sign_in(&server.guest(), "code").await.is(200);
    let sql = json!({"query": "UPDATE _externalAuths SET recordRef = 'gone00000000000'"});
    server.superuser().post("/api/sql", sql).await.is(200);
    sign_in(&server.guest(), "code").await.is(404).no_data();
}

#[tokio::test]
async fn it_is_one_of_two_factors() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    ann(&server, true).await;
    provider.knows_proven("code", "ann@example.com");
    alter(&server, json!({"mfa": {"enabled": true, "duration": 600, "rule": ""}})).await;
    let first = by_password(&server).await;
    assert_eq!(first.status, 401, "{first}");
    let factor = first.text("/mfaId").to_owned();
    let second = sign_in_with(&server.guest(), "code", json!({"mfaId": factor})).await;
    second.is(200).has("/record/id", id("ann")).has("/meta/isNew", false);
    let alone = sign_in(&server.guest(), "code").await;
    assert_eq!(alone.status, 401, "{alone}");
    alone.lacks("/token");
    let twice = sign_in_with(&server.guest(), "code", json!({"mfaId": alone.text("/mfaId")})).await;
    twice.is(400).no_data();
    let password = json!({
        "identity": "ann@example.com", "password": "password-of-ann", "mfaId": alone.text("/mfaId"),
    });
    let second = server.guest().post("/api/collections/users/auth-with-password", password).await;
    second.is(200).has("/record/id", id("ann")).lacks("/meta");
}

#[tokio::test]
async fn answers_are_picked_and_expanded_like_others() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("code", "ann@example.com");
    let body = json!({"provider": "oidc", "code": "code"});
    let answer = server.guest().post(&format!("{PATH}?fields=meta.isNew,record.email"), body).await;
    answer.is(200);
    assert_eq!(answer.json, json!({"meta": {"isNew": true}, "record": {"email": "ann@example.com"}}));
}
