//! `@request.auth`: what rules ask of whoever is signed in, through relations and backwards.

use crate::support::Client;
use crate::support::club::Club;

/// Asks list rules on behalf of everybody; columns: ann, bob, cid, the robot, a guest. `*` stands for all notes.
async fn answers(table: &[(&str, [&str; 5])]) {
    let club = Club::open().await;
    let mut wrong = Vec::new();
    for (rule, expected) in table {
        club.rule(&["list"], rule).await;
        for ((name, client), expected) in club.everybody().into_iter().zip(expected) {
            let found = client.list("notes", &[("sort", "rank")]).await.is(200).column("title");
            let expected = if *expected == "*" { "n1 n2 n3 n4 n5" } else { expected };
            if found != expected {
                wrong.push(format!("{rule}\n  {name}: expected {expected:?}, found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_rule_compares_with_the_caller() {
    answers(&[
        ("@request.auth.id != ''", ["*", "*", "*", "*", ""]),
        ("@request.auth.id = ''", ["", "", "", "", "*"]),
        // An empty owner is nobody, and so is a guest.
        ("owner = @request.auth.id", ["n1 n2", "n3", "n5", "", "n4"]),
        ("owner = @request.auth.id && archived = false", ["n1", "n3", "", "", "n4"]),
        ("@request.auth.id != '' && owner = @request.auth.id", ["n1 n2", "n3", "n5", "", ""]),
        ("@request.auth.id != '' && owner != @request.auth.id", ["n3 n4 n5", "n1 n2 n4 n5", "n1 n2 n3 n4", "*", ""]),
        (
            "@request.auth.id = owner || @request.auth.id ?= readers.id",
            ["n1 n2 n3 n5", "n1 n3 n5", "n3 n5", "", "n2 n4"],
        ),
        ("owner.name = @request.auth.name", ["n1 n2", "n3", "n5", "", "n4"]),
        ("@request.auth.name = 'ann' || @request.auth.name ~ 'ci'", ["*", "", "*", "", ""]),
    ])
    .await;
}

#[tokio::test]
async fn everything_that_the_caller_has_can_be_asked() {
    answers(&[
        ("@request.auth.role = 'admin'", ["*", "", "", "", ""]),
        ("@request.auth.role:lower = 'admin'", ["*", "", "", "", ""]),
        ("@request.auth.role ~ 'ADM'", ["*", "", "", "", ""]),
        ("@request.auth.email = 'bob@example.com'", ["", "*", "", "", ""]),
        ("@request.auth.email:lower ~ 'B@EXAMPLE'", ["", "*", "", "", ""]),
        ("@request.auth.verified = true", ["*", "*", "", "", ""]),
        ("@request.auth.verified != true", ["", "", "*", "*", "*"]),
        ("@request.auth.emailVisibility = true", ["", "", "*", "", ""]),
        // Hidden fields and the key of the tokens: a rule sees everything.
        ("@request.auth.pin = 'pin of bob'", ["", "*", "", "", ""]),
        ("@request.auth.tokenKey ~ 'kkkkk'", ["*", "*", "*", "*", ""]),
        ("@request.auth.password ~ '$argon2id$'", ["*", "*", "*", "*", ""]),
        // From which collection they come.
        ("@request.auth.collectionName = 'robots'", ["", "", "", "*", ""]),
        ("@request.auth.collectionName = 'people' && rank = 1", ["n1", "n1", "n1", "", ""]),
        ("@request.auth.collectionId = 'c_people' && owner = @request.auth.id", ["n1 n2", "n3", "n5", "", ""]),
        ("@request.auth.collectionName != 'people'", ["", "", "", "*", "*"]),
        // What a caller has not is null.
        ("@request.auth.nothing = null", ["*", "*", "*", "*", "*"]),
        ("@request.auth.maker.nothing.more = ''", ["*", "*", "*", "*", "*"]),
        ("@request.auth.nothing != ''", ["", "", "", "", ""]),
    ])
    .await;
}

#[tokio::test]
async fn the_callers_relations_are_followed() {
    answers(&[
        // Several: people have clubs, a robot has one, and there are different collections behind the same rule.
        ("@request.auth.clubs.id ?= club", ["n1 n2 n3 n5", "n2 n3", "n4", "n4", "n4"]),
        ("club != '' && @request.auth.clubs.id ?= club", ["n1 n2 n3 n5", "n2 n3", "", "", ""]),
        ("club != '' && @request.auth.club = club", ["", "", "", "n1 n5", ""]),
        ("@request.auth.club.name = 'red' && club.name = @request.auth.club.name", ["", "", "", "n1 n5", ""]),
        ("@request.auth.clubs.name ?= 'red'", ["*", "", "", "", ""]),
        ("@request.auth.clubs.name = 'blue'", ["", "*", "", "", ""]),
        ("@request.auth.clubs.name != 'blue'", ["", "", "*", "*", "*"]),
        ("@request.auth.clubs:length > 1", ["*", "", "", "", ""]),
        ("@request.auth.clubs:length = 0", ["", "", "*", "", ""]),
        ("@request.auth.clubs:each ?= club && club != ''", ["n1 n2 n3 n5", "n2 n3", "", "", ""]),
        ("@request.auth.clubs:each = 'blue00000000000'", ["", "*", "", "", ""]),
        // Further on.
        ("@request.auth.maker.name = 'ann'", ["", "", "", "*", ""]),
        ("@request.auth.maker.clubs.name ?= 'blue'", ["", "", "", "*", ""]),
        ("owner != '' && owner = @request.auth.maker", ["", "", "", "n1 n2", ""]),
        ("owner != '' && @request.auth.maker.id = owner", ["", "", "", "n1 n2", ""]),
        // Backwards.
        ("@request.auth.notes_via_owner.id ?= id", ["n1 n2", "n3", "n5", "", ""]),
        ("@request.auth.notes_via_readers.id ?= id", ["n3 n5", "n1 n5", "n3", "", ""]),
        ("owner != '' && @request.auth.notes_via_readers.owner ?= owner", ["n3 n5", "n1 n2 n5", "n3", "", ""]),
        ("@request.auth.memberships_via_person.club ?= club && club != ''", ["n1 n5", "n2 n3", "n1 n5", "", ""]),
        ("@request.auth.memberships_via_person.level ?> 1", ["*", "", "", "", ""]),
        ("@request.auth.robots_via_maker.name ?= 'r2d'", ["*", "", "", "", ""]),
        ("@request.auth.comments_via_by.note ?= id", ["n3 n5", "n1 n4", "n2", "", ""]),
        ("@request.auth.comments_via_by.note.owner ?= owner && owner != ''", ["n3 n5", "n1 n2", "n1 n2", "", ""]),
    ])
    .await;
}

#[tokio::test]
async fn lists_of_the_record_meet_the_caller() {
    answers(&[
        ("readers.id ?= @request.auth.id && @request.auth.id != ''", ["n3 n5", "n1 n5", "n3", "", ""]),
        ("readers:each ?= @request.auth.id && @request.auth.id != ''", ["n3 n5", "n1 n5", "n3", "", ""]),
        ("readers:each = @request.auth.id && @request.auth.id != ''", ["", "n1", "", "", ""]),
        ("readers.id = @request.auth.id && @request.auth.id != ''", ["", "n1", "", "", ""]),
        (
            "readers.clubs.id ?= @request.auth.clubs.id && readers:length > 0",
            ["n1 n3 n5", "n1 n3 n5", "n3", "n3", "n3"],
        ),
        (
            "readers.memberships_via_person.level ?> 1 && @request.auth.id != ''",
            ["n3 n5", "n3 n5", "n3 n5", "n3 n5", ""],
        ),
        ("comments_via_note.by ?= @request.auth.id", ["n3 n5", "n1 n4", "n2", "", ""]),
        ("readers:length = 2 && @request.auth.verified = true", ["n3 n5", "n3 n5", "", "", ""]),
    ])
    .await;
}
