//! What the checks find.

use crate::error::{Error, Result};

/// How many examples a finding has at most.
pub(super) const EXAMPLES: usize = 5;

/// A check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The file is sound.
    Integrity,
    /// Tables, columns and indexes are what the collections say.
    Collections,
    /// Columns hold what the types of their fields can hold.
    Values,
    /// Relations point to records.
    Relations,
    /// What belongs to accounts has an account.
    Accounts,
    /// The last word of the feed about each record is what its table says.
    Feed,
    /// Records name files that are there, and files are named by records.
    Files,
}

impl Check {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::Collections => "collections",
            Self::Values => "values",
            Self::Relations => "relations",
            Self::Accounts => "accounts",
            Self::Feed => "feed",
            Self::Files => "files",
        }
    }
}

/// A repair, asked for by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Makes missing and differing indexes anew.
    Indexes,
    /// Takes ids that point to nothing out of relation fields.
    Relations,
    /// Removes what belongs to accounts that are gone.
    Accounts,
    /// Adds the changes that the feed lacks.
    Feed,
    /// Removes files that no record names.
    Files,
}

impl Repair {
    /// All of them, in the order in which they are best made.
    pub const ALL: [Self; 5] = [Self::Indexes, Self::Relations, Self::Accounts, Self::Feed, Self::Files];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Indexes => "indexes",
            Self::Relations => "relations",
            Self::Accounts => "accounts",
            Self::Feed => "feed",
            Self::Files => "files",
        }
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is about, such as `posts.author`.
    pub subject: String,
    /// What is wrong with it, to be read behind the count.
    pub problem: String,
    /// How often.
    pub count: u64,
    /// The first few: ids, paths, names.
    pub examples: Vec<String>,
    /// What would put it right.
    pub repair: Option<Repair>,
}

impl Finding {
    /// Something that is wrong once.
    pub(super) fn one(subject: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { subject: subject.into(), problem: problem.into(), count: 1, examples: Vec::new(), repair: None }
    }

    /// With what would put it right.
    pub(super) fn with(mut self, repair: Repair) -> Self {
        self.repair = Some(repair);
        self
    }
}

/// What a check came to.
#[derive(Debug)]
pub struct Outcome {
    /// Which one.
    pub check: Check,
    /// What it found.
    pub findings: Vec<Finding>,
    /// Why it could not be made, or not to its end.
    pub failure: Option<String>,
}

impl Outcome {
    pub(super) fn of(check: Check, result: Result<Vec<Finding>>) -> Self {
        let (findings, failure) = match result {
            Ok(findings) => (findings, None),
            Err(Error::Internal(cause)) => (Vec::new(), Some(cause.to_string())),
            Err(Error::Unavailable(sentence)) => (Vec::new(), Some(sentence.into_owned())),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        Self { check, findings, failure }
    }
}

/// What all checks came to.
#[derive(Debug)]
pub struct Report {
    /// In the order in which they were made.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// All that was found.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.outcomes.iter().flat_map(|outcome| &outcome.findings)
    }

    /// Whether all checks were made and found nothing.
    pub fn is_clean(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.findings.is_empty() && outcome.failure.is_none())
    }
}
