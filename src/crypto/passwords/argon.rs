//! Hashes of ours: argon2id (RFC 9106), m = 19 MiB, t = 2, p = 1. Other argon2 hashes are read.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};

use super::Kind;
use crate::error::{Error, Result};

/// The memory that a hash from elsewhere may ask for at most, in KiB.
const MOST_MEMORY: u32 = 256 * 1024;
/// The passes that a hash from elsewhere may ask for at most.
const MOST_PASSES: u32 = 16;
/// The lanes that a hash from elsewhere may ask for at most.
const MOST_LANES: u32 = 16;

/// What hashes of ours cost.
pub(super) const OURS: Kind =
    Kind::Argon2 { memory: Params::DEFAULT_M_COST, passes: Params::DEFAULT_T_COST, lanes: Params::DEFAULT_P_COST };

/// The memory that hashing fills; kept from one password to the next.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    fn of(&mut self, params: &Params) -> &mut [Block] {
        let needed = params.block_count();
        if self.0.len() < needed {
            self.0.resize(needed, Block::new());
        }
        &mut self.0[..needed]
    }
}

/// The PHC string of a password.
pub(super) fn hash(plain: &[u8], memory: &mut Memory) -> Result<String> {
    let params = Params::DEFAULT;
    let salt = Salt::generate();
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(plain, &salt, &mut out, memory.of(&params))
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

/// The work of a hash with these parameters, for nothing.
pub(super) fn work(plain: &[u8], (memory, passes, lanes): (u32, u32, u32), with: &mut Memory) -> Result<()> {
    let params = Params::new(memory, passes, lanes, None).map_err(|error| unwritable(&error))?;
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(plain, &[0; 16], &mut out, with.of(&params))
        .map_err(|error| Error::internal(format!("hashing a password failed: {error}")))
}

/// An argon2 hash whose parameters are sane.
pub(super) struct Readable {
    argon: Argon2<'static>,
    params: Params,
    salt: Salt,
    expected: Output,
}

impl Readable {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let phc = PasswordHash::new(text).ok()?;
        let algorithm = Algorithm::new(phc.algorithm.as_str()).ok()?;
        let version = match phc.version {
            Some(version) => Version::try_from(version).ok()?,
            None => Version::V0x10,
        };
        let params = Params::try_from(&phc).ok()?;
        if params.m_cost() > MOST_MEMORY || params.t_cost() > MOST_PASSES || params.p_cost() > MOST_LANES {
            return None;
        }
        let argon = Argon2::new(algorithm, version, params.clone());
        Some(Self { argon, params, salt: phc.salt?, expected: phc.hash? })
    }

    pub(super) fn kind(&self) -> Kind {
        let Self { params, .. } = self;
        Kind::Argon2 { memory: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() }
    }

    pub(super) fn belongs_to(&self, plain: &[u8], memory: &mut Memory) -> Result<bool> {
        let mut buffer = [0; Output::MAX_LENGTH];
        let out = &mut buffer[..self.expected.len()];
        self.argon
            .hash_password_into_with_memory(plain, &self.salt, out, memory.of(&self.params))
            .map_err(|error| Error::internal(format!("verifying a password failed: {error}")))?;
        Ok(same(out, self.expected.as_ref()))
    }
}

/// Whether two digests are equal; takes the same time wherever they differ.
pub(super) fn same(found: &[u8], expected: &[u8]) -> bool {
    match (Output::new(found), Output::new(expected)) {
        (Ok(found), Ok(expected)) => found == expected,
        _ => false,
    }
}
