//! Select fields: one or more of a list of texts.

use std::collections::HashSet;

use super::limits;
use super::options::{Reader, Writer};
use crate::error::{Fault, FieldErrors};
use crate::schema::wire::Unreadable;

/// Options of a select field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SelectOptions {
    /// The texts to choose from.
    pub values: Vec<String>,
    /// How many may be chosen; over 1 makes the field multiple.
    pub max_select: i64,
}

impl SelectOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self { values: reader.texts("values")?.unwrap_or_default(), max_select: reader.integer("maxSelect")? })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.set("values", self.values.clone()).set("maxSelect", self.max_select);
    }

    /// What can be said against a choice that is not empty.
    pub(super) fn check(&self, chosen: &[String]) -> Option<Fault> {
        if let Some(fault) = too_many(chosen.len(), self.max_select) {
            return Some(fault);
        }
        let value = match chosen {
            [one] => Some(one).filter(|one| !self.values.contains(one)),
            several => {
                let values: HashSet<&String> = self.values.iter().collect();
                several.iter().find(|one| !values.contains(one))
            }
        }?;
        let message = format!("Invalid value {value}.");
        Some(Fault::new("validation_invalid_value", message).with("value", value.as_str()))
    }

    pub(super) fn check_options(&self, errors: &mut FieldErrors) {
        if self.values.is_empty() {
            errors.add("values", Fault::required());
        }
        limits::at_least("maxSelect", self.max_select, 0, errors);
        limits::at_most("maxSelect", self.max_select, self.values.len().max(1) as i64, errors);
    }
}

/// What can be said against the number of values of a select or relation field.
pub(super) fn too_many(count: usize, max_select: i64) -> Option<Fault> {
    let max_select = max_select.max(1);
    (count as i64 > max_select).then(|| {
        let message = format!("Select no more than {max_select}.");
        Fault::new("validation_too_many_values", message).with("maxSelect", max_select)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{answer, code, field, option_codes};
    use crate::schema::Modifier;
    use crate::store::Value;

    #[test]
    fn single_fields_keep_the_last_and_multiple_ones_keep_all() {
        let one = field(json!({"type": "select", "name": "s", "values": ["a", "b"], "maxSelect": 1}));
        let many = field(json!({"type": "select", "name": "s", "values": ["a", "b"], "maxSelect": 2}));
        for (submitted, single, multiple) in [
            (json!("a"), r#""a""#, r#"["a"]"#),
            (json!(["a", "b", "a"]), r#""b""#, r#"["a","b"]"#),
            (json!(null), r#""""#, "[]"),
            (json!(""), r#""""#, "[]"),
            (json!(r#"["b","a"]"#), r#""a""#, r#"["b","a"]"#),
            (json!({}), r#""""#, "[]"),
            (json!(5), r#""5""#, r#"["5"]"#),
        ] {
            assert_eq!(answer(&one, &submitted), single, "{submitted}");
            assert_eq!(answer(&many, &submitted), multiple, "{submitted}");
        }
        assert!(!field(json!({"type": "select", "name": "s", "values": ["a"]})).is_multiple());
    }

    #[test]
    fn values_come_from_the_list_and_are_not_too_many() {
        let many =
            field(json!({"type": "select", "name": "s", "values": ["a", "b", "c"], "maxSelect": 2, "required": true}));
        for (submitted, expected) in [
            (json!([]), Some("validation_required")),
            (json!(["a", "b"]), None),
            (json!(["x", "b", "a"]), Some("validation_too_many_values")),
            (json!(["a", "x"]), Some("validation_invalid_value")),
        ] {
            assert_eq!(code(many.check(&many.cast(&submitted))), expected, "{submitted}");
        }
        let fault = many.check(&many.cast(&json!(["a", "x"]))).unwrap();
        assert_eq!((fault.message.as_str(), &fault.params["value"]), ("Invalid value x.", &json!("x")));
        let fault = many.check(&many.cast(&json!(["a", "b", "c"]))).unwrap();
        assert_eq!((fault.message.as_str(), &fault.params["maxSelect"]), ("Select no more than 2.", &json!(2)));
    }

    #[test]
    fn modifiers_change_lists() {
        let many = field(json!({"type": "select", "name": "s", "values": ["a", "b", "c"], "maxSelect": 3}));
        let current = Value::from(r#"["a","b"]"#);
        for (modifier, operand, expected) in [
            (Modifier::Append, json!("c"), r#"["a","b","c"]"#),
            (Modifier::Append, json!("a"), r#"["a","b"]"#),
            (Modifier::Prepend, json!("b"), r#"["b","a"]"#),
            (Modifier::Prepend, json!(["c", "a"]), r#"["c","a","b"]"#),
            (Modifier::Remove, json!("a"), r#"["b"]"#),
            (Modifier::Remove, json!(["a", "b", "x"]), "[]"),
        ] {
            assert_eq!(many.modify(modifier, &current, &operand), Value::from(expected), "{modifier:?} {operand}");
        }
        let one = field(json!({"type": "select", "name": "s", "values": ["a", "b"]}));
        for (modifier, current, operand, expected) in [
            (Modifier::Append, "a", json!("b"), "b"),
            (Modifier::Append, "a", json!(""), "a"),
            (Modifier::Prepend, "a", json!("b"), "a"),
            (Modifier::Prepend, "", json!("b"), "b"),
            (Modifier::Remove, "a", json!("a"), ""),
            (Modifier::Remove, "a", json!("b"), "a"),
        ] {
            let value = one.modify(modifier, &Value::from(current), &operand);
            assert_eq!(value, Value::from(expected), "{modifier:?} {current} {operand}");
        }
    }

    #[test]
    fn options_are_checked() {
        for (options, expected) in [
            (json!({}), vec!["values validation_required"]),
            (json!({"values": ["a", "a", ""], "maxSelect": 3}), vec![]),
            (json!({"values": ["a"], "maxSelect": 2}), vec!["maxSelect validation_max_less_equal_than_required"]),
            (json!({"values": ["a"], "maxSelect": -1}), vec!["maxSelect validation_min_greater_equal_than_required"]),
        ] {
            assert_eq!(option_codes("select", options.clone()), expected, "{options}");
        }
    }
}
