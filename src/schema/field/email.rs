//! Email fields, and the lists of domains that they share with url fields.

use super::options::{Reader, Writer};
use crate::error::{Fault, FieldErrors};
use crate::schema::wire::Unreadable;

/// Options of email and url fields: which domains are accepted. At most one list is non-empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DomainOptions {
    /// Domains that are refused; `None` where never set.
    pub except_domains: Option<Vec<String>>,
    /// The only domains that are accepted; `None` where never set.
    pub only_domains: Option<Vec<String>>,
}

impl DomainOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self { except_domains: reader.texts("exceptDomains")?, only_domains: reader.texts("onlyDomains")? })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.set("exceptDomains", self.except_domains.clone()).set("onlyDomains", self.only_domains.clone());
    }

    /// Whether values of this domain, exact and case-sensitive, are accepted.
    pub(super) fn allows(&self, domain: &str) -> bool {
        let listed = |list: &Option<Vec<String>>| list.iter().flatten().any(|one| one == domain);
        let only = self.only_domains.as_ref().is_some_and(|list| !list.is_empty());
        !listed(&self.except_domains) && (!only || listed(&self.only_domains))
    }

    pub(super) fn check_options(&self, errors: &mut FieldErrors) {
        let lists = [("exceptDomains", &self.except_domains), ("onlyDomains", &self.only_domains)];
        if lists.iter().all(|(_, list)| list.as_ref().is_some_and(|list| !list.is_empty())) {
            for (option, _) in lists {
                errors.add(option, Fault::new("validation_empty", "Must be blank."));
            }
            return;
        }
        for (option, list) in lists {
            for (at, domain) in list.iter().flatten().enumerate() {
                if !is_domain(domain) {
                    let fault = Fault::new("validation_is_domain", "Must be a valid domain.");
                    errors.add_at(&[option, &at.to_string()], fault);
                }
            }
        }
    }
}

/// A host name of at least two labels, without a port.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let Some((_, top)) = text.rsplit_once('.') else { return false };
    let named = top.bytes().all(|byte| byte.is_ascii_alphabetic()) || top.to_ascii_lowercase().starts_with("xn--");
    text.len() <= 255 && named && text.split('.').all(label)
}

/// What can be said against a non-empty address.
pub(super) fn check(options: &DomainOptions, text: &str) -> Option<Fault> {
    if !is_email(text) {
        return Some(Fault::new("validation_is_email", "Must be a valid email address."));
    }
    let domain = text.rsplit_once('@').map_or("", |(_, domain)| domain);
    (!options.allows(domain)).then(|| Fault::new("validation_email_domain_not_allowed", "Email domain is not allowed."))
}

/// Whether a text is an address: dot-separated words, `@`, a domain with a dot; letters of any script on both sides.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let foreign = |one: char| matches!(one, '\u{a0}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{ffef}');
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|one| one.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(one) || foreign(one))
    };
    let is_label = |label: &str| {
        let outer = |one: Option<char>| one.is_some_and(|one| one.is_ascii_alphanumeric() || foreign(one));
        outer(label.chars().next())
            && outer(label.chars().next_back())
            && label.chars().all(|one| one.is_ascii_alphanumeric() || "-_~".contains(one) || foreign(one))
    };
    let Some((_, top)) = domain.rsplit_once('.') else { return false };
    let named = |one: Option<char>| one.is_some_and(|one| !one.is_ascii_digit());
    local.split('.').all(is_word)
        && domain.split('.').all(is_label)
        && named(top.chars().next())
        && named(top.chars().next_back())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testing::{code, field, option_codes};
    use super::*;
    use crate::store::Value;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for address in
            ["a@b.co", "test+tag@example.com", "o'neil@x-y.example.org", "ünï@exämple.de", "用户@例子.广告", "A@B.CO"]
        {
            assert!(is_email(address), "{address}");
        }
        for other in [
            "",
            "a",
            "a@",
            "@b.co",
            "a@localhost",
            " a@b.co",
            "a@b.co ",
            "a b@c.de",
            "a@b..co",
            ".a@b.co",
            "a.@b.co",
            "a..b@c.de",
            "a@b@c.de",
            "a@-b.co",
            "a@b.c1",
            "a@b.co\n",
            "a@b.co.",
            "a,b@c.de",
            "<a@b.co>",
        ] {
            assert!(!is_email(other), "{other}");
        }
    }

    #[test]
    fn domains_are_compared_exactly() {
        let only = field(json!({"type": "email", "name": "e", "onlyDomains": ["example.com"]}));
        let except = field(json!({"type": "email", "name": "e", "exceptDomains": ["example.com"]}));
        let refused = Some("validation_email_domain_not_allowed");
        assert_eq!(only.check(&Value::from("a@example.com")), None);
        assert_eq!(code(only.check(&Value::from("a@sub.example.com"))), refused);
        assert_eq!(code(only.check(&Value::from("a@EXAMPLE.com"))), refused);
        assert_eq!(code(except.check(&Value::from("a@example.com"))), refused);
        assert_eq!(except.check(&Value::from("a@other.com")), None);
        assert_eq!(code(only.check(&Value::from("x"))), Some("validation_is_email"));
        assert_eq!(only.check(&Value::from("")), None);
    }

    #[test]
    fn options_are_checked() {
        let cases = [
            (
                json!({"onlyDomains": ["a.com"], "exceptDomains": ["b.com"]}),
                vec!["exceptDomains validation_empty", "onlyDomains validation_empty"],
            ),
            (json!({"onlyDomains": ["a.com", "a.com:80"]}), vec!["onlyDomains.1 validation_is_domain"]),
            (json!({"exceptDomains": ["localhost", "xn--a.xn--p1ai"]}), vec!["exceptDomains.0 validation_is_domain"]),
            (json!({"onlyDomains": []}), vec![]),
        ];
        for (options, expected) in cases {
            assert_eq!(option_codes("email", options.clone()), expected, "{options}");
            assert_eq!(option_codes("url", options.clone()), expected, "{options}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*@?.*") {
            let _ = is_email(&text);
            let _ = is_domain(&text);
        }
    }
}
