//! Signing in with what a service gave the user (contract: auth, section 8.1): tokens for the code, the user for the
//! tokens, the record for the user.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::OAuth2;
use super::client::Told;
use super::exchange::Tokens;
use super::form::Form;
use super::link::{Linked, Linking, Links};
use super::provider::Provider;
use super::user::ExternalUser;
use crate::auth::admission::{Method, Proven};
use crate::auth::{Auth, Sent, SignedIn};
use crate::context::{Occasion, RequestContext};
use crate::error::{Error, Result};
use crate::schema::{CollectionRef, Record};
use crate::store::{ReadLane, Tx, WriteLane};
use crate::time;

/// How long the whole conversation with a service may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often whom a user belongs to is looked up anew because it changed in between.
const ATTEMPTS: usize = 3;
/// The collection of the accounts at services.
const EXTERNALS: &str = "_externalAuths";

impl Auth {
    /// The collection, if its records sign in through other services.
    fn with_oauth2_enabled(&self, collection: &str) -> Result<CollectionRef> {
        let collection = self.auth_collection(collection)?;
        match collection.auth() {
            Some(options) if options.oauth2.enabled => Ok(collection),
            _ => Err(Error::Forbidden("The collection is not configured to allow OAuth2 sign-in.".into())),
        }
    }

    /// Signs in with a code of another service.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in, and where the user's record is gone; `Forbidden` where
    /// this way is switched off, nobody may be made, or the auth rule refuses; `Invalid` where the form is wrong, the
    /// service refuses, or a new record is not accepted; `TooOften` where too many records are made.
    pub async fn with_oauth2(&self, context: &RequestContext, collection: &str, sent: Sent) -> Result<SignedIn> {
        let collection = self.with_oauth2_enabled(collection)?;
        let body = sent?;
        let options = collection.auth().ok_or_else(Error::not_found)?;
        let form = Form::read(&body)?;
        let configured = form.check(&options.oauth2)?;
        let provider = Provider::new(configured)
            .ok_or_else(|| Error::Broken(anyhow::anyhow!("there is no provider {}", configured.name)))?;
        let asked = tokio::time::timeout(PATIENCE, self.parts.oauth2.ask(provider, &form)).await;
        let (provider, tokens, user) =
            asked.unwrap_or_else(|_| Err("it took too long".to_owned())).map_err(|reason| {
                tracing::warn!(provider = configured.name, reason, "a sign-in through another service failed");
                Error::bad_request("Failed to sign in with the provider.")
            })?;

        // The conversation may have taken its time.
        let collection = self.with_oauth2_enabled(&collection.id)?;
        let context = context.with_body(body);
        let schema = self.parts.schema.current();
        let externals = schema.by_name(EXTERNALS).ok_or_else(|| Error::internal("there is no _externalAuths"))?.clone();
        let links = Links { collection, externals, provider: provider.kind.name };
        let (record, is_new) = self.record_of(&context, &links, &user, &form).await?;
        let meta = Some(meta(&user, &tokens, is_new));
        self.let_in(&context, Proven { record, method: Method::OAuth2, meta }).await
    }

    /// The record of a user, and whether it is new. Two sign-ins of the same new user end at the same record: the
    /// second one that would make it is refused by the index of the links, and then finds the first one's.
    async fn record_of(
        &self,
        context: &RequestContext,
        links: &Links,
        user: &ExternalUser,
        form: &Form,
    ) -> Result<(Record, bool)> {
        let mut refusal = None;
        for _ in 0..ATTEMPTS {
            match self.resolve(context, links, user).await? {
                Some(record) => {
                    if let Some(record) = self.link(context, links, user, record).await? {
                        return Ok((record, false));
                    }
                }
                None => match refusal {
                    // Nobody else made it: what was refused is refused.
                    Some(refusal) => return Err(refusal),
                    None => match self.create(context, links, user, form).await {
                        Ok(record) => return Ok((record, true)),
                        Err(error @ (Error::Invalid(_) | Error::Unique { .. })) => refusal = Some(error),
                        Err(error) => return Err(error),
                    },
                },
            }
        }
        Err(refusal.unwrap_or_else(|| Error::bad_request("Failed to sign in with the provider.")))
    }

    async fn resolve(&self, context: &RequestContext, links: &Links, user: &ExternalUser) -> Result<Option<Record>> {
        let (links, user, caller) = (links.clone(), user.clone(), context.caller.clone());
        let found = move |tx: &mut Tx<'_>| links.record_of(tx, &user, caller.as_deref());
        self.parts.store.read(ReadLane::Fast, found).await
    }

    /// Links a record; `None` where the user is another one by now.
    async fn link(
        &self,
        context: &RequestContext,
        links: &Links,
        user: &ExternalUser,
        record: Record,
    ) -> Result<Option<Record>> {
        let mut needed = !record.flag("verified") && !links.is_itself(&record, context.caller.as_deref());
        let mut linking = Linking {
            record: record.id().to_owned(),
            user: user.clone(),
            caller: context.caller.clone(),
            password: None,
            actor: context.actor(),
        };
        loop {
            if needed {
                linking.password = Some(self.random_password().await?);
            }
            let (links, records, linking) = (links.clone(), self.parts.records.clone(), linking.clone());
            let work = move |tx: &mut Tx<'_>| links.link(tx, &records, &linking);
            match self.parts.store.write(WriteLane::Grouped, work).await? {
                Linked::Done(record) => return Ok(Some(record)),
                Linked::Moved => return Ok(None),
                Linked::PasswordNeeded => needed = true,
            }
        }
    }

    async fn create(
        &self,
        context: &RequestContext,
        links: &Links,
        user: &ExternalUser,
        form: &Form,
    ) -> Result<Record> {
        self.create_external(&context.on(Occasion::OAuth2), links, user, &form.create_data).await
    }
}

impl OAuth2 {
    /// The conversation with a service: whom the code that it gave belongs to.
    async fn ask(&self, provider: Provider, form: &Form) -> Told<(Provider, Tokens, ExternalUser)> {
        let provider = self.discovered(provider).await?;
        let grant = form.grant();
        let tokens = self.exchange(&provider, &grant).await?;
        let mut user = self.user(&provider, &tokens, grant.verifier).await?;
        if provider.kind.name == "apple" && user.name.is_empty() {
            user.name = self.names.take(grant.code).unwrap_or_default();
        }
        Ok((provider, tokens, user))
    }
}

/// What the answer tells of the user at the service.
fn meta(user: &ExternalUser, tokens: &Tokens, is_new: bool) -> Json {
    json!({
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "email": user.email,
        "avatarURL": user.avatar_url,
        "avatarUrl": user.avatar_url,
        "accessToken": tokens.access,
        "refreshToken": tokens.refresh,
        "expiry": tokens.expiry.map(time::format).unwrap_or_default(),
        "rawUser": user.raw,
        "isNew": is_new,
    })
}
