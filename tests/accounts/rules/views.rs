//! View collections under rules that ask who is there.

use serde_json::json;

use crate::support::club::Club;
use crate::support::{Client, id};

#[tokio::test]
async fn a_view_has_rules_of_its_own() {
    let club = Club::open().await;
    // The rules of the notes do not matter to it, and its own speak of its columns and the caller.
    club.rules("notes", json!({"listRule": null, "viewRule": null})).await;
    let own = "@request.auth.id != '' && owner = @request.auth.id && archived = false";
    let shared = "@collection.memberships.person ?= @request.auth.id && owner.clubs.id ?= @request.auth.clubs.id";
    for (rule, expected) in [
        (own, ["n1", "n3", "", "", ""]),
        (shared, ["n1 n2 n3", "n1 n2 n3", "n4 n5", "", ""]),
        (
            "owner.notes_via_owner.readers.id ?= @request.auth.id && owner != '' && @request.auth.id != ''",
            ["n3 n5", "n1 n2 n5", "n3", "", ""],
        ),
        ("@request.auth.role = 'admin'", ["n1 n2 n3 n4 n5", "", "", "", ""]),
    ] {
        club.rules("boards", json!({"listRule": rule, "viewRule": rule})).await;
        for ((name, client), expected) in club.everybody().into_iter().zip(expected) {
            let list = client.list("boards", &[("sort", "rank")]).await;
            assert_eq!(list.is(200).column("title"), expected, "{name}: {rule}");
            list.has("/totalItems", list.items().len());
            for note in crate::support::club::NOTES {
                let status = if expected.contains(note) { 200 } else { 404 };
                assert_eq!(client.view("boards", &id(note), &[]).await.status, status, "{name} views {note}: {rule}");
            }
        }
    }
    club.rules("boards", json!({"listRule": null, "viewRule": null})).await;
    for (_, client) in club.everybody() {
        client.list("boards", &[]).await.is(403);
        client.view("boards", &id("n1"), &[]).await.is(403);
    }
}

#[tokio::test]
async fn what_a_view_leads_to_keeps_its_rules() {
    let club = Club::open().await;
    club.rules("people", json!({"viewRule": "id = @request.auth.id", "listRule": "id = @request.auth.id"})).await;
    let board = club.ann.view("boards", &id("n1"), &[("expand", "owner")]).await;
    board.is(200).has("/expand/owner/email", "ann@example.com").lacks("/expand/owner/pin");
    club.bob.view("boards", &id("n1"), &[("expand", "owner")]).await.is(200).has("/expand", json!({}));
    let filter = [("filter", "owner.name != 'x'"), ("sort", "rank")];
    assert_eq!(club.ann.list("boards", &filter).await.is(200).column("title"), "n1 n2 n4");
    assert_eq!(club.guest.list("boards", &filter).await.is(200).column("title"), "n4");
}
