//! E-mail addresses and hidden fields, wherever an account turns up: lists, views, expands, filters, sorts, answers.

use serde_json::{Value as Json, json};

use crate::support::club::{Club, PASSWORD};
use crate::support::{Client, id};

/// Whose addresses a caller sees: a letter for each that is shown.
fn seen(accounts: &[Json]) -> String {
    let shown = accounts.iter().filter(|one| one.get("email").is_some());
    shown.map(|one| one["name"].as_str().unwrap()[..1].to_owned()).collect()
}

#[tokio::test]
async fn every_path_shows_the_same_addresses() {
    let club = Club::open().await;
    let manage = "@request.auth.role = 'admin' && clubs.name ?= 'blue' && id != @request.auth.id";
    // cid's is public, everybody has their own, ann manages bob, and a robot's own is its own.
    for (manage, expected) in [
        (Json::Null, ["ac", "bc", "c", "c", "c"]),
        (json!(manage), ["abc", "bc", "c", "c", "c"]),
        (json!("@request.auth.collectionName = 'robots' && id = @request.auth.maker"), ["ac", "bc", "c", "ac", "c"]),
    ] {
        club.rules("people", json!({"manageRule": manage})).await;
        for ((name, client), expected) in club.everybody().into_iter().zip(expected) {
            let list = client.list("people", &[("sort", "name")]).await;
            assert_eq!(seen(list.is(200).items()), expected, "listed for {name}: {manage}");
            let mut viewed = Vec::new();
            for short in ["ann", "bob", "cid"] {
                let view = client.view("people", &id(short), &[("fields", "*,email")]).await;
                viewed.push(view.is(200).lacks("/pin").lacks("/tokenKey").lacks("/password").json.clone());
            }
            assert_eq!(seen(&viewed), expected, "viewed by {name}: {manage}");
            // n3: owner bob, readers ann and cid; and backwards from a club.
            let note = client.view("notes", &id("n3"), &[("expand", "owner,readers")]).await;
            let mut expanded = note.is(200).at("/expand/readers").as_array().unwrap().clone();
            expanded.push(note.at("/expand/owner").clone());
            expanded.sort_by_key(|one| one["name"].to_string());
            assert_eq!(seen(&expanded), expected, "expanded for {name}: {manage}");
            let club = client.view("clubs", &id("blue"), &[("expand", "people_via_clubs")]).await;
            let behind = club.is(200).at("/expand/people_via_clubs").as_array().unwrap();
            let members: String = expected.chars().filter(|letter| *letter != 'c').collect();
            assert_eq!(seen(behind), members, "expanded backwards for {name}: {manage}");
        }
    }
}

#[tokio::test]
async fn answers_to_writes_show_no_more_than_reads() {
    let club = Club::open().await;
    club.bob.update("people", &id("ann"), json!({"name": "ann"})).await.is(200).lacks("/email").lacks("/pin");
    club.bob.update("people", &id("bob"), json!({"name": "bob"})).await.is(200).has("/email", "bob@example.com");
    let new = json!({"email": "new@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD, "pin": "1"});
    club.bob.create("people", new).await.is(200).lacks("/email").lacks("/pin").lacks("/password").lacks("/tokenKey");
    let note = club.bob.patch(&format!("/api/collections/notes/records/{}?expand=owner", id("n1")), json!({})).await;
    note.is(200)
        .has("/expand/owner/name", "ann")
        .lacks("/expand/owner/email")
        .lacks("/expand/owner/pin")
        .lacks("/secret");
}

#[tokio::test]
async fn filters_find_public_addresses_only() {
    let club = Club::open().await;
    // A manager reads addresses but does not search by them, and nor do owners.
    club.rules("people", json!({"manageRule": "@request.auth.role = 'admin'"})).await;
    for (name, client) in club.everybody() {
        for (filter, expected) in [
            ("email ~ 'example.com'", "cid"),
            ("email = 'ann@example.com'", ""),
            ("email = 'bob@example.com' || name = 'ann'", "ann"),
            ("email != ''", "cid"),
            ("email !~ 'zzz'", "cid"),
            ("email:lower > 'a'", "cid"),
        ] {
            let list = client.list("people", &[("filter", filter), ("sort", "name")]).await;
            assert_eq!(list.is(200).column("name"), expected, "{name}: {filter}");
        }
        for (filter, expected) in [
            ("owner.email ~ 'example'", "n5"),
            ("readers.email ?~ 'bob'", ""),
            ("readers.email ?~ 'cid'", "n3"),
            ("comments_via_note.by.email ?~ 'cid'", "n2"),
            ("comments_via_note.by.email ?~ 'bob'", ""),
        ] {
            let list = client.list("notes", &[("filter", filter), ("sort", "rank")]).await;
            assert_eq!(list.is(200).column("title"), expected, "{name}: {filter}");
        }
        for (collection, filter) in [
            ("people", "pin ~ 'pin'"),
            ("people", "tokenKey ~ 'k'"),
            ("people", "password ~ '$'"),
            ("notes", "secret ~ 'a'"),
            ("notes", "owner.pin ~ 'a'"),
            ("comments", "note.secret ~ 'a'"),
            ("clubs", "people_via_clubs.pin ?~ 'a'"),
            ("robots", "maker.tokenKey ~ 'a'"),
        ] {
            client.list(collection, &[("filter", filter)]).await.is(400).no_data();
            let field = filter.split(' ').next().unwrap();
            client.list(collection, &[("sort", field)]).await.is(400).no_data();
        }
    }
}
