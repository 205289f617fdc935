//! The heavy work of a batch, between two runs: passwords, and files on their way to the storage.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::Batch;
use crate::error::{Error, Result};
use crate::records::save::{Draft, Known, Save};

/// How many items are worked for at once: others want their turn too.
const AT_ONCE: usize = 4;
/// How long to wait where too many passwords wait, and how often.
const FULL: Duration = Duration::from_millis(50);
const PATIENCE: usize = 100;

/// The heavy work that a run found missing.
#[derive(Default)]
pub(super) struct Wanted {
    /// By the places of their items.
    verify: Vec<(usize, Verification)>,
    /// Whether a password must be compared with one that has no hash yet.
    verify_later: bool,
    finish: Vec<(usize, Arc<Save>, Box<Draft>)>,
}

/// A password that must be compared with a hash.
struct Verification {
    plain: String,
    hash: String,
}

impl Wanted {
    pub(super) fn is_empty(&self) -> bool {
        self.verify.is_empty() && self.finish.is_empty()
    }

    /// It must be known whether a password belongs to a hash.
    pub(super) fn verify(&mut self, at: usize, plain: String, hash: String) {
        self.verify.push((at, Verification { plain, hash }));
    }

    /// As [`Wanted::verify`], once a password that comes before it has its hash.
    pub(super) fn verify_later(&mut self) {
        self.verify_later = true;
    }

    /// Passwords of a draft must be hashed, or its files stored.
    pub(super) fn finish(&mut self, at: usize, save: Arc<Save>, draft: Box<Draft>) {
        self.finish.push((at, save, draft));
    }

    /// What must be done before it is known how the batch ends, where a run ended with this error. An item that fails
    /// makes the work for others needless; but one before it fails first if its password is wrong.
    pub(super) fn before(mut self, error: &Error) -> Option<Self> {
        if matches!(error, Error::OneOf { .. }) && !self.verify_later {
            self.finish.clear();
        }
        (!self.is_empty()).then_some(self)
    }
}

impl Batch {
    /// Does heavy work, and notes what came of it. Behind a wrong password no more is done than to find out whether it
    /// is the first: the next run ends there.
    pub(super) async fn work(&self, wanted: Wanted, known: &mut [Known]) -> Result<()> {
        let mut all_belong = true;
        for some in wanted.verify.chunks(AT_ONCE) {
            let answers = join_all(some.iter().map(|(_, verification)| self.verify(verification))).await;
            for ((at, verification), belongs) in some.iter().zip(answers) {
                let belongs = belongs.map_err(|error| one(*at, error))?;
                known[*at].verified = Some((verification.hash.clone(), belongs));
                all_belong &= belongs;
            }
            self.still_wanted()?;
            if !all_belong {
                break;
            }
        }
        if !all_belong && !wanted.verify_later {
            return Ok(());
        }
        for some in wanted.finish.chunks(AT_ONCE) {
            let so_far = some.iter().map(|(at, ..)| std::mem::take(&mut known[*at]));
            let works = some.iter().zip(so_far).map(|((_, save, draft), known)| finish(save, draft, known));
            let mut failure = None;
            for ((at, ..), (learned, done)) in some.iter().zip(join_all(works).await) {
                known[*at] = learned;
                failure = failure.or(done.err().map(|error| one(*at, error)));
            }
            failure.map_or(Ok(()), Err)?;
            self.still_wanted()?;
        }
        Ok(())
    }

    /// Removes the files that were stored for a batch that failed.
    pub(super) async fn give_up(&self, known: Vec<Known>) {
        for (item, known) in self.items.iter().zip(known) {
            if let Some(save) = item.save().filter(|_| !known.files.is_empty()) {
                save.give_up(known).await;
            }
        }
    }

    async fn verify(&self, Verification { plain, hash }: &Verification) -> Result<bool> {
        for _ in 0..PATIENCE {
            match self.records.parts.passwords.verify(plain.clone(), hash.clone()).await {
                Err(Error::TooMany) => tokio::time::sleep(FULL).await,
                answer => return answer,
            }
        }
        Err(Error::TooMany)
    }
}

/// Hashes the passwords and stores the files of a draft.
async fn finish(save: &Save, draft: &Draft, mut known: Known) -> (Known, Result<()>) {
    for _ in 0..PATIENCE {
        match save.work(draft, &mut known).await {
            Err(Error::TooMany) => tokio::time::sleep(FULL).await,
            done => return (known, done),
        }
    }
    (known, Err(Error::TooMany))
}

/// The failure of an item; that the server has no room for more is told as such.
fn one(at: usize, error: Error) -> Error {
    match error {
        Error::Unavailable(_) => error,
        error => Error::OneOf { at, error: Box::new(error) },
    }
}
