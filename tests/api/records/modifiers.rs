//! `field+`, `+field`, `field-`, `field:autogenerate`.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, blog, collection, id};

#[tokio::test]
async fn numbers() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    // From 10 each time.
    for (body, expected) in [
        (json!({"views+": 5}), json!(15)),
        (json!({"views-": 5}), json!(5)),
        (json!({"views+": "2"}), json!(12)),
        (json!({"views+": "x"}), json!(10)),
        (json!({"views+": null}), json!(10)),
        (json!({"views+": -1.5}), json!(8.5)),
        (json!({"views+": true}), json!(11)),
        (json!({"views": 1, "views-": 5, "views+": 2}), json!(-2)),
        (json!({"+views": 5}), json!(10)),
        (json!({"views+": 5, "unknown+": 1}), json!(15)),
    ] {
        guest.update("posts", &id("p1"), json!({"views": 10})).await.is(200);
        let answer = guest.update("posts", &id("p1"), body.clone()).await;
        assert_eq!(answer.is(200).json["views"], expected, "{body}");
        answer.lacks("/views+").lacks("/views-");
    }
    guest.create("posts", json!({"views+": 3})).await.is(200).has("/views", 3);
    guest.create("posts", json!({"views-": 3})).await.is(200).has("/views", -3);
}

#[tokio::test]
async fn lists_of_options() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    // From ["x", "y"] each time.
    for (body, expected) in [
        (json!({"labels+": "z"}), json!(["x", "y", "z"])),
        (json!({"labels+": ["z", "x"]}), json!(["x", "y", "z"])),
        (json!({"+labels": "z"}), json!(["z", "x", "y"])),
        (json!({"+labels": "y"}), json!(["y", "x"])),
        (json!({"labels+": "x"}), json!(["x", "y"])),
        (json!({"labels-": "x"}), json!(["y"])),
        (json!({"labels-": ["x", "y"]}), json!([])),
        (json!({"labels-": "q"}), json!(["x", "y"])),
        (json!({"labels-": "x", "labels+": "z"}), json!(["y", "z"])),
        (json!({"labels": ["z"], "labels+": "y"}), json!(["z", "y"])),
        (json!({"labels+": null}), json!(["x", "y"])),
        (json!({"labels": null}), json!([])),
    ] {
        guest.update("posts", &id("p1"), json!({"labels": ["x", "y"]})).await.is(200);
        let answer = guest.update("posts", &id("p1"), body.clone()).await;
        assert_eq!(answer.is(200).json["labels"], expected, "{body}");
    }
    guest.create("posts", json!({"labels+": ["y", "x"]})).await.is(200).has("/labels", json!(["y", "x"]));
}

#[tokio::test]
async fn one_option() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    // From "news" each time.
    for (body, expected) in [
        (json!({"kind+": "essay"}), "essay"),
        (json!({"+kind": "essay"}), "news"),
        (json!({"kind-": "news"}), ""),
        (json!({"kind-": "essay"}), "news"),
        (json!({"kind": ["note", "essay"]}), "essay"),
    ] {
        guest.update("posts", &id("p1"), json!({"kind": "news"})).await.is(200);
        let answer = guest.update("posts", &id("p1"), body.clone()).await;
        assert_eq!(answer.is(200).json["kind"], expected, "{body}");
    }
    guest.update("posts", &id("p1"), json!({"kind": "", "+kind": "note"})).await.is(200).has("/kind", "note");
}

#[tokio::test]
async fn relations() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let list = |shorts: &[&str]| -> Json { shorts.iter().map(|short| id(short)).collect::<Vec<_>>().into() };
    // From [red, green] each time.
    for (body, expected) in [
        (json!({"tags+": id("blue")}), list(&["red", "green", "blue"])),
        (json!({"+tags": id("blue")}), list(&["blue", "red", "green"])),
        (json!({"tags-": id("red")}), list(&["green"])),
        (json!({"tags-": list(&["red", "green"])}), list(&[])),
        (json!({"tags-": "unknown"}), list(&["red", "green"])),
    ] {
        guest.update("posts", &id("p1"), json!({"tags": list(&["red", "green"])})).await.is(200);
        let answer = guest.update("posts", &id("p1"), body.clone()).await;
        assert_eq!(answer.is(200).json["tags"], expected, "{body}");
    }
    guest
        .update("posts", &id("p1"), json!({"tags+": "unknown"}))
        .await
        .is(400)
        .codes(&[("tags", "validation_missing_rel_records")]);
    guest.update("posts", &id("p1"), json!({"author-": id("a1")})).await.is(200).has("/author", "");
}

#[tokio::test]
async fn generated_texts_on_demand() {
    let fields = json!([
        {"name": "slug", "type": "text", "autogeneratePattern": "[0-9]{6}"},
        {"name": "plain", "type": "text"},
    ]);
    let server = TestServer::with_collections([collection("made", fields)]).await;
    let guest = server.guest();
    let digits = |text: &str| text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let made = guest.create("made", json!({"slug:autogenerate": "x-", "plain:autogenerate": "y"})).await;
    assert!(digits(made.is(200).text("/slug").strip_prefix("x-").unwrap()), "{made}");
    made.has("/plain", "y");
    let changed = guest.update("made", &made.id(), json!({"slug:autogenerate": ""})).await;
    assert!(digits(changed.is(200).text("/slug")), "{changed}");
    assert_ne!(changed.text("/slug"), made.text("/slug"));
}

#[tokio::test]
async fn texts_have_no_plus() {
    let server = TestServer::with(blog()).await;
    let answer = server.guest().update("posts", &id("p1"), json!({"name+": "x", "+name": "y", "name-": "p"})).await;
    answer.is(200).has("/name", "p1");
}
