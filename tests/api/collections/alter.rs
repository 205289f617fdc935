//! What becomes of the records when a collection changes.

use serde_json::{Value as Json, json};

use crate::support::{Client, Superuser, TestServer, blog, id, notes};

/// The fields of a collection, changed by hand.
async fn with_fields(superuser: &Superuser, collection: &str, change: impl FnOnce(&mut Vec<Json>)) -> Json {
    let current = superuser.get(&format!("/api/collections/{collection}")).await;
    let mut fields = current.is(200).at("/fields").as_array().unwrap().clone();
    change(&mut fields);
    json!({"fields": fields})
}

fn named<'a>(fields: &'a mut [Json], name: &str) -> &'a mut Json {
    fields.iter_mut().find(|field| field["name"] == name).expect("the field")
}

#[tokio::test]
async fn renaming_a_collection_keeps_everything() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    superuser.update_collection("authors", json!({"name": "writers"})).await.is(200).has("/id", "c_authors");
    server.guest().list("authors", &[]).await.is(404).message("Missing collection context.");
    let one = server.guest().view("writers", &id("a1"), &[]).await;
    one.is(200).has("/collectionName", "writers").has("/collectionId", "c_authors");
    let posts =
        server.guest().list("posts", &[("filter", "author.name='Ann'"), ("expand", "author"), ("sort", "name")]).await;
    assert_eq!(posts.is(200).column("name"), "p1 p2");
    posts.has("/items/0/expand/author/collectionName", "writers");
    // The case alone.
    superuser.update_collection("writers", json!({"name": "Writers"})).await.is(200).has("/name", "Writers");
    server.guest().view("writers", &id("a1"), &[]).await.is(200).has("/collectionName", "Writers");
}

#[tokio::test]
async fn renaming_a_field_keeps_its_values_and_swaps_work() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let body = with_fields(&superuser, "notes", |fields| {
        named(fields, "title")["name"] = json!("swap");
        named(fields, "secret")["name"] = json!("title");
        named(fields, "swap")["name"] = json!("secret");
    })
    .await;
    superuser.update_collection("notes", body).await.is(200);
    let list = superuser.list("notes", &[("sort", "title")]).await;
    assert_eq!(list.is(200).column("title"), "alpha beta gamma");
    assert_eq!(list.column("secret"), "Ash Birch Cedar");
}

#[tokio::test]
async fn a_rule_that_names_the_old_field_must_change_too() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    superuser.update_collection("notes", json!({"listRule": "title != ''"})).await.is(200);
    let mut body = with_fields(&superuser, "notes", |fields| named(fields, "title")["name"] = json!("name")).await;
    superuser.update_collection("notes", body.clone()).await.is(400).codes(&[("listRule", "validation_invalid_rule")]);
    body["listRule"] = json!("name != ''");
    superuser.update_collection("notes", body).await.is(200);
    let list = server.guest().list("notes", &[("sort", "name")]).await;
    assert_eq!(list.is(200).column("name"), "Ash Birch Cedar");
}

#[tokio::test]
async fn a_removed_field_takes_its_data_along() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let body = with_fields(&superuser, "notes", |fields| fields.retain(|field| field["name"] != "rank")).await;
    superuser.update_collection("notes", body).await.is(200);
    server.guest().view("notes", &id("n1"), &[]).await.is(200).lacks("/rank");
    let body = with_fields(&superuser, "notes", |fields| fields.push(json!({"name": "rank", "type": "number"}))).await;
    superuser.update_collection("notes", body).await.is(200);
    server.guest().view("notes", &id("n1"), &[]).await.is(200).has("/rank", 0);
}

#[tokio::test]
async fn a_new_field_has_its_zero_in_old_records() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let body = with_fields(&superuser, "notes", |fields| {
        fields.push(json!({"name": "t", "type": "text", "required": true}));
        fields.push(json!({"name": "n", "type": "number"}));
        fields.push(json!({"name": "b", "type": "bool"}));
        fields.push(json!({"name": "d", "type": "date"}));
        fields.push(json!({"name": "s", "type": "select", "values": ["a"], "maxSelect": 1}));
        fields.push(json!({"name": "m", "type": "relation", "collectionId": "c_notes", "maxSelect": 2}));
        fields.push(json!({"name": "j", "type": "json"}));
        fields.push(json!({"name": "g", "type": "geoPoint"}));
    })
    .await;
    superuser.update_collection("notes", body).await.is(200);
    let one = server.guest().view("notes", &id("n1"), &[]).await;
    one.is(200).has("/t", "").has("/n", 0).has("/b", false).has("/d", "").has("/s", "").has("/m", json!([]));
    one.has("/j", json!(null)).has("/g", json!({"lon": 0, "lat": 0}));
    // Validated at the next save, and only then.
    server.guest().update("notes", &id("n1"), json!({"n": 1})).await.is(400).codes(&[("t", "validation_required")]);
}

#[tokio::test]
async fn the_type_of_a_field_id_stays() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let body = with_fields(&superuser, "notes", |fields| named(fields, "title")["type"] = json!("number")).await;
    let answer = superuser.update_collection("notes", body).await;
    answer.is(400).codes(&[("fields.1", "validation_field_type_change")]);
    answer.says("fields.1", "Field type cannot be changed.");
}

#[tokio::test]
async fn the_same_name_with_a_new_id_and_type_starts_empty() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let body = with_fields(&superuser, "notes", |fields| {
        *named(fields, "title") = json!({"name": "title", "type": "number"});
    })
    .await;
    superuser.update_collection("notes", body).await.is(200);
    server.guest().view("notes", &id("n1"), &[]).await.is(200).has("/title", 0);
}

#[tokio::test]
async fn a_field_sent_again_without_id_is_the_same_one() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let body = with_fields(&superuser, "notes", |fields| {
        for field in fields.iter_mut() {
            field.as_object_mut().unwrap().remove("id");
        }
    })
    .await;
    superuser.update_collection("notes", body).await.is(200);
    server.guest().view("notes", &id("n1"), &[]).await.is(200).has("/title", "Ash").has("/rank", 1);
}

#[tokio::test]
async fn one_value_becomes_a_list_and_a_list_its_last_value() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let body = with_fields(&superuser, "posts", |fields| {
        named(fields, "author")["maxSelect"] = json!(5);
        named(fields, "kind")["maxSelect"] = json!(3);
        named(fields, "tags")["maxSelect"] = json!(1);
        named(fields, "labels")["maxSelect"] = json!(0);
    })
    .await;
    superuser.update_collection("posts", body).await.is(200);
    let p1 = server.guest().view("posts", &id("p1"), &[]).await;
    p1.is(200)
        .has("/author", json!([id("a1")]))
        .has("/kind", json!(["news"]))
        .has("/tags", id("green"))
        .has("/labels", "y");
    let p4 = server.guest().view("posts", &id("p4"), &[]).await;
    p4.is(200).has("/kind", json!([])).has("/tags", "").has("/labels", "y");
    let list = server.guest().list("posts", &[("filter", "tags.name='green'"), ("sort", "name")]).await;
    assert_eq!(list.is(200).column("name"), "p1 p2");
}

#[tokio::test]
async fn other_options_leave_stored_values_alone() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let body = with_fields(&superuser, "notes", |fields| named(fields, "title")["max"] = json!(3)).await;
    superuser.update_collection("notes", body).await.is(200);
    server.guest().view("notes", &id("n2"), &[]).await.is(200).has("/title", "Birch");
    let answer = server.guest().update("notes", &id("n2"), json!({"rank": 5})).await;
    answer.is(400).codes(&[("title", "validation_max_text_constraint")]);
}

#[tokio::test]
async fn the_target_of_a_relation_stays() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let body =
        with_fields(&superuser, "posts", |fields| named(fields, "author")["collectionId"] = json!("c_tags")).await;
    let answer = superuser.update_collection("posts", body).await;
    answer.is(400).codes(&[("fields.3.collectionId", "validation_field_relation_change")]);
}

#[tokio::test]
async fn readers_and_writers_go_on_while_a_collection_changes() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let others: Vec<_> = (0..4)
        .map(|number| {
            let (guest, stop) = (server.guest(), stop.clone());
            tokio::spawn(async move {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    if number % 2 == 0 {
                        guest.list("notes", &[("filter", "rank >= 0"), ("sort", "-title")]).await.is(200);
                    } else {
                        guest.create("notes", json!({"title": "more", "rank": 5})).await.is(200);
                    }
                }
            })
        })
        .collect();
    for round in 0..10 {
        let body = with_fields(&superuser, "notes", |fields| {
            if round % 2 == 0 {
                fields.push(json!({"name": "extra", "type": "text"}));
            } else {
                fields.retain(|field| field["name"] != "extra");
            }
        })
        .await;
        superuser.update_collection("notes", body).await.is(200);
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for other in others {
        other.await.expect("nobody was refused");
    }
}
