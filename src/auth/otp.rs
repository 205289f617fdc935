//! One-time passwords by mail (contract: auth, section 11).

use chrono::TimeDelta;

use super::admission::{Method, Proven};
use super::form::{Form, LONGEST, Sent};
use super::letters::Letter;
use super::tries::Trying;
use super::{Auth, SignedIn, identity, owned};
use crate::context::{RequestContext, SUPERUSERS};
use crate::error::{Error, Result};
use crate::ids;
use crate::records::{self, AccountChange, INSTALLER_EMAIL, OTPS};
use crate::schema::auth_options::Otp;
use crate::schema::{Collection, CollectionRef, Record, Schema};
use crate::store::{ReadLane, Sql, Tx, WriteLane};
use crate::time;

/// How many bytes a one-time password may have.
const LONGEST_PASSWORD: usize = 71;
/// How many unexpired ones a record may have.
const MOST: usize = 10;

/// A one-time password that nobody mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimePassword {
    /// What it is named by.
    pub id: String,
    /// The password.
    pub code: String,
    /// How long it is good, in seconds.
    pub seconds: i64,
}

/// A one-time password that was asked for with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedOtp {
    /// What it is named by.
    pub id: String,
    /// Whether anybody has the address; for the log alone.
    pub known: bool,
}

/// A new one-time password, before it is known whether anybody gets it.
struct New {
    code: String,
    hash: String,
}

impl Auth {
    /// Makes a one-time password and has it sent to an address, if it is that of a record; the id to name with it. An
    /// address that nobody has gets an id all the same, at the same cost: a hash, and a letter that is written by
    /// nobody.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in, `Forbidden` where one-time passwords are switched
    /// off, `Invalid` for a form that is at fault, `TooMany` while too many passwords wait.
    pub async fn request_otp(&self, collection: &str, sent: Sent) -> Result<RequestedOtp> {
        let collection = self.auth_collection(collection)?;
        let options = switched_on(&collection)?;
        let mut form = Form::of(sent)?;
        let email = form.email("email")?;
        form.done()?;

        let new = self.new_otp(options).await?;
        let sealed = self.parts.sealer.seal(new.code.as_bytes())?;
        let auth = self.clone();
        let write = move |tx: &mut Tx<'_>| {
            let schema = auth.parts.schema.current();
            let collection = schema.by_id(&collection.id).ok_or_else(Error::not_found)?;
            let options = switched_on(collection)?;
            // Nobody reads the mail of the account that sets up the first superuser.
            let found = if email == INSTALLER_EMAIL { None } else { identity::by_email(tx, collection, &email)? };
            let known = found.is_some();
            let id = match found {
                Some(record) => match unexpired(tx, &record, options)? {
                    Some((newest, MOST..)) if !auth.parts.dev => return Ok(RequestedOtp { id: newest, known }),
                    _ => store(tx, &schema, &record, &new.hash)?,
                },
                None => ids::random_record_id(),
            };
            let letter = Letter::Otp { collection: collection.id.clone(), otp: id.clone(), code: sealed.clone() };
            auth.post(tx, &letter, options.duration)?;
            Ok(RequestedOtp { id, known })
        };
        self.parts.store.write(WriteLane::Grouped, write).await
    }

    /// Signs in by a one-time password, which is used up by that. Where it came to the address of the record, the
    /// address is proven.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in, `Forbidden` where one-time passwords are switched
    /// off or the auth rule refuses, `TooOften` after too many tries, `TooMany` while too many passwords wait,
    /// `Invalid` for everything else.
    pub async fn with_otp(&self, context: &RequestContext, collection: &str, sent: Sent) -> Result<SignedIn> {
        let collection = self.auth_collection(collection)?;
        let options = switched_on(&collection)?;
        let mut form = Form::of(sent)?;
        let id = form.required("otpId", LONGEST)?;
        let password = form.required("password", LONGEST_PASSWORD)?;
        let body = form.done()?;

        let found = self.otp(&collection, options, id).await?;
        let Some((row, record)) = found else {
            // Ids of addresses that nobody has are told by no haste either.
            self.parts.passwords.verify(password, String::new()).await?;
            return Err(refused());
        };
        let trying = Trying { collection: collection.id.clone(), record: record.id().to_owned(), ip: context.ip };
        self.parts.tries.count(trying)?;
        if !self.parts.passwords.verify(password, row.text("password").to_owned()).await? {
            return Err(refused());
        }
        let record = self.use_up(row, &record).await?;
        let context = context.with_body(body);
        self.let_in(&context, Proven { record, method: Method::Otp, meta: None }).await
    }

    /// Makes a one-time password for a superuser, to be read on the terminal.
    ///
    /// # Errors
    /// `Invalid` where one-time passwords are switched off for superusers, `NotFound` where there is none with this
    /// address.
    pub async fn superuser_otp(&self, email: &str) -> Result<OneTimePassword> {
        let collection = self.auth_collection(SUPERUSERS)?;
        let options = switched_on(&collection)
            .map_err(|_| Error::bad_request("One-time passwords are not enabled for the _superusers collection."))?;
        let found = self.superuser(email).await?;
        let record = found.ok_or_else(|| Error::NotFound("There is no superuser with this e-mail address.".into()))?;
        let New { code, hash } = self.new_otp(options).await?;
        let auth = self.clone();
        let write = move |tx: &mut Tx<'_>| {
            let schema = auth.parts.schema.current();
            let record = records::load(tx, &record.collection, record.id())?.ok_or_else(Error::not_found)?;
            store(tx, &schema, &record, &hash)
        };
        let id = self.parts.store.write(WriteLane::Grouped, write).await?;
        Ok(OneTimePassword { id, code, seconds: options.duration })
    }

    async fn new_otp(&self, options: &Otp) -> Result<New> {
        let length = usize::try_from(options.length).unwrap_or(0).clamp(4, LONGEST_PASSWORD);
        let code = ids::random_digits(length);
        let hash = self.parts.passwords.hash(code.clone()).await?;
        Ok(New { code, hash })
    }

    /// The unexpired one-time password of this id, with its record.
    async fn otp(&self, collection: &CollectionRef, options: &Otp, id: String) -> Result<Option<(Record, Record)>> {
        let (schema, collection, oldest) = (self.parts.schema.current(), collection.clone(), oldest(options));
        let found = move |tx: &mut Tx<'_>| load(tx, &schema, &collection, &id);
        let found = self.parts.store.read(ReadLane::Fast, found).await?;
        Ok(found.filter(|(row, _)| row.text("created") >= oldest.as_str()))
    }

    /// Deletes a one-time password that was right; the record with what follows from that. Of two that come at once
    /// with one password, the second finds it gone.
    async fn use_up(&self, row: Record, seen: &Record) -> Result<Record> {
        let second_factor = seen.collection.auth().is_some_and(|options| options.mfa.enabled);
        // Who made an account with somebody else's address must not share it with them: its password goes.
        let password = match proves(&row, seen) && !second_factor {
            true => Some(self.random_password().await?),
            false => None,
        };
        let auth = self.clone();
        let of = seen.collection.id.clone();
        let write = move |tx: &mut Tx<'_>| {
            let schema = auth.parts.schema.current();
            let collection = schema.by_id(&of).ok_or_else(refused)?;
            let (row, record) = load(tx, &schema, collection, row.id())?.ok_or_else(refused)?;
            auth.parts.records.remove(tx, &row, None)?;
            if !proves(&row, &record) {
                return Ok(record);
            }
            let second_factor = collection.auth().is_some_and(|options| options.mfa.enabled);
            if password.is_none() && !second_factor {
                // The record or the collection changed this very moment.
                return Err(refused());
            }
            let password = if second_factor { None } else { password.clone() };
            let change = AccountChange { verified: Some(true), password, ..AccountChange::default() };
            auth.parts.records.alter_account(tx, &record, &change, None)
        };
        self.parts.store.write(WriteLane::Grouped, write).await
    }
}

/// Whether a one-time password proves the address of its record, which nobody did before.
fn proves(row: &Record, record: &Record) -> bool {
    let sent_to = row.text("sentTo");
    !record.flag("verified") && !sent_to.is_empty() && sent_to == record.text("email")
}

/// A one-time password with its record, if both are there and belong to the collection.
pub(super) fn load(
    tx: &mut Tx<'_>,
    schema: &Schema,
    collection: &CollectionRef,
    id: &str,
) -> Result<Option<(Record, Record)>> {
    let Some(row) = records::load(tx, table(schema)?, id)? else { return Ok(None) };
    if row.text("collectionRef") != collection.id {
        return Ok(None);
    }
    let record = records::load(tx, collection, row.text("recordRef"))?;
    Ok(record.map(|record| (row, record)))
}

/// Stores the hash of a one-time password; its id.
fn store(tx: &mut Tx<'_>, schema: &Schema, record: &Record, hash: &str) -> Result<String> {
    let mut row = owned::row(schema, OTPS, record)?;
    row.set("password", hash);
    Ok(records::add(tx, row)?.id().to_owned())
}

/// The newest unexpired one-time password of a record, with how many there are (up to the most that may be).
fn unexpired(tx: &mut Tx<'_>, record: &Record, options: &Otp) -> Result<Option<(String, usize)>> {
    let mut sql = Sql::raw("SELECT \"id\" FROM ");
    sql.name(OTPS).push(r#" WHERE "collectionRef" = "#).bind(record.collection.id.as_str());
    sql.push(r#" AND "recordRef" = "#).bind(record.id()).push(r#" AND "created" >= "#).bind(oldest(options));
    sql.push(&format!(r#" ORDER BY "created" DESC LIMIT {MOST}"#));
    let ids = tx.texts(&sql)?;
    let count = ids.len();
    Ok(ids.into_iter().next().map(|newest| (newest, count)))
}

/// When the oldest of the unexpired ones was made.
fn oldest(options: &Otp) -> String {
    time::format(time::now() - TimeDelta::seconds(options.duration.clamp(0, i64::from(u32::MAX))))
}

fn table(schema: &Schema) -> Result<&CollectionRef> {
    schema.by_name(OTPS).ok_or_else(|| Error::internal("the collection of one-time passwords is gone"))
}

fn switched_on(collection: &Collection) -> Result<&Otp> {
    let options = collection.auth().map(|options| &options.otp).filter(|otp| otp.enabled);
    options.ok_or_else(|| Error::Forbidden("The collection is not configured to allow one-time passwords.".into()))
}

fn refused() -> Error {
    Error::bad_request("Invalid or expired one-time password.")
}
