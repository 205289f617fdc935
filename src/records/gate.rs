//! What stands before every verb: which rule applies, where it is asked, and how its answer is taken.

use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::schema::Collection;
use crate::store::ReadLane;

/// The collection of a list, a view or a delete is not there.
pub(super) const MISSING_COLLECTION: &str = "Missing collection context.";
/// The collection of a create, an update or a file is not there.
pub(super) const NO_COLLECTION: &str = "Missing or invalid collection context.";

/// The rule that applies to a caller; `None` is no condition.
///
/// # Errors
/// `Forbidden` where there is no rule and the caller is no superuser.
pub(super) fn applicable<'r>(context: &RequestContext, rule: &'r Option<String>) -> Result<Option<&'r str>> {
    match rule.as_deref() {
        _ if context.is_superuser() => Ok(None),
        None => Err(Error::Forbidden("Only superusers can perform this action.".into())),
        Some(rule) => Ok(Some(rule).filter(|rule| !rule.is_empty())),
    }
}

/// Refuses to write into what keeps no records of its own.
///
/// # Errors
/// `Invalid` for a view.
pub(super) fn writable(collection: &Collection) -> Result<()> {
    if collection.is_view() { Err(Error::bad_request("Unsupported collection type.")) } else { Ok(()) }
}

/// The lane in which rules are asked about one record. A rule that speaks of rows that no key leads to may walk
/// through a table. Its words decide, not its plan as with lists and views: what a rule compiles to can depend on
/// the record and on what was sent for it, which are only known inside the read.
pub(super) fn lane<'r>(context: &RequestContext, rules: impl IntoIterator<Item = Option<&'r str>>) -> ReadLane {
    let walks = |rule: &str| rule.contains("@collection") || rule.contains("_via_");
    match !context.is_superuser() && rules.into_iter().flatten().any(walks) {
        true => ReadLane::Slow,
        false => ReadLane::Fast,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_may_walk_through_a_table_are_asked_where_that_holds_up_nobody() {
        let guest = RequestContext::guest();
        for (rules, expected) in [
            ([None, None], ReadLane::Fast),
            ([Some("owner = @request.auth.id"), None], ReadLane::Fast),
            ([Some("@collection.members.user ?= @request.auth.id"), None], ReadLane::Slow),
            ([Some("members_via_team.user ?= @request.auth.id"), None], ReadLane::Slow),
            ([Some(""), Some("@collection.managers.user ?= @request.auth.id")], ReadLane::Slow),
        ] {
            assert_eq!(lane(&guest, rules), expected, "{rules:?}");
            assert_eq!(lane(&RequestContext::internal(), rules), ReadLane::Fast, "superusers are under no rule");
        }
    }
}
