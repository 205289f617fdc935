//! Pieces of SQL with their placeholders, and the names of rows at a place of a query.

use super::joins::NodeId;
use super::plan::{Form, Slot, Source};

/// From how many pieces on a row of them is halved.
const LONG_ROW: usize = 16;

/// SQL text with its placeholders in order.
#[derive(Debug, Default, Clone)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) slots: Vec<Slot>,
}

impl Piece {
    /// Text without placeholders.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), slots: Vec::new() }
    }

    /// Text with one placeholder.
    pub(super) fn bound(text: impl Into<String>, source: &Source) -> Self {
        Self { text: text.into(), slots: vec![Slot { source: source.clone(), form: Form::AsIs }] }
    }

    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(super) fn append(&mut self, other: Piece) -> &mut Self {
        self.text.push_str(&other.text);
        self.slots.extend(other.slots);
        self
    }

    /// Appends a placeholder.
    pub(super) fn bind(&mut self, source: &Source, form: Form) -> &mut Self {
        self.text.push('?');
        self.slots.push(Slot { source: source.clone(), form });
        self
    }

    /// This piece inside of fixed text, where it comes out once.
    pub(super) fn within(mut self, wrap: impl FnOnce(&str) -> String) -> Self {
        self.text = wrap(&self.text);
        self
    }

    /// Two pieces, in this order, inside of fixed text, where each comes out once.
    pub(super) fn with(mut self, other: Piece, join: impl FnOnce(&str, &str) -> String) -> Self {
        self.text = join(&self.text, &other.text);
        self.slots.extend(other.slots);
        self
    }
}

/// Under which alias each node's row can be named at a place of the query.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope(Vec<Named>);

#[derive(Debug, Clone)]
struct Named {
    node: NodeId,
    alias: String,
    /// Whether it is known that there is a row.
    present: bool,
}

impl Scope {
    fn named(&self, node: NodeId) -> Option<&Named> {
        self.0.iter().rev().find(|named| named.node == node)
    }

    pub(super) fn alias(&self, node: NodeId) -> Option<&str> {
        self.named(node).map(|named| named.alias.as_str())
    }

    pub(super) fn has(&self, node: NodeId) -> bool {
        self.named(node).is_some()
    }

    pub(super) fn is_present(&self, node: NodeId) -> bool {
        self.named(node).is_some_and(|named| named.present)
    }

    /// Names a row; an earlier name of the same node is hidden.
    pub(super) fn add(&mut self, node: NodeId, alias: String, present: bool) {
        self.0.push(Named { node, alias, present });
    }
}

/// Pieces in brackets with a word between them; a single one as it is. Long rows are halved, because engines read a
/// row as a tree that leans to one side, and bound its depth.
pub(super) fn joined(mut pieces: Vec<Piece>, word: &str) -> Piece {
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
