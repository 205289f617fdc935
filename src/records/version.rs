//! The version of a record as it is stored, and writes that are meant for one version alone.
//!
//! A version is a keyed hash of the row's columns. Without the key, whoever sees all fields but a hidden one could
//! find out its value by trying. The key comes from a stored secret, so that versions outlive a restart.

use std::fmt;
use std::hash::Hasher;

use sha2::{Digest, Sha256};
use siphasher::sip::SipHasher13;

use super::layout::is_secret;
use super::{Parts, Rendered, candidate};
use crate::context::{RequestContext, SUPERUSERS};
use crate::error::{Error, Result};
use crate::schema::{Collection, Record, Schema};
use crate::store::{Column, Value, ValueRef};

/// The header, in snake case, by which a write says for which versions it is meant.
const EXPECTED: &str = "if_match";

/// How long a tag is.
const TAG: usize = 35;

/// A version of a record; another one as soon as any column has another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(u64);

/// A record as its reader may see it, and the version of the row that it was made of.
#[derive(Debug, Clone)]
pub struct Versioned {
    /// What is answered.
    pub rendered: Rendered,
    /// The row's version, which depends neither on the reader nor on what was asked for.
    pub version: Version,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Version {
    /// The tag of an answer that shows this version: `"version-digest"`, the digest being that of the answer.
    pub fn tag(self, answer: &[u8]) -> String {
        let mut hasher = SipHasher13::new_with_keys(self.0, 0);
        hasher.write(answer);
        // Not by the formatter, which takes longer than the hash.
        let mut tag = String::with_capacity(TAG);
        tag.push('"');
        push_digits(&mut tag, self.0);
        tag.push('-');
        push_digits(&mut tag, hasher.finish());
        tag.push('"');
        tag
    }

    /// Whether one of the tags of a list shows this version. Proxies that compress make tags weak, so that weak ones
    /// count: what is compared is the row and not the answer's bytes.
    fn is_among(self, tags: &str) -> bool {
        let own = self.to_string();
        tags.split(',').any(|tag| {
            let tag = tag.trim();
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            tag == "*" || inner.and_then(|inner| inner.split('-').next()) == Some(own.as_str())
        })
    }
}

/// Appends 16 hexadecimal digits.
fn push_digits(text: &mut String, number: u64) {
    let digit = |place: u32| b"0123456789abcdef"[(number >> (4 * place) & 15) as usize] as char;
    text.extend((0..16).rev().map(digit));
}

/// What a collection's versions are hashed with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct VersionKey(u64, u64);

impl VersionKey {
    /// The key of a collection.
    pub(super) fn of(schema: &Schema, collection: &Collection) -> Self {
        let secret = schema.find(SUPERUSERS).and_then(|superusers| superusers.auth());
        let secret = secret.map_or("", |auth| auth.auth_token.secret.as_str());
        let digest = Sha256::digest(format!("versions of records\0{secret}\0{}", collection.id));
        let half = |from: usize| digest[from..from + 8].iter().fold(0, |half, &byte| half << 8 | u64::from(byte));
        Self(half(0), half(8))
    }

    /// The version of a row whose columns are the collection's fields. Passwords and token keys are left out: nobody
    /// reads them, and a sign-in may renew a hash.
    pub(super) fn version<'v>(self, collection: &Collection, get: impl Fn(usize) -> ValueRef<'v>) -> Version {
        let mut hasher = SipHasher13::new_with_keys(self.0, self.1);
        for (at, field) in collection.fields.iter().enumerate() {
            if is_secret(collection, field) {
                continue;
            }
            match get(at) {
                // stored as a number if it reads as one
                ValueRef::Text(text) if field.column() == Column::Json && candidate::begins_a_number(text) => {
                    add(&mut hasher, candidate::numeric(&Value::from(text)).borrow());
                }
                value => add(&mut hasher, value),
            }
        }
        Version(hasher.finish())
    }
}

/// Adds a value, so that those which are the same once stored count as the same.
fn add(hasher: &mut SipHasher13, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => hasher.write_u8(0),
        ValueRef::Int(number) if number as f64 as i64 != number => {
            hasher.write_u8(1);
            hasher.write_i64(number);
        }
        ValueRef::Int(number) => add(hasher, ValueRef::Real(number as f64)),
        ValueRef::Real(number) => {
            hasher.write_u8(2);
            hasher.write_u64((number + 0.0).to_bits());
        }
        ValueRef::Text(text) => {
            hasher.write_u8(3);
            hasher.write_usize(text.len());
            hasher.write(text.as_bytes());
        }
    }
}

impl Parts {
    /// The version of a record that is stored.
    pub(super) fn version(&self, schema: &Schema, record: &Record) -> Version {
        let key = match schema.by_id(&record.collection.id) {
            Some(collection) => self.layouts.of(schema, collection).versions,
            None => VersionKey::of(schema, &record.collection),
        };
        key.version(&record.collection, |at| record.values[at].borrow())
    }

    /// Refuses a write that is meant for another version than the stored one.
    ///
    /// # Errors
    /// `Outdated`.
    pub(super) fn expect(&self, context: &RequestContext, schema: &Schema, stored: &Record) -> Result<()> {
        match context.headers.header(EXPECTED) {
            Some(tags) if !self.version(schema, stored).is_among(&tags) => Err(Error::Outdated),
            _ => Ok(()),
        }
    }
}

/// Refuses to create what the request takes to be there.
///
/// # Errors
/// `Outdated`.
pub(super) fn expects_nothing(context: &RequestContext) -> Result<()> {
    if context.headers.header(EXPECTED).is_some() { Err(Error::Outdated) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_lists_of_tags() {
        let version = Version(7);
        let tag = version.tag(b"{}");
        assert_ne!(tag, version.tag(b"[]"), "a tag is that of an answer");
        assert!(tag.starts_with("\"0000000000000007-") && tag.len() == TAG, "{tag}");
        for (tags, expected) in [
            (tag.clone(), true),
            (version.tag(b"another answer"), true),
            (format!("\"x\", W/{tag}"), true),
            ("\"0000000000000007\"".to_owned(), true),
            ("*".to_owned(), true),
            ("0000000000000007".to_owned(), false),
            (Version(8).tag(b"{}"), false),
            ("\"".to_owned(), false),
            ("\"*\"".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(version.is_among(&tags), expected, "{tags}");
        }
    }

    #[test]
    fn values_that_are_the_same_once_stored_have_one_version() {
        let of = |value: ValueRef<'_>| {
            let mut hasher = SipHasher13::new_with_keys(1, 2);
            add(&mut hasher, value);
            hasher.finish()
        };
        assert_eq!(of(ValueRef::Int(5)), of(ValueRef::Real(5.0)));
        assert_eq!(of(ValueRef::Real(0.0)), of(ValueRef::Real(-0.0)));
        assert_ne!(of(ValueRef::Int(i64::MAX)), of(ValueRef::Int(i64::MAX - 1)));
        assert_ne!(of(ValueRef::Null), of(ValueRef::Text("")));
        assert_ne!(of(ValueRef::Int(5)), of(ValueRef::Text("5")));
    }
}
