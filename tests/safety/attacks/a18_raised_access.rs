//! An owner who never confirmed destroys data (Vaultwarden CVE-2026-43913), a manager whose rights were taken still
//! manages (CVE-2026-27803), and whoever was given a little takes more.

use serde_json::json;

use crate::support::club::{Club, PASSWORD};
use crate::support::{Client, form, id};

#[tokio::test]
async fn an_owner_who_never_confirmed_destroys_nothing() {
    let club = Club::open().await;
    let confirmed = "@request.auth.verified = true && owner = @request.auth.id";
    club.rule(&["update", "delete"], confirmed).await;
    // cid owns n5 and is not verified.
    club.cid.update("notes", &id("n5"), json!({"title": "gone"})).await.is(404);
    club.cid.delete("notes", &id("n5")).await.is(404);
    // Nor is there a way to be confirmed by oneself.
    let codes = [("verified", "validation_values_mismatch")];
    for body in [json!({"verified": true}), json!({"verified": "true"}), json!({"verified": 1})] {
        club.cid.update("people", &id("cid"), body).await.is(400).codes(&codes);
    }
    club.cid.update_form("people", &id("cid"), form(&[("verified", "true")])).await.is(400).codes(&codes);
    let payload = form(&[("@jsonPayload", r#"{"verified":true}"#)]);
    club.cid.update_form("people", &id("cid"), payload).await.is(400).codes(&codes);
    club.cid.delete("notes", &id("n5")).await.is(404);
    club.superuser.view("notes", &id("n5"), &[]).await.is(200).has("/title", "n5");
    // Deleting the account takes no note along that does not cascade.
    club.cid.delete("people", &id("cid")).await.is(204);
    club.superuser.view("notes", &id("n5"), &[]).await.is(200).has("/owner", "");
}

#[tokio::test]
async fn a_manager_whose_rights_were_taken_manages_no_more() {
    let club = Club::open().await;
    club.rules("people", json!({"manageRule": "@request.auth.role = 'admin'"})).await;
    club.ann.update("people", &id("cid"), json!({"verified": true})).await.is(200);
    club.ann.view("people", &id("bob"), &[]).await.is(200).has("/email", "bob@example.com");
    club.superuser.update("people", &id("ann"), json!({"role": "reader"})).await.is(200);
    club.ann.view("people", &id("bob"), &[]).await.is(200).lacks("/email");
    for body in [
        json!({"verified": false}),
        json!({"email": "mine@example.com"}),
        json!({"password": PASSWORD, "passwordConfirm": PASSWORD}),
        json!({"role": "admin", "verified": false}),
    ] {
        club.ann.update("people", &id("cid"), body).await.is(400);
    }
    club.superuser
        .view("people", &id("cid"), &[])
        .await
        .is(200)
        .has("/verified", true)
        .has("/email", "cid@example.com");
}

#[tokio::test]
async fn nobody_gives_themselves_a_role() {
    let club = Club::open().await;
    let own = "id = @request.auth.id && @request.body.role:isset = false && @request.body.clubs:changed = false";
    club.rules("people", json!({"updateRule": own, "createRule": "@request.body.role:isset = false"})).await;
    for body in [
        json!({"role": "admin"}),
        json!({"role": "admin", "name": "bob"}),
        json!({"role": null}),
        json!({"role+": "admin"}),
        json!({"role:autogenerate": "admin"}),
        json!({"clubs": [id("red")]}),
        json!({"clubs+": id("red")}),
        json!({"+clubs": [id("red")]}),
        json!({"clubs-": id("blue")}),
    ] {
        let answer = club.bob.update("people", &id("bob"), body.clone()).await;
        // A modifier that the field does not know is an unknown key, and does nothing.
        assert!([200, 404].contains(&answer.status), "{body}: {answer}");
        let stored = club.superuser.view("people", &id("bob"), &[]).await;
        stored.is(200).has("/role", "").has("/clubs", json!([id("blue")]));
    }
    club.bob.update_form("people", &id("bob"), form(&[("role", "admin")])).await.is(404);
    club.bob.update_form("people", &id("bob"), form(&[("@jsonPayload", r#"{"role":"admin"}"#)])).await.is(404);
    let url = format!("/api/collections/people/records/{}?role=admin", id("bob"));
    let sent =
        club.bob.request(reqwest::Method::PATCH, &url).header("Content-Type", "application/x-www-form-urlencoded");
    club.bob.send(sent.body("name=bob")).await.is(404);
    club.superuser.view("people", &id("bob"), &[]).await.is(200).has("/role", "");
    let new = json!({"email": "new@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD, "role": "admin"});
    club.guest.create("people", new).await.is(400).no_data();
    club.bob.update("people", &id("bob"), json!({"name": "Bob", "clubs": [id("blue")]})).await.is(200);
}

#[tokio::test]
async fn a_reader_does_not_become_an_owner() {
    let club = Club::open().await;
    // Readers may edit the text, and nothing else; owners may hand a note on.
    let rule = "@request.auth.id != '' && (owner = @request.auth.id || (readers.id ?= @request.auth.id \
                && @request.body.owner:changed = false && @request.body.readers:changed = false))";
    club.rule(&["update"], rule).await;
    for body in [
        json!({"owner": id("bob")}),
        json!({"owner": ""}),
        json!({"owner-": id("ann")}),
        json!({"owner+": id("bob")}),
        json!({"readers+": id("cid")}),
        json!({"readers": []}),
        json!({"title": "x", "owner": [id("bob")]}),
    ] {
        club.bob.update("notes", &id("n1"), body).await.is(404).no_data();
    }
    club.bob.update("notes", &id("n1"), json!({"title": "edited", "owner": id("ann")})).await.is(200);
    club.ann.update("notes", &id("n1"), json!({"owner": id("bob"), "readers": []})).await.is(200);
    club.ann.update("notes", &id("n1"), json!({"title": "mine still"})).await.is(404);
}
