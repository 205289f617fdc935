//! Tree → typed tree: names become rows and columns of the schema, or parts of the request.

use super::ast::{Comparison, Expr, Operator, Term, TermKind};
use super::joins::{BASE, NodeId, Tree};
use super::lexer::shortened;
use super::operand::{Compare, Condition, Expression, Operand};
use super::plan::{Shape, Source};
use super::time_macro::TimeMacro;
use super::{Asker, FilterError, Request, parser};
use crate::schema::CollectionRef;
use crate::store::Value;

/// How many comparisons a query may have, the list rules of joined collections included.
const MAX_COMPARISONS: usize = 1000;

/// Types the texts of one request.
pub(super) struct Resolver<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) tree: Tree,
    pub(super) shape: Shape,
    /// Whether time or chance matter.
    pub(super) volatile: bool,
    /// Whether there is nothing but the row's own columns.
    flat: bool,
    /// Rows that a client reached in collections with a list rule.
    pub(super) guarded: Vec<NodeId>,
    /// Rows whose e-mail address the comparison at hand reads and may read only if it is public.
    pub(super) public_emails: Vec<NodeId>,
    comparisons: usize,
}

/// From where a text looks at the schema, and what it may see.
#[derive(Clone)]
pub(super) struct View {
    /// The row that the text is about.
    pub(super) base: NodeId,
    /// Its collection.
    pub(super) collection: CollectionRef,
    /// Which text this is: the rows of one are not those of another.
    pub(super) realm: usize,
    /// Whether e-mail addresses and collections with rules are kept from it.
    pub(super) restricted: bool,
    /// Whether hidden fields are.
    pub(super) hides: bool,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(request: &'a Request<'a>) -> Self {
        Self {
            request,
            tree: Tree::new(request.collection.clone()),
            shape: Shape::default(),
            volatile: false,
            flat: false,
            guarded: Vec::new(),
            public_emails: Vec::new(),
            comparisons: 0,
        }
    }

    /// For rows that are no records.
    pub(super) fn flat(request: &'a Request<'a>) -> Self {
        Self { flat: true, ..Self::new(request) }
    }

    /// A rule's view of the tested row: nothing is kept from it.
    pub(super) fn view(&self, realm: usize) -> View {
        View { base: BASE, collection: self.request.collection.clone(), realm, restricted: false, hides: false }
    }

    /// What whoever asks may see from there.
    pub(super) fn view_of(&self, asker: Asker, realm: usize) -> View {
        View { restricted: asker == Asker::Client, hides: asker != Asker::Superuser, ..self.view(realm) }
    }

    /// Parses and types a text.
    pub(super) fn condition(&mut self, text: &str, view: &View) -> Result<Condition, FilterError> {
        let expr = parser::parse(text)?;
        self.expr(&expr, view)
    }

    /// That each row reached in a collection with a list rule satisfies it, or is absent.
    pub(super) fn guards(&mut self, first_realm: usize) -> Result<Vec<(NodeId, Condition)>, FilterError> {
        let guarded = std::mem::take(&mut self.guarded);
        let mut guards = Vec::with_capacity(guarded.len());
        for (at, node) in guarded.into_iter().enumerate() {
            let collection = self.tree.node(node).collection.clone();
            let Some(rule) = &collection.list_rule else { continue };
            let view = View {
                base: node,
                collection: collection.clone(),
                realm: first_realm + at,
                restricted: false,
                hides: false,
            };
            let condition = self.condition(rule, &view)?;
            guards.push((node, Condition::Any(vec![Condition::Absent(node), condition])));
        }
        Ok(guards)
    }

    fn expr(&mut self, expr: &Expr, view: &View) -> Result<Condition, FilterError> {
        let mut all = |parts: &[Expr]| -> Result<Vec<Condition>, FilterError> {
            parts.iter().map(|part| self.expr(part, view)).collect()
        };
        match expr {
            Expr::And(parts) => Ok(Condition::All(all(parts)?)),
            Expr::Or(parts) => Ok(Condition::Any(all(parts)?)),
            Expr::Compare(comparison) => Ok(Condition::Compare(Box::new(self.comparison(comparison, view)?))),
        }
    }

    fn comparison(&mut self, comparison: &Comparison, view: &View) -> Result<Compare, FilterError> {
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS {
            return Err(FilterError::Invalid("the list rules that apply are too long together".to_owned()));
        }
        let left = self.side(&comparison.left, "left", view)?;
        let right = self.side(&comparison.right, "right", view)?;
        let public_emails = std::mem::take(&mut self.public_emails);
        let restricted = view.restricted;
        Ok(Compare { left, op: comparison.op, any: comparison.any, right, base: view.base, restricted, public_emails })
    }

    fn side(&mut self, term: &Term, side: &str, view: &View) -> Result<Operand, FilterError> {
        let name = match &term.kind {
            TermKind::Identifier(name) | TermKind::Function(name, _) => name.as_str(),
            TermKind::Number(_) | TermKind::Text(_) => "",
        };
        self.term(term, view)
            .map_err(|reason| FilterError::Invalid(format!("invalid {side} operand {:?} - {reason}", shortened(name))))
    }

    /// An operand, or what is wrong with it.
    pub(super) fn term(&mut self, term: &Term, view: &View) -> Result<Operand, String> {
        match &term.kind {
            TermKind::Number(number) => Ok(constant(*number)),
            TermKind::Text(text) => Ok(constant(text.as_str())),
            TermKind::Identifier(name) => self.identifier(name, view),
            TermKind::Function(name, arguments) => match name.as_str() {
                "geoDistance" => self.distance(arguments, view),
                "strftime" => self.format_time(arguments, view),
                _ => Err(format!("unknown function {:?}", shortened(name))),
            },
        }
    }

    fn identifier(&mut self, name: &str, view: &View) -> Result<Operand, String> {
        if name.eq_ignore_ascii_case("true") {
            return Ok(constant(true));
        }
        if name.eq_ignore_ascii_case("false") {
            return Ok(constant(false));
        }
        if name.eq_ignore_ascii_case("null") {
            return Ok(Operand::Known(Source::Constant(Value::Null)));
        }
        if let Some(clock) = TimeMacro::parse(name) {
            self.volatile = true;
            return Ok(Operand::Known(Source::Clock(clock)));
        }
        if self.flat {
            return self.flat_path(name, view);
        }
        if let Some(rest) = name.strip_prefix("@request.") {
            return self.request_path(rest, view);
        }
        if let Some(rest) = name.strip_prefix("@collection.") {
            return self.collection_path(rest, view);
        }
        if name.starts_with(['@', '#']) {
            return Err(format!("unknown identifier {:?}", shortened(name)));
        }
        self.field_path(name, view)
    }

    /// `geoDistance(lonA, latA, lonB, latB)`
    fn distance(&mut self, arguments: &[Term], view: &View) -> Result<Operand, String> {
        let [a, b, c, d] = arguments else {
            return Err(format!("geoDistance expects 4 arguments, not {}", arguments.len()));
        };
        let mut argument = |term: &Term| match &term.kind {
            TermKind::Number(_) | TermKind::Identifier(_) => self.term(term, view),
            _ => Err("geoDistance takes numbers and identifiers only".to_owned()),
        };
        let arguments = [argument(a)?, argument(b)?, argument(c)?, argument(d)?];
        Ok(Operand::Expression(Expression::Distance(Box::new(arguments))))
    }

    /// `strftime(format [, time [, modifier …]])`
    fn format_time(&mut self, arguments: &[Term], view: &View) -> Result<Operand, String> {
        if !(1..=10).contains(&arguments.len()) {
            return Err(format!("strftime expects 1 to 10 arguments, not {}", arguments.len()));
        }
        let mut resolved = Vec::with_capacity(arguments.len());
        for (at, term) in arguments.iter().enumerate() {
            match (&term.kind, at) {
                (TermKind::Function(..), 1) => return Err("the time of strftime cannot be a function".to_owned()),
                (TermKind::Text(_), _) | (_, 1) => resolved.push(self.term(term, view)?),
                _ => return Err("the format and the modifiers of strftime must be texts".to_owned()),
            }
        }
        // without a time, and with the word `now`, the engine takes the clock's
        self.volatile |= match resolved.get(1) {
            None => true,
            Some(Operand::Known(Source::Constant(Value::Text(text)))) => text.trim().eq_ignore_ascii_case("now"),
            Some(Operand::Known(Source::Request(_))) => true,
            Some(_) => false,
        };
        Ok(Operand::Expression(Expression::FormatTime(resolved)))
    }
}

/// An operand of a known value.
pub(super) fn constant(value: impl Into<Value>) -> Operand {
    Operand::Known(Source::Constant(value.into()))
}

/// A difference of a submitted value and a stored one of the row that the text is about.
pub(super) fn difference(submitted: Operand, stored: Expression, view: &View) -> Compare {
    let (left, right) = (submitted, Operand::Expression(stored));
    Compare {
        left,
        op: Operator::NotEqual,
        any: true,
        right,
        base: view.base,
        restricted: false,
        public_emails: Vec::new(),
    }
}
