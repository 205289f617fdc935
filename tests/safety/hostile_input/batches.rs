//! Batches that are none: types, addresses, keys of files, nesting, numbers of parts.

use serde_json::{Value as Json, json};

use crate::api::batch::{self, create};
use crate::support::{Client, id, multipart, notes};

/// One of each, where something else is expected.
fn oddities() -> Vec<Json> {
    vec![
        json!(null),
        json!(true),
        json!(-1.5),
        json!(""),
        json!("\u{0}\r\n\u{202e}"),
        json!("x".repeat(100_000)),
        json!([]),
        json!([{"a": [null]}]),
        json!({}),
        json!({"__proto__": {"a": 1}, "": ""}),
    ]
}

#[tokio::test]
async fn whatever_an_item_is_made_of_the_server_answers() {
    let server = batch::server(notes()).await;
    let guest = server.guest();
    for odd in oddities() {
        guest.post("/api/batch", odd.clone()).await.is_refused();
        guest.post("/api/batch", json!({"requests": odd})).await.is_refused();
        for key in ["method", "url", "body", "headers"] {
            let mut item = create("notes", json!({"title": "odd"}));
            item[key] = odd.clone();
            batch::send(&guest, vec![item]).await.is_no_failure();
        }
        for key in ["id", "title", "rank", "done", "rank+", "+title", "collectionId", "expand"] {
            for method in ["POST", "PUT"] {
                let mut item = create("notes", json!({key: odd}));
                item["method"] = method.into();
                batch::send(&guest, vec![item]).await.is_no_failure();
            }
        }
        let mut item = create("notes", json!({}));
        item["headers"] = json!({"X-Odd": odd, "": "x", "a\u{0}\n": "\u{0}"});
        batch::send(&guest, vec![item]).await.is_no_failure();
    }
    guest.view("notes", &id("n1"), &[]).await.is(200).has("/title", "Ash");
}

#[tokio::test]
async fn odd_addresses_lead_nowhere() {
    let server = batch::server(notes()).await;
    let superuser = server.superuser();
    let all = "/api/collections/notes/records";
    for url in [
        "/api/collections/notes/../notes/records/n1".to_owned(),
        format!("/api/collections/notes/records/{}/../{}", id("n1"), id("n2")),
        format!("{all}/%00"),
        format!("{all}/%2e%2e%2f{}", id("n1")),
        format!("{all}/{}%2f", id("n1")),
        format!("{all}/{}%00", id("n1")),
        format!("{all}/'; DROP TABLE notes; --"),
        format!("/api/collections/notes' OR 1=1 --/records/{}", id("n1")),
        format!("\\api\\collections\\notes\\records\\{}", id("n1")),
        format!("//api/collections/notes/records/{}", id("n1")),
        format!("/API/collections/notes/records/{}", id("n1")),
        format!("{all}/{}\r\nX-Injected: 1", id("n1")),
        format!("{all}/ {}", id("n1")),
        "?".to_owned(),
        "\u{0}".to_owned(),
        "😀".repeat(2000),
    ] {
        let answer = batch::send(&superuser, vec![json!({"method": "DELETE", "url": url})]).await;
        answer.is(400).code("requests.0", "batch_request_failed");
    }
    superuser.list("notes", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn deep_bodies_and_endless_forms_are_refused() {
    let server = batch::server(notes()).await;
    let guest = server.guest();
    for depth in [200, 100_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let url = "/api/collections/notes/records";
        let body = format!(r#"{{"requests":[{{"method":"POST","url":"{url}","body":{{"title":{deep}}}}}]}}"#);
        guest.post_text("/api/batch", "application/json", body).await.is(400).no_data();
    }
    let payload = json!({"requests": [create("notes", json!({"title": "one of many parts"}))]}).to_string();
    let send = async |parts: &[(&str, &str, &[u8])]| {
        let form = multipart(&[("@jsonPayload", &payload)], parts);
        guest.send(guest.request(reqwest::Method::POST, "/api/batch").multipart(form)).await
    };
    let file: (&str, &str, &[u8]) = ("requests.0.none", "a.txt", b"a");
    send(&vec![file; 999]).await.is(200);
    send(&vec![file; 1000]).await.is(400).no_data();
    for key in
        ["requests.0.\u{0}", "requests[0][docs]", "requests.0.id", "requests.18446744073709551616.a", "requests.0.id+"]
    {
        send(&[(key, "a.txt", b"a")]).await.is(200);
    }
    guest.list("notes", &[("filter", "title = 'one of many parts'")]).await.is(200).has("/totalItems", 6);
}
