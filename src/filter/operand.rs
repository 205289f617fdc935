//! The typed tree: operands know which row and column they speak of, and conditions what they compare.

use super::ast::Operator;
use super::joins::{NodeId, Tree};
use super::plan::Source;

/// A typed condition.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compare(Box<Compare>),
    /// The node has no row.
    Absent(NodeId),
}

/// A typed comparison.
#[derive(Debug, Clone)]
pub(super) struct Compare {
    pub(super) left: Operand,
    pub(super) op: Operator,
    pub(super) any: bool,
    pub(super) right: Operand,
    /// The row that the text is about; from there on, several rows are asked for all of them.
    pub(super) base: NodeId,
    /// Whether a client wrote it: of several rows only those count that the client may list.
    pub(super) restricted: bool,
    /// Rows whose e-mail address is compared and must be public.
    pub(super) public_emails: Vec<NodeId>,
}

/// A typed operand.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    /// A value that is known before the query runs.
    Known(Source),
    /// What the database must find out.
    Expression(Expression),
}

/// What the database must find out.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    /// A column.
    Column(NodeId, String, ColumnClass),
    /// The value of a json column, or at a path in a json or geoPoint column.
    Json(NodeId, String, Option<String>),
    /// How many elements a column has; whether the column is a list.
    Length(NodeId, String, bool),
    /// An element.
    Element(NodeId),
    /// In lower case.
    Lower(Box<Expression>),
    /// Whether a field was sent and differs: whether it was sent, and what would differ.
    Changed(Source, Vec<Compare>),
    /// The distance of two points.
    Distance(Box<[Operand; 4]>),
    /// A time as text.
    FormatTime(Vec<Operand>),
}

/// How a column compares with values of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnClass {
    Text,
    Number,
    /// JSON texts that are compared as they are stored.
    Stored,
}

impl Operand {
    /// Whether it is NULL where a node has no row.
    pub(super) fn is_null_without(&self, node: NodeId, tree: &Tree) -> bool {
        matches!(self, Self::Expression(expression) if expression.is_null_without(node, tree))
    }

    /// The nodes whose rows it reads.
    pub(super) fn nodes(&self, out: &mut Vec<NodeId>) {
        if let Self::Expression(expression) = self {
            expression.nodes(out);
        }
    }

    /// Whether NULL and the empty text differ for it.
    pub(super) fn is_json(&self) -> bool {
        matches!(self, Self::Expression(expression) if expression.is_json())
    }

    /// Whether a plain operator asks for all joined rows of it.
    pub(super) fn is_all_match(&self) -> bool {
        !matches!(self, Self::Expression(Expression::Distance(_)))
    }
}

impl Expression {
    /// The nodes whose rows it reads.
    pub(super) fn nodes(&self, out: &mut Vec<NodeId>) {
        match self {
            Self::Column(node, ..) | Self::Json(node, ..) | Self::Length(node, ..) | Self::Element(node) => {
                out.push(*node);
            }
            Self::Lower(inner) => inner.nodes(out),
            Self::Changed(_, differences) => differences.iter().for_each(|one| one.nodes(out)),
            Self::Distance(arguments) => arguments.iter().for_each(|one| one.nodes(out)),
            Self::FormatTime(arguments) => arguments.iter().for_each(|one| one.nodes(out)),
        }
    }

    fn is_json(&self) -> bool {
        match self {
            Self::Json(..) => true,
            Self::Lower(inner) => inner.is_json(),
            _ => false,
        }
    }

    /// How it compares, where that is a column's way.
    pub(super) fn class(&self) -> Option<ColumnClass> {
        match self {
            Self::Column(_, _, class) => Some(*class),
            _ => None,
        }
    }

    /// Whether it is never NULL. Columns of records are not, where `holds_values` says that the row is there and is a
    /// record.
    pub(super) fn is_never_null(&self, holds_values: &dyn Fn(NodeId) -> bool) -> bool {
        match self {
            Self::Column(node, ..) => holds_values(*node),
            Self::Length(..) | Self::Changed(..) => true,
            Self::Lower(inner) => inner.is_never_null(holds_values),
            Self::Json(..) | Self::Element(_) | Self::Distance(_) | Self::FormatTime(_) => false,
        }
    }

    fn is_null_without(&self, node: NodeId, tree: &Tree) -> bool {
        match self {
            Self::Column(own, ..) | Self::Json(own, ..) | Self::Element(own) => tree.chain(*own).any(|id| id == node),
            Self::Lower(inner) => inner.is_null_without(node, tree),
            Self::Length(..) | Self::Changed(..) | Self::Distance(_) | Self::FormatTime(_) => false,
        }
    }
}

impl Compare {
    /// The nodes whose rows it reads.
    pub(super) fn nodes(&self, out: &mut Vec<NodeId>) {
        self.left.nodes(out);
        self.right.nodes(out);
        out.extend(&self.public_emails);
    }
}

impl Condition {
    /// The nodes whose rows it reads.
    pub(super) fn nodes(&self, out: &mut Vec<NodeId>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.nodes(out)),
            Self::Compare(compare) => compare.nodes(out),
            Self::Absent(node) => out.push(*node),
        }
    }
}
