//! The type of field that a column becomes: by what it was declared to be, as far as its values agree.

use serde_json::{Value as Json, json};

use super::dates::{self, Form};
use super::observe::Observed;
use crate::schema::field::GREATEST_WHOLE;
use crate::schema::{Field, FieldKind};

/// The most characters that a text field holds where nothing is set, and the most bytes of a json field.
const TEXT_LIMIT: usize = 5000;
const JSON_LIMIT: usize = 1 << 20;

/// What a column becomes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A text of at most so many characters; 0 is the usual limit.
    Text {
        /// The limit.
        max: usize,
    },
    /// A number.
    Number {
        /// Whether it has no fraction.
        whole: bool,
    },
    /// A truth.
    Bool,
    /// An instant, kept in this form.
    Date(Form),
    /// JSON of at most so many bytes; 0 is the usual limit.
    Json {
        /// The limit.
        max: usize,
    },
    /// The record of the row that the column points to.
    Relation {
        /// The id of its collection.
        collection: String,
        /// Whether the record goes with it.
        cascades: bool,
    },
}

/// What a declared type asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Whole,
    Number,
    Bool,
    Date,
    Json,
    Text,
    Any,
}

fn wish(declared: &str) -> Wish {
    let declared = declared.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    if has(&["BOOL"]) {
        Wish::Bool
    } else if has(&["DATE", "TIMESTAMP"]) {
        Wish::Date
    } else if has(&["JSON"]) {
        Wish::Json
    } else if has(&["CHAR", "CLOB", "TEXT", "STRING"]) {
        Wish::Text
    } else if has(&["INT"]) {
        Wish::Whole
    } else if has(&["REAL", "FLOA", "DOUB", "NUM", "DEC", "MONEY"]) {
        Wish::Number
    } else {
        Wish::Any
    }
}

/// What the values of a declared type are cast to in the query of a view, so that its field has a type; none where
/// nothing was declared.
pub(super) fn cast_of(declared: &str) -> Option<&'static str> {
    match wish(declared) {
        Wish::Whole => Some("INTEGER"),
        Wish::Number => Some("REAL"),
        Wish::Bool => Some("BOOLEAN"),
        Wish::Text | Wish::Date => Some("TEXT"),
        Wish::Json | Wish::Any => None,
    }
}

/// What a column becomes, and what should be said of it.
pub(super) fn decide(declared: &str, seen: &Observed) -> (Kind, Vec<String>) {
    let wish = wish(declared);
    let kind = if seen.values() == 0 { of_nothing(wish) } else { of_values(wish, seen) };
    let notes = notes(wish, declared, &kind, seen);
    (kind, notes)
}

fn of_nothing(wish: Wish) -> Kind {
    match wish {
        Wish::Whole => Kind::Number { whole: true },
        Wish::Number => Kind::Number { whole: false },
        Wish::Bool => Kind::Bool,
        Wish::Date => Kind::Date(Form::Text),
        Wish::Json => Kind::Json { max: 0 },
        Wish::Text | Wish::Any => Kind::Text { max: 0 },
    }
}

fn of_values(wish: Wish, seen: &Observed) -> Kind {
    if seen.blobs > 0 {
        return text(seen);
    }
    let wished = match wish {
        Wish::Bool => (seen.reals == 0 && seen.ints_within(0, 1) && seen.truths).then_some(Kind::Bool),
        Wish::Date => date_form(seen).map(Kind::Date),
        Wish::Json => (seen.json && seen.infinite == 0).then(|| {
            let largest = seen.largest;
            Kind::Json { max: if largest > JSON_LIMIT { roomy(largest) } else { 0 } }
        }),
        _ => None,
    };
    wished.unwrap_or_else(|| match seen.texts {
        0 if seen.ints_within(-(GREATEST_WHOLE as i64), GREATEST_WHOLE as i64) => {
            Kind::Number { whole: wish == Wish::Whole && seen.reals == 0 }
        }
        _ => text(seen),
    })
}

fn date_form(seen: &Observed) -> Option<Form> {
    if seen.ints + seen.reals == 0 {
        return seen.dates.then_some(Form::Text);
    }
    if seen.texts > 0 {
        return None;
    }
    let within = |(from, to)| seen.numbers_within(from, to);
    let wide = |(from, to): (i64, i64)| within((from as f64, to as f64));
    if wide(dates::SECONDS) {
        Some(Form::Seconds)
    } else if wide(dates::MILLISECONDS) {
        Some(Form::Milliseconds)
    } else if seen.reals > 0 && within(dates::DAYS) {
        Some(Form::Days)
    } else {
        None
    }
}

fn text(seen: &Observed) -> Kind {
    Kind::Text { max: if seen.longest > TEXT_LIMIT { roomy(seen.longest) } else { 0 } }
}

/// A limit with room for more: a power of ten that is at least twice as much.
fn roomy(most: usize) -> usize {
    (1..16).map(|zeros| 10_usize.pow(zeros)).find(|limit| *limit >= most.saturating_mul(2)).unwrap_or(most)
}

fn notes(wish: Wish, declared: &str, kind: &Kind, seen: &Observed) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |count: u64, sentence: &str| {
        if count > 0 {
            notes.push(format!("{} {sentence}", values(count)));
        }
    };
    note(seen.blobs, "of bytes: kept as base64 text");
    note(seen.broken, "of text that is not UTF-8: what cannot be read became U+FFFD");
    match kind {
        Kind::Number { .. } => {
            note(seen.infinite, "that are infinite: became the greatest finite number");
            note(seen.nulls, "of NULL: became 0");
        }
        Kind::Bool => note(seen.nulls, "of NULL: became false"),
        Kind::Date(Form::Text) => note(seen.finer, "with digits behind the milliseconds: cut there"),
        _ => {}
    }
    let declared = declared.trim();
    let became = match (wish, kind) {
        (Wish::Whole | Wish::Number | Wish::Any, Kind::Text { .. }) if seen.blobs == 0 => {
            let beyond = GREATEST_WHOLE as i64;
            if !seen.ints_within(-beyond, beyond) {
                Some("text, because numbers beyond 2^53 are not exact as numbers")
            } else if wish == Wish::Any || seen.ints + seen.reals + seen.texts == 0 {
                None
            } else {
                Some("text, because not all of its values are numbers")
            }
        }
        (Wish::Bool, Kind::Text { .. } | Kind::Number { .. }) => {
            Some("no bool, because it has values other than 0 and 1")
        }
        (Wish::Date, Kind::Text { .. } | Kind::Number { .. }) => {
            Some("no date, because not all of its values are instants of one form")
        }
        (Wish::Json, Kind::Text { .. }) => Some("text, because not all of its values are JSON"),
        _ => None,
    };
    notes.extend(became.filter(|_| seen.values() > 0).map(|became| format!("declared {declared}, became {became}")));
    notes
}

fn values(count: u64) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}

impl Kind {
    /// The field, as a collection is made with it.
    pub(super) fn to_json(&self, name: &str, required: bool) -> Json {
        match self {
            Self::Text { max } => json!({"name": name, "type": "text", "required": required, "max": max}),
            Self::Number { whole } => json!({"name": name, "type": "number", "required": required, "onlyInt": whole}),
            Self::Bool => json!({"name": name, "type": "bool"}),
            Self::Date(_) => json!({"name": name, "type": "date", "required": required}),
            Self::Json { max } => json!({"name": name, "type": "json", "required": required, "maxSize": max}),
            Self::Relation { collection, cascades } => json!({
                "name": name, "type": "relation", "required": required,
                "collectionId": collection, "cascadeDelete": cascades, "maxSelect": 1,
            }),
        }
    }

    /// The type in a word.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Number { .. } => "number",
            Self::Bool => "bool",
            Self::Date(_) => "date",
            Self::Json { .. } => "json",
            Self::Relation { .. } => "relation",
        }
    }

    /// What the column becomes in a field that is there already; none where the field cannot hold its values.
    pub(super) fn within(&self, field: &Field, seen: &Observed) -> Option<Self> {
        let nothing = seen.values() == seen.empty && !matches!(field.kind, FieldKind::Relation(_));
        match (&field.kind, self) {
            (FieldKind::Text(_) | FieldKind::Editor(_) | FieldKind::Email(_) | FieldKind::Url(_), _) => {
                Some(Self::Text { max: 0 })
            }
            (FieldKind::Number(_), Self::Number { whole }) => Some(Self::Number { whole: *whole }),
            (FieldKind::Number(_), Self::Bool) if seen.texts == 0 => Some(Self::Number { whole: true }),
            (FieldKind::Number(_), _) if nothing => Some(Self::Number { whole: false }),
            (FieldKind::Bool, Self::Bool) => Some(Self::Bool),
            (FieldKind::Bool, _) if nothing => Some(Self::Bool),
            (FieldKind::Date(_), Self::Date(form)) => Some(Self::Date(*form)),
            (FieldKind::Date(_), _) if nothing => Some(Self::Date(Form::Text)),
            (FieldKind::Json(_), Self::Json { .. } | Self::Number { .. }) => Some(Self::Json { max: 0 }),
            (FieldKind::Json(_), _) if nothing => Some(Self::Json { max: 0 }),
            (FieldKind::Relation(options), Self::Relation { collection, .. }) => {
                (options.collection_id == *collection).then(|| self.clone())
            }
            _ => None,
        }
    }

    /// Whether a text field that is there must be given a greater limit, and which.
    pub(super) fn greater_limit(&self, field: &Field) -> Option<usize> {
        match (&field.kind, self) {
            (FieldKind::Text(options), Self::Text { max }) if *max > 0 && (options.max as usize) < *max => Some(*max),
            (FieldKind::Json(options), Self::Json { max }) if *max > 0 && (options.max_size as usize) < *max => {
                Some(*max)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::foreign::Cell;

    fn becomes(declared: &str, cells: &[Cell<'_>]) -> Kind {
        let mut seen = Observed::default();
        cells.iter().for_each(|cell| seen.see(cell));
        decide(declared, &seen).0
    }

    fn said(declared: &str, cells: &[Cell<'_>]) -> String {
        let mut seen = Observed::default();
        cells.iter().for_each(|cell| seen.see(cell));
        decide(declared, &seen).1.join("; ")
    }

    fn t(text: &str) -> Cell<'_> {
        Cell::Text(text.into())
    }

    const TEXT: Kind = Kind::Text { max: 0 };
    const NUMBER: Kind = Kind::Number { whole: false };
    const WHOLE: Kind = Kind::Number { whole: true };

    #[test]
    fn without_values_the_declared_type_decides() {
        for (declared, expected) in [
            ("INTEGER", WHOLE),
            ("bigint unsigned", WHOLE),
            ("NUMERIC(10,2)", NUMBER),
            ("double precision", NUMBER),
            ("BOOLEAN", Kind::Bool),
            ("DATETIME", Kind::Date(Form::Text)),
            ("timestamp with time zone", Kind::Date(Form::Text)),
            ("JSON", Kind::Json { max: 0 }),
            ("NVARCHAR(160)", TEXT),
            ("BLOB", TEXT),
            ("", TEXT),
        ] {
            assert_eq!(becomes(declared, &[Cell::Null]), expected, "{declared}");
        }
    }

    #[test]
    fn values_decide_where_they_differ_from_what_was_declared() {
        let big = Cell::Int(9_007_199_254_740_992);
        let cases: [(&str, &[Cell<'_>], Kind); 22] = [
            ("INTEGER", &[Cell::Int(3), Cell::Null], WHOLE),
            ("INTEGER", &[Cell::Int(3), Cell::Real(0.5)], NUMBER),
            ("INTEGER", &[Cell::Int(3), t("three")], TEXT),
            ("INTEGER", std::slice::from_ref(&big), TEXT),
            ("REAL", &[Cell::Real(1.5), Cell::Real(f64::INFINITY)], NUMBER),
            ("", &[Cell::Int(3)], NUMBER),
            ("", &[Cell::Blob(b"x")], TEXT),
            ("BOOLEAN", &[Cell::Int(0), Cell::Int(1)], Kind::Bool),
            ("BOOLEAN", &[t("true"), t("F")], Kind::Bool),
            ("BOOLEAN", &[Cell::Int(0), Cell::Int(2)], NUMBER),
            ("BOOLEAN", &[t("maybe")], TEXT),
            ("DATE", &[t("2020-01-02"), t("")], Kind::Date(Form::Text)),
            ("DATE", &[t("2020-01-02"), t("soon")], TEXT),
            ("DATE", &[t("2020-01-02"), Cell::Int(1)], TEXT),
            ("DATETIME", &[Cell::Int(1_230_768_000)], Kind::Date(Form::Seconds)),
            ("DATETIME", &[Cell::Real(1_230_768_000.5)], Kind::Date(Form::Seconds)),
            ("DATETIME", &[Cell::Int(1_230_768_000_000)], Kind::Date(Form::Milliseconds)),
            ("DATETIME", &[Cell::Real(2_454_832.5)], Kind::Date(Form::Days)),
            ("DATETIME", &[Cell::Int(20_200_102)], NUMBER),
            ("JSON", &[t("{}"), t("[1]"), Cell::Int(5)], Kind::Json { max: 0 }),
            ("JSON", &[t("{")], TEXT),
            ("TEXT", &[t("2020-01-02")], TEXT),
        ];
        for (declared, cells, expected) in cases {
            assert_eq!(becomes(declared, cells), expected, "{declared} {cells:?}");
        }
        assert_eq!(becomes("TEXT", &[t(&"é".repeat(5000))]), TEXT);
        assert_eq!(becomes("TEXT", &[t(&"é".repeat(5001))]), Kind::Text { max: 100_000 });
    }

    #[test]
    fn what_changes_is_said() {
        assert_eq!(said("INTEGER", &[Cell::Int(1)]), "");
        assert_eq!(said("INTEGER", &[Cell::Int(1), Cell::Null]), "1 value of NULL: became 0");
        assert!(said("INTEGER", &[Cell::Int(i64::MAX)]).contains("beyond 2^53"));
        assert!(said("BLOB", &[Cell::Blob(b"x"), Cell::Blob(b"y")]).starts_with("2 values of bytes"));
        assert!(said("TEXT", &[Cell::Broken("\u{fffd}".into())]).contains("UTF-8"));
        assert!(said("DATE", &[t("soon")]).contains("no date"));
        assert!(said("REAL", &[Cell::Real(f64::NEG_INFINITY)]).contains("infinite"));
        assert!(said("DATETIME", &[t("2020-01-02 03:04:05.123456")]).contains("milliseconds"));
    }
}
