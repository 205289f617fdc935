//! From what a file holds to the fields of a collection: every value of every row is looked at, then each column
//! gets the narrowest type that keeps all of them.
//!
//! `observe.rs` is what is remembered of a column. No database and no file here: it is a function from values to
//! fields.

mod observe;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use self::observe::Column;
use super::names::{self, LONGEST_FIELD, Taken};
use crate::error::{Error, Result};

/// What records of a new collection have already.
const OWN: [&str; 3] = ["id", "created", "updated"];

/// How many columns a collection can be inferred from.
const MOST_COLUMNS: usize = 1_000;

/// What was seen of a file so far.
#[derive(Debug, Default)]
pub struct Observer {
    columns: IndexMap<String, Column>,
    rows: u64,
    /// Whether all values are texts that may mean something else: CSV.
    texts_only: bool,
}

/// The fields that a file asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Inferred {
    /// One a column, in the order of the file.
    pub columns: Vec<InferredColumn>,
    /// How many rows were looked at.
    pub rows: u64,
}

/// A column and the field that holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct InferredColumn {
    /// The name in the file.
    pub source: String,
    /// The name of the field.
    pub name: String,
    /// The contract's word for the field's type.
    pub kind: &'static str,
    /// The field as the API takes it; `None` where every collection has it anyway.
    pub field: Option<Map<String, Json>>,
    /// What a person should know about it, as sentences.
    pub notes: Vec<String>,
}

impl Observer {
    /// Nothing seen yet. `texts_only` says that values are cells of CSV.
    pub fn new(texts_only: bool) -> Self {
        Self { texts_only, ..Self::default() }
    }

    /// Makes columns of a header, so that empty ones are known too.
    ///
    /// # Errors
    /// As [`Observer::see`].
    pub fn header(&mut self, names: &[String]) -> Result<()> {
        names.iter().try_for_each(|name| self.column(name).map(|_| ()))
    }

    /// Looks at a row.
    ///
    /// # Errors
    /// One sentence where the file has too many columns.
    pub fn see(&mut self, values: &[(String, Json)]) -> Result<()> {
        self.rows += 1;
        let texts_only = self.texts_only;
        for (name, value) in values {
            self.column(name)?.see(value, texts_only);
        }
        Ok(())
    }

    fn column(&mut self, name: &str) -> Result<&mut Column> {
        if !self.columns.contains_key(name) {
            if self.columns.len() >= MOST_COLUMNS {
                return Err(Error::bad_request(format!(
                    "The file has more than {MOST_COLUMNS} different columns, too many for a collection; make the \
                     collection first, with the fields that you need."
                )));
            }
            self.columns.insert(name.to_owned(), Column::default());
        }
        Ok(&mut self.columns[name])
    }

    /// The fields.
    pub fn infer(&self) -> Inferred {
        let mut names = Taken::new(OWN.into_iter().map(str::to_owned));
        // The names that records have anyway are taken first.
        let own: Vec<Option<InferredColumn>> =
            self.columns.iter().map(|(source, column)| own_field(source, column)).collect();
        let columns = self
            .columns
            .iter()
            .zip(own)
            .map(|((source, column), own)| own.unwrap_or_else(|| self.column_as_field(source, column, &mut names)));
        Inferred { columns: columns.collect(), rows: self.rows }
    }

    fn column_as_field(&self, source: &str, column: &Column, names: &mut Taken) -> InferredColumn {
        let name = names.take(field_name(source), LONGEST_FIELD);
        let (kind, options) = column.decide(self.texts_only);
        let mut field = Map::from_iter([
            ("name".to_owned(), Json::from(name.as_str())),
            ("type".to_owned(), Json::from(kind.name())),
        ]);
        field.extend(options);
        let mut notes = column.notes(kind, self.rows);
        if name != source {
            notes.insert(0, renamed(source));
        }
        InferredColumn { source: source.to_owned(), name, kind: kind.name(), field: Some(field), notes }
    }
}

/// The name of the field for a column, not counting which names are taken.
pub(super) fn field_name(column: &str) -> String {
    let name = names::field_name(column);
    match OWN.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
        true => names::in_source(&name),
        false => name,
    }
}

/// Why a column has another name as a field.
fn renamed(source: &str) -> String {
    match source {
        "id" => "Its values are no record ids (15 of a-z and 0-9); records get new ids.".to_owned(),
        _ => "Renamed, since fields have letters, digits and _, each name once.".to_owned(),
    }
}

/// The column as a field that every collection has, where its values fit.
fn own_field(source: &str, column: &Column) -> Option<InferredColumn> {
    let (kind, note) = match source {
        "id" if column.is_all_ids() => ("text", "The records' ids."),
        "created" | "updated" if column.is_all_dates() => ("autodate", "The dates of the file are kept."),
        _ => return None,
    };
    let (source, notes) = (source.to_owned(), vec![note.to_owned()]);
    Some(InferredColumn { name: source.clone(), source, kind, field: None, notes })
}

impl Inferred {
    /// The collection as the API takes it: only superusers may use it, and records know when they were made.
    pub fn collection(&self, name: &str) -> Map<String, Json> {
        let mut fields: Vec<Json> = self.columns.iter().filter_map(|one| one.field.clone().map(Json::Object)).collect();
        fields.push(json!({"name": "created", "type": "autodate", "onCreate": true}));
        fields.push(json!({"name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true}));
        Map::from_iter([
            ("name".to_owned(), Json::from(name)),
            ("type".to_owned(), Json::from("base")),
            ("fields".to_owned(), Json::Array(fields)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_json(rows: &[Json]) -> Inferred {
        let mut observer = Observer::new(false);
        for row in rows {
            let values: Vec<_> =
                row.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            observer.see(&values).unwrap();
        }
        observer.infer()
    }

    fn of_cells(cells: &[&str]) -> InferredColumn {
        let mut observer = Observer::new(true);
        observer.header(&["c".to_owned()]).unwrap();
        for cell in cells {
            let values = if cell.is_empty() { vec![] } else { vec![("c".to_owned(), Json::from(*cell))] };
            observer.see(&values).unwrap();
        }
        observer.infer().columns.remove(0)
    }

    fn kind(values: &[Json]) -> &'static str {
        let rows: Vec<Json> = values.iter().map(|value| json!({"c": value})).collect();
        of_json(&rows).columns[0].kind
    }

    #[test]
    fn json_values_get_the_narrowest_type_that_keeps_them_all() {
        for (values, expected) in [
            (vec![json!(1), json!(2.5), json!(null)], "number"),
            (vec![json!(true), json!(false)], "bool"),
            (vec![json!("a"), json!("")], "text"),
            (vec![json!("1"), json!("2")], "text"),
            (vec![json!("2024-01-02"), json!("2024-01-02 03:04:05Z"), json!("2024-01-02T03:04:05.123+02:00")], "date"),
            (vec![json!("2024-01-02"), json!("soon")], "text"),
            (vec![json!("2024-01-02 03:04:05.123456Z")], "text"),
            (vec![json!("a@example.com"), json!(null)], "email"),
            (vec![json!("https://example.com/x"), json!("http://example.org")], "url"),
            (vec![json!("example.com")], "text"),
            (vec![json!({"lon": 1, "lat": 2.5})], "geoPoint"),
            (vec![json!({"lon": 1, "lat": 95})], "json"),
            (vec![json!({"lon": 1, "lat": 2, "alt": 3})], "json"),
            (vec![json!({"a": 1}), json!([1])], "json"),
            (vec![json!(["x", "y"]), json!(["x"]), json!([])], "select"),
            (vec![json!(["x"]), json!(["x"])], "json"),
            (vec![json!(["x", "x"]), json!(["y"])], "json"),
            (vec![json!(["x", ""]), json!(["y"])], "json"),
            (vec![json!(["x", 1])], "json"),
            (vec![json!([])], "json"),
            (vec![json!(null)], "json"),
            (vec![json!(1), json!("a")], "text"),
            (vec![json!(1), json!(true)], "text"),
            (vec![json!("a"), json!({"b": 1})], "json"),
            (vec![json!("9007199254740993"), json!(1)], "text"),
        ] {
            assert_eq!(kind(&values), expected, "{values:?}");
        }
    }

    #[test]
    fn many_different_texts_of_arrays_are_no_choice() {
        let few: Vec<Json> = (0..100).map(|number| json!([format!("v{number:03}")])).collect();
        let many: Vec<Json> = (0..101).map(|number| json!([format!("v{number:03}")])).collect();
        assert_eq!((kind(&few), kind(&many)), ("select", "json"));
        let inferred = of_json(&[json!({"g": ["b", "a"]}), json!({"g": ["c"]})]);
        let field = inferred.columns[0].field.clone().unwrap();
        assert_eq!((&field["values"], &field["maxSelect"]), (&json!(["a", "b", "c"]), &json!(3)));
    }

    #[test]
    fn cells_of_csv_are_read_as_what_they_say_and_texts_that_only_look_like_numbers_stay() {
        for (cells, expected) in [
            (vec!["1", "-2.5", "", "1e3"], "number"),
            (vec!["007", "1"], "text"),
            (vec!["+491701234567"], "text"),
            (vec!["0170 1234567"], "text"),
            (vec!["12345678901234567890"], "text"),
            (vec!["0.12345678901234567890"], "text"),
            (vec![".5"], "text"),
            (vec!["1,5"], "text"),
            (vec!["NaN"], "text"),
            (vec!["1e999"], "text"),
            (vec!["-0"], "text"),
            (vec!["true", "false", ""], "bool"),
            (vec!["true", "1"], "text"),
            (vec!["yes"], "text"),
            (vec!["2024-01-02"], "date"),
            (vec!["a@example.com"], "email"),
            (vec!["https://example.com"], "url"),
            (vec![r#"["a","b"]"#, r#"["a"]"#], "select"),
            (vec![r#"{"lon":1,"lat":2}"#], "geoPoint"),
            (vec![r#"{"a":1}"#, "[1]"], "json"),
            (vec![r#"{"a":1}"#, "hello"], "text"),
            (vec!["[not json"], "text"),
            (vec!["", ""], "text"),
        ] {
            assert_eq!(of_cells(&cells).kind, expected, "{cells:?}");
        }
    }

    #[test]
    fn long_values_raise_the_limits() {
        let options = |value: Json| of_json(&[json!({"c": value})]).columns[0].field.clone().unwrap();
        assert_eq!(options(json!("x".repeat(5_000))).get("max"), None);
        assert_eq!(options(json!("ä".repeat(5_001)))["max"], 11_000);
        assert_eq!(options(json!([1, "x".repeat(2 << 20)]))["maxSize"], (2_u64 << 20) * 2 + 12);
    }

    #[test]
    fn ids_stay_where_they_are_ids_and_move_where_they_are_not() {
        let inferred = of_json(&[json!({"id": "abcdefghij12345", "n": 1})]);
        assert_eq!((inferred.columns[0].name.as_str(), &inferred.columns[0].field), ("id", &None));
        for id in [json!(17), json!("short"), json!("ABCDEFGHIJ12345")] {
            let inferred = of_json(&[json!({"id": id})]);
            assert_eq!(inferred.columns[0].name, "source_id");
            assert!(inferred.columns[0].notes[0].contains("new ids"));
        }
        let inferred = of_json(&[json!({"id": 17, "source_id": 4})]);
        let names: Vec<_> = inferred.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["source_id", "source_id_2"]);
    }

    #[test]
    fn dates_of_creation_stay_where_they_are_dates() {
        let inferred = of_json(&[json!({"created": "2020-01-01", "updated": "lately"})]);
        let names: Vec<_> = inferred.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
        assert_eq!(names, [("created", "autodate"), ("source_updated", "text")]);
    }

    #[test]
    fn what_is_lost_or_missing_is_told() {
        let inferred = of_json(&[json!({"n": 1, "t": 9}), json!({"n": null, "t": "x", "e": null})]);
        assert_eq!(inferred.columns[0].notes, ["Empty in 1 of 2 rows, which is stored as 0."]);
        assert_eq!(inferred.columns[1].notes, ["Values of different types, kept as text."]);
        assert_eq!(inferred.columns[2].notes, ["Empty in every row."]);
    }

    #[test]
    fn numbers_that_a_number_field_would_round_are_told() {
        const NOTE: &str = "Whole numbers of more digits than a number field keeps, kept as text.";
        // The reader makes texts of the numbers of JSON that are too long.
        for values in [vec![json!("9007199254740993")], vec![json!(1), json!("-9007199254740993"), json!(null)]] {
            let rows: Vec<Json> = values.iter().map(|value| json!({"c": value})).collect();
            assert_eq!(of_json(&rows).columns[0].notes, [NOTE], "{values:?}");
        }
        for cells in [vec!["9007199254740993"], vec!["1", "9007199254740993", "2.5"]] {
            assert_eq!((of_cells(&cells).kind, of_cells(&cells).notes), ("text", vec![NOTE.to_owned()]), "{cells:?}");
        }
        for cells in [vec!["9007199254740993", "x"], vec!["x", "9007199254740993"], vec!["0009007199254740993"]] {
            assert_eq!((of_cells(&cells).kind, of_cells(&cells).notes), ("text", vec![]), "{cells:?}");
        }
        let rows = [json!({"c": "9007199254740993"}), json!({"c": "x"}), json!({"c": 1})];
        assert_eq!(of_json(&rows).columns[0].notes, ["Values of different types, kept as text."]);
    }

    #[test]
    fn a_file_with_a_new_column_in_each_row_is_refused() {
        let mut observer = Observer::new(false);
        let mut see = |number: usize| observer.see(&[(format!("c{number}"), json!(1))]);
        assert!((0..MOST_COLUMNS).all(|number| see(number).is_ok()));
        assert!(see(MOST_COLUMNS).is_err());
    }

    #[test]
    fn the_collection_is_for_superusers_and_has_dates() {
        let body = of_json(&[json!({"a": 1})]).collection("things");
        assert!(body.keys().all(|key| !key.ends_with("Rule")), "absent rules admit superusers alone");
        let names: Vec<_> = body["fields"].as_array().unwrap().iter().map(|field| field["name"].clone()).collect();
        assert_eq!(names, ["a", "created", "updated"]);
    }
}
