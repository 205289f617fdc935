//! `tuckbox import sqlite FILE`: through the command line, and looked at in the database file or over HTTP.

mod again;
mod chinook;
mod interrupted;
mod odd;
mod refusals;
mod views;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use super::said::{Said, run};
use crate::support::{Client, Database, TestServer};

/// A folder with a database of another program, and a data directory to come.
struct House {
    root: TempDir,
}

impl House {
    /// A source made by these statements.
    fn with(statements: &str) -> Self {
        let house = Self { root: tempfile::tempdir().unwrap() };
        house.source().execute_batch(statements).unwrap_or_else(|error| panic!("{error}: {statements}"));
        house
    }

    fn root(&self) -> &Path {
        self.root.path()
    }

    fn file(&self) -> PathBuf {
        self.root().join("source.db")
    }

    /// The source, to be changed. Foreign keys are not enforced, as in most programs.
    fn source(&self) -> Connection {
        let source = Connection::open(self.file()).unwrap();
        source.pragma_update(None, "foreign_keys", false).unwrap();
        source
    }

    fn dir(&self) -> PathBuf {
        self.root().join("data")
    }

    fn import(&self, arguments: &[&str]) -> Said {
        import(self.root(), &self.file(), arguments)
    }

    fn data(&self) -> Database {
        Database::open(&self.dir())
    }

    /// The type of each field of a collection, by its name.
    fn fields(&self, collection: &str) -> Vec<String> {
        let query = "SELECT json_extract(value, '$.name') || ' ' || json_extract(value, '$.type') ||
             iif(json_extract(value, '$.required'), '!', '') FROM _collections c, json_each(c.fields)
             WHERE c.name = 'NAME' AND json_extract(value, '$.name') <> 'id'";
        self.data().column(&query.replace("NAME", collection))
    }
}

/// Runs an import into `data` beside the file.
fn import(root: &Path, file: &Path, arguments: &[&str]) -> Said {
    let mut line = vec!["import", "sqlite", file.to_str().unwrap(), "--dir", "data"];
    line.extend(arguments);
    run(root, &line, &[])
}

/// A server notices what other processes wrote before its next write, and within a second where none comes.
async fn notice(server: &TestServer) {
    server.superuser().update_collection("users", serde_json::json!({})).await.is(200);
}
