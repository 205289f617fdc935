//! What is wrong with a filter, where, and in words for the person who types it.

use super::lexer::Lexer;
use super::outline::{Clause, ClauseKind, outline};
use super::{FilterError, Request, compile, value};
use crate::schema::{CollectionRef, FieldKind, Schema};

/// What is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterFault {
    /// A sentence.
    pub message: String,
    /// Where it begins, in bytes of the text.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
}

/// What is wrong with the rule of a request, or else with its filter.
pub fn find_fault(request: &Request<'_>) -> Option<FilterFault> {
    let error = compile(request).err()?;
    let text = request.rule.or(request.filter).unwrap_or_default();
    let whole = |message: String| Some(FilterFault { message, from: 0, to: text.len() });
    let FilterError::Invalid(said) = &error else { return whole(sentence(&error.to_string())) };
    let clause = match outline(text) {
        Ok(clause) => clause,
        Err(_) => return Some(unreadable(text, said)),
    };
    let mut operands = Vec::new();
    places(&clause, &mut operands);
    let wrong = operands.into_iter().find_map(|(from, to)| {
        let operand = text.get(from..to)?;
        let reason = value::value_of(request, operand).err()?.to_string();
        let message = unknown_field(request.schema, request.collection, operand, &reason);
        Some(FilterFault { message: message.unwrap_or_else(|| sentence(&reason)), from, to })
    });
    wrong.or_else(|| whole(sentence(said)))
}

/// A text that does not parse. The parser says where, or that the end came too soon.
fn unreadable(text: &str, said: &str) -> FilterFault {
    let placed = said.rsplit_once(" at position ").and_then(|(what, at)| Some((what, at.parse::<usize>().ok()? - 1)));
    let Some((what, from)) = placed.filter(|(_, from)| text.is_char_boundary(*from)) else {
        return FilterFault { message: sentence(said), from: text.len(), to: text.len() };
    };
    let rest = &text[from..];
    let length = match Lexer::new(rest).next() {
        Ok(Some(token)) => token.end,
        _ if rest.starts_with(['"', '\'']) => rest.len(),
        _ => {
            let signs = rest.find(|sign| !"=!?<>~&|".contains(sign)).unwrap_or(rest.len());
            signs.max(rest.chars().next().map_or(0, char::len_utf8))
        }
    };
    FilterFault { message: sentence(what), from, to: from + length }
}

fn places(clause: &Clause, out: &mut Vec<(usize, usize)>) {
    match &clause.kind {
        ClauseKind::All(parts) | ClauseKind::Any(parts) => parts.iter().for_each(|part| places(part, out)),
        ClauseKind::Compare { left, right } => out.extend([*left, *right]),
    }
}

/// Says which collection has no such field, and which of its fields was meant.
fn unknown_field(schema: &Schema, collection: &CollectionRef, operand: &str, reason: &str) -> Option<String> {
    let unknown = reason.strip_prefix("unknown field ")?.trim_matches('"');
    let path = operand.split(':').next().unwrap_or_default();
    let (mut at, mut parts) = (collection, path.split('.'));
    if let Some(rest) = path.strip_prefix("@collection.") {
        parts = rest.split('.');
        at = schema.find(parts.next()?)?;
    }
    for part in parts {
        if part == unknown {
            let known = at.fields.iter().map(|field| field.name.as_str());
            let meant = closest(unknown, known).map(|meant| format!("; did you mean `{meant}`?"));
            let end = meant.unwrap_or_else(|| ".".to_owned());
            return Some(format!("There is no field `{unknown}` in {}{end}", at.name));
        }
        let target = match (at.field(part).map(|field| &field.kind), part.split_once("_via_")) {
            (Some(FieldKind::Relation(options)), _) => schema.by_id(&options.collection_id),
            (None, Some((back, _))) => schema.find(back),
            _ => None,
        };
        at = target?;
    }
    None
}

/// The name that is nearly the one that was typed.
fn closest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let typed = typed.to_lowercase();
    let most = 1 + typed.chars().count() / 4;
    let far = |name: &str| strsim::damerau_levenshtein(&typed, &name.to_lowercase());
    names
        .map(|name| (far(name), name))
        .filter(|(far, _)| *far <= most)
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

fn sentence(text: &str) -> String {
    let mut out = text.trim().to_owned();
    if let Some(first) = out.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !out.ends_with(['.', '?', '!']) {
        out.push('.');
    }
    out
}
