//! `ETag`, `If-None-Match` and `If-Match` of records.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, TestServer, collection, id, notes};

fn path(record: &str) -> String {
    format!("/api/collections/notes/records/{}", id(record))
}

fn tag(answer: &Answer) -> String {
    answer.is(200).header("etag").expect("a tag").to_owned()
}

/// A request for one version of a record.
async fn send_for(client: &impl Client, method: Method, path: &str, version: &str, body: Json) -> Answer {
    client.send(client.request(method, path).header("If-Match", version).json(&body)).await
}

async fn view_unless(client: &impl Client, path: &str, known: &str) -> Answer {
    client.send(client.request(Method::GET, path).header("If-None-Match", known)).await
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let first = guest.get(&path("n1")).await;
    let known = tag(&first);
    assert_eq!(tag(&guest.get(&path("n1")).await), known, "a tag stays while nothing changes");
    for tags in [known.clone(), format!("\"x\", W/{known}"), "*".to_owned()] {
        let answer = view_unless(&guest, &path("n1"), &tags).await;
        answer.is(304).has_header("etag", &known).has_header("vary", "Origin");
        assert!(answer.header("content-type").is_none(), "nothing is sent");
    }
    view_unless(&guest, &path("n1"), "\"other\"").await.is(200).has("/title", "Ash");
    guest.patch(&path("n1"), json!({"title": "Alder"})).await.is(200);
    let changed = view_unless(&guest, &path("n1"), &known).await;
    assert_ne!(tag(&changed), known);
    view_unless(&guest, "/api/collections/notes/records/missing", "*").await.is(404);
}

#[tokio::test]
async fn a_tag_is_that_of_one_answer_to_one_caller() {
    let server = TestServer::with(notes()).await;
    let picked = format!("{}?fields=title", path("n1"));
    let whole = tag(&server.guest().get(&path("n1")).await);
    let part = tag(&server.guest().get(&picked).await);
    let all = tag(&server.superuser().get(&path("n1")).await);
    assert!(whole != part && whole != all, "each answer has its own: {whole} {part} {all}");
    view_unless(&server.guest(), &picked, &whole).await.is(200);
    view_unless(&server.superuser(), &path("n1"), &whole).await.is(200).has("/secret", "alpha");
    for known in [whole, part, all] {
        let answer = send_for(&server.guest(), Method::PATCH, &path("n1"), &known, json!({"rank": 1})).await;
        assert_eq!(answer.status, 200, "all of them show the same version: {answer}");
    }
}

#[tokio::test]
async fn a_write_for_another_version_is_refused_and_changes_nothing() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let old = tag(&guest.get(&path("n1")).await);
    let new = tag(&send_for(&guest, Method::PATCH, &path("n1"), &old, json!({"title": "Alder"})).await);
    assert_eq!(tag(&guest.get(&path("n1")).await), new, "an update answers the new tag");
    for known in [old.as_str(), "\"\"", "", "nonsense", "\"0000000000000000-0000000000000000\""] {
        for method in [Method::PATCH, Method::DELETE] {
            let answer = send_for(&guest, method, &path("n1"), known, json!({"title": "Lost"})).await;
            answer.is(412).no_data().message("The record has changed since it was read.");
        }
    }
    // Also where only what the caller does not see has changed.
    server.superuser().patch(&path("n1"), json!({"secret": "omega"})).await.is(200);
    send_for(&guest, Method::DELETE, &path("n1"), &new, json!({})).await.is(412);
    let now = tag(&guest.get(&path("n1")).await);
    guest.get(&path("n1")).await.has("/title", "Alder");
    send_for(&guest, Method::DELETE, &path("n1"), &now, json!({})).await.is(204);
    send_for(&guest, Method::DELETE, &path("n1"), &now, json!({})).await.is(404);
}

#[tokio::test]
async fn any_version_means_that_there_is_one() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    send_for(&guest, Method::PATCH, &path("n1"), "*", json!({"rank": 5})).await.is(200).has("/rank", 5);
    send_for(&guest, Method::PATCH, &path("n9"), "*", json!({"rank": 5})).await.is(404);
    send_for(&guest, Method::DELETE, &path("n1"), "*", json!({})).await.is(204);
    send_for(&guest, Method::DELETE, &path("n1"), "*", json!({})).await.is(404);
}

#[tokio::test]
async fn who_may_not_write_a_record_hears_nothing_of_its_version() {
    let server = TestServer::with(notes()).await;
    let known = tag(&server.guest().get(&path("n1")).await);
    server.superuser().update_collection("notes", json!({"updateRule": "rank > 1", "deleteRule": "rank > 1"})).await;
    for version in [known.as_str(), "\"other\""] {
        for method in [Method::PATCH, Method::DELETE] {
            send_for(&server.guest(), method, &path("n1"), version, json!({})).await.is(404);
        }
    }
}

#[tokio::test]
async fn a_record_has_one_tag_from_its_creation_on_and_after_a_restart() {
    let fields = json!([
        {"name": "t", "type": "text"}, {"name": "n", "type": "number"}, {"name": "b", "type": "bool"},
        {"name": "j", "type": "json"}, {"name": "d", "type": "date"}, {"name": "g", "type": "geoPoint"},
        {"name": "s", "type": "select", "values": ["1", "2"], "maxSelect": 2},
        {"name": "p", "type": "password"},
        {"name": "on", "type": "autodate", "onCreate": true, "onUpdate": true},
    ]);
    let mut server = TestServer::with_collections([collection("all", fields)]).await;
    let mut tags = Vec::new();
    for (number, json) in [json!(7), json!("7"), json!("0012"), json!(1.5), json!([1]), json!(null)].iter().enumerate()
    {
        let body = json!({
            "t": "12", "n": 5, "b": true, "j": json, "d": "2024-01-01", "g": {"lon": 1, "lat": 2.5}, "s": ["1", "2"],
            "p": "12345678",
        });
        let created = server.guest().create("all", body).await;
        let path = format!("/api/collections/all/records/{}", created.id());
        assert_eq!(tag(&created), tag(&server.guest().get(&path).await), "{json}");
        let updated = server.guest().patch(&path, json!({"n": number, "j": json})).await;
        assert_eq!(tag(&updated), tag(&server.guest().get(&path).await), "{json}");
        tags.push((path, tag(&updated)));
    }
    server.restart();
    for (path, known) in tags {
        view_unless(&server.guest(), &path, &known).await.is(304);
        send_for(&server.guest(), Method::PATCH, &path, &known, json!({"n": 9})).await.is(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_who_read_the_same_version_one_writes() {
    let server = TestServer::with(notes()).await;
    for generation in 0..3 {
        let known = tag(&server.guest().get(&path("n1")).await);
        let writers: Vec<_> = (0..100)
            .map(|writer| {
                let (guest, known) = (server.guest(), known.clone());
                tokio::spawn(async move {
                    let body = json!({"title": format!("{generation}/{writer}"), "rank+": 1});
                    send_for(&guest, Method::PATCH, &path("n1"), &known, body).await
                })
            })
            .collect();
        let mut winners = Vec::new();
        for writer in writers {
            let answer = writer.await.expect("an answer");
            match answer.status {
                200 => winners.push(answer.text("/title").to_owned()),
                _ => _ = answer.is(412),
            }
        }
        assert_eq!(winners.len(), 1, "one write of each generation is let through");
        let now = server.guest().get(&path("n1")).await;
        now.has("/title", winners[0].as_str()).has("/rank", 2 + generation);
    }
}

#[tokio::test]
async fn items_of_a_batch_have_versions_of_their_own() {
    let server = TestServer::with(notes()).await;
    server.superuser().patch("/api/settings", json!({"batch": {"enabled": true, "maxRequests": 50}})).await.is(200);
    let guest = server.guest();
    let known = tag(&guest.get(&path("n1")).await);
    let item = |version: Option<&str>, title: &str| {
        let headers = version.map_or_else(|| json!({}), |version| json!({"If-Match": version}));
        json!({"requests": [{"method": "PATCH", "url": path("n1"), "headers": headers, "body": {"title": title}}]})
    };
    // The header of the batch is meant for none of its items.
    send_for(&guest, Method::POST, "/api/batch", "\"other\"", item(None, "Alder")).await.is(200);
    let refused = guest.post("/api/batch", item(Some(&known), "Aspen")).await;
    refused.is(400).has("/data/requests/0/response/status", 412);
    let known = tag(&guest.get(&path("n1")).await);
    guest.post("/api/batch", item(Some(&known), "Aspen")).await.is(200).has("/0/body/title", "Aspen");
    let upsert = json!({"requests": [{
        "method": "PUT", "url": "/api/collections/notes/records", "headers": {"If-Match": "*"},
        "body": {"id": id("n9"), "title": "Yew"},
    }]});
    guest.post("/api/batch", upsert).await.is(400).has("/data/requests/0/response/status", 412);
    guest.get(&path("n9")).await.is(404);
}

#[tokio::test]
async fn pages_of_other_origins_may_read_the_tag() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let from = |path: String| guest.send(guest.request(Method::GET, &path).header("Origin", "https://app.example"));
    from(path("n1")).await.is(200).has_header("access-control-expose-headers", "ETag");
    assert!(from("/api/health".to_owned()).await.header("access-control-expose-headers").is_none());
}
