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

/// Parses a single operand.
pub(super) fn parse_operand(text: &str) -> Result<Term, FilterError> {
    let mut parser = Parser::new(text)?;
    let term = parser.operand(0)?;
    match &parser.current {
        None => Ok(term),
        Some(token) => Err(invalid(token.at, format!("expected one operand instead of {}", described(&token.kind)))),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::ast::Operator;
    use super::*;

    /// Prints a tree with as few brackets as its meaning needs.
    fn print(expr: &Expr) -> String {
        let all = |parts: &[Expr], join: &str| {
            let print_part = |part: &Expr| match (part, join) {
                (Expr::Compare(_), _) | (Expr::And(_), " || ") => print(part),
                _ => format!("({})", print(part)),
            };
            parts.iter().map(print_part).collect::<Vec<_>>().join(join)
        };
        match expr {
            Expr::And(parts) => all(parts, " && "),
            Expr::Or(parts) => all(parts, " || "),
            Expr::Compare(one) => {
                let sign = match one.op {
                    Operator::Equal => "=",
                    Operator::NotEqual => "!=",
                    Operator::Greater => ">",
                    Operator::GreaterOrEqual => ">=",
                    Operator::Less => "<",
                    Operator::LessOrEqual => "<=",
                    Operator::Like => "~",
                    Operator::NotLike => "!~",
                };
                format!("{} {}{sign} {}", print_term(&one.left), if one.any { "?" } else { "" }, print_term(&one.right))
            }
        }
    }

    fn print_term(term: &Term) -> String {
        match &term.kind {
            TermKind::Identifier(name) => name.clone(),
            TermKind::Number(number) => format!("{number}"),
            TermKind::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
            TermKind::Function(name, arguments) => {
                format!("{name}({})", arguments.iter().map(print_term).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn term() -> impl Strategy<Value = Term> {
        let kind = prop_oneof![
            "[a-z@][a-z0-9_.]{0,8}[a-z0-9]".prop_map(TermKind::Identifier),
            (-1_000_000i64..1_000_000).prop_map(|number| TermKind::Number(number as f64 / 8.0)),
            any::<String>().prop_map(TermKind::Text),
        ];
        let kind = kind.prop_recursive(2, 8, 3, |inner| {
            let argument = inner.prop_map(|kind| Term { at: 0, kind });
            ("[a-z]{1,6}", prop::collection::vec(argument, 0..3))
                .prop_map(|(name, arguments)| TermKind::Function(name, arguments))
        });
        kind.prop_map(|kind| Term { at: 0, kind })
    }

    fn comparison() -> impl Strategy<Value = Expr> {
        let op = prop::sample::select(vec![
            Operator::Equal,
            Operator::NotEqual,
            Operator::Greater,
            Operator::GreaterOrEqual,
            Operator::Less,
            Operator::LessOrEqual,
            Operator::Like,
            Operator::NotLike,
        ]);
        (term(), op, any::<bool>(), term())
            .prop_map(|(left, op, any, right)| Expr::Compare(Box::new(Comparison { left, op, any, right })))
    }

    fn tree() -> impl Strategy<Value = Expr> {
        comparison().prop_recursive(5, 40, 4, |inner| {
            let parts = prop::collection::vec(inner, 2..4);
            prop_oneof![parts.clone().prop_map(Expr::And), parts.prop_map(Expr::Or)]
        })
    }

    fn printed(text: &str) -> String {
        parse(text).map_or_else(|error| error.to_string(), |expr| print(&expr))
    }

    #[test]
    fn and_binds_tighter_than_or() {
        assert_eq!(printed("a=1||b=2&&c=3||d=4"), "a = 1 || b = 2 && c = 3 || d = 4");
        assert_eq!(printed("(a=1||b=2)&&((c=3))"), "(a = 1 || b = 2) && c = 3");
    }

    #[test]
    fn functions_take_a_trailing_comma_and_nest_three_deep() {
        assert_eq!(printed("f(a,1,'x',)=g()"), "f(a, 1, \"x\") = g()");
        assert!(parse("a(b(c(1))) = 1").is_ok());
        for text in ["a(b(c(d(1)))) = 1", "f(,) = 1", "f(1 2) = 1", "f(1 = 1", "f (1) = 1", "f(a=1) = 1", "f(&&) = 1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(printed("a = 1 b = 2"), "expected && or || instead of \"b\" at position 7");
        assert_eq!(printed("a ="), "expected an operand at the end");
        assert_eq!(printed("active"), "expected an operator at the end");
        assert_eq!(printed(" // nothing"), "empty filter expression");
        assert_eq!(printed("a = 'x"), "the text does not end at position 5");
    }

    #[test]
    fn comparisons_are_counted_and_brackets_may_not_nest_without_end() {
        assert!(parse(&vec!["a=1"; MAX_COMPARISONS].join("&&")).is_ok());
        assert_eq!(printed(&vec!["a=1"; MAX_COMPARISONS + 1].join("&&")), "max filter expressions limit reached");
        let nested = |depth: usize| format!("{}a = 1{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
        assert!(parse(&"(".repeat(1_000_000)).is_err());
    }

    proptest! {
        #[test]
        fn a_printed_tree_parses_to_what_prints_the_same(tree in tree()) {
            let text = print(&tree);
            let parsed = parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
            prop_assert_eq!(print(&parsed), text);
        }

        #[test]
        fn any_text_parses_or_is_refused(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn any_row_of_signs_parses_or_is_refused(text in "[ab1.'\"\\\\@:(),&|=!~?<>/ \n-]{0,40}") {
            if let Ok(tree) = parse(&text) {
                prop_assert!(parse(&print(&tree)).is_ok());
            }
        }
    }
}
