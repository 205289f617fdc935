//! What stands before every write: the texts of refusals, and how a rule's answer is taken.

use crate::error::{Error, Result};

/// The collection of a create or an update is not there.
pub(super) const NO_COLLECTION: &str = "Missing or invalid collection context.";
/// The rule is null.
pub(super) const SUPERUSERS_ONLY: &str = "Only superusers can perform this action.";

/// Whether a rule speaks of rows that no key leads to, so that asking it may walk through a table.
pub(super) fn may_walk(rule: &str) -> bool {
    rule.contains("@collection") || rule.contains("_via_")
}

/// Whether a rule can read what was sent.
pub(super) fn reads_body(rule: &str) -> bool {
    rule.contains("@request.body")
}

/// A rule that cannot be evaluated admits nobody.
pub(super) fn or_false(answer: Result<bool>) -> Result<bool> {
    match answer {
        Err(Error::Invalid(_) | Error::Forbidden(_) | Error::Engine(_)) => Ok(false),
        other => other,
    }
}
