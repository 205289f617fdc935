//! Hashes of accounts that were taken over: bcrypt, `$2a$10$` and 22 characters of salt and 31 of the digest. They are
//! verified and never made.
//!
//! Only the first 72 bytes of a password count, and a NUL is a character as any other, as where these hashes come from.

use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet::BCRYPT;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::argon;
use crate::error::{Error, Result};

const LEAST_COST: u32 = 4;

/// The highest cost that is verified: some ten seconds of one core. Each step above doubles that, and whoever knows
/// the address of such an account could keep all others from signing in. Its password must be reset by mail.
const MOST_COST: u32 = 18;

/// Some programs leave bits in the last characters of salt and digest that mean nothing.
static BASE_64: LazyLock<GeneralPurpose> = LazyLock::new(|| {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone);
    GeneralPurpose::new(&BCRYPT, config)
});

/// A bcrypt hash that can be verified.
pub(super) struct Readable {
    pub(super) cost: u32,
    salt: [u8; 16],
    expected: [u8; 23],
}

impl Readable {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("$2")?;
        // The minor letter tells of bugs in old programs and changes nothing.
        let rest = rest.strip_prefix(|minor: char| minor.is_ascii_lowercase()).unwrap_or(rest);
        let (cost, rest) = rest.strip_prefix('$')?.split_once('$')?;
        if cost.len() != 2 || !cost.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let cost = cost.parse().ok().filter(|cost| (LEAST_COST..=MOST_COST).contains(cost))?;
        let (salt, digest) = rest.split_at_checked(22)?;
        let salt = BASE_64.decode(salt).ok()?.try_into().ok()?;
        let expected = BASE_64.decode(digest).ok()?.try_into().ok()?;
        Some(Self { cost, salt, expected })
    }

    pub(super) fn belongs_to(&self, plain: &[u8]) -> Result<bool> {
        let found = digest(plain, self.cost, self.salt)?;
        Ok(argon::same(&found, &self.expected))
    }
}

/// The work of a hash of this cost, for nothing.
pub(super) fn work(plain: &[u8], cost: u32) -> Result<()> {
    digest(plain, cost.clamp(LEAST_COST, MOST_COST), [0; 16]).map(drop)
}

fn digest(plain: &[u8], cost: u32, salt: [u8; 16]) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| Error::internal(format!("verifying a password failed: {error}"));
    let text = ::bcrypt::hash_with_salt(plain, cost, salt).map_err(|error| failed(&error))?.to_string();
    let digest = text.get(text.len().saturating_sub(31)..).unwrap_or_default();
    BASE_64.decode(digest).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belongs(plain: &str, hash: &str) -> Option<bool> {
        Readable::parse(hash).map(|hash| hash.belongs_to(plain.as_bytes()).expect("verified"))
    }

    /// A vector that is known since jBCrypt.
    const KNOWN: &str = "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.";

    fn hash(plain: &[u8], cost: u32) -> String {
        ::bcrypt::hash(plain, cost).expect("hashed")
    }

    #[test]
    fn known_hashes_of_other_programs_are_verified() {
        let hash = "$2a$08$aTsUwsyowQuzRrDqFflhgekJ8d9/7Z3GV3UcgvzQW3J5zMyrTvlz.";
        assert_eq!(belongs("abcdefghijklmnopqrstuvwxyz", hash), Some(true));
        assert_eq!(belongs("abcdefghijklmnopqrstuvwxy", hash), Some(false));
        assert_eq!(belongs("", KNOWN), Some(true));
    }

    #[test]
    fn the_minor_letter_does_not_matter() {
        let hash = hash(b"correct horse", 4);
        for prefix in ["$2a$", "$2b$", "$2y$", "$2$"] {
            let hash = hash.replacen("$2b$", prefix, 1);
            assert_eq!(belongs("correct horse", &hash), Some(true), "{hash}");
            assert_eq!(belongs("battery staple", &hash), Some(false), "{hash}");
        }
    }

    #[test]
    fn seventy_two_bytes_count_and_a_nul_is_one_of_them() {
        let hash72 = hash("x".repeat(72).as_bytes(), 4);
        assert_eq!(belongs(&"x".repeat(71), &hash72), Some(false));
        assert_eq!(belongs(&"x".repeat(72), &hash72), Some(true));
        assert_eq!(belongs(&format!("{}y", "x".repeat(72)), &hash72), Some(true));
        let nul = hash(b"before\0after", 4);
        assert_eq!(belongs("before\0after", &nul), Some(true));
        assert_eq!(belongs("before\0other", &nul), Some(false));
        assert_eq!(belongs("before", &nul), Some(false));
    }

    #[test]
    fn bits_that_mean_nothing_are_ignored() {
        // The last characters of salt and digest, with the bits beyond their bytes set.
        let odd = KNOWN.replacen("cll.TV", "cll/TV", 1).replacen("deX1s.", "deX1s/", 1);
        assert_ne!(odd, KNOWN);
        assert_eq!(belongs("", &odd), Some(true));
    }

    #[test]
    fn what_is_no_hash_or_costs_too_much_is_not_read() {
        for (text, why) in [
            (KNOWN.replacen("$06$", "$6$", 1), "one digit"),
            (KNOWN.replacen("$06$", "$+6$", 1), "a sign"),
            (KNOWN.replacen("$06$", "$03$", 1), "too cheap"),
            (KNOWN.replacen("$06$", "$19$", 1), "too dear"),
            (KNOWN.replacen("$06$", "$31$", 1), "far too dear"),
            (KNOWN.replacen("$2a$", "$2A$", 1), "a capital"),
            (KNOWN.replacen("$2a$", "$3a$", 1), "another major"),
            (KNOWN[..KNOWN.len() - 1].to_owned(), "too short"),
            (format!("{KNOWN}."), "too long"),
            (KNOWN.replacen("DCq", "D*q", 1), "another alphabet"),
            (KNOWN.replacen("DCq7YPn5Rq63x1Lad4cll.", "DCq7YPn5Rq63x1Lad4clé", 1), "no ASCII"),
            (String::new(), "empty"),
        ] {
            assert!(Readable::parse(&text).is_none(), "{why}: {text}");
        }
    }
}
