//! Password hashes in a bounded pool: argon2id for new ones, bcrypt of accounts that were taken over.
//!
//! Hashing takes some ten milliseconds and 19 MiB on purpose. Threads of their own, each with memory that it keeps,
//! bound both whatever is asked for; beyond the queue callers are refused instead of piling up.

mod argon;
mod bcrypt;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use argon::Memory;
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use crate::error::{Error, Result};

/// How many passwords may wait.
const QUEUE: usize = 256;
/// How many bytes of a password count.
const COUNTED: usize = 72;

/// Threads that hash and verify, with a bounded queue before them.
#[derive(Clone)]
pub struct Passwords {
    pool: Arc<Pool>,
}

/// Ends the threads with the last handle.
struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    waiting: Mutex<Waiting>,
    work: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    closed: bool,
}

enum Job {
    Hash { plain: String, reply: oneshot::Sender<Result<String>> },
    Verify { plain: String, hash: String, otherwise: Kind, reply: oneshot::Sender<Result<bool>> },
}

impl Passwords {
    /// A pool with this many threads.
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared { waiting: Mutex::default(), work: Condvar::new() });
        for number in 0..threads.max(1) {
            let shared = Arc::clone(&shared);
            let spawned = std::thread::Builder::new().name(format!("passwords-{number}")).spawn(move || shared.serve());
            if let Err(error) = spawned {
                tracing::error!(%error, "a thread for passwords could not be started");
            }
        }
        Self { pool: Arc::new(Pool { shared }) }
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// `TooMany` where too many passwords wait.
    pub async fn hash(&self, plain: String) -> Result<String> {
        let (reply, answer) = oneshot::channel();
        self.submit(Job::Hash { plain, reply })?;
        answer.await.map_err(|_| gone())?
    }

    /// Whether a password belongs to a hash; an empty or unreadable hash belongs to none, at the cost of one of ours.
    /// The first 72 bytes count.
    ///
    /// # Errors
    /// `TooMany` where too many passwords wait.
    pub async fn verify(&self, plain: String, hash: String) -> Result<bool> {
        self.verify_or(plain, hash, Kind::default()).await
    }

    /// As [`Passwords::verify`]; an empty or unreadable hash costs what one of the kind `otherwise` does.
    ///
    /// # Errors
    /// `TooMany` where too many passwords wait.
    pub async fn verify_or(&self, plain: String, hash: String, otherwise: Kind) -> Result<bool> {
        let (reply, answer) = oneshot::channel();
        self.submit(Job::Verify { plain, hash, otherwise, reply })?;
        answer.await.map_err(|_| gone())?
    }

    fn submit(&self, job: Job) -> Result<()> {
        let mut waiting = self.pool.shared.waiting.lock();
        if waiting.jobs.len() >= QUEUE {
            return Err(Error::TooMany);
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.pool.shared.work.notify_one();
        Ok(())
    }
}

fn gone() -> Error {
    Error::internal("the threads for passwords are gone")
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.waiting.lock().closed = true;
        self.shared.work.notify_all();
    }
}

impl Shared {
    fn serve(&self) {
        let mut memory = Memory::default();
        while let Some(job) = self.next() {
            match job {
                // Nobody waits for it any more.
                Job::Hash { reply, .. } if reply.is_closed() => {}
                Job::Verify { reply, .. } if reply.is_closed() => {}
                Job::Hash { plain, reply } => {
                    let _ = reply.send(contained(|| argon::hash(counted(&plain), &mut memory)));
                }
                Job::Verify { plain, hash, otherwise, reply } => {
                    let _ = reply.send(contained(|| verify(&plain, &hash, otherwise, &mut memory)));
                }
            }
        }
    }

    fn next(&self) -> Option<Job> {
        let mut waiting = self.waiting.lock();
        loop {
            if let Some(job) = waiting.jobs.pop_front() {
                return Some(job);
            }
            if waiting.closed {
                return None;
            }
            self.work.wait(&mut waiting);
        }
    }
}

fn contained<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::internal("hashing a password panicked")))
}

/// Only this many bytes of a password count: no more can be set, and bcrypt looks at no more.
fn counted(plain: &str) -> &[u8] {
    &plain.as_bytes()[..plain.len().min(COUNTED)]
}

fn verify(plain: &str, hash: &str, otherwise: Kind, memory: &mut Memory) -> Result<bool> {
    let bytes = counted(plain);
    match Readable::parse(hash) {
        Some(Readable::Argon2(hash)) if !plain.is_empty() => hash.belongs_to(bytes, memory),
        Some(Readable::Bcrypt(hash)) if !plain.is_empty() => hash.belongs_to(bytes),
        // Time does not tell who has a password.
        _ => match otherwise {
            Kind::Argon2 { memory: size, passes, lanes } => argon::work(bytes, (size, passes, lanes), memory),
            Kind::Bcrypt { cost } => bcrypt::work(bytes, cost),
        }
        .map(|()| false),
    }
}

/// A hash that can be verified.
enum Readable {
    Argon2(argon::Readable),
    Bcrypt(bcrypt::Readable),
}

impl Readable {
    fn parse(text: &str) -> Option<Self> {
        match bcrypt::Readable::parse(text) {
            Some(hash) => Some(Self::Bcrypt(hash)),
            None => argon::Readable::parse(text).map(Self::Argon2),
        }
    }
}

/// What kind of hash it is, as far as the time to verify it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// argon2: KiB of memory, passes and lanes.
    Argon2 {
        /// KiB of memory.
        memory: u32,
        /// Passes over it.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// bcrypt.
    Bcrypt {
        /// The logarithm of its rounds.
        cost: u32,
    },
}

impl Kind {
    /// The kind of a hash; `None` for what belongs to no password.
    pub fn of(hash: &str) -> Option<Self> {
        Readable::parse(hash).map(|hash| match hash {
            Readable::Argon2(hash) => hash.kind(),
            Readable::Bcrypt(hash) => Self::Bcrypt { cost: hash.cost },
        })
    }
}

/// The kind of the hashes that are made here.
impl Default for Kind {
    fn default() -> Self {
        argon::OURS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_belongs_to_its_password_alone() {
        let passwords = Passwords::new(1);
        let hash = passwords.hash("correct horse".to_owned()).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse".to_owned(), hash.clone()).await.expect("verified"));
        assert!(!passwords.verify("battery staple".to_owned(), hash.clone()).await.expect("verified"));
        assert!(!passwords.verify(String::new(), hash).await.expect("verified"));
    }

    #[tokio::test]
    async fn an_empty_or_unreadable_hash_belongs_to_nobody() {
        let passwords = Passwords::new(1);
        for hash in ["", "plain", "$argon2id$", "$2a$10$abc", "$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHQ$aGFzaA"]
        {
            assert!(!passwords.verify("x".to_owned(), hash.to_owned()).await.expect("verified"), "{hash}");
        }
    }

    #[tokio::test]
    async fn known_hashes_of_other_programs_are_verified() {
        // A vector of the reference implementation's own tests.
        let hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let passwords = Passwords::new(1);
        assert!(passwords.verify("password".to_owned(), hash.to_owned()).await.expect("verified"));
    }

    #[tokio::test]
    async fn seventy_two_bytes_count_for_every_kind() {
        let passwords = Passwords::new(1);
        let (long, longer) = ("x".repeat(72), "x".repeat(80));
        for hash in [passwords.hash(long.clone()).await.expect("hashed"), ::bcrypt::hash(&long, 4).expect("hashed")] {
            assert!(passwords.verify(long.clone(), hash.clone()).await.expect("verified"));
            assert!(passwords.verify(longer.clone(), hash.clone()).await.expect("verified"));
            assert!(!passwords.verify("x".repeat(71), hash).await.expect("verified"));
        }
    }

    #[tokio::test]
    async fn an_empty_password_belongs_to_nothing() {
        let passwords = Passwords::new(1);
        let hash = ::bcrypt::hash("", 4).expect("hashed");
        assert!(!passwords.verify(String::new(), hash).await.expect("verified"));
    }

    #[tokio::test]
    async fn a_missing_hash_belongs_to_nobody_whatever_it_costs() {
        let passwords = Passwords::new(1);
        for kind in [Kind::default(), Kind::Bcrypt { cost: 4 }, Kind::Argon2 { memory: 64, passes: 1, lanes: 2 }] {
            assert!(!passwords.verify_or("x".to_owned(), String::new(), kind).await.expect("verified"));
        }
    }

    #[test]
    fn hashes_have_kinds() {
        let ours = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(Kind::of(ours), Some(Kind::default()));
        assert_eq!(Kind::of(&::bcrypt::hash("x", 5).expect("hashed")), Some(Kind::Bcrypt { cost: 5 }));
        assert_eq!(Kind::of("plain"), None);
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let passwords = Passwords::new(2);
        let one = passwords.hash("same".to_owned()).await.expect("hashed");
        let two = passwords.hash("same".to_owned()).await.expect("hashed");
        assert_ne!(one, two);
    }
}
