//! The recipes of `docs/filters-and-rules.md`, tried as they stand there.

use serde_json::{Value as Json, json};

use crate::support::club::{Club, PASSWORD};
use crate::support::{Client, id};

const PAGE: &str = include_str!("../../../docs/filters-and-rules.md");

/// The rule as it is, if the page has it.
fn of_page(rule: &str) -> Json {
    let stands = PAGE.lines().filter_map(|line| line.split_once(":  ")).any(|(_, text)| text.trim() == rule);
    assert!(stands, "the page has no recipe {rule}");
    Json::from(rule)
}

const OWN: &str = "@request.auth.id != '' && owner = @request.auth.id";

#[tokio::test]
async fn own_notes() {
    let club = Club::open().await;
    let own = of_page(OWN);
    let update = of_page("@request.auth.id != '' && owner = @request.auth.id && @request.body.owner:changed = false");
    club.rules(
        "notes",
        json!({"listRule": own, "viewRule": own, "deleteRule": own, "createRule": own, "updateRule": update}),
    )
    .await;
    assert_eq!(club.ann.list("notes", &[("sort", "rank")]).await.is(200).column("title"), "n1 n2");
    club.guest.list("notes", &[]).await.is(200).has("/totalItems", 0);
    club.ann.create("notes", json!({"owner": id("ann")})).await.is(200);
    club.ann.create("notes", json!({"owner": id("bob")})).await.is(400);
    club.ann.create("notes", json!({})).await.is(400);
    club.guest.create("notes", json!({})).await.is(400);
    club.ann.update("notes", &id("n1"), json!({"title": "new"})).await.is(200);
    club.ann.update("notes", &id("n1"), json!({"title": "new", "owner": id("ann")})).await.is(200);
    club.ann.update("notes", &id("n1"), json!({"owner": id("bob")})).await.is(404);
    club.bob.update("notes", &id("n1"), json!({"owner": id("bob")})).await.is(404);
    club.bob.delete("notes", &id("n1")).await.is(404);
    club.ann.delete("notes", &id("n1")).await.is(204);
}

#[tokio::test]
async fn shared_notes() {
    let club = Club::open().await;
    let read = of_page("@request.auth.id != '' && (owner = @request.auth.id || readers.id ?= @request.auth.id)");
    let update = of_page(
        "@request.auth.id != '' && (owner = @request.auth.id || (readers.id ?= @request.auth.id && \
         @request.body.owner:changed = false && @request.body.readers:changed = false))",
    );
    club.rules("notes", json!({"listRule": read, "viewRule": read, "updateRule": update})).await;
    for ((name, client), expected) in club.everybody().into_iter().zip(["n1 n2 n3 n5", "n1 n3 n5", "n3 n5", "", ""]) {
        assert_eq!(client.list("notes", &[("sort", "rank")]).await.is(200).column("title"), expected, "{name}");
    }
    club.bob.update("notes", &id("n1"), json!({"title": "n1, edited"})).await.is(200);
    club.bob.update("notes", &id("n1"), json!({"readers+": id("cid")})).await.is(404);
    club.bob.update("notes", &id("n1"), json!({"owner": id("bob")})).await.is(404);
    club.cid.update("notes", &id("n1"), json!({"title": "no"})).await.is(404);
    club.ann.update("notes", &id("n1"), json!({"readers-": id("bob")})).await.is(200);
    club.bob.view("notes", &id("n1"), &[]).await.is(404);
}

#[tokio::test]
async fn teams() {
    let club = Club::open().await;
    let read = of_page("club != '' && @request.auth.clubs.id ?= club");
    club.rules("notes", json!({"listRule": read, "viewRule": read})).await;
    let update = of_page("id = @request.auth.id && @request.body.clubs:changed = false");
    club.rules("people", json!({"updateRule": update})).await;
    assert_eq!(club.bob.list("notes", &[("sort", "rank")]).await.is(200).column("title"), "n2 n3");
    club.bob.update("people", &id("bob"), json!({"clubs+": id("red")})).await.is(404);
    club.bob.update("people", &id("bob"), json!({"name": "Bob"})).await.is(200);
    club.cid.list("notes", &[]).await.is(200).has("/totalItems", 0);

    let members = "@collection.memberships.person ?= @request.auth.id && @collection.memberships.club ?= club";
    let leaders = of_page(&format!("{members} && @collection.memberships.level ?> 1"));
    club.rules("notes", json!({"listRule": of_page(members), "viewRule": of_page(members), "deleteRule": leaders}))
        .await;
    assert_eq!(club.cid.list("notes", &[("sort", "rank")]).await.is(200).column("title"), "n1 n5");
    club.cid.delete("notes", &id("n1")).await.is(404);
    club.ann.delete("notes", &id("n3")).await.is(404);
    club.ann.delete("notes", &id("n1")).await.is(204);
    club.superuser.delete("memberships", &id("m3")).await.is(204);
    club.cid.list("notes", &[]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn admins_and_managers() {
    let club = Club::open().await;
    let update = of_page("@request.auth.role = 'admin' || (@request.auth.id != '' && owner = @request.auth.id)");
    club.rules("notes", json!({"updateRule": update})).await;
    let people = json!({
        "createRule": of_page("@request.body.role:isset = false"),
        "updateRule": of_page("id = @request.auth.id && @request.body.role:isset = false"),
        "manageRule": of_page(
            "@request.auth.role = 'admin' && id != @request.auth.id && clubs:length > 0 && clubs.id ?= @request.auth.clubs.id",
        ),
    });
    club.rules("people", people).await;
    club.ann.update("notes", &id("n3"), json!({"title": "n3"})).await.is(200);
    club.bob.update("notes", &id("n3"), json!({"title": "n3"})).await.is(200);
    club.bob.update("notes", &id("n1"), json!({"title": "n1"})).await.is(404);
    club.bob.update("people", &id("bob"), json!({"role": "admin"})).await.is(404);
    let new = |role: Json| {
        let mut body = json!({"email": "new@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
        if !role.is_null() {
            body["role"] = role;
        }
        body
    };
    club.guest.create("people", new(json!("admin"))).await.is(400).no_data();
    club.guest.create("people", new(Json::Null)).await.is(200);
    club.ann.view("people", &id("bob"), &[]).await.is(200).has("/email", "bob@example.com");
    club.bob.view("people", &id("ann"), &[]).await.is(200).lacks("/email");
}

#[tokio::test]
async fn confirmed_and_suspended() {
    let club = Club::open().await;
    let mut fields = club.superuser.get("/api/collections/people").await.json["fields"].as_array().unwrap().clone();
    fields.push(json!({"name": "suspended", "type": "bool", "hidden": true}));
    club.rules("people", json!({"fields": fields, "authRule": of_page("suspended = false")})).await;
    let rule = "@request.auth.verified = true && @request.auth.suspended = false && owner = @request.auth.id";
    club.rules("notes", json!({"listRule": of_page(rule)})).await;
    let bob = club.server.user("people", &id("bob")).await;
    let cid = club.server.user("people", &id("cid")).await;
    bob.list("notes", &[]).await.is(200).has("/totalItems", 1);
    cid.list("notes", &[]).await.is(200).has("/totalItems", 0);
    club.superuser.update("people", &id("bob"), json!({"suspended": true})).await.is(200);
    bob.list("notes", &[]).await.is(200).has("/totalItems", 0);
    bob.post("/api/collections/people/auth-refresh", json!({})).await.is(403);
    let sign_in = json!({"identity": "bob@example.com", "password": PASSWORD});
    club.guest.post("/api/collections/people/auth-with-password", sign_in).await.is(403);
}
