//! Whether a filter or a rule can be used, told while it is typed.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::Collections;
use crate::context::RequestContext;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::filter::{self, Asker, Input};

/// What is said of a filter or a rule.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// Whether it can be used.
    pub ok: bool,
    /// What is wrong, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where that begins, in UTF-16 units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<usize>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<usize>,
}

impl Collections {
    /// Checks the `filter` of a superuser, or the `rule` of an `operation`, over a collection's records.
    ///
    /// # Errors
    /// `NotFound` for an unknown collection; `Invalid` where neither is given, or both are.
    pub fn check_filter(&self, collection: &str, body: &Map<String, Json>) -> Result<Checked> {
        let schema = self.schema.current();
        let collection = schema.find(collection).ok_or_else(Error::not_found)?;
        let (filter, rule) = (text(body, "filter")?, text(body, "rule")?);
        if filter.is_some() == rule.is_some() {
            return Err(refused("filter", Fault::new("validation_invalid_value", "Send either a filter or a rule.")));
        }
        if rule.is_some() && matches!(text(body, "operation")?, Some("auth" | "manage")) && !collection.is_auth() {
            let fault = Fault::new("validation_invalid_value", "Only auth collections have such a rule.");
            return Err(refused("operation", fault));
        }
        let (context, sent) = (RequestContext::guest(), Map::new());
        let request = filter::Request {
            schema: &schema,
            collection,
            rule,
            filter,
            sort: None,
            asker: Asker::Superuser,
            candidate: false,
            whole: false,
            input: Input { context: &context, body: &sent },
        };
        let text = filter.or(rule).unwrap_or_default();
        let units = |at: usize| text.get(..at).map(|before| before.encode_utf16().count());
        Ok(match filter::find_fault(&request) {
            None => Checked { ok: true, message: None, from: None, to: None },
            Some(fault) => {
                Checked { ok: false, message: Some(fault.message), from: units(fault.from), to: units(fault.to) }
            }
        })
    }
}

fn text<'b>(body: &'b Map<String, Json>, name: &str) -> Result<Option<&'b str>> {
    match body.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(refused(name, Fault::new("validation_invalid_value", "It is a text."))),
    }
}

fn refused(field: &str, fault: Fault) -> Error {
    let message = "An error occurred while validating the submitted data.";
    Error::invalid(message, FieldErrors::from((field, fault)))
}
