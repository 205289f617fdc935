//! What the readers give back, for good and for broken files.

use std::io::Cursor;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

const CSV: Format = Format::Csv { delimiter: None };

/// A source that gives a few bytes at a time, so that every boundary is met.
struct Drops(Cursor<Vec<u8>>, usize);

impl Read for Drops {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.1);
        self.0.read(&mut into[..most])
    }
}

fn read_by(text: impl AsRef<[u8]>, format: Format, step: usize) -> Result<Vec<Result<Row, Bad>>> {
    let source = Drops(Cursor::new(text.as_ref().to_vec()), step);
    let mut rows = Rows::open(Box::new(source), format)?;
    let mut all = Vec::new();
    while let Some(row) = rows.read()? {
        all.push(row);
    }
    Ok(all)
}

fn read(text: impl AsRef<[u8]>, format: Format) -> Vec<Result<Row, Bad>> {
    read_by(text, format, 7).unwrap()
}

/// Lines with their rows as objects, or with what is wrong.
fn told(rows: Vec<Result<Row, Bad>>) -> Vec<(u64, Json)> {
    let tell = |row: Result<Row, Bad>| match row {
        Ok(row) => (row.line, Json::Object(row.values.into_iter().collect())),
        Err(bad) => (bad.line, Json::String(bad.reason)),
    };
    rows.into_iter().map(tell).collect()
}

fn refusal(text: impl AsRef<[u8]>, format: Format) -> String {
    match read_by(text, format, 7) {
        Err(Error::Invalid(invalid)) => invalid.message.into_owned(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn json_lines_are_rows_and_broken_ones_cost_only_themselves() {
    let text = "{\"a\":1}\r\n\n  \n{\"a\":\n{\"a\":2} x\n[1]\n{\"a\":3}";
    let rows = told(read(text, Format::Json));
    let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 4, 5, 6, 7]);
    assert_eq!((&rows[0].1, &rows[4].1), (&json!({"a": 1}), &json!({"a": 3})));
    assert!(rows[1].1.as_str().unwrap().starts_with("It is no JSON: "), "{:?}", rows[1]);
    assert_eq!(rows[3].1, "The row is no JSON object ({…}).");
}

#[test]
fn arrays_and_objects_over_several_lines_are_cut_by_their_brackets() {
    let pretty = "[\n  {\n    \"a\": \"}]\\\"\"\n  },\n  {\"a\": [1, {\"b\": \"[\"}]}\n]\n";
    let expected = vec![(2, json!({"a": "}]\""})), (5, json!({"a": [1, {"b": "["}]}))];
    for step in [1, 3, 1000] {
        assert_eq!(told(read_by(pretty, Format::Json, step).unwrap()), expected);
        let objects = pretty.trim().trim_matches(['[', ']']).trim().replace("},\n", "}\n");
        let lines: Vec<(u64, Json)> = expected.iter().map(|(line, row)| (line - 1, row.clone())).collect();
        assert_eq!(told(read_by(&objects, Format::Json, step).unwrap()), lines);
    }
    assert_eq!(told(read("[]", Format::Json)), []);
    assert_eq!(told(read(" \n ", Format::Json)), []);
    assert_eq!(told(read("", Format::Json)), []);
    assert_eq!(told(read("[1, \"x\", {\"a\": 1}]", Format::Json))[2], (1, json!({"a": 1})));
}

#[test]
fn a_bad_element_of_an_array_is_a_bad_row_and_a_broken_array_an_end() {
    let rows = told(read("[\n{\"a\":1},\n{\"a\":x},\n{\"a\":2}\n]", Format::Json));
    assert_eq!((rows[0].0, rows[1].0, rows[2].0), (2, 3, 4));
    assert!(rows[1].1.is_string() && rows[2].1.is_object());
    for (text, expected) in [
        ("[{\"a\":1}\n{\"a\":2}]", "Line 2: a comma or the end of the array (]) is expected, but there is {."),
        ("[{\"a\":1},\n\n", "The array that begins in line 1 has no end (]); the file may be cut off."),
        ("[{\"a\":1},\n{\"a\":", "The row that begins in line 2 has no end; the file may be cut off."),
        ("[{\"a\":1}] x", "Line 1: the array has ended and nothing may follow it, but there is x."),
        ("[{\"a\":1},,{}]", "Line 1: an object ({) is expected, but there is ,."),
        ("[{\"a\":1},]", "Line 1: an object ({) is expected, but there is ]."),
    ] {
        assert_eq!(refusal(text, Format::Json), expected, "{text}");
    }
}

#[test]
fn hostile_json_is_a_bad_row() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(1_000), "]".repeat(1_000));
    for text in [
        deep.as_str(),
        "{\"a\":1,\"a\":2}",
        "{\"a\":1e999}",
        "{\"a\":NaN}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\u{1}\"}",
        "{'a':1}",
        "{\"a\":1,}",
    ] {
        let rows = told(read(format!("{text}\n{{\"b\":1}}"), Format::Json));
        assert_eq!((rows.len(), rows[0].1.is_string(), rows[1].1.is_object()), (2, true, true), "{text}");
    }
    let rows = read(b"{\"a\":\"\xff\"}\n{\"b\":1}", Format::Json);
    assert!(rows[0].is_err() && rows[1].is_ok());
    assert_eq!(refusal(b"\xff\xfe{\x00", Format::Json), "The file is UTF-16; save it as UTF-8.");
    assert!(read("\u{feff}{\"a\":1}", Format::Json)[0].is_ok(), "a mark at the beginning is skipped");
}

#[test]
fn whole_numbers_that_a_float_cannot_hold_become_texts() {
    let rows = told(read(
        "{\"a\":9007199254740991,\"b\":9007199254740993,\"c\":-123456789012345678901234567890,\"d\":1.5e300,\"e\":[9007199254740993]}",
        Format::Json,
    ));
    let expected = json!({
        "a": 9007199254740991_u64, "b": "9007199254740993", "c": "-123456789012345678901234567890", "d": 1.5e300,
        "e": [9007199254740993_u64],
    });
    assert_eq!(rows[0].1, expected);
}

#[test]
fn files_of_another_kind_are_told_by_name() {
    for (start, expected) in [
        (&b"SQLite format 3\0\x10"[..], "The file is an SQLite database; import it with tuckbox import sqlite."),
        (b"\x1f\x8b\x08\0", "The file is compressed (gzip); unpack it first."),
        (b"PK\x03\x04\0", "The file is a spreadsheet or another archive (ZIP); save its rows as CSV."),
        (b"\xff\xfea\0", "The file is UTF-16; save it as UTF-8."),
    ] {
        assert_eq!(refusal(start, CSV), expected);
        assert_eq!(refusal(start, Format::Json), expected);
    }
    for json in ["{\"a\": 1, \"b\": 2}\n", "\u{feff} [\n { \"a\": 1, \"b\": 2}]"] {
        assert_eq!(refusal(json, CSV), "The file is JSON and no CSV.");
    }
    for step in [1, 2, 1000] {
        let rows = told(read_by("\u{feff}a;b\n1;2,3,4", CSV, step).unwrap());
        assert_eq!(rows, [(2, json!({"a": "1", "b": "2,3,4"}))], "{step}");
    }
    assert_eq!(told(read("[id],{name}\n1,2", CSV)), [(2, json!({"[id]": "1", "{name}": "2"}))]);
}

#[test]
fn rows_have_a_greatest_size() {
    let long = "x".repeat(LONGEST_ROW);
    let lines = format!("{{\"a\":\"{long}\"}}\n{{\"b\":1}}");
    let array = format!("[{{\"a\":\"{long}\"}},\n{{\"b\":1}}]");
    for text in [lines, array] {
        let rows = told(read_by(text, Format::Json, 1 << 20).unwrap());
        assert_eq!(rows[0], (1, json!("The row has more than 32 MiB.")));
        assert_eq!(rows[1], (2, json!({"b": 1})));
    }
    let unclosed = format!("a,b\n1,2\n3,\"{long}{long}");
    let told = match read_by(unclosed, CSV, 1 << 20) {
        Err(Error::Invalid(invalid)) => invalid.message.into_owned(),
        _ => panic!("not refused"),
    };
    assert!(told.starts_with("The row that begins in line 3 has more than 32 MiB"), "{told}");
}

#[test]
fn csv_is_read_with_its_delimiter_quotes_and_line_ends() {
    for (text, delimiter) in [
        ("a,b\n1,\"x,\"\"y\"\"\"\n", None),
        ("a;b\r\n1;\"x,\"\"y\"\"\"\r\n", None),
        ("a\tb\n1\t\"x,\"\"y\"\"\"", None),
        ("\u{feff}a,b\n1,\"x,\"\"y\"\"\"", None),
        ("a|b\n1|\"x,\"\"y\"\"\"", Some("|".parse().unwrap())),
    ] {
        let rows = told(read(text, Format::Csv { delimiter }));
        assert_eq!(rows, [(2, json!({"a": "1", "b": "x,\"y\""}))], "{text}");
    }
    assert_eq!(told(read("", CSV)), []);
    assert_eq!(told(read("a,b\n", CSV)), []);
    assert_eq!(told(read("a,b\n,\n", CSV)), [(2, json!({}))], "empty cells are left out");
}

#[test]
fn lines_of_csv_are_counted_through_quotes_blank_lines_and_both_line_ends() {
    for end in ["\n", "\r\n"] {
        let text = ["a,b", "1,\"x", "y\"", "", "2,3,4", "5,6", "", "", "7"].join(end);
        let rows = told(read(&text, CSV));
        let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 5, 6, 9], "{text:?}");
        assert_eq!(rows[1].1, "The row has 3 cells, and the header has 2.");
        assert_eq!(rows[3].1, "The row has 1 cell, and the header has 2.");
    }
}

#[test]
fn headers_that_mean_nothing_are_refused() {
    for (text, expected) in [
        ("a,b,a\n1,2,3", "The header names a twice, as columns 1 and 3."),
        ("a,,b\n1,2,3", "Column 2 has no name in the header."),
        ("a, \n1,2", "Column 2 has no name in the header."),
    ] {
        assert_eq!(refusal(text, CSV), expected);
    }
    assert_eq!(refusal(b"a,\xff\n1,2", CSV), "The name of column 2 is no UTF-8; save the file as UTF-8.");
    let rows = told(read(b"a,b\n1,\xff\n2,3", CSV));
    assert_eq!(rows[0], (2, json!("The cell of b is no UTF-8.")));
    assert!(rows[1].1.is_object());
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Json::from),
        ".{0,20}".prop_map(Json::from),
        "[\\[\\]{}\",\\\\\n\r]{0,10}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(".{0,5}", inner, 0..4).prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Json> {
    prop::collection::btree_map("[a-z]{1,5}", value(), 0..5).prop_map(|map| Json::Object(map.into_iter().collect()))
}

proptest! {
    #[test]
    fn any_objects_come_back_from_lines_arrays_and_pretty_text(
        objects in prop::collection::vec(object(), 0..6),
        step in 1_usize..50,
    ) {
        let lines: String = objects.iter().map(|object| format!("{object}\n")).collect();
        let array = Json::from(objects.clone());
        for text in [lines, array.to_string(), format!("{array:#}")] {
            let back: Vec<Json> = told(read_by(text, Format::Json, step).unwrap()).into_iter().map(|(_, row)| row).collect();
            prop_assert_eq!(&back, &objects);
        }
    }

    #[test]
    fn any_cells_come_back_from_csv(
        rows in prop::collection::vec(prop::collection::vec(".{0,8}|[\",;\n\r\t ]{0,5}", 3), 0..6),
        step in 1_usize..50,
        crlf in any::<bool>(),
    ) {
        let terminator = if crlf { ::csv::Terminator::CRLF } else { ::csv::Terminator::Any(b'\n') };
        let mut writer = ::csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let back = told(read_by(text, CSV, step).unwrap());
        let expected: Vec<Json> = rows.iter().map(|row| {
            let cells = ["a", "b", "c"].iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            Json::Object(cells.map(|(name, cell)| ((*name).to_owned(), json!(cell))).collect())
        }).collect();
        prop_assert_eq!(back.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn no_bytes_make_a_reader_fail_in_another_way(bytes in prop::collection::vec(any::<u8>(), 0..200), step in 1_usize..50) {
        for format in [Format::Json, CSV] {
            if let Err(error) = read_by(&bytes, format, step) {
                prop_assert!(matches!(error, Error::Invalid(_)));
            }
        }
    }
}
