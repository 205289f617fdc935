//! Tokens → tree. Recursive descent with bounded depth; what the reference tolerates by accident is refused
//! (contract: records, section 10).

use super::FilterError;
use super::ast::{Comparison, Expr, Term, TermKind};
use super::lexer::{Lexer, Token, TokenKind, invalid, shortened};

/// How many comparisons a filter may have.
pub(super) const MAX_COMPARISONS: usize = 200;
/// How deep brackets may nest.
const MAX_DEPTH: usize = 100;
/// How deep functions may nest.
const MAX_FUNCTION_DEPTH: usize = 3;
/// How many arguments are read at all; functions take fewer.
const MAX_ARGUMENTS: usize = 32;

/// Parses a filter.
pub(super) fn parse(text: &str) -> Result<Expr, FilterError> {
    let mut parser = Parser::new(text)?;
    if parser.current.is_none() {
        return Err(FilterError::Invalid("empty filter expression".to_owned()));
    }
    let expr = parser.any_of(0)?;
    match &parser.current {
        None => Ok(expr),
        Some(token) => Err(invalid(token.at, format!("expected && or || instead of {}", described(&token.kind)))),
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    current: Option<Token<'a>>,
    comparisons: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, FilterError> {
        let mut lexer = Lexer::new(text);
        let current = lexer.next()?;
        Ok(Self { lexer, current, comparisons: 0 })
    }

    /// The current token; the next one becomes current.
    fn advance(&mut self) -> Result<Option<Token<'a>>, FilterError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.current, next))
    }

    fn at(&self) -> usize {
        self.current.as_ref().map_or(self.lexer.position(), |token| token.at)
    }

    fn is(&self, kind: &TokenKind<'_>) -> bool {
        self.current.as_ref().is_some_and(|token| token.kind == *kind)
    }

    /// `a || b`
    fn any_of(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut parts = vec![self.all_of(depth)?];
        while self.is(&TokenKind::Or) {
            self.advance()?;
            parts.push(self.all_of(depth)?);
        }
        Ok(joined(parts, Expr::Or))
    }

    /// `a && b`
    fn all_of(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut parts = vec![self.condition(depth)?];
        while self.is(&TokenKind::And) {
            self.advance()?;
            parts.push(self.condition(depth)?);
        }
        Ok(joined(parts, Expr::And))
    }

    /// A comparison, or a filter in brackets.
    fn condition(&mut self, depth: usize) -> Result<Expr, FilterError> {
        if !self.is(&TokenKind::Open) {
            return self.comparison();
        }
        if depth >= MAX_DEPTH {
            return Err(invalid(self.at(), "the brackets nest too deep"));
        }
        self.advance()?;
        let inner = self.any_of(depth + 1)?;
        if !self.is(&TokenKind::Close) {
            return Err(self.expected("a closing bracket"));
        }
        self.advance()?;
        Ok(inner)
    }

    fn comparison(&mut self) -> Result<Expr, FilterError> {
        let left = self.operand(0)?;
        let Some(Token { kind: TokenKind::Operator(op, any), .. }) = self.current else {
            return Err(self.expected("an operator"));
        };
        self.advance()?;
        let right = self.operand(0)?;
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS {
            return Err(FilterError::Invalid("max filter expressions limit reached".to_owned()));
        }
        Ok(Expr::Compare(Box::new(Comparison { left, op, any, right })))
    }

    fn operand(&mut self, depth: usize) -> Result<Term, FilterError> {
        let operand = matches!(
            self.current,
            Some(Token { kind: TokenKind::Identifier(_) | TokenKind::Number(_) | TokenKind::Text(_), .. })
        );
        if !operand {
            return Err(self.expected("an operand"));
        }
        let Some(Token { at, end, kind }) = self.advance()? else { return Err(self.expected("an operand")) };
        let kind = match kind {
            TokenKind::Identifier(name) => {
                // a function's bracket follows its name at once
                if self.is(&TokenKind::Open) && self.at() == end {
                    TermKind::Function(name.to_owned(), self.arguments(depth + 1)?)
                } else {
                    TermKind::Identifier(name.to_owned())
                }
            }
            TokenKind::Number(number) => TermKind::Number(number),
            TokenKind::Text(text) => TermKind::Text(text),
            other => return Err(invalid(at, format!("expected an operand instead of {}", described(&other)))),
        };
        Ok(Term { at, kind })
    }

    fn arguments(&mut self, depth: usize) -> Result<Vec<Term>, FilterError> {
        if depth > MAX_FUNCTION_DEPTH {
            return Err(invalid(self.at(), "the functions nest too deep"));
        }
        self.advance()?;
        let mut arguments = Vec::new();
        while !self.is(&TokenKind::Close) {
            if arguments.len() >= MAX_ARGUMENTS {
                return Err(invalid(self.at(), "too many arguments"));
            }
            arguments.push(self.operand(depth)?);
            if self.is(&TokenKind::Comma) {
                self.advance()?;
            } else if !self.is(&TokenKind::Close) {
                return Err(self.expected("a comma or a closing bracket"));
            }
        }
        self.advance()?;
        Ok(arguments)
    }

    fn expected(&self, what: &str) -> FilterError {
        match &self.current {
            Some(token) => invalid(token.at, format!("expected {what} instead of {}", described(&token.kind))),
            None => FilterError::Invalid(format!("expected {what} at the end")),
        }
    }
}

fn joined(mut parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

fn described(kind: &TokenKind<'_>) -> String {
    match kind {
        TokenKind::Identifier(name) => format!("{:?}", shortened(name)),
        TokenKind::Number(number) => number.to_string(),
        TokenKind::Text(text) => format!("the text {:?}", shortened(text)),
        TokenKind::Operator(..) => "an operator".to_owned(),
        TokenKind::And => "&&".to_owned(),
        TokenKind::Or => "||".to_owned(),
        TokenKind::Open => "(".to_owned(),
        TokenKind::Close => ")".to_owned(),
        TokenKind::Comma => "a comma".to_owned(),
    }
}
