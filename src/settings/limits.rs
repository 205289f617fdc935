//! The rules of the rate limits: what may be wrong with them, and the names of collections in them.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::check::{at_least, networks, required};
use super::{RateLimit, RateLimits, Values};
use crate::error::{Fault, FieldErrors};

/// A label: `METHOD /path`, `/path`, `word:word`, `*:word` or `word`.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    let path = "/[A-Za-z0-9_/-]*";
    let word = "[A-Za-z0-9_]+";
    Regex::new(&format!(r"\A(?:(?:[A-Za-z]+ )?{path}|(?:(?:{word}|\*):)?{word})\z")).expect("a fixed expression")
});

/// What is wrong with the rate limits.
pub(super) fn check(limits: &RateLimits) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if limits.enabled && limits.rules.is_empty() {
        errors.add("rules", Fault::required());
    }
    let mut rules = FieldErrors::new();
    for (at, rule) in limits.rules.iter().enumerate() {
        rules.nest(at.to_string(), check_rule(rule));
    }
    for (at, label) in conflicts(&limits.rules) {
        let message = "Rate limit rule configuration with label already exists or conflicts with another one.";
        let fault = Fault::new("validation_conflicting_rate_limit_rule", message).with("label", label);
        rules.add_at(&[&at.to_string(), "label"], fault);
    }
    errors.nest("rules", rules);
    errors.nest("excludedIPs", networks(&limits.excluded_ips));
    errors
}

fn check_rule(rule: &RateLimit) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if rule.label.is_empty() {
        errors.add("label", Fault::required());
    } else if !LABEL.is_match(&rule.label) {
        errors.add("label", Fault::new("validation_match_invalid", "Must be in a valid format."));
    }
    if !["", "@guest", "@auth"].contains(&rule.audience.as_str()) {
        errors.add("audience", Fault::new("validation_in_invalid", "Must be a valid value."));
    }
    for (name, value) in [("duration", rule.duration), ("maxRequests", rule.max_requests)] {
        if let Some(fault) = required(value != 0).or_else(|| at_least(1, value)) {
            errors.add(name, fault);
        }
    }
    errors
}

/// The rules that speak of somebody of whom an earlier one with the same label speaks already.
fn conflicts(rules: &[RateLimit]) -> Vec<(usize, &str)> {
    let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut found = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let audiences = before.entry(&rule.label).or_default();
        let same = |other: &&str| other.is_empty() || rule.audience.is_empty() || *other == rule.audience;
        if audiences.iter().any(same) {
            found.push((at, rule.label.as_str()));
        }
        // Two tell everything about what may still come.
        if audiences.len() < 2 {
            audiences.push(&rule.audience);
        }
    }
    found
}

/// The settings after collections changed their names: pairs of the old name and the new one.
pub(super) fn renamed(values: &Values, renamed: &[(&str, &str)]) -> Values {
    let mut values = values.clone();
    for rule in &mut values.rate_limits.rules {
        let Some((collection, tag)) = rule.label.split_once(':') else { continue };
        if let Some((_, new)) = renamed.iter().find(|(old, _)| *old == collection) {
            rule.label = format!("{new}:{tag}");
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(label: &str, audience: &str) -> RateLimit {
        RateLimit { label: label.into(), audience: audience.into(), duration: 1, max_requests: 1 }
    }

    #[test]
    fn labels_are_told_from_other_texts() {
        for label in ["/", "/api/", "/a/b-c_d", "POST /api/", "get /a", "FOO /a", "a:b", "*:auth", "auth", "_x:y_1"] {
            assert!(LABEL.is_match(label), "{label}");
        }
        for label in [
            "", " ", "POST  /a", "POST/a", "P1 /a", "/a b", "/a?b", "/a.b", "/ä", "*", "*:*", "a:*", "a:", ":a",
            "a:b:c", "a b", "/a\n", "a-b", "POST a", " /a",
        ] {
            assert!(!LABEL.is_match(label), "{label}");
        }
    }

    #[test]
    fn rules_conflict_where_they_speak_of_the_same_people() {
        let table: [(&[&str], &[usize]); 7] = [
            (&["@guest", "@auth"], &[]),
            (&["", ""], &[1]),
            (&["", "@guest"], &[1]),
            (&["@auth", ""], &[1]),
            (&["@auth", "@auth"], &[1]),
            (&["@guest", "@auth", "@guest"], &[2]),
            (&["@guest", "@auth", "", "@auth"], &[2, 3]),
        ];
        for (audiences, expected) in table {
            let mut rules: Vec<_> = audiences.iter().map(|audience| rule("a", audience)).collect();
            rules.push(rule("b", ""));
            let found: Vec<_> = conflicts(&rules).into_iter().map(|(at, _)| at).collect();
            assert_eq!(found, expected, "{audiences:?}");
        }
    }

    #[test]
    fn names_change_places_in_one_step() {
        let mut values = Values::default();
        values.rate_limits.rules = ["a:auth", "b:create", "*:a", "a", "/a", "ab:auth"].map(|l| rule(l, "")).into();
        let after = super::renamed(&values, &[("a", "b"), ("b", "a")]);
        let labels: Vec<_> = after.rate_limits.rules.iter().map(|rule| rule.label.as_str()).collect();
        assert_eq!(labels, ["b:auth", "a:create", "*:a", "a", "/a", "ab:auth"]);
    }
}
