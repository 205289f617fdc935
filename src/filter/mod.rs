//! The filter language: text → AST → typed against the schema → SQL condition. A room of its own: it knows the
//! schema and the request as plain data, and neither HTTP nor how records are read.
//!
//! - `lexer`, `parser`, `ast`: text → tree, bounded in size and depth
//! - `resolve`, with `field_path`, `request_path` and `flat_path`: names → rows, columns and parts of the request (`operand`);
//!   what a client may not see is refused here; `sort` does the same for orders
//! - `joins`: the rows beside the tested one, one node a path
//! - `render`, with `comparison`, `all_match`, `tables`, `sets` and `piece`: typed tree → SQL text and placeholders
//! - `outline`, `value`, `fault`: what people are told of a filter: its clauses and their places, the values of
//!   operands, and what is wrong where
//! - `plan`, `request_value`, `time_macro`, `pattern`: placeholders → values of one request

mod all_match;
mod ast;
mod comparison;
mod fault;
mod field_path;
mod flat_path;
mod joins;
mod lexer;
mod operand;
mod outline;
mod parser;
mod pattern;
mod piece;
mod plan;
mod render;
mod request_path;
mod request_value;
mod resolve;
mod sets;
mod sort;
mod tables;
mod time_macro;
mod value;

pub use fault::{FilterFault, find_fault};
pub use outline::{Clause, ClauseKind, outline};
pub use value::{Shown, value_of};

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::context::RequestContext;
use crate::schema::{CollectionRef, Schema};
use crate::store::{Value, expression};

use operand::Condition;
use piece::Piece;
use plan::Plan;
use render::{Extent, Renderer};
use resolve::Resolver;
use sort::{SortKey, SortTerm};

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

impl<'a> Input<'a> {
    /// A request with what it sent.
    pub fn of(context: &'a RequestContext) -> Self {
        Self { context, body: context.body() }
    }
}

/// How far the filter and the sort of whoever asks reach. Rules reach everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// Not to hidden fields and what is another's, and not to `@request.` and `@collection.`.
    Client,
    /// A superuser who listens to changes: everywhere but to hidden fields.
    Listener,
    /// Everywhere.
    Superuser,
}

impl Asker {
    /// Whoever makes a request.
    pub fn of(context: &RequestContext) -> Self {
        if context.is_superuser() { Self::Superuser } else { Self::Client }
    }
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
    /// A client's filter; the `asker` says how far it reaches.
    pub filter: Option<&'a str>,
    /// A client's sort, with the same reach.
    pub sort: Option<&'a str>,
    /// Who asks.
    pub asker: Asker,
    /// Whether the rows are one candidate that is not stored yet (a create rule): back-relations fail, and
    /// `:changed` is false. The FROM clause then has a sub-select of that name; its columns need no types.
    pub candidate: bool,
    /// Whether all rows of the collection are asked about, not a few that are named: what can be known of related rows
    /// is then found out once, and the condition has a form for counts.
    pub whole: bool,
    /// The request that the conditions speak of.
    pub input: Input<'a>,
}

/// Compiled conditions: stable SQL text, and what to bind for each request.
///
/// The whole is used as `SELECT … FROM "table" {joins} WHERE {condition} ORDER BY {order}`.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// LEFT JOINs, or empty. They never multiply rows: several rows are asked about in sub-queries.
    pub joins: String,
    /// The condition, or empty.
    pub condition: String,
    /// The terms of the order, or empty.
    pub order: String,
    /// Joins and condition as they are best where all rows are counted, if that is another form.
    pub counting: Option<Counting>,
    /// Whether the answer depends on more than the tables and the request: time or chance.
    pub volatile: bool,
    /// The tables that are read, the collection's own included, each once.
    pub tables: Vec<String>,
    /// Whether one of them is a view, whose rows may be long work to find.
    pub reads_views: bool,
    plan: Plan,
}

/// The form of a condition that counts all rows; it holds for the same ones.
#[derive(Debug, Clone)]
pub struct Counting {
    /// As in [`Compiled`], for the same values.
    pub joins: String,
    /// The condition.
    pub condition: String,
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
    /// For the placeholders of the condition of `counting`.
    pub counting: Vec<Value>,
}

/// How long a client's filter may be, in bytes.
const MAX_FILTER_BYTES: usize = 3500;

/// The realms of the three texts: rows that can be several are a text's own. Those of list rules come behind.
const RULE: usize = 0;
const CLIENT: usize = 1;
const LIST_RULES: usize = 2;

/// Compiles rule, filter and sort.
///
/// # Errors
/// What is wrong with the first of them that is wrong.
pub fn compile(request: &Request<'_>) -> Result<Compiled, FilterError> {
    compile_by(request, Resolver::new(request))
}

/// Compiles filter and sort over rows that are no records: there are their columns and paths in their JSON, and neither
/// relations nor modifiers nor a request to speak of.
///
/// # Errors
/// As [`compile`].
pub fn compile_flat(request: &Request<'_>) -> Result<Compiled, FilterError> {
    compile_by(request, Resolver::flat(request))
}

fn compile_by(request: &Request<'_>, mut resolver: Resolver<'_>) -> Result<Compiled, FilterError> {
    let given = |text: Option<&'_ str>| text.is_some_and(|text| !text.is_empty());
    let filter = request.filter.filter(|_| given(request.filter));
    let sort = request.sort.filter(|_| given(request.sort));
    if request.asker == Asker::Client {
        for text in [filter, sort].into_iter().flatten() {
            refuse_reserved(text)?;
        }
    }
    if filter.is_some_and(|text| text.len() > MAX_FILTER_BYTES) {
        return Err(FilterError::Invalid(format!("a filter has {MAX_FILTER_BYTES} bytes at most")));
    }

    let mut conditions = Vec::new();
    if let Some(rule) = request.rule.filter(|rule| !rule.is_empty()) {
        conditions.push(resolver.condition(rule, &resolver.view(RULE))?);
    }
    let client = resolver.view_of(request.asker, CLIENT);
    if let Some(filter) = filter {
        conditions.push(resolver.condition(filter, &client)?);
    }
    let terms = sort.map(|sort| resolver.sort(sort, &client)).transpose()?.unwrap_or_default();
    let guards = resolver.guards(LIST_RULES)?;
    conditions.extend(guards.iter().map(|(_, guard)| guard.clone()));

    let Resolver { tree, shape, volatile, .. } = resolver;
    let mut renderer = Renderer::new(&tree, &guards, request.input, request.candidate, shape);
    let alone = matches!(conditions.as_slice(), [Condition::Compare(_)]);
    let whole = Condition::All(conditions);
    let render = |renderer: &mut Renderer<'_>, extent: Extent| {
        renderer.restart(extent, alone);
        let (joins, scope) = renderer.outer_joins(&whole)?;
        let condition = match &whole {
            Condition::All(parts) if parts.is_empty() => Piece::default(),
            condition => renderer.condition(condition, &scope)?,
        };
        Ok::<_, FilterError>((joins, scope, condition))
    };
    // forms that are fast only have more joins, and must not make a condition too long
    let fast = |renderer: &mut Renderer<'_>, extent| if request.whole { render(renderer, extent).ok() } else { None };
    let counting = fast(&mut renderer, Extent::Count);
    let (joins, scope, condition) = match fast(&mut renderer, Extent::Page) {
        Some(page) => page,
        None => render(&mut renderer, Extent::Few)?,
    };
    let counting = counting.filter(|(_, _, form)| form.text != condition.text);
    let mut order = Piece::default();
    // What a view answers was inserted nowhere.
    let counts = |term: &&SortTerm| !(request.collection.is_view() && matches!(term.by, SortKey::Insertion));
    for term in terms.iter().filter(counts) {
        order.push(if order.text.is_empty() { "" } else { ", " });
        let direction = if term.descending { "DESC" } else { "ASC" };
        let plain = |by: &str| Piece::text(format!("{by} {direction}"));
        order.append(match &term.by {
            SortKey::Random => plain(expression::RANDOM),
            SortKey::Insertion => plain(&expression::insertion_order(&request.collection.name)),
            SortKey::Operand(operand) => renderer.order(operand, direction, &scope)?,
        });
    }

    let mut tables: Vec<String> = tree.all().iter().map(|node| node.collection.name.clone()).collect();
    tables.sort_unstable();
    tables.dedup();
    let reads_views = tree.all().iter().any(|node| node.collection.is_view());
    let shape = renderer.shape;
    Ok(Compiled {
        joins: joins.text,
        condition: condition.text,
        order: order.text,
        volatile,
        tables,
        reads_views,
        plan: Plan {
            joins: joins.slots,
            condition: condition.slots,
            order: order.slots,
            counting: counting.as_ref().map(|(_, _, condition)| condition.slots.clone()).unwrap_or_default(),
            shape,
        },
        counting: counting.map(|(joins, _, condition)| Counting { joins: joins.text, condition: condition.text }),
    })
}

/// A client's text may not even mention what only rules and superusers may speak of, inside of quotes neither.
fn refuse_reserved(text: &str) -> Result<(), FilterError> {
    if text.contains("@collection.") {
        return Err(FilterError::Forbidden(Cow::Borrowed("Only superusers can filter by @collection.")));
    }
    if text.contains("@request.") {
        return Err(FilterError::Forbidden(Cow::Borrowed("Only superusers can filter by @request.")));
    }
    Ok(())
}

impl Compiled {
    /// The values for a request, or `None` where the request has another shape than the one that this was compiled
    /// for (an operand is empty here and was not there) and must be compiled anew.
    pub fn bind(&self, input: &Input<'_>) -> Option<Bound> {
        self.plan.bind(input)
    }
}

/// Whether a rule parses and resolves, for saving it: a guest's request, hidden fields allowed.
pub fn check_rule(schema: &Schema, collection: &CollectionRef, rule: &str) -> Result<(), FilterError> {
    if rule.is_empty() {
        return Ok(());
    }
    let (context, body) = (RequestContext::guest(), Map::new());
    let input = Input { context: &context, body: &body };
    let request = Request {
        schema,
        collection,
        rule: Some(rule),
        filter: None,
        sort: None,
        asker: Asker::Client,
        candidate: false,
        whole: false,
        input,
    };
    compile(&request).map(|_| ())
}
