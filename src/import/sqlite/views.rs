//! Views: the query stays as it was written. What it reads is put before it under the old names: each table with the
//! columns, keys and NULLs that it had, made of the collection that it became.

use std::collections::HashSet;

use sqlparser::dialect::SQLiteDialect;
use sqlparser::tokenizer::{Location, Token, Tokenizer};

use super::dates::Form;
use super::kind::{self, Kind};
use super::plan::{FieldPlan, Plan, TablePlan};
use super::{Wanted, keys};
use crate::error::{Error, Result};
use crate::import::names::{self, Taken};
use crate::schema::Schema;
use crate::store::foreign::{Catalogue, Column, Database, LeftOut, View};
use crate::store::quoted;

/// How many keys may be made of keys: a key that points to a row whose key points to a row.
const DEPTH: usize = 8;

/// What becomes of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewPlan {
    /// The view.
    pub view: String,
    /// The name of its collection.
    pub collection: String,
    /// The id of its collection: the same in each run.
    pub id: String,
    /// Whether the collection has yet to be made.
    pub is_new: bool,
    /// How many rows it has; none where counting them takes too long.
    pub rows: Option<u64>,
    /// Its columns and the names of their fields.
    pub fields: Vec<(String, String)>,
    /// The query of the collection.
    pub query: String,
}

/// Plans the views that are asked for, behind the tables.
pub(super) fn plan(
    plan: &mut Plan,
    database: &Database,
    catalogue: &Catalogue,
    wanted: &Wanted,
    schema: &Schema,
) -> Result<()> {
    let tables = catalogue.tables.iter().map(|table| &table.name);
    let views = catalogue.views.iter().map(|view| &view.name);
    let left_out = catalogue.left_out.iter().map(|one| &one.name);
    let source: Vec<String> = tables.chain(views).chain(left_out).map(|name| name.to_ascii_lowercase()).collect();
    let collections = schema.all().iter().flat_map(|one| [one.name.clone(), one.id.clone()]);
    let mut taken = Taken::new(collections.chain(plan.tables.iter().map(|table| table.collection.clone())));
    for view in catalogue.views.iter().filter(|view| wanted.views && wanted.asks_for(&view.name)) {
        match of_view(plan, database, (view, &source), wanted, schema, &mut taken) {
            Ok(view) => plan.views.push(view),
            Err(Error::Engine(reason) | Error::StaleSchema(reason)) => {
                plan.left_out.push(LeftOut {
                    name: view.name.clone(),
                    reason: format!("its query cannot be said here: {reason}"),
                });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn of_view(
    plan: &Plan,
    database: &Database,
    (view, source): (&View, &[String]),
    wanted: &Wanted,
    schema: &Schema,
    taken: &mut Taken,
) -> Result<ViewPlan> {
    let columns = database.view_columns(&view.name)?;
    let own = columns.iter().find(|column| column.name == "id").map(|column| column.name.as_str());
    let id = own.filter(|own| database.is_key_of_view(&view.name, own).unwrap_or(false));
    let (query, fields) = translate(plan, view, source, &columns, id).map_err(Error::Engine)?;
    let collection_id = keys::collection_id(&wanted.prefix, &view.name);
    let there = schema.by_id(&collection_id);
    Ok(ViewPlan {
        view: view.name.clone(),
        collection: match there {
            Some(there) => there.name.clone(),
            None => names::collection(&wanted.prefix, &view.name, taken),
        },
        id: collection_id,
        is_new: there.is_none(),
        rows: database.view_rows(&view.name)?,
        fields,
        query,
    })
}

/// The query of a view's collection, and its columns with the names of their fields.
fn translate(
    plan: &Plan,
    view: &View,
    source: &[String],
    columns: &[Column],
    id: Option<&str>,
) -> std::result::Result<(String, Vec<(String, String)>), String> {
    let (query, words) = query_of(&view.sql)?;
    let comes = |name: &String| {
        let table = plan.tables.iter().any(|table| table.table.eq_ignore_ascii_case(name));
        table || plan.views.iter().any(|view| view.view.eq_ignore_ascii_case(name))
    };
    // Else it would read whatever has that name here.
    if let Some(missing) = source.iter().find(|name| words.reads(name) && !comes(name)) {
        return Err(format!("it reads {missing}, which does not come now"));
    }
    let mut parts = Vec::new();
    for table in plan.tables.iter().filter(|table| words.reads(&table.table)) {
        parts.push(format!("{} AS ({})", quoted(&table.table), as_it_was(plan, table, &words)?));
    }
    for other in plan.views.iter().filter(|other| words.reads(&other.view)) {
        let fields = other.fields.iter().map(|(column, field)| format!("{} AS {}", quoted(field), quoted(column)));
        let fields = fields.collect::<Vec<_>>().join(", ");
        parts.push(format!("{} AS (SELECT {fields} FROM main.{})", quoted(&other.view), quoted(&other.collection)));
    }
    let mut taken = Taken::default();
    let mut fields = Vec::new();
    let mut shown = Vec::new();
    match id {
        Some(id) => shown.push(format!("{} AS id", quoted(id))),
        None => shown.push("(ROW_NUMBER() OVER()) AS id".to_owned()),
    }
    for column in columns {
        if id == Some(column.name.as_str()) {
            fields.push((column.name.clone(), "id".to_owned()));
            continue;
        }
        let field = names::field(&column.name, &mut taken);
        let name = quoted(&column.name);
        let value = match kind::cast_of(&column.declared) {
            Some(kind) => format!("CAST({name} AS {kind})"),
            None => name,
        };
        shown.push(format!("{value} AS {}", quoted(&field)));
        fields.push((column.name.clone(), field));
    }
    // A name that the query cannot have given to anything.
    let whole = quoted(&format!("{} (whole)", view.name));
    let names = columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ");
    parts.push(format!("{whole}({names}) AS ({query}\n)"));
    Ok((format!("WITH {} SELECT {} FROM {whole}", parts.join(", "), shown.join(", ")), fields))
}

/// A query for the rows of a table as the source has them.
fn as_it_was(plan: &Plan, table: &TablePlan, words: &Words) -> std::result::Result<String, &'static str> {
    let wanted = |field: &&FieldPlan| !field.is_missing && (words.all_columns || words.has(&field.column));
    let mut columns = Vec::new();
    for field in table.fields.iter().filter(wanted) {
        columns.push(format!("{} AS {}", value_as_it_was(plan, field, "t", 0)?, quoted(&field.column)));
    }
    // A query that counts rows alone names no column.
    let columns = if columns.is_empty() { "1".to_owned() } else { columns.join(", ") };
    Ok(format!("SELECT {columns} FROM main.{} AS t", quoted(&table.collection)))
}

fn value_as_it_was(
    plan: &Plan,
    field: &FieldPlan,
    row: &str,
    depth: usize,
) -> std::result::Result<String, &'static str> {
    let column = format!("{row}.{}", quoted(&field.name));
    Ok(match &field.kind {
        Kind::Relation { collection, .. } => {
            let target = plan.tables.iter().find(|table| table.id == *collection);
            let target = target.ok_or("it reads a relation to a table that is not imported now")?;
            let key = target.fields.iter().find(|key| key.column == field.target_column);
            let key = key.filter(|_| depth < DEPTH).ok_or("it reads a key that is made of too many others")?;
            let inner = format!("k{depth}");
            format!(
                "(SELECT {} FROM main.{} AS {inner} WHERE {inner}.\"id\" = {column})",
                value_as_it_was(plan, key, &inner, depth + 1)?,
                quoted(&target.collection)
            )
        }
        Kind::Date(Form::Seconds) => format!("CAST(strftime('%s', nullif({column}, '')) AS INTEGER)"),
        Kind::Date(Form::Milliseconds) => format!("CAST(strftime('%s', nullif({column}, '')) AS INTEGER) * 1000"),
        Kind::Date(Form::Days) => format!("julianday(nullif({column}, ''))"),
        Kind::Number { .. } if field.blank_was_null => format!("nullif({column}, 0)"),
        Kind::Text { .. } | Kind::Date(Form::Text) if field.blank_was_null => format!("nullif({column}, '')"),
        _ => column,
    })
}

/// The words of a query.
struct Words {
    names: HashSet<String>,
    /// Those that may be names of tables, by what stands before them.
    read: HashSet<String>,
    /// Whether columns are meant that it does not name.
    all_columns: bool,
}

impl Words {
    fn has(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }

    fn reads(&self, table: &str) -> bool {
        self.read.contains(&table.to_ascii_lowercase())
    }
}

/// The query of a `CREATE VIEW` statement, and its words.
///
/// # Errors
/// It cannot be read, or names databases, which would read past what is put before it.
fn query_of(sql: &str) -> std::result::Result<(&str, Words), &'static str> {
    const UNREADABLE: &str = "its statement cannot be read";
    let tokens = Tokenizer::new(&SQLiteDialect {}, sql).tokenize_with_location().map_err(|_| UNREADABLE)?;
    let tokens: Vec<_> = tokens.into_iter().filter(|one| !matches!(one.token, Token::Whitespace(_))).collect();
    let is_as = |token: &Token| matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("AS"));
    let at = tokens.iter().position(|one| is_as(&one.token)).ok_or(UNREADABLE)?;
    let query = &tokens[at + 1..];
    let start = query.first().and_then(|first| offset(sql, first.span.start)).ok_or(UNREADABLE)?;
    let mut words = Words { names: HashSet::new(), read: HashSet::new(), all_columns: false };
    for (at, one) in query.iter().enumerate() {
        match &one.token {
            Token::Word(word) => {
                let name = word.value.to_ascii_lowercase();
                let names_a_database = query.get(at + 1).is_some_and(|next| next.token == Token::Period);
                if names_a_database && (name == "main" || name == "temp") {
                    return Err("it names a database");
                }
                words.all_columns = words.all_columns || name == "natural";
                if may_begin_table(query.get(at.wrapping_sub(1)).map(|before| &before.token)) {
                    words.read.insert(name.clone());
                }
                words.names.insert(name);
            }
            Token::Mul => words.all_columns = true,
            Token::SemiColon => return Err(UNREADABLE),
            _ => {}
        }
    }
    Ok((sql[start..].trim(), words))
}

/// Whether the name of a table may stand behind this.
fn may_begin_table(before: Option<&Token>) -> bool {
    match before {
        Some(Token::Word(word)) => {
            ["from", "join", "in"].iter().any(|keyword| word.value.eq_ignore_ascii_case(keyword))
        }
        Some(Token::Comma | Token::LParen) => true,
        _ => false,
    }
}

/// The place of a character, counted in lines and characters from 1, in bytes.
fn offset(text: &str, at: Location) -> Option<usize> {
    let line = usize::try_from(at.line).ok()?.checked_sub(1)?;
    let column = usize::try_from(at.column).ok()?.checked_sub(1)?;
    let start = match line {
        0 => 0,
        line => text.match_indices('\n').nth(line - 1)?.0 + 1,
    };
    text[start..].char_indices().nth(column).map(|(at, _)| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_of_a_view_is_found_as_it_was_written() {
        for (sql, expected) in [
            ("CREATE VIEW v AS SELECT a FROM t", "SELECT a FROM t"),
            (
                "CREATE VIEW IF NOT EXISTS [as] (a, b)\nAS\n  SELECT 'größe;', x FROM t -- end",
                "SELECT 'größe;', x FROM t -- end",
            ),
            ("create temp view \"v\" as with c as (select 1) select * from c", "with c as (select 1) select * from c"),
        ] {
            assert_eq!(query_of(sql).map(|(query, _)| query), Ok(expected), "{sql}");
        }
        assert!(query_of("CREATE VIEW v AS SELECT a FROM main.t").is_err());
        let words = query_of("CREATE VIEW v AS SELECT count(*) FROM \"My Table\"").expect("a query").1;
        assert!(words.reads("my table") && words.all_columns && !words.has("v") && !words.reads("count"));
    }

    #[test]
    fn keys_and_nulls_are_as_they_were() {
        let table = |name: &str, fields: Vec<FieldPlan>| TablePlan {
            table: name.to_owned(),
            collection: format!("c_{name}"),
            id: format!("id_{name}"),
            is_new: true,
            rows: 0,
            fields,
            indexes: Vec::new(),
            notes: Vec::new(),
            selection: Default::default(),
            key: Vec::new(),
            row_number: None,
        };
        let link = Kind::Relation { collection: "id_album".into(), cascades: false };
        let mut name = FieldPlan::plain("name", "name", Kind::Text { max: 0 });
        name.blank_was_null = true;
        let mut album = FieldPlan::plain("album", "album", link);
        album.target_column = "no".into();
        let key = FieldPlan::plain("no", "source_no", Kind::Number { whole: true });
        let plan =
            Plan { tables: vec![table("track", vec![name, album]), table("album", vec![key])], ..Plan::default() };
        let view = View { name: "v".into(), sql: "CREATE VIEW v AS SELECT album, name FROM track".into() };
        let columns = ["album", "name"].map(|name| Column { name: name.into(), ..Column::default() });
        let (query, fields) = translate(&plan, &view, &[], &columns, None).expect("a query");
        assert_eq!(
            query,
            "WITH \"track\" AS (SELECT nullif(t.\"name\", '') AS \"name\", (SELECT k0.\"source_no\" FROM main.\"c_album\" AS k0 \
             WHERE k0.\"id\" = t.\"album\") AS \"album\" FROM main.\"c_track\" AS t), \
             \"v (whole)\"(\"album\", \"name\") AS (SELECT album, name FROM track\n) \
             SELECT (ROW_NUMBER() OVER()) AS id, \"album\" AS \"album\", \"name\" AS \"name\" FROM \"v (whole)\""
        );
        assert_eq!(fields[1], ("name".to_owned(), "name".to_owned()));
    }
}
