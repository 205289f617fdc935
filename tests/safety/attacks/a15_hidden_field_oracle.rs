//! Reading a hidden field one bit at a time through filters and sorts (Strapi CVE-2023-22894, Parse CVE-2026-31872).

use serde_json::{Value as Json, json};

use crate::support::club::Club;
use crate::support::{Client, TestServer, blog, id};

#[tokio::test]
async fn no_filter_and_no_sort_tells_of_what_is_hidden() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    let paths = [
        ("posts", "draft"),
        ("posts", "author.pen"),
        ("comments", "post.draft"),
        ("comments", "post.author.pen"),
        ("comments", "by.tokenKey"),
        ("comments", "by.password"),
        ("members", "tokenKey"),
        ("members", "password"),
        ("authors", "posts_via_author.draft"),
        ("members", "comments_via_by.post.draft"),
        ("tags", "posts_via_tags.draft"),
        ("posts", "author.posts_via_author.author.pen"),
    ];
    for (collection, path) in paths {
        for filter in [
            format!("{path} ~ 'a%'"),
            format!("{path} > 'm'"),
            format!("{path} ?= 'x'"),
            format!("id = {path}"),
            format!("1 = 1 || {path} != ''"),
            format!("{path}:lower ~ 'a'"),
            format!("{path}:length > 1"),
            format!("{path}:each = 'a'"),
            format!("strftime('%Y', {path}) = '2024'"),
            format!("geoDistance({path}, 0, 0, 0) > 1"),
            format!("{path}.0 = 'a'"),
        ] {
            for token in ["none", user.token().unwrap()] {
                let answer = server.guest().with_token(token).list(collection, &[("filter", &filter)]).await;
                assert_eq!(answer.status, 400, "{collection}?filter={filter}: {answer}");
                answer.is(400).no_data();
            }
        }
        for sort in [path.to_owned(), format!("-{path}"), format!("{path}:lower"), format!("id,{path}")] {
            user.list(collection, &[("sort", &sort)]).await.is(400).no_data();
        }
        // Nor does the answer show it on demand.
        user.list(
            collection,
            &[("fields", &format!("*,{path}")), ("expand", path.rsplit_once('.').map_or("", |(head, _)| head))],
        )
        .await
        .is(200)
        .never_says("quill")
        .never_says("first draft")
        .never_says("$argon2");
    }
}

#[tokio::test]
async fn no_address_is_found_bit_by_bit() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    for filter in [
        "email ~ 'b%'",
        "email > 'b'",
        "email != 'x' && nick = 'bob'",
        "nick = 'bob' && (email ~ 'b' || email !~ 'b')",
        "'bob@example.com' ~ email && nick = 'bob'",
    ] {
        guest.list("members", &[("filter", filter)]).await.is(200).has("/totalItems", 0);
    }
    for filter in ["by.email ~ 'bob'", "by.email ?~ 'bob'"] {
        guest.list("comments", &[("filter", filter)]).await.is(200).has("/totalItems", 0);
    }
    guest.list("posts", &[("filter", "comments_via_post.by.email ?~ 'bob'")]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn a_locked_collection_is_no_oracle() {
    let server = TestServer::with(blog()).await;
    server.superuser().update_collection("authors", json!({"listRule": null, "viewRule": ""})).await.is(200);
    let guest = server.guest();
    for query in
        [("filter", "author.born > 1985"), ("sort", "author.born"), ("filter", "author.posts_via_author.name ?= 'p1'")]
    {
        guest.list("posts", &[query]).await.is(400).no_data();
    }
}

#[tokio::test]
async fn a_users_own_position_opens_no_oracle() {
    let club = Club::open().await;
    // bob reads n1 and n5. He may filter by what he sees, and learns nothing of the rest.
    let readers = "@request.auth.id != '' && readers.id ?= @request.auth.id";
    club.rule(&["list", "view"], readers).await;
    club.rules("people", json!({"listRule": "id = @request.auth.id", "manageRule": "@request.auth.role = 'admin'"}))
        .await;
    let bob = &club.bob;
    for (filter, total) in [
        ("rank > 0", 2),
        ("title = 'n2' || title = 'n3'", 0),
        ("title ~ 'n' || 1 = 1", 2),
        // Through accounts that he may not list: as if they were not there.
        ("owner.name = 'ann'", 0),
        ("owner.name != 'ann'", 0),
        ("owner.role = 'admin' || rank > 0", 0),
        ("comments_via_note.by.name ?= 'bob'", 1),
        // A note's other notes by the same club: only those that he may list.
        ("club.notes_via_club.title ?= 'n2'", 0),
        ("club.notes_via_club.title ?= 'n5'", 2),
    ] {
        bob.list("notes", &[("filter", filter), ("sort", "rank")]).await.is(200).has("/totalItems", total);
    }
    // From a collection that is open, into the one that is not.
    for (filter, total) in [("note.title ~ 'n'", 2), ("note.title = 'n2'", 0), ("note.rank > 0 || text ~ 'n2'", 2)] {
        bob.list("comments", &[("filter", filter)]).await.is(200).has("/totalItems", total);
    }
    let sorted = bob.list("comments", &[("sort", "-note.rank")]).await;
    assert_eq!(sorted.is(200).column("text"), "about n5 about n1");
    // A manager sees addresses, and still cannot search for them; hidden fields not even the owner's own.
    for (client, collection, path) in [
        (&club.ann, "people", "pin"),
        (&club.bob, "people", "pin"),
        (&club.ann, "notes", "owner.pin"),
        (&club.ann, "notes", "secret"),
        (&club.ann, "comments", "note.secret"),
        (&club.ann, "robots", "maker.tokenKey"),
        (&club.robot, "robots", "maker.password"),
        (&club.ann, "_otps", "password"),
        (&club.ann, "_otps", "sentTo"),
    ] {
        for filter in [format!("{path} ~ 'a'"), format!("id != '' || {path} != ''"), format!("{path}:lower > 'm'")] {
            client.list(collection, &[("filter", &filter)]).await.is(400).no_data();
        }
        client.list(collection, &[("sort", path)]).await.is(400).no_data();
    }
    club.ann.list("people", &[("filter", "email ~ 'ann'")]).await.is(200).has("/totalItems", 0);
}

#[tokio::test]
async fn whether_a_guessed_address_is_right_changes_no_answer() {
    let club = Club::open().await;
    let tables = [
        ("clubs", "people_via_clubs.email"),
        ("clubs", "people_via_clubs.email:lower"),
        ("notes", "owner.email"),
        ("notes", "readers.email"),
        ("notes", "readers.clubs.people_via_clubs.email"),
        ("notes", "comments_via_note.by.email"),
        ("memberships", "person.email"),
        ("people", "email"),
        ("people", "clubs.people_via_clubs.email"),
        ("robots", "maker.email"),
    ];
    for (collection, path) in tables {
        for operator in ["=", "!=", "~", "!~", ">", "<=", "?=", "?!=", "?~", "?!~", "?>", "?<="] {
            for shape in ["{}", "id = '' || ({})", "id != '' && ({})", "({}) || 1 = 2"] {
                // ann's and bob's are private; the wrong one stands between them in the alphabet, or is no part.
                let mut told = Vec::new();
                for guess in ["ann@example.com", "bob@example.com", "anz@example.com"] {
                    for term in [format!("{path} {operator} '{guess}'"), format!("'{guess}' {operator} {path}")] {
                        let filter = shape.replace("{}", &term);
                        let list = club.guest.list(collection, &[("filter", &filter), ("fields", "id")]).await;
                        told.push(list.is(200).json.clone());
                    }
                }
                // Of the public address the same may be learned from each of them.
                assert_eq!((&told[0], &told[1]), (&told[4], &told[5]), "{collection}: {path} {operator} {shape}");
                assert_eq!((&told[2], &told[3]), (&told[4], &told[5]), "{collection}: {path} {operator} {shape}");
            }
        }
    }
}

/// Answers to bob's and a guest's questions whose words reach into notes and accounts, from collections that are open.
async fn answers(club: &Club) -> Vec<(String, u16, Json)> {
    let paths: [(&str, &[&str]); 6] = [
        ("comments", &["note.title", "note.rank", "note.labels", "note.labels:each", "note.labels:length"]),
        ("comments", &["note.meta.k", "note.meta.k.0", "note.archived", "note.owner.name", "note.title:lower"]),
        ("clubs", &["notes_via_club.title", "notes_via_club.rank", "notes_via_club.labels:each"]),
        ("clubs", &["notes_via_club.meta.k", "notes_via_club.comments_via_note.text", "people_via_clubs.email"]),
        ("people", &["notes_via_owner.title", "notes_via_readers.rank", "notes_via_owner.club.name", "email", "pin"]),
        ("memberships", &["person.notes_via_owner.title", "club.notes_via_club.rank", "person.pin", "person.email"]),
    ];
    let mut told = Vec::new();
    for client in [club.guest.with_token(club.bob.token().expect("a token")), club.guest.with_token("none")] {
        for (collection, paths) in paths {
            for path in paths {
                let mut queries = Vec::new();
                for operator in ["=", "!=", "!~", "<=", "?!=", "?~"] {
                    for value in ["'n2'", "'ann@example.com'", "3", path] {
                        queries.push(("filter", format!("{path} {operator} {value}")));
                        queries.push(("filter", format!("id = 'none' || {path} {operator} {value}")));
                    }
                }
                // Orders by addresses are everybody's, as the contract has it.
                if !path.ends_with("email") {
                    queries.extend([("sort", path.to_string()), ("sort", format!("-{path},id"))]);
                }
                for (name, text) in queries {
                    let list = client.list(collection, &[(name, &text), ("fields", "id")]).await;
                    told.push((format!("{collection} {name} {text}"), list.status, list.json));
                }
            }
        }
        for (collection, expand) in [
            ("comments", "note.owner,note.readers,by"),
            ("clubs", "notes_via_club.comments_via_note,people_via_clubs"),
            ("people", "notes_via_owner,notes_via_readers,clubs.notes_via_club"),
            ("notes", "owner,readers,comments_via_note.by"),
        ] {
            let list = client.list(collection, &[("expand", expand)]).await;
            told.push((format!("{collection} expand {expand}"), list.status, list.json));
        }
    }
    told
}

#[tokio::test]
async fn what_a_caller_may_not_see_changes_no_answer() {
    let club = Club::open().await;
    let readers = "@request.auth.id != '' && readers.id ?= @request.auth.id";
    club.rule(&["list", "view"], readers).await;
    let before = answers(&club).await;
    // bob reads n1 and n5.
    for (at, note) in ["n2", "n3", "n4"].into_iter().enumerate() {
        let changed = json!({
            "title": format!("was {note}"), "rank": 100 - at, "labels": ["z"], "archived": at == 1, "secret": "other",
            "meta": {"k": [at, "other"]},
        });
        club.superuser.update("notes", &id(note), changed).await.is(200);
    }
    for account in ["ann", "bob"] {
        // By SQL, since another address ends tokens and counts as an update.
        let sql = format!("UPDATE people SET email = 'other-' || email, pin = 'other' WHERE name = '{account}'");
        club.superuser.post("/api/sql", json!({ "query": sql })).await.is(200);
    }
    for (before, after) in before.iter().zip(answers(&club).await) {
        let own = before.0.contains("expand") && after.2.to_string().contains("other-bob@example.com");
        let json = if own { after.2.to_string().replace("other-bob@", "bob@") } else { after.2.to_string() };
        assert_eq!((before.1, before.2.to_string()), (after.1, json), "{}", before.0);
    }
}
