//! Form values: decoding pairs, and what a text among them stands for.

use std::borrow::Cow;

use serde_json::{Map, Number, Value as Json};

use super::json::{Room, object_of};
use crate::error::{Error, Result};

/// The key whose values are JSON objects that are merged over everything else.
const PAYLOAD: &str = "@jsonPayload";

/// Decodes `a=b&c=d`; `None` where an escape is broken or the bytes are no UTF-8.
pub(in crate::http) fn decode_pairs(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let pairs = bytes.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty());
    let decoded = pairs.map(|pair| {
        let at = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        Some((decode(&pair[..at])?, decode(pair.get(at + 1..).unwrap_or_default())?))
    });
    decoded.collect()
}

/// Decodes a path or a part of one, where a plus is a plus; `None` where an escape is broken or the bytes are no
/// UTF-8.
pub(in crate::http) fn decode_path(text: &str) -> Option<Cow<'_, str>> {
    match text.contains('%') {
        true => decode(text.replace('+', "%2B").as_bytes()).map(Cow::Owned),
        false => Some(Cow::Borrowed(text)),
    }
}

fn decode(bytes: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                out.push((hex(digits[0])? << 4) | hex(digits[1])?);
                rest = after;
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    (digit as char).to_digit(16).map(|value| value as u8)
}

/// The map that a form stands for: inferred scalars, arrays of them where a key comes several times, and over that
/// the objects of `@jsonPayload`.
pub(super) fn infer(pairs: Vec<(String, String)>) -> Result<Map<String, Json>> {
    collect(pairs, inferred)
}

/// The map of a form whose values are all texts; the last of a key counts.
pub(super) fn texts(pairs: Vec<(String, String)>) -> Result<Map<String, Json>> {
    let mut map = collect(pairs, Json::String)?;
    for value in map.values_mut() {
        if let Json::Array(list) = value
            && list.iter().all(Json::is_string)
        {
            *value = list.pop().unwrap_or_default();
        }
    }
    Ok(map)
}

/// Keys and values, in the order in which they came.
type Pairs = Vec<(String, String)>;

/// The pairs of a form as they are, without its payloads, and those as one object.
pub(super) fn split(pairs: Pairs) -> Result<(Pairs, Map<String, Json>)> {
    let (payloads, pairs): (Pairs, Pairs) = pairs.into_iter().partition(|(key, _)| key == PAYLOAD);
    let (mut map, room) = (Map::new(), Room::default());
    for (_, text) in payloads {
        map.extend(object_of(text.as_bytes(), &room)?.ok_or_else(|| Error::bad_request(""))?);
    }
    Ok((pairs, map))
}

fn collect(pairs: Vec<(String, String)>, read: impl Fn(String) -> Json) -> Result<Map<String, Json>> {
    let mut lists: Vec<(String, Vec<Json>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    let (pairs, payloads) = split(pairs)?;
    for (key, value) in pairs {
        let at = *places.entry(key).or_insert_with_key(|key| {
            lists.push((key.clone(), Vec::new()));
            lists.len() - 1
        });
        lists[at].1.push(read(value));
    }
    let one_or_more = |mut list: Vec<Json>| match list.len() {
        1 => list.pop().unwrap_or_default(),
        _ => Json::Array(list),
    };
    let mut map: Map<String, Json> = lists.into_iter().map(|(key, list)| (key, one_or_more(list))).collect();
    map.extend(payloads);
    Ok(map)
}

/// A truth, a number written in its shortest decimal form, or the text itself.
fn inferred(text: String) -> Json {
    match text.as_str() {
        "true" => Json::Bool(true),
        "false" => Json::Bool(false),
        _ => number(&text).map_or(Json::String(text), Json::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let begins = text.bytes().next().is_some_and(|first| first == b'-' || first.is_ascii_digit());
    if !begins || text.len() > 400 || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'.') {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    // Display writes the shortest digits that give the same number, without an exponent.
    if value.to_string() != text {
        return None;
    }
    shortest(value)
}

/// A 64-bit float as JSON: integral ones as integers, so that they are written without `.0`.
pub(super) fn shortest(value: f64) -> Option<Number> {
    const EXACT: f64 = 9_223_372_036_854_775_808.0;
    if value.fract() == 0.0 && (-EXACT..EXACT).contains(&value) {
        Some(Number::from(value as i64))
    } else {
        Number::from_f64(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn pairs_are_decoded_strictly() {
        assert_eq!(
            decode_pairs(b"a=1&b=x+y%20z&c&=d&&e=%C3%A9"),
            Some(pairs(&[("a", "1"), ("b", "x y z"), ("c", ""), ("", "d"), ("e", "é"),]))
        );
        for broken in ["a=%", "a=%4", "a=%zz", "a=%ff", "%f=1"] {
            assert_eq!(decode_pairs(broken.as_bytes()), None, "{broken}");
        }
        assert_eq!(decode_pairs(b"a=\xff"), None);
        assert_eq!(decode_pairs(b""), Some(Vec::new()));
    }

    #[test]
    fn paths_are_decoded() {
        assert_eq!(decode_path("no%20tes+&=").as_deref(), Some("no tes+&="));
        assert_eq!(decode_path("no+escape").as_deref(), Some("no+escape"));
        assert_eq!(decode_path("%ff"), None);
        assert_eq!(decode_path("%4"), None);
    }

    #[test]
    fn texts_of_forms_become_what_they_stand_for() {
        for (text, value) in [
            ("true", json!(true)),
            ("false", json!(false)),
            ("True", json!("True")),
            ("12", json!(12)),
            ("-1.5", json!(-1.5)),
            ("0", json!(0)),
            ("0.1", json!(0.1)),
            ("0001", json!("0001")),
            ("1.0", json!("1.0")),
            ("1.10", json!("1.10")),
            (".5", json!(".5")),
            ("1.", json!("1.")),
            ("1e3", json!("1e3")),
            ("+1", json!("+1")),
            ("-", json!("-")),
            ("1-1", json!("1-1")),
            ("Infinity", json!("Infinity")),
            ("9007199254740993", json!("9007199254740993")),
            ("", json!("")),
            ("null", json!("null")),
            ("[1]", json!("[1]")),
            ("2024-01-01", json!("2024-01-01")),
        ] {
            assert_eq!(inferred(text.to_owned()), value, "{text}");
        }
    }

    #[test]
    fn a_repeated_key_is_a_list_and_payloads_come_over_it() {
        let form = pairs(&[
            ("a", "1"),
            ("b", "x"),
            ("a", "true"),
            ("@jsonPayload", r#"{"b":{"n":1.0},"c":null}"#),
            ("@jsonPayload", r#"{"c":[2]} ignored"#),
        ]);
        assert_eq!(Json::Object(infer(form).expect("readable")), json!({"a": [1, true], "b": {"n": 1}, "c": [2]}));
    }

    #[test]
    fn payloads_are_objects() {
        for payload in ["", "null", "[1]", "5", "{", "\"a\""] {
            assert!(infer(pairs(&[("@jsonPayload", payload)])).is_err(), "{payload}");
        }
    }

    #[test]
    fn credentials_stay_texts() {
        let form = pairs(&[("password", "12345678"), ("identity", "a"), ("identity", "b")]);
        assert_eq!(Json::Object(texts(form).expect("readable")), json!({"password": "12345678", "identity": "b"}));
    }

    proptest! {
        #[test]
        fn decoding_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode_pairs(&bytes);
        }

        #[test]
        fn an_inferred_number_reads_as_it_was_written(text in "-?[0-9]{1,3}(\\.[0-9]{1,4})?") {
            if let Json::Number(number) = inferred(text.clone()) {
                prop_assert_eq!(number.as_f64(), text.parse().ok());
            }
        }
    }
}
