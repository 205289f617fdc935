//! A data directory with one superuser, made once by the real binary and copied for each test, so that a test's
//! server starts without creating tables and hashing a password again. Its token is good in every copy.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use super::database::Database;
use super::process::{Process, run_command};
use super::raw::post_json;

/// The superuser of every test server.
pub const SUPERUSER_EMAIL: &str = "root@example.com";
/// Their password.
pub const SUPERUSER_PASSWORD: &str = "correct-horse-battery";

/// The files of a data directory, in memory.
pub struct Files(Vec<(PathBuf, Vec<u8>)>);

/// A finished data directory.
pub struct Template {
    /// What it holds.
    pub files: Files,
    /// A token of the superuser.
    pub token: String,
    /// The superuser's record id.
    pub superuser: String,
}

/// The template; the first caller makes it.
pub fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(Template::make)
}

impl Template {
    fn make() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        let dir = root.path().join("data");
        let dir_text = dir.to_str().expect("a plain path");
        let made =
            run_command(root.path(), &["superuser", "upsert", SUPERUSER_EMAIL, SUPERUSER_PASSWORD, "--dir", dir_text]);
        assert!(made.status.success(), "superuser upsert: {made:?}");
        let args = ["serve", "--http", "127.0.0.1:0", "--dir", dir_text].map(str::to_owned);
        let mut server = Process::spawn(root.path(), &args, &[]);
        let url = server.address();
        let body = serde_json::json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD});
        let answer = post_json(&url, "/api/collections/_superusers/auth-with-password", &body);
        let token = answer["token"].as_str().unwrap_or_else(|| panic!("no token in {answer}")).to_owned();
        let superuser = answer["record"]["id"].as_str().expect("a record with an id").to_owned();
        server.signal("TERM");
        let status = server.wait(Duration::from_secs(20));
        assert!(status.success(), "the template's server ended with {status}: {}", server.log());
        // Where the superuser signed in from is nothing that a test expects.
        let forgotten =
            "DELETE FROM _tb_changes WHERE record IN (SELECT id FROM _authOrigins); DELETE FROM _authOrigins";
        Database::open(&dir).execute(forgotten);
        // Nor is what it logged.
        let logs = rusqlite::Connection::open(dir.join("auxiliary.db")).expect("the database of the log");
        logs.execute_batch("DELETE FROM _logs").expect("no entries");
        drop(logs);
        Self { files: read_files(&dir), token, superuser }
    }
}

/// The files of a directory.
pub fn read_files(dir: &Path) -> Files {
    let mut files = Vec::new();
    read_all(dir, Path::new(""), &mut files);
    Files(files)
}

impl Files {
    /// Writes them into a directory.
    pub fn copy_to(&self, dir: &Path) {
        for (name, bytes) in &self.0 {
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
            std::fs::write(path, bytes).expect("a file");
        }
    }
}

fn read_all(dir: &Path, inner: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir.join(inner)).expect("a folder that can be read") {
        let entry = entry.expect("an entry");
        let name = inner.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            read_all(dir, &name, into);
        } else {
            into.push((name, std::fs::read(entry.path()).expect("a file that can be read")));
        }
    }
}
