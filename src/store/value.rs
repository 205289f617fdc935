//! A value as it is stored: what is bound to statements and read from rows.

use std::borrow::Cow;

/// An owned stored value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// SQL NULL.
    #[default]
    Null,
    /// A 64-bit integer; booleans are 0 and 1.
    Int(i64),
    /// A 64-bit float.
    Real(f64),
    /// Text, JSON included.
    Text(String),
}

/// A stored value that still belongs to its row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// SQL NULL, and whatever Tuckbox never writes (blobs, text that is not UTF-8).
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// A 64-bit float.
    Real(f64),
    /// Text.
    Text(&'a str),
}

impl Value {
    /// The value, borrowed.
    pub fn borrow(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Int(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text),
        }
    }

    /// The text, empty where the value is none.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// The number, 0 where the value is none.
    pub fn as_f64(&self) -> f64 {
        self.borrow().as_f64()
    }

    /// Whether it is a number other than 0.
    pub fn as_bool(&self) -> bool {
        self.as_f64() != 0.0
    }

    /// Whether both are the same once stored: an integral float and its integer are.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Real(b)) | (Self::Real(b), Self::Int(a)) => *a as f64 == *b,
            _ => self == other,
        }
    }
}

impl<'a> ValueRef<'a> {
    /// The value, owned.
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(number),
            Self::Real(number) => Value::Real(number),
            Self::Text(text) => Value::Text(text.to_owned()),
        }
    }

    /// The text, empty where the value is none.
    pub fn as_text(self) -> &'a str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// The number; text is read as one where it is one, else 0.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Null => 0.0,
            Self::Int(number) => number as f64,
            Self::Real(number) => number,
            Self::Text(text) => text.parse().unwrap_or(0.0),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Cow<'_, str>> for Value {
    fn from(text: Cow<'_, str>) -> Self {
        Self::Text(text.into_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(truth.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
