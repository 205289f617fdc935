//! Places of sign-in (contract: auth, section 12): an address and a browser. The first one of an account is noted in
//! silence, a new one is told by mail.

use std::fmt::Write;
use std::sync::OnceLock;

use md5::{Digest, Md5};

use super::{Auth, owned};
use crate::context::{RequestContext, in_full};
use crate::error::Result;
use crate::records::{self, AUTH_ORIGINS};
use crate::schema::Record;
use crate::store::{Tx, WriteLane};

/// How many places of an account are remembered.
const MOST: usize = 5;
/// How many rows of an account are looked at: superusers may add any number.
const LOOKED_AT: usize = 100;
/// How many bytes of what a browser says of itself count.
const AGENT: usize = 200;

/// A place that somebody signs in from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The address, an IPv6 one in full; empty where it is not known.
    pub(super) ip: String,
    /// What the browser says of itself, the beginning.
    pub(super) agent: String,
}

impl Place {
    fn of(context: &RequestContext) -> Self {
        let agent = context.headers.header("user_agent").unwrap_or_default();
        Self { ip: context.ip.map(in_full).unwrap_or_default(), agent: beginning(&agent) }
    }

    /// What tells this place from others.
    pub(super) fn fingerprint(&self) -> String {
        let digest = Md5::digest(format!("{}{}", self.ip, self.agent));
        digest.iter().fold(String::new(), |mut text, byte| {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

fn beginning(agent: &str) -> String {
    if agent.len() <= AGENT {
        return agent.to_owned();
    }
    format!("{}...", &agent[..agent.floor_char_boundary(AGENT)])
}

impl Auth {
    /// Notes where an account signs in from, where its collection wants that. Whatever goes wrong, the sign-in does
    /// not fail by it.
    pub(super) async fn note_place(&self, context: &RequestContext, record: &Record) {
        if !record.collection.auth().is_some_and(|options| options.auth_alert.enabled) {
            return;
        }
        let place = Place::of(context);
        let (auth, account) = (self.clone(), record.clone());
        let warned = OnceLock::new();
        let write = move |tx: &mut Tx<'_>| auth.see(tx, &account, &place, &warned);
        if let Err(error) = self.parts.store.write(WriteLane::Grouped, write).await {
            let (collection, record) = (&record.collection.name, record.id());
            tracing::warn!(%error, %collection, %record, "the place of a sign-in could not be noted");
        }
    }

    /// A new place is remembered once its owner was told; before, each sign-in from there would tell of it again.
    fn see(&self, tx: &mut Tx<'_>, account: &Record, place: &Place, warned: &OnceLock<bool>) -> Result<()> {
        if !owned::is_current(tx, account)? {
            return Ok(());
        }
        let schema = self.parts.schema.current();
        let known = owned::newest(tx, &schema, AUTH_ORIGINS, account, LOOKED_AT)?;
        let fingerprint = place.fingerprint();
        if let Some(row) = known.iter().find(|row| row.text("fingerprint") == fingerprint) {
            return records::touch(tx, row).map(drop);
        }
        if known.is_empty() || account.text("email").is_empty() {
            return self.remember(tx, account, &fingerprint);
        }
        let info = format!("{} - {} {}", crate::time::now_text(), place.ip, place.agent);
        self.post_alert(tx, account, fingerprint, info, warned)
    }

    /// Notes a place of an account, and forgets the oldest ones.
    pub(super) fn remember(&self, tx: &mut Tx<'_>, account: &Record, fingerprint: &str) -> Result<()> {
        let schema = self.parts.schema.current();
        let known = owned::newest(tx, &schema, AUTH_ORIGINS, account, LOOKED_AT)?;
        if let Some(row) = known.iter().find(|row| row.text("fingerprint") == fingerprint) {
            return records::touch(tx, row).map(drop);
        }
        for row in known.iter().skip(MOST - 1) {
            self.parts.records.remove(tx, row, None)?;
        }
        let mut row = owned::row(&schema, AUTH_ORIGINS, account)?;
        row.set("fingerprint", fingerprint);
        records::add(tx, row).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(ip: &str, agent: &str) -> Place {
        Place { ip: in_full(ip.parse().expect("an address")), agent: beginning(agent) }
    }

    #[test]
    fn a_fingerprint_is_the_digest_of_the_address_in_full_and_the_browser() {
        assert_eq!(place("127.0.0.1", "test").fingerprint(), "ed3c625f1a8ba92efc772f8b368163df");
        assert_eq!(place("::ffff:127.0.0.1", "test").fingerprint(), "ed3c625f1a8ba92efc772f8b368163df");
    }

    #[test]
    fn a_long_name_of_a_browser_is_cut() {
        assert_eq!(beginning(&"x".repeat(200)), "x".repeat(200));
        assert_eq!(beginning(&"x".repeat(201)), format!("{}...", "x".repeat(200)));
        assert_eq!(beginning(&format!("{}é", "x".repeat(199))), format!("{}...", "x".repeat(199)));
    }
}
