//! `@request.body`: what is sent, after its modifiers, beside who sends it.

use serde_json::{Value as Json, json};

use crate::support::club::{Club, ids};
use crate::support::{Client, form, id};

#[tokio::test]
async fn a_new_record_is_tested_as_it_was_sent() {
    let club = Club::open().await;
    let own = "@request.auth.id != '' && owner = @request.auth.id";
    let mine = json!({"owner": id("ann")});
    let with = |more: Json| {
        let mut body = mine.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    // Who sends what under which rule, and whether it is taken.
    let table: Vec<(&str, Json, [bool; 2])> = vec![
        (own, mine.clone(), [true, false]),
        (own, json!({}), [false, false]),
        (own, json!({"owner": ["ann000000000000", "bob000000000000"]}), [false, true]),
        (own, json!({"owner+": id("ann")}), [true, false]),
        (own, json!({"owner": id("bob"), "owner+": id("ann")}), [true, false]),
        ("@request.body.owner = @request.auth.id", mine.clone(), [true, false]),
        ("@request.body.owner:isset = false && @request.auth.id != ''", json!({}), [true, true]),
        ("@request.body.owner:isset = false && @request.auth.id != ''", json!({"owner": null}), [false, false]),
        // Modifiers are resolved before.
        (
            "@request.body.rank = 5 && rank = 5 && @request.auth.role = 'admin'",
            json!({"rank": 2, "rank+": 3}),
            [true, false],
        ),
        ("@request.body.rank = 5", json!({"rank+": 5}), [true, true]),
        ("@request.body.rank > 5", json!({"rank+": 5}), [false, false]),
        ("@request.body.labels:length = 2", json!({"labels": ["x"], "labels+": "y"}), [true, true]),
        ("@request.body.labels:each ?= 'z'", json!({"labels": ["x", "y"]}), [false, false]),
        ("@request.body.labels:each ~ '%'", json!({"labels": ["x", "y"]}), [true, true]),
        ("@request.body.title:lower = 'hello'", json!({"title": "HELLO"}), [true, true]),
        ("@request.body.title:changed = true", json!({"title": "HELLO"}), [false, false]),
        // Through the relations that are sent.
        ("@request.body.owner.name = @request.auth.name", mine.clone(), [true, false]),
        ("@request.body.owner.role = 'admin'", mine.clone(), [true, true]),
        ("@request.body.readers.name ?= @request.auth.name", json!({"readers": ids(&["cid", "bob"])}), [false, true]),
        ("@request.body.readers.clubs.name ?= 'red'", json!({"readers": ids(&["cid", "bob"])}), [false, false]),
        ("readers.clubs.name ?= 'red'", json!({"readers": ids(&["cid", "ann"])}), [true, true]),
        ("@request.auth.clubs.id ?= club && club != ''", json!({"club": id("red")}), [true, false]),
        ("@request.auth.clubs.id ?= @request.body.club && club != ''", json!({"club": id("blue")}), [true, true]),
        (
            "@collection.memberships.person ?= @request.auth.id && @collection.memberships.club ?= club",
            json!({"club": id("blue")}),
            [false, true],
        ),
        // Into what is JSON, and what no field knows.
        ("@request.body.meta.by = @request.auth.name", json!({"meta": {"by": "bob"}}), [false, true]),
        ("@request.body.word = 'please' && @request.auth.id != ''", json!({"word": "please"}), [true, true]),
        // A hidden field that a user sends was not sent.
        ("@request.body.secret:isset = false && secret = ''", json!({"secret": "x"}), [true, true]),
        ("@request.body.secret = 'x'", json!({"secret": "x"}), [false, false]),
        // The placeholder of an id is not empty; one that is sent is seen.
        ("id != '' && owner = @request.auth.id", mine.clone(), [true, false]),
        ("id = @request.auth.id", json!({"id": id("bob")}), [false, true]),
        ("@request.body.rank:isset = false && owner = @request.auth.id", with(json!({"rank": 1})), [false, false]),
    ];
    for (rule, body, expected) in table {
        club.rule(&["create"], rule).await;
        for ((name, client), taken) in [("ann", &club.ann), ("bob", &club.bob)].into_iter().zip(expected) {
            let answer = client.create("notes", body.clone()).await;
            assert_eq!(answer.status, if taken { 200 } else { 400 }, "{name} sends {body} under {rule}: {answer}");
            if taken {
                club.superuser.delete("notes", &answer.id()).await.is(204);
            } else {
                answer.message("Failed to create record.").no_data();
            }
        }
        let before = club.superuser.list("notes", &[]).await;
        before.is(200).has("/totalItems", 5);
    }
}

#[tokio::test]
async fn forms_are_bodies_too() {
    let club = Club::open().await;
    club.rule(&["create"], "@request.body.owner = @request.auth.id && @request.body.meta.kind = 'memo' && rank = 3")
        .await;
    let payload = json!({"owner": id("ann"), "meta": {"kind": "memo"}}).to_string();
    let sent = |rank: &'static str| form(&[("@jsonPayload", payload.as_str()), ("rank", rank)]);
    club.ann.create_form("notes", sent("3")).await.is(200).has("/owner", id("ann"));
    club.ann.create_form("notes", sent("4")).await.is(400).no_data();
    club.bob.create_form("notes", sent("3")).await.is(400).no_data();
    // The payload speaks last: a plain part of the same name does not hide it from the rule.
    let theirs = json!({"owner": id("cid"), "meta": {"kind": "memo"}}).to_string();
    let both = form(&[("owner", &id("bob")), ("rank", "3"), ("@jsonPayload", &theirs)]);
    club.bob.create_form("notes", both).await.is(400).no_data();
}

#[tokio::test]
async fn a_change_is_tested_against_the_stored_row() {
    let club = Club::open().await;
    // Ann owns n1 and n2. Under which rule she may send what to n1.
    let table: [(&str, Json, bool); 17] = [
        ("owner = @request.auth.id", json!({"owner": id("bob")}), true),
        ("owner = @request.auth.id && @request.body.owner:isset = false", json!({"owner": id("bob")}), false),
        ("owner = @request.auth.id && @request.body.owner:changed = false", json!({"owner": id("bob")}), false),
        ("owner = @request.auth.id && @request.body.owner:changed = false", json!({"owner": id("ann")}), true),
        ("owner = @request.auth.id && @request.body.owner:changed = false", json!({"title": "n1"}), true),
        ("@request.body.rank:changed = true", json!({"rank": 1}), false),
        ("@request.body.rank:changed = true", json!({"rank+": 1}), true),
        ("@request.body.rank > rank", json!({"rank+": 1}), true),
        ("@request.body.rank > rank", json!({"rank-": 1}), false),
        ("@request.body.labels:changed = false", json!({"labels": ["x", "y"]}), true),
        ("@request.body.labels:changed = false", json!({"labels-": "y"}), false),
        ("@request.body.labels:length > 2", json!({"labels+": "z"}), true),
        ("@request.body.readers:each != @request.auth.id", json!({"readers+": id("ann")}), false),
        ("@request.body.readers.role ?= 'admin'", json!({"readers+": id("ann")}), true),
        ("@request.body.archived:changed = true && @request.auth.role = 'admin'", json!({"archived": true}), true),
        ("@request.body.secret:isset = true || @request.body.secret:changed = true", json!({"secret": "x"}), false),
        ("@request.body.meta:changed = true", json!({"meta": {"a": 1}}), true),
    ];
    for (rule, body, taken) in table {
        let stored = club.superuser.view("notes", &id("n1"), &[]).await.json.clone();
        club.rule(&["update"], rule).await;
        let answer = club.ann.update("notes", &id("n1"), body.clone()).await;
        assert_eq!(answer.status, if taken { 200 } else { 404 }, "{body} under {rule}: {answer}");
        if taken {
            let back = json!({
                "owner": stored["owner"], "rank": stored["rank"], "labels": stored["labels"], "readers": stored["readers"],
                "archived": stored["archived"], "meta": stored["meta"],
            });
            club.superuser.update("notes", &id("n1"), back).await.is(200);
        }
        assert_eq!(club.superuser.view("notes", &id("n1"), &[]).await.json, stored, "{body} under {rule}");
    }
}
