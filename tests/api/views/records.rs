//! The records of views.

use reqwest::Method;
use serde_json::json;

use super::has_view;
use crate::support::{Client, TestServer, blog, id};

#[tokio::test]
async fn records_of_views_cannot_be_written() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "v", "select id, name from posts").await;
    let guest = server.guest();
    for answer in [
        superuser.create("v", json!({"name": "x"})).await,
        superuser.update("v", &id("p1"), json!({"name": "x"})).await,
        superuser.delete("v", &id("p1")).await,
        guest.create("v", json!({})).await,
        guest.update("v", "missing", json!({})).await,
        guest.delete("c_v", "missing").await,
        guest.send(guest.request(Method::POST, "/api/collections/V/records")).await,
        guest.post_text("/api/collections/v/records", "application/json", "{broken").await,
    ] {
        answer.is(400).no_data().message("Unsupported collection type.");
    }
    superuser.view("posts", &id("p1"), &[]).await.is(200).has("/name", "p1");
}

#[tokio::test]
async fn rules_filters_sorts_and_pages_work_as_on_tables() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(
        &superuser,
        "v",
        "select p.id, p.name, p.views, a.name as writer, p.author from posts p left join authors a on a.id = p.author",
    )
    .await;
    superuser.update_collection("v", json!({"listRule": "views >= 0", "viewRule": "author.born < 1985"})).await.is(200);
    let guest = server.guest();
    let listed = guest.list("v", &[("sort", "-views"), ("perPage", "2"), ("page", "2")]).await;
    assert_eq!(listed.is(200).column("name"), "p1 p4");
    listed
        .has("/totalItems", 4)
        .has("/totalPages", 2)
        .has("/items/0/collectionName", "v")
        .has("/items/0/collectionId", "c_v");
    assert_eq!(guest.list("v", &[("sort", "@rowid,-name")]).await.is(200).column("name"), "p4 p3 p2 p1");
    assert_eq!(guest.list("v", &[("sort", "-@rowid")]).await.is(200).items().len(), 4);
    guest.list("v", &[("sort", "@random")]).await.is(200).has("/totalItems", 4);
    guest
        .list("v", &[("skipTotal", "1"), ("filter", "writer ~ 'an'")])
        .await
        .is(200)
        .has("/totalItems", -1)
        .has("/items/1/name", "p2");
    guest
        .view("v", &id("p1"), &[("fields", "name,writer")])
        .await
        .is(200)
        .has("", json!({"name": "p1", "writer": "Ann"}));
    guest.view("v", &id("p3"), &[]).await.is(404);
    guest.view("v", "missing", &[]).await.is(404);
    superuser.update_collection("v", json!({"listRule": null, "viewRule": null})).await.is(200);
    guest.list("v", &[]).await.is(403);
    guest.view("v", &id("p1"), &[]).await.is(403);
    superuser.view("v", &id("p3"), &[]).await.is(200).has("/writer", "Bob");
}

#[tokio::test]
async fn what_is_missing_on_the_other_side_of_a_join_is_empty() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let query = "
        select a.id, p.name, p.views, p.published, p.day, p.labels, p.tags, p.author, p.meta, p.place, p.kind,
            cast(p.views as int) as whole, count(p.id) as posts, total(p.views) as reads
        from authors a left join posts p on p.author = a.id and p.views > 0 group by a.id";
    has_view(&superuser, "v", query).await;
    let guest = server.guest();
    let empty = guest.view("v", &id("a3"), &[]).await;
    empty.is(200).has(
        "",
        json!({
            "collectionId": "c_v", "collectionName": "v", "id": id("a3"), "name": "", "views": 0, "published": false,
            "day": "", "labels": [], "tags": [], "author": "", "meta": null, "place": {"lon": 0, "lat": 0}, "kind": "",
            "whole": 0, "posts": 0, "reads": 0,
        }),
    );
    for (filter, expected) in [
        ("name = ''", "a3"),
        ("name = null", "a3"),
        ("name != 'p1'", "a2 a3"),
        ("name != ''", "a1 a2"),
        ("name != null", "a1 a2"),
        ("name:lower = ''", "a3"),
        ("name = kind", "a3"),
        ("name != kind", "a1 a2"),
        ("name !~ 'p'", ""),
        ("views = ''", "a3"),
        ("views != 10", "a2 a3"),
        ("day = ''", "a3"),
        ("kind = ''", "a3"),
        ("kind != 'news'", "a3"),
        ("author = ''", "a3"),
        ("author.name = ''", "a3"),
        ("author.name != 'Ann'", "a2 a3"),
        ("labels:length = 0", "a2 a3"),
        ("tags:length = 0", "a3"),
        ("meta = null", "a3"),
        ("posts = 0", "a3"),
        ("posts = '0'", "a3"),
        ("posts > '0'", "a1 a2"),
        ("posts != ''", "a1 a2 a3"),
        ("whole = ''", "a3"),
        ("whole = '30'", "a2"),
        ("reads >= 30", "a1 a2"),
        ("reads = '30'", "a1 a2"),
        ("posts = whole", ""),
    ] {
        let found = guest.list("v", &[("filter", filter), ("sort", "id")]).await;
        let short: Vec<_> = found
            .is(200)
            .items()
            .iter()
            .map(|item| item["id"].as_str().unwrap().trim_end_matches('0').to_owned())
            .collect();
        assert_eq!(short.join(" "), expected, "{filter}");
    }
}

#[tokio::test]
async fn relations_are_expanded_both_ways() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(
        &superuser,
        "v",
        "select (row_number() over (order by p.id)) as id, p.id as post, p.author, p.tags from posts p",
    )
    .await;
    let guest = server.guest();
    let one = guest.view("v", "1", &[("expand", "post.comments_via_post,author,tags")]).await;
    one.is(200).has("/expand/post/name", "p1").has("/expand/author/name", "Ann").has("/expand/tags/1/name", "green");
    one.has("/expand/post/expand/comments_via_post/1/text", "fine");
    let back = guest.view("authors", &id("a1"), &[("expand", "v_via_author")]).await;
    back.is(200).has("/expand/v_via_author/0/id", "1").has("/expand/v_via_author/1/id", "2");
    let filtered = guest.list("authors", &[("filter", "v_via_author.post.name ?= 'p3'")]).await;
    assert_eq!(filtered.is(200).column("name"), "Bob");
    let tags =
        guest.list("tags", &[("filter", "v_via_tags.id ?= '1'"), ("sort", "name"), ("expand", "v_via_tags")]).await;
    assert_eq!(tags.is(200).column("name"), "green red");
    tags.has("/items/0/expand/v_via_tags/1/id", "2");
    superuser.update_collection("v", json!({"viewRule": null})).await.is(200);
    guest.view("authors", &id("a1"), &[("expand", "v_via_author")]).await.is(200).lacks("/expand");
}

#[tokio::test]
async fn a_total_is_as_new_as_the_tables_below() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "low", "select id, name from tags where name != 'blue'").await;
    has_view(&superuser, "high", "select id, name from low").await;
    for (at, name) in ["new", "blue", "newer"].into_iter().enumerate() {
        let expected = [2, 3, 3][at];
        for view in ["low", "high"] {
            superuser.list(view, &[("perPage", "1")]).await.is(200).has("/totalItems", expected);
            let filter = [("perPage", "1"), ("filter", "name != 'x'")];
            superuser.list(view, &filter).await.is(200).has("/totalItems", expected);
        }
        superuser.create("tags", json!({"name": name})).await.is(200);
    }
    superuser.list("high", &[("perPage", "1")]).await.is(200).has("/totalItems", 4);
    superuser.remove("/api/collections/tags/truncate").await.is(204);
    superuser.list("high", &[("perPage", "1")]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn numeric_ids_are_texts() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "v", "select views as id, name from posts").await;
    let guest = server.guest();
    guest.view("v", "10", &[]).await.is(200).has("/id", "10").has("/name", "p1");
    guest.view("v", "-5", &[]).await.is(200).has("/name", "p5");
    guest.list("v", &[("filter", "id = '30'")]).await.is(200).has("/totalItems", 1).has("/items/0/id", "30");
}

#[tokio::test]
async fn texts_that_read_as_json_come_out_as_json() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let query = "select 'a' as id, '10' as n, 'x' as t, '[1,2]' as l, '' as e, null as z, 1.5 as r, true as b, x'00' as raw, json_object('k', 1) as o";
    has_view(&superuser, "v", query).await;
    let seen = server.guest().view("v", "a", &[]).await;
    seen.is(200).has("/n", 10).has("/t", "x").has("/l", json!([1, 2])).has("/e", "").has("/z", json!(null));
    seen.has("/r", 1.5).has("/b", 1).has("/raw", json!(null)).has("/o", json!({"k": 1}));
}
