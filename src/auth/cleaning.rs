//! What sign-ins leave behind and nobody can use any more: expired one-time passwords and second factors.

use chrono::TimeDelta;

use super::Auth;
use crate::error::Result;
use crate::records::{self, OTPS};
use crate::schema::Schema;
use crate::schema::auth_options::AuthOptions;
use crate::store::{Sql, Tx, WriteLane};
use crate::time;

/// How many rows go in one transaction, so that other writes come in between.
const STEP: i64 = 200;

impl Auth {
    /// Deletes what is expired of a collection, one-time passwords or second factors; how many rows that were.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn clean_up(&self, name: &'static str) -> Result<usize> {
        let mut rows = 0;
        loop {
            let auth = self.clone();
            match self.parts.store.write(WriteLane::Grouped, move |tx| auth.clean_step(tx, name)).await? {
                0 => return Ok(rows),
                step => rows += step,
            }
        }
    }

    fn clean_step(&self, tx: &mut Tx<'_>, name: &str) -> Result<usize> {
        let schema = self.parts.schema.current();
        for collection in schema.auth_collections() {
            let Some(options) = collection.auth() else { continue };
            let expired = expired(tx, name, &collection.id, life(name, options))?;
            if !expired.is_empty() {
                return self.remove_all(tx, &schema, name, &expired);
            }
        }
        Ok(0)
    }

    fn remove_all(&self, tx: &mut Tx<'_>, schema: &Schema, name: &str, ids: &[String]) -> Result<usize> {
        let Some(collection) = schema.by_name(name) else { return Ok(0) };
        let rows = records::load_all(tx, collection, ids)?;
        let count = rows.len();
        for row in &rows {
            self.parts.records.remove(tx, row, None)?;
        }
        Ok(count)
    }
}

/// How long such a row of a record of the collection is good, in seconds.
fn life(name: &str, options: &AuthOptions) -> i64 {
    if name == OTPS { options.otp.duration } else { options.mfa.duration }
}

/// Some rows that belong to records of a collection and are older than so many seconds.
fn expired(tx: &mut Tx<'_>, name: &str, collection: &str, seconds: i64) -> Result<Vec<String>> {
    let oldest = time::format(time::now() - TimeDelta::seconds(seconds.clamp(0, i64::from(u32::MAX))));
    let mut sql = Sql::raw(r#"SELECT "id" FROM "#);
    sql.name(name).push(r#" WHERE "collectionRef" = "#).bind(collection);
    sql.push(r#" AND "created" < "#).bind(oldest).push(" LIMIT ").bind(STEP);
    tx.texts(&sql)
}
