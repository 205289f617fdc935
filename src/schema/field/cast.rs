//! What submitted JSON means as a text, a number, a truth or a list. Casts never fail: what has no meaning is zero.

use serde_json::Value as Json;

use crate::store::Value;

/// The greatest whole number that a 64-bit float holds together with all smaller ones.
pub const GREATEST_WHOLE: f64 = 9_007_199_254_740_991.0;

/// A text: numbers as plain decimals, bools as `true` and `false`, anything else as nothing.
pub fn text(submitted: &Json) -> String {
    match submitted {
        Json::String(text) => text.clone(),
        Json::Number(number) => decimal(number.as_f64().unwrap_or(0.0)),
        Json::Bool(truth) => truth.to_string(),
        Json::Null | Json::Array(_) | Json::Object(_) => String::new(),
    }
}

/// A number without an exponent (`1e21` is `1000000000000000000000`).
pub fn decimal(number: f64) -> String {
    format!("{number}")
}

/// A number; not a number or infinite where a text says so.
pub fn number(submitted: &Json) -> f64 {
    match submitted {
        Json::Number(number) => number.as_f64().unwrap_or(0.0),
        Json::Bool(truth) => f64::from(u8::from(*truth)),
        Json::String(text) => number_of(text),
        Json::Null | Json::Array(_) | Json::Object(_) => 0.0,
    }
}

/// The number that a text is: decimal with sign, leading zeros, `.5`, `5.` and exponent. No spaces, no hex.
fn number_of(text: &str) -> f64 {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text.eq_ignore_ascii_case("nan") {
        return f64::NAN;
    }
    if unsigned.eq_ignore_ascii_case("infinity") || unsigned.eq_ignore_ascii_case("inf") {
        return f64::INFINITY;
    }
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return 0.0;
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => number,
        _ => 0.0,
    }
}

/// The stored value of a number: whole where it is whole, `-0` as 0.
pub fn stored(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= GREATEST_WHOLE {
        Value::Int(number as i64)
    } else {
        Value::Real(number)
    }
}

/// A truth: `1 t T TRUE true True`, and any number but 0.
pub fn truth(submitted: &Json) -> bool {
    match submitted {
        Json::Bool(truth) => *truth,
        Json::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Json::String(text) => matches!(text.as_str(), "1" | "t" | "T" | "TRUE" | "true" | "True"),
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    }
}

/// A list of unique, non-empty texts (contract: collections, section 7).
pub fn list(submitted: &Json) -> Vec<String> {
    let elements = match submitted {
        Json::Null | Json::Object(_) => Vec::new(),
        Json::String(text) => list_of(text),
        Json::Array(elements) => elements.iter().map(text).collect(),
        Json::Number(_) | Json::Bool(_) => vec![text(submitted)],
    };
    unique(elements)
}

/// A text that is a JSON array of texts is that array; any other is the only element.
fn list_of(text: &str) -> Vec<String> {
    if text.contains('[')
        && let Ok(elements) = serde_json::from_str::<Vec<Option<String>>>(text)
    {
        return elements.into_iter().flatten().collect();
    }
    vec![text.to_owned()]
}

/// A list of so many elements is searched faster than it is hashed.
const SHORT: usize = 16;

/// The same without what is empty or was there before.
pub fn unique(elements: Vec<String>) -> Vec<String> {
    if elements.len() <= SHORT {
        let mut kept = Vec::with_capacity(elements.len());
        for element in elements {
            if !element.is_empty() && !kept.contains(&element) {
                kept.push(element);
            }
        }
        return kept;
    }
    let mut seen = std::collections::HashSet::with_capacity(elements.len());
    elements.into_iter().filter(|element| !element.is_empty() && seen.insert(element.clone())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_come_of_scalars() {
        let cases = [
            (json!("a b "), "a b "),
            (json!(1.0), "1"),
            (json!(1e21), "1000000000000000000000"),
            (json!(1e-7), "0.0000001"),
            (json!(9_007_199_254_740_993_i64), "9007199254740992"),
            (json!(-2.5), "-2.5"),
            (json!(true), "true"),
            (json!(false), "false"),
            (json!(null), ""),
            (json!(["a"]), ""),
            (json!({"a": 1}), ""),
        ];
        for (submitted, expected) in cases {
            assert_eq!(text(&submitted), expected, "{submitted}");
        }
    }

    #[test]
    fn numbers_come_of_scalars_and_decimal_texts() {
        let cases = [
            (json!(1.5), 1.5),
            (json!(true), 1.0),
            (json!(null), 0.0),
            (json!([1]), 0.0),
            (json!({}), 0.0),
            (json!("1e3"), 1000.0),
            (json!("010"), 10.0),
            (json!("+5"), 5.0),
            (json!("-5"), -5.0),
            (json!(".5"), 0.5),
            (json!("5."), 5.0),
            (json!("-.5e-1"), -0.05),
            (json!(" 5"), 0.0),
            (json!("5 "), 0.0),
            (json!("0x10"), 0.0),
            (json!("1_000"), 0.0),
            (json!("1e400"), 0.0),
            (json!("."), 0.0),
            (json!("+-5"), 0.0),
            (json!(""), 0.0),
            (json!("true"), 0.0),
            (json!("12abc"), 0.0),
        ];
        for (submitted, expected) in cases {
            assert_eq!(number(&submitted), expected, "{submitted}");
        }
        assert!(number(&json!("NaN")).is_nan());
        assert!(number(&json!("Infinity")).is_infinite());
        assert!(number(&json!("-Infinity")).is_infinite());
    }

    #[test]
    fn stored_numbers_are_whole_where_they_can_be() {
        assert_eq!(stored(-0.0), Value::Int(0));
        assert_eq!(stored(3.0), Value::Int(3));
        assert_eq!(stored(3.5), Value::Real(3.5));
        assert_eq!(stored(1e21), Value::Real(1e21));
    }

    #[test]
    fn truths_come_of_few_words() {
        for yes in
            [json!("1"), json!("t"), json!("T"), json!("TRUE"), json!("true"), json!("True"), json!(0.5), json!(-1)]
        {
            assert!(truth(&yes), "{yes}");
        }
        for no in [json!("yes"), json!("tRUE"), json!(""), json!(0), json!(null), json!([true]), json!({"a": true})] {
            assert!(!truth(&no), "{no}");
        }
    }

    #[test]
    fn lists_are_unique_and_without_empty_texts() {
        let cases = [
            (json!(null), vec![]),
            (json!(""), vec![]),
            (json!(r#"["a","b"]"#), vec!["a", "b"]),
            (json!("[]"), vec![]),
            (json!("a,b"), vec!["a,b"]),
            (json!(r#"["a",1]"#), vec![r#"["a",1]"#]),
            (json!("{}"), vec!["{}"]),
            (json!(" a"), vec![" a"]),
            (json!(["b", "a", "b", ""]), vec!["b", "a"]),
            (json!([1, true, null, ["x"], {"y": 1}, "z"]), vec!["1", "true", "z"]),
            (json!(0), vec!["0"]),
            (json!(false), vec!["false"]),
            (json!({"a": 1}), vec![]),
        ];
        for (submitted, expected) in cases {
            assert_eq!(list(&submitted), expected, "{submitted}");
        }
    }

    #[test]
    fn long_lists_are_as_unique_as_short_ones() {
        let elements: Vec<String> =
            (0..3 * SHORT).map(|n| (n % (SHORT + 1)).to_string()).chain([String::new()]).collect();
        let first: Vec<String> = (0..=SHORT).map(|n| n.to_string()).collect();
        assert_eq!(unique(elements), first);
    }

    proptest! {
        #[test]
        fn texts_that_are_no_numbers_are_cast_without_a_panic(text in ".*") {
            let submitted = Json::String(text);
            let _ = number(&submitted);
            prop_assert!(list(&submitted).iter().all(|element| !element.is_empty()));
        }
    }
}
