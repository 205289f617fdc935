//! Bool fields.

use crate::store::ValueRef;

/// Appends the value as answers show it.
pub(super) fn write_json(value: ValueRef<'_>, out: &mut Vec<u8>) {
    let text: &[u8] = if value.as_f64() != 0.0 { b"true" } else { b"false" };
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{answer, code, field};

    #[test]
    fn submitted_values_become_truths() {
        let done = field(json!({"type": "bool", "name": "done", "required": true}));
        for (submitted, expected) in [
            (json!(true), "true"),
            (json!("True"), "true"),
            (json!("yes"), "false"),
            (json!(-1), "true"),
            (json!(0), "false"),
            (json!(null), "false"),
            (json!([true]), "false"),
        ] {
            assert_eq!(answer(&done, &submitted), expected, "{submitted}");
            let fault = code(done.check(&done.cast(&submitted)));
            assert_eq!(fault, (expected == "false").then_some("validation_required"), "{submitted}");
        }
    }
}
