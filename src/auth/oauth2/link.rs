//! Accounts of records at services: whom one belongs to, and how a record gets one.
//!
//! Somebody may have made a record with the address of another and wait for them to come. So a record whose address was
//! never proven is not simply taken over: it loses its password, and with it all tokens, and all its other accounts
//! elsewhere, before the one who proves the address gets it.

use std::sync::Arc;

use crate::auth::identity;
use crate::context::Caller;
use crate::error::{Error, FieldErrors, Result};
use crate::records::{self, AccountChange, Records};
use crate::schema::{CollectionRef, Record};
use crate::store::{Sql, Tx, Value};

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
    /// The id of the record that was found.
    pub(super) record: String,
    /// Who proved to be whom.
    pub(super) user: ExternalUser,
    /// Who asks.
    pub(super) caller: Option<Arc<Caller>>,
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
    /// The user is another record by now.
    Moved,
}

impl Links {
    /// The record that a user is, if there is one: by the link, as the caller who links itself, or by the address.
    ///
    /// # Errors
    /// `NotFound` where the record that is linked is gone.
    pub(super) fn record_of(
        &self,
        tx: &mut Tx<'_>,
        user: &ExternalUser,
        caller: Option<&Caller>,
    ) -> Result<Option<Record>> {
        if let Some(owner) = self.owner_id(tx, &user.id)? {
            return records::load(tx, &self.collection, &owner)?.map(Some).ok_or_else(Error::not_found);
        }
        if let Some(caller) = caller.filter(|caller| caller.collection_id == self.collection.id)
            && let Some(record) = records::load(tx, &self.collection, &caller.id)?
            && self.is_itself(&record, Some(caller))
        {
            return Ok(Some(record));
        }
        match user.email.as_str() {
            "" => Ok(None),
            email => identity::by_email(tx, &self.collection, email),
        }
    }

    /// Whether a record is the caller, whose token is still good: a request may take its time, and the token may have
    /// ended because somebody else proved to be the owner.
    pub(super) fn is_itself(&self, record: &Record, caller: Option<&Caller>) -> bool {
        caller.is_some_and(|caller| {
            caller.collection_id == self.collection.id
                && caller.id == record.id()
                && caller.token_key == record.text("tokenKey")
        })
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
    /// `NotFound` where the record is gone, `Invalid` where it has another account at this service, or may not have
    /// the address.
    pub(super) fn link(&self, tx: &mut Tx<'_>, records: &Records, linking: &Linking) -> Result<Linked> {
        let Linking { user, caller, password, .. } = linking;
        let (caller, actor) = (caller.as_deref(), linking.actor.as_deref());
        let found = self.record_of(tx, user, caller)?;
        let Some(record) = found.filter(|record| record.id() == linking.record) else { return Ok(Linked::Moved) };
        let mut linked = self.owner_id(tx, &user.id)?.is_some();
        let mut change = AccountChange::default();
        if !record.flag("verified") {
            if !self.is_itself(&record, caller) {
                let Some(password) = password else { return Ok(Linked::PasswordNeeded) };
                change.password = Some(password.clone());
            }
            self.unlink_all(tx, records, &record, actor)?;
            linked = false;
            let email = record.text("email");
            if email.is_empty() || email == user.email {
                change.verified = Some(true);
            }
        }
        if record.text("email").is_empty() && !user.email.is_empty() {
            self.check_email(&user.email)?;
            change.email = Some(user.email.clone());
        }
        let record = records.alter_account(tx, &record, &change, actor)?;
        if !linked {
            self.add(tx, &record, &user.id)?;
        }
        Ok(Linked::Done(record))
    }

    /// What the collection asks of addresses is asked of proven ones too.
    fn check_email(&self, email: &str) -> Result<()> {
        let mut errors = FieldErrors::new();
        if let Some(fault) = self.collection.field("email").and_then(|field| field.check(&Value::from(email))) {
            errors.add("email", fault);
        }
        errors.into_result("Failed to update record.")
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
