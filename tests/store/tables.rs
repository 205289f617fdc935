//! Changes of tables keep what is to be kept.

use tuckbox::error::{Error, Result};
use tuckbox::store::tables::{Copied, Values};
use tuckbox::store::{Column, Tx, Value, WriteLane, tables};

use super::{Database, texts};

async fn define(db: &Database, statements: Vec<String>) -> Result<()> {
    let run = move |tx: &mut Tx<'_>| statements.iter().try_for_each(|statement| tx.define(statement));
    db.store.write(WriteLane::Exclusive, run).await
}

/// A table `t` with a column of this kind, and a row for each value.
async fn table(column: Column, values: &[&str]) -> Database {
    let db = Database::new().await;
    define(&db, vec![tables::create_table("t", &[("id", Column::Id), ("v", column), ("w", Column::Text)])])
        .await
        .unwrap();
    for value in values {
        let value = Value::from(*value);
        db.write(move |tx| tx.execute(("INSERT INTO t (v) VALUES (?)", std::slice::from_ref(&value)))).await.unwrap();
    }
    db
}

/// Makes `v` of `t` the other kind of column, once in place and once into a table `u`; both hold the same then.
async fn change(db: &Database, column: Column, change: Values) {
    let copied = |name: &str, column, values| Copied { name: name.into(), column, values: Some(values) };
    let columns =
        [copied("id", Column::Id, Values::Same), copied("v", column, change), copied("w", Column::Text, Values::Same)];
    let between = tables::in_between("v");
    let run = move |tx: &mut Tx<'_>| {
        let all = [Value::Int(i64::MIN), Value::Int(i64::MAX)];
        tx.define(&tables::create_table("u", &[("id", Column::Id), ("v", column), ("w", Column::Text)]))?;
        tx.execute((tables::copy_rows("t", "u", "_rowid_", &columns).as_str(), &all))?;
        tx.define(&tables::add_column("t", &between, column))?;
        tx.execute((tables::convert_rows("t", "_rowid_", &[("v".into(), change)]).as_str(), &all))?;
        tx.define(&tables::drop_column("t", "v"))?;
        tx.define(&tables::rename_column("t", &between, "v"))
    };
    db.store.write(WriteLane::Exclusive, run).await.unwrap();
    let rows =
        |table| values(db, &format!("SELECT _rowid_ || id || typeof(v) || v || w FROM {table} ORDER BY _rowid_"));
    assert_eq!(rows("t"), rows("u"));
}

fn values(db: &Database, query: &str) -> Vec<String> {
    let query = query.to_owned();
    db.store.read_here(|tx| texts(tx, &query)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_value_becomes_a_list() {
    let before = ["", "a", "[\"a\", \"b\"]", "[]", "{\"a\":1}", "12", "it's \"x\"", "[broken", "null"];
    let db = table(Column::Text, &before).await;
    change(&db, Column::List, Values::ToList).await;
    let after = values(&db, "SELECT v FROM t ORDER BY rowid");
    let expected = [
        "[]",
        "[\"a\"]",
        "[\"a\", \"b\"]",
        "[]",
        "[\"{\\\"a\\\":1}\"]",
        "[\"12\"]",
        "[\"it's \\\"x\\\"\"]",
        "[\"[broken\"]",
        "[\"null\"]",
    ];
    assert_eq!(after, expected);
    db.write(|tx| tx.execute("INSERT INTO t (w) VALUES ('new')")).await.unwrap();
    assert_eq!(values(&db, "SELECT v FROM t WHERE w = 'new'"), ["[]"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_becomes_its_last_value() {
    let db = table(Column::List, &["[]", "[\"a\"]", "[\"a\",\"b\",\"it's\"]", "", "plain", "[1,2]", "[null]"]).await;
    change(&db, Column::Text, Values::ToSingle).await;
    assert_eq!(values(&db, "SELECT v FROM t ORDER BY rowid"), ["", "a", "it's", "", "plain", "2", ""]);
    assert_eq!(values(&db, "SELECT DISTINCT typeof(v) FROM t"), ["text"]);
    db.write(|tx| tx.execute("INSERT INTO t (w) VALUES ('new')")).await.unwrap();
    assert_eq!(values(&db, "SELECT v FROM t WHERE w = 'new'"), [""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn renames_keep_the_data_even_of_case_alone() {
    let db = table(Column::Text, &["x"]).await;
    let renames = vec![
        tables::rename_column("t", "v", "V"),
        tables::rename_column("t", "V", "select"),
        tables::rename_table("t", "T"),
        tables::rename_table("T", "order"),
    ];
    define(&db, renames).await.unwrap();
    assert_eq!(values(&db, "SELECT \"select\" FROM \"order\""), ["x"]);
    let shown = values(&db, "SELECT sql FROM sqlite_schema WHERE name = 'order'");
    assert!(shown[0].contains("\"select\"") && !shown[0].contains("(new)"), "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_come_with_their_defaults_and_go_with_their_data() {
    let db = table(Column::Text, &["x"]).await;
    let kinds = [Column::Text, Column::Number, Column::Bool, Column::Json, Column::List, Column::Point];
    let names = ["c0", "c1", "c2", "c3", "c4", "c5"];
    define(&db, names.iter().zip(kinds).map(|(name, kind)| tables::add_column("t", name, kind)).collect())
        .await
        .unwrap();
    let row = db.store.read_here(|tx| {
        tx.row("SELECT c0, c1, c2, c3, c4, c5 FROM t", |row| {
            Ok((0..6).map(|at| row.get(at).to_value()).collect::<Vec<_>>())
        })
    });
    let expected = [
        Value::from(""),
        Value::Int(0),
        Value::Int(0),
        Value::Null,
        Value::from("[]"),
        Value::from("{\"lon\":0,\"lat\":0}"),
    ];
    assert_eq!(row.unwrap().unwrap(), expected);
    define(&db, vec![tables::drop_column("t", "c0")]).await.unwrap();
    assert!(db.store.read_here(|tx| texts(tx, "SELECT c0 FROM t")).is_err());
    define(&db, vec![tables::drop_table("t")]).await.unwrap();
    assert!(db.store.read_here(|tx| texts(tx, "SELECT id FROM t")).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_names_are_quoted() {
    let db = Database::new().await;
    let (table, column) = ("a\"b; DROP TABLE notes; --", "c\"d");
    let statements = vec![
        tables::create_table(table, &[("id", Column::Id), (column, Column::Text)]),
        tables::create_plain_index("_tb_\"i", table, column),
        tables::create_plain_index("_tb_\"i", table, column),
        tables::drop_index("_tb_\"i"),
        tables::drop_index("_tb_\"i"),
        tables::add_column(table, &tables::in_between(column), Column::List),
        tables::convert_rows(table, "_rowid_", &[(column.into(), Values::ToList)]).replace('?', "0"),
        tables::drop_column(table, &tables::in_between(column)),
        tables::drop_column(table, column),
        tables::drop_table(table),
    ];
    define(&db, statements).await.unwrap();
    assert!(db.ids().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_row_gets_an_id_of_its_own() {
    let db = table(Column::Text, &["x", "y"]).await;
    let ids = values(&db, "SELECT id FROM t");
    assert!(ids.iter().all(|id| id.len() == 15 && id.starts_with('r')), "{ids:?}");
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_with_words_of_a_caller_runs_as_one_statement() {
    let db = table(Column::Text, &["x"]).await;
    let define_one = |text: &'static str| db.store.write(WriteLane::Exclusive, move |tx| tx.define_one(text));
    define_one("CREATE INDEX i ON t (v) WHERE v != ';';").await.unwrap();
    let refused = define_one("CREATE INDEX j ON t (v) WHERE v != ''; DROP TABLE t").await;
    assert!(matches!(refused, Err(Error::Engine(_))), "{refused:?}");
    assert_eq!(values(&db, "SELECT name FROM sqlite_schema WHERE tbl_name = 't' AND sql LIKE 'CREATE INDEX%'"), ["i"]);
    assert_eq!(values(&db, "SELECT v FROM t"), ["x"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn copied_columns_keep_their_values_and_new_ones_have_their_defaults() {
    let db = Database::new().await;
    let kinds = [Column::Text, Column::Number, Column::Bool, Column::Json, Column::List, Column::Point];
    let nullable: Vec<String> = (0..kinds.len()).map(|at| format!("c{at}")).collect();
    let old = format!("CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, {})", nullable.join(", "));
    let mut columns = vec![Copied { name: "id".into(), column: Column::Id, values: Some(Values::Same) }];
    for (at, column) in kinds.into_iter().enumerate() {
        columns.push(Copied { name: format!("c{at}"), column, values: Some(Values::Same) });
        columns.push(Copied { name: format!("n{at}"), column, values: None });
    }
    let declared = columns.clone();
    let run = move |tx: &mut Tx<'_>| {
        tx.define(&old)?;
        tx.execute("INSERT INTO t (rowid, id) VALUES (-5, 'nothing')")?;
        tx.execute(r#"INSERT INTO t VALUES ('all', 'x', 1.5, 1, '{"a":1}', '["a"]', '{"lon":1,"lat":2}')"#)?;
        let declared: Vec<(&str, Column)> = declared.iter().map(|one| (one.name.as_str(), one.column)).collect();
        tx.define(&tables::create_table("u", &declared))?;
        let all = [Value::Int(i64::MIN), Value::Int(i64::MAX)];
        tx.execute((tables::copy_rows("t", "u", "_rowid_", &columns).as_str(), &all))
    };
    assert_eq!(db.store.write(WriteLane::Exclusive, run).await.unwrap(), 2);
    let of = |prefix: &str, id: &str| {
        let names = (0..6).map(|at| format!("coalesce({prefix}{at}, 'NULL')")).collect::<Vec<_>>().join(" || ' ' || ");
        values(&db, &format!("SELECT _rowid_ || ' ' || {names} FROM u WHERE id = '{id}'"))
    };
    assert_eq!(of("c", "nothing"), [r#"-5  0 0 NULL [] {"lon":0,"lat":0}"#], "what has no NULL takes its default");
    assert_eq!(of("n", "nothing"), of("c", "nothing"));
    assert_eq!(of("c", "all"), [r#"-4 x 1.5 1 {"a":1} ["a"] {"lon":1,"lat":2}"#]);
}

#[test]
fn the_key_of_rows_is_a_name_that_no_column_has() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(tables::row_key(&names(&["id", "rowid"])), Some("_rowid_"));
    assert_eq!(tables::row_key(&names(&["_ROWID_"])), Some("rowid"));
    assert_eq!(tables::row_key(&names(&["_Rowid_", "RowId"])), Some("oid"));
    assert_eq!(tables::row_key(&names(&["_rowid_", "rowid", "OID"])), None);
}
