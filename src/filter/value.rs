//! The value of one operand, to show it: compiled as the operands of conditions are.

use std::collections::BTreeSet;

use super::joins::{NodeId, Tree};
use super::operand::{Condition, Expression, Operand};
use super::parser;
use super::piece::Piece;
use super::plan::{Form, Plan};
use super::render::Renderer;
use super::resolve::Resolver;
use super::tables::own_alias;
use super::{CLIENT, Compiled, FilterError, RULE, Request};
use crate::schema::FieldKind;
use crate::store::expression;

/// How many of several rows' values are shown.
const MOST: usize = 20;

/// What is known of an operand.
#[derive(Debug, Clone)]
pub enum Shown {
    /// A password or a token key, which is shown to nobody.
    Secret,
    /// What to ask for: the value stands in the place of the condition.
    One(Box<Compiled>),
    /// As [`Shown::One`], a JSON array of the values in several rows.
    Several(Box<Compiled>),
}

/// Compiles an operand; it is a rule's where the request has a rule.
///
/// # Errors
/// What is wrong with it, without a word about its place.
pub fn value_of(request: &Request<'_>, operand: &str) -> Result<Shown, FilterError> {
    let mut resolver = Resolver::new(request);
    let view = match request.rule {
        Some(_) => resolver.view(RULE),
        None => resolver.view_of(request.asker, CLIENT),
    };
    let term = parser::parse_operand(operand)?;
    let operand = resolver.term(&term, &view).map_err(FilterError::Invalid)?;
    let Resolver { tree, shape, volatile, .. } = resolver;
    if is_secret(&operand, &tree) {
        return Ok(Shown::Secret);
    }
    let mut renderer = Renderer::new(&tree, &[], request.input, request.candidate, shape);
    let (joins, scope) = renderer.outer_joins(&Condition::All(Vec::new()))?;
    let mut nodes = Vec::new();
    operand.nodes(&mut nodes);
    let rows: BTreeSet<NodeId> = nodes.iter().flat_map(|&node| tree.multiples(node)).collect();
    let value = if rows.is_empty() {
        renderer.operand(&operand, Form::AsIs, &scope)?
    } else {
        let needed = renderer.joins_for(&rows, &nodes, &scope);
        let mut inner = scope.clone();
        needed.iter().for_each(|&node| inner.add(node, own_alias(node), false));
        let value = renderer.operand(&operand, Form::AsIs, &inner)?;
        let needed: Vec<_> = needed.iter().map(|&node| (node, false, &inner)).collect();
        let query = renderer.select(value.within(expression::named_value), &needed, Piece::text("TRUE"))?;
        query.within(|query| expression::values_of(query, MOST))
    };
    let mut tables: Vec<String> = tree.all().iter().map(|node| node.collection.name.clone()).collect();
    tables.sort_unstable();
    tables.dedup();
    let compiled = Box::new(Compiled {
        joins: joins.text,
        condition: value.text,
        order: String::new(),
        counting: None,
        volatile,
        tables,
        reads_views: tree.all().iter().any(|node| node.collection.is_view()),
        plan: Plan { joins: joins.slots, condition: value.slots, shape: renderer.shape, ..Plan::default() },
    });
    Ok(if rows.is_empty() { Shown::One(compiled) } else { Shown::Several(compiled) })
}

fn is_secret(operand: &Operand, tree: &Tree) -> bool {
    matches!(operand, Operand::Expression(found) if reads_secret(found, tree))
}

fn reads_secret(found: &Expression, tree: &Tree) -> bool {
    match found {
        Expression::Column(node, name, _) => {
            let collection = &tree.node(*node).collection;
            let password = collection.field(name).is_some_and(|field| matches!(field.kind, FieldKind::Password(_)));
            password || (collection.is_auth() && name == "tokenKey")
        }
        Expression::Lower(inner) => reads_secret(inner, tree),
        Expression::Distance(arguments) => arguments.iter().any(|one| is_secret(one, tree)),
        Expression::FormatTime(arguments) => arguments.iter().any(|one| is_secret(one, tree)),
        Expression::Json(..) | Expression::Length(..) | Expression::Element(_) | Expression::Changed(..) => false,
    }
}
