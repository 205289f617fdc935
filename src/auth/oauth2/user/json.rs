//! Reading the answers of services, which call the same thing by many names and types.

use serde_json::Value as Json;

/// What stands at a path such as `data.0.name`; null where nothing does.
pub(super) fn at<'a>(json: &'a Json, path: &str) -> &'a Json {
    const NOTHING: &Json = &Json::Null;
    path.split('.').fold(json, |json, part| match json {
        Json::Object(map) => map.get(part).unwrap_or(NOTHING),
        Json::Array(list) => part.parse().ok().and_then(|at: usize| list.get(at)).unwrap_or(NOTHING),
        _ => NOTHING,
    })
}

/// The text at a path; whole numbers are written out. Empty where there is neither, and for 0, which is no id.
pub(super) fn text(json: &Json, path: &str) -> String {
    match at(json, path) {
        Json::String(text) => text.clone(),
        Json::Number(number) => match number.as_f64() {
            Some(value) if value == 0.0 || value.fract() != 0.0 => String::new(),
            Some(value) if number.is_f64() => format!("{value:.0}"),
            _ => number.to_string(),
        },
        _ => String::new(),
    }
}

/// Whether there is `true` at a path.
pub(super) fn is_true(json: &Json, path: &str) -> bool {
    at(json, path) == &Json::Bool(true)
}

/// Whether a value means yes: some services write flags as texts or numbers.
pub(super) fn is_truthy(value: &Json) -> bool {
    match value {
        Json::Bool(flag) => *flag,
        Json::Number(number) => number.as_f64() == Some(1.0),
        Json::String(text) => matches!(text.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_go_through_objects_and_lists() {
        let json = json!({"a": [{"b": "x"}], "n": 12, "big": 9_007_199_254_740_993_u64, "f": 3.0, "z": 0, "half": 1.5});
        assert_eq!(text(&json, "a.0.b"), "x");
        for path in ["a.1.b", "a.b", "a.0.b.c", "", "missing", "a", "z", "half"] {
            assert_eq!(text(&json, path), "", "{path}");
        }
        assert_eq!(
            (text(&json, "n"), text(&json, "big"), text(&json, "f")),
            ("12".into(), "9007199254740993".into(), "3".into())
        );
    }

    #[test]
    fn only_what_says_yes_is_truthy() {
        for yes in [json!(true), json!("true"), json!("1"), json!(1)] {
            assert!(is_truthy(&yes), "{yes}");
        }
        for no in
            [json!(false), json!("false"), json!("0"), json!(""), json!(null), json!({}), json!([true]), json!("yes")]
        {
            assert!(!is_truthy(&no), "{no}");
        }
    }
}
