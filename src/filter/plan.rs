//! What a compiled filter binds: for each placeholder where its value comes from, and the shape of the request that
//! the text was made for.

use super::request_value::RequestValue;
use super::time_macro::TimeMacro;
use super::{Bound, Input, pattern};
use crate::store::Value;
use crate::time;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// The text of the filter.
    Constant(Value),
    /// The request.
    Request(RequestValue),
    /// The clock.
    Clock(TimeMacro),
}

/// What is made of a value before it is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    AsIs,
    /// NULL counts as the empty text.
    NullAsEmpty,
    /// The right side of `~`.
    Pattern,
}

/// A placeholder.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot {
    pub(super) source: Source,
    pub(super) form: Form,
}

/// The placeholders of all parts, and the shape.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    pub(super) joins: Vec<Slot>,
    pub(super) condition: Vec<Slot>,
    pub(super) order: Vec<Slot>,
    pub(super) counting: Vec<Slot>,
    pub(super) shape: Shape,
}

/// What a request must have in common with the one that the text was made for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Shape {
    /// Values that are empty, or are not.
    pub(super) empty: Vec<(RequestValue, bool)>,
    /// The caller's collection, where the text depends on it; `Some(None)` is a guest.
    pub(super) caller: Option<Option<String>>,
}

/// The id of the caller's collection.
pub(super) fn caller_collection<'a>(input: &Input<'a>) -> Option<&'a str> {
    input.context.caller.as_ref().map(|caller| caller.collection_id.as_str())
}

/// NULL and the empty text are both empty.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

impl Source {
    /// The value now; a clock's value is never empty.
    fn read(&self, input: &Input<'_>) -> Value {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Request(value) => value.read(input),
            Self::Clock(name) => name.at(time::now()),
        }
    }
}

impl Slot {
    fn value(&self, input: &Input<'_>) -> Value {
        let value = self.source.read(input);
        match self.form {
            Form::AsIs => value,
            Form::NullAsEmpty if value == Value::Null => Value::Text(String::new()),
            Form::NullAsEmpty => value,
            Form::Pattern => pattern::of(value),
        }
    }
}

impl Shape {
    fn fits(&self, input: &Input<'_>) -> bool {
        self.caller.as_ref().is_none_or(|expected| expected.as_deref() == caller_collection(input))
            && self.empty.iter().all(|(value, empty)| is_empty(&value.read(input)) == *empty)
    }
}

impl Plan {
    /// The values for a request, if it has the shape.
    pub(super) fn bind(&self, input: &Input<'_>) -> Option<Bound> {
        if !self.shape.fits(input) {
            return None;
        }
        let values = |slots: &[Slot]| slots.iter().map(|slot| slot.value(input)).collect();
        Some(Bound {
            joins: values(&self.joins),
            condition: values(&self.condition),
            order: values(&self.order),
            counting: values(&self.counting),
        })
    }
}
