//! What is asked about a rule.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::Verdict;
use crate::context::HeaderLookup;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::Collection;

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    List,
    View,
    Create,
    Update,
    Delete,
    Auth,
    Manage,
}

/// On whose behalf.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asker {
    Guest,
    Superuser,
    Record { collection: String, id: String },
}

/// A question, checked.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) operation: Operation,
    /// The rule: the one that was sent, or else the collection's. `None` admits superusers alone.
    pub(super) rule: Option<String>,
    pub(super) caller: Asker,
    pub(super) record: Option<String>,
    pub(super) body: Map<String, Json>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Given,
}

/// Headers by their names in snake case.
#[derive(Debug, Clone, Default)]
pub(super) struct Given(Vec<(String, String)>);

impl HeaderLookup for Given {
    fn header(&self, snake_case_name: &str) -> Option<Cow<'_, str>> {
        self.0.iter().find(|(name, _)| name == snake_case_name).map(|(_, value)| Cow::Borrowed(value.as_str()))
    }
}

impl Operation {
    const ALL: [(&'static str, Self); 7] = [
        ("list", Self::List),
        ("view", Self::View),
        ("create", Self::Create),
        ("update", Self::Update),
        ("delete", Self::Delete),
        ("auth", Self::Auth),
        ("manage", Self::Manage),
    ];

    /// The rule that a collection has for it.
    fn rule(self, collection: &Collection) -> Option<String> {
        let auth = collection.auth();
        match self {
            Self::List => collection.list_rule.clone(),
            Self::View => collection.view_rule.clone(),
            Self::Create => collection.create_rule.clone(),
            Self::Update => collection.update_rule.clone(),
            Self::Delete => collection.delete_rule.clone(),
            Self::Auth => auth.and_then(|auth| auth.auth_rule.clone()),
            Self::Manage => auth.and_then(|auth| auth.manage_rule.clone()),
        }
    }

    pub(super) fn method(self) -> &'static str {
        match self {
            Self::List | Self::View => "GET",
            Self::Create | Self::Auth => "POST",
            Self::Update | Self::Manage => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The answer where it is allowed.
    pub(super) fn allowed(self) -> Verdict {
        if self == Self::Delete { Verdict::Done } else { Verdict::Answered }
    }

    /// The answer where a rule says no.
    pub(super) fn refused(self) -> Verdict {
        match self {
            Self::List => Verdict::Answered,
            Self::Create => Verdict::Invalid,
            Self::Auth | Self::Manage => Verdict::Forbidden,
            Self::View | Self::Update | Self::Delete => Verdict::NotFound,
        }
    }

    pub(super) fn permission(self, one: bool) -> &'static str {
        match self {
            Self::List if one => "The record is in the list.",
            Self::List => "The list has the records that satisfy the rule.",
            Self::View => "The record is answered.",
            Self::Create => "The record is created, if its fields are valid.",
            Self::Update => "The record is updated, if its fields are valid.",
            Self::Delete => "The record is deleted, if nothing requires it.",
            Self::Auth => "The account is let in.",
            Self::Manage => "The caller is a manager of the account.",
        }
    }

    pub(super) fn refusal(self) -> &'static str {
        match self {
            Self::List => "The record is left out of the list.",
            Self::Create => "Failed to create record.",
            Self::Auth => "The record is not allowed to sign in.",
            Self::Manage => "The caller is no manager of the account.",
            Self::View | Self::Update | Self::Delete => "The requested resource wasn't found.",
        }
    }
}

impl Question {
    pub(super) fn of(collection: &Collection, body: &Map<String, Json>) -> Result<Self> {
        let operation = operation(collection, body)?;
        let record = text(body, "record")?.filter(|id| !id.is_empty());
        let needs_one = !matches!(operation, Operation::List | Operation::Create);
        if needs_one && record.is_none() {
            return Err(refused("record", Fault::required()));
        }
        let rule = match body.get("rule") {
            None => operation.rule(collection),
            Some(Json::Null) => None,
            Some(Json::String(rule)) => Some(rule.clone()),
            Some(_) => return Err(wrong("rule", "The rule is a text or null.")),
        };
        // An empty manage rule makes nobody a manager.
        let rule = rule.filter(|rule| operation != Operation::Manage || !rule.is_empty());
        let headers = pairs(body, "headers")?;
        let in_snake_case = |(name, value): (String, String)| (name.to_ascii_lowercase().replace('-', "_"), value);
        Ok(Self {
            operation,
            rule,
            caller: caller(body)?,
            record: record.filter(|_| operation != Operation::Create),
            body: object(body, "body")?,
            query: pairs(body, "query")?,
            headers: Given(headers.into_iter().map(in_snake_case).collect()),
        })
    }
}

fn operation(collection: &Collection, body: &Map<String, Json>) -> Result<Operation> {
    let Some(name) = text(body, "operation")? else { return Err(refused("operation", Fault::required())) };
    let found = Operation::ALL.into_iter().find(|(word, _)| *word == name).map(|(_, operation)| operation);
    let unknown = || wrong("operation", "It is one of list, view, create, update, delete, auth and manage.");
    match found.ok_or_else(unknown)? {
        Operation::Auth | Operation::Manage if !collection.is_auth() => {
            Err(wrong("operation", "Only auth collections have such a rule."))
        }
        Operation::Create | Operation::Update | Operation::Delete if collection.is_view() => {
            Err(wrong("operation", "The records of a view cannot be written."))
        }
        operation => Ok(operation),
    }
}

fn caller(body: &Map<String, Json>) -> Result<Asker> {
    match body.get("caller") {
        None | Some(Json::Null) => Ok(Asker::Guest),
        Some(Json::String(word)) if word == "superuser" => Ok(Asker::Superuser),
        Some(Json::Object(named)) => match (named.get("collection"), named.get("id")) {
            (Some(Json::String(collection)), Some(Json::String(id))) => {
                Ok(Asker::Record { collection: collection.clone(), id: id.clone() })
            }
            _ => Err(wrong("caller", "An account has a collection and an id.")),
        },
        Some(_) => Err(wrong("caller", "The caller is null, \"superuser\" or an account.")),
    }
}

fn text(body: &Map<String, Json>, name: &str) -> Result<Option<String>> {
    match body.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(name, "It is a text.")),
    }
}

fn object(body: &Map<String, Json>, name: &str) -> Result<Map<String, Json>> {
    match body.get(name) {
        None | Some(Json::Null) => Ok(Map::new()),
        Some(Json::Object(object)) => Ok(object.clone()),
        Some(_) => Err(wrong(name, "It is an object.")),
    }
}

/// Names with texts.
fn pairs(body: &Map<String, Json>, name: &str) -> Result<Vec<(String, String)>> {
    let shown = |value: Json| match value {
        Json::String(text) => text,
        other => other.to_string(),
    };
    Ok(object(body, name)?.into_iter().map(|(name, value)| (name, shown(value))).collect())
}

fn wrong(field: &str, message: &'static str) -> Error {
    refused(field, Fault::new("validation_invalid_value", message))
}

/// A question that makes no sense.
pub(super) fn refused(field: &str, fault: Fault) -> Error {
    let message = "An error occurred while validating the submitted data.";
    Error::invalid(message, FieldErrors::from((field, fault)))
}
