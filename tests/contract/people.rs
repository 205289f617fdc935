//! Who speaks in a case.

use std::collections::BTreeMap;

use jsonwebtoken::Header;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::support::person;

/// Who sends a request: `guest`, `superuser`, `users/<id or e-mail>`, `token <text>`, or a token made for the case.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Who {
    /// One of the words.
    Known(String),
    /// Somebody with a token that is made for the case.
    Made(Box<Made>),
}

/// A token that is made for the case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// `users/<id or e-mail>`.
    record: String,
    /// Whose purpose's secret signs it: `authToken` and so on.
    #[serde(default)]
    secret: Option<String>,
    /// Claims that differ; null takes one out, `exp` counts from now.
    #[serde(default)]
    claims: BTreeMap<String, Json>,
    /// Another header than `{alg: HS256, typ: JWT}`.
    #[serde(default)]
    header: Option<Box<Header>>,
}

impl Default for Who {
    fn default() -> Self {
        Self::Known("guest".to_owned())
    }
}

impl Who {
    /// What stands in `Authorization`; `None` for guests.
    pub fn token(&self, fill: impl Fn(&str) -> String) -> Option<String> {
        match self {
            Self::Known(who) if who == "guest" => None,
            Self::Known(who) if who == "superuser" => {
                Some(person("_superusers/test@example.com").token("authToken", &Header::default(), &BTreeMap::new()))
            }
            Self::Known(who) => match who.strip_prefix("token ") {
                Some(token) => Some(fill(token)),
                None => Some(person(who).token("authToken", &Header::default(), &BTreeMap::new())),
            },
            Self::Made(made) => Some(made.token()),
        }
    }
}

impl Made {
    /// The token.
    pub fn token(&self) -> String {
        let header = self.header.clone().unwrap_or_default();
        person(&self.record).token(self.secret.as_deref().unwrap_or("authToken"), &header, &self.claims)
    }
}
