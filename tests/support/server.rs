//! A server for one test: the real binary, a free port, a temporary data directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use serde_json::Value as Json;
use tempfile::TempDir;

use super::client::{Client, Guest, Superuser, User};
use super::database::Database;
use super::fixtures::Fixture;
use super::process::{Process, run_command_with};
use super::taken_over::{person, taken_over};
use super::template::template;
use super::tokens::sign_in_as;

/// How a server is started.
pub struct Builder {
    begin: Begin,
    files: Vec<(String, String)>,
    args: Vec<String>,
    env: Vec<(String, String)>,
}

/// What a server begins with.
enum Begin {
    Nothing,
    OneSuperuser,
    TakenOver,
}

/// A running server. Dropping it kills the process and removes the directory.
pub struct TestServer {
    process: Process,
    url: String,
    http: reqwest::Client,
    builder: Builder,
    root: TempDir,
}

impl Builder {
    /// Begins with an empty directory: no superuser yet.
    pub fn empty(mut self) -> Self {
        self.begin = Begin::Nothing;
        self
    }

    /// Begins with the directory that was taken over from PocketBase.
    pub fn taken_over(mut self) -> Self {
        self.begin = Begin::TakenOver;
        self
    }

    /// Puts a file into the directory that it is started in: a path and its text.
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    /// Adds an argument to `serve`.
    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it and waits until it listens.
    pub async fn start(self) -> TestServer {
        let root = tempfile::tempdir().expect("a temporary directory");
        let data = root.path().join("data");
        match self.begin {
            Begin::Nothing => {}
            Begin::OneSuperuser => template().files.copy_to(&data),
            Begin::TakenOver => taken_over().copy_to(&data),
        }
        for (path, text) in &self.files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        self.start_in(root).await
    }

    /// Starts it on the directory `data` below this one, as it is.
    pub async fn start_in(self, root: TempDir) -> TestServer {
        let mut process = self.spawn(root.path());
        let url = process.address();
        let http = client();
        TestServer { process, url, http, builder: self, root }
    }

    fn spawn(&self, root: &Path) -> Process {
        let dir = root.join("data").to_str().expect("a plain path").to_owned();
        let mut args = ["serve", "--http", "127.0.0.1:0", "--dir", &dir].map(str::to_owned).to_vec();
        args.extend(self.args.iter().cloned());
        Process::spawn(root, &args, &self.env)
    }
}

/// A client that follows no redirects.
fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .expect("a client")
}

impl TestServer {
    /// Options for a start.
    pub fn builder() -> Builder {
        Builder { begin: Begin::OneSuperuser, files: Vec::new(), args: Vec::new(), env: Vec::new() }
    }

    /// A server with one superuser and nothing else.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// A server with these collections and records.
    pub async fn with(fixture: Fixture) -> Self {
        let server = Self::start().await;
        server.load(fixture).await;
        server
    }

    /// A server with these collections.
    pub async fn with_collections(collections: impl IntoIterator<Item = Json>) -> Self {
        Self::with(Fixture { collections: collections.into_iter().collect(), records: Vec::new() }).await
    }

    /// Creates a fixture's collections and records.
    pub async fn load(&self, fixture: Fixture) {
        let superuser = self.superuser();
        for collection in fixture.collections {
            superuser.create_collection(collection).await.is(200);
        }
        for (collection, records) in fixture.records {
            for record in records {
                superuser.create(collection, record).await.is(200);
            }
        }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its data directory.
    pub fn dir(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// The directory that it was started in.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Somebody without a token.
    pub fn guest(&self) -> Guest {
        Guest { base: self.url.clone(), http: self.http.clone() }
    }

    /// The superuser.
    pub fn superuser(&self) -> Superuser {
        match self.builder.begin {
            Begin::TakenOver => {
                let token = person("_superusers/test@example.com").token("authToken", &BTreeMap::new());
                self.guest().with_token(token)
            }
            Begin::Nothing | Begin::OneSuperuser => self.guest().with_token(&template().token),
        }
    }

    /// The superuser's record id.
    pub fn superuser_id(&self) -> &'static str {
        &template().superuser
    }

    /// A record of an auth collection, signed in.
    pub async fn user(&self, collection: &str, id: &str) -> User {
        sign_in_as(&self.superuser(), collection, id).await
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Runs a subcommand on its directory.
    pub fn run(&self, args: &[&str]) -> std::process::Output {
        self.run_with(args, &[])
    }

    /// Runs a subcommand on its directory, with variables of the environment.
    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> std::process::Output {
        let dir = self.dir();
        let mut args = args.to_vec();
        args.extend(["--dir", dir.to_str().expect("a plain path")]);
        run_command_with(self.root(), &args, env)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Asks it to end, and waits.
    pub fn terminate(&mut self) -> ExitStatus {
        self.process.signal("TERM");
        self.process.wait(Duration::from_secs(30))
    }

    /// Asks it to end, and waits while other tasks of the test go on.
    pub async fn terminate_while_others_run(&mut self) -> ExitStatus {
        self.process.signal("TERM");
        while self.process.is_running() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.process.wait(Duration::from_secs(1))
    }

    /// Starts it again on the same directory, on another port: take new clients.
    pub fn restart(&mut self) {
        self.process.kill();
        self.process = self.builder.spawn(self.root.path());
        self.url = self.process.address();
    }

    /// Ends it in order and opens its database.
    pub fn stopped_database(&mut self) -> Database {
        let status = self.terminate();
        assert!(status.success(), "it ended with {status}: {}", self.process.log());
        Database::open(&self.dir())
    }
}
