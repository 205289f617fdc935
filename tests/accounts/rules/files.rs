//! Protected files: the view rule is asked on behalf of whom a file token names.

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::club::Club;
use crate::support::{Claims, Client, User, id, multipart, sign_with};

/// A file token of a user, by the contract's recipe: the key of the tests signs all kinds.
fn file_token(user: &User, secret: &str) -> String {
    let claims = Claims::auth(&user.collection_id, &user.id).but("type", json!("file"));
    sign_with(Algorithm::HS256, &format!("{}{secret}", &user.key[..50]), &claims)
}

/// The secret of file tokens.
const SECRET: &str = "a secret of the tests for files, long enough";

#[tokio::test]
async fn a_protected_file_is_for_whoever_may_view_its_record() {
    let club = Club::open().await;
    for people in ["people", "robots"] {
        club.rules(people, json!({"fileToken": {"secret": SECRET}})).await;
    }
    let sent = club.superuser.update_form("notes", &id("n3"), multipart(&[], &[("paper", "a.txt", b"on paper")])).await;
    let path = format!("/api/files/notes/{}/{}", id("n3"), sent.is(200).text("/paper"));
    for (rule, expected) in [
        ("@request.auth.id != '' && owner = @request.auth.id", [false, true, false, false, false]),
        ("readers.id ?= @request.auth.id", [true, false, true, false, false]),
        (
            "@collection.memberships.person ?= @request.auth.id && @collection.memberships.club ?= club",
            [false, true, false, false, false],
        ),
        ("@request.context = 'protectedFile' && @request.auth.role = 'admin'", [true, false, false, false, false]),
        ("@request.auth.collectionName = 'robots'", [false, false, false, true, false]),
        ("@request.context = 'default'", [false; 5]),
        ("", [true; 5]),
    ] {
        club.rule(&["view"], rule).await;
        let users = [Some(&club.ann), Some(&club.bob), Some(&club.cid), Some(&club.robot), None];
        for (user, expected) in users.into_iter().zip(expected) {
            let token = user.map(|user| file_token(user, SECRET)).unwrap_or_default();
            let answer = club.guest.get(&format!("{path}?token={token}")).await;
            assert_eq!(answer.status, if expected { 200 } else { 404 }, "{rule}: {answer}");
            if expected {
                assert_eq!(answer.body, b"on paper");
            }
            // The header of the request does not speak for a download.
            if let Some(user) = user {
                user.get(&path).await.is(if rule.is_empty() { 200 } else { 404 });
            }
        }
    }
    club.rules("notes", json!({"viewRule": null})).await;
    club.guest.get(&format!("{path}?token={}", file_token(&club.bob, SECRET))).await.is(404);
}

#[tokio::test]
async fn only_a_good_file_token_opens_a_file() {
    let club = Club::open().await;
    club.rules("people", json!({"fileToken": {"secret": SECRET}})).await;
    club.rule(&["view"], "@request.auth.id != '' && owner = @request.auth.id").await;
    let sent = club.superuser.update_form("notes", &id("n3"), multipart(&[], &[("paper", "a.txt", b"on paper")])).await;
    let path = format!("/api/files/notes/{}/{}", id("n3"), sent.is(200).text("/paper"));
    let claims = || Claims::auth(&club.bob.collection_id, &club.bob.id).but("type", json!("file"));
    let key = format!("{}{SECRET}", &club.bob.key[..50]);
    let good = sign_with(Algorithm::HS256, &key, &claims());
    club.guest.get(&format!("{path}?token={good}")).await.is(200);
    for (what, token) in [
        ("expired", sign_with(Algorithm::HS256, &key, &claims().expiring_in(-1))),
        ("another algorithm", sign_with(Algorithm::HS512, &key, &claims())),
        ("an auth token", club.bob.token().unwrap().to_owned()),
        ("an auth token by the key of files", sign_with(Algorithm::HS256, &key, &claims().but("type", json!("auth")))),
        ("a file token by the key of auth", sign_with(Algorithm::HS256, &club.bob.key, &claims())),
        ("of another", sign_with(Algorithm::HS256, &key, &claims().but("id", json!(id("ann"))))),
        ("of another collection", sign_with(Algorithm::HS256, &key, &claims().but("collectionId", json!("c_robots")))),
        ("a superuser's", sign_with(Algorithm::HS256, &key, &claims().but("collectionId", json!("pbc_3142635823")))),
        ("nothing", "x.y.z".to_owned()),
    ] {
        let answer = club.guest.get(&format!("{path}?token={token}")).await;
        assert_eq!(answer.status, 404, "{what}: {answer}");
    }
    // Nor is it good for anything else.
    club.guest.with_token(good.clone()).view("notes", &id("n3"), &[]).await.is(404);
    club.guest.with_token(good.clone()).post("/api/collections/people/auth-refresh", json!({})).await.is(401);
    // A new password ends it.
    let password = json!({"password": "another-password", "passwordConfirm": "another-password"});
    club.superuser.update("people", &id("bob"), password).await.is(200);
    club.guest.get(&format!("{path}?token={good}")).await.is(404);
}

#[tokio::test]
async fn the_token_that_is_issued_opens_what_its_owner_may_view() {
    let club = Club::open().await;
    club.rule(&["view"], "@request.auth.id != '' && owner = @request.auth.id").await;
    let sent = club.superuser.update_form("notes", &id("n3"), multipart(&[], &[("paper", "a.txt", b"on paper")])).await;
    let path = format!("/api/files/notes/{}/{}", id("n3"), sent.is(200).text("/paper"));
    let ask = |token: String| format!("{path}?token={token}");
    club.guest.post("/api/files/token", json!({})).await.is(401);
    let bob = club.bob.post("/api/files/token", json!({})).await;
    assert_eq!(club.guest.get(&ask(bob.is(200).text("/token").to_owned())).await.is(200).body, b"on paper");
    let ann = club.ann.post("/api/files/token", json!({})).await;
    club.guest.get(&ask(ann.is(200).text("/token").to_owned())).await.is(404);
    let superuser = club.superuser.post("/api/files/token", json!({})).await;
    club.guest.get(&ask(superuser.is(200).text("/token").to_owned())).await.is(200);
    // Not by the token of the session, wherever it stands.
    club.bob.get(&ask(club.bob.token().unwrap().to_owned())).await.is(404);
}
