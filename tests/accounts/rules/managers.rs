//! `manageRule`: who may do to an account what its owner may not.

use serde_json::{Value as Json, json};

use crate::support::club::{Club, PASSWORD};
use crate::support::{Client, id};

/// Admins manage those who share a club with them; robots manage nobody.
const RULE: &str =
    "@request.auth.role = 'admin' && id != @request.auth.id && clubs.id ?= @request.auth.clubs.id && clubs:length > 0";

#[tokio::test]
async fn a_manager_changes_what_the_owner_may_not() {
    let club = Club::open().await;
    club.rules("people", json!({"manageRule": RULE})).await;
    let mismatch = "validation_values_mismatch";
    let bodies: [(Json, &[(&str, &str)]); 4] = [
        (json!({"email": "new@example.com"}), &[("email", mismatch)]),
        (json!({"verified": false}), &[("verified", mismatch)]),
        (
            json!({"password": "another-password", "passwordConfirm": "another-password"}),
            &[("oldPassword", "validation_required")],
        ),
        (
            json!({"password": "another-password", "passwordConfirm": "another-password", "oldPassword": "wrong", "verified": false}),
            &[("oldPassword", "validation_invalid_old_password"), ("verified", mismatch)],
        ),
    ];
    for (body, codes) in &bodies {
        // Bob himself, a stranger, a machine and a guest may not; the update rule is open to all of them.
        for (name, client) in club.everybody() {
            if name != "ann" {
                let answer = client.update("people", &id("bob"), body.clone()).await;
                answer.is(400).message("Failed to update record.").codes(codes);
            }
        }
    }
    // Ann does not manage herself, nor cid, who is in no club of hers.
    for other in ["ann", "cid"] {
        let body = json!({"email": "x@example.com"});
        club.ann.update("people", &id(other), body).await.is(400).codes(&[("email", mismatch)]);
    }
    for (body, _) in bodies {
        club.ann.update("people", &id("bob"), body).await.is(200);
    }
    let bob = club.ann.view("people", &id("bob"), &[]).await;
    bob.is(200).has("/email", "new@example.com").has("/verified", false);
}

#[tokio::test]
async fn what_a_manager_changes_ends_the_sessions_of_its_owner() {
    let club = Club::open().await;
    club.rules("people", json!({"manageRule": RULE})).await;
    club.rule(&["list"], "@request.auth.id != ''").await;
    club.bob.list("notes", &[]).await.is(200).has("/totalItems", 5);
    club.ann.update("people", &id("bob"), json!({"email": "new@example.com"})).await.is(200);
    club.bob.list("notes", &[]).await.is(200).has("/totalItems", 0);
    let bob = club.server.user("people", &id("bob")).await;
    bob.list("notes", &[]).await.is(200).has("/totalItems", 5);
    let password = json!({"password": "another-password", "passwordConfirm": "another-password"});
    club.ann.update("people", &id("bob"), password).await.is(200);
    bob.list("notes", &[]).await.is(200).has("/totalItems", 0);
    club.ann.list("notes", &[]).await.is(200).has("/totalItems", 5);
}

#[tokio::test]
async fn a_manager_makes_accounts_that_are_verified() {
    let club = Club::open().await;
    club.rules("people", json!({"manageRule": RULE})).await;
    let body = |short: &str, clubs: Json| {
        json!({
            "email": format!("{short}@example.com"), "name": short, "clubs": clubs, "verified": true,
            "password": PASSWORD, "passwordConfirm": PASSWORD,
        })
    };
    let refused = [("verified", "validation_values_mismatch")];
    for (name, client) in club.everybody() {
        if name != "ann" {
            client.create("people", body("new", json!([id("blue")]))).await.is(400).codes(&refused);
        }
    }
    // The rule speaks of the new record: it must share a club.
    club.ann.create("people", body("new", json!([]))).await.is(400).codes(&refused);
    let made = club.ann.create("people", body("new", json!([id("blue")]))).await;
    made.is(200).has("/verified", true).has("/email", "new@example.com");
    // Nor does managing open what the create rule closes.
    club.rules("people", json!({"createRule": "@request.auth.name = 'cid'"})).await;
    club.ann.create("people", body("other", json!([id("blue")]))).await.is(400).no_data();
    club.rules("people", json!({"createRule": null})).await;
    club.ann.create("people", body("other", json!([id("blue")]))).await.is(403).no_data();
}

#[tokio::test]
async fn managing_does_not_replace_the_other_rules() {
    let club = Club::open().await;
    let own = "id = @request.auth.id";
    club.rules(
        "people",
        json!({"manageRule": RULE, "viewRule": own, "listRule": own, "updateRule": own, "deleteRule": own}),
    )
    .await;
    club.ann.view("people", &id("bob"), &[]).await.is(404);
    club.ann.list("people", &[]).await.is(200).has("/totalItems", 1);
    club.ann.update("people", &id("bob"), json!({"verified": false})).await.is(404);
    club.ann.delete("people", &id("bob")).await.is(404);
    club.rules("people", json!({"updateRule": null})).await;
    club.ann.update("people", &id("bob"), json!({"verified": false})).await.is(403);
}

#[tokio::test]
async fn a_manage_rule_sees_the_body_but_not_a_promise() {
    let club = Club::open().await;
    // What is sent does not make a manager of who sends it: the stored row counts.
    club.rules("people", json!({"manageRule": "role = 'pupil' && @request.auth.id != ''"})).await;
    let body = json!({"role": "pupil", "verified": false});
    club.bob.update("people", &id("bob"), body).await.is(400).codes(&[("verified", "validation_values_mismatch")]);
    club.rules("people", json!({"manageRule": "@request.body.reason = 'asked for' && @request.auth.role = 'admin'"}))
        .await;
    let with = |reason: &str| json!({"verified": false, "reason": reason});
    club.ann.update("people", &id("bob"), with("none")).await.is(400).code("verified", "validation_values_mismatch");
    club.ann.update("people", &id("bob"), with("asked for")).await.is(200).has("/verified", false);
    // Hidden fields stay what they are, manager or not.
    let hidden = json!({"pin": "0000", "tokenKey": "t".repeat(50), "reason": "asked for"});
    club.ann.update("people", &id("bob"), hidden).await.is(200).lacks("/pin");
    club.superuser.view("people", &id("bob"), &[]).await.is(200).has("/pin", "pin of bob");
}
