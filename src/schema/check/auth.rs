//! The options of auth collections.

use std::collections::HashSet;

use super::{AddSome, length_out_of_range};
use crate::error::{Fault, FieldErrors};
use crate::schema::Collection;
use crate::schema::auth_options::{AuthOptions, MailTemplate, OAuth2Options, PasswordAuth, TokenOptions, is_provider};
use crate::schema::field::url::is_url;
use crate::schema::field::{too_great, too_small};

/// The limits of a token's life in seconds.
const TOKEN_DURATION: (i64, i64) = (10, 94_670_856);

/// The limits of a token secret in bytes.
const SECRET_LENGTH: (usize, usize) = (30, 255);

/// The limits of the life of a code or a first factor in seconds.
const CODE_DURATION: (i64, i64) = (10, 86_400);

/// The least number of digits of a one-time password.
const OTP_LENGTH: i64 = 4;

/// All errors of the options, by the contract's keys.
pub(super) fn check(collection: &Collection, options: &AuthOptions, errors: &mut FieldErrors) {
    if options.manage_rule.as_deref() == Some("") {
        errors.add("manageRule", Fault::new("validation_nil_or_not_empty_required", "Cannot be blank."));
    }
    for (key, token) in options.tokens() {
        errors.nest(key, check_token(token));
    }
    check_otp(options, errors);
    check_mfa(options, errors);
    if options.password_auth.enabled {
        errors.nest("passwordAuth", check_password_auth(collection, &options.password_auth));
    }
    if options.oauth2.enabled {
        errors.nest("oauth2", check_oauth2(&options.oauth2));
    }
    check_templates(options, errors);
}

fn check_range(value: i64, (least, most): (i64, i64)) -> Option<Fault> {
    match value {
        0 => Some(Fault::required()),
        _ if value < least => Some(too_small(least)),
        _ if value > most => Some(too_great(most)),
        _ => None,
    }
}

fn check_token(token: &TokenOptions) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (least, most) = SECRET_LENGTH;
    errors.add_some(
        "secret",
        match token.secret.len() {
            0 => Some(Fault::required()),
            length if length < least || length > most => Some(length_out_of_range(least, most)),
            _ => None,
        },
    );
    errors.add_some("duration", check_range(token.duration, TOKEN_DURATION));
    errors
}

fn check_otp(options: &AuthOptions, errors: &mut FieldErrors) {
    let mut found = FieldErrors::new();
    if options.otp.enabled {
        found.add_some("duration", check_range(options.otp.duration, CODE_DURATION));
        found.add_some("length", check_range(options.otp.length, (OTP_LENGTH, i64::MAX)));
    }
    found.nest("emailTemplate", check_template(&options.otp.email_template));
    errors.nest("otp", found);
}

fn check_mfa(options: &AuthOptions, errors: &mut FieldErrors) {
    if !options.mfa.enabled {
        return;
    }
    let mut found = FieldErrors::new();
    found.add_some("duration", check_range(options.mfa.duration, CODE_DURATION));
    let methods = [options.password_auth.enabled, options.oauth2.enabled, options.otp.enabled];
    if methods.into_iter().filter(|enabled| *enabled).count() < 2 {
        let message = "MFA requires at least 2 auth methods to be enabled.";
        found.add("enabled", Fault::new("validation_mfa_not_enough_auths", message));
    }
    errors.nest("mfa", found);
}

fn check_password_auth(collection: &Collection, options: &PasswordAuth) -> FieldErrors {
    let of_field = |code, message: String, name: &str| Fault::new(code, message).with("fieldName", name);
    let mut errors = FieldErrors::new();
    if options.identity_fields.is_empty() {
        errors.add("identityFields", Fault::required());
    }
    let names: HashSet<&str> = collection.fields.iter().map(|field| field.name.as_str()).collect();
    let unique: HashSet<String> =
        collection.unique_columns().map(|column| column.name.to_ascii_lowercase()).chain(["id".to_owned()]).collect();
    let fault = options.identity_fields.iter().find_map(|name| {
        if !names.contains(name.as_str()) {
            Some(of_field("validation_missing_field", format!("Invalid or missing field {name}."), name))
        } else if !unique.contains(&name.to_ascii_lowercase()) {
            let message = format!("The field {name} doesn't have a UNIQUE constraint.");
            Some(of_field("validation_missing_unique_constraint", message, name))
        } else {
            None
        }
    });
    errors.add_some("identityFields", fault);
    errors
}

fn check_oauth2(options: &OAuth2Options) -> FieldErrors {
    let mut found = FieldErrors::new();
    let mut earlier = HashSet::new();
    for (at, provider) in options.providers.iter().enumerate() {
        let mut errors = FieldErrors::new();
        let name = provider.name.as_str();
        let of_name = |code, message: String| Some(Fault::new(code, message).with("name", name));
        errors.add_some(
            "name",
            if name.is_empty() {
                Some(Fault::required())
            } else if !earlier.insert(name) {
                of_name("validation_duplicated_provider", format!("The provider {name} is already registered."))
            } else if !is_provider(name) {
                of_name("validation_missing_provider", format!("Invalid or missing provider with name {name}."))
            } else {
                None
            },
        );
        for (key, text) in [("clientId", &provider.client_id), ("clientSecret", &provider.client_secret)] {
            errors.add_some(key, text.is_empty().then(Fault::required));
        }
        let urls = [
            ("authURL", &provider.auth_url),
            ("tokenURL", &provider.token_url),
            ("userInfoURL", &provider.user_info_url),
        ];
        for (key, url) in urls {
            let wrong = !url.is_empty() && !is_url(url);
            errors.add_some(key, wrong.then(|| Fault::new("validation_is_url", "Must be a valid URL.")));
        }
        found.nest(at.to_string(), errors);
    }
    let mut errors = FieldErrors::new();
    errors.nest("providers", found);
    errors
}

fn check_templates(options: &AuthOptions, errors: &mut FieldErrors) {
    let templates = [
        ("verificationTemplate", &options.verification_template),
        ("resetPasswordTemplate", &options.reset_password_template),
        ("confirmEmailChangeTemplate", &options.confirm_email_change_template),
    ];
    for (key, template) in templates {
        if template.subject.is_empty() && template.body.is_empty() {
            errors.add(key, Fault::required());
        } else {
            errors.nest(key, check_template(template));
        }
    }
    let mut alert = FieldErrors::new();
    alert.nest("emailTemplate", check_template(&options.auth_alert.email_template));
    errors.nest("authAlert", alert);
}

fn check_template(template: &MailTemplate) -> FieldErrors {
    let mut errors = FieldErrors::new();
    errors.add_some("subject", template.subject.is_empty().then(Fault::required));
    errors.add_some("body", template.body.is_empty().then(Fault::required));
    errors
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::tests::create;
    use crate::schema::wire::Scaffold;

    fn of(body: Json) -> Vec<String> {
        let mut body = body;
        body["name"] = json!("people");
        create(Scaffold::Auth, body)
    }

    #[test]
    fn the_defaults_pass() {
        assert_eq!(of(json!({})), Vec::<String>::new());
    }

    #[test]
    fn each_option_has_its_code() {
        let template = json!({"subject": "", "body": ""});
        let cases = [
            (json!({"manageRule": ""}), vec!["manageRule validation_nil_or_not_empty_required"]),
            (json!({"authRule": null, "manageRule": "id != ''"}), vec![]),
            (
                json!({"authToken": {"secret": "", "duration": 0}}),
                vec!["authToken.secret validation_required", "authToken.duration validation_required"],
            ),
            (
                json!({"fileToken": {"secret": "x".repeat(29), "duration": 9}}),
                vec![
                    "fileToken.secret validation_length_out_of_range",
                    "fileToken.duration validation_min_greater_equal_than_required",
                ],
            ),
            (
                json!({"verificationToken": {"secret": "x".repeat(256), "duration": 94_670_857}}),
                vec![
                    "verificationToken.secret validation_length_out_of_range",
                    "verificationToken.duration validation_max_less_equal_than_required",
                ],
            ),
            (
                json!({"otp": {"enabled": true, "duration": 86_401, "length": 3}}),
                vec![
                    "otp.duration validation_max_less_equal_than_required",
                    "otp.length validation_min_greater_equal_than_required",
                ],
            ),
            (json!({"otp": {"enabled": false, "duration": 0, "length": 0}}), vec![]),
            (
                json!({"otp": {"emailTemplate": template}}),
                vec!["otp.emailTemplate.subject validation_required", "otp.emailTemplate.body validation_required"],
            ),
            (
                json!({"authAlert": {"enabled": false, "emailTemplate": {"body": ""}}}),
                vec!["authAlert.emailTemplate.body validation_required"],
            ),
            (
                json!({"verificationTemplate": template, "resetPasswordTemplate": {"subject": ""}}),
                vec!["verificationTemplate validation_required", "resetPasswordTemplate.subject validation_required"],
            ),
            (
                json!({"mfa": {"enabled": true, "duration": 5}}),
                vec![
                    "mfa.duration validation_min_greater_equal_than_required",
                    "mfa.enabled validation_mfa_not_enough_auths",
                ],
            ),
            (json!({"mfa": {"enabled": true}, "otp": {"enabled": true}}), vec![]),
            (json!({"passwordAuth": {"identityFields": []}}), vec!["passwordAuth.identityFields validation_required"]),
            (json!({"passwordAuth": {"enabled": false, "identityFields": []}}), vec![]),
            (
                json!({"passwordAuth": {"identityFields": ["email", "none"]}}),
                vec!["passwordAuth.identityFields validation_missing_field"],
            ),
            (
                json!({"passwordAuth": {"identityFields": ["verified"]}}),
                vec!["passwordAuth.identityFields validation_missing_unique_constraint"],
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(of(body.clone()), expected, "{body}");
        }
    }

    #[test]
    fn providers_are_checked_where_sign_in_through_them_is_on() {
        let providers = json!([
            {"name": "github", "clientId": "a", "clientSecret": "b"},
            {"name": "github", "clientId": "a", "clientSecret": "b", "authURL": "nowhere"},
            {"name": "unknown", "clientId": "", "clientSecret": "b"},
            {"name": "", "clientId": "a", "tokenURL": "https://a.com"}
        ]);
        assert_eq!(of(json!({"oauth2": {"enabled": false, "providers": providers}})), Vec::<String>::new());
        assert_eq!(
            of(json!({"oauth2": {"enabled": true, "providers": providers}})),
            [
                "oauth2.providers.1.name validation_duplicated_provider",
                "oauth2.providers.1.authURL validation_is_url",
                "oauth2.providers.2.name validation_missing_provider",
                "oauth2.providers.2.clientId validation_required",
                "oauth2.providers.3.name validation_required",
                "oauth2.providers.3.clientSecret validation_required",
            ]
        );
        assert_eq!(of(json!({"oauth2": {"enabled": true}})), Vec::<String>::new());
    }
}
