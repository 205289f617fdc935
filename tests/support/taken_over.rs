//! The real PocketBase directory of `tests/data/pocketbase`, taken over once by the real binary and copied for each
//! test; and its people, with tokens as the server that it came from would have signed them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use jsonwebtoken::Header;
use serde_json::{Value as Json, json};

use super::database::Database;
use super::process::run_command;
use super::template::{Files, read_files};
use super::tokens::{Claims, sign_as};

/// Where the directory lies.
pub const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/pocketbase");

/// The files of a data directory that took it over; the first caller makes it.
pub fn taken_over() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let root = tempfile::tempdir().expect("a temporary directory");
        let dir = root.path().join("data");
        let args = ["import", "pocketbase", SOURCE, "--dir", dir.to_str().expect("a plain path")];
        let made = run_command(root.path(), &args);
        assert!(made.status.success(), "import pocketbase: {made:?}");
        read_files(&dir)
    })
}

/// A record of an auth collection of the source.
pub struct Person {
    id: String,
    email: String,
    token_key: String,
    collection_id: String,
    options: Json,
}

impl Person {
    /// A token that the old server would have signed for a purpose, with some claims changed: null takes one out,
    /// `exp` counts from now.
    pub fn token(&self, purpose: &str, header: &Header, changed: &BTreeMap<String, Json>) -> String {
        let secret = self.options[purpose]["secret"].as_str().unwrap_or_else(|| panic!("no secret of {purpose}"));
        let mut claims = Claims::auth(&self.collection_id, &self.id);
        claims = match purpose {
            "authToken" => claims,
            "fileToken" => claims.but("type", json!("file")).but("refreshable", Json::Null),
            "verificationToken" => claims.but("type", json!("verification")).but("refreshable", Json::Null),
            "passwordResetToken" => claims.but("type", json!("passwordReset")).but("refreshable", Json::Null),
            "emailChangeToken" => claims.but("type", json!("emailChange")).but("refreshable", Json::Null),
            other => panic!("no purpose {other}"),
        };
        if matches!(purpose, "verificationToken" | "passwordResetToken" | "emailChangeToken") {
            claims = claims.but("email", json!(self.email));
        }
        for (name, value) in changed {
            claims = match (name.as_str(), value.as_i64()) {
                ("exp", Some(seconds)) => claims.expiring_in(seconds),
                _ => claims.but(name, value.clone()),
            };
        }
        sign_as(header, &format!("{}{secret}", self.token_key), &claims)
    }
}

/// A record of the source by `collection/id` or `collection/e-mail`.
pub fn person(who: &str) -> &'static Person {
    let (collection, name) = who.split_once('/').unwrap_or_else(|| panic!("nobody is called {who:?}"));
    let people = everybody();
    let found = people
        .get(collection)
        .and_then(|people| people.iter().find(|person| person.id == name || person.email == name));
    found.unwrap_or_else(|| panic!("the directory has no {who}"))
}

/// All records of auth collections of the source, by collection.
fn everybody() -> &'static BTreeMap<String, Vec<Person>> {
    static PEOPLE: OnceLock<BTreeMap<String, Vec<Person>>> = OnceLock::new();
    PEOPLE.get_or_init(|| {
        // A copy, since opening it leaves files beside it.
        let root = tempfile::tempdir().expect("a temporary directory");
        let copy = root.path().join("data.db");
        std::fs::copy(Path::new(SOURCE).join("data.db"), &copy).expect("a copy of the database");
        let database = Database::open_file(&copy);
        let collections = database.rows("SELECT name, id, options FROM _collections WHERE type = 'auth'");
        let people = collections.into_iter().map(|collection| {
            let options: Json = serde_json::from_str(&collection[2]).expect("options are JSON");
            let rows = database.rows(&format!("SELECT id, email, tokenKey FROM `{}`", collection[0]));
            let people = rows.into_iter().map(|row| Person {
                id: row[0].clone(),
                email: row[1].clone(),
                token_key: row[2].clone(),
                collection_id: collection[1].clone(),
                options: options.clone(),
            });
            (collection[0].clone(), people.collect())
        });
        people.collect()
    })
}
