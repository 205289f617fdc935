//! Typed tree → SQL. Text is put together from fixed text, quoted names and placeholders, never from a value.
//!
//! Rows that can be several are asked about in EXISTS sub-queries, as deep in the condition as their uses allow, so
//! that the query itself never yields a record twice. A plain operator asks twice: whether a row satisfies, and
//! whether none fails.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::joins::{NodeId, Tree};
use super::operand::{Condition, Operand};
use super::piece::{Piece, Scope, joined};
use super::plan::{Form, Shape, Source, is_empty};
use super::tables::own_alias;
use super::{FilterError, Input};
use crate::store::expression::column;
use crate::store::quoted;

/// How deep sub-queries may stand in each other: engines bound the depth of an expression.
const MAX_DEPTH: usize = 10;

/// How many rows are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// A few that are named.
    Few,
    /// All, one after the other, until a page is full.
    Page,
    /// All.
    Count,
}

/// Builds the SQL of one request.
pub(super) struct Renderer<'a> {
    pub(super) tree: &'a Tree,
    pub(super) input: Input<'a>,
    /// The tested row stands in a sub-select, whose columns have lost their types.
    pub(super) candidate: bool,
    pub(super) shape: Shape,
    /// What rows must satisfy that a client reached in collections with a list rule.
    pub(super) guards: &'a [(NodeId, Condition)],
    pub(super) extent: Extent,
    /// Whether the whole condition is one comparison.
    pub(super) alone: bool,
    pub(super) joins: usize,
    pub(super) depth: usize,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(
        tree: &'a Tree,
        guards: &'a [(NodeId, Condition)],
        input: Input<'a>,
        candidate: bool,
        shape: Shape,
    ) -> Self {
        Self { tree, guards, input, candidate, shape, extent: Extent::Few, alone: false, joins: 0, depth: 0 }
    }

    /// Begins anew, for another number of rows.
    pub(super) fn restart(&mut self, extent: Extent, alone: bool) {
        (self.extent, self.alone, self.joins, self.depth) = (extent, alone, 0, 0);
    }

    /// Whether a known value is empty in this request; the text is then for requests that agree.
    pub(super) fn is_empty(&mut self, source: &Source) -> bool {
        match source {
            Source::Constant(value) => is_empty(value),
            Source::Clock(_) => false,
            Source::Request(value) => {
                if let Some((_, empty)) = self.shape.empty.iter().find(|(known, _)| known == value) {
                    return *empty;
                }
                let empty = is_empty(&value.read(&self.input));
                self.shape.empty.push((value.clone(), empty));
                empty
            }
        }
    }

    /// A condition at a place where the rows of the scope can be named.
    pub(super) fn condition(&mut self, condition: &Condition, scope: &Scope) -> Result<Piece, FilterError> {
        match condition {
            Condition::Any(parts) => {
                let parts: Result<Vec<Piece>, _> = parts.iter().map(|part| self.condition(part, scope)).collect();
                Ok(joined(parts?, " OR "))
            }
            Condition::All(parts) => self.all(parts, scope),
            one => self.all(std::slice::from_ref(one), scope),
        }
    }

    /// A comparison, or the absence of a row. Rows that the scope has not are searched for.
    fn single(&mut self, condition: &Condition, scope: &Scope) -> Result<Piece, FilterError> {
        let open = self.open(condition, scope);
        if !open.is_empty() {
            return self.exists(&open, std::slice::from_ref(condition), scope);
        }
        match condition {
            Condition::Compare(compare) => match self.linked(compare, scope)? {
                Some(linked) => Ok(linked),
                None => self.compare(compare, scope),
            },
            Condition::Absent(node) => {
                let id = |alias: &str| Piece::text(format!("{} IS NULL", column(alias, "id")));
                Ok(self.at_row(*node, scope, id))
            }
            joined => self.condition(joined, scope),
        }
    }

    /// The nodes with several rows that a condition reads and that the scope has not.
    fn open(&self, condition: &Condition, scope: &Scope) -> BTreeSet<NodeId> {
        let mut nodes = Vec::new();
        condition.nodes(&mut nodes);
        nodes.iter().flat_map(|&node| self.tree.multiples(node)).filter(|&node| !scope.has(node)).collect()
    }

    /// Conditions that all hold. Those that speak about the same of several rows go into one sub-query; the others
    /// stay outside, where indexes serve them.
    pub(super) fn all(&mut self, parts: &[Condition], scope: &Scope) -> Result<Piece, FilterError> {
        let mut flat = Vec::new();
        flatten(parts, &mut flat);
        // whether a row fails does not depend on the row that satisfies, and need not be asked for each
        let mut none_fails = Vec::new();
        for part in &mut flat {
            if let Some((satisfied, none)) = self.lifted(part, scope)? {
                *part = Cow::Owned(satisfied);
                none_fails.push(none);
            }
        }
        flat.retain(|part| !matches!(part.as_ref(), Condition::All(parts) if parts.is_empty()));
        let open: Vec<BTreeSet<NodeId>> = flat.iter().map(|part| self.open(part, scope)).collect();
        let mut pieces = Vec::new();
        let mut done = vec![false; flat.len()];
        for start in 0..flat.len() {
            if done[start] {
                continue;
            }
            let mut group = vec![start];
            let mut shared = BTreeSet::new();
            done[start] = true;
            let mut next = 0;
            while next < group.len() {
                let member = group[next];
                next += 1;
                for other in 0..flat.len() {
                    let common: Vec<NodeId> = open[member].intersection(&open[other]).copied().collect();
                    if other != member && !common.is_empty() {
                        shared.extend(common);
                        if !std::mem::replace(&mut done[other], true) {
                            group.push(other);
                        }
                    }
                }
            }
            group.sort_unstable();
            if let [only] = group.as_slice() {
                pieces.push(match flat[*only].as_ref() {
                    Condition::Any(_) => self.condition(&flat[*only], scope)?,
                    one => self.single(one, scope)?,
                });
            } else {
                let group: Vec<Condition> = group.iter().map(|&member| flat[member].as_ref().clone()).collect();
                pieces.push(self.exists(&shared, &group, scope)?);
            }
        }
        pieces.extend(none_fails);
        Ok(joined(pieces, " AND "))
    }

    /// Whether there are rows of some nodes for which all conditions hold.
    fn exists(
        &mut self,
        rows: &BTreeSet<NodeId>,
        conditions: &[Condition],
        scope: &Scope,
    ) -> Result<Piece, FilterError> {
        let mut used = Vec::new();
        conditions.iter().for_each(|condition| condition.nodes(&mut used));
        let joins = self.joins_for(rows, &used, scope);
        let mut inner = scope.clone();
        let mut needed = Vec::with_capacity(joins.len());
        for &node in &joins {
            let present = conditions.iter().any(|condition| self.is_never_true_without(node, condition));
            inner.add(node, own_alias(node), present);
            needed.push(present);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(FilterError::Invalid("the conditions on related rows nest too deep".to_owned()));
        }
        let condition = self.all(conditions, &inner)?;
        self.depth -= 1;
        let equal = self.by_equality(&joins, conditions, scope)?;
        let empty = !needed.first().is_some_and(|needed| *needed);
        let rows = joins.first().map(|&root| quoted(&self.tree.node(root).collection.name));
        let joins: Vec<(NodeId, bool, &Scope)> =
            joins.iter().zip(needed).map(|(&node, needed)| (node, needed, &inner)).collect();
        let found = match &equal {
            Some(_) if !empty => Piece::default(),
            _ => self.search(&joins, &used, condition, false, conditions, scope)?,
        };
        Ok(match (equal, rows) {
            (Some(equal), Some(rows)) if empty => {
                let none = format!("NOT EXISTS (SELECT 1 FROM {rows})");
                equal.with(found, |equal, found| format!("({equal} OR ({none} AND {found}))"))
            }
            (Some(equal), _) => equal,
            (None, _) => found,
        })
    }

    /// A term of an order with its direction. Of several rows that the guards let pass, the one counts that comes
    /// first in this order.
    pub(super) fn order(&mut self, operand: &Operand, direction: &str, scope: &Scope) -> Result<Piece, FilterError> {
        let mut nodes = Vec::new();
        operand.nodes(&mut nodes);
        let rows: BTreeSet<NodeId> = nodes.iter().flat_map(|&node| self.tree.multiples(node)).collect();
        if rows.is_empty() {
            return Ok(self.operand(operand, Form::AsIs, scope)?.within(|value| format!("{value} {direction}")));
        }
        let (guarded, guards): (Vec<NodeId>, Vec<Condition>) = self
            .guards
            .iter()
            .filter(|(node, _)| nodes.iter().any(|&used| self.tree.chain(used).any(|id| id == *node)))
            .filter(|(node, _)| !scope.has(*node))
            .cloned()
            .unzip();
        nodes.extend(guarded);
        guards.iter().for_each(|guard| guard.nodes(&mut nodes));
        let joins = self.joins_for(&rows, &nodes, scope);
        let mut inner = scope.clone();
        joins.iter().for_each(|&node| inner.add(node, own_alias(node), false));
        let value = self.operand(operand, Form::AsIs, &inner)?;
        let condition = if guards.is_empty() { Piece::text("TRUE") } else { self.all(&guards, &inner)? };
        let joins: Vec<(NodeId, bool, &Scope)> = joins.iter().map(|&node| (node, false, &inner)).collect();
        Ok(self
            .select(value, &joins, condition)?
            .within(|query| format!("({query} ORDER BY 1 {direction} LIMIT 1) {direction}")))
    }
}

pub(super) fn flatten<'c>(parts: &'c [Condition], out: &mut Vec<Cow<'c, Condition>>) {
    for part in parts {
        match part {
            Condition::All(inner) => flatten(inner, out),
            other => out.push(Cow::Borrowed(other)),
        }
    }
}
