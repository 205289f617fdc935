//! `tuckbox backup restore`.

use std::fs;

use serde_json::json;

use super::house::{add, back_up, house, titles};
use crate::support::{Client, Database, TestServer, run_command, run_command_with};

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn a_backup_is_restored_into_an_empty_directory() {
    let server = house().await;
    let bytes = back_up(&server, "then.zip").await;
    add(&server, "Cedar").await;
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("from elsewhere.zip"), &bytes).unwrap();
    let restored = run_command(root.path(), &["backup", "restore", "from elsewhere.zip", "--dir", "new"]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert!(said(&restored).contains("was restored into new"), "{}", said(&restored));
    let dir = root.path().join("new");
    assert_eq!(titles(&dir), ["Ash", "Birch"]);
    for row in Database::open(&dir).rows("SELECT id, file, title FROM notes") {
        let file = dir.join("storage/c_notes").join(&row[0]).join(&row[1]);
        assert_eq!(fs::read_to_string(file).unwrap(), format!("the file of {}", row[2]));
    }
    assert!(!dir.join("restore").exists());
}

#[tokio::test]
async fn a_backup_of_the_directory_is_named() {
    let mut server = house().await;
    back_up(&server, "then.zip").await;
    add(&server, "Cedar").await;
    let refused = server.run(&["backup", "restore", "then.zip"]);
    assert!(!refused.status.success() && said(&refused).contains("A server runs on"), "{}", said(&refused));
    assert!(server.terminate().success());
    let missing = server.run(&["backup", "restore", "other.zip"]);
    assert!(!missing.status.success() && said(&missing).contains("no backup of this name"), "{}", said(&missing));
    assert_eq!(titles(&server.dir()), ["Ash", "Birch", "Cedar"]);
    let restored = server.run(&["backup", "restore", "then.zip"]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!(titles(&server.dir()), ["Ash", "Birch"]);
    assert!(server.dir().join("backups/then.zip").exists());
}

#[tokio::test]
async fn a_database_that_somebody_has_open_stays_as_it_is() {
    let mut server = house().await;
    back_up(&server, "then.zip").await;
    add(&server, "Cedar").await;
    assert!(server.terminate().success());
    let open = Database::open(&server.dir());
    open.execute("PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM notes;");
    let refused = server.run(&["backup", "restore", "then.zip"]);
    assert!(!refused.status.success() && said(&refused).contains("another process has"), "{}", said(&refused));
    drop(open);
    assert_eq!(titles(&server.dir()), ["Ash", "Birch", "Cedar"]);
}

#[tokio::test]
async fn settings_that_cannot_be_opened_are_told_before_anything_is_swapped() {
    const KEY: (&str, &str) = ("THE_KEY", "0123456789abcdef0123456789abcdef");
    let server = TestServer::builder().env(KEY.0, KEY.1).arg("--encryptionEnv").arg(KEY.0).start().await;
    server.superuser().patch("/api/settings", json!({"meta": {"appName": "Sealed"}})).await.is(200);
    let bytes = back_up(&server, "sealed.zip").await;
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("sealed.zip"), &bytes).unwrap();
    let command = ["backup", "restore", "sealed.zip", "--dir", "new"];
    let refused = run_command(root.path(), &command);
    assert!(!refused.status.success() && said(&refused).contains("key"), "{}", said(&refused));
    assert!(!root.path().join("new/data.db").exists() && !root.path().join("new/restore").exists());
    let with_key = [&command[..], &["--encryptionEnv", KEY.0]].concat();
    let restored = run_command_with(root.path(), &with_key, &[KEY]);
    assert!(restored.status.success(), "{}", said(&restored));
}
