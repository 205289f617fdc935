//! Commands run to their end, and what they said.

use std::path::Path;

use crate::support::run_command_with;

/// What a command said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a command.
pub fn run(root: &Path, line: &[&str], env: &[(&str, &str)]) -> Said {
    let output = run_command_with(root, line, env);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

impl Said {
    #[track_caller]
    pub fn went_well(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn failed(&self) -> &Self {
        assert_eq!(self.code, Some(1), "{}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.out.contains(text), "no {text:?} in:\n{}", self.out);
        self
    }

    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        assert!(!self.out.contains(text), "{text:?} in:\n{}", self.out);
        self
    }

    #[track_caller]
    pub fn complains(&self, text: &str) -> &Self {
        assert!(self.err.contains(text), "no {text:?} in:\n{}", self.err);
        self
    }
}
