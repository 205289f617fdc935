//! From what was sent to the values of a record: keys, modifiers, uploads (contract: records, section 5).

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value as Json, json};

use crate::files::NewFile;
use crate::schema::{Collection, Field, FieldKind, Modifier, Record};
use crate::store::Value;

/// A named upload under the key that it was sent with.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) key: String,
    pub(super) file: NewFile,
}

/// What was sent, with modifiers resolved against a record.
#[derive(Debug)]
pub(super) struct Resolved<'a> {
    /// The stored value of each field that was sent, by the field's place.
    pub(super) values: Vec<Option<Value>>,
    /// The new files that are part of the values, by the field's place.
    pub(super) files: Vec<(usize, &'a NewFile)>,
    /// The keys that name no field.
    others: Vec<(&'a String, &'a Json)>,
}

/// What a key of a body means.
fn meaning(collection: &Collection, key: &str) -> Option<(usize, Option<Modifier>)> {
    if let Some(at) = collection.field_index(key) {
        return Some((at, None));
    }
    let (name, modifier) = if let Some(name) = key.strip_suffix(":autogenerate") {
        (name, Modifier::Autogenerate)
    } else if let Some(name) = key.strip_suffix('+') {
        (name, Modifier::Append)
    } else if let Some(name) = key.strip_suffix('-') {
        (name, Modifier::Remove)
    } else {
        (key.strip_prefix('+')?, Modifier::Prepend)
    };
    let at = collection.field_index(name)?;
    collection.fields[at].accepts(modifier).then_some((at, Some(modifier)))
}

/// Whether a client that is no superuser may write a field.
fn is_open(collection: &Collection, field: &Field) -> bool {
    !field.hidden || (collection.is_auth() && field.name == "password")
}

/// Resolves what was sent against a record: the stored one, or one of zero values. Shorter keys come first.
pub(super) fn resolve<'a>(
    current: &Record,
    data: &'a Map<String, Json>,
    uploads: &'a [Sent],
    superuser: bool,
) -> Resolved<'a> {
    let collection = &current.collection;
    let of_uploads: BTreeSet<&str> = uploads.iter().map(|sent| sent.key.as_str()).collect();
    let mut keys: Vec<&str> = data.keys().map(String::as_str).collect();
    keys.extend(of_uploads.into_iter().filter(|key| !data.contains_key(*key)));
    keys.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));

    let mut resolved = Resolved { values: vec![None; collection.fields.len()], files: Vec::new(), others: Vec::new() };
    for key in keys {
        let plain = data.get_key_value(key);
        let Some((at, modifier)) = meaning(collection, key) else {
            resolved.others.extend(plain);
            continue;
        };
        let field = &collection.fields[at];
        if !superuser && !is_open(collection, field) {
            continue;
        }
        if matches!(field.kind, FieldKind::Autodate(_)) {
            // Only the server sets it; rules see that it was sent.
            resolved.values[at] = Some(current.values[at].clone());
            continue;
        }
        let files = if modifier == Some(Modifier::Remove) { Vec::new() } else { files_of(field, key, uploads) };
        let merged;
        let operand = match plain {
            Some((_, plain)) if files.is_empty() => plain,
            None if files.is_empty() => continue,
            plain => {
                merged = merge(plain.map(|(_, plain)| plain), &files);
                &merged
            }
        };
        let value = match modifier {
            None => field.cast(operand),
            Some(modifier) => {
                let current = resolved.values[at].as_ref().unwrap_or(&current.values[at]);
                field.modify(modifier, current, operand)
            }
        };
        resolved.values[at] = Some(value);
        resolved.files.extend(files.into_iter().map(|file| (at, file)));
    }
    resolved.keep_used_files(collection);
    resolved
}

fn files_of<'a>(field: &Field, key: &str, uploads: &'a [Sent]) -> Vec<&'a NewFile> {
    if !matches!(field.kind, FieldKind::File(_)) {
        return Vec::new();
    }
    uploads.iter().filter(|sent| sent.key == key).map(|sent| &sent.file).collect()
}

/// Names that were sent, then the names of new files.
fn merge(plain: Option<&Json>, files: &[&NewFile]) -> Json {
    let mut names = match plain {
        None | Some(Json::Null | Json::Object(_)) => Vec::new(),
        Some(Json::Array(names)) => names.clone(),
        Some(Json::String(text)) => match serde_json::from_str::<Vec<String>>(text) {
            Ok(names) => names.into_iter().map(Json::String).collect(),
            Err(_) => vec![Json::String(text.clone())],
        },
        Some(other) => vec![other.clone()],
    };
    names.extend(files.iter().map(|file| Json::String(file.name.clone())));
    Json::Array(names)
}

/// The new plain passwords of a record, by the place of their fields. In the record they make room for a mark: it
/// has a password from now on, and the write puts its hash in.
pub(super) fn take_passwords(record: &mut Record, resolved: &Resolved<'_>) -> Vec<(usize, String)> {
    let mut taken = Vec::new();
    for (at, sent) in resolved.values.iter().enumerate() {
        let is_password = matches!(record.collection.fields[at].kind, FieldKind::Password(_));
        if let Some(plain) = sent.as_ref().map(Value::as_text).filter(|plain| is_password && !plain.is_empty()) {
            taken.push((at, plain.to_owned()));
            record.values[at] = Value::from("*");
        }
    }
    taken
}

impl Resolved<'_> {
    /// A file that the resolved value does not hold (a second one on a single field) is not stored.
    fn keep_used_files(&mut self, collection: &Collection) {
        let mut held: HashMap<usize, HashSet<String>> = HashMap::new();
        let values = &self.values;
        self.files.retain(|(at, file)| {
            let held = held.entry(*at).or_insert_with(|| {
                let value = values[*at].as_ref();
                value.map(|value| collection.fields[*at].elements(value.borrow())).into_iter().flatten().collect()
            });
            held.contains(&file.name)
        });
    }

    /// Puts the values into a record.
    pub(super) fn apply(&self, record: &mut Record) {
        for (place, value) in record.values.iter_mut().zip(&self.values) {
            if let Some(value) = value {
                *place = value.clone();
            }
        }
    }

    /// The data as rules see it: known fields under their plain names, cast; everything else as it was sent.
    pub(super) fn body(&self, collection: &Collection) -> Map<String, Json> {
        let mut body = Map::new();
        for (key, value) in &self.others {
            body.insert((*key).clone(), (*value).clone());
        }
        for (at, (field, value)) in collection.fields.iter().zip(&self.values).enumerate() {
            if let Some(value) = value {
                body.insert(field.name.clone(), self.shown(at, field, value));
            }
        }
        body
    }

    fn shown(&self, at: usize, field: &Field, value: &Value) -> Json {
        if matches!(field.kind, FieldKind::Password(_)) {
            return Json::String(value.as_text().to_owned());
        }
        let new: HashMap<&str, &NewFile> =
            self.files.iter().filter(|(of, _)| *of == at).map(|(_, file)| (file.name.as_str(), *file)).collect();
        if new.is_empty() {
            return field.to_answer(value);
        }
        let show = |name: String| match new.get(name.as_str()) {
            Some(file) => shown_file(file),
            None => Json::String(name),
        };
        let mut shown: Vec<Json> = field.elements(value.borrow()).into_iter().map(show).collect();
        if field.is_multiple() { Json::Array(shown) } else { shown.pop().unwrap_or_default() }
    }
}

/// A new file as rules see it.
fn shown_file(file: &NewFile) -> Json {
    json!({"name": file.name, "originalName": file.original_name, "size": file.content.size()})
}
