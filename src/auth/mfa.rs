//! Second factors (contract: auth, section 10): two different ways to sign in, tied by a row of `_mfas`.

use chrono::TimeDelta;

use super::admission::Method;
use super::{Auth, owned};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::records::{self, MFAS};
use crate::schema::Record;
use crate::schema::field::date;
use crate::store::{Tx, WriteLane};

/// What comes of a factor that is proven.
enum Factor {
    /// It is the first one: the id to name with the second.
    First(String),
    /// It is the second one.
    Second,
    /// What was named does not fit.
    Refused,
}

impl Auth {
    /// Asks for a second factor where the collection wants one of this record, or takes the proven one as such.
    ///
    /// # Errors
    /// `SecondFactor` after the first one; `Invalid` where the named first one is not there, too old, somebody else's
    /// or of the same method, and where the rule that says whom it concerns cannot be evaluated.
    pub(super) async fn second_factor(&self, context: &RequestContext, record: &Record, method: Method) -> Result<()> {
        let Some(options) = record.collection.auth().map(|options| &options.mfa).filter(|mfa| mfa.enabled) else {
            return Ok(());
        };
        let concerned = self.parts.records.meets(context, record, &options.rule).await;
        let concerned = concerned.map_err(|error| match error {
            Error::Forbidden(_) | Error::Engine(_) => refused(),
            other => other,
        })?;
        if !concerned {
            return Ok(());
        }
        let (named, auth, record) = (named(context)?, self.clone(), record.clone());
        let duration = TimeDelta::try_seconds(options.duration).unwrap_or(TimeDelta::MAX);
        let write = move |tx: &mut Tx<'_>| match &named {
            None => auth.begin(tx, &record, method),
            Some(id) => auth.complete(tx, &record, method, id, duration),
        };
        match self.parts.store.write(WriteLane::Grouped, write).await? {
            Factor::First(id) => Err(Error::SecondFactor(id)),
            Factor::Second => Ok(()),
            Factor::Refused => Err(refused()),
        }
    }

    fn begin(&self, tx: &mut Tx<'_>, record: &Record, method: Method) -> Result<Factor> {
        // Who changed the password meanwhile has ended what was begun with the old one.
        if !owned::is_current(tx, record)? {
            return Ok(Factor::Refused);
        }
        let mut row = owned::row(&self.parts.schema.current(), MFAS, record)?;
        row.set("method", method.as_str());
        Ok(Factor::First(records::add(tx, row)?.id().to_owned()))
    }

    fn complete(
        &self,
        tx: &mut Tx<'_>,
        record: &Record,
        method: Method,
        id: &str,
        duration: TimeDelta,
    ) -> Result<Factor> {
        let schema = self.parts.schema.current();
        let mfas = schema.by_name(MFAS).ok_or_else(|| Error::internal("there is no collection for second factors"))?;
        let Some(row) = records::load(tx, mfas, id)? else { return Ok(Factor::Refused) };
        if is_over(row.text("created"), duration) {
            self.parts.records.remove(tx, &row, None)?;
            return Ok(Factor::Refused);
        }
        if !owned::belongs_to(&row, record) || row.text("method") == method.as_str() {
            return Ok(Factor::Refused);
        }
        self.parts.records.remove(tx, &row, None)?;
        Ok(Factor::Second)
    }
}

fn refused() -> Error {
    Error::bad_request("The second factor is not acceptable: the first one is missing, too old, or does not fit.")
}

/// The first factor that a request names, in the query before the body.
fn named(context: &RequestContext) -> Result<Option<String>> {
    if let Some(id) = context.query_value("mfaId") {
        return Ok(Some(id.to_owned()));
    }
    match context.body().get("mfaId") {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(serde_json::Value::String(id)) => Ok(Some(id.clone()).filter(|id| !id.is_empty())),
        Some(_) => Err(Error::bad_request("An error occurred while loading the submitted data.")),
    }
}

/// Whether more than `duration` has passed since a stored date; what is none is long ago.
fn is_over(created: &str, duration: TimeDelta) -> bool {
    date::parse(created).is_none_or(|created| crate::time::now() - created > duration)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use super::*;

    fn asked(query: &[(&str, &str)], body: Json) -> Option<Option<String>> {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let context = RequestContext { query, ..RequestContext::guest() };
        let body = body.as_object().expect("an object").clone();
        named(&RequestContext { body: Some(Arc::new(body)), ..context }).ok()
    }

    #[test]
    fn the_query_names_the_first_factor_before_the_body() {
        assert_eq!(asked(&[("mfaId", "q")], json!({"mfaId": "b"})), Some(Some("q".into())));
        assert_eq!(asked(&[("mfaId", "")], json!({"mfaId": "b"})), Some(Some("b".into())));
        assert_eq!(asked(&[], json!({"mfaId": ""})), Some(None));
        assert_eq!(asked(&[], json!({"mfaId": null})), Some(None));
        assert_eq!(asked(&[], json!({"mfaId": 5})), None);
    }

    #[test]
    fn a_factor_ends_after_its_time() {
        let created = |ago: i64| crate::time::format(crate::time::now() - TimeDelta::seconds(ago));
        assert!(!is_over(&created(50), TimeDelta::seconds(60)));
        assert!(is_over(&created(70), TimeDelta::seconds(60)));
        assert!(is_over("no date", TimeDelta::seconds(60)));
    }
}
