//! An import while others write: nothing is lost on either side, and nobody waits for its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::house::people;
use crate::support::{Client, TestServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_write_while_an_import_runs() {
    let server = TestServer::with_collections([people()]).await;
    let rows: String = (0..20_000).map(|n| format!("{{\"name\": \"import {n}\"}}\n")).collect();
    let superuser = server.superuser();
    let done = Arc::new(AtomicBool::new(false));
    let importing = {
        let (superuser, done) = (superuser.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            let answer = superuser.post_text("/api/collections/people/import", "text/plain", rows).await;
            done.store(true, Ordering::Relaxed);
            answer.is(200).has("/created", 20_000).has("/bad", 0);
        })
    };
    let mut single = 0_u64;
    while !done.load(Ordering::Relaxed) {
        superuser.create("people", json!({"name": format!("single {single}")})).await.is(200);
        single += 1;
    }
    importing.await.unwrap();
    // Who had to wait for the whole import would have come once or twice.
    assert!(single > 5, "{single} creates came in between");
    superuser.list("people", &[("perPage", "1")]).await.has("/totalItems", 20_000 + single);
    let filter = [("perPage", "1"), ("filter", "name ~ 'single'")];
    superuser.list("people", &filter).await.has("/totalItems", single);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_that_gets_a_field_meanwhile_takes_the_rest() {
    let server = TestServer::with_collections([people()]).await;
    let rows: String = (0..20_000).map(|n| format!("{{\"name\": \"import {n}\"}}\n")).collect();
    let superuser = server.superuser();
    let importing = {
        let superuser = superuser.clone();
        tokio::spawn(async move { superuser.post_text("/api/collections/people/import", "text/plain", rows).await })
    };
    for n in 0..3 {
        let now = superuser.get("/api/collections/people").await;
        let mut fields = now.at("/fields").clone();
        fields.as_array_mut().unwrap().push(json!({"name": format!("more{n}"), "type": "text"}));
        superuser.update_collection("people", json!({"fields": fields})).await.is(200);
    }
    importing.await.unwrap().is(200).has("/created", 20_000).has("/bad", 0);
    superuser.list("people", &[("perPage", "1")]).await.has("/totalItems", 20_000).has("/items/0/more2", "");
}
