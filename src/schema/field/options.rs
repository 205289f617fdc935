//! The options of a field as JSON: strict about types, generous about what is absent.

use serde_json::{Map, Value as Json};

use crate::schema::wire::Unreadable;

/// The greatest whole number that JSON clients can hold.
pub const GREATEST_INTEGER: i64 = (1 << 53) - 1;

/// Reads the keys of an object. An absent key and `null` give the default.
#[derive(Clone, Copy)]
pub struct Reader<'a>(pub &'a Map<String, Json>);

impl<'a> Reader<'a> {
    fn get(self, key: &str) -> Option<&'a Json> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    fn read<T: Default>(
        self,
        key: &str,
        form: &str,
        read: impl FnOnce(&'a Json) -> Option<T>,
    ) -> Result<T, Unreadable> {
        match self.get(key) {
            None => Ok(T::default()),
            Some(value) => read(value).ok_or_else(|| Unreadable(format!("{key} must be {form}"))),
        }
    }

    /// A text.
    pub fn text(self, key: &str) -> Result<String, Unreadable> {
        self.read(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// A truth.
    pub fn flag(self, key: &str) -> Result<bool, Unreadable> {
        self.read(key, "true or false", Json::as_bool)
    }

    /// A whole number.
    pub fn integer(self, key: &str) -> Result<i64, Unreadable> {
        self.read(key, "a whole number", Json::as_i64)
    }

    /// A number or nothing.
    pub fn number(self, key: &str) -> Result<Option<f64>, Unreadable> {
        self.read(key, "a number", |value| value.as_f64().map(Some))
    }

    /// A list of texts or nothing.
    pub fn texts(self, key: &str) -> Result<Option<Vec<String>>, Unreadable> {
        self.read(key, "a list of texts", |value| {
            value.as_array()?.iter().map(|element| element.as_str().map(str::to_owned)).collect::<Option<_>>().map(Some)
        })
    }
}

/// Collects the keys of an object.
pub struct Writer<'a>(pub &'a mut Map<String, Json>);

impl Writer<'_> {
    /// Adds a key.
    pub fn set(&mut self, key: &str, value: impl Into<Json>) -> &mut Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }
}
