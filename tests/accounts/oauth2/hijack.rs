//! Somebody makes an account with the address of another, and waits for them to come (attack 1).

use serde_json::json;

use super::provider::Provider;
use super::{ann, by_password, links, server_with, sign_in};
use crate::support::{Client, id};

#[tokio::test]
async fn an_account_that_was_made_for_somebody_else_loses_its_password_tokens_and_links() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    // The attacker makes it, signs in, and ties an account of their own to it.
    ann(&server, false).await;
    let attacker = server.guest().with_token(by_password(&server).await.text("/token"));
    provider.knows_proven("attacker", "attacker@example.com");
    sign_in(&attacker, "attacker").await.is(200).has("/record/id", id("ann"));

    // The owner of the address comes.
    provider.knows_proven("owner", "ann@example.com");
    let owner = sign_in(&server.guest(), "owner").await;
    owner.is(200).has("/record/id", id("ann")).has("/record/verified", true);

    assert_eq!(links(&server).await, [format!("{} oidc id-owner", id("ann"))]);
    by_password(&server).await.is(400);
    attacker.post("/api/collections/users/auth-refresh", json!({})).await.is(401);
    let elsewhere = sign_in(&server.guest(), "attacker").await;
    elsewhere.is(200).has("/meta/isNew", true);
    assert_ne!(elsewhere.text("/record/id"), id("ann"));
    server
        .guest()
        .with_token(owner.text("/token"))
        .post("/api/collections/users/auth-refresh", json!({}))
        .await
        .is(200);
}

#[tokio::test]
async fn an_account_with_the_address_of_another_stays_unverified_when_its_maker_comes_back() {
    let provider = Provider::start().await;
    let server = server_with(&provider, json!({})).await;
    provider.knows_proven("attacker", "attacker@example.com");
    let data = json!({"createData": {"email": "ann@example.com"}});
    let made = super::sign_in_with(&server.guest(), "attacker", data).await;
    made.is(200).has("/record/email", "ann@example.com").has("/record/verified", false);
    sign_in(&server.guest(), "attacker").await.is(200).has("/record/verified", false);

    provider.knows_proven("owner", "ann@example.com");
    let owner = sign_in(&server.guest(), "owner").await;
    owner.is(200).has("/record/id", made.text("/record/id")).has("/record/verified", true);
    sign_in(&server.guest(), "attacker").await.is(200).has("/meta/isNew", true);
}
