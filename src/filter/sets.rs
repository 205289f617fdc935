//! Related rows as sets. Where all rows of a collection are asked about, looking at the related rows of each is dear:
//! what they must satisfy mostly does not depend on the row at hand, so that those that satisfy it can be found once,
//! as the set of their ids, and each row only asks the set.
//!
//! ```text
//! walk  EXISTS (SELECT 1 FROM json_each(posts.tags) e JOIN tags t ON t.id = e.value WHERE t.name = ?)
//! set   EXISTS (SELECT 1 FROM json_each(posts.tags) e WHERE e.value IN (SELECT t.id FROM tags t WHERE t.name = ?))
//! ```
//!
//! A set is made whole before the first row can be answered. A page that ends early is therefore better off with the
//! walk, unless the set is small or an index finds it; a count is not.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::FilterError;
use super::ast::Operator;
use super::joins::{BASE, NodeId, Reach, Tree};
use super::operand::{Compare, Condition, Expression, Operand};
use super::piece::{Piece, Scope};
use super::render::{Extent, Renderer, flatten};
use super::tables::own_alias;
use crate::schema::FieldKind;
use crate::store::expression::{self, column};
use crate::store::quoted;

/// Up to how many rows of the target a page makes a set of them without need.
const SMALL: usize = 10_000;

/// What a search joins, in order: the node, whether no row can be found without it, and the names at that place.
pub(super) type Joins<'s> = [(NodeId, bool, &'s Scope)];

/// How related rows are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From each row to its related ones.
    Walk,
    /// By a set that is found once.
    Set,
    /// By a set if the table that it is from is small.
    SetIfSmall,
}

impl Renderer<'_> {
    /// Whether there are joined rows for which a condition holds, or, `negated`, that there are none. `used` are the
    /// nodes that the condition reads. `conditions` all hold of the rows that are searched for; `negated`, they do not.
    pub(super) fn search(
        &mut self,
        joins: &Joins<'_>,
        used: &[NodeId],
        condition: Piece,
        negated: bool,
        conditions: &[Condition],
        outer: &Scope,
    ) -> Result<Piece, FilterError> {
        let root = self.root_of_set(joins, used, outer);
        let way = root.map_or(Way::Walk, |root| self.way(root, joins, negated, conditions));
        let walk = |this: &mut Self, condition: Piece| {
            let not = if negated { "NOT " } else { "" };
            let query = this.select(Piece::text("1"), joins, condition)?;
            Ok(query.within(|query| format!("{not}EXISTS ({query})")))
        };
        match (way, root) {
            (Way::Set, Some(root)) => self.by_set(root, joins, condition, negated, outer),
            (Way::SetIfSmall, Some(root)) => {
                let table = &self.tree.node(root).collection.name;
                let small = expression::has_at_most(&quoted(table), SMALL);
                let mut out = Piece::text(format!("CASE WHEN {small} THEN "));
                out.append(self.by_set(root, joins, condition.clone(), negated, outer)?).push(" ELSE ");
                out.append(walk(self, condition)?).push(" END");
                Ok(out)
            }
            _ => walk(self, condition),
        }
    }

    /// The node that all joined rows are reached through, if nothing that is read depends on the row at hand but by it.
    fn root_of_set(&self, joins: &Joins<'_>, used: &[NodeId], outer: &Scope) -> Option<NodeId> {
        let &(root, ..) = joins.first()?;
        let node = self.tree.node(root);
        let found =
            matches!(node.reach, Reach::Relation(_) | Reach::RelationList(_) | Reach::Back(_) | Reach::BackList(_));
        let through = |id: NodeId| self.tree.chain(id).any(|id| id == root);
        let free = |id: NodeId| {
            let of_request = self.tree.chain(id).last().is_some_and(|last| last != BASE);
            of_request && self.tree.chain(id).all(|id| !outer.has(id))
        };
        let fits = found
            && node.parent.is_some_and(|parent| outer.has(parent))
            && joins.iter().all(|&(id, ..)| through(id))
            && used.iter().all(|&id| through(id) || free(id));
        fits.then_some(root)
    }

    fn way(&self, root: NodeId, joins: &Joins<'_>, negated: bool, conditions: &[Condition]) -> Way {
        let needed = joins.first().is_some_and(|(_, needed, _)| *needed);
        let back = matches!(self.tree.node(root).reach, Reach::Back(_));
        match (self.extent, &self.tree.node(root).reach) {
            // no index finds a list that holds an id, and each row would walk through all of them
            (_, Reach::BackList(_)) => Way::Set,
            (Extent::Few, _) => Way::Walk,
            // an index finds the few rows that point to one, and the first of them mostly tells
            _ if back && !conditions.iter().any(|one| is_selective(one, negated)) => Way::Walk,
            (Extent::Count, _) => Way::Set,
            _ if !needed => Way::Walk,
            _ if !negated && conditions.iter().any(|one| self.is_indexed(root, one)) => Way::Set,
            _ if self.depth == 0 && !back => Way::SetIfSmall,
            _ => Way::Walk,
        }
    }

    /// Whether an index finds the rows of a node for which a condition holds.
    fn is_indexed(&self, node: NodeId, condition: &Condition) -> bool {
        let Condition::Compare(compare) = condition else { return false };
        let column = match (&compare.left, &compare.right) {
            _ if compare.op != Operator::Equal => return false,
            (Operand::Expression(Expression::Column(at, name, _)), Operand::Known(_))
            | (Operand::Known(_), Operand::Expression(Expression::Column(at, name, _)))
                if *at == node =>
            {
                name
            }
            _ => return false,
        };
        self.has_index(node, column)
    }

    /// Whether an index begins with a column.
    fn has_index(&self, node: NodeId, column: &str) -> bool {
        let collection = &self.tree.node(node).collection;
        let related = collection
            .field(column)
            .is_some_and(|field| matches!(field.kind, FieldKind::Relation(_)) && !field.is_multiple());
        let begins = |name: &str| {
            collection.parsed_indexes().any(|index| {
                index.condition.is_empty()
                    && index.columns.first().is_some_and(|one| one.name.eq_ignore_ascii_case(name))
            })
        };
        column == "id" || related || begins(column)
    }

    /// As [`Renderer::search`], by a set.
    fn by_set(
        &mut self,
        root: NodeId,
        joins: &Joins<'_>,
        condition: Piece,
        negated: bool,
        outer: &Scope,
    ) -> Result<Piece, FilterError> {
        let node = self.tree.node(root);
        let (_, needed, scope) = joins[0];
        let alias = scope.alias(root).unwrap_or_default();
        let parent = node.parent.and_then(|parent| outer.alias(parent)).unwrap_or_default();
        let elements = format!("{alias}e");
        let element = column(&elements, expression::ELEMENT);
        let table = quoted(&node.collection.name);
        let rows_of = |list: &str| format!("{} AS {}", expression::elements(list), quoted(&elements));
        // what of the related row is in the set, where it comes from, and what of the row at hand is looked for
        let (what, from, sought) = match &node.reach {
            Reach::Back(name) => (column(alias, name), format!("{table} AS {}", quoted(alias)), column(parent, "id")),
            Reach::BackList(name) => {
                let rows = rows_of(&column(alias, name));
                let from = format!("{table} AS {} {} {rows}", quoted(alias), expression::JOIN_IN_ORDER);
                (element.clone(), from, column(parent, "id"))
            }
            Reach::Relation(name) => {
                (column(alias, "id"), format!("{table} AS {}", quoted(alias)), column(parent, name))
            }
            _ => (column(alias, "id"), format!("{table} AS {}", quoted(alias)), element.clone()),
        };
        let mut found =
            self.select_from(Piece::text(what.as_str()), Some(Piece::text(from.as_str())), joins, condition.clone())?;
        found = found.within(|query| format!("{sought} IN ({query})"));
        if !needed {
            // no row at all counts as one without values
            let absent = Piece::text(format!("(SELECT 1) LEFT JOIN {table} AS {} ON FALSE", quoted(alias)));
            let holds = self.select_from(Piece::text("1"), Some(absent), joins, condition)?;
            let mut out = Piece::text("(");
            out.append(found).push(" OR (");
            out.append(holds.within(|query| format!("EXISTS ({query})")));
            out.push(&format!(" AND NOT COALESCE({sought} IN (SELECT {what} FROM {from}), FALSE)))"));
            found = out;
        }
        Ok(match (&node.reach, negated) {
            (Reach::RelationList(name), _) => {
                let not = if negated { "NOT " } else { "" };
                let rows = rows_of(&column(parent, name));
                let from = if needed { rows } else { format!("(SELECT 1) LEFT JOIN {rows} ON TRUE") };
                found.within(|found| format!("{not}EXISTS (SELECT 1 FROM {from} WHERE {found})"))
            }
            (_, true) => found.within(|found| format!("NOT COALESCE({found}, FALSE)")),
            (_, false) => found,
        })
    }

    /// For a count with no other condition: a comparison of a known value with what one single relation leads to, as a
    /// set of the ids that it may have.
    pub(super) fn linked(&mut self, compare: &Compare, scope: &Scope) -> Result<Option<Piece>, FilterError> {
        let one_known = matches!(compare.left, Operand::Known(_)) != matches!(compare.right, Operand::Known(_));
        if self.extent != Extent::Count || !self.alone || self.depth > 0 || !one_known {
            return Ok(None);
        }
        let mut used = Vec::new();
        compare.nodes(&mut used);
        let chain: Vec<NodeId> = match used.iter().copied().max() {
            Some(last) if last != BASE && self.tree.is_outer(last) => {
                let mut chain: Vec<NodeId> = self.tree.chain(last).filter(|&id| id != BASE).collect();
                chain.reverse();
                chain
            }
            _ => return Ok(None),
        };
        let (root, whole) = (chain[0], Condition::Compare(Box::new(compare.clone())));
        if !matches!(self.tree.node(root).reach, Reach::Relation(_))
            || !used.iter().all(|id| chain.contains(id))
            || !chain.iter().all(|&id| self.is_never_true_without(id, &whole))
        {
            return Ok(None);
        }
        let outer = scope.clone();
        let mut inner = scope.clone();
        for &node in &chain {
            self.joins += 1;
            inner.add(node, format!("_tb_l{}", self.joins), true);
        }
        let condition = self.comparison(compare, &inner, &inner)?;
        let joins: Vec<(NodeId, bool, &Scope)> = chain.iter().map(|&node| (node, true, &inner)).collect();
        self.by_set(root, &joins, condition, false, &outer).map(Some)
    }

    /// Whether one of all rows of a collection is equal to something of the row at hand, by the set of what they have:
    /// else each row at hand would look at all of them.
    pub(super) fn by_equality(
        &mut self,
        nodes: &BTreeSet<NodeId>,
        conditions: &[Condition],
        outer: &Scope,
    ) -> Result<Option<Piece>, FilterError> {
        let Some(&root) = nodes.first() else { return Ok(None) };
        let through = |tree: &Tree, id: NodeId| tree.chain(id).any(|id| id == root);
        if self.extent == Extent::Few
            || !matches!(self.tree.node(root).reach, Reach::All(_))
            || !nodes.iter().all(|&id| through(self.tree, id))
        {
            return Ok(None);
        }
        let mut flat = Vec::new();
        flatten(conditions, &mut flat);
        let reads = |operand: &Operand| {
            let mut nodes = Vec::new();
            operand.nodes(&mut nodes);
            nodes
        };
        let sides = |condition: &Condition, tree: &Tree| {
            let Condition::Compare(compare) = condition else { return None };
            let (Operand::Expression(left), Operand::Expression(right)) = (&compare.left, &compare.right) else {
                return None;
            };
            let fits = compare.any
                && compare.op == Operator::Equal
                && compare.public_emails.is_empty()
                && !compare.left.is_json()
                && !compare.right.is_json();
            let of_set = |operand| !reads(operand).is_empty() && reads(operand).iter().all(|id| nodes.contains(id));
            let at_hand = |operand| reads(operand).iter().all(|&id| outer.has(id) && !through(tree, id));
            match fits {
                true if of_set(&compare.left) && at_hand(&compare.right) => Some((left.clone(), right.clone())),
                true if of_set(&compare.right) && at_hand(&compare.left) => Some((right.clone(), left.clone())),
                _ => None,
            }
        };
        let Some((at, (of_set, at_hand))) =
            flat.iter().enumerate().find_map(|(at, one)| Some((at, sides(one, self.tree)?)))
        else {
            return Ok(None);
        };
        flat.remove(at);
        let rest: Vec<Condition> = flat.into_iter().map(Cow::into_owned).collect();
        let mut used = Vec::new();
        rest.iter().for_each(|one| one.nodes(&mut used));
        let free = |id: NodeId| {
            self.tree.chain(id).last().is_some_and(|last| last != BASE) && self.tree.chain(id).all(|id| !outer.has(id))
        };
        if !used.iter().all(|&id| through(self.tree, id) || free(id)) {
            return Ok(None);
        }
        let walk_is_short = matches!(&of_set, Expression::Column(node, name, _) if self.has_index(*node, name))
            && !rest.iter().any(|one| self.is_indexed(root, one));
        if self.extent == Extent::Page && walk_is_short {
            return Ok(None);
        }
        let mut inner = outer.clone();
        let mut needed = Vec::new();
        for &node in nodes {
            let present = node == root || rest.iter().any(|one| self.is_never_true_without(node, one));
            inner.add(node, own_alias(node), present);
            needed.push(present);
        }
        self.depth += 1;
        let condition = if rest.is_empty() { Piece::text("TRUE") } else { self.all(&rest, &inner)? };
        self.depth -= 1;
        let (mut sought, mut what) = (self.expression(&at_hand, outer)?, self.expression(&of_set, &inner)?);
        if of_set.class().is_none() || of_set.class() != at_hand.class() || !self.is_never_null(&of_set, &inner) {
            what = what.within(expression::or_empty);
        }
        if of_set.class().is_none() || of_set.class() != at_hand.class() || !self.is_never_null(&at_hand, outer) {
            sought = sought.within(expression::or_empty);
        }
        let from = format!("{} AS {}", quoted(&self.tree.node(root).collection.name), quoted(&own_alias(root)));
        let joins: Vec<(NodeId, bool, &Scope)> =
            nodes.iter().zip(needed).map(|(&node, needed)| (node, needed, &inner)).collect();
        let query = self.select_from(what, Some(Piece::text(from)), &joins, condition)?;
        Ok(Some(sought.with(query, |sought, query| format!("{sought} IN ({query})"))))
    }

    /// Whether a comparison is true or false, and never neither.
    pub(super) fn is_decided(&mut self, compare: &Compare) -> bool {
        let (left, right) = (&compare.left, &compare.right);
        if !compare.public_emails.is_empty() {
            return false;
        }
        match (compare.op, left, right) {
            (Operator::NotEqual, ..) => true,
            (Operator::Equal, ..) if left.is_json() || right.is_json() => true,
            (Operator::Equal, Operand::Expression(_), Operand::Expression(_)) => true,
            (Operator::Equal, Operand::Known(known), Operand::Expression(_))
            | (Operator::Equal, Operand::Expression(_), Operand::Known(known)) => self.is_empty(known),
            _ => false,
        }
    }
}

/// Whether few rows are expected to satisfy a condition, or, `negated`, to fail.
fn is_selective(condition: &Condition, negated: bool) -> bool {
    let Condition::Compare(compare) = condition else { return false };
    matches!(compare.op, Operator::NotEqual | Operator::NotLike) == negated
}
