//! Which ways to sign in a collection offers (contract: auth, section 7.1).

use serde_json::{Value as Json, json};

use super::Auth;
use crate::error::{Error, Result};
use crate::schema::auth_options::AuthOptions;

impl Auth {
    /// The ways to sign in, as clients read them.
    ///
    /// # Errors
    /// `NotFound` where the collection's records cannot sign in.
    pub async fn methods(&self, collection: &str) -> Result<Json> {
        let collection = self.auth_collection(collection)?;
        let options = collection.auth().ok_or_else(Error::not_found)?;
        Ok(described(options, self.oauth2_methods(&options.oauth2).await))
    }
}

/// What is switched off tells nothing but that. `providers` are those of other services, where they are switched on.
fn described(options: &AuthOptions, providers: Vec<Json>) -> Json {
    let AuthOptions { password_auth: password, oauth2, mfa, otp, .. } = options;
    let fields: &[String] = if password.enabled { &password.identity_fields } else { &[] };
    let identified_by = |name: &str| fields.iter().any(|field| field == name);
    let lasting =
        |enabled: bool, duration: i64| json!({"enabled": enabled, "duration": if enabled { duration } else { 0 }});
    // What old clients read: the same without pictures.
    let old_providers = oauth2.enabled.then(|| {
        let without_logo = |provider: &Json| {
            let mut provider = provider.clone();
            provider["logo"] = json!("");
            provider
        };
        providers.iter().map(without_logo).collect::<Vec<_>>()
    });
    json!({
        "password": {"enabled": password.enabled, "identityFields": fields},
        "oauth2": {"enabled": oauth2.enabled, "providers": providers},
        "mfa": lasting(mfa.enabled, mfa.duration),
        "otp": lasting(otp.enabled, otp.duration),
        "authProviders": old_providers,
        "usernamePassword": identified_by("username"),
        "emailPassword": identified_by("email"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_switched_off_tells_nothing() {
        let mut options = AuthOptions::default();
        options.password_auth.identity_fields = vec!["email".to_owned()];
        options.mfa.duration = 600;
        options.otp.duration = 180;
        assert_eq!(
            described(&options, Vec::new()),
            json!({
                "password": {"enabled": false, "identityFields": []},
                "oauth2": {"enabled": false, "providers": []},
                "mfa": {"enabled": false, "duration": 0},
                "otp": {"enabled": false, "duration": 0},
                "authProviders": null, "usernamePassword": false, "emailPassword": false,
            })
        );
    }

    #[test]
    fn what_is_switched_on_is_described_for_old_clients_too() {
        let mut options = AuthOptions::default();
        options.password_auth.enabled = true;
        options.password_auth.identity_fields = vec!["email".to_owned(), "username".to_owned()];
        options.oauth2.enabled = true;
        (options.mfa.enabled, options.mfa.duration) = (true, 600);
        (options.otp.enabled, options.otp.duration) = (true, 180);
        let described = described(&options, vec![json!({"name": "oidc", "logo": "<svg/>"})]);
        assert_eq!(
            described,
            json!({
                "password": {"enabled": true, "identityFields": ["email", "username"]},
                "oauth2": {"enabled": true, "providers": [{"name": "oidc", "logo": "<svg/>"}]},
                "mfa": {"enabled": true, "duration": 600},
                "otp": {"enabled": true, "duration": 180},
                "authProviders": [{"name": "oidc", "logo": ""}], "usernamePassword": true, "emailPassword": true,
            })
        );
    }
}
