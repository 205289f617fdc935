//! One rule, every path: what a caller may list is what they view, find expanded, change, delete and download.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::support::club::{Club, NOTES};
use crate::support::{Client, id};

/// Rules of every kind that asks who is there.
const RULES: [&str; 7] = [
    "@request.auth.id != '' && owner = @request.auth.id && archived = false",
    "@request.auth.id != '' && (owner = @request.auth.id || readers.id ?= @request.auth.id)",
    "club != '' && @request.auth.clubs.id ?= club",
    "@request.auth.notes_via_readers.id ?= id",
    "@collection.memberships.person ?= @request.auth.id && @collection.memberships.club ?= club",
    "club.memberships_via_club.person ?= @request.auth.id && club != ''",
    "@request.auth.collectionName = 'robots' && @request.auth.club = club && secret ~ 'secret of'",
];

/// The titles that a list shows.
fn titles(list: &Json) -> BTreeSet<String> {
    let items = list.as_array().into_iter().flatten();
    items.map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect()
}

/// What a caller may see of the notes, by list.
async fn listed(client: &impl Client) -> BTreeSet<String> {
    titles(client.list("notes", &[]).await.is(200).at("/items"))
}

#[tokio::test]
async fn list_view_and_expands_agree() {
    let club = Club::open().await;
    for rule in RULES {
        club.rule(&["list", "view"], rule).await;
        for (name, client) in club.everybody() {
            let seen = listed(&client).await;
            assert!(seen.len() < NOTES.len(), "the rule says nothing to {name}: {rule}");
            for note in NOTES {
                let expected = if seen.contains(note) { 200 } else { 404 };
                let answer = client.view("notes", &id(note), &[]).await;
                assert_eq!(answer.status, expected, "{name} and {note}: {rule}");
                // Another note's id, smuggled in by a client's filter, does not help.
                let filter = format!("id = '{}' || 1 = 1", id(note));
                assert_eq!(titles(client.list("notes", &[("filter", &filter)]).await.at("/items")), seen, "{rule}");
            }
            let comments = client.list("comments", &[("expand", "note")]).await;
            let expanded: Vec<Json> =
                comments.is(200).items().iter().map(|one| one["expand"]["note"].clone()).collect();
            let expanded: BTreeSet<String> =
                titles(&Json::Array(expanded)).into_iter().filter(|title| !title.is_empty()).collect();
            assert_eq!(expanded, seen, "expanded for {name}: {rule}");
            let clubs = client.list("clubs", &[("expand", "notes_via_club")]).await;
            let behind = clubs.is(200).items().iter().map(|one| titles(&one["expand"]["notes_via_club"]));
            let behind: BTreeSet<String> = behind.flatten().collect();
            let in_clubs: BTreeSet<String> = seen.iter().filter(|note| *note != "n4").cloned().collect();
            assert_eq!(behind, in_clubs, "expanded backwards for {name}: {rule}");
            // A client's filter through a relation meets the list rule of what it leads to.
            let through = client.list("comments", &[("filter", "note.rank > 0")]).await;
            let through: BTreeSet<String> = through
                .is(200)
                .items()
                .iter()
                .map(|one| one["text"].as_str().unwrap()["about ".len()..].to_owned())
                .collect();
            assert_eq!(through, seen, "filtered by {name}: {rule}");
        }
    }
}

#[tokio::test]
async fn what_may_not_be_listed_is_neither_changed_nor_deleted() {
    let club = Club::open().await;
    for rule in RULES {
        // The body of an update is no way around: it speaks of the stored row.
        club.rule(&["list", "update", "delete"], rule).await;
        for (name, client) in club.everybody() {
            let seen = listed(&client).await;
            for note in NOTES {
                let allowed = seen.contains(note);
                let body = json!({"title": note});
                let answer = client.update("notes", &id(note), body).await;
                assert_eq!(answer.status, if allowed { 200 } else { 404 }, "{name} changes {note}: {rule}");
                if !allowed {
                    let claim = json!({"owner": id(name), "readers+": id(name), "club": id("red"), "archived": false});
                    client.update("notes", &id(note), claim).await.is(404).no_data();
                    client.delete("notes", &id(note)).await.is(404).no_data();
                }
            }
        }
    }
    club.superuser.list("notes", &[]).await.is(200).has("/totalItems", NOTES.len());
    // And who may, can.
    club.rule(&["list", "delete"], RULES[0]).await;
    club.ann.delete("notes", &id("n1")).await.is(204);
    club.bob.delete("notes", &id("n3")).await.is(204);
    club.cid.delete("notes", &id("n5")).await.is(404);
    club.superuser.list("notes", &[("sort", "rank")]).await.is(200).has("/totalItems", 3);
    // What hung on them went along, though nobody asked its rules.
    club.superuser.list("comments", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn pages_and_totals_count_only_what_the_caller_may_list() {
    let club = Club::open().await;
    club.rule(&["list"], RULES[1]).await;
    for (name, client) in club.everybody() {
        let seen = listed(&client).await;
        // Again and again, in turns with others: a total that was kept for one is not shown to another.
        for _ in 0..2 {
            let page = client.list("notes", &[("perPage", "1"), ("page", "2"), ("sort", "rank")]).await;
            page.is(200).has("/totalItems", seen.len()).has("/totalPages", seen.len());
            assert_eq!(page.items().len(), usize::from(seen.len() > 1), "{name}");
        }
    }
    for (_, client) in club.everybody() {
        let total = listed(&client).await.len();
        client.list("notes", &[("perPage", "1")]).await.is(200).has("/totalItems", total);
    }
}

#[tokio::test]
async fn exports_and_imports_are_no_way_around() {
    let club = Club::open().await;
    // Even where every rule is open.
    for (name, client) in club.everybody() {
        let denied = if name == "guest" { 401 } else { 403 };
        client.get("/api/collections/notes/export").await.is(denied).never_says("secret of");
        client.get("/api/collections/people/export?fields=email,tokenKey").await.is(denied).never_says("@example.com");
        let rows = json!([{"title": "imported", "owner": id("ann")}]);
        client.post("/api/collections/notes/import", rows).await.is(denied);
        let accounts = json!([{"email": "new@example.com", "password": "12345678", "verified": true}]);
        client.post("/api/collections/people/import", accounts).await.is(denied);
        client.post("/api/collections/_superusers/import", json!([])).await.is(denied);
    }
    club.superuser.list("notes", &[]).await.is(200).has("/totalItems", NOTES.len());
    club.superuser.list("people", &[]).await.is(200).has("/totalItems", 3);
    let export = club.superuser.get("/api/collections/people/export").await;
    export.is(200).never_says("tokenKey").never_says("$argon2");
}

#[tokio::test]
async fn a_membership_that_ends_takes_effect_at_once() {
    let club = Club::open().await;
    club.rule(&["list", "view", "update"], RULES[4]).await;
    club.ann.view("notes", &id("n1"), &[]).await.is(200);
    club.ann.list("notes", &[]).await.is(200).has("/totalItems", 2);
    club.superuser.delete("memberships", &id("m1")).await.is(204);
    club.ann.view("notes", &id("n1"), &[]).await.is(404);
    club.ann.list("notes", &[]).await.is(200).has("/totalItems", 0);
    club.ann.update("notes", &id("n1"), json!({"title": "mine"})).await.is(404);
    // What the caller's own record says counts as it is now, not as it was when the token was made.
    club.rule(&["list", "view"], "@request.auth.role = 'admin' && @request.auth.verified = true").await;
    club.ann.list("notes", &[]).await.is(200).has("/totalItems", 5);
    club.superuser.update("people", &id("ann"), json!({"role": ""})).await.is(200);
    club.ann.list("notes", &[]).await.is(200).has("/totalItems", 0);
    club.superuser.update("people", &id("bob"), json!({"role": "admin"})).await.is(200);
    club.bob.list("notes", &[]).await.is(200).has("/totalItems", 5);
    club.superuser.update("people", &id("bob"), json!({"verified": false})).await.is(200);
    club.bob.list("notes", &[]).await.is(200).has("/totalItems", 0);
}
