//! The one error type of the product.
//!
//! Errors have kinds, not statuses: `http/envelope.rs` alone knows which kind is which status. A cause that is
//! nobody's business outside (a disk error, a broken invariant) travels as [`Error::Internal`]: it is logged where
//! it is answered, and never shown.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use indexmap::IndexMap;
use indexmap::map::Entry;
use serde_json::{Map, Value as Json};

/// The result of everything that can fail in Tuckbox.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong, by meaning.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller sent something that cannot be accepted, with a code for each field that is at fault.
    #[error("{}", .0.message)]
    Invalid(Box<Invalid>),
    /// No valid credentials where some are needed. An empty text stands for the default message.
    #[error("unauthorized: {0}")]
    Unauthorized(Cow<'static, str>),
    /// One factor is proven and a second is needed: the id to name with it.
    #[error("a second factor is needed")]
    SecondFactor(String),
    /// Valid credentials, but not for this.
    #[error("forbidden: {0}")]
    Forbidden(Cow<'static, str>),
    /// The thing does not exist, or the caller may not know that it does.
    #[error("not found: {0}")]
    NotFound(Cow<'static, str>),
    /// The record is another one by now than the write was meant for.
    #[error("the record has changed since it was read")]
    Outdated,
    /// The body is over the limit of its route.
    #[error("request entity too large")]
    TooLarge,
    /// More of this waits than may, whoever asks: a moment later there is room.
    #[error("too many of this wait")]
    TooMany,
    /// Somebody asked more often than they may, and must wait so long.
    #[error("asked too often; allowed again in {0:?}")]
    TooOften(Duration),
    /// The server cannot take the request now (a full queue, a shutdown under way).
    #[error("unavailable: {0}")]
    Unavailable(Cow<'static, str>),
    /// A unique index refused a row. `columns` are empty where the engine names none (an expression index).
    #[error("unique constraint failed: {table} ({})", columns.join(", "))]
    Unique {
        /// The table of the index.
        table: String,
        /// The index's columns, in order.
        columns: Vec<String>,
    },
    /// A statement names a table or a column that is not there: the schema that it was built from may be old.
    #[error("{0}")]
    StaleSchema(String),
    /// The engine refused the text of a statement or a change of tables; the text is the engine's.
    #[error("{0}")]
    Engine(String),
    /// Work that took longer than it may.
    #[error("the operation took too long and was stopped")]
    Deadline,
    /// The server cannot start like this; one sentence for the person who starts it.
    #[error("{0}")]
    Setup(String),
    /// A failure of the server's where the contract does not hide it behind the caller's; logged, never shown.
    #[error("the server is at fault: {0:#}")]
    Broken(#[source] anyhow::Error),
    /// One of several requests that stand or fall together failed: which one, and why.
    #[error("request {at} of several failed: {error}")]
    OneOf {
        /// Its place among them.
        at: usize,
        /// What it would have been answered alone.
        error: Box<Error>,
    },
    /// Anything else: logged, never shown.
    #[error("internal error: {0:#}")]
    Internal(#[source] anyhow::Error),
}

/// The content of [`Error::Invalid`].
#[derive(Debug, Clone, Default)]
pub struct Invalid {
    /// One sentence for a person; empty stands for the default message.
    pub message: Cow<'static, str>,
    /// The fields at fault.
    pub fields: FieldErrors,
}

/// Errors by field name, nested where the input is (`fields.3.name`). Keeps the order of insertion.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldErrors(IndexMap<String, FieldError>);

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldError {
    /// A code for programs, a sentence for people, and the values that the sentence speaks of.
    Leaf(Fault),
    /// Errors of the parts of the field.
    Nested(FieldErrors),
}

/// One violated check.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The contract's code, such as `validation_required`.
    pub code: &'static str,
    /// The sentence; its case and final dot are put right where it is answered.
    pub message: String,
    /// The limits or names that the sentence speaks of; not shown when empty.
    pub params: Map<String, Json>,
}

impl Fault {
    /// A fault without parameters.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), params: Map::new() }
    }

    /// The same fault with one more parameter.
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// The message as it stands within a sentence: its first letter in lower case.
    pub fn within_a_sentence(&self) -> String {
        let mut text = self.message.clone();
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        text
    }

    /// `validation_required`: the value may not be the zero value of its type.
    pub fn required() -> Self {
        Self::new("validation_required", "Cannot be blank.")
    }

    /// The fault of a text that has more bytes than it may have.
    pub fn too_long(most: usize) -> Self {
        let message = format!("The length must be no more than {most}.");
        Self::new("validation_length_too_long", message).with("min", 0).with("max", most)
    }
}

impl FieldErrors {
    /// No errors.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is no error.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Records a fault of a field; the first fault of a field stays.
    pub fn add(&mut self, field: impl Into<String>, fault: Fault) {
        self.insert(field.into(), FieldError::Leaf(fault));
    }

    /// Records the errors of a field's parts, if there are any.
    pub fn nest(&mut self, field: impl Into<String>, errors: FieldErrors) {
        if !errors.is_empty() {
            self.insert(field.into(), FieldError::Nested(errors));
        }
    }

    /// Records a fault at a path such as `["passwordAuth", "identityFields"]`.
    pub fn add_at(&mut self, path: &[&str], fault: Fault) {
        match path {
            [] => {}
            [name] => self.add(*name, fault),
            [name, rest @ ..] => {
                if let Some(FieldError::Nested(inner)) = self.0.get_mut(*name) {
                    inner.add_at(rest, fault);
                    return;
                }
                let mut inner = FieldErrors::new();
                inner.add_at(rest, fault);
                self.insert((*name).to_owned(), FieldError::Nested(inner));
            }
        }
    }

    fn insert(&mut self, field: String, error: FieldError) {
        match self.0.entry(field) {
            Entry::Vacant(place) => {
                place.insert(error);
            }
            Entry::Occupied(mut place) => {
                if let (FieldError::Nested(there), FieldError::Nested(new)) = (place.get_mut(), error) {
                    there.merge(new);
                }
            }
        }
    }

    /// Takes over the errors of another set; what is already there stays.
    pub fn merge(&mut self, other: FieldErrors) {
        for (field, error) in other.0 {
            self.insert(field, error);
        }
    }

    /// Takes the error of a field out.
    pub fn remove(&mut self, field: &str) {
        self.0.shift_remove(field);
    }

    /// The error of a field.
    pub fn get(&self, field: &str) -> Option<&FieldError> {
        self.0.get(field)
    }

    /// All errors in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FieldError)> {
        self.0.iter().map(|(key, error)| (key.as_str(), error))
    }

    /// All faults with their paths, such as `fields.3.name`, in the order in which they were found.
    pub fn faults(&self) -> Vec<(String, &Fault)> {
        let mut faults = Vec::new();
        for (name, error) in self.iter() {
            match error {
                FieldError::Leaf(fault) => faults.push((name.to_owned(), fault)),
                FieldError::Nested(inner) => {
                    faults.extend(inner.faults().into_iter().map(|(path, fault)| (format!("{name}.{path}"), fault)));
                }
            }
        }
        faults
    }

    /// `Ok` where there is no error, else [`Error::Invalid`] with this message.
    pub fn into_result(self, message: impl Into<Cow<'static, str>>) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(Error::invalid(message, self)) }
    }
}

impl From<(&str, Fault)> for FieldErrors {
    fn from((field, fault): (&str, Fault)) -> Self {
        let mut errors = Self::new();
        errors.add(field, fault);
        errors
    }
}

impl Error {
    /// The caller's input is at fault, field by field.
    pub fn invalid(message: impl Into<Cow<'static, str>>, fields: FieldErrors) -> Self {
        Self::Invalid(Box::new(Invalid { message: message.into(), fields }))
    }

    /// The caller's input is at fault as a whole; an empty message stands for the default one.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::invalid(message, FieldErrors::new())
    }

    /// The thing does not exist; the default message.
    pub fn not_found() -> Self {
        Self::NotFound(Cow::Borrowed(""))
    }

    /// A broken invariant or a failure of the machine, told in one sentence for the log.
    pub fn internal(message: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self::Internal(anyhow::Error::msg(message))
    }

    /// An error that is the server's own, told as such: what is the caller's doing stays.
    pub fn as_our_fault(self) -> Self {
        match self {
            Self::Internal(cause) => Self::Broken(cause),
            Self::StaleSchema(_) | Self::Engine(_) | Self::Deadline => Self::Broken(anyhow::Error::new(self)),
            other => other,
        }
    }

    /// The same error once more, for another caller who met the same failure or for the same one.
    pub fn for_another(&self) -> Self {
        match self {
            Self::Invalid(invalid) => Self::Invalid(invalid.clone()),
            Self::Forbidden(text) => Self::Forbidden(text.clone()),
            Self::NotFound(text) => Self::NotFound(text.clone()),
            Self::TooOften(wait) => Self::TooOften(*wait),
            Self::Unavailable(text) => Self::Unavailable(text.clone()),
            Self::Deadline => Self::Deadline,
            Self::Outdated => Self::Outdated,
            Self::StaleSchema(text) => Self::StaleSchema(text.clone()),
            Self::Engine(text) => Self::Engine(text.clone()),
            other => Self::internal(other.to_string()),
        }
    }

    /// Whether the answer is the caller's doing rather than ours.
    pub fn is_callers_fault(&self) -> bool {
        match self {
            Self::OneOf { error, .. } => error.is_callers_fault(),
            other => !matches!(other, Self::Broken(_) | Self::Internal(_) | Self::Unavailable(_) | Self::Setup(_)),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}
