//! What an item of a batch asks for: a method and an address name one of four actions, and the item is then the request
//! that would do the same alone.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::form::Sent;
use crate::context::{HeaderLookup, Occasion, RequestContext};
use crate::error::{Error, Result};
use crate::http::extract::{decode_pairs, decode_path};
use crate::http::fields::Fields;
use crate::records::{BatchAction, BatchItem, RecordInput};

/// The item for the records' room, and what its sender wants to read of the answer.
pub(super) fn item(outer: &RequestContext, sent: Sent) -> (Result<BatchItem>, Fields) {
    match read(outer, sent) {
        Ok((item, fields)) => (Ok(item), fields),
        Err(error) => (Err(error), Fields::default()),
    }
}

fn read(outer: &RequestContext, sent: Sent) -> Result<(BatchItem, Fields)> {
    let Sent { method, url, body, headers, uploads } = sent;
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let address = Address::read(path).filter(|_| !url.contains('#')).ok_or_else(unknown)?;
    let query =
        decode_pairs(query.as_bytes()).ok_or_else(|| Error::bad_request("The query is not properly encoded."))?;
    let base = RequestContext {
        occasion: Occasion::Batch,
        query: query.into(),
        headers: Arc::new(Headers::over(outer, headers, !uploads.is_empty())),
        ..outer.clone()
    };
    let all = format!("/api/collections/{}/records", address.collection);
    let to = |method: &'static str, id: Option<&str>| RequestContext {
        method: Cow::Borrowed(method),
        path: id.map_or_else(|| all.clone(), |id| format!("{all}/{id}")).into(),
        ..base.clone()
    };
    let fields = Fields::of(base.query_value("fields"))?;
    let (context, action) = match (method.as_str(), address.id) {
        ("POST", None) => (to("POST", None), BatchAction::Create),
        ("PUT", None) => match id_of(&body) {
            id if id.is_empty() => (to("POST", None), BatchAction::Create),
            id => (to("POST", None), BatchAction::Upsert { update: to("PATCH", Some(&id)), id }),
        },
        ("PATCH", Some(id)) => (to("PATCH", Some(&id)), BatchAction::Update(id.into_owned())),
        ("DELETE", Some(id)) => (to("DELETE", Some(&id)), BatchAction::Delete(id.into_owned())),
        _ => return Err(unknown()),
    };
    let input = RecordInput { data: body, uploads };
    Ok((BatchItem { context, collection: address.collection.into_owned(), action, input }, fields))
}

/// There is no such action.
fn unknown() -> Error {
    Error::bad_request("")
}

/// The path of records or of one record.
#[derive(Debug, PartialEq)]
struct Address<'u> {
    collection: Cow<'u, str>,
    id: Option<Cow<'u, str>>,
}

impl<'u> Address<'u> {
    fn read(path: &'u str) -> Option<Self> {
        let mut segments = path.strip_prefix("/api/collections/")?.split('/');
        let (collection, records, id, rest) = (segments.next()?, segments.next()?, segments.next(), segments.next());
        if collection.is_empty() || records != "records" || id == Some("") || rest.is_some() {
            return None;
        }
        let id = match id {
            Some(id) => Some(decode_path(id)?),
            None => None,
        };
        Some(Self { collection: decode_path(collection)?, id })
    }
}

/// The id in a body, as text.
fn id_of(body: &Map<String, Json>) -> String {
    match body.get("id") {
        Some(Json::String(id)) => id.clone(),
        Some(other @ (Json::Number(_) | Json::Bool(_))) => other.to_string(),
        _ => String::new(),
    }
}

/// The headers of an item, laid over those of the request that brought it.
struct Headers {
    outer: Arc<dyn HeaderLookup>,
    /// By their names in snake case.
    own: HashMap<String, String>,
}

impl Headers {
    /// Who asks is said by the outer request alone, and the type is that of the item's body.
    fn over(outer: &RequestContext, headers: Vec<(String, String)>, has_files: bool) -> Self {
        let in_snake_case = |(name, value): (String, String)| (name.to_ascii_lowercase().replace('-', "_"), value);
        let mut own: HashMap<String, String> = headers.into_iter().map(in_snake_case).collect();
        own.remove("authorization");
        let content_type = if has_files { "multipart/form-data" } else { "application/json" };
        own.insert("content_type".to_owned(), content_type.to_owned());
        Self { outer: Arc::clone(&outer.headers), own }
    }
}

impl HeaderLookup for Headers {
    fn header(&self, snake_case_name: &str) -> Option<Cow<'_, str>> {
        match self.own.get(snake_case_name) {
            Some(value) => Some(Cow::Borrowed(value)),
            // A version is that of one record: the outer request's is meant for none of them.
            None if snake_case_name == "if_match" => None,
            None => self.outer.header(snake_case_name),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(method: &str, url: &str, body: Json) -> Sent {
        let Json::Object(body) = body else { panic!("no object") };
        Sent { method: method.to_owned(), url: url.to_owned(), body, ..Sent::default() }
    }

    /// The action as one line; `-` where there is none.
    fn action(method: &str, url: &str) -> String {
        match read(&RequestContext::guest(), sent(method, url, json!({"id": 5}))) {
            Err(_) => "-".to_owned(),
            Ok((item, _)) => {
                let action = match &item.action {
                    BatchAction::Create => "create".to_owned(),
                    BatchAction::Update(id) => format!("update {id}"),
                    BatchAction::Upsert { id, update } => format!("upsert {id} {}", update.path),
                    BatchAction::Delete(id) => format!("delete {id}"),
                };
                format!("{action} in {}: {} {}", item.collection, item.context.method, item.context.path)
            }
        }
    }

    #[test]
    fn method_and_address_name_an_action() {
        let all = "/api/collections/notes/records";
        for (method, url, expected) in [
            ("POST", all.to_owned(), "create in notes: POST /api/collections/notes/records"),
            ("POST", format!("{all}?expand=a"), "create in notes: POST /api/collections/notes/records"),
            (
                "PUT",
                all.to_owned(),
                "upsert 5 /api/collections/notes/records/5 in notes: POST /api/collections/notes/records",
            ),
            ("PATCH", format!("{all}/r1?a=/b"), "update r1 in notes: PATCH /api/collections/notes/records/r1"),
            ("DELETE", format!("{all}/r%201"), "delete r 1 in notes: DELETE /api/collections/notes/records/r 1"),
            (
                "DELETE",
                "/api/collections/n%C3%B6te/records/1".to_owned(),
                "delete 1 in nöte: DELETE /api/collections/nöte/records/1",
            ),
            ("GET", all.to_owned(), "-"),
            ("GET", format!("{all}/r1"), "-"),
            ("PUT", format!("{all}/r1"), "-"),
            ("PATCH", all.to_owned(), "-"),
            ("POST", format!("{all}/"), "-"),
            ("DELETE", format!("{all}/r1/"), "-"),
            ("DELETE", format!("{all}/r1/x"), "-"),
            ("DELETE", format!("{all}/r1#x"), "-"),
            ("DELETE", format!("{all}/r1?a=1#x"), "-"),
            ("DELETE", format!("{all}/%ff"), "-"),
            ("POST", format!("{all}?a=%"), "-"),
            ("POST", format!("{all}?fields=a:none"), "-"),
            ("POST", "/api/collections//records".to_owned(), "-"),
            ("POST", "api/collections/notes/records".to_owned(), "-"),
            ("POST", "http://localhost/api/collections/notes/records".to_owned(), "-"),
            ("POST", "/api/collections/notes/auth-refresh".to_owned(), "-"),
            ("POST", "/api/batch".to_owned(), "-"),
        ] {
            assert_eq!(action(method, &url), expected, "{method} {url}");
        }
    }

    #[test]
    fn an_upsert_without_an_id_is_a_create() {
        for body in [json!({}), json!({"id": ""}), json!({"id": null}), json!({"id": [1]})] {
            let (item, _) =
                read(&RequestContext::guest(), sent("PUT", "/api/collections/c/records", body)).expect("read");
            assert!(matches!(item.action, BatchAction::Create));
        }
    }

    struct Outer;

    impl HeaderLookup for Outer {
        fn header(&self, name: &str) -> Option<Cow<'_, str>> {
            ["authorization", "x_tag", "content_type", "accept"].contains(&name).then_some(Cow::Borrowed("outer"))
        }
    }

    #[test]
    fn an_items_headers_lie_over_the_outer_ones() {
        let outer = RequestContext { headers: Arc::new(Outer), ..RequestContext::guest() };
        let own = ["AUTHORIZATION", "X-Tag", "Content-type"].map(|name| (name.to_owned(), "own".to_owned()));
        let headers = Headers::over(&outer, own.into(), false);
        let found = ["authorization", "x_tag", "content_type", "accept", "x_none"].map(|name| headers.header(name));
        let found = found.each_ref().map(|value| value.as_deref().unwrap_or("-"));
        assert_eq!(found, ["outer", "own", "application/json", "outer", "-"]);
    }
}
