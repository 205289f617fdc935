//! The options of auth collections, as plain data in the contract's shape.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// What an auth collection has beyond a base collection. Serialised, it is the content of the `options` column;
/// answers leave secrets out (see `schema/wire.rs`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthOptions {
    /// Who of those with valid credentials may log in; `None` is nobody, empty is everyone.
    pub auth_rule: Option<String>,
    /// Who may manage the accounts of others; `None` is superusers only, never empty.
    pub manage_rule: Option<String>,
    /// Mail about a sign-in from a new place.
    pub auth_alert: AuthAlert,
    /// Sign-in through other services.
    pub oauth2: OAuth2Options,
    /// Sign-in by password.
    pub password_auth: PasswordAuth,
    /// A second factor.
    pub mfa: Mfa,
    /// One-time passwords by mail.
    pub otp: Otp,
    /// Tokens of signed-in records.
    pub auth_token: TokenOptions,
    /// Tokens in mails that reset a password.
    pub password_reset_token: TokenOptions,
    /// Tokens in mails that change an address.
    pub email_change_token: TokenOptions,
    /// Tokens in mails that verify an address.
    pub verification_token: TokenOptions,
    /// Tokens for protected files.
    pub file_token: TokenOptions,
    /// The mail that verifies an address.
    pub verification_template: MailTemplate,
    /// The mail that resets a password.
    pub reset_password_template: MailTemplate,
    /// The mail that changes an address.
    pub confirm_email_change_template: MailTemplate,
}

impl AuthOptions {
    /// The contract's keys of the tokens.
    pub const TOKENS: [&'static str; 5] =
        ["authToken", "passwordResetToken", "emailChangeToken", "verificationToken", "fileToken"];

    /// The tokens with the contract's keys, in the order of [`AuthOptions::TOKENS`].
    pub fn tokens(&self) -> [(&'static str, &TokenOptions); 5] {
        let [auth, reset, change, verification, file] = Self::TOKENS;
        [
            (auth, &self.auth_token),
            (reset, &self.password_reset_token),
            (change, &self.email_change_token),
            (verification, &self.verification_token),
            (file, &self.file_token),
        ]
    }
}

/// Mail about a sign-in from a new place.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthAlert {
    /// Whether it is sent.
    pub enabled: bool,
    /// Its text.
    pub email_template: MailTemplate,
}

/// A mail with placeholders such as `{APP_NAME}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MailTemplate {
    /// The subject.
    pub subject: String,
    /// The HTML body.
    pub body: String,
}

/// Sign-in through other services.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OAuth2Options {
    /// The services.
    pub providers: Vec<OAuth2Provider>,
    /// Which fields take what the service tells.
    pub mapped_fields: MappedFields,
    /// Whether it is offered.
    pub enabled: bool,
}

/// A service that users may sign in through.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OAuth2Provider {
    /// Whether PKCE is used; `None` is the provider's default.
    pub pkce: Option<bool>,
    /// One of the known providers.
    pub name: String,
    /// The client's id at the provider.
    pub client_id: String,
    /// The client's secret at the provider; never answered.
    pub client_secret: String,
    /// Overrides the provider's authorisation endpoint.
    #[serde(rename = "authURL")]
    pub auth_url: String,
    /// Overrides the provider's token endpoint.
    #[serde(rename = "tokenURL")]
    pub token_url: String,
    /// Overrides the provider's user endpoint.
    #[serde(rename = "userInfoURL")]
    pub user_info_url: String,
    /// Overrides the provider's name on buttons.
    pub display_name: String,
    /// Settings of this provider alone.
    pub extra: Option<Map<String, Json>>,
}

/// Which fields take what a service tells of a user; empty is none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MappedFields {
    /// Takes the user's id.
    pub id: String,
    /// Takes the display name.
    pub name: String,
    /// Takes the user name.
    pub username: String,
    /// Takes the picture.
    #[serde(rename = "avatarURL")]
    pub avatar_url: String,
}

/// Sign-in by password.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PasswordAuth {
    /// Whether it is offered.
    pub enabled: bool,
    /// Which fields identify a record; each has a unique index.
    pub identity_fields: Vec<String>,
}

/// A second factor.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mfa {
    /// Whether two methods are needed.
    pub enabled: bool,
    /// How long the first one stays good, in seconds.
    pub duration: i64,
    /// Whom it concerns; empty is everyone.
    pub rule: String,
}

/// One-time passwords by mail.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Otp {
    /// Whether it is offered.
    pub enabled: bool,
    /// How long a code stays good, in seconds.
    pub duration: i64,
    /// How many digits it has.
    pub length: i64,
    /// The mail that carries it.
    pub email_template: MailTemplate,
}

/// A kind of token.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenOptions {
    /// How long a token stays good, in seconds.
    pub duration: i64,
    /// The second half of the signing key; never answered.
    pub secret: String,
}

/// The services that users may sign in through, in the order in which they are offered.
const PROVIDERS: [&str; 32] = [
    "apple",
    "google",
    "microsoft",
    "yandex",
    "facebook",
    "instagram2",
    "github",
    "gitlab",
    "bitbucket",
    "gitee",
    "gitea",
    "discord",
    "twitter",
    "kakao",
    "vk",
    "linear",
    "notion",
    "monday",
    "lark",
    "box",
    "spotify",
    "trakt",
    "twitch",
    "patreon",
    "strava",
    "wakatime",
    "livechat",
    "mailcow",
    "planningcenter",
    "oidc",
    "oidc2",
    "oidc3",
];

/// Whether a service of this name is known.
pub fn is_provider(name: &str) -> bool {
    PROVIDERS.contains(&name)
}
