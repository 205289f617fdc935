//! `tuckbox superuser create|upsert|update|delete`.

use serde_json::json;

use crate::support::{Client, SUPERUSER_EMAIL, TestServer, run_command};

async fn can_sign_in(server: &TestServer, email: &str, password: &str) -> bool {
    let body = json!({"identity": email, "password": password});
    server.guest().post("/api/collections/_superusers/auth-with-password", body).await.status == 200
}

#[tokio::test]
async fn create_update_upsert_and_delete_do_what_they_say() {
    let server = TestServer::start().await;
    let new = "new@example.com";
    assert!(server.run(&["superuser", "create", new, "first-password"]).status.success());
    assert!(can_sign_in(&server, new, "first-password").await);
    assert!(server.run(&["superuser", "update", new, "second-password"]).status.success());
    assert!(can_sign_in(&server, new, "second-password").await);
    assert!(!can_sign_in(&server, new, "first-password").await);
    assert!(server.run(&["superuser", "upsert", new, "third-password"]).status.success());
    assert!(can_sign_in(&server, new, "third-password").await);
    assert!(server.run(&["superuser", "upsert", "other@example.com", "other-password"]).status.success());
    assert!(can_sign_in(&server, "other@example.com", "other-password").await);
    assert!(server.run(&["superuser", "delete", new]).status.success());
    assert!(!can_sign_in(&server, new, "third-password").await);
}

#[tokio::test]
async fn mistakes_are_told_and_change_nothing() {
    let mut server = TestServer::start().await;
    assert!(server.terminate().success());
    for args in [
        &["superuser", "create", SUPERUSER_EMAIL, "some-password"][..],
        &["superuser", "create", "not an address", "some-password"],
        &["superuser", "create", "new@example.com", "short"],
        &["superuser", "update", "missing@example.com", "some-password"],
        &["superuser", "delete", SUPERUSER_EMAIL],
        &["superuser", "upsert", "new@example.com", ""],
        &["superuser", "promote", "new@example.com"],
    ] {
        let output = server.run(args);
        assert!(!output.status.success(), "{args:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.trim().is_empty() && !said.contains("panicked"), "{args:?}: {said}");
    }
    let database = crate::support::Database::open(&server.dir());
    assert_eq!(database.column("SELECT email FROM _superusers"), [SUPERUSER_EMAIL]);
}

#[test]
fn the_first_superuser_may_come_before_the_first_start() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("data");
    let output = run_command(
        root.path(),
        &["superuser", "create", "me@example.com", "1234567890", "--dir", dir.to_str().unwrap()],
    );
    assert!(output.status.success(), "{output:?}");
    assert!(dir.join("data.db").exists());
}
