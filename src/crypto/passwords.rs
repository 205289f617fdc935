//! Password hashes: argon2id (RFC 9106), m = 19 MiB, t = 2, p = 1, in a bounded pool.
//!
//! Hashing takes some ten milliseconds and 19 MiB on purpose. Threads of their own, each with memory that it keeps,
//! bound both whatever is asked for; beyond the queue callers are refused instead of piling up.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use crate::error::{Error, Result};

/// How many passwords may wait.
const QUEUE: usize = 256;
/// The memory that a hash from elsewhere may ask for at most, in KiB.
const MOST_MEMORY: u32 = 256 * 1024;
/// The passes that a hash from elsewhere may ask for at most.
const MOST_PASSES: u32 = 16;

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
    Verify { plain: String, hash: String, reply: oneshot::Sender<Result<bool>> },
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

    /// Whether a password belongs to a hash; an empty or unreadable hash belongs to none, at the same cost.
    ///
    /// # Errors
    /// `TooMany` where too many passwords wait.
    pub async fn verify(&self, plain: String, hash: String) -> Result<bool> {
        let (reply, answer) = oneshot::channel();
        self.submit(Job::Verify { plain, hash, reply })?;
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
                    let _ = reply.send(contained(|| hash(&plain, &mut memory)));
                }
                Job::Verify { plain, hash, reply } => {
                    let _ = reply.send(contained(|| verify(&plain, &hash, &mut memory)));
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

/// The memory that hashing fills; kept from one password to the next.
#[derive(Default)]
struct Memory(Vec<Block>);

impl Memory {
    fn of(&mut self, params: &Params) -> &mut [Block] {
        let needed = params.block_count();
        if self.0.len() < needed {
            self.0.resize(needed, Block::new());
        }
        &mut self.0[..needed]
    }
}

fn hash(plain: &str, memory: &mut Memory) -> Result<String> {
    let params = Params::DEFAULT;
    let salt = Salt::generate();
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(plain.as_bytes(), &salt, &mut out, memory.of(&params))
        .map_err(|error| Error::internal(format!("hashing a password failed: {error}")))?;
    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|error| unwritable(&error))?,
        salt: Some(salt),
        hash: Some(Output::new(&out).map_err(|error| unwritable(&error))?),
    };
    Ok(phc.to_string())
}

fn unwritable(error: &dyn std::fmt::Display) -> Error {
    Error::internal(format!("a password hash cannot be written: {error}"))
}

fn verify(plain: &str, hash: &str, memory: &mut Memory) -> Result<bool> {
    match Readable::parse(hash) {
        Some(readable) if !plain.is_empty() => readable.belongs_to(plain, memory),
        _ => {
            // As much work as for a hash of ours, so that time does not tell who has a password.
            self::hash(plain, memory).map(|_| false)
        }
    }
}

/// An argon2 hash whose parameters are sane.
struct Readable {
    argon: Argon2<'static>,
    params: Params,
    salt: Salt,
    expected: Output,
}

impl Readable {
    fn parse(text: &str) -> Option<Self> {
        let phc = PasswordHash::new(text).ok()?;
        let algorithm = Algorithm::new(phc.algorithm.as_str()).ok()?;
        let version = match phc.version {
            Some(version) => Version::try_from(version).ok()?,
            None => Version::V0x10,
        };
        let params = Params::try_from(&phc).ok()?;
        if params.m_cost() > MOST_MEMORY || params.t_cost() > MOST_PASSES || params.p_cost() > 16 {
            return None;
        }
        let argon = Argon2::new(algorithm, version, params.clone());
        Some(Self { argon, params, salt: phc.salt?, expected: phc.hash? })
    }

    fn belongs_to(&self, plain: &str, memory: &mut Memory) -> Result<bool> {
        let mut buffer = [0; Output::MAX_LENGTH];
        let out = &mut buffer[..self.expected.len()];
        self.argon
            .hash_password_into_with_memory(plain.as_bytes(), &self.salt, out, memory.of(&self.params))
            .map_err(|error| Error::internal(format!("verifying a password failed: {error}")))?;
        // `Output` compares in constant time.
        Ok(Output::new(out).is_ok_and(|found| found == self.expected))
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
    async fn two_hashes_of_one_password_differ() {
        let passwords = Passwords::new(2);
        let one = passwords.hash("same".to_owned()).await.expect("hashed");
        let two = passwords.hash("same".to_owned()).await.expect("hashed");
        assert_ne!(one, two);
    }
}
