//! What the server itself changes of accounts and of the rows that belong to them, inside a transaction: with the
//! feed and every consequence, without the checks of forms and fields.

use super::{Records, accounts, cascade, write};
use crate::changes::{self, Op};
use crate::error::Result;
use crate::schema::Record;
use crate::store::{Sql, Tx};

/// A change that the server makes to an account: what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountChange {
    /// The new address.
    pub email: Option<String>,
    /// Whether the address is proven.
    pub verified: Option<bool>,
    /// The hash of the new password.
    pub password: Option<String>,
}

impl Records {
    /// Changes an account with all that follows from it (contract: auth, section 3.4): a new password or address ends
    /// its tokens and one-time passwords, a new password its second factors and places of sign-in as well, and an
    /// address that is proven at last the accounts at other services. `before` is the state in this transaction.
    ///
    /// # Errors
    /// `Invalid` where the address is taken; what the engine says.
    pub fn alter_account(
        &self,
        tx: &mut Tx<'_>,
        before: &Record,
        change: &AccountChange,
        actor: Option<&str>,
    ) -> Result<Record> {
        let mut record = before.clone();
        if let Some(email) = &change.email {
            record.set("email", email.as_str());
        }
        if let Some(verified) = change.verified {
            record.set("verified", verified);
        }
        if let Some(hash) = &change.password {
            record.set("password", hash.as_str());
        }
        accounts::complete(&mut record);
        let (schema, files) = (self.parts.schema.current(), &self.parts.files);
        let cleared = accounts::consequences(tx, &schema, before, &mut record, change.password.is_some())?;
        let record = alter(tx, before, record, actor)?;
        for support in cleared {
            cascade::clear_support(tx, &schema, files, support, before, actor)?;
        }
        Ok(record)
    }

    /// Removes a row of ours with its cascades. `record` is the state in this transaction.
    ///
    /// # Errors
    /// What the engine says.
    pub fn remove(&self, tx: &mut Tx<'_>, record: &Record, actor: Option<&str>) -> Result<()> {
        super::delete_within(tx, &self.parts.schema.current(), &self.parts.files, record, actor)
    }
}

/// Adds a row of ours (`_otps`, `_mfas` and the like) with an id and its dates. The caller has seen in this
/// transaction that the record which the row belongs to is there.
///
/// # Errors
/// `Invalid` where a unique index refuses it; what the engine says.
pub fn add(tx: &mut Tx<'_>, mut record: Record) -> Result<Record> {
    if record.id().is_empty() {
        let id = record.collection.generate_id();
        record.set("id", id);
    }
    write::set_dates(&mut record, true);
    write::insert(tx, &record)
        .map_err(|error| write::refusal(error, &record.collection, "Failed to create record."))?;
    changes::append(tx, &record, Op::Create, None)?;
    Ok(record)
}

/// Puts another hash of the same password into an account, if it still has the one that `before` has: this column
/// alone, so that nothing follows from it and nobody hears of it. Whether it was replaced.
///
/// # Errors
/// What the engine says.
pub fn replace_hash(tx: &mut Tx<'_>, before: &Record, hash: &str) -> Result<bool> {
    let mut sql = Sql::raw("UPDATE ");
    sql.name(&before.collection.name).push(r#" SET "password" = "#).bind(hash);
    sql.push(r#" WHERE "id" = "#).bind(before.id());
    sql.push(r#" AND "password" = "#).bind(before.text("password"));
    Ok(tx.execute(&sql)? > 0)
}

/// Writes another state of a row, with the dates that the server sets. Nothing happens where nothing differs; a row
/// that is to be touched alone goes through [`touch`]. `before` is the state in this transaction.
///
/// # Errors
/// `Invalid` where a unique index refuses it; what the engine says.
pub fn alter(tx: &mut Tx<'_>, before: &Record, record: Record, actor: Option<&str>) -> Result<Record> {
    if super::save::same_row(before, &record) { Ok(record) } else { put(tx, before, record, actor) }
}

/// Sets the dates of a row as an update does, and nothing else.
///
/// # Errors
/// What the engine says.
pub fn touch(tx: &mut Tx<'_>, before: &Record) -> Result<Record> {
    put(tx, before, before.clone(), None)
}

fn put(tx: &mut Tx<'_>, before: &Record, mut record: Record, actor: Option<&str>) -> Result<Record> {
    write::set_dates(&mut record, false);
    write::change(tx, before, &record)
        .map_err(|error| write::refusal(error, &record.collection, "Failed to update record."))?;
    changes::append(tx, &record, Op::Update(before), actor)?;
    Ok(record)
}
