//! What the feed keeps of a record: stored values by the names of their fields, as a JSON object without secrets.

use std::sync::Arc;

use crate::schema::field::encode;
use crate::schema::{Collection, FieldKind, Record};
use crate::store::Value;

/// The old values of the fields whose values changed.
pub(super) fn changed(before: &Record, after: &Record) -> String {
    let same_fields = Arc::ptr_eq(&before.collection, &after.collection);
    object(before, |at, name, value| match same_fields {
        true => after.values.get(at).is_none_or(|new| !new.same(value)),
        false => !after.get(name).same(value),
    })
}

/// All values.
pub(super) fn whole(record: &Record) -> String {
    object(record, |_, _, _| true)
}

/// The stored values of a record by field name, as a JSON object, without secrets.
fn object(record: &Record, wanted: impl Fn(usize, &str, &Value) -> bool) -> String {
    let mut out = Vec::with_capacity(128);
    out.push(b'{');
    for (at, (field, value)) in record.collection.fields.iter().zip(&record.values).enumerate() {
        if is_secret(&record.collection, &field.name, &field.kind) || !wanted(at, &field.name, value) {
            continue;
        }
        if out.len() > 1 {
            out.push(b',');
        }
        encode::string(&field.name, &mut out);
        out.push(b':');
        write_value(&mut out, value);
    }
    out.push(b'}');
    String::from_utf8(out).unwrap_or_default()
}

/// Whether a field's values never get into the feed.
pub(super) fn is_secret(collection: &Collection, name: &str, kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Password(_)) || (name == "tokenKey" && collection.is_auth())
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Int(number) => encode::integer(*number, out),
        Value::Real(number) => encode::number(*number, out),
        Value::Text(text) => encode::string(text, out),
    }
}
