//! The set-up link: while there is no superuser, the server itself makes a placeholder and prints a link with its
//! token. Making the first real superuser removes the placeholder, and so the token.

use super::token::issue_auth;
use super::{Auth, identity};
use crate::context::SUPERUSERS;
use crate::error::{Error, Result};
use crate::ids;
use crate::records::INSTALLER_EMAIL;
use crate::schema::Record;
use crate::store::{ReadLane, Sql};

/// How long a set-up link is good, in seconds.
const LIFE: i64 = 30 * 60;

impl Auth {
    /// A token for the set-up page, or `None` where there is a superuser already.
    pub async fn set_up_token(&self) -> Result<Option<String>> {
        if self.has_superuser().await? {
            return Ok(None);
        }
        if self.superuser(INSTALLER_EMAIL).await?.is_none() {
            self.create_superuser(INSTALLER_EMAIL, &ids::random_alphanumeric(30)).await?;
        }
        let placeholder = self.superuser(INSTALLER_EMAIL).await?;
        let placeholder = placeholder.ok_or_else(|| Error::internal("the placeholder superuser is gone"))?;
        issue_auth(&placeholder, Some(LIFE), false).map(Some)
    }

    /// The superuser with this address.
    pub(super) async fn superuser(&self, email: &str) -> Result<Option<Record>> {
        let collection = self.auth_collection(SUPERUSERS)?;
        let email = email.to_owned();
        self.parts.store.read(ReadLane::Fast, move |tx| identity::by_email(tx, &collection, &email)).await
    }

    async fn has_superuser(&self) -> Result<bool> {
        let mut query = Sql::raw("SELECT 1 FROM ");
        query.name(SUPERUSERS).push(" WHERE ").name("email").push(" <> ").bind(INSTALLER_EMAIL).push(" LIMIT 1");
        self.parts.store.read(ReadLane::Fast, move |tx| Ok(tx.row(&query, |_| Ok(()))?.is_some())).await
    }
}
