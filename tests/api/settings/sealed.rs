//! Settings that are sealed at rest: `--encryption-env`.

use serde_json::json;

use super::SETTINGS;
use crate::support::{Client, Database, TestServer};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "another key of exactly 32 bytes!";
const SECRET: &str = "the password of the mail server";

async fn sealed() -> TestServer {
    let builder = TestServer::builder().env("SETTINGS_KEY", KEY).arg("--encryptionEnv").arg("SETTINGS_KEY");
    let server = builder.start().await;
    let sent = json!({"smtp": {"password": SECRET}, "meta": {"appName": "Sealed"}});
    server.superuser().patch(SETTINGS, sent).await.is(200);
    server
}

#[tokio::test]
async fn what_lies_on_the_disk_cannot_be_read() {
    let mut server = sealed().await;
    server.kill();
    for file in ["data.db", "data.db-wal"] {
        let bytes = std::fs::read(server.dir().join(file)).unwrap_or_default();
        for plain in [SECRET, "Sealed", "senderAddress"] {
            assert!(!bytes.windows(plain.len()).any(|part| part == plain.as_bytes()), "{plain:?} stands in {file}");
        }
    }
    let row = Database::open(&server.dir()).value("SELECT value FROM _params WHERE id = 'settings'");
    assert!(
        row.len() > 1000 && row.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)),
        "{row}"
    );
    assert!(!server.dir().join("instance.key").exists(), "the given key is the one");
}

#[tokio::test]
async fn with_their_key_they_are_read_again() {
    let mut server = sealed().await;
    server.restart();
    server.superuser().get(SETTINGS).await.is(200).has("/meta/appName", "Sealed");
}

#[tokio::test]
async fn without_their_key_or_with_another_nothing_starts() {
    let mut server = sealed().await;
    server.kill();
    let serve = ["serve", "--http", "127.0.0.1:0"];
    let output = server.run_with(&serve, &[]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("sealed; name the variable that holds their key"), "{said}");
    let output = server.run_with(&serve, &[("TUCKBOX_ENCRYPTION_ENV", "K"), ("K", OTHER)]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("sealed with another key") && !said.contains(OTHER), "{said}");
    // Nothing was lost by the attempts.
    server.restart();
    server.superuser().get(SETTINGS).await.is(200).has("/meta/appName", "Sealed");
}

#[tokio::test]
async fn a_key_that_has_not_32_bytes_is_told_in_one_sentence() {
    let server = TestServer::start().await;
    for (value, told) in [("short", "has 5"), ("", "is empty")] {
        let args = ["serve", "--http", "127.0.0.1:0", "--encryption-env", "K"];
        let output = server.run_with(&args, &[("K", value)]);
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            said.contains("K must hold the key of the settings, exactly 32 bytes") && said.contains(told),
            "{said}"
        );
    }
}

#[tokio::test]
async fn sealing_begins_with_a_save_and_the_key_is_needed_from_then_on() {
    let mut server = TestServer::start().await;
    server.superuser().patch(SETTINGS, json!({"meta": {"appName": "Plain"}})).await.is(200);
    server.terminate();
    // A key for settings that are not sealed: they are read, and the next save seals them.
    let key = [("TUCKBOX_ENCRYPTION_ENV", "K"), ("K", KEY)];
    let row = |server: &TestServer| Database::open(&server.dir()).value("SELECT value FROM _params");
    assert!(server.run_with(&["superuser", "ips", "127.0.0.1"], &key).status.success());
    assert!(!row(&server).starts_with('{'));
    assert!(!server.run_with(&["superuser", "ips"], &[]).status.success());
}
