//! Where the columns of a query come from.

use std::collections::HashSet;

use sqlparser::ast::{
    DataType, Expr, Function, Ident, Query, Select, SelectItem, SetExpr, TableFactor, TableWithJoins,
};

use crate::schema::{Collection, CollectionRef, Field, Schema};
use crate::store::select::{NoQuery, Words};

/// What a query's text tells.
#[derive(Debug, PartialEq)]
pub enum Reading<'s> {
    /// It asks for columns by `*`.
    Wildcard,
    /// Its columns; `None` where the text tells nothing about them.
    Columns(Option<Columns<'s>>),
}

/// The columns of a query.
#[derive(Debug, PartialEq)]
pub struct Columns<'s> {
    /// Where each comes from.
    pub origins: Vec<Origin<'s>>,
    /// Whether it is one SELECT rather than several that are put together.
    pub single: bool,
}

/// Where a column comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin<'s> {
    /// A field of a collection.
    Field(&'s CollectionRef, &'s Field),
    /// The id of a collection's records.
    Id(&'s CollectionRef),
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A text.
    Text,
    /// True or false.
    Bool,
    /// Anything.
    Anything,
}

impl<'s> Reading<'s> {
    /// Reads a query, which [`super::trimmed`] has trimmed.
    ///
    /// # Errors
    /// The text is not one query.
    pub fn of(query: &str, schema: &'s Schema) -> Result<Self, NoQuery> {
        let Some(words) = Words::of(query)? else { return Ok(Self::Columns(None)) };
        if words.have_wildcard() {
            return Ok(Self::Wildcard);
        }
        let Some(query) = words.parse() else { return Ok(Self::Columns(None)) };
        let single = matches!(&*query.body, SetExpr::Select(_));
        Ok(match of_query(&query, schema) {
            Found::Wildcard => Self::Wildcard,
            Found::Nothing => Self::Columns(None),
            Found::Columns(origins) => Self::Columns(Some(Columns { origins, single })),
        })
    }
}

/// What is found in a part of a query.
enum Found<'s> {
    Wildcard,
    Nothing,
    Columns(Vec<Origin<'s>>),
}

fn of_query<'s>(query: &Query, schema: &'s Schema) -> Found<'s> {
    // A name that the query itself gives to something is no collection's there.
    let own = query.with.iter().flat_map(|with| &with.cte_tables).map(|one| one.alias.name.value.to_ascii_lowercase());
    of_body(&query.body, &own.collect(), schema)
}

fn of_body<'s>(body: &SetExpr, own: &HashSet<String>, schema: &'s Schema) -> Found<'s> {
    match body {
        SetExpr::Select(select) => of_select(select, own, schema),
        SetExpr::Query(query) => of_query(query, schema),
        SetExpr::SetOperation { .. } => of_several(body, own, schema),
        _ => Found::Nothing,
    }
}

/// Several SELECTs put together: a column is known where all of them agree on it. Long rows of them lean to the left.
fn of_several<'s>(body: &SetExpr, own: &HashSet<String>, schema: &'s Schema) -> Found<'s> {
    let mut parts = Vec::new();
    let mut rest = body;
    while let SetExpr::SetOperation { left, right, .. } = rest {
        parts.push(&**right);
        rest = left;
    }
    let mut found = match of_body(rest, own, schema) {
        Found::Columns(columns) => columns,
        other => return other,
    };
    for part in parts {
        let others = match of_body(part, own, schema) {
            Found::Columns(columns) => columns,
            other => return other,
        };
        for (at, origin) in found.iter_mut().enumerate() {
            if others.get(at).is_none_or(|other| other != origin) {
                *origin = Origin::Anything;
            }
        }
    }
    Found::Columns(found)
}

fn of_select<'s>(select: &Select, own: &HashSet<String>, schema: &'s Schema) -> Found<'s> {
    let tables = Tables::of(&select.from, own, schema);
    let mut columns = Vec::with_capacity(select.projection.len());
    for item in &select.projection {
        columns.push(match item {
            SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. } => {
                tables.origin(expression)
            }
            SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => return Found::Wildcard,
            SelectItem::ExprWithAliases { .. } => return Found::Nothing,
        });
    }
    Found::Columns(columns)
}

/// The tables of a FROM clause in their order, by the names that columns call them; `None` is no collection.
struct Tables<'s>(Vec<(String, Option<&'s CollectionRef>)>);

impl<'s> Tables<'s> {
    fn of(from: &[TableWithJoins], own: &HashSet<String>, schema: &'s Schema) -> Self {
        let mut tables = Self(Vec::new());
        from.iter().for_each(|one| tables.add_joined(one, own, schema));
        tables
    }

    fn add_joined(&mut self, joined: &TableWithJoins, own: &HashSet<String>, schema: &'s Schema) {
        self.add(&joined.relation, own, schema);
        joined.joins.iter().for_each(|join| self.add(&join.relation, own, schema));
    }

    fn add(&mut self, table: &TableFactor, own: &HashSet<String>, schema: &'s Schema) {
        match table {
            TableFactor::Table { name, alias, args: None, .. } => {
                let parts: Vec<&Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
                let (name, collection) = match parts[..] {
                    [name] if own.contains(&name.value.to_ascii_lowercase()) => (name, None),
                    [name] => (name, schema.by_name(&name.value)),
                    [database, name] if database.value.eq_ignore_ascii_case("main") => {
                        (name, schema.by_name(&name.value))
                    }
                    _ => return self.0.push((String::new(), None)),
                };
                let called = alias.as_ref().map_or(name, |alias| &alias.name);
                self.0.push((called.value.clone(), collection));
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                self.add_joined(table_with_joins, own, schema);
            }
            TableFactor::Derived { alias: Some(alias), .. } | TableFactor::Table { alias: Some(alias), .. } => {
                self.0.push((alias.name.value.clone(), None));
            }
            _ => self.0.push((String::new(), None)),
        }
    }

    fn origin(&self, expression: &Expr) -> Origin<'s> {
        match expression {
            Expr::Identifier(name) => match self.0.first() {
                Some((_, Some(collection))) => field_of(collection, &name.value),
                _ => Origin::Anything,
            },
            Expr::CompoundIdentifier(parts) => match &parts[..] {
                [.., table, name] => self.of_table(&table.value, &name.value),
                _ => Origin::Anything,
            },
            Expr::Cast { data_type, .. } => cast_to(data_type),
            other => called(other).and_then(counted).unwrap_or(Origin::Anything),
        }
    }

    fn of_table(&self, table: &str, name: &str) -> Origin<'s> {
        let found = self.0.iter().find(|(called, _)| called.eq_ignore_ascii_case(table));
        match found {
            Some((_, Some(collection))) => field_of(collection, name),
            _ => Origin::Anything,
        }
    }
}

fn field_of<'s>(collection: &'s CollectionRef, name: &str) -> Origin<'s> {
    if name.eq_ignore_ascii_case("id") {
        return Origin::Id(collection);
    }
    let named =
        |collection: &'s Collection| collection.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    named(collection).map_or(Origin::Anything, |field| Origin::Field(collection, field))
}

fn cast_to<'s>(kind: &DataType) -> Origin<'s> {
    match kind {
        DataType::Real | DataType::Decimal(_) | DataType::Numeric(_) => Origin::Number,
        DataType::Int(_) | DataType::Integer(_) => Origin::Integer,
        DataType::Text => Origin::Text,
        DataType::Bool | DataType::Boolean => Origin::Bool,
        _ => Origin::Anything,
    }
}

/// The function that an expression begins with. (A row of operators leans to the left.)
fn called(expression: &Expr) -> Option<&Function> {
    let mut first = expression;
    loop {
        match first {
            Expr::BinaryOp { left, .. } => first = left,
            Expr::Function(function) => return Some(function),
            _ => return None,
        }
    }
}

fn counted<'s>(function: &Function) -> Option<Origin<'s>> {
    let [name] = &function.name.0[..] else { return None };
    match name.as_ident()?.value.to_ascii_lowercase().as_str() {
        "count" => Some(Origin::Integer),
        "total" => Some(Origin::Number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::wire::{Scaffold, scaffold};
    use crate::schema::{FieldKind, view};

    fn schema() -> Schema {
        let named = |name: &str, fields: &[&str]| {
            let mut collection = scaffold(Scaffold::Base);
            (collection.id, collection.name) = (format!("{name}_id"), name.to_owned());
            let text = |name: &&str| Field::new(*name, *name, FieldKind::Text(Default::default()));
            collection.fields.extend(fields.iter().map(text));
            collection
        };
        Schema::new(1, vec![named("posts", &["title", "Author", "count"]), named("users", &["name", "order by"])])
    }

    /// What a query's columns are, in words; `*` for a wildcard, `?` where its text tells nothing.
    fn origins(query: &str) -> String {
        let schema = schema();
        let columns = match Reading::of(view::trimmed(query), &schema) {
            Ok(Reading::Columns(Some(columns))) => columns,
            Ok(Reading::Columns(None)) => return "?".to_owned(),
            Ok(Reading::Wildcard) => return "*".to_owned(),
            Err(error) => return error.to_string(),
        };
        let words = columns.origins.iter().map(|origin| match origin {
            Origin::Field(collection, field) => format!("{}.{}", collection.name, field.name),
            Origin::Id(collection) => format!("{}.id", collection.name),
            Origin::Integer => "integer".to_owned(),
            Origin::Number => "number".to_owned(),
            Origin::Text => "text".to_owned(),
            Origin::Bool => "bool".to_owned(),
            Origin::Anything => "json".to_owned(),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn columns_are_what_the_contract_says() {
        for (query, expected) in [
            // fields, in any case and under any quotes
            ("select id, title from posts", "posts.id, posts.title"),
            ("SELECT posts.ID, POSTS.Title FROM Posts", "posts.id, posts.title"),
            ("select `id`, \"title\", [author] from [posts]", "posts.id, posts.title, posts.Author"),
            ("select id, title as t, title u from posts p", "posts.id, posts.title, posts.title"),
            ("select p.id, p.title, posts.title from posts as p", "posts.id, posts.title, json"),
            ("select main.posts.title from main.posts", "posts.title"),
            ("select id from main.posts;; \n", "posts.id"),
            ("select u.[order by] from users u", "users.order by"),
            ("select p.\"title\" 'x y' from \"posts\" 'p'", "posts.title"),
            ("select id, none, 'title', rowid from posts", "posts.id, json, json, json"),
            ("select count from posts", "posts.count"),
            // several tables: what has no table is the first one's
            ("select u.id, p.id from posts p join users u on u.id = p.author", "users.id, posts.id"),
            ("select name, title from posts, users", "json, posts.title"),
            ("select users.name, title from (posts join users)", "users.name, posts.title"),
            ("select a.name, b.name from users a left join users b using (id)", "users.name, users.name"),
            ("select a.name from users a natural join posts", "users.name"),
            ("select x.title from posts cross join posts x where 1", "posts.title"),
            // comments and blanks
            ("select /* one, */ id -- two\n, title from posts -- three", "posts.id, posts.title"),
            ("select\n\tid,\r\n title\nfrom posts\n;", "posts.id, posts.title"),
            // numbers
            ("select count(*), COUNT ( id ) c, count(distinct title) from posts", "integer, integer, integer"),
            ("select count(id)+1, count(*) * 2.5 - 1 from posts", "integer, integer"),
            ("select count(*) filter (where title != '') over () from posts", "integer"),
            ("select total(title), TOTAL(id) / 2 from posts", "number, number"),
            (
                "select 1 + count(*), sum(id), avg(id), (count(*)), max(title) from posts",
                "json, json, json, json, json",
            ),
            // casts
            (
                "select cast(title as real), cast(id as decimal), CAST(id AS numeric(4, 2)) from posts",
                "number, number, number",
            ),
            ("select cast(title as int), cast(title as\n INTEGER) from posts", "integer, integer"),
            ("select cast(title as text), cast(1 as bool), cast((1 + 2) as boolean) from posts", "text, bool, bool"),
            ("select cast(title as blob), cast(title as varchar), cast(1 as int) + 1 from posts", "json, json, json"),
            // everything else
            (
                "select (id), title || 'x', 1, 'a', null, -1, case when 1 then 2 end, n.x from posts",
                "json, json, json, json, json, json, json, json",
            ),
            ("select (select count(*) from users), exists(select 1) from posts", "json, json"),
            ("select row_number() over () as id, lower(title) from posts", "json, json"),
            ("select json_extract(title, '$.a'), title ->> 'a', title collate nocase from posts", "json, json, json"),
            ("select x.title, x.id from (select * from posts) x", "json, json"),
            ("select title from (select title from posts)", "json"),
            ("select id from missing", "json"),
            ("select 1 as id", "json"),
            ("select key, value from json_each('[1]')", "json, json"),
            ("select posts.title, j.value from posts, json_each(posts.title) j", "posts.title, json"),
            // WITH
            ("with posts as (select 1 as id) select id from posts", "json"),
            ("with x as (select 1 as a) select p.title, x.a from posts p, X", "posts.title, json"),
            ("with recursive n(i) as (select 1 union all select i + 1 from n) select i from n", "json"),
            // several SELECTs: what they agree on
            ("select id, title from posts union select id, title from posts", "posts.id, posts.title"),
            ("select id, title from posts union all select id, name from users", "json, json"),
            (
                "select id, count(*) from posts intersect select id, count(id) from posts except select id, 1 from posts",
                "posts.id, json",
            ),
            // wildcards, outside of all brackets
            ("select * from posts", "*"),
            ("select posts.* from posts", "*"),
            ("select id, p . * from posts p", "*"),
            ("select id, /* all */ * from posts", "*"),
            ("select distinct * from posts", "*"),
            ("select id from posts union select * from posts", "*"),
            ("with x as (select * from posts) select * from x", "*"),
            (
                "select id, title * 2, (select count(*) from users), \"select\" * 1 from posts",
                "posts.id, json, json, json",
            ),
            // no query, or none that is understood
            ("select 1 as id; select 2 as id", "multiple statements are not supported"),
            ("select 1 as id;; -- x\n delete from posts", "multiple statements are not supported"),
            ("select ';' as id -- ;", "json"),
            ("delete from posts", "?"),
            ("nonsense", "?"),
            ("", "?"),
            ("values (1, 2)", "?"),
            ("select 'unterminated", "?"),
            ("select 'unterminated; x", "multiple statements are not supported"),
        ] {
            assert_eq!(origins(query), expected, "{query}");
        }
    }

    #[test]
    fn deep_and_long_queries_end() {
        let nested = |open: &str, depth: usize, close: &str| {
            format!("select id, {}1{} from posts", open.repeat(depth), close.repeat(depth))
        };
        assert_eq!(origins(&nested("(", 20, ")")), "posts.id, json");
        for (open, close) in [("(", ")"), ("abs(", ")"), ("(select ", ")"), ("case when 1 then ", " end"), ("not ", "")]
        {
            for depth in [60, 100, 5000] {
                assert_ne!(origins(&nested(open, depth, close)), "*", "{depth} {open}");
            }
        }
        let tables = |depth: usize| format!("select id from {}posts{}", "(".repeat(depth), ")".repeat(depth));
        for depth in [10, 30, 90] {
            for (open, close) in
                [("(", ")"), ("(select id from (", "))"), ("((select 1) x join ", ")"), ("(1, (", "))")]
            {
                let (open, close) = (open.repeat(depth), close.repeat(depth));
                origins(&format!("select id from {open}posts{close}"));
                origins(&format!("select id from posts where {open}posts{close}"));
            }
        }
        assert_eq!(origins(&tables(10_000)), "the query is nested too deep");
        assert_eq!(origins(&format!("select 1 as id -- {}", "x".repeat(100_000))), "the query is too long");
        let long = format!("select id, count(*){} from posts", " + 1".repeat(900));
        assert_eq!(origins(&long), "posts.id, integer");
        let several = vec!["select id, title from posts"; 500].join(" union ");
        assert_eq!(origins(&several), "posts.id, posts.title");
        let columns = format!("select id{} from posts", ", title".repeat(1999));
        assert_eq!(origins(&columns).split(", ").count(), 2000);
    }
}
