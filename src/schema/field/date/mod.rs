//! Date fields: instants, read from the forms that people send and kept in the wire format.

use super::options::{Reader, Writer};
use crate::error::Fault;
use crate::schema::wire::Unreadable;
use crate::time;

mod parse;

pub use parse::parse;

/// Options of a date field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DateOptions {
    /// The earliest instant in the wire format; empty is none.
    pub min: String,
    /// The latest instant in the wire format; empty is none.
    pub max: String,
}

impl DateOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self { min: wire(&reader.text("min")?), max: wire(&reader.text("max")?) })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.set("min", self.min.as_str()).set("max", self.max.as_str());
    }

    /// What can be said against an instant in the wire format, whose texts are ordered as the instants are.
    pub(super) fn check(&self, text: &str) -> Option<Fault> {
        if !self.min.is_empty() && text < self.min.as_str() {
            return threshold("validation_min_greater_equal_than_required", "less", &self.min);
        }
        if !self.max.is_empty() && text > self.max.as_str() {
            return threshold("validation_max_less_equal_than_required", "greater", &self.max);
        }
        None
    }
}

fn threshold(code: &'static str, direction: &str, limit: &str) -> Option<Fault> {
    // `YYYY-MM-DD HH:MM:SS.mmmZ`; both forms show the fraction without trailing zeros.
    let exact = limit.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    let seconds = limit.get(..19)?;
    let short = if exact.len() > seconds.len() { exact } else { seconds };
    let message = format!("Must be no {direction} than {short} +0000 UTC.");
    Some(Fault::new(code, message).with("threshold", format!("{}Z", short.replacen(' ', "T", 1))))
}

/// The wire format of what was sent, empty where it is not understood.
pub fn wire(text: &str) -> String {
    parse(text).map(time::format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{answer, code, field};
    use crate::schema::field::FieldKind;
    use crate::store::Value;

    #[test]
    fn submitted_values_become_instants_or_nothing() {
        let due = field(json!({"type": "date", "name": "due", "required": true}));
        for (submitted, expected) in [
            (json!("2024-01-02 03:04:05.678Z"), r#""2024-01-02 03:04:05.678Z""#),
            (json!("2024-01-02"), r#""2024-01-02 00:00:00.000Z""#),
            (json!("2024-01-02T03:04:05+02:00"), r#""2024-01-02 01:04:05.000Z""#),
            (json!("tomorrow"), r#""""#),
            (json!(1_704_164_645), r#""""#),
            (json!(true), r#""""#),
            (json!(["2024-01-02"]), r#""""#),
            (json!(null), r#""""#),
        ] {
            assert_eq!(answer(&due, &submitted), expected, "{submitted}");
            let fault = code(due.check(&due.cast(&submitted)));
            assert_eq!(fault, (expected == "\"\"").then_some("validation_required"), "{submitted}");
        }
    }

    #[test]
    fn limits_are_instants_in_two_forms() {
        let due = field(json!({"type": "date", "name": "due", "min": "2024-01-01", "max": "2024-12-31 00:00:00.500Z"}));
        assert_eq!(due.check(&Value::from("2024-01-01 00:00:00.000Z")), None);
        assert_eq!(due.check(&Value::from("2024-12-31 00:00:00.500Z")), None);
        let fault = due.check(&Value::from("2023-12-31 23:59:59.999Z")).unwrap();
        assert_eq!(fault.code, "validation_min_greater_equal_than_required");
        assert_eq!(fault.message, "Must be no less than 2024-01-01 00:00:00 +0000 UTC.");
        assert_eq!(fault.params["threshold"], "2024-01-01T00:00:00Z");
        let fault = due.check(&Value::from("2024-12-31 00:00:00.501Z")).unwrap();
        assert_eq!(fault.code, "validation_max_less_equal_than_required");
        assert_eq!(fault.message, "Must be no greater than 2024-12-31 00:00:00.5 +0000 UTC.");
        assert_eq!(fault.params["threshold"], "2024-12-31T00:00:00.5Z");
    }

    #[test]
    fn unreadable_limits_are_none() {
        let due = field(json!({"type": "date", "name": "due", "min": "soon", "max": "2024-01-01"}));
        let FieldKind::Date(options) = &due.kind else { panic!("{due:?}") };
        assert_eq!((options.min.as_str(), options.max.as_str()), ("", "2024-01-01 00:00:00.000Z"));
        assert!(due.check_options().is_empty());
    }
}
