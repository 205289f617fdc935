//! The tables behind the nodes: beside the query itself, in a sub-query, or for the one row of a path.

use std::collections::BTreeSet;

use super::FilterError;
use super::joins::{BASE, NodeId, Reach};
use super::operand::Condition;
use super::piece::{Piece, Scope, joined};
use super::plan::Form;
use super::render::{Extent, Renderer};
use super::sets::Joins;
use crate::store::expression::{self, column};
use crate::store::quoted;

/// How many joins all sub-queries may have together.
const MAX_JOINS: usize = 1000;

fn too_many_tables() -> FilterError {
    FilterError::Invalid("too many collections are joined".to_owned())
}

pub(super) fn own_alias(node: NodeId) -> String {
    format!("_tb_j{node}")
}

impl Renderer<'_> {
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

    /// What must be joined so that these rows, and what hangs on them by single steps, can be named.
    pub(super) fn joins_for(&self, rows: &BTreeSet<NodeId>, used: &[NodeId], scope: &Scope) -> BTreeSet<NodeId> {
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
}
