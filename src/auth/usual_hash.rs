//! The kind of password hash that is most common in a collection. An identity that nobody has, and a record without a
//! password, cost as much as most records do: time does not tell who is there.
//!
//! It is estimated from rows that are spread evenly over the table, so that it is never long work, and kept until the
//! table changes. Every sign-in asks for it, also those that do not need it.

use parking_lot::Mutex;
use quick_cache::sync::Cache;

use crate::crypto::passwords::Kind;
use crate::error::Result;
use crate::schema::CollectionRef;
use crate::store::{Sql, Stamp, Store, Tx, expression};

/// How many rows are looked at.
const SAMPLE: i64 = 256;
/// Of how many collections it is kept.
const KEPT: usize = 256;

/// What was found, by collection.
pub(super) struct UsualHashes {
    kept: Cache<String, (Stamp, Kind)>,
    /// One looks at a time: many sign-ins after a change ask the same.
    looking: Mutex<()>,
}

impl UsualHashes {
    pub(super) fn new() -> Self {
        Self { kept: Cache::new(KEPT), looking: Mutex::new(()) }
    }

    /// The kind for a collection; that of new hashes where there is no password at all.
    pub(super) fn of(&self, store: &Store, collection: &CollectionRef) -> Result<Kind> {
        if let Some(kind) = self.known(store, collection) {
            return Ok(kind);
        }
        let _one = self.looking.lock();
        if let Some(kind) = self.known(store, collection) {
            return Ok(kind);
        }
        let stamp = store.versions(&[&collection.name]);
        let kind = store.read_here(|tx| Ok(most_common(&sample(tx, &collection.name)?)))?;
        self.kept.insert(collection.id.clone(), (stamp, kind));
        Ok(kind)
    }

    fn known(&self, store: &Store, collection: &CollectionRef) -> Option<Kind> {
        let (stamp, kind) = self.kept.get(&collection.id)?;
        (stamp == store.versions(&[&collection.name])).then_some(kind)
    }
}

/// Hashes of at most [`SAMPLE`] rows, from the first to the last one.
fn sample(tx: &mut Tx<'_>, table: &str) -> Result<Vec<String>> {
    let order = expression::insertion_order(table);
    let mut end = |direction: &str| {
        let mut query = Sql::raw(format!("SELECT {order} FROM "));
        query.name(table).push(&format!(" ORDER BY {order} {direction} LIMIT 1"));
        tx.row(&query, |row| Ok(row.get(0).as_f64() as i64))
    };
    let (Some(first), Some(last)) = (end("ASC")?, end("DESC")?) else { return Ok(Vec::new()) };
    let mut hashes = Vec::new();
    let mut from = |at: i64, rows: i64| {
        let mut query = Sql::raw("SELECT ");
        query.column(table, "password").push(" FROM ").name(table);
        query.push(&format!(" WHERE {order} >= ")).bind(at);
        query.push(&format!(" ORDER BY {order} LIMIT ")).bind(rows);
        tx.rows(&query, |row| {
            hashes.push(row.get(0).as_text().to_owned());
            Ok(())
        })
    };
    let span = i128::from(last) - i128::from(first);
    if span < i128::from(SAMPLE) {
        from(first, SAMPLE)?;
    } else {
        for step in 0..SAMPLE {
            let at = i128::from(first) + span * i128::from(step) / i128::from(SAMPLE - 1);
            from(i64::try_from(at).unwrap_or(last), 1)?;
        }
    }
    Ok(hashes)
}

fn most_common(hashes: &[String]) -> Kind {
    let mut counts: Vec<(Kind, usize)> = Vec::new();
    for kind in hashes.iter().filter_map(|hash| Kind::of(hash)) {
        match counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or_else(Kind::default, |(kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::collections::seed;
    use crate::schema::Schema;
    use crate::store::{StoreOptions, WriteLane};

    /// A bcrypt hash of this cost, of nothing in particular.
    fn bcrypt(cost: u32) -> String {
        format!("$2a${cost:02}$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")
    }

    async fn add(store: &Store, from: usize, hashes: Vec<String>) {
        let added = store.write(WriteLane::Grouped, move |tx| {
            for (at, hash) in hashes.iter().enumerate() {
                let id = format!("u{}", from + at);
                let values = [id.as_str().into(), id.as_str().into(), hash.as_str().into()];
                tx.execute(("INSERT INTO users (id, tokenKey, password) VALUES (?, ?, ?)", &values))?;
            }
            Ok(())
        });
        added.await.expect("added");
    }

    #[tokio::test]
    async fn it_is_what_most_records_have_and_follows_the_table() {
        let dir = TempDir::new().expect("a folder");
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("open");
        let collections = store.write(WriteLane::Exclusive, |tx| {
            seed(tx)?;
            crate::collections::load(tx)
        });
        let schema = Schema::new(1, collections.await.expect("collections"));
        let users = schema.find("users").expect("users");
        let usual = UsualHashes::new();
        let of_users = || usual.of(&store, users).expect("a kind");

        assert_eq!(of_users(), Kind::default(), "nobody is there");
        add(&store, 0, vec![String::new(), "plain".to_owned(), bcrypt(5)]).await;
        assert_eq!(of_users(), Kind::Bcrypt { cost: 5 }, "who has no password does not count");
        add(&store, 10, vec![bcrypt(4), bcrypt(4)]).await;
        assert_eq!(of_users(), Kind::Bcrypt { cost: 4 });
        add(&store, 100, vec![bcrypt(6); 2000]).await;
        assert_eq!(of_users(), Kind::Bcrypt { cost: 6 }, "more rows than are looked at");
        add(&store, 5000, vec![bcrypt(7); 3000]).await;
        assert_eq!(of_users(), Kind::Bcrypt { cost: 7 }, "the last ones count as well");
        store.close().await;
    }
}
