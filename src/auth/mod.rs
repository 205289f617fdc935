//! Signing in: by password, by one-time password, through other services (`oauth2/`), tokens, refresh, and the set-up
//! link of the first superuser. One file a way in; all of them end in `admission.rs`, which asks for second factors
//! (`mfa.rs`) and notes places (`origins.rs`). And what goes by mail: addresses are verified, passwords reset,
//! addresses changed, each in a file; the letters that nobody waits for are jobs (`letters.rs`, `letter_jobs.rs`).

mod admission;
mod cleaning;
mod email_change;
mod file_token;
mod first_superuser;
mod form;
mod guard;
mod identity;
mod impersonate;
mod letter_jobs;
mod letters;
mod methods;
mod mfa;
mod oauth2;
mod origins;
mod otp;
mod owned;
mod password_reset;
mod refresh;
mod session;
mod superusers;
mod test_letter;
mod throttle;
mod token;
mod token_fields;
mod tries;
mod usual_hash;
mod verification;
mod with_password;

use std::ops::Deref;
use std::sync::Arc;

use serde_json::Value as Json;

pub use form::Sent;
pub use letters::MAIL;
pub use oauth2::{Listener, Returned, Waiter};
pub use otp::{OneTimePassword, RequestedOtp};
pub use session::Session;

use oauth2::OAuth2;
use throttle::Throttle;
use tries::Tries;
use usual_hash::UsualHashes;

use crate::crypto::passwords::Passwords;
use crate::crypto::seal::Sealer;
use crate::error::Result;
use crate::ids;
use crate::jobs::Jobs;
use crate::logs::Logs;
use crate::mail::Mail;
use crate::rates::Rates;
use crate::records::Records;
use crate::schema::Published;
use crate::settings::Settings;
use crate::store::Store;

/// The room of sign-in.
#[derive(Clone)]
pub struct Auth {
    parts: Arc<Parts>,
}

/// What the ways in use, and what they remember.
struct Parts {
    given: AuthParts,
    throttle: Throttle,
    tries: Tries,
    usual_hashes: UsualHashes,
    oauth2: OAuth2,
}

impl Deref for Parts {
    type Target = AuthParts;

    fn deref(&self) -> &AuthParts {
        &self.given
    }
}

/// What the room is given.
pub struct AuthParts {
    /// The database.
    pub store: Store,
    /// The collections.
    pub schema: Arc<Published>,
    /// The accounts among other records.
    pub records: Records,
    /// The settings.
    pub settings: Settings,
    /// Who hashes passwords.
    pub passwords: Passwords,
    /// Where mails wait that nobody waits for.
    pub jobs: Jobs,
    /// Who sends mails.
    pub mail: Mail,
    /// Where it is told what an answer must not tell.
    pub logs: Logs,
    /// How often somebody may do something.
    pub rates: Rates,
    /// What seals one-time codes in letters that wait.
    pub sealer: Arc<Sealer>,
    /// Whether this is development: an account may then ask for any number of one-time passwords.
    pub dev: bool,
}

/// The answer to a sign-in.
#[derive(Debug)]
pub struct SignedIn {
    /// The token.
    pub token: String,
    /// The record as it sees itself: a JSON object.
    pub record: Vec<u8>,
    /// What another service told of the user.
    pub meta: Option<Json>,
}

impl Auth {
    /// The room, from the parts that it uses.
    pub fn new(parts: AuthParts) -> Self {
        let (throttle, tries, usual_hashes) = (Throttle::default(), Tries::default(), UsualHashes::new());
        let oauth2 = OAuth2::new();
        Self { parts: Arc::new(Parts { given: parts, throttle, tries, usual_hashes, oauth2 }) }
    }

    /// The hash of a password that nobody knows (contract: auth, section 4), for an account that is to be entered by
    /// other means alone.
    pub(super) async fn random_password(&self) -> Result<String> {
        self.parts.passwords.hash(ids::random_alphanumeric(30)).await
    }
}
