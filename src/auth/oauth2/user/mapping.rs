//! How each service tells of a user: where id, name and the like stand in its answer, and when its address counts as
//! proven (contract: auth, section 9).

use serde_json::Value as Json;

use super::json::{at, is_true, is_truthy, text};
use super::special;
use super::{Emails, ExternalUser, Source};

/// How a service tells of a user.
pub(in crate::auth::oauth2) struct Mapping {
    /// Whom to ask, and how.
    pub(super) source: Source,
    /// Where the id stands.
    id: &'static str,
    /// Where the full name stands.
    name: &'static str,
    /// Where the user name stands.
    username: &'static str,
    /// Where the address of the picture stands.
    avatar: &'static str,
    /// When there is a proven address.
    email: Email,
    /// Another request that tells the proven address.
    pub(super) emails: Emails,
    /// Whether the service lets such a user in at all.
    active: fn(&Json) -> bool,
    /// What no path says.
    special: fn(&Json, &mut ExternalUser),
}

/// When an answer has a proven address.
enum Email {
    /// Never.
    Never,
    /// Always, at this path.
    At(&'static str),
    /// At the first path, where all of these are true.
    If(&'static str, &'static [&'static str]),
    /// The same, where the flag may be a text.
    IfTruthy(&'static str, &'static str),
}

impl Mapping {
    const fn of(id: &'static str, name: &'static str, username: &'static str, avatar: &'static str) -> Self {
        Self {
            source: Source::Get,
            id,
            name,
            username,
            avatar,
            email: Email::Never,
            emails: Emails::None,
            active: |_| true,
            special: |_, _| {},
        }
    }

    const fn email(self, email: Email) -> Self {
        Self { email, ..self }
    }

    const fn from(self, source: Source) -> Self {
        Self { source, ..self }
    }

    const fn emails(self, emails: Emails) -> Self {
        Self { emails, ..self }
    }

    const fn active(self, active: fn(&Json) -> bool) -> Self {
        Self { active, ..self }
    }

    const fn special(self, special: fn(&Json, &mut ExternalUser)) -> Self {
        Self { special, ..self }
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// The service does not let this user in, or tells of nobody.
    pub(super) fn read(&self, raw: Json) -> Result<ExternalUser, String> {
        if !raw.is_object() {
            return Err("the answer about the user is no object".to_owned());
        }
        if !(self.active)(&raw) {
            return Err("the account is not active, or nobody was told of".to_owned());
        }
        let mut user = ExternalUser {
            id: text(&raw, self.id),
            name: text(&raw, self.name),
            username: text(&raw, self.username),
            avatar_url: text(&raw, self.avatar),
            email: self.email.read(&raw),
            raw: Json::Null,
        };
        (self.special)(&raw, &mut user);
        user.raw = raw;
        Ok(user)
    }
}

impl Email {
    fn read(&self, raw: &Json) -> String {
        match self {
            Self::At(path) => text(raw, path),
            Self::If(path, flags) if flags.iter().all(|flag| is_true(raw, flag)) => text(raw, path),
            Self::IfTruthy(path, flag) if is_truthy(at(raw, flag)) => text(raw, path),
            Self::Never | Self::If(..) | Self::IfTruthy(..) => String::new(),
        }
    }
}

pub(in crate::auth::oauth2) const APPLE: Mapping =
    Mapping::of("sub", "name", "", "").from(Source::Apple).email(Email::IfTruthy("email", "email_verified"));

pub(in crate::auth::oauth2) const GOOGLE: Mapping =
    Mapping::of("sub", "name", "", "picture").email(Email::If("email", &["email_verified"]));

pub(in crate::auth::oauth2) const MICROSOFT: Mapping =
    Mapping::of("id", "displayName", "", "").email(Email::At("mail")).emails(Emails::MicrosoftClaim);

pub(in crate::auth::oauth2) const YANDEX: Mapping =
    Mapping::of("id", "real_name", "login", "").email(Email::At("default_email")).special(special::yandex);

pub(in crate::auth::oauth2) const FACEBOOK: Mapping =
    Mapping::of("id", "name", "", "picture.data.url").email(Email::At("email"));

pub(in crate::auth::oauth2) const INSTAGRAM: Mapping =
    Mapping::of("user_id", "name", "username", "profile_picture_url").from(Source::Instagram);

pub(in crate::auth::oauth2) const GITHUB: Mapping =
    Mapping::of("id", "name", "login", "avatar_url").emails(Emails::GitHub);

pub(in crate::auth::oauth2) const GITLAB: Mapping =
    Mapping::of("id", "name", "username", "avatar_url").special(special::gitlab);

pub(in crate::auth::oauth2) const BITBUCKET: Mapping =
    Mapping::of("uuid", "display_name", "username", "links.avatar.href")
        .active(|raw| text(raw, "account_status") == "active")
        .emails(Emails::Bitbucket);

pub(in crate::auth::oauth2) const GITEE: Mapping =
    Mapping::of("id", "name", "login", "avatar_url").special(special::gitee).emails(Emails::Gitee);

pub(in crate::auth::oauth2) const GITEA: Mapping =
    Mapping::of("id", "full_name", "login", "avatar_url").active(|raw| is_true(raw, "active")).emails(Emails::GitHub);

pub(in crate::auth::oauth2) const DISCORD: Mapping =
    Mapping::of("id", "", "username", "").email(Email::If("email", &["verified"])).special(special::discord);

pub(in crate::auth::oauth2) const TWITTER: Mapping =
    Mapping::of("data.id", "data.name", "data.username", "data.profile_image_url")
        .email(Email::At("data.confirmed_email"));

pub(in crate::auth::oauth2) const KAKAO: Mapping =
    Mapping::of("id", "", "properties.nickname", "properties.profile_image")
        .email(Email::If("kakao_account.email", &["kakao_account.is_email_valid", "kakao_account.is_email_verified"]));

pub(in crate::auth::oauth2) const VK: Mapping =
    Mapping::of("response.0.id", "", "response.0.screen_name", "response.0.photo_max")
        .active(|raw| at(raw, "response.0").is_object())
        .special(special::vk)
        .emails(Emails::WithTheToken);

pub(in crate::auth::oauth2) const LINEAR: Mapping =
    Mapping::of("data.viewer.id", "data.viewer.name", "data.viewer.displayName", "data.viewer.avatarUrl")
        .from(Source::GraphQl("query { viewer { id displayName name email avatarUrl active } }"))
        .email(Email::At("data.viewer.email"))
        .active(|raw| is_true(raw, "data.viewer.active"));

pub(in crate::auth::oauth2) const NOTION: Mapping =
    Mapping::of("bot.owner.user.id", "bot.owner.user.name", "", "bot.owner.user.avatar_url")
        .from(Source::WithHeaders(|_| vec![("Notion-Version", "2022-06-28".to_owned())]))
        .email(Email::At("bot.owner.user.person.email"));

pub(in crate::auth::oauth2) const MONDAY: Mapping =
    Mapping::of("data.me.id", "data.me.name", "", "data.me.photo_small")
        .from(Source::GraphQl("query { me { id enabled name email is_verified photo_small } }"))
        .email(Email::If("data.me.email", &["data.me.is_verified"]))
        .active(|raw| is_true(raw, "data.me.enabled"));

pub(in crate::auth::oauth2) const LARK: Mapping = Mapping::of("data.union_id", "data.name", "", "data.avatar_url");

pub(in crate::auth::oauth2) const BOX: Mapping =
    Mapping::of("id", "name", "", "avatar_url").email(Email::At("login")).active(|raw| text(raw, "status") == "active");

pub(in crate::auth::oauth2) const SPOTIFY: Mapping = Mapping::of("id", "display_name", "", "images.0.url");

pub(in crate::auth::oauth2) const TRAKT: Mapping =
    Mapping::of("user.ids.uuid", "user.name", "user.username", "user.images.avatar.full").from(Source::WithHeaders(
        |client_id| vec![("trakt-api-key", client_id.to_owned()), ("trakt-api-version", "2".to_owned())],
    ));

pub(in crate::auth::oauth2) const TWITCH: Mapping =
    Mapping::of("data.0.id", "data.0.display_name", "data.0.login", "data.0.profile_image_url")
        .from(Source::WithHeaders(|client_id| vec![("Client-Id", client_id.to_owned())]))
        .email(Email::At("data.0.email"))
        .active(|raw| at(raw, "data.0").is_object());

pub(in crate::auth::oauth2) const PATREON: Mapping =
    Mapping::of("data.id", "data.attributes.full_name", "data.attributes.vanity", "data.attributes.image_url")
        .email(Email::If("data.attributes.email", &["data.attributes.is_email_verified"]));

pub(in crate::auth::oauth2) const STRAVA: Mapping =
    Mapping::of("id", "", "username", "profile").special(special::strava);

pub(in crate::auth::oauth2) const WAKATIME: Mapping = Mapping::of("data.id", "data.display_name", "data.username", "")
    .email(Email::If("data.email", &["data.is_email_confirmed"]))
    .special(special::wakatime);

pub(in crate::auth::oauth2) const LIVECHAT: Mapping =
    Mapping::of("account_id", "name", "", "avatar_url").email(Email::If("email", &["email_verified"]));

pub(in crate::auth::oauth2) const MAILCOW: Mapping = Mapping::of("id", "full_name", "", "")
    .email(Email::At("email"))
    .active(|raw| text(raw, "active") == "1")
    .special(special::mailcow);

pub(in crate::auth::oauth2) const PLANNING_CENTER: Mapping =
    Mapping::of("data.id", "data.attributes.name", "", "data.attributes.avatar")
        .active(|raw| text(raw, "data.attributes.status") == "active");

pub(in crate::auth::oauth2) const OIDC: Mapping = Mapping::of("sub", "name", "preferred_username", "picture")
    .from(Source::Oidc)
    .email(Email::IfTruthy("email", "email_verified"));
