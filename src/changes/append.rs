//! Adding a change to the feed.

use std::sync::Arc;

use crate::error::Result;
use crate::schema::{Collection, FieldKind, Record};
use crate::store::{Tx, Value, ValueRef};

/// What happened to a record, with what the feed keeps of it.
pub enum Op<'a> {
    /// It was created.
    Create,
    /// It was updated; the record as it was.
    Update(&'a Record),
    /// It was deleted; `record` is the state before.
    Delete,
}

/// Adds a change to the feed. `record` is the state after a create or an update, before a delete.
/// Password hashes and token keys never get in.
///
/// `actor` is `<collection id>/<record id>` of the caller, `None` for guests and the server itself.
///
/// # Errors
/// What the engine says.
pub fn append(tx: &mut Tx<'_>, record: &Record, op: Op<'_>, actor: Option<&str>) -> Result<()> {
    let (word, data) = match op {
        Op::Create => ("create", None),
        Op::Update(before) => ("update", Some(changed(before, record))),
        Op::Delete => ("delete", Some(whole(record))),
    };
    let values = [
        ValueRef::Text(&record.collection.id),
        ValueRef::Text(record.id()),
        ValueRef::Text(word),
        actor.map_or(ValueRef::Null, ValueRef::Text),
        ValueRef::Int(crate::time::now().timestamp_millis()),
        data.as_deref().map_or(ValueRef::Null, ValueRef::Text),
    ];
    let insert = "INSERT INTO _tb_changes (collection, record, op, actor, at, data) VALUES (?, ?, ?, ?, ?, ?)";
    tx.execute((insert, &values)).map(|_| ())
}

/// The old values of the fields whose values changed.
fn changed(before: &Record, after: &Record) -> String {
    let same_fields = Arc::ptr_eq(&before.collection, &after.collection);
    object(before, |at, name, value| match same_fields {
        true => after.values.get(at).is_none_or(|new| !new.same(value)),
        false => !after.get(name).same(value),
    })
}

fn whole(record: &Record) -> String {
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
        write_text(&mut out, &field.name);
        out.push(b':');
        write_value(&mut out, value);
    }
    out.push(b'}');
    String::from_utf8(out).unwrap_or_default()
}

fn is_secret(collection: &Collection, name: &str, kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Password(_)) || (name == "tokenKey" && collection.is_auth())
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        // Rust's shortest form that reads back as the same; what is no number in JSON is never stored.
        Value::Real(number) if number.is_finite() => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Real(_) => out.extend_from_slice(b"null"),
        Value::Text(text) => write_text(out, text),
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a text is always JSON, and a Vec takes every byte");
}
