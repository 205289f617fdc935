//! Making one: what is in it, what it is called, who may.

use serde_json::json;

use super::{held_up, left, listed, make, opened, server, until_active};
use crate::support::{Client, TestServer};

#[tokio::test]
async fn a_backup_has_the_database_the_files_and_a_manifest_that_fits_them() {
    let mut server = server().await;
    assert!(make(&server, "first.zip").await.is(204).body.is_empty());
    let archive = opened(&server, "first.zip");
    let manifest = archive.manifest();
    assert_eq!((&manifest["format"], &manifest["tuckbox"]), (&json!(1), &json!(env!("CARGO_PKG_VERSION"))));
    assert_eq!(manifest["files"]["count"], 3);
    assert_eq!(manifest["files"]["bytes"], 3 + 8 + 5);
    assert_eq!((&manifest["files"]["missing"], &manifest["files"]["elsewhere"]), (&json!(0), &json!(0)));
    let database = archive.database();
    database.is_sound();
    assert_eq!(manifest["databases"]["data.db"]["rows"]["docs"], 2);
    assert_eq!(manifest["position"].to_string(), database.value("SELECT max(seq) FROM _tb_changes"));
    assert_eq!(manifest["migration"].to_string(), database.value("SELECT max(number) FROM _tb_migrations"));
    assert_eq!(database.column("SELECT title FROM docs ORDER BY title"), ["files", "none"]);
    let id = database.value("SELECT id FROM docs WHERE title = 'files'");
    let name = database.value("SELECT file FROM docs WHERE title = 'files'");
    let file = format!("storage/c_docs/{id}/{name}");
    assert_eq!(archive.entries[&file], b"one");
    let attributes: serde_json::Value = serde_json::from_slice(&archive.entries[&format!("{file}.attrs")]).unwrap();
    assert_eq!(attributes["user.metadata"]["original-filename"], "a.txt");
    assert_eq!(archive.files().len(), 3);
    // Nothing but what a backup consists of: no key, no locks, no other backups.
    let others: Vec<_> = archive.entries.keys().filter(|name| !name.starts_with("storage/")).collect();
    assert!(others.iter().all(|name| ["data.db", "auxiliary.db", "tuckbox_backup.json"].contains(&name.as_str())));
    let listed = listed(&server, "first.zip").await;
    assert_eq!(listed["problem"], "");
    assert!(listed["verified"].as_str().unwrap() >= manifest["created"].as_str().unwrap(), "{listed}");
    assert_eq!(left(&server), ["first.zip"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| std::fs::metadata(server.dir().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("backups"), mode("backups/first.zip")), (0o700, 0o600));
    }
    assert!(server.terminate().success());
}

#[tokio::test]
async fn names_are_checked_and_made_up_where_none_is_sent() {
    let server = server().await;
    let superuser = server.superuser();
    for (name, code) in [
        ("A.zip", "validation_match_invalid"),
        ("../a.zip", "validation_match_invalid"),
        ("@a.zip", "validation_match_invalid"),
        (&format!("{}.zip", "a".repeat(147)), "validation_length_out_of_range"),
    ] {
        make(&server, name).await.is(400).codes(&[("name", code)]);
    }
    superuser.post("/api/backups", json!({"name": 5})).await.is(400).no_data();
    make(&server, "a.zip").await.is(204);
    make(&server, "a.zip").await.is(400).codes(&[("name", "validation_backup_name_exists")]);
    assert_eq!(left(&server), ["a.zip"]);
    superuser.patch("/api/settings", json!({"meta": {"appName": "My App"}})).await.is(200);
    superuser.send(superuser.request(reqwest::Method::POST, "/api/backups")).await.is(204);
    let made = left(&server);
    let name = &made[1];
    assert!(
        name.starts_with("pb_backup_my_app_20") && name.len() == "pb_backup_my_app_20240102030405.zip".len(),
        "{name}"
    );
    superuser.post("/api/backups", json!({"name": ""})).await.is_no_failure();
}

#[tokio::test]
async fn only_superusers_make_list_verify_and_remove_backups() {
    let server = server().await;
    make(&server, "a.zip").await.is(204);
    server
        .superuser()
        .create(
            "users",
            json!({"email": "a@example.com", "password": "12345678",
        "passwordConfirm": "12345678", "id": "a00000000000000"}),
        )
        .await
        .is(200);
    let user = server.user("users", "a00000000000000").await;
    for (status, client) in
        [(401, server.guest().with_token("x")), (403, server.guest().with_token(user.token().unwrap()))]
    {
        client.get("/api/backups").await.is(status);
        client.post("/api/backups", json!({})).await.is(status);
        client.remove("/api/backups/a.zip").await.is(status);
        client.post("/api/backups/a.zip/verify", json!({})).await.is(status);
    }
    assert_eq!(left(&server), ["a.zip"]);
}

#[tokio::test]
async fn one_is_made_at_a_time_and_its_name_cannot_be_removed() {
    let server = server().await;
    let (superuser, lock) = (server.superuser(), held_up(&server));
    let work = async {
        until_active(&server, true).await;
        // Before the body is looked at.
        make(&server, "NOT A NAME").await.is(400).no_data();
        make(&server, "second.zip").await.is(400).no_data();
        superuser.remove("/api/backups/first.zip").await.is(400).no_data();
        superuser.get("/api/backups").await.is(200).has("", json!([]));
        // A command on the same directory waits for nobody either.
        let output = server.run(&["backup", "create", "third.zip"]);
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("made or restored already"), "{output:?}");
        drop(lock);
    };
    let (made, ()) = tokio::join!(make(&server, "first.zip"), work);
    made.is(204);
    assert_eq!(superuser.get("/api/health").await.json["data"]["canBackup"], true);
    assert_eq!(left(&server), ["first.zip"]);
    superuser.remove("/api/backups/first.zip").await.is(204);
    assert_eq!(left(&server), [] as [&str; 0]);
}

#[tokio::test]
async fn a_client_that_goes_away_gets_its_backup_all_the_same() {
    let server: TestServer = server().await;
    let lock = held_up(&server);
    let request = server.superuser().request(reqwest::Method::POST, "/api/backups").json(&json!({"name": "a.zip"}));
    let asked = tokio::spawn(request.send());
    until_active(&server, true).await;
    asked.abort();
    drop(lock);
    until_active(&server, false).await;
    assert_eq!(listed(&server, "a.zip").await["problem"], "");
}

#[tokio::test]
async fn a_file_that_is_missing_already_is_told_in_the_manifest() {
    let server = server().await;
    std::fs::remove_dir_all(server.dir().join("storage")).unwrap();
    make(&server, "a.zip").await.is(204);
    let manifest = opened(&server, "a.zip").manifest();
    assert_eq!((&manifest["files"]["count"], &manifest["files"]["missing"]), (&json!(0), &json!(3)));
}
