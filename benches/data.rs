//! The collections that are measured, and their rows.
//!
//! The server makes the collections, so that tables and indexes are its own. The rows are then written by SQL into
//! the database that it left behind, each with its row of the feed, and are the same for every run: what is told of
//! row `n` follows from `n`.

use std::path::Path;

use rusqlite::{Connection, params};
use serde_json::{Value as Json, json};
use tuckbox::crypto::tokens;

use crate::load::{self, request};
use crate::server::{EMAIL, PASSWORD, Server};

/// About 450 bytes, so that a post has about 650.
pub const BODY: &str = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut \
labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex \
ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla \
pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est.";

/// How many authors there are; each has as many posts as any other.
pub const AUTHORS: usize = 500;
/// How many labels there are; a post has one to three.
pub const LABELS: usize = 200;
/// How many companies authors work for.
const COMPANIES: usize = 50;
/// How many accounts there are; each owns as many authors, labels and notes as any other.
pub const MEMBERS: usize = 20;
/// How many notes there are; every second one of them is archived.
pub const NOTES: usize = 20_000;
/// Who may see a note: its owner, until it is archived.
pub const RULE: &str = "owner = @request.auth.id && archived = false";
/// How many children each parent has: what goes when a parent is deleted.
pub const CHILDREN: usize = 10_000;
/// The account that ordinary requests are signed in as.
const CALLER: usize = 3;

/// What a hash of bcrypt costs where accounts are taken over from.
const BCRYPT_COST: u32 = 10;

/// What tokens of accounts are signed with, beside the account's own key.
const SECRET: &str = "a secret of the benches, long enough to be one";
/// The key of an account; its number stands for the 0.
const TOKEN_KEY: &str = "a key of the benches, long enough to be one, of account 0";

/// The values that the tags of a post are taken from.
const TAGS: [&str; 4] = [r#"["red"]"#, r#"["red","green"]"#, r#"["green","blue"]"#, "[]"];

/// The first instant of the data: 2024-01-01, in seconds since 1970.
const BEGIN: i64 = 1_704_067_200;

/// The id of row `n` of any collection. It sorts before the ids that the server makes.
pub fn id(n: usize) -> String {
    format!("a{n:014}")
}

/// A record of the large collection as a client sends it.
pub fn post(n: usize) -> String {
    let (author, score, active, labels) = (id(n % AUTHORS), n % 1000, n.is_multiple_of(2), labels(n));
    format!(
        r#"{{"title":"Post {n}, part {score}","body":"{BODY}","author":"{author}","labels":{labels},"score":{score},"active":{active},"tags":["red","green"]}}"#
    )
}

/// The labels of a post, as JSON.
fn labels(n: usize) -> String {
    let labels: Vec<String> = (0..=n % 3).map(|k| format!("\"{}\"", id((n * 7 + k * 31) % LABELS))).collect();
    format!("[{}]", labels.join(","))
}

/// How many comments have the same text.
pub const SAME_TEXT: usize = 10;

/// The number in the text of a comment.
fn comment_of(n: usize, rows: usize) -> usize {
    (n * 7) % (rows / SAME_TEXT)
}

/// Who may do what with the posts; `null` where nothing is said.
pub fn rules(list: &str, create: &str) -> Json {
    json!({"listRule": list, "createRule": create})
}

/// The tokens that requests are signed in with.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Of the superuser.
    pub superuser: String,
    /// Of an ordinary account, [`caller`].
    pub member: String,
}

/// The id of the ordinary account.
pub fn caller() -> String {
    id(CALLER)
}

/// The id of a note that the ordinary account owns and that is not archived.
pub fn note_of_caller(n: usize) -> String {
    id(CALLER + MEMBERS * (2 * n % (NOTES / MEMBERS)))
}

/// The address of account `n`.
pub fn email(n: usize) -> String {
    format!("member{n}@example.com")
}

/// One call with a JSON body; its answer must be a success.
pub async fn call(address: &str, method: &str, path: &str, token: Option<&str>, body: &Json) -> Json {
    let mut connection = load::Connection::open(address).await.expect("the server accepts");
    let sent = request(method, path, token, (!body.is_null()).then(|| body.to_string()).as_deref());
    let (status, answer) = connection.call(&sent).await.expect("the server answers");
    assert!((200..300).contains(&status), "{method} {path}: {status} {}", String::from_utf8_lossy(answer));
    serde_json::from_slice(answer).unwrap_or_default()
}

/// Makes the collections and the accounts.
pub async fn make_collections(server: &Server) -> Tokens {
    let address = &server.address;
    let path = "/api/collections/_superusers/auth-with-password";
    let answer = call(address, "POST", path, None, &json!({"identity": EMAIL, "password": PASSWORD})).await;
    let superuser = answer["token"].as_str().expect("a token").to_owned();
    let text = |name: &str| json!({"name": name, "type": "text"});
    let relation = |name: &str, to: &str| json!({"name": name, "type": "relation", "collectionId": to});
    let number = |name: &str| json!({"name": name, "type": "number"});
    let created = json!({"name": "created", "type": "autodate", "onCreate": true});
    let many = |mut field: Json, most: usize| {
        field["maxSelect"] = most.into();
        field
    };
    let mut parent = relation("parent", "c_parents");
    parent["cascadeDelete"] = true.into();
    let collections = [
        ("members", "auth", json!([text("name")]), json!([])),
        ("veterans", "auth", json!([text("name")]), json!([])),
        (
            "notes",
            "base",
            json!([
                text("title"),
                text("body"),
                relation("owner", "c_members"),
                {"name": "archived", "type": "bool"},
                created,
            ]),
            json!([
                "CREATE INDEX notes_owner ON notes (owner, created)",
                "CREATE INDEX notes_created ON notes (created)",
            ]),
        ),
        ("companies", "base", json!([text("name")]), json!([])),
        (
            "authors",
            "base",
            json!([
                text("name"),
                {"name": "active", "type": "bool"},
                relation("owner", "c_members"),
                relation("company", "c_companies"),
            ]),
            json!([]),
        ),
        ("labels", "base", json!([text("name"), relation("owner", "c_members")]), json!([])),
        (
            "posts",
            "base",
            json!([
                text("title"),
                text("body"),
                relation("author", "c_authors"),
                many(relation("labels", "c_labels"), 9),
                number("score"),
                {"name": "active", "type": "bool"},
                {"name": "tags", "type": "select", "values": ["red", "green", "blue"], "maxSelect": 3},
                created,
                {"name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true},
            ]),
            json!([
                "CREATE INDEX posts_author ON posts (author, created)",
                "CREATE INDEX posts_created ON posts (created)",
            ]),
        ),
        ("comments", "base", json!([relation("post", "c_posts"), text("text"), created]), json!([])),
        ("parents", "base", json!([text("name")]), json!([])),
        ("children", "base", json!([parent, text("name"), number("score"), created]), json!([])),
    ];
    for (name, kind, fields, indexes) in collections {
        let mut body = json!({
            "id": format!("c_{name}"), "name": name, "type": kind, "fields": fields,
            "listRule": "", "viewRule": "", "createRule": "", "updateRule": "", "deleteRule": "",
        });
        match kind {
            "auth" => body["authToken"] = json!({"secret": SECRET, "duration": 604_800}),
            _ => body["indexes"] = indexes,
        }
        call(address, "POST", "/api/collections", Some(&superuser), &body).await;
    }
    for n in 0..MEMBERS {
        let body = json!({
            "id": id(n), "name": format!("Member {n}"), "email": email(n),
            "password": PASSWORD, "passwordConfirm": PASSWORD, "tokenKey": TOKEN_KEY.replace('0', &format!("{n:02}")),
        });
        call(address, "POST", "/api/collections/members/records", Some(&superuser), &body).await;
    }
    Tokens { superuser, member: token_of_caller() }
}

/// A token as the server makes them: secret and key are known because they were given to it.
fn token_of_caller() -> String {
    let claims = tokens::Claims {
        id: caller(),
        collection_id: "c_members".to_owned(),
        kind: "auth".to_owned(),
        rest: [("refreshable".to_owned(), true.into())].into_iter().collect(),
    };
    let key = TOKEN_KEY.replace('0', &format!("{CALLER:02}"));
    let key = tokens::Key::new(&key, SECRET).expect("both parts are there");
    let expires = tuckbox::time::now().timestamp() + 24 * 60 * 60;
    tokens::sign(&claims, expires, &key).expect("it can be signed")
}

/// Writes the rows into the database of a server that has stopped.
pub fn fill(database: &Path, rows: usize, parents: usize) -> rusqlite::Result<()> {
    let connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -262144; PRAGMA journal_mode = MEMORY;
         PRAGMA synchronous = OFF; BEGIN",
    )?;
    let at = tuckbox::time::now().timestamp_millis();
    let mut feed = connection
        .prepare("INSERT INTO _tb_changes (collection, record, op, actor, at) VALUES (?, ?, 'create', NULL, ?)")?;
    let mut tell = |collection: &str, id: &str| feed.execute(params![collection, id, at]).map(|_| ());

    let mut insert = connection.prepare("INSERT INTO companies (id, name) VALUES (?, ?)")?;
    for n in 0..COMPANIES {
        insert.execute(params![id(n), format!("Company {n}")])?;
        tell("c_companies", &id(n))?;
    }
    let mut insert =
        connection.prepare("INSERT INTO authors (id, name, active, owner, company) VALUES (?, ?, 1, ?, ?)")?;
    for n in 0..AUTHORS {
        insert.execute(params![id(n), format!("Author {n}"), id(n % MEMBERS), id(n % COMPANIES)])?;
        tell("c_authors", &id(n))?;
    }
    // What was taken over from elsewhere: hashes of bcrypt at the cost that is usual there.
    let hash = bcrypt::hash(PASSWORD, BCRYPT_COST).expect("it hashes");
    let mut insert =
        connection.prepare("INSERT INTO veterans (id, name, email, tokenKey, password) VALUES (?, ?, ?, ?, ?)")?;
    for n in 0..MEMBERS {
        // Ids are unique among all accounts.
        let own = id(1000 + n);
        insert.execute(params![own, format!("Veteran {n}"), email(n), format!("{own:k<50}"), hash])?;
        tell("c_veterans", &own)?;
    }
    let mut insert = connection
        .prepare("INSERT INTO notes (id, title, body, owner, archived, created) VALUES (?, ?, ?, ?, ?, ?)")?;
    for n in 0..NOTES {
        let is_archived = n / MEMBERS % 2 == 1;
        insert.execute(params![id(n), format!("Note {n}"), BODY, id(n % MEMBERS), is_archived, instant(n)])?;
        tell("c_notes", &id(n))?;
    }
    let mut insert = connection.prepare("INSERT INTO labels (id, name, owner) VALUES (?, ?, ?)")?;
    for n in 0..LABELS {
        insert.execute(params![id(n), format!("Label {n}"), id(n % MEMBERS)])?;
        tell("c_labels", &id(n))?;
    }
    let mut insert = connection.prepare(
        "INSERT INTO posts (id, title, body, author, labels, score, active, tags, created, updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
    )?;
    let mut comment = connection.prepare("INSERT INTO comments (id, post, text, created) VALUES (?, ?, ?, ?)")?;
    for n in 0..rows {
        let (own, score, created) = (id(n), n % 1000, instant(n));
        let title = format!("Post {n}, part {score}");
        // The score of a post says nothing about when it was made.
        let score = ((n * 7919) % 1000) as i64;
        let tags = TAGS[n % TAGS.len()];
        insert.execute(params![
            own,
            title,
            BODY,
            id(n % AUTHORS),
            labels(n),
            score,
            n.is_multiple_of(2),
            tags,
            created
        ])?;
        tell("c_posts", &own)?;
        let post = id((n * 31) % rows);
        comment.execute(params![own, post, format!("Comment {}", comment_of(n, rows)), created])?;
        tell("c_comments", &own)?;
    }
    let mut insert = connection.prepare("INSERT INTO parents (id, name) VALUES (?, ?)")?;
    let mut child =
        connection.prepare("INSERT INTO children (id, parent, name, score, created) VALUES (?, ?, ?, ?, ?)")?;
    for parent in 0..parents {
        insert.execute(params![id(parent), format!("Parent {parent}")])?;
        tell("c_parents", &id(parent))?;
        for n in 0..CHILDREN {
            let own = id(parent * CHILDREN + n);
            child.execute(params![own, id(parent), format!("Child {n}"), (n % 100) as i64, instant(n)])?;
            tell("c_children", &own)?;
        }
    }
    connection.execute_batch("COMMIT; PRAGMA journal_mode = WAL")
}

/// When row `n` was made: half a minute after the one before.
fn instant(n: usize) -> String {
    let seconds = BEGIN + i64::try_from(n).unwrap_or(i64::MAX / 60) * 30;
    chrono::DateTime::from_timestamp(seconds, 0).map(tuckbox::time::format).unwrap_or_default()
}
