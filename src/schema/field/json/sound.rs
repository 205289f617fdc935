//! Whether a text is JSON that everyone can read: nested no deeper than bodies may be, its numbers 64-bit floats, its
//! escapes whole characters. Checked without building the value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

/// Whether a text is sound JSON.
pub(super) fn is_sound(text: &str) -> bool {
    serde_json::from_str::<Sound>(text).is_ok()
}

/// Whether a text inside of sound JSON has a NUL, which engines read as its end.
pub(super) fn has_nul(text: &str) -> bool {
    fn inside(value: &Json) -> bool {
        match value {
            Json::String(text) => text.contains('\0'),
            Json::Array(elements) => elements.iter().any(inside),
            Json::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || inside(value)),
            Json::Null | Json::Bool(_) | Json::Number(_) => false,
        }
    }
    text.contains("\\u0000") && serde_json::from_str(text).is_ok_and(|value| inside(&value))
}

/// Reads any value and forgets it; unlike `IgnoredAny` it looks at depths, numbers and escapes.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Sound {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self, A::Error> {
        while elements.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        while entries.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nul_is_found_in_texts_and_keys_only() {
        for (text, expected) in [
            (r#"{"a":["\u0000"]}"#, true),
            (r#"{"\u0000":1}"#, true),
            (r#"["\\u0000"]"#, false),
            (r#"["\u00001"]"#, true),
            ("[0]", false),
        ] {
            assert_eq!(has_nul(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_sound_is_what_can_be_read(text in r#"[\[\]{}",:0-9a-fnrtuls \\.eE+-]{0,24}"#) {
            prop_assert_eq!(is_sound(&text), serde_json::from_str::<Json>(&text).is_ok());
        }
    }
}
