//! What the right side of `~` makes of a known text.

use crate::store::Value;
use crate::store::expression::MAX_PATTERN_BYTES;

/// The pattern of a known operand: a text with an unescaped `%` is one already; any other is searched for as it is.
/// NULL, and what is too long to be found in any text, matches nothing.
pub(super) fn of(value: Value) -> Value {
    let text = match value {
        Value::Null => return Value::Null,
        Value::Text(text) => text,
        Value::Int(number) => number.to_string(),
        Value::Real(number) => shortest(number),
    };
    let pattern = if has_wildcard(&text) { text } else { format!("%{}%", escaped(&text)) };
    if pattern.len() > MAX_PATTERN_BYTES { Value::Null } else { Value::Text(pattern) }
}

/// A number as texts show it: `5`, not `5.0`.
pub(super) fn shortest(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { ryu_js::Buffer::new().format(number).to_owned() }
}

/// Whether there is a `%` that no backslash stands before.
fn has_wildcard(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'%' => return true,
            _ => {}
        }
    }
    false
}

/// Puts a backslash before `\`, `%` and `_` where none stands yet.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(one) = rest.next() {
        match one {
            '\\' => {
                out.push('\\');
                out.push(rest.next_if(|next| matches!(next, '\\' | '%' | '_')).unwrap_or('\\'));
            }
            '%' | '_' => out.extend(['\\', one]),
            _ => out.push(one),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> String {
        of(Value::from(text)).as_text().to_owned()
    }

    #[test]
    fn a_text_is_searched_for_as_it_is() {
        assert_eq!(pattern("abc"), "%abc%");
        assert_eq!(pattern(""), "%%");
        assert_eq!(pattern("a_b"), r"%a\_b%");
        assert_eq!(pattern(r"a\b"), r"%a\\b%");
        assert_eq!(pattern(r"a\"), r"%a\\%");
        assert_eq!(pattern(r"50\%"), r"%50\%%");
        assert_eq!(pattern(r"a\\b\_"), r"%a\\b\_%");
    }

    #[test]
    fn a_text_with_an_unescaped_percent_sign_is_the_pattern() {
        assert_eq!(pattern("a%"), "a%");
        assert_eq!(pattern("%a_b"), "%a_b");
        assert_eq!(pattern(r"a\\%"), r"a\\%");
    }

    #[test]
    fn numbers_are_written_shortest() {
        assert_eq!(of(Value::Real(5.0)), Value::from("%5%"));
        assert_eq!(of(Value::Real(-1.5)), Value::from("%-1.5%"));
        assert_eq!(of(Value::Int(1)), Value::from("%1%"));
        assert_eq!(of(Value::Null), Value::Null);
    }

    #[test]
    fn what_no_engine_accepts_matches_nothing() {
        assert_eq!(of(Value::from("x".repeat(MAX_PATTERN_BYTES))), Value::Null);
    }
}
