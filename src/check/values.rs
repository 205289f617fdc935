//! Do columns hold what the types of their fields can hold? One pass through each table counts all of it.

use super::{Finding, World, ids_of};
use crate::error::Result;
use crate::schema::{Collection, Field, FieldKind};
use crate::store::expression::{self, column};
use crate::store::{Column, Sql, Tx, ValueRef};

/// A pattern of the dates that are stored.
const DATE: &str = "____-__-__ __:__:__.___Z";

/// How many fields are counted in one pass; statements have limits.
const AT_ONCE: usize = 100;

pub(super) fn look(tx: &mut Tx<'_>, world: &World) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for collection in &world.whole {
        world.tell(&format!("values of {}", collection.name));
        for fields in collection.fields.chunks(AT_ONCE) {
            let wrong = counts(tx, collection, fields)?;
            for (field, count) in fields.iter().zip(wrong).filter(|(_, count)| *count > 0) {
                let mut query = Sql::raw("SELECT ");
                query.column(&collection.name, "id").push(" FROM ").name(&collection.name);
                query.push(" WHERE ").append(&is_wrong(collection, field));
                found.push(Finding {
                    subject: format!("{}.{}", collection.name, field.name),
                    problem: format!("values that a field of type {} cannot hold", type_of(field)),
                    count,
                    examples: ids_of(tx, &query, super::report::EXAMPLES as i64)?,
                    repair: None,
                });
            }
        }
    }
    Ok(found)
}

fn type_of(field: &Field) -> String {
    let name = field.type_name();
    if field.is_multiple() { format!("{name} with many values") } else { name.to_owned() }
}

/// How many values of each field are wrong.
fn counts(tx: &mut Tx<'_>, collection: &Collection, fields: &[Field]) -> Result<Vec<u64>> {
    let mut query = Sql::new();
    for (at, field) in fields.iter().enumerate() {
        query.push(if at == 0 { "SELECT " } else { ", " });
        query.push("sum(CASE WHEN ").append(&is_wrong(collection, field)).push(" THEN 1 ELSE 0 END)");
    }
    query.push(" FROM ").name(&collection.name);
    let counts = tx.row(&query, |row| {
        let count = |at| match row.get(at) {
            ValueRef::Int(count) => u64::try_from(count).unwrap_or(0),
            _ => 0,
        };
        Ok((0..fields.len()).map(count).collect())
    })?;
    Ok(counts.unwrap_or_default())
}

/// The condition that a field holds what its type cannot hold.
fn is_wrong(collection: &Collection, field: &Field) -> Sql {
    let name = column(&collection.name, &field.name);
    let mut wrong = Sql::raw(match field.column() {
        Column::Id | Column::Text => expression::is_no_text(&name),
        Column::Number => expression::is_no_number(&name),
        Column::Bool => expression::is_no_truth(&name),
        Column::Json => expression::is_no_json(&name),
        Column::List => expression::is_no_list(&name),
        Column::Point => expression::is_no_point(&name),
    });
    if matches!(field.kind, FieldKind::Date(_) | FieldKind::Autodate(_)) {
        wrong.push(" OR (").push(&name).push(" <> '' AND ").push(&name).push(" NOT LIKE ").bind(DATE).push(")");
    }
    if field.is_primary_key() {
        wrong.push(" OR ").push(&name).push(" = ''");
    }
    wrong
}
