//! What the tests of field types share.

use serde_json::Value as Json;

use super::{Field, encode};
use crate::error::{Fault, FieldError, FieldErrors};

/// The contract's words for all types.
pub const TYPES: [&str; 14] = [
    "text", "editor", "number", "bool", "email", "url", "date", "autodate", "select", "file", "relation", "json",
    "password", "geoPoint",
];

/// A field from its JSON.
pub fn field(options: Json) -> Field {
    let Json::Object(map) = options else { panic!("{options} is no object") };
    Field::from_json(&map).expect("the test's field can be read")
}

/// The code of a fault.
pub fn code(fault: Option<Fault>) -> Option<&'static str> {
    fault.map(|fault| fault.code)
}

/// What is answered for a submitted value.
pub fn answer(field: &Field, submitted: &Json) -> String {
    let stored = field.cast(submitted);
    encode::text_of(|out| field.write_json(stored.borrow(), out))
}

/// `option code` for each fault of a field of this type with these options.
pub fn option_codes(kind: &str, mut options: Json) -> Vec<String> {
    options["type"] = Json::from(kind);
    options["name"] = Json::from("f");
    codes(&field(options).check_options())
}

/// `path code` for each error.
pub fn codes(errors: &FieldErrors) -> Vec<String> {
    let mut out = Vec::new();
    for (name, error) in errors.iter() {
        match error {
            FieldError::Leaf(fault) => out.push(format!("{name} {}", fault.code)),
            FieldError::Nested(inner) => out.extend(codes(inner).iter().map(|line| format!("{name}.{line}"))),
        }
    }
    out
}
