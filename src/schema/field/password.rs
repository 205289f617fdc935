//! Password fields: a hash is stored, and nothing is shown.

use super::options::{Reader, Writer};
use super::{limits, text};
use crate::error::{Fault, FieldErrors};
use crate::schema::wire::Unreadable;

/// The greatest number of characters where none is set, and the greatest that can be set.
const GREATEST_MAX: i64 = 71;

/// How many bytes a password may have: bcrypt's limit, which the contract keeps.
const MOST_BYTES: usize = 72;

/// Options of a password field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PasswordOptions {
    /// The least number of characters; 0 is none.
    pub min: i64,
    /// The greatest number of characters; 0 stands for 71.
    pub max: i64,
    /// A regular expression that values must match; empty is none.
    pub pattern: String,
    /// The contract's bcrypt cost; kept and answered, though new hashes are argon2id.
    pub cost: i64,
}

impl PasswordOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            min: reader.integer("min")?,
            max: reader.integer("max")?,
            pattern: reader.text("pattern")?,
            cost: reader.integer("cost")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.set("min", self.min).set("max", self.max).set("pattern", self.pattern.as_str()).set("cost", self.cost);
    }

    /// What can be said against a plain password; an empty one passes.
    pub fn check_plain(&self, plain: &str) -> Option<Fault> {
        if plain.is_empty() {
            return None;
        }
        if plain.len() > MOST_BYTES {
            return Some(Fault::new("validation_invalid_value", "Invalid value."));
        }
        let max = if self.max > 0 { self.max } else { GREATEST_MAX };
        let length = plain.chars().count() as i64;
        if self.min > 0 && length < self.min {
            let message = format!("Must be at least {} character(s).", self.min);
            return Some(Fault::new("validation_min_text_constraint", message));
        }
        if length > max {
            return Some(Fault::new(
                "validation_max_text_constraint",
                format!("Must be less than {max} character(s)."),
            ));
        }
        text::check_format(&self.pattern, plain)
    }

    pub(super) fn check_options(&self, errors: &mut FieldErrors) {
        limits::at_least("min", self.min, 1, errors);
        limits::at_most("min", self.min, GREATEST_MAX, errors);
        limits::at_least("max", self.max, self.min.max(0), errors);
        limits::at_most("max", self.max, GREATEST_MAX, errors);
        text::check_expression("pattern", &self.pattern, errors);
        limits::at_least("cost", self.cost, 4, errors);
        limits::at_most("cost", self.cost, 31, errors);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{answer, code, field, option_codes};
    use super::*;
    use crate::schema::FieldKind;
    use crate::store::Value;

    fn check(options: serde_json::Value, plain: &str) -> Option<Fault> {
        let mut options = options;
        options["type"] = json!("password");
        let field = field(options);
        let FieldKind::Password(options) = &field.kind else { panic!("{field:?}") };
        options.check_plain(plain)
    }

    #[test]
    fn plain_values_are_checked_in_characters_and_without_parameters() {
        let fault = check(json!({"min": 8}), "1234567").unwrap();
        assert_eq!(
            (fault.code, fault.message.as_str()),
            ("validation_min_text_constraint", "Must be at least 8 character(s).")
        );
        assert!(fault.params.is_empty());
        assert_eq!(check(json!({"min": 8}), "ääääääää"), None);
        assert_eq!(check(json!({"min": 8}), ""), None);
        let fault = check(json!({}), &"x".repeat(72)).unwrap();
        assert_eq!(
            (fault.code, fault.message.as_str()),
            ("validation_max_text_constraint", "Must be less than 71 character(s).")
        );
        assert_eq!(check(json!({}), &"x".repeat(71)), None);
        assert_eq!(code(check(json!({"pattern": "^[a-z]+$"}), "A")), Some("validation_invalid_format"));
    }

    #[test]
    fn a_hash_is_required_and_never_shown() {
        let secret = field(json!({"type": "password", "name": "secret", "required": true}));
        assert_eq!(code(secret.check(&Value::from(""))), Some("validation_required"));
        assert_eq!(secret.check(&Value::from("$argon2id$…")), None);
        assert_eq!(answer(&secret, &json!("plain")), r#""""#);
        assert_eq!(secret.cast(&json!(12345678)), Value::from("12345678"));
    }

    #[test]
    fn options_are_checked() {
        for (options, expected) in [
            (json!({"min": 72}), vec!["min validation_max_less_equal_than_required"]),
            (json!({"min": -1}), vec!["min validation_min_greater_equal_than_required"]),
            (json!({"min": 8, "max": 7}), vec!["max validation_min_greater_equal_than_required"]),
            (json!({"max": 72}), vec!["max validation_max_less_equal_than_required"]),
            (json!({"cost": 3}), vec!["cost validation_min_greater_equal_than_required"]),
            (json!({"cost": 32}), vec!["cost validation_max_less_equal_than_required"]),
            (json!({"pattern": "("}), vec!["pattern validation_invalid_regex"]),
            (json!({"min": 1, "max": 71, "cost": 4}), vec![]),
        ] {
            assert_eq!(option_codes("password", options.clone()), expected, "{options}");
        }
    }
}
