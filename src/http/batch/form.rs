//! The form of a batch: `{"requests": [{"method", "url", "body", "headers"}, …]}`, and files that name the item that they
//! belong to (contract: batch, section 2).

use serde_json::{Map, Value as Json};

use crate::error::{Error, Fault, FieldErrors, Result};
use crate::files::Upload;

/// The methods of items. `GET` is one of them, though no action has it.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// How many characters an item's address has at most.
const LONGEST_URL: usize = 2000;

/// An item as it was sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) body: Map<String, Json>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) uploads: Vec<Upload>,
}

/// The items of a form.
///
/// # Errors
/// `Invalid` where it cannot be read, and where there are none, too many, or bad ones.
pub(super) fn read(mut form: Map<String, Json>, uploads: Vec<Upload>, most: usize) -> Result<Vec<Sent>> {
    let requests = match form.remove("requests") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(requests)) => requests,
        Some(_) => return Err(unreadable()),
    };
    let mut items = requests.into_iter().map(Sent::of).collect::<Result<Vec<_>>>()?;
    check(&items, most).into_result("Invalid batch request data.")?;
    for mut upload in uploads {
        if let Some((at, field)) = place(&upload.key)
            && let Some(item) = items.get_mut(at)
        {
            upload.key = field.to_owned();
            // A file takes the place of what is sent under the same key.
            item.body.remove(&upload.key);
            item.uploads.push(upload);
        }
    }
    Ok(items)
}

/// The form cannot be read.
pub(in crate::http) fn unreadable() -> Error {
    Error::bad_request("Failed to read the submitted batch data.")
}

impl Sent {
    fn of(item: Json) -> Result<Self> {
        let Json::Object(mut item) = item else { return Err(unreadable()) };
        let mut text = |key: &str| match item.remove(key) {
            None | Some(Json::Null) => Ok(String::new()),
            Some(Json::String(text)) => Ok(text),
            Some(_) => Err(unreadable()),
        };
        let (method, url) = (text("method")?, text("url")?);
        let mut object = |key: &str| match item.remove(key) {
            None | Some(Json::Null) => Ok(Map::new()),
            Some(Json::Object(map)) => Ok(map),
            Some(_) => Err(unreadable()),
        };
        let (body, headers) = (object("body")?, object("headers")?);
        let header = |(name, value)| match value {
            Json::String(text) => Ok((name, text)),
            Json::Null => Ok((name, String::new())),
            _ => Err(unreadable()),
        };
        let headers = headers.into_iter().map(header).collect::<Result<_>>()?;
        Ok(Self { method, url, body, headers, uploads: Vec::new() })
    }

    fn check(&self) -> FieldErrors {
        let mut errors = FieldErrors::new();
        if self.method.is_empty() {
            errors.add("method", Fault::required());
        } else if !METHODS.contains(&self.method.as_str()) {
            errors.add("method", Fault::new("validation_in_invalid", "Must be a valid value."));
        }
        if self.url.is_empty() {
            errors.add("url", Fault::required());
        } else if self.url.chars().count() > LONGEST_URL {
            errors.add("url", Fault::too_long(LONGEST_URL));
        }
        errors
    }
}

fn check(items: &[Sent], most: usize) -> FieldErrors {
    if items.is_empty() {
        return ("requests", Fault::required()).into();
    }
    if items.len() > most {
        return ("requests", Fault::too_long(most)).into();
    }
    let mut bad = FieldErrors::new();
    for (at, item) in items.iter().enumerate() {
        bad.nest(at.to_string(), item.check());
    }
    let mut errors = FieldErrors::new();
    errors.nest("requests", bad);
    errors
}

/// The item and the field that a file is for: `requests.0.docs`, `requests[0].docs`.
fn place(key: &str) -> Option<(usize, &str)> {
    let rest = key.strip_prefix("requests")?;
    let (number, field) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once("].")?,
        None => rest.strip_prefix('.')?.split_once('.')?,
    };
    let at: usize = number.parse().ok()?;
    // There is one way to write a number.
    (at.to_string() == number && !field.is_empty()).then_some((at, field))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(form: Json) -> Result<Vec<Sent>> {
        let Json::Object(form) = form else { panic!("no object") };
        super::read(form, Vec::new(), 2)
    }

    fn faults(form: Json) -> Vec<String> {
        match read(form) {
            Err(Error::Invalid(invalid)) => {
                invalid.fields.faults().into_iter().map(|(path, fault)| format!("{path} {}", fault.code)).collect()
            }
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn files_name_their_item_in_two_ways() {
        for (key, expected) in [
            ("requests.0.docs", Some((0, "docs"))),
            ("requests[12].docs", Some((12, "docs"))),
            ("requests.0.+docs", Some((0, "+docs"))),
            ("requests.0.docs+", Some((0, "docs+"))),
            ("requests.0.a.b", Some((0, "a.b"))),
            ("requests.00.docs", None),
            ("requests.+1.docs", None),
            ("requests.-1.docs", None),
            ("requests.99999999999999999999.docs", None),
            ("requests[0]docs", None),
            ("requests[0.docs", None),
            ("requests.0", None),
            ("requests.0.", None),
            ("request.0.docs", None),
            ("docs", None),
        ] {
            assert_eq!(place(key), expected, "{key}");
        }
    }

    #[test]
    fn what_has_other_types_cannot_be_read() {
        let item = |item: Json| json!({"requests": [item]});
        for form in [
            json!({"requests": "x"}),
            json!({"requests": {}}),
            item(json!(null)),
            item(json!("x")),
            item(json!({"method": 1, "url": "/"})),
            item(json!({"method": "POST", "url": ["/"]})),
            item(json!({"method": "POST", "url": "/", "body": []})),
            item(json!({"method": "POST", "url": "/", "body": "x"})),
            item(json!({"method": "POST", "url": "/", "headers": {"a": 1}})),
            item(json!({"method": "POST", "url": "/", "headers": "a"})),
        ] {
            assert_eq!(faults(form.clone()), Vec::<String>::new(), "{form}");
        }
    }

    #[test]
    fn all_bad_items_are_listed() {
        let good = json!({"method": "GET", "url": "/", "body": null, "headers": null, "other": 1});
        assert_eq!(read(json!({"requests": [good, good]})).expect("two").len(), 2);
        assert_eq!(faults(json!({})), ["requests validation_required"]);
        assert_eq!(faults(json!({"requests": null})), ["requests validation_required"]);
        assert_eq!(faults(json!({"requests": []})), ["requests validation_required"]);
        assert_eq!(faults(json!({"requests": [good, {}, good]})), ["requests validation_length_too_long"]);
        assert_eq!(
            faults(json!({"requests": [{"method": "post", "url": "é".repeat(2001)}, {}]})),
            [
                "requests.0.method validation_in_invalid",
                "requests.0.url validation_length_too_long",
                "requests.1.method validation_required",
                "requests.1.url validation_required",
            ]
        );
        assert!(read(json!({"requests": [{"method": "PUT", "url": "é".repeat(2000)}]})).is_ok());
    }
}
