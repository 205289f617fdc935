//! Accounts of records at services: whom one belongs to, and how a record gets one.
//!
//! Somebody may have made a record with the address of another and wait for them to come. So a record whose address was
//! never proven is not simply taken over: it loses its password, and with it all tokens, and all its other accounts
//! elsewhere, before the one who proves the address gets it.

use crate::error::{Error, Result};
use crate::records::{self, AccountChange, Records};
use crate::schema::{CollectionRef, Record};
use crate::store::{Sql, Tx};

use super::user::ExternalUser;

/// The links of a collection's records to one service.
#[derive(Clone)]
pub(super) struct Links {
    /// The collection of the records.
    pub(super) collection: CollectionRef,
    /// The collection of the links.
    pub(super) externals: CollectionRef,
    /// The service.
    pub(super) provider: &'static str,
}

/// Who is to be linked.
#[derive(Clone)]
pub(super) struct Linking {
    /// The record's id.
    pub(super) record: String,
    /// Who proved to be whom.
    pub(super) user: ExternalUser,
    /// Whether the record itself asks.
    pub(super) by_itself: bool,
    /// The hash of a password that nobody knows, where one may be needed.
    pub(super) password: Option<String>,
    /// Who asks, for the feed.
    pub(super) actor: Option<String>,
}

/// What linking comes to.
pub(super) enum Linked {
    /// The record, as it is now.
    Done(Record),
    /// A password must be made first.
    PasswordNeeded,
    /// The account belongs to another record by now.
    Moved,
}

impl Links {
    /// The record that an account at the service belongs to.
    ///
    /// # Errors
    /// `NotFound` where the record is gone.
    pub(super) fn owner(&self, tx: &mut Tx<'_>, external_id: &str) -> Result<Option<Record>> {
        let Some(owner) = self.owner_id(tx, external_id)? else { return Ok(None) };
        records::load(tx, &self.collection, &owner)?.map(Some).ok_or_else(Error::not_found)
    }

    fn owner_id(&self, tx: &mut Tx<'_>, external_id: &str) -> Result<Option<String>> {
        let mut sql = Sql::raw(r#"SELECT "recordRef" FROM "#);
        sql.name(&self.externals.name).push(r#" WHERE "collectionRef" = "#).bind(self.collection.id.as_str());
        sql.push(r#" AND "provider" = "#).bind(self.provider);
        sql.push(r#" AND "providerId" = "#).bind(external_id).push(" LIMIT 1");
        tx.row(&sql, |row| Ok(row.get(0).as_text().to_owned()))
    }

    /// Links a new record.
    pub(super) fn add(&self, tx: &mut Tx<'_>, record: &Record, external_id: &str) -> Result<()> {
        let mut link = Record::new(self.externals.clone());
        link.set("collectionRef", self.collection.id.as_str());
        link.set("recordRef", record.id());
        link.set("provider", self.provider);
        link.set("providerId", external_id);
        records::add(tx, link).map(|_| ())
    }

    /// Links a record that is there already, and gives it what the service has proven.
    ///
    /// # Errors
    /// `NotFound` where the record is gone, `Invalid` where it has another account at this service.
    pub(super) fn link(&self, tx: &mut Tx<'_>, records: &Records, linking: &Linking) -> Result<Linked> {
        let (user, actor) = (&linking.user, linking.actor.as_deref());
        let record = records::load(tx, &self.collection, &linking.record)?.ok_or_else(Error::not_found)?;
        let mut owner = self.owner_id(tx, &user.id)?;
        if owner.as_deref().is_some_and(|owner| owner != linking.record) {
            return Ok(Linked::Moved);
        }
        let mut change = AccountChange::default();
        if !record.flag("verified") {
            if !linking.by_itself {
                let Some(password) = &linking.password else { return Ok(Linked::PasswordNeeded) };
                change.password = Some(password.clone());
            }
            self.unlink_all(tx, records, &record, actor)?;
            owner = None;
            let email = record.text("email");
            if email.is_empty() || email == user.email {
                change.verified = Some(true);
            }
        }
        if record.text("email").is_empty() && !user.email.is_empty() {
            change.email = Some(user.email.clone());
        }
        let record = records.alter_account(tx, &record, &change, actor)?;
        if owner.is_none() {
            self.add(tx, &record, &user.id)?;
        }
        Ok(Linked::Done(record))
    }

    /// Takes all accounts of a record at all services away.
    fn unlink_all(&self, tx: &mut Tx<'_>, records: &Records, record: &Record, actor: Option<&str>) -> Result<()> {
        let mut sql = Sql::raw(r#"SELECT "id" FROM "#);
        sql.name(&self.externals.name).push(r#" WHERE "collectionRef" = "#).bind(self.collection.id.as_str());
        sql.push(r#" AND "recordRef" = "#).bind(record.id());
        let ids = tx.texts(&sql)?;
        for id in ids {
            if let Some(link) = records::load(tx, &self.externals, &id)? {
                records.remove(tx, &link, actor)?;
            }
        }
        Ok(())
    }
}
