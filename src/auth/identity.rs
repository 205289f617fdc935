//! Finding the record that an identity stands for.

use crate::error::{Error, Result};
use crate::records;
use crate::schema::{CollectionRef, Record};
use crate::store::{Sql, Tx, expression};

/// In how many fields an identity is looked up at most.
const MOST_FIELDS: usize = 32;

/// The record that has the identity in the first possible of these fields. Case counts, unless the field's unique
/// index says otherwise.
///
/// # Errors
/// `Broken` where a field has no unique index of its own: it cannot tell one record from another.
pub(super) fn find(
    tx: &mut Tx<'_>,
    collection: &CollectionRef,
    fields: &[String],
    identity: &str,
) -> Result<Option<Record>> {
    for name in fields.iter().take(MOST_FIELDS) {
        let (Some(field), Some(index)) = (collection.field(name), collection.unique_index(name)) else {
            let (table, what) = (&collection.name, "identifies records of");
            let failure = anyhow::anyhow!("{name} {what} {table}, but has no unique index of its own");
            return Err(Error::Broken(failure));
        };
        if let Some(found) = lookup(tx, collection, &field.name, index.ignores_case(), identity)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The record with this address. Case counts, unless the unique index on `email` says otherwise.
pub(super) fn by_email(tx: &mut Tx<'_>, collection: &CollectionRef, email: &str) -> Result<Option<Record>> {
    having(tx, collection, "email", email)
}

/// A record that has this value in a field, be there an index or not. Case counts, unless a unique index says
/// otherwise.
pub(super) fn having(tx: &mut Tx<'_>, collection: &CollectionRef, field: &str, value: &str) -> Result<Option<Record>> {
    let ignores_case = collection.unique_index(field).is_some_and(|column| column.ignores_case());
    lookup(tx, collection, field, ignores_case, value)
}

fn lookup(
    tx: &mut Tx<'_>,
    collection: &CollectionRef,
    field: &str,
    ignores_case: bool,
    identity: &str,
) -> Result<Option<Record>> {
    let query = by_identity(&collection.name, field, ignores_case, identity);
    match tx.row(&query, |row| Ok(row.get(0).as_text().to_owned()))? {
        Some(id) => records::load(tx, collection, &id),
        None => Ok(None),
    }
}

/// Unique indexes of identities leave the empty ones out; only a query that says so too is answered from them.
fn by_identity(table: &str, column: &str, ignores_case: bool, identity: &str) -> Sql {
    let held = expression::column(table, column);
    let compared = if ignores_case { expression::ignoring_case(&held) } else { held.clone() };
    let mut query = Sql::raw("SELECT ");
    query.column(table, "id").push(" FROM ").name(table).push(" WHERE ");
    query.push(&compared).push(" = ").bind(identity).push(" AND ").push(&held).push(" <> '' LIMIT 1");
    query
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tempfile::TempDir;

    use super::*;
    use crate::collections::seed;
    use crate::schema::Schema;
    use crate::store::{Store, StoreOptions, Tx, WriteLane};

    async fn in_a_database<T: Send + 'static>(work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        let dir = TempDir::new().expect("a folder");
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("open");
        let done = store
            .write(WriteLane::Exclusive, move |tx| {
                seed(tx)?;
                work(tx)
            })
            .await;
        store.close().await;
        done.expect("done")
    }

    fn users(tx: &mut Tx<'_>) -> Result<CollectionRef> {
        let schema = Schema::new(1, crate::collections::load(tx)?);
        let users = schema.find("users").expect("users").clone();
        let insert = "INSERT INTO users (id, email, tokenKey) VALUES ('u1', 'Ann@Example.com', 'a'), ('u2', '', 'b')";
        tx.execute(insert)?;
        Ok(users)
    }

    #[tokio::test]
    async fn case_counts_unless_the_index_ignores_it() {
        let found = in_a_database(|tx| {
            let exact = users(tx)?;
            let mut folded = (*exact).clone();
            folded.indexes = vec!["CREATE UNIQUE INDEX i ON users (email COLLATE NOCASE) WHERE email != ''".into()];
            let folded = Arc::new(folded);
            let fields = ["email".to_owned()];
            let mut ids = Vec::new();
            for (collection, identity) in
                [(&exact, "Ann@Example.com"), (&exact, "ann@example.com"), (&folded, "ann@example.com"), (&exact, "")]
            {
                ids.push(find(tx, collection, &fields, identity)?.map(|record| record.id().to_owned()));
            }
            Ok(ids)
        });
        let found = found.await;
        assert_eq!(found, [Some("u1".to_owned()), None, Some("u1".to_owned()), None]);
    }

    #[tokio::test]
    async fn a_field_without_a_unique_index_is_our_fault() {
        let found = in_a_database(|tx| {
            let users = users(tx)?;
            let find = |tx: &mut Tx<'_>, fields: &[&str]| {
                let fields: Vec<String> = fields.iter().map(|&name| name.to_owned()).collect();
                Ok(match find(tx, &users, &fields, "Ann@Example.com") {
                    Ok(found) => found.is_some(),
                    Err(Error::Broken(_)) => false,
                    Err(error) => return Err(error),
                })
            };
            Ok([find(tx, &["email", "name"])?, find(tx, &["name", "email"])?, find(tx, &["missing"])?])
        });
        assert_eq!(found.await, [true, false, false]);
    }

    #[tokio::test]
    async fn an_identity_is_found_through_its_index() {
        let plan = in_a_database(|tx| {
            users(tx)?;
            let mut explain = Sql::raw("EXPLAIN QUERY PLAN ");
            explain.append(&by_identity("users", "email", false, "a@b.co"));
            let mut plan = String::new();
            tx.rows(&explain, |row| {
                plan.push_str(row.get(3).as_text());
                Ok(())
            })?;
            Ok(plan)
        });
        let plan = plan.await;
        assert!(plan.contains("USING INDEX") || plan.contains("USING COVERING INDEX"), "{plan}");
    }
}
