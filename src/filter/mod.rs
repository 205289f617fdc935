//! The filter language: text → AST → typed against the schema → SQL condition. A room of its own: it knows the
//! schema and the request as plain data, and neither HTTP nor how records are read.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::context::RequestContext;
use crate::schema::{CollectionRef, Schema};
use crate::store::Value;

/// Why a filter or a sort cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FilterError {
    /// It does not parse, or does not resolve; one sentence without a final dot, for `validation_invalid_rule`.
    #[error("{0}")]
    Invalid(String),
    /// It speaks of what only superusers may filter by (`@collection.`, `@request.`); the contract's message.
    #[error("{0}")]
    Forbidden(Cow<'static, str>),
}

/// What conditions may read of a request.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// Caller, method, query, headers.
    pub context: &'a RequestContext,
    /// The submitted data: after modifiers, known fields cast to their JSON form, uploads as objects; what was not
    /// sent is absent. Empty where nothing was submitted.
    pub body: &'a Map<String, Json>,
}

/// What is to be compiled: conditions and an order over the rows of one collection.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// All collections.
    pub schema: &'a Schema,
    /// The collection whose rows are asked about. Its table stands in the FROM clause under its own quoted name.
    pub collection: &'a CollectionRef,
    /// A rule: sees everything. `None` and empty mean no condition.
    pub rule: Option<&'a str>,
    /// A client's filter; restricted unless `superuser`.
    pub filter: Option<&'a str>,
    /// A client's sort; restricted unless `superuser`.
    pub sort: Option<&'a str>,
    /// Whether a superuser asks.
    pub superuser: bool,
    /// Whether the rows are one candidate that is not stored yet (a create rule): back-relations fail, and
    /// `:changed` is false.
    pub candidate: bool,
    /// The request that the conditions speak of.
    pub input: Input<'a>,
}

/// Compiled conditions: stable SQL text, and what to bind for each request.
///
/// The whole is used as `SELECT … FROM "table" {joins} WHERE {condition} ORDER BY {order}`.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// LEFT JOINs, or empty.
    pub joins: String,
    /// The condition, or empty.
    pub condition: String,
    /// The terms of the order, or empty.
    pub order: String,
    /// Whether the joins can multiply rows, so that the query must say DISTINCT.
    pub distinct: bool,
    /// Whether the answer depends on more than the tables and the request: time or chance.
    pub volatile: bool,
}

/// The values of one request for a [`Compiled`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bound {
    /// For the placeholders of `joins`.
    pub joins: Vec<Value>,
    /// For the placeholders of `condition`.
    pub condition: Vec<Value>,
    /// For the placeholders of `order`.
    pub order: Vec<Value>,
}

/// Compiles rule, filter and sort.
///
/// # Errors
/// What is wrong with the first of them that is wrong.
pub fn compile(_request: &Request<'_>) -> Result<Compiled, FilterError> {
    todo!()
}

impl Compiled {
    /// The values for a request, or `None` where the request has another shape than the one that this was compiled
    /// for (an operand is empty here and was not there) and must be compiled anew.
    pub fn bind(&self, _input: &Input<'_>) -> Option<Bound> {
        todo!()
    }
}

/// Whether a rule parses and resolves, for saving it: a guest's request, hidden fields allowed.
pub fn check_rule(_schema: &Schema, _collection: &CollectionRef, _rule: &str) -> Result<(), FilterError> {
    todo!()
}
