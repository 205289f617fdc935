//! `tuckbox import pocketbase DIR`: through the command line, and looked at over HTTP.

mod around;
mod bucket;
mod interrupted;
mod large;
mod obstacles;
mod odd;
mod real;
mod settings;
mod source;
mod target;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::said::{Said, run};
use crate::support::{Answer, Client, Database, Superuser, TestServer};

/// A folder with a PocketBase data directory, and a data directory to come.
struct House {
    root: TempDir,
}

impl House {
    /// With a copy of the real directory.
    fn real() -> Self {
        let house = Self { root: tempfile::tempdir().unwrap() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pocketbase"), &house.source());
        house
    }

    fn root(&self) -> &Path {
        self.root.path()
    }

    fn source(&self) -> PathBuf {
        self.root().join("pb_data")
    }

    /// The database of the source, to be changed.
    fn database(&self) -> Connection {
        Connection::open(self.source().join("data.db")).unwrap()
    }

    /// Adds a collection with a table, both as PocketBase has made them since 0.23, and rows. The fields come without the
    /// id.
    fn add(&self, name: &str, fields: Json, columns: &str, rows: &str) -> &Self {
        let id = json!({
            "id": "text3208210256", "name": "id", "type": "text", "system": true, "required": true, "primaryKey": true,
            "min": 15, "max": 15, "pattern": "^[a-z0-9]+$", "autogeneratePattern": "[a-z0-9]{15}"
        });
        let mut all = vec![id];
        for (at, field) in fields.as_array().unwrap().iter().enumerate() {
            let mut field = field.clone();
            if field.get("id").is_none() {
                field["id"] = json!(format!("field{at}"));
            }
            all.push(field);
        }
        let database = self.database();
        let insert = "INSERT INTO _collections (id, system, type, name, fields, indexes, listRule, viewRule, options,
            created, updated) VALUES ('c_' || ?1, 0, 'base', ?1, ?2, '[]', '', '', '{}', '2024-01-01 00:00:00.000Z',
            '2024-01-01 00:00:00.000Z')";
        database.execute(insert, (name, Json::from(all).to_string())).unwrap();
        let table = format!(
            "CREATE TABLE `{name}` (`id` TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL{columns});
             {rows}"
        );
        database.execute_batch(&table).unwrap_or_else(|error| panic!("{error}: {table}"));
        self
    }

    /// Runs statements on the database of the source.
    fn change(&self, statements: &str) -> &Self {
        self.database().execute_batch(statements).unwrap_or_else(|error| panic!("{error}: {statements}"));
        self
    }

    fn dir(&self) -> PathBuf {
        self.root().join("data")
    }

    fn import(&self, arguments: &[&str]) -> Said {
        self.import_with(arguments, &[])
    }

    fn import_with(&self, arguments: &[&str], env: &[(&str, &str)]) -> Said {
        let mut line = vec!["import", "pocketbase", "pb_data", "--dir", "data"];
        line.extend(arguments);
        run(self.root(), &line, env)
    }

    fn data(&self) -> Database {
        Database::open(&self.dir())
    }

    /// The server on what was taken over.
    async fn serve(self) -> TestServer {
        TestServer::builder().start_in(self.root).await
    }
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().unwrap().is_dir() {
            true => copy(&from, &to),
            false => _ = std::fs::copy(from, to).unwrap(),
        }
    }
}

/// Signs somebody of the real directory in; all of them have the same password.
async fn sign_in(server: &TestServer, collection: &str, identity: &str) -> Answer {
    let credentials = json!({"identity": identity, "password": "1234567890"});
    server.guest().post(&format!("/api/collections/{collection}/auth-with-password"), credentials).await
}

/// The superuser of the real directory.
async fn superuser(server: &TestServer) -> Superuser {
    let answer = sign_in(server, "_superusers", "test@example.com").await;
    server.guest().with_token(answer.is(200).text("/token"))
}

/// What each file below a folder holds, by its path.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => {
                    let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                    found.push((name, std::fs::read(entry.path()).unwrap()));
                }
            }
        }
    }
    found.sort();
    found
}

/// The same without what is told beside files.
fn plain(folder: &Path) -> Vec<(String, Vec<u8>)> {
    contents(folder).into_iter().filter(|(path, _)| !path.ends_with(".attrs")).collect()
}

/// Whether two folders hold the same files; they are too long to be shown.
#[track_caller]
fn are_the_same(one: &[(String, Vec<u8>)], other: &[(String, Vec<u8>)]) {
    let names = |of: &[(String, Vec<u8>)]| of.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(one), names(other));
    let differing = one.iter().zip(other).find(|(one, other)| one != other);
    assert!(differing.is_none(), "{} is another one", differing.unwrap().0.0);
}

/// A JSON text.
fn parsed(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}
