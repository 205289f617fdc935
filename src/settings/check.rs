//! What may be wrong with the settings, each as a whole (contract: settings, section 2).

use std::net::IpAddr;

use super::networks::is_one;
use super::{Backups, Batch, Meta, S3, Smtp, Values, limits};
use crate::cron;
use crate::error::{Fault, FieldErrors};
use crate::schema::field::email::is_email;
use crate::schema::field::url::is_url;

/// The longest names and addresses, in bytes.
const LONGEST: usize = 255;

/// What is wrong with the settings, nested as they are.
pub(super) fn check(values: &Values) -> FieldErrors {
    let mut errors = FieldErrors::new();
    errors.nest("superuserIPs", networks(&values.superuser_ips));
    errors.nest("meta", meta(&values.meta));
    errors.nest("smtp", smtp(&values.smtp));
    errors.nest("s3", s3(&values.s3));
    errors.nest("backups", backups(&values.backups));
    errors.nest("batch", batch(&values.batch));
    errors.nest("rateLimits", limits::check(&values.rate_limits));
    errors.nest("logs", faults([("maxDays", at_least(0, values.logs.max_days))]));
    errors
}

fn meta(meta: &Meta) -> FieldErrors {
    let name = |text: &str| required(!text.is_empty()).or_else(|| length(1, LONGEST, text));
    let needed = |text: &str, is_right: bool, fault| required(!text.is_empty()).or((!is_right).then_some(fault));
    let url = Fault::new("validation_is_url", "Must be a valid URL.");
    let email = Fault::new("validation_is_email", "Must be a valid email address.");
    faults([
        ("appName", name(&meta.app_name)),
        ("appURL", needed(&meta.app_url, is_url(&meta.app_url), url)),
        ("senderName", name(&meta.sender_name)),
        ("senderAddress", needed(&meta.sender_address, is_email(&meta.sender_address), email)),
        ("accentColor", colour(&meta.accent_color)),
    ])
}

fn colour(text: &str) -> Option<Fault> {
    let is_hex = text.strip_prefix('#').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match text.len() {
        0 => None,
        7 if is_hex => None,
        7 => Some(Fault::new("validation_is_hex_color", "Must be a valid hexadecimal color code.")),
        _ => length(7, 7, text),
    }
}

fn smtp(smtp: &Smtp) -> FieldErrors {
    let no_host = Fault::new("validation_is_host", "Must be a valid IP address or DNS name.");
    let host = |text: &str| (!text.is_empty() && !is_host(text)).then(|| no_host.clone());
    let method = ["", "PLAIN", "LOGIN"].contains(&smtp.auth_method.as_str());
    faults([
        ("host", required_if(smtp.enabled, !smtp.host.is_empty()).or_else(|| host(&smtp.host))),
        ("port", required_if(smtp.enabled, smtp.port != 0).or_else(|| at_least(0, smtp.port))),
        ("authMethod", (!method).then(|| Fault::new("validation_in_invalid", "Must be a valid value."))),
        ("localName", host(&smtp.local_name)),
    ])
}

fn s3(s3: &S3) -> FieldErrors {
    let url = Fault::new("validation_is_url", "Must be a valid URL.");
    let no_url = (!s3.endpoint.is_empty() && !is_url(&s3.endpoint)).then_some(url);
    let needed = |text: &str| required_if(s3.enabled, !text.is_empty());
    faults([
        ("endpoint", needed(&s3.endpoint).or(no_url)),
        ("bucket", needed(&s3.bucket)),
        ("region", needed(&s3.region)),
        ("accessKey", needed(&s3.access_key)),
        ("secret", needed(&s3.secret)),
    ])
}

fn backups(backups: &Backups) -> FieldErrors {
    let is_due = !backups.cron.is_empty();
    let keep = backups.cron_max_keep;
    let no_cron = is_due && !cron::is_expression(&backups.cron);
    let mut errors = faults([
        ("cron", no_cron.then(|| Fault::new("validation_invalid_cron", "Must be a valid cron expression."))),
        ("cronMaxKeep", required_if(is_due, keep != 0).or_else(|| at_least(1, keep).filter(|_| keep != 0))),
    ]);
    errors.nest("s3", s3(&backups.s3));
    errors
}

fn batch(batch: &Batch) -> FieldErrors {
    let number = |value: i64| required_if(batch.enabled, value != 0).or_else(|| at_least(0, value));
    faults([
        ("maxRequests", number(batch.max_requests)),
        ("timeout", number(batch.timeout)),
        ("maxBodySize", at_least(0, batch.max_body_size)),
    ])
}

/// What is wrong with a list of addresses and networks, by index.
pub(super) fn networks(list: &[String]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for (at, entry) in list.iter().enumerate() {
        // The code is written as the contract has it.
        let wrong = || Fault::new("validation_invlaid_ip_or_subnet", "Must be a valid IP address or subnet.");
        if let Some(fault) = required(!entry.is_empty()).or_else(|| (!is_one(entry)).then(wrong)) {
            errors.add(at.to_string(), fault);
        }
    }
    errors
}

/// The faults of these fields.
pub(super) fn faults<const N: usize>(list: [(&str, Option<Fault>); N]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for (name, fault) in list {
        if let Some(fault) = fault {
            errors.add(name, fault);
        }
    }
    errors
}

pub(super) fn required(is_there: bool) -> Option<Fault> {
    (!is_there).then(Fault::required)
}

fn required_if(needed: bool, is_there: bool) -> Option<Fault> {
    required(is_there || !needed)
}

/// The fault of a number that is too small.
pub(super) fn at_least(least: i64, value: i64) -> Option<Fault> {
    let message = format!("Must be no less than {least}.");
    (value < least).then(|| Fault::new("validation_min_greater_equal_than_required", message).with("threshold", least))
}

/// The fault of a number that is too great.
pub(super) fn at_most(most: i64, value: i64) -> Option<Fault> {
    let message = format!("Must be no greater than {most}.");
    (value > most).then(|| Fault::new("validation_max_less_equal_than_required", message).with("threshold", most))
}

/// The fault of a text with too few or too many bytes.
pub(super) fn length(least: usize, most: usize, text: &str) -> Option<Fault> {
    let (code, message) = match least == most {
        true => ("validation_length_invalid", format!("The length must be exactly {most}.")),
        false => ("validation_length_out_of_range", format!("The length must be between {least} and {most}.")),
    };
    (!(least..=most).contains(&text.len())).then(|| Fault::new(code, message).with("min", least).with("max", most))
}

/// Whether a text is an address or the name of a machine.
fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    text.parse::<IpAddr>().is_ok() || (text.len() <= LONGEST && name.split('.').all(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `path code` of each fault.
    fn codes(change: impl FnOnce(&mut Values)) -> Vec<String> {
        let mut values = Values::default();
        change(&mut values);
        check(&values).faults().into_iter().map(|(path, fault)| format!("{path} {}", fault.code)).collect()
    }

    #[test]
    fn the_defaults_are_right() {
        assert!(codes(|_| {}).is_empty());
    }

    #[test]
    fn what_names_the_app_is_there_and_in_its_form() {
        let wrong = codes(|values| {
            values.meta = Meta {
                accent_color: "red".into(),
                app_name: String::new(),
                app_url: "word".into(),
                sender_name: "é".repeat(128),
                sender_address: "nobody".into(),
                hide_controls: true,
            };
        });
        assert_eq!(
            wrong,
            [
                "meta.appName validation_required",
                "meta.appURL validation_is_url",
                "meta.senderName validation_length_out_of_range",
                "meta.senderAddress validation_is_email",
                "meta.accentColor validation_length_invalid",
            ]
        );
        for (colour, expected) in [
            ("", None),
            ("#12aBcf", None),
            ("#12345g", Some("validation_is_hex_color")),
            ("1234567", Some("validation_is_hex_color")),
            ("#123", Some("validation_length_invalid")),
        ] {
            assert_eq!(super::colour(colour).map(|fault| fault.code), expected, "{colour}");
        }
    }

    #[test]
    fn what_is_switched_on_needs_its_parts() {
        let on = codes(|values| {
            values.smtp = Smtp { enabled: true, host: String::new(), port: 0, ..Smtp::default() };
            values.s3.enabled = true;
            values.backups.cron = "@hourly".into();
            values.backups.cron_max_keep = 0;
            values.batch = Batch { enabled: true, max_requests: 0, timeout: 0, max_body_size: 0 };
            values.rate_limits.enabled = true;
            values.rate_limits.rules.clear();
        });
        let needed = [
            "smtp.host",
            "smtp.port",
            "s3.endpoint",
            "s3.bucket",
            "s3.region",
            "s3.accessKey",
            "s3.secret",
            "backups.cronMaxKeep",
            "batch.maxRequests",
            "batch.timeout",
            "rateLimits.rules",
        ];
        assert_eq!(on, needed.map(|path| format!("{path} validation_required")));
        let off = codes(|values| {
            values.smtp = Smtp { host: String::new(), port: 0, ..Smtp::default() };
            values.backups.cron_max_keep = 0;
            values.batch = Batch { enabled: false, max_requests: 0, timeout: 0, max_body_size: 0 };
            values.rate_limits.rules.clear();
        });
        assert!(off.is_empty(), "{off:?}");
    }

    #[test]
    fn values_out_of_their_form_are_refused_whether_they_are_used_or_not() {
        let wrong = codes(|values| {
            values.superuser_ips = vec!["10.0.0.0/8".into(), String::new(), "10.0.0.0/33".into()];
            values.smtp = Smtp {
                host: "no host".into(),
                port: -1,
                auth_method: "plain".into(),
                local_name: "-x".into(),
                ..Smtp::default()
            };
            values.s3.endpoint = "word".into();
            values.backups = Backups { cron: "* * *".into(), cron_max_keep: -1, ..Backups::default() };
            values.backups.s3.endpoint = "word".into();
            values.batch = Batch { enabled: false, max_requests: -1, timeout: -1, max_body_size: -1 };
            values.rate_limits.excluded_ips = vec!["x".into()];
            values.rate_limits.rules[1].label = "no label".into();
            values.rate_limits.rules[2].audience = "everyone".into();
            values.rate_limits.rules[3].duration = -1;
            values.rate_limits.rules[3].max_requests = 0;
            values.logs.max_days = -1;
        });
        assert_eq!(
            wrong,
            [
                "superuserIPs.1 validation_required",
                "superuserIPs.2 validation_invlaid_ip_or_subnet",
                "smtp.host validation_is_host",
                "smtp.port validation_min_greater_equal_than_required",
                "smtp.authMethod validation_in_invalid",
                "smtp.localName validation_is_host",
                "s3.endpoint validation_is_url",
                "backups.cron validation_invalid_cron",
                "backups.cronMaxKeep validation_min_greater_equal_than_required",
                "backups.s3.endpoint validation_is_url",
                "batch.maxRequests validation_min_greater_equal_than_required",
                "batch.timeout validation_min_greater_equal_than_required",
                "batch.maxBodySize validation_min_greater_equal_than_required",
                "rateLimits.rules.1.label validation_match_invalid",
                "rateLimits.rules.2.audience validation_in_invalid",
                "rateLimits.rules.3.duration validation_min_greater_equal_than_required",
                "rateLimits.rules.3.maxRequests validation_required",
                "rateLimits.excludedIPs.0 validation_invlaid_ip_or_subnet",
                "logs.maxDays validation_min_greater_equal_than_required",
            ]
        );
    }

    #[test]
    fn hosts_are_told_from_other_texts() {
        for host in ["localhost", "mail.example.com", "a_b.c-d", "10.0.0.1", "::1", "example.com.", "x"] {
            assert!(is_host(host), "{host}");
        }
        for other in ["", ".", "a..b", "-a", "a b", "http://a", "a:25", "a/b", &"a".repeat(64), &"a.".repeat(130)] {
            assert!(!is_host(other), "{other}");
        }
    }
}
