//! Records of auth collections: passwords, addresses, verification, managers.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, blog, id};

const PASSWORD: &str = "password-of-a-member";

fn new(more: Json) -> Json {
    let mut body = json!({"email": "new@example.com", "password": "12345678", "passwordConfirm": "12345678"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn anyone_allowed_may_sign_up() {
    let server = TestServer::with(blog()).await;
    let answer = server.guest().create("members", new(json!({"emailVisibility": true, "nick": "new"}))).await;
    answer
        .is(200)
        .has("/email", "new@example.com")
        .has("/emailVisibility", true)
        .has("/verified", false)
        .has("/nick", "new");
    let user = server.user("members", &answer.id()).await;
    user.view("members", &answer.id(), &[]).await.is(200);
}

#[tokio::test]
async fn the_form_is_checked_before_the_fields() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let table: Vec<(Json, Vec<(&str, &str)>)> = vec![
        (json!({}), vec![("password", "validation_required"), ("passwordConfirm", "validation_required")]),
        (json!({"password": "12345678"}), vec![("passwordConfirm", "validation_required")]),
        (
            json!({"password": "12345678", "passwordConfirm": "other"}),
            vec![("passwordConfirm", "validation_values_mismatch")],
        ),
        (
            new(json!({"passwordConfirm": "other", "email": "nonsense", "id": "bad"})),
            vec![("passwordConfirm", "validation_values_mismatch")],
        ),
        (new(json!({"verified": true})), vec![("verified", "validation_values_mismatch")]),
        (
            new(json!({"verified": true, "passwordConfirm": ""})),
            vec![("passwordConfirm", "validation_required"), ("verified", "validation_values_mismatch")],
        ),
        (
            json!({"password": "short", "passwordConfirm": "short", "email": "nonsense"}),
            vec![("password", "validation_min_text_constraint"), ("email", "validation_is_email")],
        ),
        (new(json!({"email": ""})), vec![("email", "validation_required")]),
        (new(json!({"email": "ann@example.com"})), vec![("email", "validation_not_unique")]),
        (new(json!({"id": server.superuser_id()})), vec![("id", "validation_invalid_auth_id")]),
        (new(json!({"id": id("ann")})), vec![("id", "validation_not_unique")]),
    ];
    for (body, codes) in table {
        let answer = guest.create("members", body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {answer}");
        answer.message("Failed to create record.").codes(&codes);
    }
    server.superuser().create("members", new(json!({"verified": true}))).await.is(200).has("/verified", true);
    // Elsewhere the same id is free.
    guest.create("tags", json!({"id": id("ann")})).await.is(200);
}

#[tokio::test]
async fn guests_set_no_hidden_field_but_the_password() {
    let mut server = TestServer::with(blog()).await;
    let made = server.guest().create("members", new(json!({"tokenKey": "x".repeat(40)}))).await;
    made.is(200);
    let database = server.stopped_database();
    let key = database.value(&format!("SELECT tokenKey FROM members WHERE id = '{}'", made.id()));
    assert_eq!(key.len(), 50, "{key}");
    assert!(!key.starts_with("xxx"));
    let hash = database.value(&format!("SELECT password FROM members WHERE id = '{}'", made.id()));
    assert!(hash.starts_with("$argon2id$"), "{hash}");
}

#[tokio::test]
async fn owners_change_their_password_with_the_old_one() {
    let server = TestServer::with(blog()).await;
    let ann = server.user("members", &id("ann")).await;
    let table: Vec<(Json, Vec<(&str, &str)>)> = vec![
        (
            json!({"password": "new-password"}),
            vec![("passwordConfirm", "validation_required"), ("oldPassword", "validation_required")],
        ),
        (
            json!({"password": "new-password", "passwordConfirm": "other", "oldPassword": PASSWORD}),
            vec![("passwordConfirm", "validation_values_mismatch")],
        ),
        (
            json!({"password": "new-password", "passwordConfirm": "new-password"}),
            vec![("oldPassword", "validation_required")],
        ),
        (
            json!({"password": "new-password", "passwordConfirm": "new-password", "oldPassword": "wrong"}),
            vec![("oldPassword", "validation_invalid_old_password")],
        ),
        (
            json!({"passwordConfirm": "x", "oldPassword": PASSWORD}),
            vec![("password", "validation_required"), ("passwordConfirm", "validation_values_mismatch")],
        ),
        (
            json!({"oldPassword": PASSWORD}),
            vec![("password", "validation_required"), ("passwordConfirm", "validation_required")],
        ),
        (
            json!({"password": "short", "passwordConfirm": "short", "oldPassword": PASSWORD}),
            vec![("password", "validation_min_text_constraint")],
        ),
    ];
    for (body, codes) in table {
        let answer = ann.update("members", &id("ann"), body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {answer}");
        answer.message("Failed to update record.").codes(&codes);
    }
    let good = json!({"password": "new-password", "passwordConfirm": "new-password", "oldPassword": PASSWORD});
    ann.update("members", &id("ann"), good).await.is(200);
    server
        .superuser()
        .update("members", &id("ann"), json!({"password": "by-superuser", "passwordConfirm": "by-superuser"}))
        .await
        .is(200);
}

#[tokio::test]
async fn owners_change_neither_address_nor_verification() {
    let server = TestServer::with(blog()).await;
    let ann = server.user("members", &id("ann")).await;
    let mismatch = "validation_values_mismatch";
    for (body, codes) in [
        (json!({"email": "other@example.com"}), vec![("email", mismatch)]),
        (json!({"email": ""}), vec![("email", mismatch)]),
        (json!({"verified": false}), vec![("verified", mismatch)]),
        (json!({"email": "", "verified": false}), vec![("email", mismatch), ("verified", mismatch)]),
    ] {
        ann.update("members", &id("ann"), body).await.is(400).codes(&codes);
    }
    let same = json!({"email": "ann@example.com", "verified": true, "emailVisibility": false, "nick": "anna"});
    ann.update("members", &id("ann"), same).await.is(200).has("/nick", "anna").has("/emailVisibility", false);
}

#[tokio::test]
async fn managers_do_what_owners_may_not() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    superuser
        .update_collection("members", json!({"manageRule": "@request.auth.nick = 'ann' && nick != 'ann'"}))
        .await
        .is(200);
    let ann = server.user("members", &id("ann")).await;
    let change = json!({"email": "robert@example.com", "verified": false, "password": "by-manager", "passwordConfirm": "by-manager"});
    ann.update("members", &id("bob"), change.clone())
        .await
        .is(200)
        .has("/email", "robert@example.com")
        .has("/verified", false);
    // Not over everybody.
    ann.update("members", &id("ann"), json!({"verified": false}))
        .await
        .is(400)
        .codes(&[("verified", "validation_values_mismatch")]);
    ann.create("members", new(json!({"nick": "dan", "verified": true})))
        .await
        .is(200)
        .has("/verified", true)
        .has("/email", "new@example.com");
    // The rule does not open what the update rule closes.
    superuser.update_collection("members", json!({"updateRule": "id = @request.auth.id"})).await.is(200);
    ann.update("members", &id("bob"), change).await.is(404);
    // A guest manages nobody, whatever the rule says.
    superuser.update_collection("members", json!({"manageRule": "1 = 1", "updateRule": ""})).await.is(200);
    server
        .guest()
        .update("members", &id("bob"), json!({"verified": true}))
        .await
        .is(400)
        .codes(&[("verified", "validation_values_mismatch")]);
    server.guest().view("members", &id("bob"), &[]).await.is(200).lacks("/email");
}

#[tokio::test]
async fn users_manage_themselves_under_the_default_rules() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let made = guest.create("users", new(json!({"name": "New"}))).await;
    made.is(200).has("/name", "New").has("/avatar", "");
    guest.list("users", &[]).await.is(200).has("/totalItems", 0);
    guest.view("users", &made.id(), &[]).await.is(404);
    guest.update("users", &made.id(), json!({"name": "x"})).await.is(404);
    guest.delete("users", &made.id()).await.is(404);
    let user = server.user("users", &made.id()).await;
    user.list("users", &[]).await.is(200).has("/totalItems", 1).has("/items/0/email", "new@example.com");
    user.update("users", &made.id(), json!({"name": "Newer"})).await.is(200).has("/name", "Newer");
    user.delete("users", &made.id()).await.is(204);
    user.list("users", &[]).await.is(200).has("/totalItems", 0);
}
