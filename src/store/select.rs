//! Queries that people write: what can be read from their text, and what the engine says of them before they run.
//! The text is read with a parser that knows the engine's words; whether it is valid, the engine alone decides.

use sqlparser::ast::{Query, Statement};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

/// How deep the parser follows queries and expressions in each other.
const DEPTH: usize = 40;

/// How long a query may be, in bytes. Views are read again whenever collections change.
const LONGEST: usize = 100_000;

/// How many bytes of stack the parser has: for brackets as deep as they may stand.
const STACK: usize = 64 << 20;

/// How deep brackets may stand in each other. Engine and parser both use the stack for them.
const MOST_BRACKETS: usize = 100;

/// A query's text, cut into words.
#[derive(Debug)]
pub struct Words(Vec<Token>);

/// Why a text cannot be one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoQuery {
    /// Something comes behind the end of the first statement.
    #[error("multiple statements are not supported")]
    Several,
    /// It is longer than anybody wants to read again and again.
    #[error("the query is too long")]
    TooLong,
    /// Its brackets stand too deep in each other.
    #[error("the query is nested too deep")]
    TooDeep,
}

impl Words {
    /// Cuts a text into words; `None` where it has what only the engine may understand.
    ///
    /// # Errors
    /// The text is certainly not one query, or one that nobody should read.
    pub fn of(text: &str) -> Result<Option<Self>, NoQuery> {
        if text.len() > LONGEST {
            return Err(NoQuery::TooLong);
        }
        let Ok(tokens) = Tokenizer::new(&SQLiteDialect {}, text).tokenize() else {
            // Nobody knows then what is text and what is not: no more than one statement, and no depth, is certain.
            let deep = text.bytes().filter(|&byte| byte == b'(').count() > MOST_BRACKETS;
            return match (text.contains(';'), deep) {
                (true, _) => Err(NoQuery::Several),
                (false, true) => Err(NoQuery::TooDeep),
                (false, false) => Ok(None),
            };
        };
        let mut depth = 0_usize;
        for token in &tokens {
            match token {
                Token::SemiColon => return Err(NoQuery::Several),
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MOST_BRACKETS {
                return Err(NoQuery::TooDeep);
            }
        }
        Ok(Some(Self(tokens)))
    }

    /// Whether columns are asked for by `*`, outside of all brackets.
    pub fn have_wildcard(&self) -> bool {
        let mut depth = 0_usize;
        let mut before = None;
        for token in self.0.iter().filter(|token| !matches!(token, Token::Whitespace(_))) {
            match token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                Token::Mul if depth == 0 && before.is_some_and(begins_column) => return true,
                _ => {}
            }
            before = Some(token);
        }
        false
    }

    /// The names in it, and every other word.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|token| match token {
            Token::Word(word) => Some(word.value.as_str()),
            _ => None,
        })
    }

    /// The query as a tree; `None` where the parser does not know what the engine may know.
    pub fn parse(self) -> Option<Query> {
        stacker::maybe_grow(STACK, STACK, || {
            let mut parser = Parser::new(&SQLiteDialect {}).with_recursion_limit(DEPTH).with_tokens(self.0);
            let statement = parser.parse_statement().ok()?;
            match (statement, parser.peek_token().token) {
                (Statement::Query(query), Token::EOF) => Some(*query),
                _ => None,
            }
        })
    }
}

/// Whether a `*` behind this word stands for columns rather than for a product.
fn begins_column(token: &Token) -> bool {
    match token {
        Token::Comma | Token::Period => true,
        Token::Word(word) if word.quote_style.is_none() => {
            ["select", "distinct", "all"].iter().any(|keyword| word.value.eq_ignore_ascii_case(keyword))
        }
        _ => false,
    }
}

/// What the engine says of a column of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its name; an expression without one has its own text.
    pub name: String,
    /// Whether all its values are texts or NULL.
    pub text: bool,
}
