//! JSON of clients: an object, whose numbers are 64-bit floats and whose values have a limited room in the memory. A
//! text of tiny values takes up to a hundred times its length once it is read, so a limit of its length is not enough.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use super::form::shortest;
use crate::error::{Error, Result};

/// What is said of a body with more values than there is room for.
pub(super) const TOO_MANY_VALUES: &str = "The request body has too many values.";

/// How much the values of one body may take together.
const MOST: usize = 256 * 1024 * 1024;

/// About what a value takes in its list or object, and what some take on the heap beside it. Texts come on top with
/// what they are long, which the limit of the body covers.
const VALUE: usize = size_of::<Json>();
const TEXT: usize = 32;
/// A list with something in it has room for four.
const LIST: usize = 4 * VALUE;
/// An object with something in it has room for eleven keys and values, and a large one is half empty.
const OBJECT: usize = 11 * (size_of::<String>() + VALUE);
const ENTRY: usize = size_of::<String>() + VALUE + TEXT;

/// How much room is left for values.
pub(super) struct Room(Cell<Option<usize>>);

impl Default for Room {
    fn default() -> Self {
        Self(Cell::new(Some(MOST)))
    }
}

impl Room {
    fn take<E: serde::de::Error>(&self, bytes: usize) -> Result<(), E> {
        let left = self.0.get().and_then(|left| left.checked_sub(bytes));
        self.0.set(left);
        left.map(|_| ()).ok_or_else(|| E::custom(TOO_MANY_VALUES))
    }

    fn is_exceeded(&self) -> bool {
        self.0.get().is_none()
    }
}

/// The JSON object that a text begins with, or `None` for `null`; what follows is ignored.
///
/// # Errors
/// `Invalid` for anything else, and where its values do not fit into the room.
pub(super) fn object_of(bytes: &[u8], room: &Room) -> Result<Option<Map<String, Json>>> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    deserializer
        .deserialize_any(Whole(room))
        .map_err(|_| Error::bad_request(if room.is_exceeded() { TOO_MANY_VALUES } else { "" }))
}

/// Reads an object or `null`.
struct Whole<'r>(&'r Room);

/// Reads any value.
#[derive(Clone, Copy)]
struct Any<'r>(&'r Room);

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = Option<Map<String, Json>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        object(entries, self.0).map(Some)
    }
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.0.take(VALUE)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Json, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Json, E> {
        self.visit_f64(number as f64)
    }

    /// Integers beyond 2^53 lose their last digits, and `1.0` is `1`.
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Json, E> {
        let number: Option<Number> = shortest(number);
        number.map(Json::Number).ok_or_else(|| E::custom("a number without end"))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Json, E> {
        self.0.take(TEXT)?;
        Ok(Json::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element_seed(self)? {
            if list.is_empty() {
                self.0.take(LIST)?;
            }
            list.push(value);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Json, A::Error> {
        object(entries, self.0).map(Json::Object)
    }
}

/// The last of several values of a key counts.
fn object<'de, A: MapAccess<'de>>(mut entries: A, room: &Room) -> Result<Map<String, Json>, A::Error> {
    let mut map = Map::new();
    while let Some(key) = entries.next_key::<String>()? {
        room.take(if map.is_empty() { OBJECT } else { ENTRY })?;
        let value = entries.next_value_seed(Any(room))?;
        map.insert(key, value);
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn room(bytes: usize) -> Room {
        Room(Cell::new(Some(bytes)))
    }

    /// How much of the room an object takes.
    fn taken(text: &str) -> usize {
        let room = room(MOST);
        object_of(text.as_bytes(), &room).expect("read");
        MOST - room.0.get().expect("enough")
    }

    #[test]
    fn an_object_is_read_as_it_is() {
        let text = r#" {"a":null,"b":[true,-1.50,"x",[],{}],"c":{"":{"k":"\u00e9"}},"c2":1} rest"#;
        let read = object_of(text.as_bytes(), &Room::default()).expect("read");
        assert_eq!(
            read.map(Json::Object),
            Some(json!({"a": null, "b": [true, -1.5, "x", [], {}], "c": {"": {"k": "é"}}, "c2": 1}))
        );
        assert_eq!(object_of(b"null", &Room::default()).expect("read"), None);
    }

    #[test]
    fn each_value_takes_its_part_of_the_room() {
        let one = taken(r#"{"a":0}"#);
        assert_eq!(one, OBJECT + VALUE);
        assert_eq!(taken(r#"{"a":0,"b":0}"#) - one, ENTRY + VALUE);
        assert_eq!(taken(r#"{"a":"x"}"#) - one, TEXT);
        assert_eq!(taken(r#"{"a":[]}"#), one);
        assert_eq!(taken(r#"{"a":[1,2,3]}"#) - one, LIST + 3 * VALUE);
        assert_eq!(taken(r#"{"a":{"b":1}}"#), 2 * one);
        // What replaces a value comes on top: it was there.
        assert_eq!(taken(r#"{"a":0,"a":0}"#) - one, ENTRY + VALUE);
    }

    #[test]
    fn values_beyond_the_room_are_told_apart_from_broken_ones() {
        let text = |values: usize| format!("{{\"a\":[{}0]}}", "0,".repeat(values - 1));
        let enough = taken(&text(100));
        assert!(object_of(text(100).as_bytes(), &room(enough)).is_ok());
        let refused = |text: &str| object_of(text.as_bytes(), &room(enough)).expect_err("refused").to_string();
        assert_eq!(refused(&text(101)), TOO_MANY_VALUES);
        assert_ne!(refused("{\"a\":[0,}"), TOO_MANY_VALUES);
    }

    #[test]
    fn objects_share_a_room() {
        let room = room(2 * (OBJECT + VALUE));
        for fits in [true, true, false] {
            assert_eq!(object_of(br#"{"a":1}"#, &room).is_ok(), fits);
        }
    }
}
