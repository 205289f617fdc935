//! What rules ask of the request itself: query, headers, method, and the occasion.

use reqwest::Method;
use serde_json::json;

use crate::support::club::Club;
use crate::support::{Client, id};

#[tokio::test]
async fn query_and_headers_count_beside_the_caller() {
    let club = Club::open().await;
    let own = "@request.auth.id != '' && owner = @request.auth.id";
    let path = "/api/collections/notes/records?sort=rank";
    for (rule, query, header, expected) in [
        (format!("{own} && @request.query.mode = 'all'"), "&mode=all", None, "n1 n2"),
        (format!("{own} && @request.query.mode = 'all'"), "&mode=one", None, ""),
        (format!("{own} && @request.query.mode = 'all'"), "&mode=one&mode=all", None, ""),
        (format!("{own} && @request.query.mode:isset = false"), "", None, "n1 n2"),
        (format!("{own} && @request.query.mode:isset = false"), "&mode=", None, ""),
        (format!("{own} && @request.query.rank = rank"), "&rank=2", None, "n2"),
        (format!("{own} && @request.query.title:lower = title"), "&title=N1", None, "n1"),
        (format!("{own} && @request.headers.x_key = 'open'"), "", Some("open"), "n1 n2"),
        (format!("{own} && @request.headers.x_key = 'open'"), "", Some("shut"), ""),
        (format!("{own} && @request.headers.x_key = 'open'"), "", None, ""),
        (format!("{own} && @request.headers.x_key:lower = 'open'"), "", Some("OPEN"), "n1 n2"),
        (format!("{own} && @request.headers.x_key:isset = true"), "", Some(""), "n1 n2"),
        (format!("{own} && @request.method = 'GET'"), "", None, "n1 n2"),
        (format!("{own} && @request.context = 'default'"), "", None, "n1 n2"),
        // Whoever asks for an owner in the query is not the owner.
        (own.to_owned(), "&owner=cid000000000000&@request.auth.id=cid000000000000", None, "n1 n2"),
    ] {
        club.rule(&["list"], &rule).await;
        let request = club.ann.request(Method::GET, &format!("{path}{query}"));
        let request = match header {
            Some(key) => request.header("X-Key", key),
            None => request,
        };
        assert_eq!(club.ann.send(request).await.is(200).column("title"), expected, "{rule} {query} {header:?}");
        club.guest.get(&format!("{path}{query}")).await.is(200).has("/totalItems", 0);
    }
}

#[tokio::test]
async fn each_method_asks_its_own_rule() {
    let club = Club::open().await;
    for action in ["list", "view", "create", "update", "delete"] {
        let method = match action {
            "create" => "POST",
            "update" => "PATCH",
            "delete" => "DELETE",
            _ => "GET",
        };
        club.rule(&[action], &format!("@request.auth.id != '' && @request.method = '{method}'")).await;
    }
    let bob = &club.bob;
    bob.list("notes", &[]).await.is(200).has("/totalItems", 5);
    bob.view("notes", &id("n1"), &[]).await.is(200);
    let made = bob.create("notes", json!({"title": "new"})).await;
    bob.update("notes", &made.is(200).id(), json!({"title": "newer"})).await.is(200);
    bob.delete("notes", &made.id()).await.is(204);
    club.guest.list("notes", &[]).await.is(200).has("/totalItems", 0);
    club.guest.create("notes", json!({"title": "new"})).await.is(400).no_data();
}

#[tokio::test]
async fn what_expand_brings_is_asked_as_an_expand() {
    let club = Club::open().await;
    club.rules("notes", json!({"viewRule": "@request.context = 'expand' && owner = @request.auth.id"})).await;
    club.ann.view("notes", &id("n1"), &[]).await.is(404);
    let comment = club.ann.view("comments", &id("c1"), &[("expand", "note")]).await;
    comment.is(200).has("/expand/note/title", "n1").lacks("/expand/note/secret");
    club.bob.view("comments", &id("c1"), &[("expand", "note")]).await.is(200).never_says("\"n1\"");
    club.rules("notes", json!({"viewRule": "@request.context != 'expand'"})).await;
    club.ann.view("notes", &id("n1"), &[]).await.is(200);
    club.ann.view("comments", &id("c1"), &[("expand", "note")]).await.is(200).lacks("/expand/note");
    // The answers to a create and an update expand under the same rule, with the same caller.
    club.rules("notes", json!({"viewRule": "owner = @request.auth.id && @request.auth.id != ''"})).await;
    let path = "/api/collections/comments/records?expand=note";
    let body = json!({"note": id("n1"), "text": "x"});
    club.ann.post(path, body.clone()).await.is(200).has("/expand/note/title", "n1");
    club.bob.post(path, body).await.is(200).has("/expand", json!({}));
}
