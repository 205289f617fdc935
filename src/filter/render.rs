//! Typed tree → SQL. Text is put together from fixed text, quoted names and placeholders, never from a value.
//!
//! Rows that can be several are asked about in EXISTS sub-queries, as deep in the condition as their uses allow, so
//! that the query itself never yields a record twice. A plain operator asks twice: whether a row satisfies, and
//! whether none fails.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::joins::{BASE, NodeId, Reach, Tree};
use super::operand::{Compare, Condition, Operand};
use super::piece::{Piece, Scope};
use super::plan::{Form, Shape, Source, is_empty};
use super::sets::Joins;
use super::{FilterError, Input};
use crate::store::expression::{self, column};
use crate::store::quoted;

/// How many joins all sub-queries may have together.
const MAX_JOINS: usize = 1000;

/// How deep sub-queries may stand in each other: engines bound the depth of an expression.
const MAX_DEPTH: usize = 10;

/// From how many pieces on a row of them is halved.
const LONG_ROW: usize = 16;

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
    guards: &'a [(NodeId, Condition)],
    pub(super) extent: Extent,
    /// Whether the whole condition is one comparison.
    pub(super) alone: bool,
    pub(super) joins: usize,
    pub(super) depth: usize,
}

fn too_many_tables() -> FilterError {
    FilterError::Invalid("too many collections are joined".to_owned())
}

pub(super) fn own_alias(node: NodeId) -> String {
    format!("_tb_j{node}")
}

/// Pieces in brackets with a word between them; a single one as it is. Long rows are halved, because engines read a
/// row as a tree that leans to one side, and bound its depth.
fn joined(mut pieces: Vec<Piece>, word: &str) -> Piece {
    if pieces.len() == 1 {
        return pieces.remove(0);
    }
    if pieces.len() > LONG_ROW {
        let second = pieces.split_off(pieces.len() / 2);
        return joined(vec![joined(pieces, word), joined(second, word)], word);
    }
    let mut out = Piece::text("(");
    for (at, piece) in pieces.into_iter().enumerate() {
        if at > 0 {
            out.push(word);
        }
        out.append(piece);
    }
    out.push(")");
    out
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

    /// The joins of the query itself, and the scope that they make. Of many rows, those without a joined one are left
    /// out where the condition cannot hold for them; the engine may then begin at the joined table.
    pub(super) fn outer_joins(&mut self, condition: &Condition) -> Result<(Piece, Scope), FilterError> {
        let mut scope = Scope::default();
        scope.add(BASE, self.tree.node(BASE).collection.name.clone(), true);
        let mut joins = Piece::default();
        for node in self.tree.ids().filter(|&id| id != BASE && self.tree.is_outer(id)) {
            let joined = self.extent == Extent::Page || (self.extent == Extent::Count && !self.alone);
            let needed = joined && self.is_never_true_without(node, condition);
            scope.add(node, own_alias(node), needed);
            self.joins += 1;
            if self.joins > expression::MAX_JOINED_TABLES {
                return Err(too_many_tables());
            }
            for (table, on) in self.join(node, &scope) {
                joins.push(if joins.text.is_empty() { "" } else { " " });
                joins.push(if needed { "JOIN " } else { "LEFT JOIN " });
                joins.append(table).push(" ON ").append(on);
            }
        }
        Ok((joins, scope))
    }

    /// The tables of a node and what each is joined on. Its own alias and its parent's are in the scope.
    fn join(&self, node: NodeId, scope: &Scope) -> Vec<(Piece, Piece)> {
        let here = self.tree.node(node);
        let alias = scope.alias(node).unwrap_or_default();
        let parent = here.parent.and_then(|parent| scope.alias(parent)).unwrap_or_default();
        let table = Piece::text(format!("{} AS {}", quoted(&here.collection.name), quoted(alias)));
        let id = || column(alias, "id");
        let on_true = || Piece::text("TRUE");
        match &here.reach {
            Reach::Base | Reach::All(_) => vec![(table, on_true())],
            Reach::Relation(name) => vec![(table, Piece::text(format!("{} = {}", id(), column(parent, name))))],
            Reach::RelationList(name) => {
                let ids = format!("{alias}e");
                let rows = format!("{} AS {}", expression::elements(&column(parent, name)), quoted(&ids));
                let on = format!("{} = {}", id(), column(&ids, expression::ELEMENT));
                vec![(Piece::text(rows), on_true()), (table, Piece::text(on))]
            }
            Reach::Back(name) => {
                vec![(table, Piece::text(format!("{} = {}", column(alias, name), column(parent, "id"))))]
            }
            Reach::BackList(name) => {
                vec![(table, Piece::text(expression::is_element(&column(parent, "id"), &column(alias, name))))]
            }
            Reach::Elements(name) => {
                let rows = format!("{} AS {}", expression::elements(&column(parent, name)), quoted(alias));
                vec![(Piece::text(rows), on_true())]
            }
            Reach::Caller(source) | Reach::Submitted(source) => {
                let mut on = Piece::text(format!("{} = ", id()));
                on.bind(source, Form::AsIs);
                vec![(table, on)]
            }
            Reach::SubmittedList(source) => {
                vec![(table, Piece::bound(expression::is_bound_element(&id()), source))]
            }
            Reach::SubmittedElements(source) => {
                let rows = format!("{} AS {}", expression::BOUND_ELEMENTS, quoted(alias));
                vec![(Piece::bound(rows, source), on_true())]
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

    /// The two halves of a plain comparison of rows that the scope has not: that one satisfies, as a condition, and
    /// that none fails. There is always a row, of NULLs at least: where each satisfies or fails, the first half is
    /// empty.
    fn lifted(&mut self, condition: &Condition, scope: &Scope) -> Result<Option<(Condition, Piece)>, FilterError> {
        let Condition::Compare(compare) = condition else { return Ok(None) };
        let liftable = !compare.any
            && compare.left.is_all_match()
            && compare.right.is_all_match()
            && self.tree.multiples(compare.base).all(|node| scope.has(node));
        if !liftable {
            return Ok(None);
        }
        let Some(none) = self.none_fails(compare, scope)? else { return Ok(None) };
        let satisfied = match self.is_decided(compare) {
            true => Condition::All(Vec::new()),
            false => Condition::Compare(Box::new(Compare { any: true, ..compare.as_ref().clone() })),
        };
        Ok(Some((satisfied, none)))
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

    /// What must be joined so that these rows, and what hangs on them by single steps, can be named.
    fn joins_for(&self, rows: &BTreeSet<NodeId>, used: &[NodeId], scope: &Scope) -> BTreeSet<NodeId> {
        let chains = used.iter().flat_map(|&node| self.tree.chain(node)).filter(|&node| !scope.has(node));
        let ready = |node: NodeId| self.tree.multiples(node).all(|id| rows.contains(&id) || scope.has(id));
        let hangs = |node: NodeId| {
            self.tree.multiples(node).any(|id| rows.contains(&id))
                || rows.iter().any(|&row| self.tree.chain(row).any(|id| id == node))
        };
        chains.filter(|&node| ready(node) && hangs(node)).collect()
    }

    /// `SELECT what FROM joins WHERE condition`. A join is needed where no row can satisfy the condition without it;
    /// its scope names it and its parents.
    pub(super) fn select(&mut self, what: Piece, joins: &Joins<'_>, condition: Piece) -> Result<Piece, FilterError> {
        self.select_from(what, None, joins, condition)
    }

    /// As [`Renderer::select`], with the rows of the first join from elsewhere.
    pub(super) fn select_from(
        &mut self,
        what: Piece,
        from: Option<Piece>,
        joins: &Joins<'_>,
        condition: Piece,
    ) -> Result<Piece, FilterError> {
        self.joins += joins.len();
        if joins.len() * 2 > expression::MAX_JOINED_TABLES || self.joins > MAX_JOINS {
            return Err(too_many_tables());
        }
        let mut out = Piece::text("SELECT ");
        out.append(what).push(" FROM ");
        let mut first_on = None;
        let mut joins = joins;
        if let Some(from) = from {
            out.append(from);
            first_on = Some(Piece::text("TRUE"));
            joins = &joins[1..];
        } else if !joins.first().is_some_and(|(_, needed, _)| *needed) {
            out.push("(SELECT 1)");
            first_on = Some(Piece::text("TRUE"));
        }
        for &(node, needed, scope) in joins {
            for (table, on) in self.join(node, scope) {
                if first_on.is_none() {
                    out.append(table);
                    first_on = Some(on);
                } else {
                    let of_elements = matches!(self.tree.node(node).reach, Reach::RelationList(_)) && on.text != "TRUE";
                    let join = match (needed, of_elements) {
                        (false, _) => "LEFT JOIN",
                        (true, true) => expression::JOIN_IN_ORDER,
                        (true, false) => "JOIN",
                    };
                    out.push(" ").push(join).push(" ").append(table).push(" ON ").append(on);
                }
            }
        }
        let parts: Vec<Piece> = first_on.into_iter().chain([condition]).filter(|part| part.text != "TRUE").collect();
        if !parts.is_empty() {
            out.push(" WHERE ").append(joined(parts, " AND "));
        }
        Ok(out)
    }

    /// A comparison whose rows the scope has. A plain operator fails if one of several rows does.
    fn compare(&mut self, compare: &Compare, scope: &Scope) -> Result<Piece, FilterError> {
        let satisfied = self.comparison(compare, scope, scope)?;
        let none_fails = if compare.any { None } else { self.none_fails(compare, scope)? };
        Ok(joined([satisfied].into_iter().chain(none_fails).collect(), " AND "))
    }

    /// That none of several rows fails; `None` where there are not several. Both sides are searched anew, so that
    /// every pair counts. Rows that a client may not list fail nowhere: it must not learn of them.
    fn none_fails(&mut self, compare: &Compare, scope: &Scope) -> Result<Option<Piece>, FilterError> {
        let left = self.copies(&compare.left, compare.base, scope);
        let right = self.copies(&compare.right, compare.base, scope);
        if left.is_empty() && right.is_empty() {
            return Ok(None);
        }
        let mut scopes = [scope.clone(), scope.clone()];
        let mut joins = Vec::new();
        for (side, nodes) in [left, right].into_iter().enumerate() {
            for node in nodes {
                let present = self.is_never_false_without(node, compare);
                self.joins += 1;
                scopes[side].add(node, format!("_tb_k{}", self.joins), present);
                joins.push((node, present, side));
            }
        }
        let [left, right] = &scopes;
        let mut used = Vec::new();
        compare.nodes(&mut used);
        let mut fails = vec![self.comparison(compare, left, right)?.within(|condition| format!("NOT ({condition})"))];
        for (node, guard) in self.guards.iter().filter(|_| compare.restricted) {
            for &(_, _, side) in joins.iter().filter(|(joined, ..)| joined == node) {
                fails.push(self.condition(guard, [left, right][side])?);
                guard.nodes(&mut used);
            }
        }
        let fails = joined(fails, " AND ");
        let joins: Vec<(NodeId, bool, &Scope)> =
            joins.into_iter().map(|(node, present, side)| (node, present, [left, right][side])).collect();
        let whole = Condition::Compare(Box::new(compare.clone()));
        self.search(&joins, &used, fails, true, std::slice::from_ref(&whole), scope).map(Some)
    }

    /// The nodes of an operand that a plain operator asks for all rows of, seen from the row that the text is about.
    fn copies(&self, operand: &Operand, base: NodeId, scope: &Scope) -> BTreeSet<NodeId> {
        let several = |node: NodeId| {
            let own = self.tree.multiples(node).count();
            own > self.tree.multiples(node).filter(|&id| self.tree.multiples(base).any(|other| other == id)).count()
        };
        let mut nodes = Vec::new();
        if operand.is_all_match() {
            operand.nodes(&mut nodes);
        }
        if !nodes.iter().any(|&node| several(node)) {
            return BTreeSet::new();
        }
        let chains = nodes.into_iter().flat_map(|node| self.tree.chain(node));
        chains.filter(|&node| several(node) || !scope.has(node)).collect()
    }

    /// What is true of the row of a node: under its alias, or else of the only row of a path that begins at the
    /// request, as a sub-query that is run once.
    pub(super) fn at_row(&self, node: NodeId, scope: &Scope, of: impl FnOnce(&str) -> Piece) -> Piece {
        if let Some(alias) = scope.alias(node) {
            return of(alias);
        }
        let mut chain: Vec<NodeId> = self.tree.chain(node).filter(|&id| !scope.has(id)).collect();
        chain.reverse();
        let mut inner = scope.clone();
        chain.iter().for_each(|&id| inner.add(id, own_alias(id), false));
        let mut out = Piece::text("(SELECT ");
        out.append(of(&own_alias(node))).push(" FROM ");
        let mut first_on = None;
        for (table, on) in chain.iter().flat_map(|&id| self.join(id, &inner)) {
            if first_on.is_none() {
                out.append(table);
                first_on = Some(on);
            } else {
                out.push(" LEFT JOIN ").append(table).push(" ON ").append(on);
            }
        }
        out.push(" WHERE ").append(first_on.unwrap_or_else(|| Piece::text("TRUE"))).push(")");
        out
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
