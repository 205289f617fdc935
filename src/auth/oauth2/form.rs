//! What is sent to sign in through another service.

use serde_json::{Map, Value as Json};

use super::exchange::Grant;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::auth_options::{OAuth2Options, OAuth2Provider};

/// The longest name of a service.
const LONGEST: usize = 100;

/// The body of the sign-in.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Form {
    provider: String,
    code: String,
    verifier: String,
    redirect_url: String,
    /// What a new record is to have.
    pub(super) create_data: Map<String, Json>,
}

impl Form {
    pub(super) fn read(body: &Map<String, Json>) -> Result<Self> {
        let unreadable = || Error::bad_request("An error occurred while loading the submitted data.");
        let text = |name: &str| match body.get(name) {
            None | Some(Json::Null) => Ok(String::new()),
            Some(Json::String(text)) => Ok(text.clone()),
            Some(_) => Err(unreadable()),
        };
        let create_data = match body.get("createData") {
            None | Some(Json::Null) => Map::new(),
            Some(Json::Object(data)) => data.clone(),
            Some(_) => return Err(unreadable()),
        };
        let (redirect_url, legacy) = (text("redirectURL")?, text("redirectUrl")?);
        Ok(Self {
            provider: text("provider")?,
            code: text("code")?,
            verifier: text("codeVerifier")?,
            redirect_url: if redirect_url.is_empty() { legacy } else { redirect_url },
            create_data,
        })
    }

    /// The configuration of the service that is meant, once nothing is wrong with the form.
    pub(super) fn check<'o>(&self, options: &'o OAuth2Options) -> Result<&'o OAuth2Provider> {
        let mut errors = FieldErrors::new();
        let configured = options.providers.iter().find(|provider| provider.name == self.provider);
        if self.provider.is_empty() {
            errors.add("provider", Fault::required());
        } else if self.provider.len() > LONGEST {
            let fault = Fault::new("validation_length_too_long", "The length must be no more than 100.");
            errors.add("provider", fault.with("min", 0).with("max", LONGEST));
        } else if configured.is_none() {
            let message = format!("Provider with name {} is missing or is not enabled.", self.provider);
            errors.add(
                "provider",
                Fault::new("validation_invalid_provider", message).with("name", self.provider.as_str()),
            );
        }
        if self.code.is_empty() {
            errors.add("code", Fault::required());
        }
        errors.into_result("An error occurred while validating the submitted data.")?;
        configured.ok_or_else(|| Error::internal("a provider that was checked is not there"))
    }

    /// What is exchanged for tokens.
    pub(super) fn grant(&self) -> Grant<'_> {
        Grant { code: &self.code, verifier: &self.verifier, redirect_url: &self.redirect_url }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Json) -> Result<Form> {
        Form::read(body.as_object().expect("an object"))
    }

    #[test]
    fn the_old_name_of_the_address_counts_where_the_new_one_is_empty() {
        let url = |body| read(body).expect("readable").redirect_url;
        assert_eq!(url(json!({"redirectUrl": "old"})), "old");
        assert_eq!(url(json!({"redirectUrl": "old", "redirectURL": ""})), "old");
        assert_eq!(url(json!({"redirectUrl": "old", "redirectURL": "new"})), "new");
    }

    #[test]
    fn values_of_other_types_make_the_body_unreadable() {
        for body in
            [json!({"provider": 5}), json!({"code": true}), json!({"createData": "{}"}), json!({"createData": []})]
        {
            assert!(read(body).is_err());
        }
        assert_eq!(read(json!({"createData": null, "code": null, "unknown": 1})).expect("readable"), Form::default());
    }

    #[test]
    fn all_that_is_wrong_is_told_together() {
        let options = OAuth2Options {
            providers: vec![OAuth2Provider { name: "google".into(), ..OAuth2Provider::default() }],
            enabled: true,
            ..OAuth2Options::default()
        };
        let codes = |body| match read(body).expect("readable").check(&options) {
            Err(Error::Invalid(invalid)) => {
                invalid.fields.faults().iter().map(|(path, fault)| format!("{path} {}", fault.code)).collect()
            }
            _ => Vec::new(),
        };
        assert_eq!(codes(json!({})), ["provider validation_required", "code validation_required"]);
        assert_eq!(
            codes(json!({"provider": "github"})),
            ["provider validation_invalid_provider", "code validation_required"]
        );
        assert_eq!(codes(json!({"provider": "x".repeat(101), "code": "c"})), ["provider validation_length_too_long"]);
        assert_eq!(codes(json!({"provider": "google", "code": "c"})), Vec::<String>::new());
    }
}
