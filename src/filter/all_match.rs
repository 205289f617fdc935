//! Plain operators: where a side has several rows, one must satisfy and none may fail.

use std::collections::BTreeSet;

use super::FilterError;
use super::joins::NodeId;
use super::operand::{Compare, Condition, Operand};
use super::piece::{Piece, Scope, joined};
use super::render::Renderer;

impl Renderer<'_> {
    /// The two halves of a plain comparison of rows that the scope has not: that one satisfies, as a condition, and
    /// that none fails. There is always a row, of NULLs at least: where each satisfies or fails, the first half is
    /// empty.
    pub(super) fn lifted(
        &mut self,
        condition: &Condition,
        scope: &Scope,
    ) -> Result<Option<(Condition, Piece)>, FilterError> {
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

    /// A comparison whose rows the scope has. A plain operator fails if one of several rows does.
    pub(super) fn compare(&mut self, compare: &Compare, scope: &Scope) -> Result<Piece, FilterError> {
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
}
