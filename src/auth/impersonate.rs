//! A token of somebody's account for a superuser; with a long life it is a key for a program.

use serde_json::{Map, Value as Json};

use super::token::issue_auth;
use super::{Auth, SignedIn};
use crate::context::RequestContext;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::records;
use crate::store::ReadLane;

impl Auth {
    /// Answers a record with a token that is not refreshable, good for `duration` seconds of the body or as long as
    /// any other. Only superusers may ask; nothing but where they come from is checked of the record.
    ///
    /// # Errors
    /// `NotFound` where collection or record does not exist, `Invalid` where the body is not acceptable, `Forbidden`
    /// for a superuser's account from where superusers may not come from.
    pub async fn impersonate(
        &self,
        context: &RequestContext,
        collection: &str,
        id: &str,
        body: &Map<String, Json>,
    ) -> Result<SignedIn> {
        let (collection, id) = (self.auth_collection(collection)?, id.to_owned());
        let found = self.parts.store.read(ReadLane::Fast, move |tx| records::load(tx, &collection, &id)).await?;
        let record = found.ok_or_else(Error::not_found)?;
        let seconds = Some(duration(body)?).filter(|seconds| *seconds > 0);
        self.admit(context, &record).await?;
        let token = issue_auth(&record, seconds, false)?;
        self.answer(context, &record, token, None).await
    }
}

/// The asked life in seconds; 0 is the usual one.
fn duration(body: &Map<String, Json>) -> Result<i64> {
    let seconds = match body.get("duration") {
        None | Some(Json::Null) => 0,
        Some(sent) => {
            whole(sent).ok_or_else(|| Error::bad_request("An error occurred while loading the submitted data."))?
        }
    };
    if seconds < 0 {
        let fault = Fault::new("validation_min_greater_equal_than_required", "Must be no less than 0.");
        let errors = FieldErrors::from(("duration", fault.with("threshold", 0)));
        return Err(Error::invalid("An error occurred while validating the submitted data.", errors));
    }
    Ok(seconds)
}

/// A whole number; one that is too large for its type is as good as endless.
fn whole(sent: &Json) -> Option<i64> {
    sent.as_i64().or_else(|| sent.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_that_is_not_negative() {
        let read = |body: Json| duration(body.as_object().expect("an object"));
        assert_eq!(read(json!({})).expect("none"), 0);
        assert_eq!(read(json!({"duration": null})).expect("none"), 0);
        assert_eq!(read(json!({"duration": i64::MAX})).expect("no bound"), i64::MAX);
        assert_eq!(read(json!({"duration": u64::MAX})).expect("no bound"), i64::MAX);
        for wrong in [json!("5"), json!(1.5), json!([1]), json!(true), json!(-1), json!(i64::MIN), json!(-1e300)] {
            assert!(matches!(read(json!({"duration": wrong})), Err(Error::Invalid(_))), "{wrong}");
        }
    }
}
