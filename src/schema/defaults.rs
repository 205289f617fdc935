//! What new collections begin with: system fields, indexes and options of auth collections, and the mails.

use super::auth_options::{AuthAlert, AuthOptions, MailTemplate, Mfa, Otp, PasswordAuth, TokenOptions};
use super::field::email::DomainOptions;
use super::field::password::PasswordOptions;
use super::field::text::TextOptions;
use super::{Field, FieldKind, Index};
use crate::ids;

/// The length of the random ends of index names before their collection has an id.
pub(super) const PROVISIONAL_LENGTH: usize = 10;

/// The length of a generated token secret.
const SECRET_LENGTH: usize = 50;

/// The longest generated name of an index.
const INDEX_NAME_LENGTH: usize = 64;

/// A field with its generated id.
pub(super) fn field(name: &str, kind: FieldKind) -> Field {
    Field::new(field_id(name, &kind), name, kind)
}

/// The contract's id of a field that was sent without one.
pub(super) fn field_id(name: &str, kind: &FieldKind) -> String {
    ids::checksum_id(kind.name(), name)
}

/// A system field with its generated id.
pub(super) fn system_field(name: &str, kind: FieldKind) -> Field {
    Field { system: true, ..field(name, kind) }
}

/// The `id` field.
pub(super) fn id_field() -> Field {
    Field { required: true, ..system_field("id", FieldKind::Text(TextOptions::default_id())) }
}

/// The fields of auth collections beside `id`, in their order.
pub(super) fn auth_fields() -> [Field; 5] {
    let password = PasswordOptions { min: 8, ..PasswordOptions::default() };
    let token_key =
        TextOptions { min: 30, max: 60, autogenerate_pattern: "[a-zA-Z0-9]{50}".to_owned(), ..TextOptions::default() };
    let secret = |field: Field| Field { hidden: true, required: true, ..field };
    [
        secret(system_field("password", FieldKind::Password(password))),
        secret(system_field("tokenKey", FieldKind::Text(token_key))),
        Field { required: true, ..system_field("email", FieldKind::Email(DomainOptions::default())) },
        system_field("emailVisibility", FieldKind::Bool),
        system_field("verified", FieldKind::Bool),
    ]
}

/// A unique index that every auth collection has.
pub(super) struct AuthIndex {
    /// The column.
    pub column: &'static str,
    condition: &'static str,
}

/// The unique indexes that every auth collection has.
pub(super) const AUTH_INDEXES: [AuthIndex; 2] =
    [AuthIndex { column: "tokenKey", condition: "" }, AuthIndex { column: "email", condition: "`email` != ''" }];

impl AuthIndex {
    /// Its name in a collection of this id.
    pub fn name(&self, id: &str) -> String {
        let name = format!("idx_{}_{id}", self.column);
        name.chars().take(INDEX_NAME_LENGTH).collect()
    }

    /// Its text for a collection of this id and name.
    pub fn build(&self, id: &str, table: &str) -> String {
        Index::on(true, &self.name(id), table, &[self.column], self.condition).build()
    }
}

/// A token with a fresh secret.
fn token(duration: i64) -> TokenOptions {
    TokenOptions { duration, secret: token_secret() }
}

/// A fresh token secret.
pub(super) fn token_secret() -> String {
    ids::random_alphanumeric(SECRET_LENGTH)
}

/// The options of a new auth collection, with fresh secrets.
pub(super) fn auth_options() -> AuthOptions {
    AuthOptions {
        auth_rule: Some(String::new()),
        manage_rule: None,
        auth_alert: AuthAlert { enabled: true, email_template: auth_alert_template() },
        oauth2: Default::default(),
        password_auth: PasswordAuth { enabled: true, identity_fields: vec!["email".to_owned()] },
        mfa: Mfa { enabled: false, duration: 600, rule: String::new() },
        otp: Otp { enabled: false, duration: 180, length: 8, email_template: otp_template() },
        auth_token: token(432_000),
        password_reset_token: token(1800),
        email_change_token: token(1800),
        verification_token: token(86_400),
        file_token: token(180),
        verification_template: link_template(
            "Confirm your {APP_NAME} e-mail address",
            "Welcome to {APP_NAME}. Please confirm that this is your e-mail address. \
             If you have no account there, ignore this mail: nothing happens.",
            "Confirm the address",
            "confirm-verification",
        ),
        reset_password_template: link_template(
            "Choose a new {APP_NAME} password",
            "You can choose a new password for your {APP_NAME} account now. \
             If you did not ask for one, ignore this mail: nothing changes.",
            "Choose a new password",
            "confirm-password-reset",
        ),
        confirm_email_change_template: link_template(
            "Confirm your new {APP_NAME} e-mail address",
            "Please confirm that this is to be the e-mail address of your {APP_NAME} account. \
             If you did not ask for the change, ignore this mail: nothing changes.",
            "Confirm the new address",
            "confirm-email-change",
        ),
    }
}

fn template(subject: &str, body: &str) -> MailTemplate {
    MailTemplate { subject: subject.to_owned(), body: format!("<p>Hello,</p>\n{body}\n<p>{{APP_NAME}}</p>") }
}

fn link_template(subject: &str, text: &str, button: &str, page: &str) -> MailTemplate {
    let link = format!("{{APP_URL}}/_/#/auth/{page}/{{TOKEN}}");
    template(
        subject,
        &format!(
            "<p>{text}</p>\n<p><a class=\"btn\" href=\"{link}\" target=\"_blank\" rel=\"noopener\">{button}</a></p>"
        ),
    )
}

fn otp_template() -> MailTemplate {
    template(
        "Your {APP_NAME} code",
        "<p>Your one-time password is <strong>{OTP}</strong></p>\n\
         <p>Tell it to nobody. If you did not ask for it, ignore this mail: nobody can sign in without it.</p>",
    )
}

fn auth_alert_template() -> MailTemplate {
    template(
        "New sign-in to your {APP_NAME} account",
        "<p>Somebody signed in to your {APP_NAME} account from a place that we had not seen before:</p>\n\
         <p><em>{ALERT_INFO}</em></p>\n\
         <p>If that was you, all is well. If not, change your password now: it signs everyone out.</p>",
    )
}
