//! `GET …/records/{id}`.

use serde_json::json;

use crate::support::{Client, TestServer, collection, id, notes};

#[tokio::test]
async fn a_record_is_found_by_its_exact_id() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    guest.view("notes", &id("n1"), &[]).await.is(200).has("/title", "Ash").lacks("/expand").lacks("/secret");
    guest.view("c_notes", &id("n1"), &[]).await.is(200);
    let mut others = vec![id("N1"), id("n9"), "x".to_owned(), "%27".to_owned(), "%00".to_owned(), "%ff".to_owned()];
    others.push(format!("{}%20", id("n1")));
    others.push("x%27%20OR%201%3D1%20--".to_owned());
    others.push("a".repeat(5000));
    for other in others {
        guest.view("notes", &other, &[]).await.is(404).message("The requested resource wasn't found.").no_data();
    }
    guest.view("missing", &id("n1"), &[]).await.is(404).message("Missing collection context.");
}

#[tokio::test]
async fn a_null_rule_is_403_before_the_record_is_looked_for() {
    let server = TestServer::with(notes()).await;
    server.superuser().update_collection("notes", json!({"viewRule": null})).await.is(200);
    for record in [id("n1"), id("n9")] {
        let answer = server.guest().view("notes", &record, &[]).await;
        answer.is(403).message("Only superusers can perform this action.").no_data();
    }
    server.superuser().view("notes", &id("n1"), &[]).await.is(200).has("/secret", "alpha");
}

#[tokio::test]
async fn a_rule_that_is_not_met_is_404() {
    let server = TestServer::with(notes()).await;
    server.superuser().update_collection("notes", json!({"viewRule": "rank > 1"})).await.is(200);
    server.guest().view("notes", &id("n1"), &[]).await.is(404).no_data();
    server.guest().view("notes", &id("n2"), &[]).await.is(200);
    server.superuser().view("notes", &id("n1"), &[]).await.is(200);
}

#[tokio::test]
async fn ids_of_other_shapes_are_texts() {
    let fields = json!([{"name": "id", "type": "text", "pattern": "^.+$", "min": 0, "max": 0}]);
    let server = TestServer::with_collections([collection("free", fields)]).await;
    let superuser = server.superuser();
    for (sent, stored) in [(json!("1"), "1"), (json!("0001"), "0001"), (json!("Größe"), "Größe"), (json!(42), "42")]
    {
        superuser.create("free", json!({"id": sent})).await.is(200).has("/id", stored);
        server.guest().view("free", stored, &[]).await.is(200).has("/id", stored);
    }
    server.guest().view("free", "01", &[]).await.is(404);
    server.guest().view("free", "1.0", &[]).await.is(404);
}
