//! `tuckbox check` and its repairs, on directories that were damaged by raw SQL and on the disk.

mod accounts;
mod bucket;
mod command;
mod feed;
mod files;
mod integrity;
mod relations;
mod tables;
mod values;

use std::process::Output;

use serde_json::Value as Json;

use crate::support::{Database, Fixture, TestServer};

/// The directory of a stopped server.
struct Directory {
    server: TestServer,
}

/// A report of `tuckbox check --json`.
struct Report {
    code: i32,
    json: Json,
}

impl Directory {
    async fn with(fixture: Fixture) -> Self {
        Self::of(TestServer::with(fixture).await)
    }

    fn of(mut server: TestServer) -> Self {
        assert!(server.terminate().success());
        Self { server }
    }

    /// Runs raw SQL.
    fn damage(&self, sql: &str) -> &Self {
        self.database().execute(sql);
        self
    }

    fn database(&self) -> Database {
        Database::open(&self.server.dir())
    }

    fn check(&self) -> Report {
        Report::of(&self.server.run(&["check", "--json"]))
    }

    /// Makes repairs and checks again.
    fn repair(&self, what: &str) -> Report {
        Report::of(&self.server.run(&["check", "--json", "--repair", what]))
    }

    /// Makes repairs, after which nothing is left to find.
    #[track_caller]
    fn is_clean_after(&self, what: &str) -> Report {
        let repaired = self.repair(what);
        repaired.is_clean();
        self.check().is_clean();
        self.database().is_sound();
        repaired
    }
}

impl Report {
    #[track_caller]
    fn of(output: &Output) -> Self {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{said}");
        let json = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {said}{}", String::from_utf8_lossy(&output.stdout)));
        Self { code: output.status.code().expect("a code"), json }
    }

    #[track_caller]
    fn is_clean(&self) -> &Self {
        assert_eq!(self.findings(), Vec::<String>::new());
        assert_eq!((self.code, &self.json["clean"]), (0, &Json::Bool(true)), "{:#}", self.json);
        self
    }

    /// It found this and nothing else, each as `check: count subject: problem [repair]`.
    #[track_caller]
    fn found(&self, expected: &[&str]) -> &Self {
        let mut found = self.findings();
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{:#}", self.json);
        assert_eq!((self.code, &self.json["clean"]), (1, &Json::Bool(false)));
        self
    }

    fn findings(&self) -> Vec<String> {
        let text = |value: &Json| value.as_str().unwrap_or("-").to_owned();
        let checks = self.json["checks"].as_array().expect("checks");
        let of = |check: &Json| {
            let name = text(&check["check"]);
            assert!(check["failure"].is_null(), "{check}");
            let findings = check["findings"].as_array().expect("findings").clone();
            findings.into_iter().map(move |finding| {
                let (subject, problem) = (text(&finding["subject"]), text(&finding["problem"]));
                format!("{name}: {} {subject}: {problem} [{}]", finding["count"], text(&finding["repair"]))
            })
        };
        checks.iter().flat_map(of).collect()
    }

    /// The examples of the only finding about a subject.
    fn examples(&self, subject: &str) -> Vec<String> {
        let checks = self.json["checks"].as_array().expect("checks").iter();
        let findings = checks.flat_map(|check| check["findings"].as_array().expect("findings"));
        let finding = findings.into_iter().find(|finding| finding["subject"] == subject).expect("a finding");
        let examples = finding["examples"].as_array().expect("examples").iter();
        examples.map(|example| example.as_str().expect("a text").to_owned()).collect()
    }

    /// What was repaired.
    #[track_caller]
    fn repaired(&self, lines: &[&str]) -> &Self {
        let done: Vec<&str> =
            self.json["repaired"].as_array().expect("lines").iter().filter_map(Json::as_str).collect();
        assert_eq!(done, lines);
        self
    }
}
