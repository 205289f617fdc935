//! Conditions of a request on what the client has already (RFC 9110, section 13).
//!
//! The contract knows files without a tag; ours is an addition. A tag that is not ours is treated as it says there:
//! `If-Match` fails, and `If-None-Match` only switches `If-Modified-Since` off.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};

/// What the conditions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The file is sent.
    Send,
    /// The client has it.
    NotModified,
    /// It is not what the client takes it for.
    Failed,
}

/// What a client may know of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'f> {
    /// The tag with its quotes.
    pub(super) tag: &'f str,
    pub(super) modified: SystemTime,
}

impl Known<'_> {
    /// Judges the conditions in the order of the RFC.
    pub(super) fn judge(&self, headers: &HeaderMap) -> Verdict {
        let passes = match texts(headers, &IF_MATCH) {
            Some(tags) => self.is_among(&tags, Compare::Strong),
            None => date(headers, &IF_UNMODIFIED_SINCE).is_none_or(|date| self.second() <= date),
        };
        if !passes {
            return Verdict::Failed;
        }
        let has_it = match texts(headers, &IF_NONE_MATCH) {
            Some(tags) => self.is_among(&tags, Compare::Weak),
            None => date(headers, &IF_MODIFIED_SINCE).is_some_and(|date| self.second() <= date),
        };
        if has_it { Verdict::NotModified } else { Verdict::Send }
    }

    /// Whether a range of what the client has may be sent: it says of what, or nothing.
    pub(super) fn allows_range(&self, headers: &HeaderMap) -> bool {
        let Some(of) = headers.get(IF_RANGE) else { return true };
        let of = of.to_str().unwrap_or_default().trim();
        if of.starts_with('"') || of.starts_with("W/") {
            return of == self.tag;
        }
        httpdate::parse_http_date(of).is_ok_and(|date| date == self.second())
    }

    fn is_among(&self, tags: &str, compare: Compare) -> bool {
        tags.split(',').map(str::trim).any(|tag| {
            let tag = if compare == Compare::Weak { tag.strip_prefix("W/").unwrap_or(tag) } else { tag };
            tag == "*" || tag == self.tag
        })
    }

    /// The time as headers tell it: whole seconds.
    fn second(&self) -> SystemTime {
        let since = self.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        UNIX_EPOCH + Duration::from_secs(since.as_secs())
    }
}

/// Whether a request has conditions.
pub(super) fn are_in(headers: &HeaderMap) -> bool {
    [IF_MATCH, IF_UNMODIFIED_SINCE, IF_NONE_MATCH, IF_MODIFIED_SINCE].iter().any(|name| headers.contains_key(name))
}

#[derive(PartialEq)]
enum Compare {
    Strong,
    Weak,
}

/// All values of a header as one list; one that is no text has nothing in it.
fn texts(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// A date; one that cannot be read is ignored.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const AT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const AFTER: &str = "Sunday, 06-Nov-94 08:49:38 GMT";

    fn known() -> Known<'static> {
        Known { tag: "\"t\"", modified: UNIX_EPOCH + Duration::from_millis(784_111_777_900) }
    }

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn conditions_in_the_order_of_the_rfc() {
        use Verdict::{Failed, NotModified, Send};
        let table: &[(&[(HeaderName, &str)], Verdict)] = &[
            (&[], Send),
            (&[(IF_MODIFIED_SINCE, BEFORE)], Send),
            (&[(IF_MODIFIED_SINCE, AT)], NotModified),
            (&[(IF_MODIFIED_SINCE, AFTER)], NotModified),
            (&[(IF_MODIFIED_SINCE, "yesterday")], Send),
            (&[(IF_UNMODIFIED_SINCE, BEFORE)], Failed),
            (&[(IF_UNMODIFIED_SINCE, AT)], Send),
            (&[(IF_UNMODIFIED_SINCE, "yesterday")], Send),
            (&[(IF_NONE_MATCH, "*")], NotModified),
            (&[(IF_NONE_MATCH, "\"t\"")], NotModified),
            (&[(IF_NONE_MATCH, "\"a\", W/\"t\"")], NotModified),
            (&[(IF_NONE_MATCH, "\"a\""), (IF_NONE_MATCH, "\"t\"")], NotModified),
            (&[(IF_NONE_MATCH, "\"other\"")], Send),
            (&[(IF_NONE_MATCH, "\"other\""), (IF_MODIFIED_SINCE, AFTER)], Send),
            (&[(IF_MATCH, "*")], Send),
            (&[(IF_MATCH, "\"t\"")], Send),
            (&[(IF_MATCH, "W/\"t\"")], Failed),
            (&[(IF_MATCH, "\"other\"")], Failed),
            (&[(IF_MATCH, "*"), (IF_UNMODIFIED_SINCE, BEFORE)], Send),
            (&[(IF_MATCH, "\"t\""), (IF_NONE_MATCH, "\"t\"")], NotModified),
        ];
        for (pairs, expected) in table {
            assert_eq!(known().judge(&headers(pairs)), *expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_range_is_sent_of_what_the_client_has() {
        for (value, expected) in [
            ("\"t\"", true),
            ("W/\"t\"", false),
            ("\"other\"", false),
            (AT, true),
            (BEFORE, false),
            (AFTER, false),
            ("yesterday", false),
        ] {
            assert_eq!(known().allows_range(&headers(&[(IF_RANGE, value)])), expected, "{value}");
        }
        assert!(known().allows_range(&HeaderMap::new()));
    }
}
