//! The settings as plain data in the contract's shape (contract: settings, sections 1 and 2), with what a new
//! database begins with. Serialised they are what is stored, secrets included; answers leave the secrets out.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Networks;

/// How many seconds a batch may take where nothing is said.
const BATCH_TIMEOUT: i64 = 3;
/// How many bytes the body of a batch may have where nothing is said.
const BATCH_BODY: i64 = 128 << 20;

/// All settings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Values {
    /// Addresses and networks that superusers may come from; empty is everywhere.
    #[serde(rename = "superuserIPs")]
    pub superuser_ips: Vec<String>,
    /// How mail is sent.
    pub smtp: Smtp,
    /// Backups.
    pub backups: Backups,
    /// Where files of records lie.
    pub s3: S3,
    /// What the app is called, and by whom its mail is sent.
    pub meta: Meta,
    /// How often who may ask.
    pub rate_limits: RateLimits,
    /// The proxies whose word on the client's address counts.
    pub trusted_proxy: TrustedProxy,
    /// Several writes in one request.
    pub batch: Batch,
    /// Logs.
    pub logs: Logs,
}

/// Where secrets lie.
const SECRETS: [(&str, &str); 3] = [("/smtp", "password"), ("/s3", "secret"), ("/backups/s3", "secret")];

impl Values {
    /// Whether superusers may come from an address.
    pub fn admit_superusers_from(&self, ip: Option<IpAddr>) -> bool {
        self.superuser_ips.is_empty() || ip.is_some_and(|ip| Networks::new(&self.superuser_ips).hold(ip))
    }

    /// The settings as they are answered: without secrets.
    pub fn public(&self) -> Json {
        // They are made of texts, numbers and truths, which all can be written.
        let mut all = serde_json::to_value(self).unwrap_or_default();
        for (path, secret) in SECRETS {
            if let Some(Json::Object(map)) = all.pointer_mut(path) {
                map.remove(secret);
            }
        }
        all
    }
}

/// How mail is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Smtp {
    /// Whether it is sent to a mail server, rather than by the machine's own `sendmail`.
    pub enabled: bool,
    /// The server's port.
    pub port: i64,
    /// The server's name or address.
    pub host: String,
    /// Who signs in there; empty is nobody.
    pub username: String,
    /// With what; never answered.
    pub password: String,
    /// `PLAIN`, `LOGIN`, or empty for `PLAIN`.
    pub auth_method: String,
    /// TLS from the first byte, rather than STARTTLS where the server offers it.
    pub tls: bool,
    /// What the server is greeted with; empty is `localhost`.
    pub local_name: String,
}

/// Backups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Backups {
    /// When one is made, in UTC; empty is never.
    pub cron: String,
    /// How many of those stay.
    pub cron_max_keep: i64,
    /// Where they lie.
    pub s3: S3,
}

/// A bucket of an S3-compatible service.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct S3 {
    /// Whether it is used, rather than the local disk.
    pub enabled: bool,
    /// The bucket.
    pub bucket: String,
    /// The service's region.
    pub region: String,
    /// The service's address.
    pub endpoint: String,
    /// The name of the key.
    pub access_key: String,
    /// The key; never answered.
    pub secret: String,
    /// The bucket stands in the path rather than in the host's name.
    pub force_path_style: bool,
}

/// What the app is called, and by whom its mail is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// The dashboard's colour.
    pub accent_color: String,
    /// The app's name.
    pub app_name: String,
    /// Where the app is reached; links in mails begin with it.
    #[serde(rename = "appURL")]
    pub app_url: String,
    /// The sender's name in mails.
    pub sender_name: String,
    /// The sender's address in mails.
    pub sender_address: String,
    /// Whether the dashboard hides what changes collections.
    pub hide_controls: bool,
}

/// How often who may ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RateLimits {
    /// The limits; the first that fits counts.
    pub rules: Vec<RateLimit>,
    /// Addresses and networks that no limit concerns.
    #[serde(rename = "excludedIPs")]
    pub excluded_ips: Vec<String>,
    /// Whether they apply.
    pub enabled: bool,
}

/// So many requests in so many seconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RateLimit {
    /// What is limited: an action, a path, the beginning of a path.
    pub label: String,
    /// Whom it concerns: empty is everyone, else `@guest` or `@auth`.
    pub audience: String,
    /// The length of the window in seconds.
    pub duration: i64,
    /// How many requests a window has.
    pub max_requests: i64,
}

/// The proxies whose word on the client's address counts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TrustedProxy {
    /// The headers to look in, in order.
    pub headers: Vec<String>,
    /// Whether the first address of a list is the client's, rather than the last.
    #[serde(rename = "useLeftmostIP")]
    pub use_leftmost_ip: bool,
}

/// Several writes in one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Batch {
    /// Whether it is offered.
    pub enabled: bool,
    /// How many writes one may have.
    pub max_requests: i64,
    /// How many seconds it may take.
    pub timeout: i64,
    /// How many bytes its body may have; 0 is the default.
    pub max_body_size: i64,
}

impl Batch {
    /// Whether it is offered, and has room for anything.
    pub fn is_offered(&self) -> bool {
        self.enabled && self.max_requests > 0
    }

    /// How many writes one may have.
    pub fn most(&self) -> usize {
        usize::try_from(self.max_requests).unwrap_or(0)
    }

    /// How long its transaction may take.
    pub fn time(&self) -> Duration {
        let seconds = if self.timeout > 0 { self.timeout } else { BATCH_TIMEOUT };
        Duration::from_secs(seconds.unsigned_abs())
    }

    /// How many bytes its body may have.
    pub fn body_limit(&self) -> u64 {
        let bytes = if self.max_body_size > 0 { self.max_body_size } else { BATCH_BODY };
        bytes.unsigned_abs()
    }
}

/// Logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Logs {
    /// How many days they stay; 0 keeps none.
    pub max_days: i64,
    /// The least level that is kept: -4 debug, 0 information, 4 warning, 8 error.
    pub min_level: i64,
    /// Whether addresses are kept.
    #[serde(rename = "logIP")]
    pub log_ip: bool,
    /// Whether the ids of callers are kept.
    pub log_auth_id: bool,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            enabled: false,
            port: 587,
            host: "smtp.example.com".to_owned(),
            username: String::new(),
            password: String::new(),
            auth_method: String::new(),
            tls: false,
            local_name: String::new(),
        }
    }
}

impl Default for Backups {
    fn default() -> Self {
        Self { cron: String::new(), cron_max_keep: 3, s3: S3::default() }
    }
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            accent_color: "#1055c9".to_owned(),
            app_name: "Acme".to_owned(),
            app_url: "http://localhost:8090".to_owned(),
            sender_name: "Support".to_owned(),
            sender_address: "support@example.com".to_owned(),
            hide_controls: false,
        }
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        let rule = |label: &str, duration, max_requests| RateLimit {
            label: label.to_owned(),
            audience: String::new(),
            duration,
            max_requests,
        };
        Self {
            rules: vec![
                rule("*:auth", 3, 2),
                rule("*:create", 5, 20),
                rule("/api/batch", 1, 3),
                rule("/api/", 10, 300),
            ],
            excluded_ips: Vec::new(),
            enabled: false,
        }
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self { enabled: false, max_requests: 50, timeout: BATCH_TIMEOUT, max_body_size: 0 }
    }
}

impl Default for Logs {
    fn default() -> Self {
        Self { max_days: 5, min_level: 0, log_ip: true, log_auth_id: false }
    }
}
