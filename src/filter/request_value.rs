//! What conditions read of a request, by name; evaluated when values are bound.

use serde_json::Value as Json;

use super::Input;
use super::pattern::shortest;
use crate::store::Value;

/// A part of the request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RequestValue {
    pub(super) place: Place,
    /// A text that is a number counts as one: the name is that of a number field.
    pub(super) numeric: bool,
    /// `:lower`
    pub(super) lower: bool,
}

/// Where in the request a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// `@request.context`
    Occasion,
    /// `@request.method`
    Method,
    /// `@request.query.…`
    Query(String),
    /// `@request.query.…:isset`
    QueryGiven(String),
    /// `@request.headers.…`
    Header(String),
    /// `@request.headers.…:isset`
    HeaderGiven(String),
    /// `@request.auth.…`, what is known without asking the database.
    Caller(CallerField),
    /// `@request.body.…`
    Body(Vec<String>, BodyForm),
}

/// What is known of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallerField {
    Id,
    CollectionId,
    CollectionName,
    Email,
    EmailVisibility,
    Verified,
}

impl CallerField {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "collectionId" => Self::CollectionId,
            "collectionName" => Self::CollectionName,
            "email" => Self::Email,
            "emailVisibility" => Self::EmailVisibility,
            "verified" => Self::Verified,
            _ => return None,
        })
    }
}

/// What is made of a submitted value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyForm {
    /// The value; arrays and objects as JSON text.
    Plain,
    /// The JSON text of whatever it is: json fields.
    JsonText,
    /// The JSON text of a point, longitude first.
    Point,
    /// As [`crate::store::expression::json_value`] answers it for the same JSON.
    JsonValue,
    /// A coordinate of a point.
    Coordinate(&'static str),
    /// Whether it was sent.
    Given,
    /// How many elements it has.
    Length,
    /// A JSON array of its elements.
    Elements,
}

impl RequestValue {
    pub(super) fn new(place: Place) -> Self {
        Self { place, numeric: false, lower: false }
    }

    /// The value in a request; NULL where it is absent.
    pub(super) fn read(&self, input: &Input<'_>) -> Value {
        let value = self.place.read(input);
        if self.numeric
            && let Value::Text(text) = &value
            && let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite())
        {
            return Value::Real(number);
        }
        if !self.lower {
            return value;
        }
        match value {
            Value::Null => Value::Null,
            Value::Text(mut text) => {
                text.make_ascii_lowercase();
                Value::Text(text)
            }
            Value::Int(number) => Value::Text(number.to_string()),
            Value::Real(number) => Value::Text(shortest(number)),
        }
    }
}

impl Place {
    fn read(&self, input: &Input<'_>) -> Value {
        let context = input.context;
        let query = |name: &str| context.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match self {
            Self::Occasion => context.occasion.as_str().into(),
            Self::Method => context.method.as_ref().into(),
            Self::Query(name) => query(name).into(),
            Self::QueryGiven(name) => query(name).is_some().into(),
            Self::Header(name) => context.headers.header(name).into(),
            Self::HeaderGiven(name) => context.headers.header(name).is_some().into(),
            Self::Caller(field) => {
                let Some(caller) = &context.caller else { return Value::Null };
                match field {
                    CallerField::Id => caller.id.as_str().into(),
                    CallerField::CollectionId => caller.collection_id.as_str().into(),
                    CallerField::CollectionName => caller.collection_name.as_str().into(),
                    CallerField::Email => caller.email.as_str().into(),
                    CallerField::EmailVisibility => caller.email_visibility.into(),
                    CallerField::Verified => caller.verified.into(),
                }
            }
            Self::Body(path, form) => form.of(submitted(input, path)),
        }
    }
}

/// The submitted value at a path of keys and array places.
fn submitted<'a>(input: &Input<'a>, path: &[String]) -> Option<&'a Json> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(input.body.get(first)?, |value, part| match value {
        Json::Object(map) => map.get(part),
        Json::Array(list) => list.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

impl BodyForm {
    fn of(self, value: Option<&Json>) -> Value {
        match self {
            Self::Given => value.is_some().into(),
            Self::Length => match value {
                Some(Json::Array(list)) => Value::Int(list.len() as i64),
                Some(Json::Null) | None => Value::Int(0),
                Some(Json::String(text)) => Value::Int((!text.is_empty()).into()),
                Some(_) => Value::Int(1),
            },
            Self::Elements => match value {
                Some(Json::Array(_)) => value.map(json_text).into(),
                Some(Json::Null) | None => "[]".into(),
                Some(Json::String(text)) if text.is_empty() => "[]".into(),
                Some(other) => format!("[{}]", json_text(other)).into(),
            },
            Self::Point => match value {
                Some(Json::Object(point)) => {
                    let part = |name: &str| point.get(name).map_or_else(|| "0".to_owned(), json_text);
                    format!(r#"{{"lon":{},"lat":{}}}"#, part("lon"), part("lat")).into()
                }
                other => plain(other),
            },
            Self::Coordinate(name) => plain(value.and_then(|point| point.get(name))),
            Self::JsonText => value.filter(|value| !value.is_null()).map(json_text).into(),
            Self::Plain | Self::JsonValue => plain(value),
        }
    }
}

fn plain(value: Option<&Json>) -> Value {
    match value {
        None | Some(Json::Null) => Value::Null,
        Some(Json::Bool(truth)) => (*truth).into(),
        Some(Json::Number(number)) => number.as_f64().into(),
        Some(Json::String(text)) => text.as_str().into(),
        Some(other) => json_text(other).into(),
    }
}

/// JSON as it is stored: compact, keys sorted, numbers shortest.
fn json_text(value: &Json) -> String {
    let mut out = String::new();
    write_json(value, &mut out);
    out
}

fn write_json(value: &Json, out: &mut String) {
    match value {
        Json::Number(number) => match number.as_f64() {
            Some(number) => out.push_str(&shortest(number)),
            None => out.push_str(&number.to_string()),
        },
        Json::Array(list) => {
            out.push('[');
            for (at, one) in list.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(one, out);
            }
            out.push(']');
        }
        Json::Object(map) => {
            out.push('{');
            for (at, (key, one)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Json::String(key.clone()).to_string());
                out.push(':');
                write_json(one, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::context::RequestContext;

    fn body(value: Json, form: BodyForm) -> Value {
        let body = json!({ "x": value }).as_object().cloned().unwrap_or_default();
        let context = RequestContext::guest();
        RequestValue::new(Place::Body(vec!["x".to_owned()], form)).read(&Input { context: &context, body: &body })
    }

    #[test]
    fn submitted_values_are_compared_as_they_are_stored() {
        assert_eq!(body(json!(5), BodyForm::Plain), Value::Real(5.0));
        assert_eq!(body(json!(true), BodyForm::Plain), Value::Int(1));
        assert_eq!(body(json!(null), BodyForm::Plain), Value::Null);
        assert_eq!(body(json!(["b", "a"]), BodyForm::Plain), Value::from(r#"["b","a"]"#));
        assert_eq!(
            body(json!({"b": 1.0, "a": [2.5, 1e21]}), BodyForm::Plain),
            Value::from(r#"{"a":[2.5,1e+21],"b":1}"#)
        );
        assert_eq!(body(json!("é\"\n"), BodyForm::JsonText), Value::from("\"é\\\"\\n\""));
        assert_eq!(body(json!(null), BodyForm::JsonText), Value::Null);
        assert_eq!(body(json!({"lat": 2.0, "lon": 1.5}), BodyForm::Point), Value::from(r#"{"lon":1.5,"lat":2}"#));
    }

    #[test]
    fn elements_and_lengths_know_lists_and_single_values() {
        for (value, length, elements) in [
            (json!(["a", "b"]), 2, r#"["a","b"]"#),
            (json!([]), 0, "[]"),
            (json!("a"), 1, r#"["a"]"#),
            (json!(""), 0, "[]"),
            (json!(null), 0, "[]"),
            (json!({"name": "f"}), 1, r#"[{"name":"f"}]"#),
        ] {
            assert_eq!(body(value.clone(), BodyForm::Length), Value::Int(length), "{value}");
            assert_eq!(body(value.clone(), BodyForm::Elements), Value::from(elements), "{value}");
        }
    }

    #[test]
    fn numbers_in_texts_count_where_the_field_is_a_number() {
        let context = RequestContext { query: [("n".to_owned(), "1e2".to_owned())].into(), ..RequestContext::guest() };
        let body = serde_json::Map::new();
        let input = Input { context: &context, body: &body };
        let mut value = RequestValue::new(Place::Query("n".to_owned()));
        assert_eq!(value.read(&input), Value::from("1e2"));
        value.numeric = true;
        assert_eq!(value.read(&input), Value::Real(100.0));
        value.place = Place::Method;
        assert_eq!(value.read(&input), Value::from("GET"));
        value.lower = true;
        assert_eq!(value.read(&input), Value::from("get"));
    }
}
