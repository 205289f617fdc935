//! The tree of a parsed filter, before anything is known of the schema.

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// Each holds; two or more.
    And(Vec<Expr>),
    /// At least one holds; two or more.
    Or(Vec<Expr>),
    /// One comparison.
    Compare(Box<Comparison>),
}

/// `left op right`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comparison {
    pub(super) left: Term,
    pub(super) op: Operator,
    /// `?op`: one of the joined rows is enough.
    pub(super) any: bool,
    pub(super) right: Term,
}

/// What two operands are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Like,
    NotLike,
}

impl Operator {
    /// The operator of a run of sign characters, and whether it is an any-match one.
    pub(super) fn parse(sign: &str) -> Option<(Self, bool)> {
        let (any, plain) = match sign.strip_prefix('?') {
            Some(rest) => (true, rest),
            None => (false, sign),
        };
        let op = match plain {
            "=" => Self::Equal,
            "!=" => Self::NotEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            "~" => Self::Like,
            "!~" => Self::NotLike,
            _ => return None,
        };
        Some((op, any))
    }
}

/// An operand as it was written, with its byte offset.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) at: usize,
    pub(super) kind: TermKind,
}

/// The kinds of operands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TermKind {
    /// A name, a path, a macro, or one of `true`, `false`, `null`.
    Identifier(String),
    /// A number.
    Number(f64),
    /// A text, its escapes decoded.
    Text(String),
    /// A function's name and arguments.
    Function(String, Vec<Term>),
}
