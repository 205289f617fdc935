//! Url fields.

use std::net::Ipv6Addr;
use std::sync::LazyLock;

use regex::Regex;

use super::email::DomainOptions;
use crate::error::Fault;

/// The longest URL, in characters.
const GREATEST_LENGTH: usize = 2083;

/// The form of a URL: scheme, user, host, port, rest; all but the host may be absent.
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    let host = r"(?:[a-zA-Z0-9\x{a1}-\x{ffff}](?:[a-zA-Z0-9_\x{a1}-\x{ffff}-]*[a-zA-Z0-9\x{a1}-\x{ffff}])?)";
    let form = format!(
        r"^(?:(?:ftp|tcp|udp|wss?|https?)://)?(?:[^\s]+@)?(?:\[(?<ip>[0-9a-fA-F:.]+)\]|{host}(?:\.{host})*\.?)(?::[0-9]{{1,5}})?(?:[/?#][^\s]*)?$"
    );
    Regex::new(&form).expect("the form is fixed and compiles")
});

/// What can be said against a non-empty value.
pub(super) fn check(options: &DomainOptions, text: &str) -> Option<Fault> {
    if !is_url(text) {
        return Some(Fault::new("validation_invalid_url", "Must be a valid url."));
    }
    (!options.allows(host(text))).then(|| Fault::new("validation_url_domain_not_allowed", "Url domain is not allowed."))
}

/// Whether a text passes as a URL: with a known scheme, or without one where it looks like a host or has a port.
pub fn is_url(text: &str) -> bool {
    let length = text.chars().count();
    if text.len() <= 3 || length >= GREATEST_LENGTH || text.chars().any(|one| one.is_ascii_control()) {
        return false;
    }
    if !has_only_whole_escapes(text) {
        return false;
    }
    let Some(form) = FORM.captures(text) else { return false };
    if form.name("ip").is_some_and(|ip| ip.as_str().parse::<Ipv6Addr>().is_err()) {
        return false;
    }
    let path = text.split(['?', '#']).next().unwrap_or_default();
    // Without scheme and port, only a dot tells a host from a word.
    text.contains(':') || path.contains('.')
}

/// Whether each `%` before the query begins an escape.
fn has_only_whole_escapes(text: &str) -> bool {
    let path = text.split('?').next().unwrap_or_default();
    path.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}

/// The host with its port; empty where there is no scheme.
fn host(text: &str) -> &str {
    let Some((scheme, rest)) = text.split_once("://") else { return "" };
    if scheme.contains(['/', '?', '#', '@', ':']) {
        return "";
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testing::{code, field};
    use super::*;
    use crate::store::Value;

    #[test]
    fn urls_are_told_from_other_texts() {
        for url in [
            "http://x",
            "ftp://a",
            "mailto:a@b.c",
            "tel:123",
            "http://user:p@a.com",
            "http://[::1]",
            "https://exa_mple.com",
            "example.com",
            "www.a.com/x",
            "https://example.com:8080/a/b?c=d#e",
            "http://127.0.0.1:3000",
            "https://exämple.com/ü%20",
            "https://a.com/?q=%",
            "localhost:8080",
        ] {
            assert!(is_url(url), "{url}");
        }
        for other in [
            "",
            "x",
            "a.b",
            "localhost",
            "/a",
            "/a/b.c",
            "//a.com",
            "http://",
            "http://a b",
            "http://a..b",
            "http://.a.com",
            "javascript:alert(1)",
            "data:x",
            "data:text/html,x",
            "HTTP://a.com",
            "http://a.com:123456",
            "http://[::zz]",
            "http://a.com/%zz",
            "http://a.com/\u{7f}",
            " http://a.com",
            "http://a.com\n",
        ] {
            assert!(!is_url(other), "{other}");
        }
        assert!(!is_url(&format!("http://a.com/{}", "x".repeat(2083))));
    }

    #[test]
    fn the_compared_domain_has_its_port() {
        let only = field(json!({"type": "url", "name": "u", "onlyDomains": ["a.com"]}));
        let refused = Some("validation_url_domain_not_allowed");
        assert_eq!(only.check(&Value::from("https://u:p@a.com/x")), None);
        assert_eq!(code(only.check(&Value::from("https://a.com:80"))), refused);
        assert_eq!(code(only.check(&Value::from("https://sub.a.com"))), refused);
        assert_eq!(code(only.check(&Value::from("www.a.com/x"))), refused);
        assert_eq!(code(only.check(&Value::from("https://b.com/@a.com"))), refused);
        assert_eq!(code(only.check(&Value::from("https://b.com?x=://a.com"))), refused);
        let except = field(json!({"type": "url", "name": "u", "exceptDomains": ["a.com"]}));
        assert_eq!(code(except.check(&Value::from("https://a.com"))), refused);
        assert_eq!(except.check(&Value::from("www.a.com")), None);
        assert_eq!(code(except.check(&Value::from("x"))), Some("validation_invalid_url"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*:?/?/?.*") {
            let _ = is_url(&text);
            let _ = host(&text);
        }
    }
}
