//! Picking from rendered JSON: objects are taken apart level by level, values are copied as they stand.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::parse::Wanted;
use crate::error::{Error, Result};

/// The JSON with only the wanted keys.
///
/// # Errors
/// `Internal` where the bytes are no JSON.
pub fn pick(json: &[u8], wanted: &Wanted) -> Result<Vec<u8>> {
    let raw: &RawValue = serde_json::from_slice(json).map_err(unreadable)?;
    let mut out = Vec::with_capacity(json.len() / 2);
    write(raw, wanted, &mut out)?;
    Ok(out)
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::internal(format!("an answer is no JSON: {error}"))
}

fn write(raw: &RawValue, wanted: &Wanted, out: &mut Vec<u8>) -> Result<()> {
    match raw.get().as_bytes().first() {
        Some(b'{') => write_object(raw, wanted, out),
        Some(b'[') => write_list(raw, wanted, out),
        _ => {
            out.extend_from_slice(raw.get().as_bytes());
            Ok(())
        }
    }
}

/// A list of objects is picked from element by element; another one is kept whole.
fn write_list(raw: &RawValue, wanted: &Wanted, out: &mut Vec<u8>) -> Result<()> {
    let elements: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(unreadable)?;
    if !elements.first().is_some_and(|first| first.get().starts_with('{')) {
        out.extend_from_slice(raw.get().as_bytes());
        return Ok(());
    }
    out.push(b'[');
    for (at, element) in elements.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(element, wanted, out)?;
    }
    out.push(b']');
    Ok(())
}

fn write_object(raw: &RawValue, wanted: &Wanted, out: &mut Vec<u8>) -> Result<()> {
    let Object(entries) = serde_json::from_str(raw.get()).map_err(unreadable)?;
    let mut is_first = true;
    out.push(b'{');
    for (key, value) in entries {
        let Some(path) = wanted.of(&key) else { continue };
        if !is_first {
            out.push(b',');
        }
        is_first = false;
        serde_json::to_writer(&mut *out, &key).map_err(unreadable)?;
        out.push(b':');
        match (&path.modifier, path.whole) {
            (Some(excerpt), _) if value.get().starts_with('"') => {
                let text: Cow<'_, str> = serde_json::from_str::<Text<'_>>(value.get()).map_err(unreadable)?.0;
                serde_json::to_writer(&mut *out, &excerpt.of(&text)).map_err(unreadable)?;
            }
            (_, true) => out.extend_from_slice(value.get().as_bytes()),
            (_, false) => write(value, &path.below, out)?,
        }
    }
    out.push(b'}');
    Ok(())
}

/// A text, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

/// The entries of an object in their order.
struct Object<'j>(Vec<(Cow<'j, str>, &'j RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Object<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some((Text(key), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    entries.push((key, value));
                }
                Ok(Object(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::wanted;
    use super::*;

    fn picked(json: &str, fields: &str) -> String {
        let out = pick(json.as_bytes(), &wanted(fields).expect("readable")).expect("picked");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn only_listed_keys_are_kept_and_values_stay_byte_for_byte() {
        let json = r#"{"id":"a","n":1.50,"big":12345678901234567890123,"e":1e-7,"o":{ "x" : 1 }}"#;
        assert_eq!(picked(json, "id, n,big,e,o"), json);
        assert_eq!(picked(json, "n"), r#"{"n":1.50}"#);
        assert_eq!(picked(json, "missing"), "{}");
        assert_eq!(picked(json, " "), "{}");
    }

    #[test]
    fn dots_nest_and_lists_of_objects_are_gone_through() {
        let json =
            r#"{"expand":{"rel":{"id":"r","title":"t"},"many":[{"id":"1","x":1},{"id":"2"}]},"list":[1,2],"k":5}"#;
        assert_eq!(picked(json, "expand.rel.title"), r#"{"expand":{"rel":{"title":"t"}}}"#);
        assert_eq!(picked(json, "expand.many.id"), r#"{"expand":{"many":[{"id":"1"},{"id":"2"}]}}"#);
        assert_eq!(picked(json, "list.x,k.x"), r#"{"list":[1,2],"k":5}"#);
        assert_eq!(picked(json, "expand.rel.none"), r#"{"expand":{"rel":{}}}"#);
        assert_eq!(picked(json, "expand,expand.rel.id"), picked(json, "expand"));
        assert_eq!(picked(r#"[{"a":1,"b":2},{"a":3}]"#, "a"), r#"[{"a":1},{"a":3}]"#);
        assert_eq!(picked("[]", "a"), "[]");
    }

    #[test]
    fn a_star_keeps_what_is_not_mentioned_otherwise() {
        let json = r#"{"id":"a","t":"b","expand":{"rel":{"id":"r","title":"t"}}}"#;
        assert_eq!(picked(json, "*"), json);
        assert_eq!(picked(json, "*,expand.rel.id"), r#"{"id":"a","t":"b","expand":{"rel":{"id":"r"}}}"#);
        assert_eq!(picked(json, "expand.rel.*"), r#"{"expand":{"rel":{"id":"r","title":"t"}}}"#);
        assert_eq!(picked(json, "expand.*.title"), r#"{"expand":{}}"#);
    }

    #[test]
    fn excerpts_shorten_texts_and_nothing_else() {
        let json = r#"{"a":"<b>long</b> \"text\" here","n":123456,"b":"other text"}"#;
        assert_eq!(picked(json, "a:excerpt(11,true),n:excerpt(2)"), r#"{"a":"long \"text\"...","n":123456}"#);
        assert_eq!(picked(json, "*:excerpt(4)"), r#"{"a":"long","n":123456,"b":"othe"}"#);
        assert_eq!(picked(json, "*:excerpt(4),b"), r#"{"a":"long","n":123456,"b":"other text"}"#);
    }

    #[test]
    fn keys_with_escapes_are_matched_by_what_they_mean() {
        assert_eq!(picked(r#"{"\u0061":1,"q\"":2}"#, "a,q\""), r#"{"a":1,"q\"":2}"#);
    }

    #[test]
    fn deeply_nested_values_are_copied() {
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert_eq!(picked(&format!("{{\"a\":{deep},\"b\":1}}"), "a"), format!("{{\"a\":{deep}}}"));
    }
}
