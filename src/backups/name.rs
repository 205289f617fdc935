//! What backups are called.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

use crate::error::{Error, Fault, FieldErrors, Result};

/// What the names of those begin with that are made on schedule.
pub(super) const SCHEDULED: &str = "@auto_pb_backup_";
/// What the names of the others begin with, where nobody names them.
pub(super) const UNNAMED: &str = "pb_backup_";

/// The longest name that somebody may give.
const LONGEST: usize = 150;
/// The longest part that comes from the app's name.
const LONGEST_APP: usize = 50;

/// The name that was sent; `None` where none was.
///
/// # Errors
/// `Invalid` with the contract's codes.
pub(super) fn sent(sent: &Map<String, Json>) -> Result<Option<String>> {
    let name = match sent.get("name") {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::String(name)) if name.is_empty() => return Ok(None),
        Some(Json::String(name)) => name,
        Some(_) => return Err(Error::bad_request("The name must be a text.")),
    };
    let length = name.chars().count();
    if length > LONGEST {
        let message = format!("The length must be between 1 and {LONGEST}.");
        let fault = Fault::new("validation_length_out_of_range", message).with("min", 1).with("max", LONGEST);
        return Err(refused(fault));
    }
    match is_well_formed(name) {
        true => Ok(Some(name.clone())),
        false => Err(refused(Fault::new("validation_match_invalid", "Must be in a valid format."))),
    }
}

/// The name that was sent is taken.
pub(super) fn taken() -> Error {
    refused(Fault::new("validation_backup_name_exists", "The backup file name is invalid or already exists."))
}

fn refused(fault: Fault) -> Error {
    let mut errors = FieldErrors::new();
    errors.add("name", fault);
    Error::invalid("An error occurred while validating the submitted data.", errors)
}

/// `^[a-z0-9_-]+\.zip$`
fn is_well_formed(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    name.strip_suffix(".zip").is_some_and(|stem| !stem.is_empty() && stem.bytes().all(plain))
}

/// The name of a backup that nobody named.
pub(super) fn made(prefix: &str, app: &str, at: DateTime<Utc>) -> String {
    let app = snake_case(app);
    // Plain ASCII, so that it can be cut anywhere.
    format!("{prefix}{}_{}.zip", &app[..app.len().min(LONGEST_APP)], at.format("%Y%m%d%H%M%S"))
}

/// `My App` and `MyApp` become `my_app`; whatever is no plain letter or digit parts words.
fn snake_case(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|one: char| !one.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push('_');
        }
        let mut before = 'A';
        for one in word.chars() {
            if one.is_ascii_uppercase() && !before.is_ascii_uppercase() {
                out.push('_');
            }
            out.push(one.to_ascii_lowercase());
            before = one;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_were_sent_are_checked() {
        let code = |name: Json| match sent(json!({"name": name}).as_object().unwrap()) {
            Ok(name) => name.unwrap_or_else(|| "none".to_owned()),
            Err(Error::Invalid(invalid)) => match invalid.fields.faults().first() {
                Some((_, fault)) => fault.code.to_string(),
                None => "no text".to_owned(),
            },
            Err(other) => panic!("{other}"),
        };
        for (name, expected) in [
            (json!("a-b_0.zip"), "a-b_0.zip"),
            (json!(""), "none"),
            (json!(null), "none"),
            (json!(5), "no text"),
            (json!(".zip"), "validation_match_invalid"),
            (json!("A.zip"), "validation_match_invalid"),
            (json!("a.tar"), "validation_match_invalid"),
            (json!("../a.zip"), "validation_match_invalid"),
            (json!("a.zip\n"), "validation_match_invalid"),
            (json!("@a.zip"), "validation_match_invalid"),
            (json!("é.zip"), "validation_match_invalid"),
            (json!(format!("{}.zip", "a".repeat(147))), "validation_length_out_of_range"),
        ] {
            assert_eq!(code(name.clone()), expected, "{name}");
        }
        assert_eq!(code(json!(format!("{}.zip", "a".repeat(146)))).len(), 150);
    }

    #[test]
    fn unnamed_ones_are_called_after_app_and_time() {
        let at = DateTime::from_timestamp(1_704_164_645, 0).unwrap();
        for (app, expected) in [
            ("Acme", "pb_backup_acme_20240102030405.zip"),
            ("My App", "pb_backup_my_app_20240102030405.zip"),
            ("MyHTTPApp 2", "pb_backup_my_httpapp_2_20240102030405.zip"),
            ("  a--b__c. ", "pb_backup_a_b_c_20240102030405.zip"),
            ("Äpfel", "pb_backup_pfel_20240102030405.zip"),
            ("../..", "pb_backup__20240102030405.zip"),
        ] {
            assert_eq!(made(UNNAMED, app, at), expected, "{app}");
        }
        let long = made(SCHEDULED, &"x".repeat(255), at);
        assert_eq!(long, format!("@auto_pb_backup_{}_20240102030405.zip", "x".repeat(50)));
    }
}
