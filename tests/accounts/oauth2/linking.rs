//! Whose record a user is, and what linking gives it.

use serde_json::json;

use super::provider::Provider;
use super::{ann, by_password, configure, links, server_with, sign_in, users};
use crate::support::{Client, TestServer, id};

#[tokio::test]
async fn a_verified_record_with_the_proven_address_is_linked_and_keeps_its_password_and_links() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    let options = |name: &str| provider.options(name, json!({}));
    configure(&server, json!([options("oidc"), options("oidc2")])).await;
    ann(&server, true).await;
    let token = by_password(&server).await.text("/token").to_owned();
    provider.knows_proven("code", "ann@example.com");
    sign_in(&server.guest(), "code").await.is(200).has("/record/id", id("ann")).has("/meta/isNew", false);
    let body = json!({"provider": "oidc2", "code": "code"});
    server.guest().post(super::PATH, body).await.is(200).has("/record/id", id("ann"));
    assert_eq!(links(&server).await.len(), 2);
    by_password(&server).await.is(200);
    server.guest().with_token(token).post("/api/collections/users/auth-refresh", json!({})).await.is(200);
}

#[tokio::test]
async fn an_address_that_is_not_proven_links_nothing() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    ann(&server, true).await;
    provider.knows("code", json!({"sub": "evil", "email": "ann@example.com", "email_verified": false}));
    sign_in(&server.guest(), "code").await.is(400).codes(&[("email", "validation_required")]);
    assert!(links(&server).await.is_empty());
    by_password(&server).await.is(200);
}

#[tokio::test]
async fn whoever_is_signed_in_links_the_own_record_whatever_the_address() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    ann(&server, true).await;
    provider.knows_proven("code", "other@example.com");
    let user = server.guest().with_token(by_password(&server).await.text("/token"));
    sign_in(&user, "code").await.is(200).has("/record/id", id("ann")).has("/record/email", "ann@example.com");
    // The link alone leads to the record from now on.
    sign_in(&server.guest(), "code").await.is(200).has("/record/id", id("ann"));
    by_password(&server).await.is(200);
    assert_eq!(users(&server).await, 1);
}

#[tokio::test]
async fn a_link_wins_over_the_caller() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("code", "other@example.com");
    let other = sign_in(&server.guest(), "code").await.is(200).text("/record/id").to_owned();
    ann(&server, true).await;
    let user = server.guest().with_token(by_password(&server).await.text("/token"));
    sign_in(&user, "code").await.is(200).has("/record/id", other);
    assert_eq!(links(&server).await.len(), 1);
}

#[tokio::test]
async fn a_caller_of_another_collection_links_nothing_of_its_own() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("code", "ann@example.com");
    let answer = sign_in(&server.superuser(), "code").await;
    answer.is(200).has("/record/collectionName", "users").has("/meta/isNew", true);
}

#[tokio::test]
async fn an_unverified_caller_links_itself_and_keeps_password_and_token() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    ann(&server, false).await;
    provider.knows_proven("elsewhere", "elsewhere@example.com");
    provider.knows_proven("code", "ann@example.com");
    let user = server.guest().with_token(by_password(&server).await.text("/token"));
    sign_in(&user, "elsewhere").await.is(200).has("/record/id", id("ann")).has("/record/verified", false);
    sign_in(&user, "code").await.is(200).has("/record/id", id("ann")).has("/record/verified", true);
    assert_eq!(links(&server).await, [format!("{} oidc id-code", id("ann"))], "an unverified record held one link");
    by_password(&server).await.is(200);
    user.post("/api/collections/users/auth-refresh", json!({})).await.is(200);
}

#[tokio::test]
async fn a_record_without_an_address_gets_the_proven_one() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    let superuser = server.superuser();
    let users = superuser.get("/api/collections/users").await;
    let mut fields = users.at("/fields").clone();
    let email = fields.as_array_mut().expect("fields").iter_mut().find(|field| field["name"] == "email");
    email.expect("the address")["required"] = json!(false);
    superuser.update_collection("users", json!({ "fields": fields })).await.is(200);
    provider.knows("code", json!({"sub": "u"}));
    let record = sign_in(&server.guest(), "code").await;
    // No address on either side counts as the same one.
    record.is(200).has("/record/email", "").has("/record/verified", true);
    provider.knows("code", json!({"sub": "u", "email": "ann@example.com", "email_verified": true}));
    let again = sign_in(&server.guest(), "code").await;
    again.is(200).has("/record/id", record.text("/record/id")).has("/record/email", "ann@example.com");
}

#[tokio::test]
async fn a_second_account_at_the_same_service_is_refused() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    ann(&server, true).await;
    provider.knows_proven("one", "ann@example.com");
    provider.knows_proven("two", "ann@example.com");
    sign_in(&server.guest(), "one").await.is(200);
    sign_in(&server.guest(), "two").await.is(400);
    assert_eq!(links(&server).await, [format!("{} oidc id-one", id("ann"))]);
}

#[tokio::test]
async fn an_address_matches_in_another_case_only_where_its_index_says_so() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    ann(&server, true).await;
    provider.knows_proven("code", "ANN@example.com");
    let superuser = server.superuser();
    let collection = superuser.get("/api/collections/users").await;
    let indexes: Vec<_> = collection
        .at("/indexes")
        .as_array()
        .expect("indexes")
        .iter()
        .map(|index| json!(index.as_str().expect("a text").replace("(`email`)", "(`email` COLLATE NOCASE)")))
        .collect();
    let before = sign_in(&server.guest(), "code").await;
    before.is(200).has("/meta/isNew", true);
    superuser.delete("users", before.text("/record/id")).await.is(204);
    superuser.update_collection("users", json!({ "indexes": indexes })).await.is(200);
    sign_in(&server.guest(), "code").await.is(200).has("/record/id", id("ann"));
}

#[tokio::test]
async fn sign_ins_of_one_new_user_at_once_end_at_one_record() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    for round in 0..3 {
        let code = format!("code-{round}");
        provider.knows_proven(&code, &format!("{round}@example.com"));
        let guest = server.guest();
        let answers = futures_util::future::join_all((0..6).map(|_| sign_in(&guest, &code))).await;
        let ids: std::collections::HashSet<_> = answers.iter().map(|one| one.is(200).text("/record/id")).collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(answers.iter().filter(|one| one.at("/meta/isNew") == true).count(), 1);
    }
    assert_eq!((users(&server).await, links(&server).await.len()), (3, 3));
}

#[tokio::test]
async fn two_services_that_tell_of_one_new_user_at_once_end_at_one_record() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    let names = ["oidc", "oidc2", "oidc3"];
    configure(&server, names.iter().map(|name| provider.options(name, json!({}))).collect()).await;
    provider.knows_proven("code", "ann@example.com");
    let guest = server.guest();
    let sign_in = |name: &str| guest.post(super::PATH, json!({"provider": name, "code": "code"}));
    let answers = futures_util::future::join_all(names.map(sign_in)).await;
    let ids: std::collections::HashSet<_> = answers.iter().map(|one| one.is(200).text("/record/id")).collect();
    assert_eq!((ids.len(), users(&server).await, links(&server).await.len()), (1, 1, 3));
}

#[tokio::test]
async fn a_proven_address_that_the_collection_does_not_take_is_not_given_to_a_record() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    let users = server.superuser().get("/api/collections/users").await;
    let mut fields = users.at("/fields").clone();
    let email = fields.as_array_mut().expect("fields").iter_mut().find(|field| field["name"] == "email");
    let email = email.expect("the address");
    email["required"] = json!(false);
    email["onlyDomains"] = json!(["example.com"]);
    server.superuser().update_collection("users", json!({ "fields": fields })).await.is(200);
    provider.knows("code", json!({"sub": "u"}));
    sign_in(&server.guest(), "code").await.is(200).has("/record/email", "");
    for (email, status) in [("ann@elsewhere.example", 400), ("no address", 200), ("ann@example.com", 200)] {
        provider.knows("code", json!({"sub": "u", "email": email, "email_verified": true}));
        let answer = sign_in(&server.guest(), "code").await;
        if status == 400 {
            answer.is(400).codes(&[("email", "validation_email_domain_not_allowed")]);
        } else {
            let kept = if email.contains('@') { email } else { "" };
            answer.is(200).has("/record/email", kept).has("/meta/email", kept);
        }
    }
}

#[tokio::test]
async fn links_survive_a_restart_and_end_with_unlinking() {
    let provider = Provider::start().await;
    let mut server: TestServer = server_with(&provider, json!({})).await;
    provider.knows_proven("code", "ann@example.com");
    let first = sign_in(&server.guest(), "code").await;
    server.restart();
    let again = sign_in(&server.guest(), "code").await;
    again.is(200).has("/record/id", first.text("/record/id"));
    let user = server.guest().with_token(again.text("/token"));
    let own = user.list("_externalAuths", &[]).await;
    user.delete("_externalAuths", own.text("/items/0/id")).await.is(204);
    assert!(links(&server).await.is_empty());
    sign_in(&server.guest(), "code").await.is(200).has("/record/id", first.text("/record/id"));
}
