//! A token of somebody's account for a superuser; with a long life it is a key for a program.

use serde_json::{Map, Value as Json};

use super::form::Sent;
use super::token::issue_auth;
use super::{Auth, SignedIn};
use crate::context::RequestContext;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::records;
use crate::store::ReadLane;

/// 2^63: what the longest duration of 64 bits is among the numbers of a body, which are floats.
const LONGEST: f64 = 9_223_372_036_854_775_808.0;

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
        sent: Sent,
    ) -> Result<SignedIn> {
        let (collection, id) = (self.auth_collection(collection)?, id.to_owned());
        let found = self.parts.store.read(ReadLane::Fast, move |tx| records::load(tx, &collection, &id)).await?;
        let record = found.ok_or_else(Error::not_found)?;
        let seconds = Some(duration(&sent?)?).filter(|seconds| *seconds > 0);
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

/// A whole number of 64 bits.
fn whole(sent: &Json) -> Option<i64> {
    let of_float = |number: f64| (number.fract() == 0.0 && number.abs() <= LONGEST).then_some(number as i64);
    sent.as_i64().or_else(|| sent.as_f64().and_then(of_float))
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
        assert_eq!(read(json!({"duration": i64::MAX as f64})).expect("no bound"), i64::MAX);
        for wrong in [json!("5"), json!(1.5), json!([1]), json!(true), json!(u64::MAX), json!(1e300), json!(-1e300)] {
            let Err(Error::Invalid(invalid)) = read(json!({"duration": wrong})) else { panic!("{wrong}") };
            assert!(invalid.fields.is_empty(), "{wrong}");
        }
        for wrong in [json!(-1), json!(i64::MIN)] {
            assert!(matches!(read(json!({"duration": wrong})), Err(Error::Invalid(_))), "{wrong}");
        }
    }
}
