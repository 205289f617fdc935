//! Compiled conditions, kept by shape: a request that looks like an earlier one only binds its values.
//!
//! Rule, filter and sort of a collection compile to a [`Plan`]. Which SQL comes out can depend on the request (an
//! empty operand compares otherwise than one with a value), so that a key may have several plans; the right one is
//! the one that can be bound. `kept.rs` keeps them.

mod kept;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub(super) use self::kept::Plans;
use super::layout::Layout;
use crate::error::{Error, Result};
use crate::filter::{Bound, Compiled, Counting, Input};
use crate::store::expression::JOIN_IN_ORDER;
use crate::store::{ReadLane, Sql, Store, Value, expression, quoted};

/// For how long at most, and at least, a page looks at rows one by one, where there is another way to find them.
const LONGEST_WALK: u64 = 4000;
const SHORTEST_WALK: u64 = 250;
/// The most ids that one statement asks for.
pub(super) const IDS: usize = 1024;

/// Compiled conditions with the statements that they stand in.
pub(super) struct Plan {
    compiled: Compiled,
    page: OnceLock<String>,
    late_page: OnceLock<String>,
    sets_page: OnceLock<String>,
    count: OnceLock<String>,
    one: OnceLock<String>,
    /// What [`Condition::sets_page`] leaves to the page, in microseconds.
    walk: AtomicU64,
    /// [`Condition::among`] for two ids, to ask for its lane.
    among: OnceLock<Sql>,
}

/// Conditions with the values of one request.
#[derive(Clone)]
pub(super) struct Condition {
    plan: Arc<Plan>,
    bound: Bound,
}

impl Plan {
    fn new(compiled: Compiled) -> Self {
        Self {
            compiled,
            page: OnceLock::new(),
            late_page: OnceLock::new(),
            sets_page: OnceLock::new(),
            walk: AtomicU64::new(LONGEST_WALK),
            count: OnceLock::new(),
            one: OnceLock::new(),
            among: OnceLock::new(),
        }
    }

    fn bytes(&self) -> u64 {
        // Each statement repeats the conditions; up to five are kept.
        let Compiled { joins, condition, order, counting, .. } = &self.compiled;
        let counting = counting.as_ref().map_or(0, |form| form.joins.len() + form.condition.len());
        6 * (joins.len() + condition.len() + order.len() + counting) as u64
    }

    /// Whether rows can be passed over. A condition that names no column (is anybody signed in?) holds for all rows
    /// or for none, and the engine asks it once. A view has conditions of its own.
    fn skips_rows(&self) -> bool {
        self.compiled.reads_views || self.compiled.condition.contains('"')
    }

    /// `FROM … WHERE …`, with a condition of the caller's own before the compiled one.
    fn push_from(&self, text: &mut String, table: &str, first: &str) {
        text.push_str(" FROM ");
        text.push_str(table);
        self.push_conditions(text, first);
    }

    fn push_conditions(&self, text: &mut String, first: &str) {
        let Compiled { joins, condition, .. } = &self.compiled;
        if !joins.is_empty() {
            text.push(' ');
            text.push_str(joins);
        }
        match (first.is_empty(), condition.is_empty()) {
            (true, true) => {}
            (false, true) => {
                text.push_str(" WHERE ");
                text.push_str(first);
            }
            (true, false) => {
                text.push_str(" WHERE ");
                text.push_str(condition);
            }
            (false, false) => {
                text.push_str(" WHERE ");
                text.push_str(first);
                text.push_str(" AND (");
                text.push_str(condition);
                text.push(')');
            }
        }
    }
}

impl Condition {
    /// A page: the rows between an offset and a limit.
    pub(super) fn page(&self, layout: &Layout, limit: i64, offset: i64) -> Sql {
        let text = self.plan.page.get_or_init(|| {
            let mut text = format!("SELECT {}", layout.columns);
            self.push_page(&mut text, layout);
            text
        });
        self.bound_page(text, limit, offset)
    }

    /// The same page, found by the rows' places in the table before a whole row is read: rows that are skipped or
    /// sorted are then not carried along with all their columns. `None` where that says nothing or cannot be said.
    pub(super) fn late_page(&self, layout: &Layout, limit: i64, offset: i64) -> Option<Sql> {
        let row = layout.row.as_deref().filter(|_| self.is_ordered())?;
        let text = self.plan.late_page.get_or_init(|| {
            // No collection has a name with a space. The page comes first in the join, and in its order.
            let mut text = format!(r#"SELECT {} FROM (SELECT {row} AS "the row""#, layout.columns);
            self.push_page(&mut text, layout);
            text.push_str(r#") AS "the page" "#);
            text.push_str(JOIN_IN_ORDER);
            text.push_str(&format!(r#" {} ON {row} = "the page"."the row""#, layout.table));
            text
        });
        Some(self.bound_page(text, limit, offset))
    }

    /// The same page, in the form that counts: what related rows must satisfy is found out for all of them before the
    /// first row is looked at. Better where few rows satisfy the condition, worse where many do. `None` where there is
    /// no such form.
    pub(super) fn sets_page(&self, layout: &Layout, limit: i64, offset: i64) -> Option<Sql> {
        let Counting { joins, condition } = self.plan.compiled.counting.as_ref()?;
        layout.row.as_ref()?;
        let text = self.plan.sets_page.get_or_init(|| {
            let mut text = format!("SELECT {} FROM {} {joins} WHERE {condition}", layout.columns, layout.table);
            self.push_page_order(&mut text, layout);
            text
        });
        let values = [&*self.bound.joins, &self.bound.counting].concat();
        Some(self.bound_after(values, text, limit, offset))
    }

    /// How long [`Condition::page`] may take before [`Condition::sets_page`] is asked instead. Which of them is better
    /// depends on how many rows satisfy the condition, which nobody knows before: it has the less time the oftener it
    /// was in vain.
    pub(super) fn walk(&self) -> Duration {
        Duration::from_micros(self.plan.walk.load(Ordering::Relaxed))
    }

    /// Says whether the page was found in its time.
    pub(super) fn walked(&self, in_time: bool) {
        let before = self.plan.walk.load(Ordering::Relaxed);
        let next = if in_time { before * 2 } else { before / 2 };
        self.plan.walk.store(next.clamp(SHORTEST_WALK, LONGEST_WALK), Ordering::Relaxed);
    }

    fn push_page(&self, text: &mut String, layout: &Layout) {
        self.plan.push_from(text, &layout.table, "");
        self.push_page_order(text, layout);
    }

    /// Where there are two forms of the page, both have the same rows in the same order: those that are equal in it
    /// in that of their insertion.
    fn push_page_order(&self, text: &mut String, layout: &Layout) {
        let order = &self.plan.compiled.order;
        self.push_order(text);
        if self.plan.compiled.counting.is_some()
            && let Some(row) = &layout.row
        {
            text.push_str(if order.is_empty() { " ORDER BY " } else { ", " });
            text.push_str(row);
            text.push_str(if order.ends_with(" DESC") { " DESC" } else { "" });
        }
        text.push_str(" LIMIT ? OFFSET ?");
    }

    fn bound_page(&self, text: &str, limit: i64, offset: i64) -> Sql {
        self.bound_after(self.values_around(&[], 2), text, limit, offset)
    }

    fn bound_after(&self, mut values: Vec<Value>, text: &str, limit: i64, offset: i64) -> Sql {
        values.extend_from_slice(&self.bound.order);
        values.push(Value::Int(limit));
        values.push(Value::Int(offset));
        Sql { text: text.to_owned(), values }
    }

    /// Whether every row satisfies it.
    pub(super) fn is_empty(&self) -> bool {
        self.plan.compiled.condition.is_empty()
    }

    /// Whether an order was asked for.
    pub(super) fn is_ordered(&self) -> bool {
        !self.plan.compiled.order.is_empty()
    }

    /// Whether the answer depends on more than the tables and the request: time or chance.
    pub(super) fn is_volatile(&self) -> bool {
        self.plan.compiled.volatile
    }

    /// Whether the same rows satisfy this condition and `other`, which has more rows beside them for its order.
    pub(super) fn selects_as(&self, other: &Self) -> bool {
        let (this, that) = (&self.plan.compiled, &other.plan.compiled);
        this.condition == that.condition
            && that.joins.starts_with(&this.joins)
            && self.bound.condition == other.bound.condition
    }

    /// Rows behind a place in the order of their insertion, with their places as the last column.
    pub(super) fn behind(&self, columns: &str, table: &str, place: i64, limit: i64) -> Sql {
        let order = expression::insertion_order(table);
        let mut text = format!("SELECT {columns}, {order}");
        self.plan.push_from(&mut text, &quoted(table), &format!("{order} > ?"));
        text.push_str(&format!(" ORDER BY {order} LIMIT ?"));
        let mut values = self.values_around(&[place.into()], 1);
        values.push(limit.into());
        Sql { text, values }
    }

    /// The places of all rows, in the order that was asked for.
    pub(super) fn places(&self, table: &str) -> Sql {
        let mut text = format!("SELECT {}", expression::insertion_order(table));
        self.plan.push_from(&mut text, &quoted(table), "");
        self.push_order(&mut text);
        let mut values = self.values_around(&[], 0);
        values.extend_from_slice(&self.bound.order);
        Sql { text, values }
    }

    /// Columns of the rows between an offset and a limit, in the order that was asked for.
    pub(super) fn slice(&self, columns: &str, table: &str, limit: i64, offset: i64) -> Sql {
        let mut text = format!("SELECT {columns}");
        self.plan.push_from(&mut text, &quoted(table), "");
        self.push_order(&mut text);
        text.push_str(" LIMIT ? OFFSET ?");
        let mut values = self.values_around(&[], 2);
        values.extend_from_slice(&self.bound.order);
        values.extend([limit.into(), offset.into()]);
        Sql { text, values }
    }

    fn push_order(&self, text: &mut String) {
        if self.is_ordered() {
            text.push_str(" ORDER BY ");
            text.push_str(&self.plan.compiled.order);
        }
    }

    /// How many rows there are in all.
    pub(super) fn count(&self, layout: &Layout) -> Sql {
        // Joins multiply nothing: without a condition they do not change how many rows there are.
        let whole = self.plan.compiled.condition.is_empty();
        let text = self.plan.count.get_or_init(|| {
            let mut text = String::from("SELECT COUNT(*)");
            if let Some(Counting { joins, condition }) = &self.plan.compiled.counting {
                text.push_str(&format!(" FROM {} {joins} WHERE {condition}", layout.table));
            } else if whole {
                text.push_str(" FROM ");
                text.push_str(&layout.table);
            } else {
                self.plan.push_from(&mut text, &layout.table, "");
            }
            text
        });
        let values = match whole {
            true => Vec::new(),
            false if self.plan.compiled.counting.is_some() => [&*self.bound.joins, &self.bound.counting].concat(),
            false => self.values_around(&[], 0),
        };
        Sql { text: text.clone(), values }
    }

    /// The row of an id, if it satisfies the condition.
    pub(super) fn one(&self, layout: &Layout, id: &str) -> Sql {
        let text = self.plan.one.get_or_init(|| {
            let mut text = format!("SELECT {}", layout.columns);
            self.plan.push_from(&mut text, &layout.table, &format!(r#"{}."id" = ?"#, layout.table));
            text.push_str(" LIMIT 1");
            text
        });
        Sql { text: text.clone(), values: self.values_around(&[id.into()], 0) }
    }

    /// `columns` of those of at most [`IDS`] ids that satisfy the condition; a row may come more than once.
    pub(super) fn among(&self, columns: &str, table: &str, ids: &[&str]) -> Sql {
        let first = format!(r#"{table}."id" IN ({})"#, placeholders(ids.len()));
        let mut text = format!("SELECT {columns}");
        self.plan.push_from(&mut text, table, &first);
        Sql { text, values: self.values_around(&padded(ids), 0) }
    }

    /// Whether one row satisfies the condition; the row comes from `source`, which is named like the table.
    pub(super) fn holds_for(&self, source: &str, mut values: Vec<Value>) -> Sql {
        let mut text = format!("SELECT 1 FROM {source}");
        self.plan.push_conditions(&mut text, "");
        text.push_str(" LIMIT 1");
        values.extend_from_slice(&self.bound.joins);
        values.extend_from_slice(&self.bound.condition);
        Sql { text, values }
    }

    /// Conditions, or a value in their place, that are asked once and not kept.
    ///
    /// # Errors
    /// They were compiled for another request, which is our fault.
    pub(super) fn once(compiled: Compiled, input: &Input<'_>) -> Result<Self> {
        let bound = compiled.bind(input).ok_or_else(|| Error::internal("a condition for another request"))?;
        Ok(Self { plan: Arc::new(Plan::new(compiled)), bound })
    }

    /// What comes out for one row, instead of whether it satisfies: true, false or NULL, or a value. The row comes from
    /// `source`, with its values, and is the one of an id where there is one.
    pub(super) fn outcome(&self, source: &str, values: &[Value], id: Option<(&str, &str)>) -> Sql {
        let Compiled { joins, condition, .. } = &self.plan.compiled;
        let mut text = format!("SELECT {condition} FROM {source} {joins}");
        let mut all = self.bound.condition.clone();
        all.extend_from_slice(values);
        all.extend_from_slice(&self.bound.joins);
        if let Some((table, id)) = id {
            text.push_str(&format!(r#" WHERE {table}."id" = ?"#));
            all.push(id.into());
        }
        text.push_str(" LIMIT 1");
        Sql { text, values: all }
    }

    /// The tables that are read.
    pub(super) fn tables(&self) -> &[String] {
        &self.plan.compiled.tables
    }

    /// The lane of a statement that was made of this condition.
    pub(super) fn lane(&self, store: &Store, query: &Sql) -> Result<ReadLane> {
        store.lane_of(query, self.plan.skips_rows())
    }

    /// The lane of [`Condition::among`].
    pub(super) fn among_lane(&self, store: &Store, layout: &Layout) -> Result<ReadLane> {
        let query = self.plan.among.get_or_init(|| self.among(&layout.columns, &layout.table, &["", ""]));
        store.lane_of(query, true)
    }

    /// The values of joins and condition, with those of a condition of our own that stands between them.
    fn values_around(&self, own: &[Value], more: usize) -> Vec<Value> {
        let Bound { joins, condition, order, .. } = &self.bound;
        let mut values = Vec::with_capacity(joins.len() + own.len() + condition.len() + order.len() + more);
        values.extend_from_slice(joins);
        values.extend_from_slice(own);
        values.extend_from_slice(condition);
        values
    }
}

/// Placeholders for so many ids, rounded up to a power of two, so that there are few texts.
pub(super) fn placeholders(ids: usize) -> String {
    let mut text = "?, ".repeat(ids.next_power_of_two());
    text.truncate(text.len() - 2);
    text
}

/// The values for [`placeholders`]: the last id fills the places that are left.
pub(super) fn padded(ids: &[&str]) -> Vec<Value> {
    let last = ids.last().copied().unwrap_or_default();
    let mut values: Vec<Value> = ids.iter().map(|&id| id.into()).collect();
    values.resize_with(ids.len().next_power_of_two(), || last.into());
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_ids_are_padded_to_few_lengths() {
        assert_eq!(placeholders(1), "?");
        assert_eq!(placeholders(3), "?, ?, ?, ?");
        assert_eq!(padded(&["a", "b", "c"]), ["a", "b", "c", "c"].map(Value::from));
    }
}
