//! What the command line does with superusers, through the rooms that the API goes through.

use serde_json::{Map, Value as Json, json};

use super::Auth;
use crate::context::{RequestContext, SUPERUSERS};
use crate::error::{Error, Result};
use crate::records::RecordInput;

impl Auth {
    /// Makes a superuser.
    ///
    /// # Errors
    /// `Invalid` where there is one with this address, or address or password are not acceptable.
    pub async fn create_superuser(&self, email: &str, password: &str) -> Result<()> {
        let mut input = credentials(password);
        input.data.insert("email".to_owned(), Json::from(email));
        self.parts.records.create(&RequestContext::internal(), SUPERUSERS, input).await.map(|_| ())
    }

    /// Sets the password of a superuser; its tokens end.
    ///
    /// # Errors
    /// `NotFound` where there is none with this address, `Invalid` where the password is not acceptable.
    pub async fn set_superuser_password(&self, email: &str, password: &str) -> Result<()> {
        let found = self.superuser(email).await?;
        let record = found.ok_or_else(|| Error::NotFound("There is no superuser with this e-mail address.".into()))?;
        let input = credentials(password);
        self.parts.records.update(&RequestContext::internal(), SUPERUSERS, record.id(), input).await.map(|_| ())
    }

    /// Makes a superuser, or sets the password of the one that is there; tells whether it is new.
    ///
    /// # Errors
    /// `Invalid` where address or password are not acceptable.
    pub async fn upsert_superuser(&self, email: &str, password: &str) -> Result<bool> {
        let is_new = self.superuser(email).await?.is_none();
        if is_new {
            self.create_superuser(email, password).await?;
        } else {
            self.set_superuser_password(email, password).await?;
        }
        Ok(is_new)
    }

    /// Removes a superuser; tells whether there was one.
    ///
    /// # Errors
    /// `Invalid` for the last one.
    pub async fn delete_superuser(&self, email: &str) -> Result<bool> {
        let Some(record) = self.superuser(email).await? else { return Ok(false) };
        self.parts.records.delete(&RequestContext::internal(), SUPERUSERS, record.id()).await?;
        Ok(true)
    }
}

/// The part of a record's data that sets its password.
fn credentials(password: &str) -> RecordInput {
    let mut data = Map::new();
    data.insert("password".to_owned(), json!(password));
    data.insert("passwordConfirm".to_owned(), json!(password));
    RecordInput { data, uploads: Vec::new() }
}
