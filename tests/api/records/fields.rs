//! `?fields=`.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, blog, id};

#[tokio::test]
async fn picks() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let all = guest.view("posts", &id("p1"), &[("expand", "author,tags")]).await;
    let without_expand = {
        let mut json = all.json.clone();
        json["expand"] = json!({"author": {"name": "Ann"}});
        json
    };
    let table: Vec<(&str, Json)> = vec![
        ("name", json!({"name": "p1"})),
        ("name,views", json!({"name": "p1", "views": 10})),
        (" name , views ", json!({"name": "p1", "views": 10})),
        ("missing", json!({})),
        ("name,missing", json!({"name": "p1"})),
        ("name.x", json!({"name": "p1"})),
        ("labels.x", json!({"labels": ["x", "y"]})),
        ("meta.n", json!({"meta": {"n": 5}})),
        ("meta.a.b", json!({"meta": {"a": {"b": [1, "two", true]}}})),
        ("meta.missing", json!({"meta": {}})),
        ("place.lon", json!({"place": {"lon": 13.4}})),
        ("expand.author.name", json!({"expand": {"author": {"name": "Ann"}}})),
        ("expand.tags.name", json!({"expand": {"tags": [{"name": "red"}, {"name": "green"}]}})),
        ("expand.tags.*", json!({"expand": {"tags": all.at("/expand/tags")}})),
        ("expand.*.name", json!({"expand": {}})),
        ("*,expand.author.name", without_expand),
        ("*", all.json.clone()),
        ("", all.json.clone()),
        ("name,expand.author", json!({"name": "p1", "expand": {"author": all.at("/expand/author")}})),
        ("draft", json!({})),
    ];
    let mut wrong = Vec::new();
    for (fields, expected) in table {
        let answer = guest.view("posts", &id("p1"), &[("expand", "author,tags"), ("fields", fields)]).await;
        answer.is(200);
        if answer.json != expected {
            wrong.push(format!("fields={fields}\n    expected {expected}\n    got      {}", answer.json));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_list_keeps_its_envelope() {
    let server = TestServer::with(blog()).await;
    let answer = server.guest().list("posts", &[("fields", "name"), ("perPage", "2"), ("sort", "name")]).await;
    assert_eq!(
        answer.is(200).json,
        json!({
            "page": 1, "perPage": 2, "totalItems": 5, "totalPages": 3, "items": [{"name": "p1"}, {"name": "p2"}],
        })
    );
}

#[tokio::test]
async fn excerpts() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let html = "<h1>Héllo</h1><p>wörld <b>and</b>\n\n all&nbsp;others</p><script>alert(1)</script><style>b{}</style>\
                <ul><li>one</li><li>two</li></ul><textarea>no</textarea>";
    guest.update("posts", &id("p1"), json!({"body": html})).await.is(200);
    let table: Vec<(&str, Json)> = vec![
        ("body:excerpt(5)", json!({"body": "Héllo"})),
        ("body:excerpt(5,true)", json!({"body": "Héllo..."})),
        ("body:excerpt( 5 , true )", json!({"body": "Héllo..."})),
        ("body:excerpt(5,1)", json!({"body": "Héllo..."})),
        ("body:excerpt(5,t)", json!({"body": "Héllo..."})),
        ("body:excerpt(5,false)", json!({"body": "Héllo"})),
        ("body:excerpt(5,yes)", json!({"body": "Héllo"})),
        ("body:excerpt(6)", json!({"body": "Héllo"})),
        ("body:excerpt(11)", json!({"body": "Héllo wörld"})),
        ("name:excerpt(1)", json!({"name": "p"})),
        ("name:excerpt(100,true)", json!({"name": "p1"})),
        ("views:excerpt(1)", json!({"views": 10})),
        ("expand.author.name:excerpt(2)", json!({"expand": {"author": {"name": "An"}}})),
    ];
    for (fields, expected) in table {
        let answer = guest.view("posts", &id("p1"), &[("expand", "author"), ("fields", fields)]).await;
        assert_eq!(answer.is(200).json, expected, "{fields}");
    }
    let all = guest.view("posts", &id("p1"), &[("fields", "body:excerpt(1000)")]).await;
    let text = all.is(200).text("/body");
    assert!(text.starts_with("Héllo wörld and all") && text.contains("one two"), "{text}");
    for absent in ["alert", "b{}", "no", "<", "  "] {
        assert!(!text.contains(absent), "{absent:?} in {text:?}");
    }
    let stars = guest.view("posts", &id("p1"), &[("fields", "*:excerpt(1)")]).await;
    stars.is(200).has("/name", "p").has("/kind", "n").has("/views", 10);
}

#[tokio::test]
async fn modifiers_that_are_refused() {
    let server = TestServer::with(blog()).await;
    for fields in [
        "body:nothing(5)",
        "body:excerpt",
        "body:excerpt(",
        "body:excerpt()",
        "body:excerpt(0)",
        "body:excerpt(-1)",
        "body:excerpt(x)",
        "body:excerpt(1.5)",
        "body:excerpt(1,2,3)",
        "body:",
        "body:excerpt(99999999999999999999)",
    ] {
        let answer = server.guest().view("posts", &id("p1"), &[("fields", fields)]).await;
        assert_eq!(answer.status, 400, "{fields}: {answer}");
        answer.is(400);
        server.guest().list("posts", &[("fields", fields)]).await.is(400);
    }
}

#[tokio::test]
async fn errors_are_never_trimmed() {
    let server = TestServer::with(blog()).await;
    server.guest().view("posts", "missing", &[("fields", "message")]).await.is(404);
    let path = "/api/collections/posts/records?fields=data";
    server.guest().post(path, json!({"kind": "wrong"})).await.is(400).code("kind", "validation_invalid_value");
}

#[tokio::test]
async fn fields_trims_writes() {
    let server = TestServer::with(blog()).await;
    let answer = server.guest().post("/api/collections/tags/records?fields=name", json!({"name": "x"})).await;
    assert_eq!(answer.is(200).json, json!({"name": "x"}));
}
