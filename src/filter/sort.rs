//! Sorts: a comma list of identifiers, each with a direction.

use super::FilterError;
use super::ast::{Term, TermKind};
use super::lexer::{is_identifier, shortened};
use super::operand::Operand;
use super::resolve::{Resolver, View};

/// How many terms a sort may have.
const MAX_TERMS: usize = 8;
/// How long a term's name may be, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// A term of a sort.
#[derive(Debug, Clone)]
pub(super) struct SortTerm {
    pub(super) by: SortKey,
    pub(super) descending: bool,
}

/// What is sorted by.
#[derive(Debug, Clone)]
pub(super) enum SortKey {
    /// `@random`
    Random,
    /// `@rowid`
    Insertion,
    /// Anything that an identifier stands for, but values.
    Operand(Operand),
}

impl Resolver<'_> {
    /// Parses and types a sort.
    pub(super) fn sort(&mut self, text: &str, view: &View) -> Result<Vec<SortTerm>, FilterError> {
        let mut terms = Vec::new();
        for term in text.split(',') {
            if terms.len() == MAX_TERMS {
                return Err(FilterError::Invalid(format!("a sort has {MAX_TERMS} terms at most")));
            }
            terms.push(self.sort_term(term.trim(), view)?);
        }
        Ok(terms)
    }

    fn sort_term(&mut self, term: &str, view: &View) -> Result<SortTerm, FilterError> {
        let descending = term.starts_with('-');
        let name = term.strip_prefix(['-', '+']).unwrap_or(term);
        let invalid =
            |reason: &str| FilterError::Invalid(format!("invalid sort field {:?} - {reason}", shortened(name)));
        if name.len() > MAX_NAME_BYTES {
            return Err(invalid("the name is too long"));
        }
        let by = match name {
            "@random" => {
                self.volatile = true;
                SortKey::Random
            }
            "@rowid" => SortKey::Insertion,
            _ if !is_identifier(name) => return Err(invalid("it is no name")),
            _ => {
                let operand = Term { at: 0, kind: TermKind::Identifier(name.to_owned()) };
                let operand = self.term(&operand, view).map_err(|reason| invalid(&reason))?;
                self.public_emails.clear();
                if matches!(operand, Operand::Known(_)) {
                    return Err(invalid("rows cannot be sorted by a value"));
                }
                SortKey::Operand(operand)
            }
        };
        Ok(SortTerm { by, descending })
    }
}
