//! Settings that are encrypted, and settings that cannot be saved like that.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::{House, sign_in};
use crate::support::{Client, TestServer};

const KEY: &str = "12345678901234567890123456789012";

/// Encrypts the settings as PocketBase does where it was started with a key.
fn encrypted() -> House {
    use aes_gcm::aead::{Aead, KeyInit};
    let house = House::real();
    let database = house.database();
    let plain: Vec<u8> =
        database.query_row("SELECT value FROM _params WHERE id = 'settings'", [], |row| row.get(0)).unwrap();
    let nonce = *b"twelve bytes";
    let key: [u8; 32] = KEY.as_bytes().try_into().unwrap();
    let sealed = aes_gcm::Aes256Gcm::new(&key.into()).encrypt(&nonce.into(), plain.as_slice()).unwrap();
    let text = BASE64_STANDARD.encode([nonce.as_slice(), &sealed].concat());
    database.execute("UPDATE _params SET value = ? WHERE id = 'settings'", [text]).unwrap();
    house
}

#[tokio::test]
async fn encrypted_settings_come_with_their_key_and_stay_encrypted() {
    let house = encrypted();
    let with_key = ["--encryptionEnv", "PB_KEY"];
    house.import(&[]).failed().complains("are encrypted").complains("--encryption-env NAME");
    house.import_with(&with_key, &[]).failed().complains("PB_KEY");
    house
        .import_with(&with_key, &[("PB_KEY", "another key of thirty-two bytes.")])
        .failed()
        .complains("sealed with another key");
    assert!(!house.dir().exists(), "nothing was written");
    house.import_with(&with_key, &[("PB_KEY", KEY)]).went_well().says("--encryption-env NAME");
    let stored = house.data().value("SELECT value FROM _params WHERE id = 'settings'");
    assert!(!stored.contains("acme_test"), "{stored}");
    let server =
        TestServer::builder().arg("--encryption-env").arg("PB_KEY").env("PB_KEY", KEY).start_in(house.root).await;
    let token = sign_in(&server, "_superusers", "test@example.com").await.text("/token").to_owned();
    let settings = server.guest().with_token(token).get("/api/settings").await;
    settings.is(200).has("/meta/appName", "acme_test");
}

#[tokio::test]
async fn a_key_seals_settings_that_were_not() {
    let house = House::real();
    house.import_with(&["--encryption-env", "MY_KEY"], &[("MY_KEY", KEY)]).went_well();
    assert!(!house.data().value("SELECT value FROM _params WHERE id = 'settings'").contains("acme_test"));
}

#[test]
fn settings_that_cannot_be_saved_so_are_told() {
    let house = House::real();
    house.change(
        "UPDATE _params SET value = json_set(CAST(value AS TEXT), '$.meta.senderAddress', 'nobody', '$.smtp.password',
         'a secret')",
    );
    let said = house.import(&[]);
    said.went_well().says("cannot be saved until this is changed: meta.senderAddress").never_says("a secret");
    let stored = house.data().value("SELECT value FROM _params WHERE id = 'settings'");
    let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
    assert_eq!(stored["meta"]["senderAddress"], json!("nobody"));
    assert_eq!(stored["smtp"]["password"], json!("a secret"), "secrets come too");
}
