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
