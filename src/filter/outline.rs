//! Where the clauses of a filter stand in its text.

use super::FilterError;
use super::lexer::{Lexer, Token, TokenKind};
use super::parser;

/// A clause and its place, in bytes; brackets around it belong to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it is.
    pub kind: ClauseKind,
}

/// The kinds of clauses.
#[derive(Debug, Clone, PartialEq)]
pub enum ClauseKind {
    /// All parts hold.
    All(Vec<Clause>),
    /// At least one part holds.
    Any(Vec<Clause>),
    /// Two operands are compared; their places.
    Compare {
        /// Of the left one.
        left: (usize, usize),
        /// Of the right one.
        right: (usize, usize),
    },
}

/// The clauses of a filter.
///
/// # Errors
/// Where it does not parse.
pub fn outline(text: &str) -> Result<Clause, FilterError> {
    // It is bounded and well formed from here on.
    parser::parse(text)?;
    let (mut lexer, mut tokens) = (Lexer::new(text), Vec::new());
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    let mut outliner = Outliner { tokens: &tokens, at: 0 };
    Ok(outliner.joined(&TokenKind::Or))
}

struct Outliner<'t> {
    tokens: &'t [Token<'t>],
    at: usize,
}

impl Outliner<'_> {
    fn kind(&self) -> Option<&TokenKind<'_>> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    /// Where the token before this one ends.
    fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.end)
    }

    fn begin(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end(), |token| token.at)
    }

    /// Parts with one of the two words between them; `||` stands above `&&`.
    fn joined(&mut self, word: &TokenKind<'_>) -> Clause {
        let above = *word == TokenKind::Or;
        let mut parts = Vec::new();
        loop {
            parts.push(if above { self.joined(&TokenKind::And) } else { self.single() });
            if self.kind() != Some(word) {
                break;
            }
            self.at += 1;
        }
        match parts.as_slice() {
            [first, .., last] => {
                let (from, to) = (first.from, last.to);
                Clause { from, to, kind: if above { ClauseKind::Any(parts) } else { ClauseKind::All(parts) } }
            }
            _ => parts.remove(0),
        }
    }

    /// A comparison, or clauses in brackets.
    fn single(&mut self) -> Clause {
        let from = self.begin();
        if self.kind() == Some(&TokenKind::Open) {
            self.at += 1;
            let inner = self.joined(&TokenKind::Or);
            self.at += 1;
            return Clause { from, to: self.end(), ..inner };
        }
        self.operand();
        let left = (from, self.end());
        self.at += 1;
        let begin = self.begin();
        self.operand();
        let right = (begin, self.end());
        Clause { from, to: right.1, kind: ClauseKind::Compare { left, right } }
    }

    /// Passes over an operand, a function with its arguments.
    fn operand(&mut self) {
        self.at += 1;
        if self.kind() != Some(&TokenKind::Open) {
            return;
        }
        let mut depth = 0;
        while let Some(kind) = self.kind() {
            match kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, clause: &Clause) -> String {
        let parts = |parts: &[Clause]| parts.iter().map(|part| told(text, part)).collect::<Vec<_>>().join(", ");
        match &clause.kind {
            ClauseKind::All(inner) => format!("all[{}]", parts(inner)),
            ClauseKind::Any(inner) => format!("any[{}]", parts(inner)),
            ClauseKind::Compare { left, right } => {
                format!("{} ({} | {})", &text[clause.from..clause.to], &text[left.0..left.1], &text[right.0..right.1])
            }
        }
    }

    #[test]
    fn clauses_have_their_places() {
        for (text, expected) in [
            (" a = 1 ", "a = 1 (a | 1)"),
            ("a=1||b='x)'&&c=3", "any[a=1 (a | 1), all[b='x)' (b | 'x)'), c=3 (c | 3)]]"),
            ("(a = 1 || b = 2) && c = 3", "all[any[a = 1 (a | 1), b = 2 (b | 2)], c = 3 (c | 3)]"),
            ("((f(a, g(1)) < 2))", "((f(a, g(1)) < 2)) (f(a, g(1)) | 2)"),
        ] {
            assert_eq!(told(text, &outline(text).expect(text)), expected);
        }
        let text = "(a = 1 || b = 2) && c = 3";
        let clause = outline(text).expect(text);
        let ClauseKind::All(parts) = &clause.kind else { panic!("{clause:?}") };
        assert_eq!((parts[0].from, parts[0].to, clause.to), (0, 16, text.len()));
        assert!(outline("a = ").is_err());
    }
}
