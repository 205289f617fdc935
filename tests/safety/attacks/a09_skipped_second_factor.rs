//! A second factor that some path forgets to ask for (Vaultwarden CVE-2026-27801).

use serde_json::{Value as Json, json};

use crate::support::club::{Club, PASSWORD};
use crate::support::{Answer, Client, id};

const CODE: &str = "12345678";

/// The club, with two factors for people; robots have one.
async fn club() -> Club {
    let club = Club::open().await;
    let two = json!({"otp": {"enabled": true}, "mfa": {"enabled": true}});
    club.rules("people", two).await;
    club.rules("robots", json!({"otp": {"enabled": true}})).await;
    club
}

async fn by_password(club: &Club, collection: &str, who: &str, rest: Json) -> Answer {
    let mut body = json!({"identity": format!("{who}@example.com"), "password": PASSWORD});
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    club.guest.post(&format!("/api/collections/{collection}/auth-with-password"), body).await
}

/// A one-time password for somebody, as if its letter had been read.
async fn otp(club: &Club, collection: &str, who: &str) -> String {
    let row = json!({"collectionRef": format!("c_{collection}"), "recordRef": id(who), "password": CODE});
    club.superuser.create("_otps", row).await.is(200).id()
}

async fn by_otp(club: &Club, collection: &str, who: &str, rest: Json) -> Answer {
    let mut body = json!({"otpId": otp(club, collection, who).await, "password": CODE});
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    club.guest.post(&format!("/api/collections/{collection}/auth-with-otp"), body).await
}

/// What the first factor gives: an id, and nothing else.
async fn first(club: &Club, who: &str) -> String {
    let answer = by_password(club, "people", who, json!({})).await;
    assert_eq!(answer.status, 401, "{answer}");
    assert_eq!(answer.json.as_object().unwrap().keys().collect::<Vec<_>>(), ["mfaId"], "{answer}");
    answer.text("/mfaId").to_owned()
}

#[tokio::test]
async fn one_factor_is_never_enough() {
    let club = club().await;
    let begun = first(&club, "ann").await;
    // The same factor twice, somebody else's first one, one that never was, and other shapes.
    let of_bob = first(&club, "bob").await;
    for mfa in [
        json!(begun),
        json!(of_bob),
        json!("a".repeat(15)),
        json!(" "),
        json!([begun]),
        json!(true),
        json!({"id": begun}),
    ] {
        let answer = by_password(&club, "people", "ann", json!({"mfaId": mfa})).await;
        answer.is(400).no_data().never_says("token");
    }
    let answer = by_otp(&club, "people", "ann", json!({"mfaId": of_bob})).await;
    answer.is(400).no_data().never_says("token");
    // An empty one is none.
    for mfa in [json!(""), Json::Null] {
        by_password(&club, "people", "ann", json!({"mfaId": mfa})).await;
    }
    let alone = by_otp(&club, "people", "cid", json!({})).await;
    assert_eq!(alone.status, 401, "{alone}");
    alone.never_says("token");
    // What may be asked with one factor elsewhere is no factor here.
    let robot = by_password(&club, "robots", "r2d", json!({"mfaId": begun})).await;
    robot.is(200).has("/record/id", id("r2d"));
    let path = "/api/collections/people/auth-refresh";
    club.guest.with_token(begun.clone()).post(path, json!({"mfaId": begun})).await.is(401);
}

#[tokio::test]
async fn two_factors_sign_in_once() {
    let club = club().await;
    let begun = first(&club, "ann").await;
    let done = by_otp(&club, "people", "ann", json!({"mfaId": begun})).await;
    done.is(200).has("/record/id", id("ann"));
    club.guest.with_token(done.text("/token")).list("people", &[]).await.is(200);
    let again = by_otp(&club, "people", "ann", json!({"mfaId": begun})).await;
    again.is(400).no_data().never_says("token");
}

#[tokio::test]
async fn what_was_begun_ends_with_the_password_and_with_time() {
    let club = club().await;
    let begun = first(&club, "bob").await;
    let change = json!({"password": "another-password", "passwordConfirm": "another-password"});
    club.superuser.update("people", &id("bob"), change).await.is(200);
    by_otp(&club, "people", "bob", json!({"mfaId": begun})).await.is(400).never_says("token");
    // A row that is older than its time. Superusers may date it.
    let old = json!({"collectionRef": "c_people", "recordRef": id("ann"), "method": "password"});
    let old = club.superuser.create("_mfas", old).await.is(200).id();
    let mut club = club;
    let database = club.server.stopped_database();
    database.execute(&format!("UPDATE _mfas SET created = '2020-01-01 00:00:00.000Z' WHERE id = '{old}'"));
    drop(database);
    club.server.restart();
    club.guest = club.server.guest();
    club.superuser = club.server.superuser();
    by_otp(&club, "people", "ann", json!({"mfaId": old})).await.is(400).never_says("token");
    club.superuser.view("_mfas", &old, &[]).await.is(404);
}

#[tokio::test]
async fn nobody_makes_or_takes_a_factor_by_its_row() {
    let club = club().await;
    let begun = first(&club, "ann").await;
    let of_ann = json!({"collectionRef": "c_people", "recordRef": id("ann")});
    for client in [&club.ann, &club.bob, &club.robot] {
        for (collection, more) in [("_mfas", json!({"method": "otp"})), ("_otps", json!({"password": CODE}))] {
            let mut row = of_ann.clone();
            row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            client.create(collection, row).await.is(403);
        }
        client.update("_mfas", &begun, json!({"method": "otp", "recordRef": client.id})).await.is(403);
        client.delete("_mfas", &begun).await.is(403);
    }
    club.bob.view("_mfas", &begun, &[]).await.is(404);
}
