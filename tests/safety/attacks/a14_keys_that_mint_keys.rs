//! A key that makes a wider or longer one (Appwrite 2.6.2), or that impersonates without the right to
//! (Parse CVE-2026-29182, 30228, 30229).

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::club::Club;
use crate::support::{Claims, Client, id, sign_with};

#[tokio::test]
async fn only_superusers_impersonate() {
    let club = Club::open().await;
    // Not even with a rule that opens everything.
    club.rules("people", json!({"manageRule": "@request.auth.id != ''"})).await;
    for collection in ["people", "robots", "_superusers", "nothing"] {
        for record in [id("ann"), id("r2d"), club.server.superuser_id().to_owned(), "missing".to_owned()] {
            let path = format!("/api/collections/{collection}/impersonate/{record}");
            for body in [json!({}), json!({"duration": 1})] {
                club.guest.post(&path, body.clone()).await.is(401).never_says("token\":");
                club.ann.post(&path, body.clone()).await.is(403).never_says("token\":");
                club.robot.post(&path, body).await.is(403).never_says("token\":");
            }
        }
    }
}

#[tokio::test]
async fn a_borrowed_token_is_no_wider_and_no_longer() {
    let club = Club::open().await;
    let path = format!("/api/collections/people/impersonate/{}", id("bob"));
    let borrowed = club.superuser.post(&path, json!({"duration": 60})).await;
    let token = borrowed.is(200).has("/record/id", id("bob")).text("/token").to_owned();
    let borrowed = club.guest.with_token(token.clone());
    borrowed.view("people", &id("bob"), &[]).await.is(200).has("/email", "bob@example.com").lacks("/pin");
    borrowed.view("people", &id("ann"), &[]).await.is(200).lacks("/email");
    // It mints nothing: itself again, no other account, no right of a superuser.
    for body in [json!({}), json!({"duration": 90_000, "refreshable": true})] {
        borrowed.post("/api/collections/people/auth-refresh", body).await.is(200).has("/token", token.clone());
    }
    borrowed.post(&path, json!({"duration": 90_000})).await.is(403);
    borrowed.get("/api/collections").await.is(403);
    borrowed.get("/api/collections/people/export").await.is(403);
    borrowed.patch("/api/settings", json!({"meta": {"appName": "mine"}})).await.is_refused();
    // A token for files from it is one for files only, and no longer than those are.
    let file = borrowed.post("/api/files/token", json!({})).await.is(200).text("/token").to_owned();
    let file = club.guest.with_token(file);
    file.post("/api/collections/people/auth-refresh", json!({})).await.is(401);
    file.post("/api/files/token", json!({})).await.is(401);
    file.view("people", &id("bob"), &[]).await.is(200).lacks("/email");
    // It ends with the key of the account.
    club.superuser.update("people", &id("bob"), json!({"tokenKey:autogenerate": ""})).await.is(200);
    borrowed.post("/api/collections/people/auth-refresh", json!({})).await.is(401);
}

#[tokio::test]
async fn a_life_is_a_number_of_seconds() {
    let club = Club::open().await;
    let path = format!("/api/collections/people/impersonate/{}", id("bob"));
    for duration in [json!(-1), json!("60"), json!(1.5), json!([60]), json!(true), json!({"$gt": 0})] {
        club.superuser.post(&path, json!({"duration": duration})).await.is(400).never_says("eyJ");
    }
    for duration in [json!(null), json!(0), json!(4_000_000_000_i64)] {
        let answer = club.superuser.post(&path, json!({"duration": duration})).await;
        club.guest
            .with_token(answer.is(200).text("/token"))
            .view("people", &id("bob"), &[])
            .await
            .is(200)
            .has("/email", "bob@example.com");
    }
}

#[tokio::test]
async fn a_token_of_one_kind_is_none_of_another() {
    let club = Club::open().await;
    let claims = |kind: &str| {
        let claims = Claims::auth(&club.bob.collection_id, &club.bob.id).but("type", json!(kind));
        claims.but("email", json!("bob@example.com")).but("newEmail", json!("x@example.com"))
    };
    // Signed with the key of sessions, which is all that somebody with a leaked session could ever have made.
    for kind in ["auth", "file", "verification", "passwordReset", "emailChange"] {
        let token = sign_with(Algorithm::HS256, &club.bob.key, &claims(kind));
        let password = "another-password";
        let confirm = json!({"token": token, "password": password, "passwordConfirm": password});
        for route in ["confirm-verification", "confirm-password-reset", "confirm-email-change"] {
            let path = format!("/api/collections/people/{route}");
            club.guest.post(&path, confirm.clone()).await.is(400);
            club.bob.post(&path, confirm.clone()).await.is(400);
        }
    }
    let bob = club.superuser.view("people", &id("bob"), &[]).await;
    bob.is(200).has("/email", "bob@example.com").has("/verified", true);
    club.bob.post("/api/collections/people/auth-refresh", json!({})).await.is(200);
}
