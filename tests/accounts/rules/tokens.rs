//! A token that is not good is nobody's, on every path.

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::club::Club;
use crate::support::{Claims, Client, id, sign_with};

#[tokio::test]
async fn a_bad_token_makes_a_guest_everywhere() {
    let club = Club::open().await;
    club.rule(&["list", "view", "create", "update", "delete"], "@request.auth.id != ''").await;
    club.rules("people", json!({"manageRule": "@request.auth.id != ''"})).await;
    let bob = &club.bob;
    let claims = || Claims::auth(&bob.collection_id, &bob.id);
    let (head, rest) = bob.token().unwrap().split_once('.').unwrap();
    let signature = rest.rsplit('.').next().unwrap();
    let of_ann = sign_with(Algorithm::HS256, "x", &Claims::auth(&bob.collection_id, &id("ann")));
    let of_ann = of_ann.split('.').nth(1).unwrap().to_owned();
    let mut tokens = vec![
        ("expired", sign_with(Algorithm::HS256, &bob.key, &claims().expiring_in(-1))),
        ("of another's key", sign_with(Algorithm::HS256, &club.ann.key, &claims())),
        ("of another collection's key", sign_with(Algorithm::HS256, &club.robot.key, &claims())),
        ("of another record", sign_with(Algorithm::HS256, &bob.key, &claims().but("id", json!(id("ann"))))),
        (
            "of another collection",
            sign_with(Algorithm::HS256, &bob.key, &claims().but("collectionId", json!("c_robots"))),
        ),
        (
            "a superuser's",
            sign_with(Algorithm::HS256, &bob.key, &claims().but("collectionId", json!("pbc_3142635823"))),
        ),
        ("other claims under the same signature", format!("{head}.{of_ann}.{signature}")),
    ];
    for kind in ["file", "verification", "passwordReset", "emailChange", "Auth", ""] {
        tokens.push(("of another kind", sign_with(Algorithm::HS256, &bob.key, &claims().but("type", json!(kind)))));
    }
    // One that was good until the password changed.
    let rotated = bob.clone();
    rotated.list("notes", &[]).await.is(200).has("/totalItems", 5);
    let password = json!({"password": "another-password", "passwordConfirm": "another-password"});
    club.superuser.update("people", &id("bob"), password).await.is(200);
    tokens.push(("rotated", rotated.token().unwrap().to_owned()));

    for (what, token) in tokens {
        for value in [token.clone(), format!("Bearer {token}")] {
            let nobody = club.guest.with_token(value);
            let list = nobody.list("notes", &[]).await;
            assert_eq!(list.status, 200, "{what}: {list}");
            list.has("/totalItems", 0);
            nobody.view("notes", &id("n3"), &[]).await.is(404);
            nobody.create("notes", json!({"title": what})).await.is(400).no_data();
            nobody.update("notes", &id("n3"), json!({"title": what})).await.is(404);
            nobody.delete("notes", &id("n3")).await.is(404);
            nobody.view("people", &id("bob"), &[]).await.is(200).lacks("/email");
            nobody
                .update("people", &id("bob"), json!({"verified": false}))
                .await
                .is(400)
                .code("verified", "validation_values_mismatch");
            for collection in ["people", "robots", "_superusers"] {
                nobody.post(&format!("/api/collections/{collection}/auth-refresh"), json!({})).await.is(401);
            }
            nobody.get("/api/collections").await.is(401);
            nobody.get("/api/collections/notes/export").await.is(401);
            nobody.post("/api/collections/notes/import", json!([])).await.is(401);
            // As a guest, public things stay public.
            nobody.list("clubs", &[]).await.is(200).has("/totalItems", 2);
        }
    }
}

#[tokio::test]
async fn a_good_token_is_good_for_its_own_collection_only() {
    let club = Club::open().await;
    let refresh = |collection: &str| format!("/api/collections/{collection}/auth-refresh");
    club.ann.post(&refresh("people"), json!({})).await.is(200).has("/record/id", id("ann")).lacks("/record/pin");
    club.robot.post(&refresh("robots"), json!({})).await.is(200).has("/record/id", id("r2d"));
    for (client, collection) in [(&club.ann, "robots"), (&club.robot, "people"), (&club.ann, "_superusers")] {
        client.post(&refresh(collection), json!({})).await.is(403).no_data();
    }
    // What the body says of record and collection is nothing.
    let body = json!({"id": id("bob"), "collectionId": "c_people", "recordId": id("bob")});
    club.ann.post(&refresh("people"), body).await.is(200).has("/record/id", id("ann"));
    club.ann.get("/api/collections").await.is(403);
    club.ann.get("/api/collections/_superusers/records").await.is(403);
}
