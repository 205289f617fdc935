//! `POST …/records`.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, collection, id, notes};

#[tokio::test]
async fn the_answer_is_the_stored_record() {
    let server = TestServer::with(notes()).await;
    let answer = server.guest().create("notes", json!({"title": "Dogwood", "rank": 4})).await;
    answer.is(200).has("/title", "Dogwood").has("/rank", 4).has("/done", false).lacks("/secret");
    answer.has("/collectionId", "c_notes").has("/collectionName", "notes");
    let pattern = regex::Regex::new("^[a-z0-9]{15}$").unwrap();
    assert!(pattern.is_match(&answer.id()), "{answer}");
    assert_eq!(server.guest().view("notes", &answer.id(), &[]).await.json, answer.json);
}

#[tokio::test]
async fn an_empty_body_is_a_record_of_zeros() {
    let server = TestServer::with(notes()).await;
    server.guest().create("notes", json!({})).await.is(200).has("/title", "").has("/rank", 0).has("/done", false);
}

#[tokio::test]
async fn unknown_collections_are_404() {
    let server = TestServer::start().await;
    let answer = server.guest().create("missing", json!({})).await;
    answer.is(404).message("Missing or invalid collection context.").no_data();
}

#[tokio::test]
async fn unknown_and_computed_keys_are_ignored() {
    let server = TestServer::with(notes()).await;
    let answer = server.guest().create("notes", json!({
        "title": "x", "Title": "y", "what": 1, "collectionId": "z", "collectionName": "z", "expand": {"a": 1}, "rowid": 7,
        "_rowid_": 7, "title ": "z",
    })).await;
    answer
        .is(200)
        .has("/title", "x")
        .has("/collectionId", "c_notes")
        .has("/collectionName", "notes")
        .lacks("/expand")
        .lacks("/what");
}

#[tokio::test]
async fn ids_may_be_given() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    guest.create("notes", json!({"id": "abcdefghij01234"})).await.is(200).has("/id", "abcdefghij01234");
    let table: Vec<(Json, &str)> = vec![
        (json!("abcdefghij01234"), "validation_not_unique"),
        (json!("short"), "validation_min_text_constraint"),
        (json!("abcdefghij012345"), "validation_max_text_constraint"),
        (json!("ABCDEFGHIJ01234"), "validation_invalid_format"),
        (json!("abcdefghij0123'"), "validation_invalid_format"),
        (json!("abcdefghij0123\u{0}"), "validation_invalid_format"),
        (json!("abcdefghij0123é"), "validation_invalid_format"),
        (json!("abcdefghij01234\n"), "validation_max_text_constraint"),
        (json!(5), "validation_min_text_constraint"),
    ];
    for (sent, code) in table {
        let answer = guest.create("notes", json!({"id": sent})).await;
        assert_eq!(answer.status, 400, "{sent}: {answer}");
        answer.message("Failed to create record.").codes(&[("id", code)]);
    }
    for absent in [json!(""), json!(null), json!([]), json!({})] {
        assert_eq!(guest.create("notes", json!({"id": absent})).await.is(200).id().len(), 15);
    }
}

#[tokio::test]
async fn ids_under_another_pattern_are_checked_more() {
    let fields =
        json!([{"name": "id", "type": "text", "pattern": "^[^x]*$", "min": 0, "max": 0, "autogeneratePattern": ""}]);
    let server = TestServer::with_collections([collection("free", fields)]).await;
    let guest = server.guest();
    guest.create("free", json!({"id": "Mine"})).await.is(200);
    for (sent, code) in [
        ("Mine", "validation_pk_invalid"),
        ("MINE", "validation_pk_invalid"),
        ("mine", "validation_pk_invalid"),
        ("fox", "validation_invalid_format"),
        ("CON", "validation_reserved_pk"),
        ("nul", "validation_reserved_pk"),
        ("Com1", "validation_reserved_pk"),
        ("lpt9", "validation_reserved_pk"),
    ] {
        let answer = guest.create("free", json!({"id": sent})).await;
        assert_eq!(answer.status, 400, "{sent}: {answer}");
        answer.codes(&[("id", code)]);
    }
    for character in
        ['.', '/', '\\', '|', '"', '\'', '`', '<', '>', ':', '?', '*', '%', '$', '\0', '\t', '\n', '\r', ' ']
    {
        let answer = guest.create("free", json!({"id": format!("a{character}b")})).await;
        answer.is(400).codes(&[("id", "validation_forbidden_pk_character")]);
        answer.params("id", json!({"ch": character.to_string()}));
    }
    guest
        .create("free", json!({"id": "nul"}))
        .await
        .params("id", json!({"reserved": "NUL"}))
        .says("id", "The primary key 'NUL' is reserved and cannot be used.");
    guest.create("free", json!({})).await.is(400).codes(&[("id", "validation_required")]);
    for fine in ["COM0", "CONSOLE", "é", "a-b", "a_b", "a@b", "日本"] {
        guest.create("free", json!({"id": fine})).await.is(200);
    }
}

#[tokio::test]
async fn many_at_once_get_ids_of_their_own() {
    let mut server = TestServer::with(notes()).await;
    let guest = server.guest();
    let answers = futures_util::future::join_all((0..200).map(|n| guest.create("notes", json!({"rank": n})))).await;
    let mut ids: Vec<_> = answers.iter().map(|answer| answer.is(200).id()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    let database = server.stopped_database();
    assert_eq!(database.value("SELECT count(*) FROM notes"), "203");
    assert_eq!(
        database.value("SELECT count(*) FROM _tb_changes WHERE collection = 'c_notes' AND op = 'create'"),
        "203"
    );
}

#[tokio::test]
async fn one_failure_in_a_crowd_fails_alone() {
    let mut unique = collection("unique", json!([{"name": "n", "type": "number"}]));
    unique["indexes"] = json!(["CREATE UNIQUE INDEX idx_unique_n ON anything (n)"]);
    let server = TestServer::with_collections([unique]).await;
    let guest = server.guest();
    let answers = futures_util::future::join_all((0..100).map(|n| guest.create("unique", json!({"n": n % 50})))).await;
    let made = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(made, 50);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.is(400).message("Failed to create record.").codes(&[("n", "validation_not_unique")]);
    }
    guest.list("unique", &[]).await.is(200).has("/totalItems", 50);
}

#[tokio::test]
async fn an_autodate_is_set_by_the_server() {
    let fields = json!([
        {"name": "created", "type": "autodate", "onCreate": true},
        {"name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true},
        {"name": "touched", "type": "autodate", "onUpdate": true},
    ]);
    let server = TestServer::with_collections([collection("dates", fields)]).await;
    let before = chrono::Utc::now().format("%Y-%m-%d %H:%M:%S%.3fZ").to_string();
    let sent =
        json!({"created": "2001-01-01 00:00:00.000Z", "updated": "2001-01-01 00:00:00.000Z", "touched": "2001-01-01"});
    let made = server.superuser().create("dates", sent.clone()).await;
    made.is(200).has("/touched", "");
    assert!(made.text("/created") >= before.as_str(), "{made}");
    assert_eq!(made.text("/created"), made.text("/updated"));
    let changed = server.superuser().update("dates", &made.id(), sent).await;
    changed.is(200).has("/created", made.text("/created"));
    assert!(
        changed.text("/updated") >= made.text("/updated") && changed.text("/touched") >= before.as_str(),
        "{changed}"
    );
}

#[tokio::test]
async fn generated_texts_follow_their_pattern() {
    let fields = json!([{"name": "slug", "type": "text", "autogeneratePattern": "[a-z]{4}-[0-9]{4}", "pattern": "^[a-z]{4}-[0-9]{4}$"}]);
    let server = TestServer::with_collections([collection("slugs", fields)]).await;
    let guest = server.guest();
    let pattern = regex::Regex::new("^[a-z]{4}-[0-9]{4}$").unwrap();
    for body in [json!({}), json!({"slug": ""}), json!({"slug": null})] {
        let answer = guest.create("slugs", body).await;
        assert!(pattern.is_match(answer.is(200).text("/slug")), "{answer}");
    }
    let made = guest.create("slugs", json!({"slug": "abcd-1234"})).await;
    made.is(200).has("/slug", "abcd-1234");
    // On create only.
    guest.update("slugs", &made.id(), json!({"slug": ""})).await.is(200).has("/slug", "");
}

#[tokio::test]
async fn expand_and_fields_work_on_the_answer() {
    let server = TestServer::with(crate::support::blog()).await;
    let guest = server.guest();
    let path = "/api/collections/posts/records?expand=author&fields=name,expand.author.name";
    let answer = guest.post(path, json!({"name": "new", "author": id("a1")})).await;
    assert_eq!(answer.is(200).json, json!({"name": "new", "expand": {"author": {"name": "Ann"}}}));
}

#[tokio::test]
async fn a_creator_sees_the_answer_even_if_the_view_rule_does_not_let_them() {
    let server = TestServer::with(notes()).await;
    server.superuser().update_collection("notes", json!({"viewRule": null, "listRule": null})).await.is(200);
    server.guest().create("notes", json!({"title": "x"})).await.is(200).has("/title", "x");
}
