//! Attack 38: somebody finds a backup. It holds no secret beyond what the database holds: what is sealed there stays
//! sealed, and no key is in it.

use serde_json::json;

use crate::api::backups::{Archive, make, opened};
use crate::support::{Client, SUPERUSER_PASSWORD, TestServer};

const KEY: &str = "12345678901234567890123456789012";
const SECRET: &str = "a secret of the mail server";

fn holds(archive: &Archive, text: &str) -> bool {
    let needle = text.as_bytes();
    archive.entries.values().any(|content| content.windows(needle.len()).any(|window| window == needle))
}

#[tokio::test]
async fn what_is_sealed_stays_sealed_and_no_key_goes_along() {
    let server = TestServer::builder().env("SETTINGS_KEY", KEY).arg("--encryptionEnv=SETTINGS_KEY").start().await;
    let superuser = server.superuser();
    superuser.patch("/api/settings", json!({"smtp": {"password": SECRET}})).await.is(200);
    std::fs::write(server.dir().join("instance.key"), "the key of the directory").unwrap();
    make(&server, "a.zip").await.is(204);
    let archive = opened(&server, "a.zip");
    assert!(archive.entries.keys().all(|name| !name.contains("key")), "{:?}", archive.entries.keys());
    for secret in [SECRET, KEY, "the key of the directory", SUPERUSER_PASSWORD] {
        assert!(!holds(&archive, secret), "{secret}");
    }
    // The test would find it.
    assert!(holds(&archive, "_superusers"));
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_reads_it_while_it_is_made_or_after() {
    use std::os::unix::fs::PermissionsExt;
    let server = TestServer::start().await;
    make(&server, "a.zip").await.is(204);
    let mode = |path: &str| std::fs::metadata(server.dir().join(path)).unwrap().permissions().mode() & 0o077;
    assert_eq!((mode("backups"), mode("backups/a.zip")), (0, 0));
}
