//! Text fields, the primary key among them.

use serde_json::Value as Json;

use super::options::{GREATEST_INTEGER, Reader, Writer};
use super::{Field, limits, pattern};
use crate::error::{Fault, FieldErrors};
use crate::ids;
use crate::schema::wire::Unreadable;

/// The greatest number of characters where none is set.
const DEFAULT_MAX: i64 = 5000;

/// The pattern of record ids where none is set.
pub const DEFAULT_ID_PATTERN: &str = "^[a-z0-9]+$";

/// The pattern that record ids are generated from where none is set.
pub const DEFAULT_ID_AUTOGENERATE: &str = "[a-z0-9]{15}";

/// How many texts a pattern must generate well before it is saved.
const TRIALS: usize = 10;

/// Options of a text field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextOptions {
    /// The least number of characters; 0 is none.
    pub min: i64,
    /// The greatest number of characters; 0 stands for 5000.
    pub max: i64,
    /// A regular expression that values must match; empty is none.
    pub pattern: String,
    /// A regular expression that describes generated values; empty is none.
    pub autogenerate_pattern: String,
    /// Whether this is the record's id.
    pub primary_key: bool,
}

impl TextOptions {
    /// The options of an `id` field that nobody changed.
    pub fn default_id() -> Self {
        let length = ids::RECORD_ID_LENGTH as i64;
        Self {
            min: length,
            max: length,
            pattern: DEFAULT_ID_PATTERN.to_owned(),
            autogenerate_pattern: DEFAULT_ID_AUTOGENERATE.to_owned(),
            primary_key: true,
        }
    }

    /// Whether these are the options of an `id` field that nobody changed.
    pub fn is_default_id(&self) -> bool {
        let length = ids::RECORD_ID_LENGTH as i64;
        self.primary_key
            && (self.min, self.max) == (length, length)
            && self.pattern == DEFAULT_ID_PATTERN
            && self.autogenerate_pattern == DEFAULT_ID_AUTOGENERATE
    }

    /// Whether this is an `id` field whose values may differ in the case of their letters alone.
    pub fn allows_mixed_case_ids(&self) -> bool {
        self.primary_key && self.pattern != DEFAULT_ID_PATTERN
    }

    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            min: reader.integer("min")?,
            max: reader.integer("max")?,
            pattern: reader.text("pattern")?,
            autogenerate_pattern: reader.text("autogeneratePattern")?,
            primary_key: reader.flag("primaryKey")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer
            .set("min", self.min)
            .set("max", self.max)
            .set("pattern", self.pattern.as_str())
            .set("autogeneratePattern", self.autogenerate_pattern.as_str())
            .set("primaryKey", self.primary_key);
    }

    /// A generated value; `None` where there is no pattern, or none that texts can be generated from.
    pub fn generate(&self) -> Option<String> {
        match self.autogenerate_pattern.as_str() {
            "" => None,
            DEFAULT_ID_AUTOGENERATE => Some(ids::random_record_id()),
            pattern => pattern::generate(pattern).ok(),
        }
    }

    /// What can be said against a non-empty value.
    pub(super) fn check(&self, text: &str) -> Option<Fault> {
        let max = if self.max > 0 { self.max } else { DEFAULT_MAX };
        let length = text.chars().count() as i64;
        if self.min > 0 && length < self.min {
            let message = format!("Must be at least {} character(s).", self.min);
            return Some(Fault::new("validation_min_text_constraint", message).with("min", self.min));
        }
        if length > max {
            let message = format!("Must be no more than {max} character(s).");
            return Some(Fault::new("validation_max_text_constraint", message).with("max", max));
        }
        check_format(&self.pattern, text)
    }

    pub(super) fn check_options(&self, field: &Field, errors: &mut FieldErrors) {
        if self.primary_key && field.name != "id" {
            errors.add("name", Fault::new("validation_in_invalid", "The primary key must be named \"id\"."));
        }
        limits::at_least("min", self.min, 0, errors);
        limits::at_most("min", self.min, GREATEST_INTEGER, errors);
        limits::at_least("max", self.max, self.min.max(0), errors);
        limits::at_most("max", self.max, GREATEST_INTEGER, errors);
        if self.primary_key && self.pattern.is_empty() {
            errors.add("pattern", Fault::required());
        }
        check_expression("pattern", &self.pattern, errors);
        check_expression("autogeneratePattern", &self.autogenerate_pattern, errors);
        if errors.is_empty() {
            self.try_autogenerate(errors);
        }
        if self.primary_key && field.hidden {
            errors.add("hidden", Fault::new("validation_empty", "Must be blank."));
        }
        if self.primary_key && !field.required {
            errors.add("required", Fault::required());
        }
    }

    fn try_autogenerate(&self, errors: &mut FieldErrors) {
        if self.autogenerate_pattern.is_empty() {
            return;
        }
        for _ in 0..TRIALS {
            match pattern::generate(&self.autogenerate_pattern) {
                Err(reason) => {
                    let fault = Fault::new("validation_invalid_autogenerate_pattern", sentence(&reason));
                    return errors.add("autogeneratePattern", fault);
                }
                Ok(value) if value.is_empty() || self.check(&value).is_none() => {}
                Ok(value) => {
                    let message = format!(
                        "The provided autogenerate pattern could produce invalid field values, ex.: \"{value}\"."
                    );
                    let fault = Fault::new("validation_invalid_autogenerate_pattern_value", message);
                    return errors.add("autogeneratePattern", fault.with("value", value));
                }
            }
        }
    }
}

/// What can be said against an option that is a regular expression.
pub(super) fn check_expression(option: &str, expression: &str, errors: &mut FieldErrors) {
    if !expression.is_empty()
        && let Some(reason) = pattern::fault(expression)
    {
        let message = format!("Error parsing regexp: {reason}.");
        errors.add(option, Fault::new("validation_invalid_regex", message));
    }
}

/// What can be said against a value by the field's pattern. One that cannot be used matches nothing.
pub(super) fn check_format(pattern: &str, text: &str) -> Option<Fault> {
    let fits = match pattern {
        "" => true,
        // Nearly every record that is written has an id of this pattern.
        DEFAULT_ID_PATTERN => {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        }
        pattern => pattern::is_match(pattern, text).unwrap_or(false),
    };
    if fits {
        return None;
    }
    Some(Fault::new("validation_invalid_format", "Invalid value format."))
}

fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// What no primary key may contain: it is a part of paths and URLs.
const FORBIDDEN: &[char] =
    &['.', '/', '\\', '|', '"', '\'', '`', '<', '>', ':', '?', '*', '%', '$', '\0', '\t', '\n', '\r', ' '];

/// Names of devices, which some systems do not allow as names of files.
const RESERVED: &[&str] = &[
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2",
    "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// What can be said against a new primary key before its length and pattern: forbidden characters and reserved
/// names. The default pattern excludes them already. Whether the id is taken is not checked here.
pub fn check_primary_key(options: &TextOptions, id: &str) -> Option<Fault> {
    if options.pattern == DEFAULT_ID_PATTERN {
        return None;
    }
    if let Some(forbidden) = FORBIDDEN.iter().find(|&&forbidden| id.contains(forbidden)) {
        let message = format!("'{forbidden}' is not a valid primary key character.");
        return Some(Fault::new("validation_forbidden_pk_character", message).with("ch", forbidden.to_string()));
    }
    let reserved = RESERVED.iter().find(|reserved| reserved.eq_ignore_ascii_case(id))?;
    let message = format!("The primary key '{reserved}' is reserved and cannot be used.");
    Some(Fault::new("validation_reserved_pk", message).with("reserved", Json::from(*reserved)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{code, field, option_codes};
    use super::*;
    use crate::schema::Modifier;
    use crate::store::Value;

    #[test]
    fn lengths_count_characters_and_patterns_come_last() {
        let title = field(
            json!({"type": "text", "name": "title", "min": 2, "max": 3, "pattern": "^[a-zü]+$", "required": true}),
        );
        let cases = [
            ("", Some("validation_required")),
            ("a", Some("validation_min_text_constraint")),
            ("aaaa", Some("validation_max_text_constraint")),
            ("AB", Some("validation_invalid_format")),
            ("üü", None),
            ("üüü", None),
        ];
        for (text, expected) in cases {
            assert_eq!(code(title.check(&Value::from(text))), expected, "{text}");
        }
        let fault = title.check(&Value::from("a")).unwrap();
        assert_eq!((fault.message.as_str(), &fault.params["min"]), ("Must be at least 2 character(s).", &json!(2)));
    }

    #[test]
    fn five_thousand_characters_are_the_most_where_nothing_is_set() {
        let text = field(json!({"type": "text", "name": "t"}));
        assert_eq!(text.check(&Value::from("é".repeat(5000))), None);
        let fault = text.check(&Value::from("é".repeat(5001))).unwrap();
        assert_eq!(fault.message, "Must be no more than 5000 character(s).");
        assert_eq!(text.check(&Value::from("")), None);
    }

    #[test]
    fn the_default_pattern_of_ids_means_what_it_says() {
        for text in ["abc019", "", "A", "a b", "é", "a\n", "a-"] {
            let expected = pattern::is_match(DEFAULT_ID_PATTERN, text).unwrap();
            assert_eq!(check_format(DEFAULT_ID_PATTERN, text).is_none(), expected, "{text}");
        }
        assert!(TextOptions::default_id().is_default_id());
        assert!(!TextOptions { min: 3, ..TextOptions::default_id() }.is_default_id());
    }

    #[test]
    fn a_generated_value_follows_the_submitted_prefix() {
        let slug = field(json!({"type": "text", "name": "slug", "autogeneratePattern": "[0-9]{4}"}));
        let value = slug.modify(Modifier::Autogenerate, &Value::from("old"), &json!("new-"));
        assert!(value.as_text().starts_with("new-") && value.as_text().len() == 8, "{value:?}");
        let plain = field(json!({"type": "text", "name": "slug"}));
        assert_eq!(plain.modify(Modifier::Autogenerate, &Value::from("old"), &json!("new-")), Value::from("new-"));
    }

    #[test]
    fn options_are_checked() {
        let cases = [
            (json!({"min": -1}), vec!["min validation_min_greater_equal_than_required"]),
            (json!({"min": 1_i64 << 53}), vec!["min validation_max_less_equal_than_required"]),
            (json!({"min": 5, "max": 3}), vec!["max validation_min_greater_equal_than_required"]),
            (json!({"min": 5}), vec![]),
            (json!({"pattern": "[a"}), vec!["pattern validation_invalid_regex"]),
            (json!({"pattern": "(?=a)"}), vec!["pattern validation_invalid_regex"]),
            (json!({"autogeneratePattern": "(a"}), vec!["autogeneratePattern validation_invalid_regex"]),
            (
                json!({"autogeneratePattern": r"[^\w\W]"}),
                vec!["autogeneratePattern validation_invalid_autogenerate_pattern"],
            ),
            (
                json!({"autogeneratePattern": "[a-z]{4}", "min": 5}),
                vec!["autogeneratePattern validation_invalid_autogenerate_pattern_value"],
            ),
            (
                json!({"primaryKey": true, "hidden": true}),
                vec![
                    "name validation_in_invalid",
                    "pattern validation_required",
                    "hidden validation_empty",
                    "required validation_required",
                ],
            ),
        ];
        for (options, expected) in cases {
            assert_eq!(option_codes("text", options.clone()), expected, "{options}");
        }
    }

    #[test]
    fn primary_keys_of_other_patterns_are_safe_as_names() {
        let options = TextOptions { pattern: ".*".into(), ..TextOptions::default_id() };
        for forbidden in ["a.b", "a/b", "a b", "a\0b", "a$", "a\nb", "..", "'"] {
            let fault = check_primary_key(&options, forbidden).expect(forbidden);
            assert_eq!(fault.code, "validation_forbidden_pk_character");
        }
        let fault = check_primary_key(&options, "a/b").unwrap();
        assert_eq!(fault.message, "'/' is not a valid primary key character.");
        let fault = check_primary_key(&options, "com3").unwrap();
        assert_eq!(fault.message, "The primary key 'COM3' is reserved and cannot be used.");
        assert_eq!(check_primary_key(&options, "COM10"), None);
        assert_eq!(check_primary_key(&options, "käse-1"), None);
        assert_eq!(check_primary_key(&TextOptions::default_id(), "a/b"), None);
    }
}
