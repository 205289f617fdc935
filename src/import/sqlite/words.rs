//! Expressions of the source in the words of a collection: columns under the names of their fields, and NULL as what
//! fields have in its place.

use sqlparser::dialect::SQLiteDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::kind::Kind;
use super::plan::FieldPlan;

/// An expression over the columns of one table, as an expression over the fields of its collection.
///
/// # Errors
/// Why it cannot be said there, as a clause.
pub(super) fn translate(expression: &str, fields: &[FieldPlan]) -> Result<String, &'static str> {
    let tokens = Tokenizer::new(&SQLiteDialect {}, expression).tokenize().map_err(|_| "it cannot be read")?;
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let (piece, length) = match token {
            Token::Word(word) if tokens.get(at + 1) != Some(&Token::LParen) => {
                match fields.iter().find(|field| field.column.eq_ignore_ascii_case(&word.value)) {
                    Some(field) => column(field, &tokens[at + 1..])?,
                    None if word.value.eq_ignore_ascii_case("NULL") => return Err("it speaks of NULL"),
                    None if word.quote_style.is_some() => return Err("it names no column of the table"),
                    None => (token.to_string(), 1),
                }
            }
            Token::SingleQuotedString(text) => (format!("'{}'", text.replace('\'', "''")), 1),
            Token::Period => return Err("it names tables"),
            Token::SemiColon => return Err("it is more than one statement"),
            _ => (token.to_string(), 1),
        };
        out.push(piece);
        at += length;
    }
    Ok(out.join(" "))
}

/// A column and how many tokens it takes, the test for NULL behind it included.
fn column(field: &FieldPlan, behind: &[Token]) -> Result<(String, usize), &'static str> {
    let name = format!("`{}`", field.name);
    let word = |at: usize| match behind.get(at) {
        Some(Token::Word(word)) => word.value.to_ascii_uppercase(),
        _ => String::new(),
    };
    let (negated, length) = match (word(0).as_str(), word(1).as_str(), word(2).as_str()) {
        ("IS", "NULL", _) => (false, 3),
        ("IS", "NOT", "NULL") => (true, 4),
        ("ISNULL", ..) => (false, 2),
        ("NOTNULL", ..) => (true, 2),
        ("NOT", "NULL", _) => (true, 3),
        _ => {
            return match field.kind {
                Kind::Date(_) | Kind::Relation { .. } => {
                    Err("it speaks of a column whose values have another form here")
                }
                _ => Ok((name, 1)),
            };
        }
    };
    match field.kind {
        Kind::Json { .. } => Ok((format!("{name} IS {}NULL", if negated { "NOT " } else { "" }), length)),
        Kind::Number { .. } | Kind::Bool => Err("it asks for NULL where a number cannot be told from it"),
        _ => Ok((format!("{name} {} ''", if negated { "!=" } else { "=" }), length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::sqlite::dates::Form;

    fn fields() -> Vec<FieldPlan> {
        [
            ("deleted at", "deleted_at", Kind::Date(Form::Text)),
            ("Name", "Name", Kind::Text { max: 0 }),
            ("id", "source_id", Kind::Number { whole: true }),
            ("extra", "extra", Kind::Json { max: 0 }),
        ]
        .map(|(column, name, kind)| FieldPlan::plain(column, name, kind))
        .into()
    }

    #[test]
    fn columns_take_the_names_of_their_fields() {
        for (source, expected) in [
            ("lower(\"name\") || 'id'", "lower ( `Name` ) || 'id'"),
            ("[id] > 5 AND Name != 'it''s'", "`source_id` > 5 AND `Name` <> 'it''s'"),
            ("\"deleted at\" IS NULL", "`deleted_at` = ''"),
            ("[deleted at] IS NOT NULL and extra is null", "`deleted_at` != '' and `extra` IS NULL"),
            ("name NOTNULL", "`Name` != ''"),
        ] {
            assert_eq!(translate(source, &fields()).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn what_means_something_else_here_is_refused() {
        for source in [
            "id IS NULL",
            "coalesce(name, NULL)",
            "t.name = 'x'",
            "\"deleted at\" > '2020'",
            "a; b",
            "'open",
            "\"x\" = 1",
        ] {
            assert!(translate(source, &fields()).is_err(), "{source}");
        }
    }
}
