//! What items do: each as the single request would, one after the other.

use serde_json::{Value as Json, json};

use super::{create, delete, failed_at, send, server, update, upsert};
use crate::support::{Client, Fixture, blog, collection, id, notes};

#[tokio::test]
async fn items_are_done_in_their_order_and_answered_in_it() {
    let server = server(notes()).await;
    let guest = server.guest();
    let items = vec![
        create("notes", json!({"title": "new", "rank": 9})),
        update("c_notes", &id("n1"), json!({"rank+": 10})),
        upsert("notes", json!({"id": id("n2"), "title": "changed"})),
        upsert("notes", json!({"id": id("n9"), "title": "with an id"})),
        upsert("notes", json!({"title": "without an id"})),
        delete("notes", &id("n3")),
    ];
    let answer = send(&guest, items).await;
    answer.is(200);
    let all = answer.json.as_array().unwrap();
    assert_eq!(
        all.iter().map(|one| one["status"].as_u64().unwrap()).collect::<Vec<_>>(),
        [200, 200, 200, 200, 200, 204]
    );
    assert_eq!(all[5], json!({"body": null, "status": 204}));
    answer.has("/0/body/title", "new").has("/0/body/collectionName", "notes").has("/0/body/collectionId", "c_notes");
    answer.has("/1/body/id", id("n1")).has("/1/body/rank", 11);
    answer.has("/2/body/id", id("n2")).has("/2/body/title", "changed").has("/2/body/rank", 2);
    answer.has("/3/body/id", id("n9")).has("/4/body/title", "without an id");
    assert_eq!(answer.text("/4/body/id").len(), 15);
    let list = guest.list("notes", &[("sort", "title")]).await;
    assert_eq!(list.column("title"), "Ash changed new with an id without an id");
    assert_eq!(guest.view("notes", answer.text("/0/body/id"), &[]).await.json, all[0]["body"]);
}

#[tokio::test]
async fn each_item_sees_what_those_before_it_did() {
    let server = server(blog()).await;
    let superuser = server.superuser();
    let (author, post) = (id("new"), id("fresh"));
    let items = vec![
        create("authors", json!({"id": author, "name": "Dan"})),
        create("posts", json!({"id": post, "name": "p6", "author": author, "views": 1})),
        update("posts", &post, json!({"views+": 5})),
        upsert("posts", json!({"id": post, "views+": 5})),
        create("comments", json!({"post": post, "text": "first"})),
        delete("comments", &id("c1")),
        upsert("comments", json!({"id": id("c1"), "post": post, "text": "again"})),
    ];
    let answer = send(&superuser, items).await;
    answer.is(200).has("/1/body/views", 1).has("/2/body/views", 6).has("/3/body/views", 11);
    answer.has("/6/body/stars", 0);
    superuser.list("comments", &[("filter", &format!("post = '{post}'"))]).await.is(200).has("/totalItems", 2);
    // Uniqueness is judged by what is there at that moment.
    let taken = json!({"author": id("a1"), "bio": "x"});
    let answer = send(&superuser, vec![create("profiles", taken.clone())]).await;
    let data = failed_at(&answer, 0, 400, "Failed to create record.");
    assert_eq!(data["author"]["code"], "validation_not_unique");
    send(&superuser, vec![delete("profiles", &id("f1")), create("profiles", taken)]).await.is(200);
}

#[tokio::test]
async fn a_delete_takes_along_what_depends_on_it() {
    let server = server(blog()).await;
    let guest = server.guest();
    let answer =
        send(&guest, vec![delete("posts", &id("p1")), create("posts", json!({"id": id("p1"), "name": "again"}))]);
    answer.await.is(200);
    guest.list("comments", &[("filter", "post = ''")]).await.is(200).has("/totalItems", 0);
    guest.list("comments", &[]).await.is(200).has("/totalItems", 2);
    // Where the batch fails later, all of it is still there.
    let items = vec![delete("posts", &id("p2")), delete("posts", &id("none"))];
    failed_at(&send(&guest, items).await, 1, 404, "The requested resource wasn't found.");
    guest.view("posts", &id("p2"), &[]).await.is(200);
    guest.view("comments", &id("c3"), &[]).await.is(200);
}

#[tokio::test]
async fn items_have_queries_of_their_own_and_the_outer_fields_pick_from_the_list() {
    let server = server(blog()).await;
    let guest = server.guest();
    let url = |query: &str| format!("/api/collections/posts/records{query}");
    let items = |query: &str| {
        json!({"requests": [
            {"method": "POST", "url": url(query), "body": {"name": "x", "author": id("a1")}},
            {"method": "DELETE", "url": url(&format!("/{}", id("p4")))},
        ]})
    };
    let answer = guest.post("/api/batch", items("?expand=author&fields=name,expand.author.name")).await;
    assert_eq!(answer.is(200).json[0]["body"], json!({"name": "x", "expand": {"author": {"name": "Ann"}}}));
    let items = json!({"requests": [create("posts", json!({"name": "y"})), delete("posts", &id("p5"))]});
    let answer = guest.post("/api/batch?fields=status,body.name", items).await;
    assert_eq!(answer.is(200).json, json!([{"body": {"name": "y"}, "status": 200}, {"body": null, "status": 204}]));
    guest.post("/api/batch?fields=a:none(1)", json!({"requests": []})).await.is(400).no_data();
}

#[tokio::test]
async fn rules_know_that_they_are_asked_in_a_batch_and_see_the_item() {
    let rule = [
        "@request.context = 'batch'",
        "@request.method = @request.query.method",
        "@request.headers.x_tag = 'item'",
        "@request.headers.x_outer = 'outer'",
        "@request.headers.content_type = 'application/json'",
        "@request.body.title = 'said'",
    ];
    let mut watched = collection("watched", json!([{"name": "title", "type": "text"}]));
    for action in ["createRule", "updateRule", "deleteRule"] {
        watched[action] = rule.join(" && ").into();
    }
    let records = vec![("watched", vec![json!({"id": id("w1"), "title": "one"}), json!({"id": id("w2")})])];
    let server = server(Fixture { collections: vec![watched], records }).await;
    let guest = server.guest();
    let asked = |method: &str, path: &str, seen: &str, id: Option<String>| {
        let mut body = json!({"title": "said"});
        if let Some(id) = id {
            body["id"] = id.into();
        }
        json!({
            "method": method, "url": format!("/api/collections/watched/records{path}?method={seen}"), "body": body,
            "headers": {"X-Tag": "item", "content-type": "text/x"},
        })
    };
    let ways = |put: &str| {
        vec![
            asked("POST", "", "POST", None),
            asked("PATCH", &format!("/{}", id("w1")), "PATCH", None),
            asked("PUT", "", "PATCH", Some(id("w1"))),
            asked("PUT", "", put, Some(id("w9"))),
            asked("DELETE", &format!("/{}", id("w2")), "DELETE", None),
        ]
    };
    let post = async |items: Vec<Json>| {
        let request = guest.request(reqwest::Method::POST, "/api/batch").header("X-Outer", "outer");
        guest.send(request.header("X-Tag", "outer").json(&json!({"requests": items}))).await
    };
    failed_at(&post(ways("PUT")).await, 3, 400, "Failed to create record.");
    post(ways("POST")).await.is(200);
    // Alone it is another occasion.
    guest.create("watched", json!({"title": "said"})).await.is(400);
}

#[tokio::test]
async fn each_item_meets_its_own_rule() {
    let server = server(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    superuser
        .update_collection("notes", json!({"createRule": null, "updateRule": "rank > 1", "deleteRule": null}))
        .await;
    let refusal = "Only superusers can perform this action.";
    failed_at(&send(&guest, vec![create("notes", json!({}))]).await, 0, 403, refusal);
    failed_at(&send(&guest, vec![upsert("notes", json!({"id": id("n9")}))]).await, 0, 403, refusal);
    failed_at(&send(&guest, vec![delete("notes", &id("n1"))]).await, 0, 403, refusal);
    // An upsert is judged by what it turns into.
    send(&guest, vec![upsert("notes", json!({"id": id("n2"), "title": "x"}))]).await.is(200);
    let hidden = "The requested resource wasn't found.";
    failed_at(&send(&guest, vec![upsert("notes", json!({"id": id("n1"), "title": "x"}))]).await, 0, 404, hidden);
    // A rule is asked about the state that earlier items leave.
    let items = vec![update("notes", &id("n2"), json!({"rank": 1})), update("notes", &id("n2"), json!({"rank": 5}))];
    failed_at(&send(&guest, items.clone()).await, 1, 404, hidden);
    send(&superuser, items).await.is(200);
}

#[tokio::test]
async fn hidden_fields_stay_hidden() {
    let server = server(notes()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    let items = vec![
        create("notes", json!({"title": "a", "secret": "chosen"})),
        update("notes", &id("n1"), json!({"secret": "chosen"})),
        upsert("notes", json!({"id": id("n2"), "secret": "chosen"})),
    ];
    let answer = send(&guest, items).await;
    answer.is(200).never_says("chosen").never_says("alpha").never_says("secret");
    let secrets = superuser.list("notes", &[("sort", "id")]).await;
    assert!(!secrets.column("secret").contains("chosen"), "{secrets}");
    let answer = send(&superuser, vec![create("notes", json!({"secret": "chosen"}))]).await;
    answer.is(200).has("/0/body/secret", "chosen");
}

#[tokio::test]
async fn names_and_ids_are_decoded() {
    let server = server(notes()).await;
    let guest = server.guest();
    let encoded = format!("/api/collections/{}/records/{}", "%6eotes", "%6e1".to_owned() + &id("n1")[2..]);
    let answer = send(&guest, vec![json!({"method": "PATCH", "url": encoded, "body": {"title": "found"}})]).await;
    answer.is(200).has("/0/body/id", id("n1")).has("/0/body/title", "found");
}

#[tokio::test]
async fn values_are_taken_as_json() {
    let server = server(notes()).await;
    let items = vec![create("notes", json!({"title": "12", "rank": "7", "done": "true", "unknown": {"a": 1}}))];
    send(&server.guest(), items)
        .await
        .is(200)
        .has("/0/body/title", "12")
        .has("/0/body/rank", 7)
        .has("/0/body/done", true);
}
