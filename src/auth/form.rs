//! The short forms of signing in and of the flows by mail: their texts, and what can be said against them. Lengths
//! are counted in bytes, and an empty value meets no check but the one that it must be there (contract: auth,
//! section 1).

use serde_json::{Map, Value as Json};

use crate::error::{Error, Fault, FieldErrors, Result};
use crate::schema::field::email::is_email;

/// How many bytes most texts of such forms may have.
pub(super) const LONGEST: usize = 255;

/// What was sent, or why it cannot be read: that is told only once the collection is known to take such a form.
pub type Sent = Result<Map<String, Json>>;

/// A form that is being checked. All that is wrong is told together.
pub(super) struct Form {
    body: Map<String, Json>,
    errors: FieldErrors,
}

impl Form {
    /// A form of what was sent.
    ///
    /// # Errors
    /// Why it could not be read.
    pub(super) fn of(sent: Sent) -> Result<Self> {
        Ok(Self { body: sent?, errors: FieldErrors::new() })
    }

    /// A text that must be there, with at most so many bytes; what is wrong with it is noted.
    ///
    /// # Errors
    /// `Invalid`, without a field, for what is no text.
    pub(super) fn required(&mut self, name: &str, most: usize) -> Result<String> {
        let text = self.text(name)?;
        if text.is_empty() {
            self.fault(name, Fault::required());
        } else if text.len() > most {
            self.fault(name, out_of_range(1, most));
        }
        Ok(text)
    }

    /// An address that must be there; what is wrong with it is noted.
    ///
    /// # Errors
    /// As [`Form::required`].
    pub(super) fn email(&mut self, name: &str) -> Result<String> {
        let text = self.required(name, LONGEST)?;
        if !text.is_empty() && !is_email(&text) {
            self.fault(name, Fault::new("validation_is_email", "Must be a valid email address."));
        }
        Ok(text)
    }

    /// A text, empty where it is not there.
    ///
    /// # Errors
    /// As [`Form::required`].
    pub(super) fn text(&self, name: &str) -> Result<String> {
        match self.body.get(name) {
            None | Some(Json::Null) => Ok(String::new()),
            Some(Json::String(text)) => Ok(text.clone()),
            Some(_) => Err(Error::bad_request("An error occurred while loading the submitted data.")),
        }
    }

    /// Notes what is wrong with a field; the first fault of a field stays.
    pub(super) fn fault(&mut self, name: &str, fault: Fault) {
        self.errors.add(name, fault);
    }

    /// Whether nothing is wrong with a field so far.
    pub(super) fn is_fine(&self, name: &str) -> bool {
        self.errors.get(name).is_none()
    }

    /// What was sent, where nothing is wrong with it.
    ///
    /// # Errors
    /// `Invalid` with all that was noted.
    pub(super) fn done(self) -> Result<Map<String, Json>> {
        self.errors.into_result(INVALID)?;
        Ok(self.body)
    }

    /// What was read of the form, which is there where nothing is wrong with it.
    ///
    /// # Errors
    /// As [`Form::done`].
    pub(super) fn done_with<T>(self, read: Option<T>) -> Result<T> {
        self.done()?;
        read.ok_or_else(|| Error::bad_request(INVALID))
    }
}

const INVALID: &str = "An error occurred while validating the submitted data.";

/// The error of a form with one fault.
pub(super) fn invalid(field: &str, fault: Fault) -> Error {
    Error::invalid(INVALID, FieldErrors::from((field, fault)))
}

/// The fault of a text that has fewer or more bytes than it may have.
pub(super) fn out_of_range(least: usize, most: usize) -> Fault {
    let message = format!("The length must be between {least} and {most}.");
    Fault::new("validation_length_out_of_range", message).with("min", least).with("max", most)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(body: Json) -> Form {
        Form::of(Ok(body.as_object().expect("an object").clone())).expect("readable")
    }

    fn codes(form: Form) -> Vec<(String, &'static str)> {
        form.errors.faults().into_iter().map(|(name, fault)| (name, fault.code)).collect()
    }

    #[test]
    fn an_address_is_required_bounded_and_shaped() {
        for (value, code) in [
            (json!("a@b.co"), None),
            (json!(null), Some("validation_required")),
            (json!(""), Some("validation_required")),
            (json!("ann"), Some("validation_is_email")),
            (json!("a@b.co\r\nBcc: c@d.co"), Some("validation_is_email")),
            (json!(format!("{}@b.co", "a".repeat(251))), Some("validation_length_out_of_range")),
        ] {
            let mut form = form(json!({"email": value}));
            form.email("email").expect("a text");
            assert_eq!(codes(form).first().map(|(_, code)| *code), code, "{value}");
        }
    }

    #[test]
    fn what_is_no_text_makes_the_form_unreadable() {
        let mut form = form(json!({"email": 5, "token": ["a"]}));
        assert!(form.email("email").is_err());
        assert!(form.required("token", LONGEST).is_err());
    }

    #[test]
    fn all_faults_are_told_together_and_the_first_of_a_field_stays() {
        let mut form = form(json!({"password": "x".repeat(101)}));
        form.required("token", LONGEST).expect("a text");
        form.required("password", 100).expect("a text");
        assert!(!form.is_fine("password"));
        form.fault("password", Fault::new("validation_invalid_password", "Wrong."));
        let codes = codes(form);
        assert_eq!(
            codes,
            [("token".to_owned(), "validation_required"), ("password".to_owned(), "validation_length_out_of_range")]
        );
    }
}
