//! `tuckbox import pocketbase DIR`: through the command line, and looked at over HTTP.

mod real;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::support::{Answer, Client, Database, Superuser, TestServer, run_command_with};

/// A folder with a PocketBase data directory, and a data directory to come.
struct House {
    root: TempDir,
}

/// What a command said.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
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

/// Runs a command.
fn run(root: &Path, line: &[&str], env: &[(&str, &str)]) -> Said {
    let output = run_command_with(root, line, env);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

impl Said {
    #[track_caller]
    fn went_well(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn failed(&self) -> &Self {
        assert_eq!(self.code, Some(1), "{}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    #[track_caller]
    fn says(&self, text: &str) -> &Self {
        assert!(self.out.contains(text), "no {text:?} in:\n{}", self.out);
        self
    }

    #[track_caller]
    fn complains(&self, text: &str) -> &Self {
        assert!(self.err.contains(text), "no {text:?} in:\n{}", self.err);
        self
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

/// A JSON text.
fn parsed(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}
