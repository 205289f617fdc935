//! What operators mean in SQL (contract: records, section 11).

use super::FilterError;
use super::ast::Operator;
use super::joins::{BASE, NodeId};
use super::operand::{ColumnClass, Compare, Condition, Expression, Operand};
use super::piece::{Piece, Scope};
use super::plan::{Form, Source};
use super::render::Renderer;
use crate::store::Value;
use crate::store::expression::{self, Part, column};

impl Renderer<'_> {
    /// `left op right` for rows that the scopes name.
    pub(super) fn comparison(
        &mut self,
        compare: &Compare,
        left_scope: &Scope,
        right_scope: &Scope,
    ) -> Result<Piece, FilterError> {
        let (left, right) = (&compare.left, &compare.right);
        let sides = |sign: &'static str| move |left: &str, right: &str| format!("{left} {sign} {right}");
        let mut out = match compare.op {
            Operator::Equal => self.equality(left, right, false, left_scope, right_scope)?,
            Operator::NotEqual => self.equality(left, right, true, left_scope, right_scope)?,
            Operator::Like | Operator::NotLike => {
                let pattern = match right {
                    Operand::Known(_) => self.operand(right, Form::Pattern, right_scope)?,
                    Operand::Expression(_) => {
                        self.operand(right, Form::AsIs, right_scope)?.within(expression::containing)
                    }
                };
                let negated = compare.op == Operator::NotLike;
                let text = self.operand(left, Form::AsIs, left_scope)?;
                text.with(pattern, |text, pattern| expression::like(text, pattern, negated))
            }
            order => {
                let sign = match order {
                    Operator::Greater => ">",
                    Operator::GreaterOrEqual => ">=",
                    Operator::Less => "<",
                    _ => "<=",
                };
                let left = self.operand(left, Form::AsIs, left_scope)?;
                left.with(self.operand(right, Form::AsIs, right_scope)?, sides(sign))
            }
        };
        for &node in &compare.public_emails {
            let mut on_left = Vec::new();
            left.nodes(&mut on_left);
            let scope = if on_left.contains(&node) { left_scope } else { right_scope };
            let public = self.at_row(node, scope, |alias| Piece::text(column(alias, "emailVisibility")));
            out = out.with(public, |condition, public| format!("({condition} AND {public} = TRUE)"));
        }
        Ok(out)
    }

    /// Equality, for which NULL and the empty text are the same, unless one side is JSON.
    fn equality(
        &mut self,
        left: &Operand,
        right: &Operand,
        negated: bool,
        left_scope: &Scope,
        right_scope: &Scope,
    ) -> Result<Piece, FilterError> {
        let equal = |left: &str, right: &str| {
            if negated { expression::is_same(left, right, true) } else { format!("{left} = {right}") }
        };
        if left.is_json() || right.is_json() {
            let left = self.operand(left, Form::AsIs, left_scope)?;
            let right = self.operand(right, Form::AsIs, right_scope)?;
            return Ok(left.with(right, |left, right| expression::is_same(left, right, negated)));
        }
        match (left, right) {
            (Operand::Known(_), Operand::Known(_)) => {
                let left = self.operand(left, Form::NullAsEmpty, left_scope)?;
                Ok(left.with(self.operand(right, Form::NullAsEmpty, right_scope)?, equal))
            }
            (Operand::Known(known), Operand::Expression(found)) => {
                self.known_equality(found, known, negated, right_scope)
            }
            (Operand::Expression(found), Operand::Known(known)) => {
                self.known_equality(found, known, negated, left_scope)
            }
            (Operand::Expression(one), Operand::Expression(other)) => {
                // an empty text in place of NULL takes the column's type away, which matters unless both are alike
                let alike = one.class().is_some() && one.class() == other.class();
                let plain_left = alike && self.is_never_null(one, left_scope);
                let plain_right = alike && self.is_never_null(other, right_scope);
                let filled =
                    |plain: bool| move |text: &str| if plain { text.to_owned() } else { expression::or_empty(text) };
                let left = self.operand(left, Form::AsIs, left_scope)?.within(filled(plain_left));
                let right = self.operand(right, Form::AsIs, right_scope)?.within(filled(plain_right));
                Ok(left.with(right, equal))
            }
        }
    }

    /// Equality of an expression and a known value.
    fn known_equality(
        &mut self,
        found: &Expression,
        known: &Source,
        negated: bool,
        scope: &Scope,
    ) -> Result<Piece, FilterError> {
        let mut out = self.expression(found, scope)?;
        if self.is_never_null(found, scope) || !self.is_empty(known) {
            out.push(if negated { " IS NOT " } else { " = " });
            out.bind(known, Form::NullAsEmpty);
            return Ok(out);
        }
        let again = out.clone();
        Ok(out.with(again, |one, other| {
            if negated {
                format!("({one} IS NOT '' AND {other} IS NOT NULL)")
            } else {
                format!("({one} = '' OR {other} IS NULL)")
            }
        }))
    }

    /// Whether an expression is never NULL. The rows of views may hold NULL everywhere.
    pub(super) fn is_never_null(&self, found: &Expression, scope: &Scope) -> bool {
        let holds_values = |node| scope.is_present(node) && !self.tree.node(node).collection.is_view();
        found.is_never_null(&holds_values)
    }

    /// Whether a column has lost its type: that of a candidate, or what a view makes of others.
    fn is_untyped(&self, node: NodeId, name: &str) -> bool {
        let collection = &self.tree.node(node).collection;
        let made = || collection.field(name).is_some_and(|field| !field.is_clone() && !field.is_primary_key());
        (self.candidate && node == BASE) || (collection.is_view() && made())
    }

    /// An operand's value.
    pub(super) fn operand(&mut self, operand: &Operand, form: Form, scope: &Scope) -> Result<Piece, FilterError> {
        match operand {
            Operand::Expression(expression) => self.expression(expression, scope),
            Operand::Known(source) => {
                let mut out = Piece::default();
                out.bind(source, form);
                Ok(out)
            }
        }
    }

    pub(super) fn expression(&mut self, found: &Expression, scope: &Scope) -> Result<Piece, FilterError> {
        Ok(match found {
            Expression::Column(node, name, class) => {
                let typed = match class {
                    ColumnClass::Text => expression::as_text,
                    ColumnClass::Number => expression::as_number,
                    ColumnClass::Stored => str::to_owned,
                };
                let untyped = self.is_untyped(*node, name);
                self.at_row(*node, scope, |alias| {
                    let column = column(alias, name);
                    Piece::text(if untyped { typed(&column) } else { column })
                })
            }
            Expression::Json(node, name, None) => {
                self.at_row(*node, scope, |alias| Piece::text(expression::json_value(&column(alias, name))))
            }
            Expression::Json(node, name, Some(path)) => {
                let path = Source::Constant(Value::from(path.as_str()));
                self.at_row(*node, scope, |alias| Piece::bound(expression::json_value_at(&column(alias, name)), &path))
            }
            Expression::Length(node, name, list) => {
                let length = if *list { expression::list_length } else { expression::text_length };
                let length = self.at_row(*node, scope, |alias| Piece::text(length(&column(alias, name))));
                // a sub-query without a row has no length
                if scope.has(*node) { length } else { length.within(|length| format!("COALESCE({length}, 0)")) }
            }
            Expression::Element(node) => {
                self.at_row(*node, scope, |alias| Piece::text(column(alias, expression::ELEMENT)))
            }
            Expression::Lower(inner) => self.expression(inner, scope)?.within(expression::lower),
            Expression::Changed(given, differences) => {
                let mut out = Piece::text("(");
                out.bind(given, Form::AsIs).push(" AND (");
                for (at, difference) in differences.iter().enumerate() {
                    out.push(if at > 0 { " OR " } else { "" });
                    out.append(self.comparison(difference, scope, scope)?);
                }
                out.push("))");
                out
            }
            Expression::Distance(arguments) => {
                let mut out = Piece::default();
                for part in expression::DISTANCE {
                    match part {
                        Part::Text(text) => _ = out.push(text),
                        Part::Argument(at) => _ = out.append(self.operand(&arguments[*at], Form::AsIs, scope)?),
                    }
                }
                out
            }
            Expression::FormatTime(arguments) => {
                let mut slots = Vec::new();
                let mut texts = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    let piece = self.operand(argument, Form::AsIs, scope)?;
                    texts.push(piece.text);
                    slots.extend(piece.slots);
                }
                Piece { text: expression::format_time(&texts), slots }
            }
        })
    }

    /// Whether a condition cannot be true where a node has no row, so that the join may drop such places.
    pub(super) fn is_never_true_without(&mut self, node: NodeId, condition: &Condition) -> bool {
        match condition {
            Condition::All(parts) => parts.iter().any(|part| self.is_never_true_without(node, part)),
            Condition::Any(parts) => parts.iter().all(|part| self.is_never_true_without(node, part)),
            Condition::Absent(_) => false,
            Condition::Compare(compare) => {
                let tree = self.tree;
                if compare.public_emails.iter().any(|&row| tree.chain(row).any(|id| id == node)) {
                    return true;
                }
                let (left, right) = (&compare.left, &compare.right);
                let (no_left, no_right) = (left.is_null_without(node, tree), right.is_null_without(node, tree));
                match compare.op {
                    Operator::NotEqual => false,
                    Operator::Equal if left.is_json() || right.is_json() => false,
                    Operator::Equal => {
                        (no_left && self.is_known_and_not_empty(right))
                            || (no_right && self.is_known_and_not_empty(left))
                    }
                    _ => no_left || no_right,
                }
            }
        }
    }

    /// Whether a comparison cannot be false where a node has no row: what searches for failures may drop such places.
    pub(super) fn is_never_false_without(&mut self, node: NodeId, compare: &Compare) -> bool {
        let (left, right) = (&compare.left, &compare.right);
        let (no_left, no_right) = (left.is_null_without(node, self.tree), right.is_null_without(node, self.tree));
        let known = |operand: &Operand| matches!(operand, Operand::Known(_));
        match compare.op {
            Operator::Equal | Operator::NotEqual if left.is_json() || right.is_json() => false,
            Operator::Equal => (no_left && known(right)) || (no_right && known(left)),
            Operator::NotEqual => {
                (no_left && self.is_known_and_not_empty(right)) || (no_right && self.is_known_and_not_empty(left))
            }
            _ => no_left || no_right,
        }
    }

    fn is_known_and_not_empty(&mut self, operand: &Operand) -> bool {
        matches!(operand, Operand::Known(source) if !self.is_empty(source))
    }
}
