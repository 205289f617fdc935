//! The services that users may sign in through, as data: names, endpoints, scopes, and how each tells of a user
//! (contract: auth, section 9). The order is the contract's.

use super::user::mapping::{self, Mapping};

/// A service, with its defaults.
pub(super) struct Kind {
    /// Its name in the configuration.
    pub(super) name: &'static str,
    /// Its name on buttons.
    pub(super) display_name: &'static str,
    /// Whether it knows PKCE.
    pub(super) pkce: bool,
    /// What is asked for.
    pub(super) scopes: &'static [&'static str],
    /// Where users are sent to; empty where that must be configured.
    pub(super) auth_url: &'static str,
    /// Where codes become tokens.
    pub(super) token_url: &'static str,
    /// Who tells of the user; empty where the ID token does.
    pub(super) user_info_url: &'static str,
    /// Letters and colour of its mark.
    mark: (&'static str, &'static str),
    /// How it tells of a user.
    pub(super) user: Mapping,
}

impl Kind {
    /// The service of a name.
    pub(super) fn find(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// All services in the order in which they are offered.
    pub(super) fn all() -> &'static [Kind] {
        KINDS
    }

    /// Whether this is OpenID Connect with any provider.
    pub(super) fn is_oidc(&self) -> bool {
        self.name.starts_with("oidc")
    }

    /// A small mark for buttons: letters on a coloured tile, our own drawing of every one of them.
    pub(super) fn logo(&self) -> String {
        let (letters, colour) = self.mark;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"24\" height=\"24\" viewBox=\"0 0 24 24\" \
             aria-hidden=\"true\"><rect width=\"24\" height=\"24\" rx=\"6\" fill=\"{colour}\"/><text x=\"12\" \
             y=\"12\" dy=\".36em\" text-anchor=\"middle\" font-family=\"sans-serif\" font-size=\"{size}\" \
             font-weight=\"700\" fill=\"#fff\">{letters}</text></svg>",
            size = if letters.chars().count() > 1 { 11 } else { 14 },
        )
    }
}

/// OpenID Connect with whoever speaks it.
const fn oidc(name: &'static str, letters: &'static str) -> Kind {
    Kind {
        name,
        display_name: "OIDC",
        pkce: true,
        scopes: &["openid", "email", "profile"],
        auth_url: "",
        token_url: "",
        user_info_url: "",
        mark: (letters, "#5b6472"),
        user: mapping::OIDC,
    }
}

static KINDS: &[Kind] = &[
    Kind {
        name: "apple",
        display_name: "Apple",
        pkce: true,
        scopes: &["name", "email"],
        auth_url: "https://appleid.apple.com/auth/authorize",
        token_url: "https://appleid.apple.com/auth/token",
        user_info_url: "",
        mark: ("A", "#000000"),
        user: mapping::APPLE,
    },
    Kind {
        name: "google",
        display_name: "Google",
        pkce: true,
        scopes: &["https://www.googleapis.com/auth/userinfo.profile", "https://www.googleapis.com/auth/userinfo.email"],
        auth_url: "https://accounts.google.com/o/oauth2/v2/auth",
        token_url: "https://oauth2.googleapis.com/token",
        user_info_url: "https://www.googleapis.com/oauth2/v3/userinfo",
        mark: ("G", "#3f7de0"),
        user: mapping::GOOGLE,
    },
    Kind {
        name: "microsoft",
        display_name: "Microsoft",
        pkce: true,
        scopes: &["User.Read"],
        auth_url: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        token_url: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        user_info_url: "https://graph.microsoft.com/v1.0/me",
        mark: ("M", "#0f6cbd"),
        user: mapping::MICROSOFT,
    },
    Kind {
        name: "yandex",
        display_name: "Yandex",
        pkce: true,
        scopes: &["login:email", "login:avatar", "login:info"],
        auth_url: "https://oauth.yandex.com/authorize",
        token_url: "https://oauth.yandex.com/token",
        user_info_url: "https://login.yandex.ru/info",
        mark: ("Y", "#e03226"),
        user: mapping::YANDEX,
    },
    Kind {
        name: "facebook",
        display_name: "Facebook",
        pkce: true,
        scopes: &["email"],
        auth_url: "https://www.facebook.com/v3.2/dialog/oauth",
        token_url: "https://graph.facebook.com/v3.2/oauth/access_token",
        user_info_url: "https://graph.facebook.com/me?fields=name,email,picture.type(large)",
        mark: ("f", "#1c6be0"),
        user: mapping::FACEBOOK,
    },
    Kind {
        name: "instagram2",
        display_name: "Instagram",
        pkce: true,
        scopes: &["instagram_business_basic"],
        auth_url: "https://www.instagram.com/oauth/authorize",
        token_url: "https://api.instagram.com/oauth/access_token",
        user_info_url: "https://graph.instagram.com/me?fields=id,username,account_type,user_id,name,profile_picture_url,followers_count,follows_count,media_count",
        mark: ("Ig", "#c2387f"),
        user: mapping::INSTAGRAM,
    },
    Kind {
        name: "github",
        display_name: "GitHub",
        pkce: true,
        scopes: &["read:user", "user:email"],
        auth_url: "https://github.com/login/oauth/authorize",
        token_url: "https://github.com/login/oauth/access_token",
        user_info_url: "https://api.github.com/user",
        mark: ("Gh", "#24292f"),
        user: mapping::GITHUB,
    },
    Kind {
        name: "gitlab",
        display_name: "GitLab",
        pkce: true,
        scopes: &["read_user"],
        auth_url: "https://gitlab.com/oauth/authorize",
        token_url: "https://gitlab.com/oauth/token",
        user_info_url: "https://gitlab.com/api/v4/user",
        mark: ("Gl", "#d9552b"),
        user: mapping::GITLAB,
    },
    Kind {
        name: "bitbucket",
        display_name: "Bitbucket",
        pkce: false,
        scopes: &["account"],
        auth_url: "https://bitbucket.org/site/oauth2/authorize",
        token_url: "https://bitbucket.org/site/oauth2/access_token",
        user_info_url: "https://api.bitbucket.org/2.0/user",
        mark: ("B", "#1f5fcc"),
        user: mapping::BITBUCKET,
    },
    Kind {
        name: "gitee",
        display_name: "Gitee",
        pkce: true,
        scopes: &["user_info", "emails"],
        auth_url: "https://gitee.com/oauth/authorize",
        token_url: "https://gitee.com/oauth/token",
        user_info_url: "https://gitee.com/api/v5/user",
        mark: ("Ge", "#c0312b"),
        user: mapping::GITEE,
    },
    Kind {
        name: "gitea",
        display_name: "Gitea/Forgejo",
        pkce: true,
        scopes: &["read:user", "user:email"],
        auth_url: "https://gitea.com/login/oauth/authorize",
        token_url: "https://gitea.com/login/oauth/access_token",
        user_info_url: "https://gitea.com/api/v1/user",
        mark: ("Ga", "#4d8026"),
        user: mapping::GITEA,
    },
    Kind {
        name: "discord",
        display_name: "Discord",
        pkce: true,
        scopes: &["identify", "email"],
        auth_url: "https://discord.com/api/oauth2/authorize",
        token_url: "https://discord.com/api/oauth2/token",
        user_info_url: "https://discord.com/api/users/@me",
        mark: ("D", "#5560d8"),
        user: mapping::DISCORD,
    },
    Kind {
        name: "twitter",
        display_name: "X/Twitter",
        pkce: true,
        scopes: &["users.read", "users.email", "tweet.read"],
        auth_url: "https://x.com/i/oauth2/authorize",
        token_url: "https://api.x.com/2/oauth2/token",
        user_info_url: "https://api.x.com/2/users/me?user.fields=id,name,username,profile_image_url,confirmed_email",
        mark: ("X", "#111111"),
        user: mapping::TWITTER,
    },
    Kind {
        name: "kakao",
        display_name: "Kakao",
        pkce: true,
        scopes: &["account_email", "profile_nickname", "profile_image"],
        auth_url: "https://kauth.kakao.com/oauth/authorize",
        token_url: "https://kauth.kakao.com/oauth/token",
        user_info_url: "https://kapi.kakao.com/v2/user/me",
        mark: ("K", "#7a6200"),
        user: mapping::KAKAO,
    },
    Kind {
        name: "vk",
        display_name: "ВКонтакте",
        pkce: false,
        scopes: &["email"],
        auth_url: "https://oauth.vk.com/authorize",
        token_url: "https://oauth.vk.com/access_token",
        user_info_url: "https://api.vk.com/method/users.get?fields=photo_max,screen_name&v=5.131",
        mark: ("VK", "#1c6be0"),
        user: mapping::VK,
    },
    Kind {
        name: "linear",
        display_name: "Linear",
        pkce: false,
        scopes: &["read"],
        auth_url: "https://linear.app/oauth/authorize",
        token_url: "https://api.linear.app/oauth/token",
        user_info_url: "https://api.linear.app/graphql",
        mark: ("L", "#5b63c7"),
        user: mapping::LINEAR,
    },
    Kind {
        name: "notion",
        display_name: "Notion",
        pkce: true,
        scopes: &[],
        auth_url: "https://api.notion.com/v1/oauth/authorize",
        token_url: "https://api.notion.com/v1/oauth/token",
        user_info_url: "https://api.notion.com/v1/users/me",
        mark: ("N", "#2f2f2f"),
        user: mapping::NOTION,
    },
    Kind {
        name: "monday",
        display_name: "monday.com",
        pkce: true,
        scopes: &["me:read"],
        auth_url: "https://auth.monday.com/oauth2/authorize",
        token_url: "https://auth.monday.com/oauth2/token",
        user_info_url: "https://api.monday.com/v2",
        mark: ("m", "#c7364f"),
        user: mapping::MONDAY,
    },
    Kind {
        name: "lark",
        display_name: "Lark",
        pkce: true,
        scopes: &[],
        auth_url: "https://accounts.feishu.cn/open-apis/authen/v1/authorize",
        token_url: "https://open.feishu.cn/open-apis/authen/v2/oauth/token",
        user_info_url: "https://open.feishu.cn/open-apis/authen/v1/user_info",
        mark: ("La", "#2257c9"),
        user: mapping::LARK,
    },
    Kind {
        name: "box",
        display_name: "Box",
        pkce: true,
        scopes: &["root_readonly"],
        auth_url: "https://account.box.com/api/oauth2/authorize",
        token_url: "https://api.box.com/oauth2/token",
        user_info_url: "https://api.box.com/2.0/users/me",
        mark: ("Bx", "#0f5fd1"),
        user: mapping::BOX,
    },
    Kind {
        name: "spotify",
        display_name: "Spotify",
        pkce: true,
        scopes: &["user-read-private"],
        auth_url: "https://accounts.spotify.com/authorize",
        token_url: "https://accounts.spotify.com/api/token",
        user_info_url: "https://api.spotify.com/v1/me",
        mark: ("S", "#178a41"),
        user: mapping::SPOTIFY,
    },
    Kind {
        name: "trakt",
        display_name: "Trakt",
        pkce: true,
        scopes: &[],
        auth_url: "https://trakt.tv/oauth/authorize",
        token_url: "https://api.trakt.tv/oauth/token",
        user_info_url: "https://api.trakt.tv/users/settings",
        mark: ("T", "#b5202c"),
        user: mapping::TRAKT,
    },
    Kind {
        name: "twitch",
        display_name: "Twitch",
        pkce: true,
        scopes: &["user:read:email"],
        auth_url: "https://id.twitch.tv/oauth2/authorize",
        token_url: "https://id.twitch.tv/oauth2/token",
        user_info_url: "https://api.twitch.tv/helix/users",
        mark: ("Tw", "#7a3fd1"),
        user: mapping::TWITCH,
    },
    Kind {
        name: "patreon",
        display_name: "Patreon",
        pkce: true,
        scopes: &["identity", "identity[email]"],
        auth_url: "https://www.patreon.com/oauth2/authorize",
        token_url: "https://www.patreon.com/api/oauth2/token",
        user_info_url: "https://www.patreon.com/api/oauth2/v2/identity?fields%5Buser%5D=full_name,email,vanity,image_url,is_email_verified",
        mark: ("P", "#c93a2e"),
        user: mapping::PATREON,
    },
    Kind {
        name: "strava",
        display_name: "Strava",
        pkce: true,
        scopes: &["profile:read_all"],
        auth_url: "https://www.strava.com/oauth/authorize",
        token_url: "https://www.strava.com/api/v3/oauth/token",
        user_info_url: "https://www.strava.com/api/v3/athlete",
        mark: ("St", "#c94a12"),
        user: mapping::STRAVA,
    },
    Kind {
        name: "wakatime",
        display_name: "WakaTime",
        pkce: true,
        scopes: &["email"],
        auth_url: "https://wakatime.com/oauth/authorize",
        token_url: "https://wakatime.com/oauth/token",
        user_info_url: "https://wakatime.com/api/v1/users/current",
        mark: ("W", "#333333"),
        user: mapping::WAKATIME,
    },
    Kind {
        name: "livechat",
        display_name: "LiveChat",
        pkce: true,
        scopes: &[],
        auth_url: "https://accounts.livechat.com/",
        token_url: "https://accounts.livechat.com/token",
        user_info_url: "https://accounts.livechat.com/v2/accounts/me",
        mark: ("Lc", "#c9470f"),
        user: mapping::LIVECHAT,
    },
    Kind {
        name: "mailcow",
        display_name: "mailcow",
        pkce: true,
        scopes: &["profile"],
        auth_url: "",
        token_url: "",
        user_info_url: "",
        mark: ("mc", "#8a6d00"),
        user: mapping::MAILCOW,
    },
    Kind {
        name: "planningcenter",
        display_name: "Planning Center",
        pkce: true,
        scopes: &["people"],
        auth_url: "https://api.planningcenteronline.com/oauth/authorize",
        token_url: "https://api.planningcenteronline.com/oauth/token",
        user_info_url: "https://api.planningcenteronline.com/people/v2/me",
        mark: ("Pc", "#2266cc"),
        user: mapping::PLANNING_CENTER,
    },
    oidc("oidc", "ID"),
    oidc("oidc2", "I2"),
    oidc("oidc3", "I3"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::auth_options::is_provider;

    #[test]
    fn all_services_of_the_schema_are_here_each_once() {
        let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), 32);
        assert!(names.iter().all(|name| is_provider(name)));
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert_eq!((names[0], names[28], names[31]), ("apple", "planningcenter", "oidc3"));
    }

    #[test]
    fn every_mark_is_a_drawing_of_its_own() {
        let logos: std::collections::HashSet<_> = KINDS.iter().map(Kind::logo).collect();
        assert_eq!(logos.len(), KINDS.len());
        assert!(logos.iter().all(|logo| logo.starts_with("<svg ") && logo.ends_with("</svg>")));
    }
}
