//! What no path into an answer says: names put together, pictures by address, conditions.

use chrono::DateTime;
use serde_json::Value as Json;

use super::ExternalUser;
use super::json::{at, is_true, text};
use crate::schema::field::email::is_email;

/// The picture has an address by its id.
pub(super) fn yandex(raw: &Json, user: &mut ExternalUser) {
    let id = text(raw, "default_avatar_id");
    if !is_true(raw, "is_avatar_empty") && !id.is_empty() {
        user.avatar_url = format!("https://avatars.yandex.net/get-yapic/{id}/islands-200");
    }
}

/// The address is proven once there is a time of the confirmation.
pub(super) fn gitlab(raw: &Json, user: &mut ExternalUser) {
    if DateTime::parse_from_rfc3339(&text(raw, "confirmed_at")).is_ok() {
        user.email = text(raw, "email");
    }
}

/// The public address, if there is one; other requests tell the private one.
pub(super) fn gitee(raw: &Json, user: &mut ExternalUser) {
    user.email = Some(text(raw, "email")).filter(|email| is_email(email)).unwrap_or_default();
}

/// The picture has an address by its hash, and old names have a number.
pub(super) fn discord(raw: &Json, user: &mut ExternalUser) {
    let avatar = text(raw, "avatar");
    if !avatar.is_empty() {
        user.avatar_url = format!("https://cdn.discordapp.com/avatars/{}/{avatar}.png", user.id);
    }
    let (name, number) = (text(raw, "global_name"), text(raw, "discriminator"));
    user.name = match number.as_str() {
        _ if !name.is_empty() => name,
        "" | "0" => user.username.clone(),
        number => format!("{}#{number}", user.username),
    };
}

/// The name has two parts.
pub(super) fn vk(raw: &Json, user: &mut ExternalUser) {
    let (first, last) = (text(raw, "response.0.first_name"), text(raw, "response.0.last_name"));
    user.name = format!("{first} {last}").trim().to_owned();
}

/// The name has two parts here too.
pub(super) fn strava(raw: &Json, user: &mut ExternalUser) {
    user.name = format!("{} {}", text(raw, "firstname"), text(raw, "lastname")).trim().to_owned();
}

/// The picture may be nobody's business.
pub(super) fn wakatime(raw: &Json, user: &mut ExternalUser) {
    if is_true(raw, "data.photo_public") {
        user.avatar_url = text(raw, "data.photo");
    }
}

/// The user name is what stands before the `@`.
pub(super) fn mailcow(raw: &Json, user: &mut ExternalUser) {
    let name = text(raw, "username");
    user.username = name.split('@').next().unwrap_or_default().to_owned();
}

/// The primary address that is verified.
pub(super) fn github_email(emails: &Json) -> String {
    first(emails, |entry| is_true(entry, "verified") && is_true(entry, "primary"))
}

/// The primary address that is confirmed.
pub(super) fn bitbucket_email(emails: &Json) -> String {
    first(at(emails, "values"), |entry| is_true(entry, "is_primary") && is_true(entry, "is_confirmed"))
}

/// The primary address that is confirmed.
pub(super) fn gitee_email(emails: &Json) -> String {
    let primary = |entry: &Json| at(entry, "scope").as_array().is_some_and(|scope| scope.contains(&"primary".into()));
    first(emails, |entry| text(entry, "state") == "confirmed" && primary(entry))
}

/// The address of the first entry that is wanted.
fn first(entries: &Json, wanted: impl Fn(&Json) -> bool) -> String {
    let found = entries.as_array().into_iter().flatten().find(|entry| wanted(entry));
    found.map(|entry| text(entry, "email")).unwrap_or_default()
}

/// The address in the claims of an ID token that the setting `idTokenEmailClaim` names.
pub(super) fn microsoft_email(claims: &Json, which: &str) -> String {
    let primary = match at(claims, "verified_primary_email") {
        Json::Array(_) => text(claims, "verified_primary_email.0"),
        _ => text(claims, "verified_primary_email"),
    };
    let owned = || match super::json::is_truthy(at(claims, "xms_edov")) {
        true => text(claims, "email"),
        false => String::new(),
    };
    match which {
        "any_verified" if primary.is_empty() => owned(),
        "any_verified" | "verified_primary_email" => primary,
        "email_and_xms_edov" => owned(),
        "email" => text(claims, "email"),
        _ => String::new(),
    }
}
