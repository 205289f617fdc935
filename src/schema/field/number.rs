//! Number fields: 64-bit floats.

use serde_json::Value as Json;

use super::encode::json_number;
use super::options::{Reader, Writer};
use super::{cast, encode};
use crate::error::{Fault, FieldErrors};
use crate::schema::wire::Unreadable;
use crate::store::{Value, ValueRef};

/// Options of a number field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NumberOptions {
    /// The least value; not applied to 0.
    pub min: Option<f64>,
    /// The greatest value; not applied to 0.
    pub max: Option<f64>,
    /// Whether fractions are refused.
    pub only_int: bool,
}

impl NumberOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self { min: reader.number("min")?, max: reader.number("max")?, only_int: reader.flag("onlyInt")? })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer
            .set("min", self.min.map_or(Json::Null, json_number))
            .set("max", self.max.map_or(Json::Null, json_number))
            .set("onlyInt", self.only_int);
    }

    /// What can be said against a value other than 0.
    pub(super) fn check(&self, number: f64) -> Option<Fault> {
        if !number.is_finite() {
            let message = "The submitted number is not properly formatted.";
            return Some(Fault::new("validation_not_a_number", message));
        }
        if self.only_int && number.fract() != 0.0 {
            return Some(only_int());
        }
        if let Some(min) = self.min.filter(|min| number < *min) {
            return Some(too_small(min));
        }
        let max = self.max.filter(|max| number > *max)?;
        let message = format!("Must be less or equal than {}.", shown(max));
        Some(Fault::new("validation_max_number_constraint", message).with("max", json_number(max)))
    }

    pub(super) fn check_options(&self, errors: &mut FieldErrors) {
        for (option, limit) in [("min", self.min), ("max", self.max)] {
            if self.only_int && limit.is_some_and(|limit| limit.fract() != 0.0) {
                errors.add(option, only_int());
            }
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && max < min
        {
            errors.add("max", too_small(min));
        }
    }
}

fn only_int() -> Fault {
    Fault::new("validation_only_int_constraint", "Decimal numbers are not allowed.")
}

fn too_small(min: f64) -> Fault {
    let message = format!("Must be greater or equal than {}.", shown(min));
    Fault::new("validation_min_number_constraint", message).with("min", json_number(min))
}

fn shown(number: f64) -> String {
    encode::text_of(|out| encode::number(number, out))
}

/// The value with something added.
pub(super) fn add(current: &Value, operand: f64) -> Value {
    cast::stored(current.as_f64() + operand)
}

/// Appends the value as answers show it.
pub(super) fn write_json(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Int(number) if number.unsigned_abs() <= cast::GREATEST_WHOLE as u64 => encode::integer(number, out),
        // What is not finite comes from elsewhere: Tuckbox stores none.
        other => encode::number(Some(other.as_f64()).filter(|number| number.is_finite()).unwrap_or(0.0), out),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{answer, code, field, option_codes};
    use super::*;
    use crate::schema::Modifier;

    #[test]
    fn submitted_values_are_stored_and_answered_as_numbers() {
        let number = field(json!({"type": "number", "name": "n"}));
        let cases = [
            (json!(1), "1"),
            (json!(1.0), "1"),
            (json!(10.5), "10.5"),
            (json!("1e3"), "1000"),
            (json!("010"), "10"),
            (json!("+5"), "5"),
            (json!(true), "1"),
            (json!("true"), "0"),
            (json!(null), "0"),
            (json!([1]), "0"),
            (json!(-0.0), "0"),
            (json!("-0"), "0"),
            (json!(0.000001), "0.000001"),
            (json!(1e-7), "1e-7"),
            (json!(1e20), "100000000000000000000"),
            (json!(1e21), "1e+21"),
            (json!(9_007_199_254_740_993_i64), "9007199254740992"),
        ];
        for (submitted, expected) in cases {
            assert_eq!(answer(&number, &submitted), expected, "{submitted}");
        }
    }

    #[test]
    fn limits_hold_for_all_but_zero() {
        let number = field(json!({"type": "number", "name": "n", "min": 5, "max": 10.5}));
        let cases = [
            (json!("NaN"), Some("validation_not_a_number")),
            (json!("Infinity"), Some("validation_not_a_number")),
            (json!(0), None),
            (json!(4.9), Some("validation_min_number_constraint")),
            (json!(5), None),
            (json!(10.5), None),
            (json!(11), Some("validation_max_number_constraint")),
        ];
        for (submitted, expected) in cases {
            assert_eq!(code(number.check(&number.cast(&submitted))), expected, "{submitted}");
        }
        let fault = number.check(&Value::Int(11)).unwrap();
        assert_eq!((fault.message.as_str(), &fault.params["max"]), ("Must be less or equal than 10.5.", &json!(10.5)));
        let whole = field(json!({"type": "number", "name": "n", "onlyInt": true, "required": true}));
        assert_eq!(code(whole.check(&Value::Real(1.5))), Some("validation_only_int_constraint"));
        assert_eq!(code(whole.check(&Value::Int(0))), Some("validation_required"));
    }

    #[test]
    fn modifiers_count_from_the_current_value() {
        let number = field(json!({"type": "number", "name": "n"}));
        let cases = [
            (Modifier::Append, json!(2), Value::Int(12)),
            (Modifier::Append, json!("2"), Value::Int(12)),
            (Modifier::Append, json!("x"), Value::Int(10)),
            (Modifier::Append, json!(null), Value::Int(10)),
            (Modifier::Remove, json!(0.5), Value::Real(9.5)),
        ];
        for (modifier, operand, expected) in cases {
            assert_eq!(number.modify(modifier, &Value::Int(10), &operand), expected);
        }
        let sum = number.modify(Modifier::Append, &Value::Real(f64::MAX), &json!(f64::MAX));
        assert_eq!(code(number.check(&sum)), Some("validation_not_a_number"));
        assert!(!number.accepts(Modifier::Prepend));
    }

    #[test]
    fn options_are_checked() {
        let cases = [
            (
                json!({"onlyInt": true, "min": 1.5, "max": 2.5}),
                vec!["min validation_only_int_constraint", "max validation_only_int_constraint"],
            ),
            (json!({"min": 5, "max": 0}), vec!["max validation_min_number_constraint"]),
            (json!({"min": -5, "max": 0}), vec![]),
        ];
        for (options, expected) in cases {
            assert_eq!(option_codes("number", options.clone()), expected, "{options}");
        }
    }
}
