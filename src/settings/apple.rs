//! The client secret that Apple wants of apps which sign their users in with it: a token that the developer signs
//! (contract: settings, section 4). Nothing of it is kept.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Change;
use super::check::{at_least, at_most, faults, length, required};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::time;

/// Who reads such a secret.
const AUDIENCE: &str = "https://appleid.apple.com";
/// How many bytes the ids of teams and keys have.
const ID: usize = 10;
/// How many seconds a secret may be good for: six months.
const LONGEST: i64 = 15_777_000;

/// What a client secret is made of.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AppleKey {
    client_id: String,
    team_id: String,
    key_id: String,
    private_key: String,
    duration: i64,
}

impl AppleKey {
    /// What was sent, checked.
    ///
    /// # Errors
    /// `Invalid` with a code for each part at fault, or without one where a value is of the wrong kind.
    pub fn read(sent: &Change) -> Result<Self> {
        let key: Self = sent.over(&Self::default())?;
        key.check().into_result("An error occurred while validating the submitted data.")?;
        Ok(key)
    }

    fn check(&self) -> FieldErrors {
        let id = |text: &str| required(!text.is_empty()).or_else(|| length(ID, ID, text));
        let key = &self.private_key;
        let no_key = || (!is_pem(key)).then(|| Fault::new("validation_match_invalid", "Must be in a valid format."));
        let seconds = self.duration;
        faults([
            ("clientId", required(!self.client_id.is_empty())),
            ("teamId", id(&self.team_id)),
            ("keyId", id(&self.key_id)),
            ("privateKey", required(!key.is_empty()).or_else(no_key)),
            ("duration", required(seconds != 0).or_else(|| at_least(1, seconds)).or_else(|| at_most(LONGEST, seconds))),
        ])
    }

    /// The signed secret.
    ///
    /// # Errors
    /// `Invalid` where the private key is none for this.
    pub fn client_secret(&self) -> Result<String> {
        let refused = |_| Error::bad_request("The private key cannot be used; it must be the one that Apple issued.");
        let key = EncodingKey::from_ec_pem(self.private_key.trim().as_bytes()).map_err(refused)?;
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::ES256) };
        let now = time::now().timestamp();
        let claims = json!({
            "iss": self.team_id, "sub": self.client_id, "aud": [AUDIENCE], "iat": now, "exp": now + self.duration,
        });
        jsonwebtoken::encode(&header, &claims, &key).map_err(refused)
    }
}

fn is_pem(text: &str) -> bool {
    let after = text.split_once("-----BEGIN PRIVATE KEY-----").map(|(_, after)| after);
    let between = after.and_then(|after| after.split_once("-----END PRIVATE KEY-----"));
    between.is_some_and(|(between, _)| !between.trim().is_empty())
}
