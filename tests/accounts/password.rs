//! `POST /api/collections/{collection}/auth-with-password` for accounts of every kind.

use serde_json::json;

use super::{PASSWORD, add_user, bcrypt, cell, sign_in, sql, take_over};
use crate::support::{Client, SUPERUSER_EMAIL, SUPERUSER_PASSWORD, TestServer, form, id};

const PATH: &str = "/api/collections/users/auth-with-password";

/// A server with `ann` in `users`.
async fn with_ann() -> TestServer {
    let server = TestServer::start().await;
    add_user(&server, "users", "ann").await;
    server
}

/// A server whose collection `members` knows people by `handle`, in any case, and by address.
async fn with_handles() -> TestServer {
    let members = json!({
        "name": "members", "type": "auth",
        "fields": [{"name": "handle", "type": "text"}, {"name": "email", "type": "email", "required": false}],
        "indexes": ["CREATE UNIQUE INDEX idx_handle ON members (handle COLLATE NOCASE) WHERE handle != ''"],
        "passwordAuth": {"enabled": true, "identityFields": ["handle", "email"]},
    });
    let server = TestServer::with_collections([members]).await;
    for (short, email, handle) in [("m1", "one@example.com", "Uno"), ("m2", "", "one@example.com"), ("m3", "", "Tre")] {
        let body = json!({
            "id": id(short), "email": email, "handle": handle, "password": PASSWORD, "passwordConfirm": PASSWORD,
        });
        server.superuser().create("members", body).await.is(200);
    }
    server
}

#[tokio::test]
async fn a_user_signs_in_and_sees_itself() {
    let server = with_ann().await;
    let answer = sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await;
    answer.is(200).lacks("/meta").has("/record/id", id("ann")).has("/record/collectionName", "users");
    answer.has("/record/email", "ann@example.com").has("/record/emailVisibility", false);
    answer.lacks("/record/password").lacks("/record/tokenKey").never_says("argon2");
    let ann = server.guest().with_token(answer.text("/token"));
    ann.view("users", &id("ann"), &[]).await.is(200).has("/email", "ann@example.com");
    let picked = server.guest();
    let body = json!({"identity": "ann@example.com", "password": PASSWORD});
    let picked = picked.post(&format!("{PATH}?fields=record.id,token"), body).await;
    assert_eq!(picked.is(200).at("/record"), &json!({"id": id("ann")}));
}

#[tokio::test]
async fn wrong_unknown_and_missing_passwords_get_the_same_answer() {
    let server = with_ann().await;
    add_user(&server, "users", "bob").await;
    take_over(&server, "users", &id("bob"), "").await;
    add_user(&server, "users", "cid").await;
    take_over(&server, "users", &id("cid"), PASSWORD).await;
    let guest = server.guest();
    let wrong = sign_in(&guest, "users", "ann@example.com", "wrong").await;
    wrong.is(400).no_data();
    for identity in ["nobody@example.com", "nobody", "bob@example.com", "cid@example.com", "ANN@example.com"] {
        let answer = sign_in(&guest, "users", identity, PASSWORD).await;
        assert_eq!(answer.body, wrong.body, "{identity}");
        answer.is(400);
    }
}

#[tokio::test]
async fn the_collection_must_offer_it_before_the_form_is_looked_at() {
    let server = with_ann().await;
    let guest = server.guest();
    guest.post(PATH, json!({})).await.is(400).code("identity", "validation_required");
    guest.post_text(PATH, "application/json", "{").await.is(400).no_data();
    server.superuser().update_collection("users", json!({"passwordAuth": {"enabled": false}})).await.is(200);
    guest.post(PATH, json!({})).await.is(403).no_data();
    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(403).no_data();
    for (collection, status) in [("users", 403), ("_otps", 404), ("missing", 404)] {
        let path = format!("/api/collections/{collection}/auth-with-password");
        for (kind, body) in [("application/json", "{"), ("text/xml", "<a/>")] {
            guest.post_text(&path, kind, body).await.is(status).no_data();
        }
    }
}

#[tokio::test]
async fn identities_are_looked_up_in_their_fields_the_address_first() {
    let server = with_handles().await;
    let guest = server.guest();
    let found = |identity: &str| {
        let (guest, identity) = (guest.clone(), identity.to_owned());
        async move { sign_in(&guest, "members", &identity, PASSWORD).await.is(200).text("/record/id").to_owned() }
    };
    assert_eq!(found("one@example.com").await, id("m1"), "the address comes first, whatever the order");
    assert_eq!(found("Uno").await, id("m1"));
    assert_eq!(found("tRE").await, id("m3"), "the index ignores case");
    sign_in(&guest, "members", "ONE@example.com", PASSWORD).await.is(200).has("/record/id", id("m2"));
    sign_in(&guest, "members", "%", PASSWORD).await.is(400).no_data();

    let path = "/api/collections/members/auth-with-password";
    let named =
        |identity: &str, field: &str| json!({"identity": identity, "password": PASSWORD, "identityField": field});
    let answer = guest.post(path, named("one@example.com", "handle")).await;
    answer.is(200).has("/record/id", id("m2"));
    guest.post(path, named("Uno", "email")).await.is(400).no_data();
    guest.post(path, named("Uno", "id")).await.is(400).code("identityField", "validation_in_invalid");
    guest.post(path, named("Uno", "")).await.is(200);
}

#[tokio::test]
async fn a_field_that_lost_its_unique_index_is_the_servers_fault() {
    let server = with_handles().await;
    sql(&server, "UPDATE _collections SET indexes = json_remove(indexes, '$[0]') WHERE name = 'members'").await;
    let lost = cell(&server, "SELECT indexes NOT LIKE '%handle%' FROM _collections WHERE name = 'members'").await;
    assert_eq!(lost, "1");
    let guest = server.guest();
    sign_in(&guest, "members", "Uno", PASSWORD).await.is(500).no_data();
    sign_in(&guest, "members", "one@example.com", PASSWORD).await.is(200).has("/record/id", id("m1"));
}

#[tokio::test]
async fn forms_and_repeated_sign_ins_work() {
    let server = with_ann().await;
    let guest = server.guest();
    let sent = form(&[("identity", "ann@example.com"), ("password", PASSWORD)]);
    let token =
        guest.send(guest.request(reqwest::Method::POST, PATH).multipart(sent)).await.is(200).text("/token").to_owned();
    let ann = guest.with_token(token);
    sign_in(&ann, "users", "ann@example.com", PASSWORD).await.is(200);
    sign_in(&guest.with_token("nonsense"), "users", "ann@example.com", PASSWORD).await.is(200);
}

#[tokio::test]
async fn bcrypt_hashes_of_other_programs_are_accepted() {
    let server = with_ann().await;
    let guest = server.guest();
    for (prefix, cost) in [("$2a$", 4), ("$2b$", 5), ("$2y$", 10)] {
        let hash = bcrypt(PASSWORD, cost).replacen("$2b$", prefix, 1);
        take_over(&server, "users", &id("ann"), &hash).await;
        sign_in(&guest, "users", "ann@example.com", "wrong").await.is(400).no_data();
        let stored = cell(&server, "SELECT password FROM users").await;
        assert_eq!(stored, hash, "a wrong password changes nothing");
        sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(200);
    }
}

#[tokio::test]
async fn only_72_bytes_of_a_password_count_before_and_after_the_rehash() {
    let server = with_ann().await;
    let guest = server.guest();
    let long = "p".repeat(72);
    take_over(&server, "users", &id("ann"), &bcrypt(&long, 4)).await;
    sign_in(&guest, "users", "ann@example.com", &"p".repeat(71)).await.is(400);
    sign_in(&guest, "users", "ann@example.com", &"p".repeat(90)).await.is(200);
    assert!(cell(&server, "SELECT password FROM users").await.starts_with("$argon2id$"));
    sign_in(&guest, "users", "ann@example.com", &long).await.is(200);
    sign_in(&guest, "users", "ann@example.com", &"p".repeat(71)).await.is(400);
}

#[tokio::test]
async fn the_rehash_after_a_sign_in_changes_that_column_alone() {
    let server = with_ann().await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let token = sign_in(&guest, "users", "ann@example.com", PASSWORD).await.text("/token").to_owned();
    let of_ann = |fields: serde_json::Value| {
        let mut row = json!({"collectionRef": "_pb_users_auth_", "recordRef": id("ann")});
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        row
    };
    superuser.create("_mfas", of_ann(json!({"method": "otp"}))).await.is(200);
    let otp = of_ann(json!({"password": "12345678", "passwordConfirm": "12345678"}));
    superuser.create("_otps", otp).await.is(200);
    take_over(&server, "users", &id("ann"), &bcrypt(PASSWORD, 4)).await;
    let rest = "SELECT id, email, tokenKey, verified, created, updated FROM users";
    let support =
        "SELECT (SELECT count(*) FROM _mfas), (SELECT count(*) FROM _otps), (SELECT count(*) FROM _authOrigins)";
    let heard = "SELECT count(*) FROM _tb_changes WHERE collection = '_pb_users_auth_'";
    let before = [cell(&server, rest).await, cell(&server, support).await, cell(&server, heard).await];
    assert_eq!(before[1], "1|1|1");

    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(200);
    assert!(cell(&server, "SELECT password FROM users").await.starts_with("$argon2id$"));
    let after = [cell(&server, rest).await, cell(&server, support).await, cell(&server, heard).await];
    assert_eq!(before, after);
    guest.with_token(token).view("users", &id("ann"), &[]).await.is(200);
}

#[tokio::test]
async fn sign_ins_at_once_with_one_bcrypt_hash_all_succeed() {
    let server = with_ann().await;
    take_over(&server, "users", &id("ann"), &bcrypt(PASSWORD, 6)).await;
    let guest = server.guest();
    let all = (0..8).map(|_| {
        let guest = guest.clone();
        tokio::spawn(async move { sign_in(&guest, "users", "ann@example.com", PASSWORD).await.status })
    });
    for one in all.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), 200);
    }
    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_hash_that_would_take_hours_is_refused_at_once() {
    let server = with_ann().await;
    let dear = bcrypt(PASSWORD, 4).replacen("$04$", "$31$", 1);
    take_over(&server, "users", &id("ann"), &dear).await;
    sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.is(400).no_data();
}

#[tokio::test]
async fn the_auth_rule_decides_after_the_password() {
    let server = with_ann().await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let set = |rule: serde_json::Value| {
        let superuser = superuser.clone();
        async move { superuser.update_collection("users", json!({"authRule": rule})).await.is(200).status }
    };
    set(json!("verified = true")).await;
    sign_in(&guest, "users", "ann@example.com", "wrong").await.is(400);
    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(403).no_data().never_says("token");
    superuser.update("users", &id("ann"), json!({"verified": true})).await.is(200);
    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(200);

    set(json!("@request.context = 'password' && @request.auth.id = ''")).await;
    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(200);
    set(json!("@request.context = 'otp'")).await;
    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(403);

    set(json!("@request.body.invitation = 'yes'")).await;
    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(403);
    let invited = json!({"identity": "ann@example.com", "password": PASSWORD, "invitation": "yes"});
    guest.post(PATH, invited).await.is(200);

    set(json!(null)).await;
    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(403);
    sign_in(&superuser, "users", "ann@example.com", PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_password_of_more_than_72_bytes_cannot_be_set() {
    let server = with_ann().await;
    let superuser = server.superuser();
    let long = "é".repeat(40);
    let body = json!({"password": long, "passwordConfirm": long});
    superuser.update("users", &id("ann"), body).await.is(400).code("password", "validation_invalid_value");
    sign_in(&server.guest(), "users", "ann@example.com", PASSWORD).await.is(200);
}

#[tokio::test]
async fn superusers_are_kept_to_their_addresses_after_the_password() {
    let server = with_ann().await;
    let superuser = server.superuser();
    let elsewhere = json!({"superuserIPs": ["10.0.0.0/8", "2001:db8::1"]});
    superuser.patch("/api/settings", elsewhere).await.is(200);
    let guest = server.guest();
    sign_in(&guest, "_superusers", SUPERUSER_EMAIL, "wrong").await.is(400).no_data();
    sign_in(&guest, "_superusers", SUPERUSER_EMAIL, SUPERUSER_PASSWORD).await.is(403).no_data().never_says("token");
    sign_in(&guest, "users", "ann@example.com", PASSWORD).await.is(200);
    let refresh = superuser.post("/api/collections/_superusers/auth-refresh", json!({})).await;
    refresh.is(403).no_data();
    assert!(server.run(&["superuser", "ips"]).status.success(), "the command line lets them in again");
    let mut status = 0;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while status != 200 && std::time::Instant::now() < deadline {
        status = sign_in(&guest, "_superusers", SUPERUSER_EMAIL, SUPERUSER_PASSWORD).await.status;
    }
    assert_eq!(status, 200);
}
