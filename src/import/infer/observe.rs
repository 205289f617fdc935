//! What is remembered of a column while its values go by: enough to choose a type, and never more than some choices.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::ids;
use crate::schema::field::{GREATEST_WHOLE, date, email, url};

/// How many different texts make a choice.
const MOST_CHOICES: usize = 100;
/// How long such a text is at most, in characters.
const LONGEST_CHOICE: usize = 100;
/// What text fields take where nothing is set, in characters.
const USUAL_TEXT: usize = 5_000;
/// What JSON fields take where nothing is set, in bytes.
const USUAL_JSON: usize = 1 << 20;
/// How many digits a 64-bit float keeps in any case.
const EXACT_DIGITS: usize = 15;

/// The types that columns can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number,
    Bool,
    Date,
    Email,
    Url,
    Select,
    GeoPoint,
    Json,
}

impl Type {
    /// The contract's word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Email => "email",
            Self::Url => "url",
            Self::Select => "select",
            Self::GeoPoint => "geoPoint",
            Self::Json => "json",
        }
    }

    /// How an empty value is stored, where that is more than nothing.
    fn zero(self) -> Option<&'static str> {
        match self {
            Self::Number => Some("0"),
            Self::Bool => Some("false"),
            Self::GeoPoint => Some("the point 0, 0"),
            _ => None,
        }
    }
}

/// How many values of each kind there were, and what they have in common.
#[derive(Debug)]
pub(super) struct Column {
    /// Values that are something: neither null nor an empty text.
    filled: u64,
    numbers: u64,
    bools: u64,
    texts: u64,
    lists: u64,
    objects: u64,
    /// Of the texts, those that say a number, a truth, JSON.
    numeric: u64,
    /// Of the texts, whole numbers of more digits than a number field keeps (the reader of JSON makes texts of them),
    /// and those that are numbers of any length.
    too_long: u64,
    digits: u64,
    truths: u64,
    documents: u64,
    dates: u64,
    emails: u64,
    urls: u64,
    ids: u64,
    points: u64,
    /// The different elements of all lists, as long as they can be a choice.
    choices: Option<BTreeSet<String>>,
    /// The longest text in characters.
    longest_text: usize,
    /// The longest value as JSON, in bytes.
    longest_json: usize,
}

impl Default for Column {
    fn default() -> Self {
        Self {
            filled: 0,
            numbers: 0,
            bools: 0,
            texts: 0,
            lists: 0,
            objects: 0,
            numeric: 0,
            too_long: 0,
            digits: 0,
            truths: 0,
            documents: 0,
            dates: 0,
            emails: 0,
            urls: 0,
            ids: 0,
            points: 0,
            choices: Some(BTreeSet::new()),
            longest_text: 0,
            longest_json: 0,
        }
    }
}

impl Column {
    /// Looks at a value. Cells of CSV (`texts_only`) may say what JSON would have written out.
    pub(super) fn see(&mut self, value: &Json, texts_only: bool) {
        match value {
            Json::Null => return,
            Json::String(text) if text.is_empty() => return,
            Json::String(text) => self.see_text(text, texts_only),
            Json::Number(number) => {
                self.numbers += 1;
                self.longest_text = self.longest_text.max(number.to_string().len().max(24));
            }
            Json::Bool(_) => self.bools += 1,
            Json::Array(elements) => {
                self.lists += 1;
                self.see_list(elements);
                self.longest_json = self.longest_json.max(value.to_string().len());
            }
            Json::Object(members) => {
                self.objects += 1;
                self.points += u64::from(is_point(members));
                self.longest_json = self.longest_json.max(value.to_string().len());
            }
        }
        self.filled += 1;
    }

    fn see_text(&mut self, text: &str, texts_only: bool) {
        self.texts += 1;
        self.longest_text = self.longest_text.max(text.chars().count());
        // Quotes and escapes at most double a text; control characters are rare.
        self.longest_json = self.longest_json.max(text.len() * 2 + 2);
        let all_so_far = |count: u64| count + 1 == self.texts;
        // What one text is not, the column is not: later ones need not be asked.
        self.dates += u64::from(all_so_far(self.dates) && is_date(text));
        self.emails += u64::from(all_so_far(self.emails) && email::is_email(text));
        self.urls += u64::from(all_so_far(self.urls) && text.contains("://") && url::is_url(text));
        self.ids += u64::from(all_so_far(self.ids) && ids::is_record_id(text));
        let is_too_long = all_so_far(self.digits) && is_too_long(text, texts_only);
        self.too_long += u64::from(is_too_long);
        self.digits += u64::from(is_too_long);
        if !texts_only {
            return;
        }
        let is_exact = (all_so_far(self.digits) || all_so_far(self.numeric)) && is_exact_number(text);
        self.digits += u64::from(all_so_far(self.digits) && is_exact);
        self.numeric += u64::from(all_so_far(self.numeric) && is_exact);
        self.truths += u64::from(all_so_far(self.truths) && matches!(text, "true" | "false"));
        if all_so_far(self.documents) && text.starts_with(['{', '[']) {
            self.see_document(text);
        }
    }

    /// A cell that may be a JSON array or object.
    fn see_document(&mut self, text: &str) {
        match serde_json::from_str(text) {
            Ok(Json::Array(elements)) => {
                self.documents += 1;
                self.lists += 1;
                self.see_list(&elements);
            }
            Ok(Json::Object(members)) => {
                self.documents += 1;
                self.objects += 1;
                self.points += u64::from(is_point(&members));
            }
            _ => {}
        }
    }

    fn see_list(&mut self, elements: &[Json]) {
        let Some(choices) = &mut self.choices else { return };
        let mut own = BTreeSet::new();
        let fits = elements.iter().all(|element| match element {
            // A choice is kept once and never empty.
            Json::String(text) => {
                !text.is_empty() && text.chars().count() <= LONGEST_CHOICE && own.insert(text.as_str())
            }
            _ => false,
        });
        if fits {
            choices.extend(own.into_iter().map(str::to_owned));
        }
        if !fits || choices.len() > MOST_CHOICES {
            self.choices = None;
        }
    }

    /// Whether all values are record ids.
    pub(super) fn is_all_ids(&self) -> bool {
        self.filled > 0 && self.ids == self.filled
    }

    /// Whether all values are dates.
    pub(super) fn is_all_dates(&self) -> bool {
        self.filled > 0 && self.dates == self.filled
    }

    /// The type with its options.
    pub(super) fn decide(&self, texts_only: bool) -> (Type, Map<String, Json>) {
        let kind = self.kind(texts_only);
        let mut options = Map::new();
        match kind {
            Type::Text if self.longest_text > USUAL_TEXT => {
                // Room for as much again.
                options.insert("max".to_owned(), json!((self.longest_text * 2).div_ceil(1_000) * 1_000));
            }
            Type::Json if self.longest_json > USUAL_JSON => {
                options.insert("maxSize".to_owned(), json!(self.longest_json * 2));
            }
            Type::Select => {
                let choices = self.choices.iter().flatten().collect::<Vec<_>>();
                options.insert("maxSelect".to_owned(), json!(choices.len()));
                options.insert("values".to_owned(), json!(choices));
            }
            _ => {}
        }
        (kind, options)
    }

    fn kind(&self, texts_only: bool) -> Type {
        let all = |count: u64| self.filled > 0 && count == self.filled;
        // A choice of one element would be a single value, no list.
        let is_choice = all(self.lists) && self.choices.as_ref().is_some_and(|choices| choices.len() > 1);
        if self.filled == 0 {
            return if texts_only { Type::Text } else { Type::Json };
        }
        if all(self.numbers) || all(self.numeric) {
            Type::Number
        } else if all(self.bools) || all(self.truths) {
            Type::Bool
        } else if all(self.dates) {
            Type::Date
        } else if all(self.emails) {
            Type::Email
        } else if all(self.urls) {
            Type::Url
        } else if all(self.points) {
            Type::GeoPoint
        } else if is_choice {
            Type::Select
        } else if all(self.documents) || (!texts_only && self.lists + self.objects > 0) {
            Type::Json
        } else {
            Type::Text
        }
    }

    /// What a person should know, for a file of so many rows.
    pub(super) fn notes(&self, kind: Type, rows: u64) -> Vec<String> {
        let mut notes = Vec::new();
        if self.filled == 0 {
            notes.push("Empty in every row.".to_owned());
            return notes;
        }
        let kinds = [self.numbers, self.bools, self.texts, self.objects.max(self.lists)];
        let is_mixed = self.documents == 0 && kinds.iter().filter(|&&count| count > 0).count() > 1;
        if kind == Type::Text && self.too_long > 0 && self.numbers + self.digits == self.filled {
            notes.push("Whole numbers of more digits than a number field keeps, kept as text.".to_owned());
        } else if is_mixed && matches!(kind, Type::Text | Type::Json) {
            notes.push(format!("Values of different types, kept as {}.", kind.name()));
        }
        let empty = rows.saturating_sub(self.filled);
        if let Some(zero) = kind.zero().filter(|_| empty > 0) {
            notes.push(format!("Empty in {empty} of {rows} rows, which is stored as {zero}."));
        }
        notes
    }
}

/// Whether a text is an ISO date that a date field keeps to its last digit. Date fields read more forms than that,
/// but a column of numbers or of names of months is no column of dates.
fn is_date(text: &str) -> bool {
    let begins = text.len() >= 10
        && text.bytes().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    begins && digits <= 3 && date::parse(text).is_some()
}

/// Whether a text is a number as JSON writes it, with no more digits than a 64-bit float keeps. Codes with leading
/// zeros or a plus are none.
fn is_exact_number(text: &str) -> bool {
    if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) || text == "-0" {
        return false;
    }
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    digits <= EXACT_DIGITS && serde_json::from_str::<f64>(text).is_ok_and(f64::is_finite)
}

/// Whether a text is a whole number that a number field does not keep to its last digit.
fn is_too_long(text: &str, is_cell: bool) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_whole = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let most = if is_cell { EXACT_DIGITS } else { 0 };
    is_whole && digits.len() > most && (is_cell || digits.parse::<f64>().is_ok_and(|number| number > GREATEST_WHOLE))
}

fn is_point(members: &Map<String, Json>) -> bool {
    let within = |name: &str, most: f64| members.get(name).and_then(Json::as_f64).is_some_and(|at| at.abs() <= most);
    members.len() == 2 && within("lon", 180.0) && within("lat", 90.0)
}
