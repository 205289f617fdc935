//! Tokens of ordinary auth records, made by the contract's recipe: HS256 with the record's `tokenKey` followed by
//! the collection's secret. The test knows both because it set them as a superuser.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value as Json, json};

use super::client::{Client, Superuser, User};

/// The secret that tests give to `authToken` of a collection.
const SECRET: &str = "a secret of the tests, long enough to be one";

/// What a token says.
pub struct Claims(pub Json);

impl Claims {
    /// The claims of an ordinary auth token, good for an hour.
    pub fn auth(collection_id: &str, record: &str) -> Self {
        let exp = chrono::Utc::now().timestamp() + 3600;
        Self(json!({"type": "auth", "id": record, "collectionId": collection_id, "refreshable": true, "exp": exp}))
    }

    /// The same with one claim changed; `null` takes it out.
    pub fn but(mut self, name: &str, value: Json) -> Self {
        let claims = self.0.as_object_mut().expect("claims are an object");
        if value.is_null() {
            claims.remove(name)
        } else {
            claims.insert(name.to_owned(), value)
        };
        self
    }

    /// The same, expiring this many seconds from now.
    pub fn expiring_in(self, seconds: i64) -> Self {
        let at = chrono::Utc::now().timestamp() + seconds;
        self.but("exp", json!(at))
    }
}

/// Signs claims with HS256, or another HMAC where a test wants the wrong one.
pub fn sign_with(algorithm: Algorithm, key: &str, claims: &Claims) -> String {
    sign_as(&Header::new(algorithm), key, claims)
}

/// Signs claims under a header of the test's own.
pub fn sign_as(header: &Header, key: &str, claims: &Claims) -> String {
    encode(header, &claims.0, &EncodingKey::from_secret(key.as_bytes())).expect("a token")
}

/// Gives a record a known key and returns a client that is signed in as it.
pub async fn sign_in_as(superuser: &Superuser, collection: &str, record: &str) -> User {
    let answer =
        superuser.patch(&format!("/api/collections/{collection}"), json!({"authToken": {"secret": SECRET}})).await;
    answer.is(200);
    let collection_id = answer.text("/id").to_owned();
    let token_key = format!("{record:k<50}");
    superuser.update(collection, record, json!({"tokenKey": token_key})).await.is(200);
    let key = format!("{token_key}{SECRET}");
    let token = sign_with(Algorithm::HS256, &key, &Claims::auth(&collection_id, record));
    User::new(superuser, token, key, collection_id, record.to_owned())
}

/// A second superuser with a known key, signed in. The tokens of the first end, because they share the secret.
pub async fn second_superuser(superuser: &Superuser) -> User {
    let (record, token_key) = ("s0000000000000b", "k".repeat(50));
    let body = json!({
        "id": record, "email": "second@example.com", "password": "password-of-second", "passwordConfirm": "password-of-second",
        "tokenKey": token_key,
    });
    superuser.create("_superusers", body).await.is(200);
    superuser.update_collection("_superusers", json!({"authToken": {"secret": SECRET}})).await.is(200);
    let (key, collection_id) = (format!("{token_key}{SECRET}"), "pbc_3142635823");
    let token = sign_with(Algorithm::HS256, &key, &Claims::auth(collection_id, record));
    User::new(superuser, token, key, collection_id.to_owned(), record.to_owned())
}
