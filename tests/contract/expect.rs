//! What is demanded of an outcome: parts that it must have and must not have.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value as Json;

use super::outcome::Outcome;
use super::picture::Picture;
use super::step::source_file;
use super::variables::Variables;

/// What must come. A text that begins with `~` is an expression that the value's text must match.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expectation {
    /// The status.
    status: Option<u16>,
    /// The whole body as JSON.
    is: Option<Json>,
    /// Values by JSON pointer.
    has: BTreeMap<String, Json>,
    /// JSON pointers where nothing is.
    lacks: Vec<String>,
    /// The keys of objects by JSON pointer, all of them.
    keys: BTreeMap<String, Vec<String>>,
    /// How many entries lists and objects have, by JSON pointer.
    count: BTreeMap<String, usize>,
    /// One field of all items of a list, in their order.
    column: BTreeMap<String, Vec<Json>>,
    /// The envelope's message.
    message: Option<String>,
    /// The codes in the envelope's data, all of them: `fields.0.name: code`.
    codes: Option<BTreeMap<String, String>>,
    /// Texts that the body contains.
    text: Vec<String>,
    /// Texts that the body does not contain.
    never: Vec<String>,
    /// Headers; null means that there is none.
    headers: BTreeMap<String, Option<String>>,
    /// All lines of headers, in their order.
    lines: BTreeMap<String, Vec<String>>,
    /// How long the body is.
    size: Option<usize>,
    /// The body is this file of the source, below its `storage`.
    file: Option<String>,
    /// The body is such an image.
    image: Option<Picture>,
}

type Judgement = Result<(), String>;

impl Expectation {
    /// Whether anything is demanded.
    pub fn demands_something(&self) -> bool {
        let parts = !self.has.is_empty() || !self.keys.is_empty() || !self.count.is_empty() || !self.text.is_empty();
        self.status.is_some() || self.is.is_some() || parts
    }

    /// Whether a refusal is demanded.
    pub fn is_refusal(&self) -> bool {
        self.status.is_some_and(|status| status >= 400)
    }

    /// Whether the outcome is as demanded; a status must be named where `strict`, else it must tell of success.
    ///
    /// # Errors
    /// What differs.
    pub fn judge(&self, outcome: &Outcome, variables: &Variables, strict: bool) -> Judgement {
        self.judge_status(outcome, strict)?;
        if let Some(body) = &self.is {
            let body = variables.fill_json(body);
            demand(outcome.json == body, || format!("the body is not {body}"))?;
        }
        for (pointer, value) in &self.has {
            let wanted = variables.fill_json(value);
            let found = outcome.json.pointer(pointer);
            let found = found.ok_or_else(|| format!("nothing at {pointer:?}, which should be {wanted}"))?;
            matches(found, &wanted).map_err(|reason| format!("at {pointer:?}: {reason}"))?;
        }
        for pointer in &self.lacks {
            let found = outcome.json.pointer(pointer);
            demand(found.is_none(), || format!("something is at {pointer:?}: {found:?}"))?;
        }
        self.judge_shape(outcome)?;
        self.judge_refusal(outcome, variables)?;
        self.judge_bytes(outcome, variables)?;
        for (header, wanted) in &self.headers {
            let found = outcome.headers.get(header).and_then(|value| value.to_str().ok());
            match (found, wanted) {
                (found, None) => demand(found.is_none(), || format!("there is a header {header}: {found:?}"))?,
                (None, Some(wanted)) => return Err(format!("no header {header}, which should be {wanted:?}")),
                (Some(found), Some(wanted)) => {
                    let wanted = Json::from(variables.fill(wanted));
                    matches(&Json::from(found), &wanted).map_err(|reason| format!("header {header}: {reason}"))?;
                }
            }
        }
        for (header, wanted) in &self.lines {
            let found = outcome.headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
            let found: Vec<_> = found.collect();
            demand(found == *wanted, || format!("the lines of {header} are {found:?}, not {wanted:?}"))?;
        }
        Ok(())
    }

    fn judge_status(&self, outcome: &Outcome, strict: bool) -> Judgement {
        let Some(status) = outcome.status else {
            return demand(self.status.is_none(), || "only answers have a status".to_owned());
        };
        match self.status {
            Some(wanted) => demand(status == wanted, || format!("the status is not {wanted}")),
            None if strict => Err("the case names no status".to_owned()),
            None => demand(status < 400, || "it did not go well".to_owned()),
        }
    }

    fn judge_shape(&self, outcome: &Outcome) -> Judgement {
        for (pointer, wanted) in &self.keys {
            let map = outcome.json.pointer(pointer).and_then(Json::as_object);
            let map = map.ok_or_else(|| format!("no object at {pointer:?}"))?;
            let mut found: Vec<_> = map.keys().collect();
            let mut wanted: Vec<_> = wanted.iter().collect();
            found.sort();
            wanted.sort();
            demand(found == wanted, || format!("the keys at {pointer:?} are {found:?}, not {wanted:?}"))?;
        }
        for (pointer, wanted) in &self.count {
            let found = match outcome.json.pointer(pointer) {
                Some(Json::Array(items)) => items.len(),
                Some(Json::Object(map)) => map.len(),
                _ => return Err(format!("nothing to count at {pointer:?}")),
            };
            demand(found == *wanted, || format!("{found} entries at {pointer:?}, not {wanted}"))?;
        }
        for (field, wanted) in &self.column {
            let list = if outcome.json.is_array() { Some(&outcome.json) } else { outcome.json.get("items") };
            let items = list.and_then(Json::as_array).ok_or("no list of items")?;
            let found: Vec<_> = items.iter().map(|item| item[field].clone()).collect();
            demand(found == *wanted, || format!("{field} of the items is {}", Json::from(found)))?;
        }
        Ok(())
    }

    fn judge_refusal(&self, outcome: &Outcome, variables: &Variables) -> Judgement {
        if let Some(message) = &self.message {
            let message = Json::from(variables.fill(message));
            matches(&outcome.json["message"], &message).map_err(|reason| format!("the message: {reason}"))?;
        }
        if let Some(wanted) = &self.codes {
            let mut found = BTreeMap::new();
            collect_codes(&outcome.json["data"], "", &mut found);
            demand(found == *wanted, || format!("the codes are {found:?}, not {wanted:?}"))?;
        }
        Ok(())
    }

    fn judge_bytes(&self, outcome: &Outcome, variables: &Variables) -> Judgement {
        let body = String::from_utf8_lossy(&outcome.body);
        for text in &self.text {
            let text = variables.fill(text);
            demand(body.contains(&text), || format!("it does not say {text:?}"))?;
        }
        for text in &self.never {
            let text = variables.fill(text);
            demand(!body.contains(&text), || format!("it says {text:?}"))?;
        }
        if let Some(size) = self.size {
            demand(outcome.body.len() == size, || format!("it has {} bytes, not {size}", outcome.body.len()))?;
        }
        if let Some(path) = &self.file {
            demand(outcome.body == source_file(path), || format!("its bytes are not those of {path}"))?;
        }
        if let Some(picture) = &self.image {
            picture.judge(&outcome.body)?;
        }
        Ok(())
    }
}

fn demand(holds: bool, otherwise: impl FnOnce() -> String) -> Judgement {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn matches(found: &Json, wanted: &Json) -> Judgement {
    let Some(expression) = wanted.as_str().and_then(|text| text.strip_prefix('~')) else {
        return demand(found == wanted, || format!("{found} is not {wanted}"));
    };
    let expression = Regex::new(expression).map_err(|error| error.to_string())?;
    let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    demand(expression.is_match(&text), || format!("{text:?} does not match {expression}"))
}

fn collect_codes(entry: &Json, path: &str, into: &mut BTreeMap<String, String>) {
    let Some(map) = entry.as_object() else { return };
    if let Some(code) = map.get("code").and_then(Json::as_str) {
        into.insert(path.to_owned(), code.to_owned());
        return;
    }
    for (key, inner) in map {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        collect_codes(inner, &path, into);
    }
}
