//! `_externalAuths`, `_otps`, `_mfas`, `_authOrigins`: rows about accounts, which their accounts alone may see.

use serde_json::{Value as Json, json};

use crate::support::club::Club;
use crate::support::{Client, id};

/// Rows of the club's accounts: the superuser has rows too.
const OF_THE_CLUB: &str = "collectionRef = 'c_people' || collectionRef = 'c_robots'";

/// The collections, whether an account may delete its rows, and what a row has beside its account.
fn collections() -> [(&'static str, bool, Json); 4] {
    [
        ("_externalAuths", true, json!({"provider": "github", "providerId": "number"})),
        ("_authOrigins", true, json!({"fingerprint": "f"})),
        ("_mfas", false, json!({"method": "password"})),
        ("_otps", false, json!({"password": "123456", "sentTo": "somebody@example.com"})),
    ]
}

#[tokio::test]
async fn rows_are_seen_by_their_accounts_alone() {
    let club = Club::open().await;
    for (collection, may_delete, rest) in collections() {
        let mut rows = Vec::new();
        for (short, of) in [("ann", "c_people"), ("bob", "c_people"), ("r2d", "c_robots")] {
            let mut row = json!({"collectionRef": of, "recordRef": id(short)});
            row.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            if collection == "_externalAuths" {
                row["providerId"] = short.into();
            }
            rows.push(club.superuser.create(collection, row).await.is(200).id());
        }
        for ((name, client), own) in club.everybody().into_iter().zip([Some(0), Some(1), None, Some(2), None]) {
            let list = client.list(collection, &[]).await;
            list.is(200).has("/totalItems", usize::from(own.is_some())).never_says("argon2").never_says("sentTo");
            for (at, row) in rows.iter().enumerate() {
                let mine = own == Some(at);
                assert_eq!(client.view(collection, row, &[]).await.status, if mine { 200 } else { 404 }, "{name}");
                client.update(collection, row, json!({"recordRef": id("ann")})).await.is(403).no_data();
                if !mine {
                    client.delete(collection, row).await.is(if may_delete { 404 } else { 403 }).no_data();
                }
            }
            // Nobody links an account, or proves a factor, by writing the row.
            let mut row = json!({"collectionRef": "c_people", "recordRef": id(name)});
            row.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            client.create(collection, row).await.is(403).no_data();
            // Nor is a row found by what is hidden in it.
            if collection == "_otps" {
                client.list(collection, &[("filter", "sentTo ~ 'some'")]).await.is(400).no_data();
                client.list(collection, &[("sort", "password")]).await.is(400).no_data();
            }
        }
        for (client, row) in [(&club.ann, &rows[0]), (&club.robot, &rows[2])] {
            client.delete(collection, row).await.is(if may_delete { 204 } else { 403 });
        }
        let left = club.superuser.list(collection, &[("filter", OF_THE_CLUB)]).await;
        left.is(200).has("/totalItems", if may_delete { 1 } else { 3 });
    }
}

#[tokio::test]
async fn an_equal_id_in_another_collection_is_another_account() {
    let club = Club::open().await;
    // Ids are unique among accounts; a row whose collection is another is nobody's here.
    let row = json!({"collectionRef": "c_people", "recordRef": id("r2d"), "fingerprint": "f"});
    club.superuser.create("_authOrigins", row).await.is(400).code("recordRef", "validation_invalid_record");
    let row = json!({"collectionRef": "c_notes", "recordRef": id("n1"), "fingerprint": "f"});
    club.superuser.create("_authOrigins", row).await.is_refused();
    // The rows go with their account.
    let row = json!({"collectionRef": "c_robots", "recordRef": id("r2d"), "fingerprint": "f"});
    club.superuser.create("_authOrigins", row).await.is(200);
    club.robot.delete("robots", &id("r2d")).await.is(204);
    let left = club.superuser.list("_authOrigins", &[("filter", OF_THE_CLUB)]).await;
    left.is(200).has("/totalItems", 0);
    club.robot.list("_authOrigins", &[]).await.is(200).has("/totalItems", 0);
}
