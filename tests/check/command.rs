//! The command: what it says, and what it leaves alone.

use serde_json::json;

use super::{Directory, Report};
use crate::support::{Client, TestServer, blog, id, multipart, notes, run_command};

#[tokio::test]
async fn a_directory_that_was_used_through_the_api_is_clean_beside_its_server_and_without() {
    let server = TestServer::with(blog()).await;
    server.load(notes()).await;
    let superuser = server.superuser();
    let gallery = json!({"name": "gallery", "type": "base", "fields": [
        {"name": "picture", "type": "file"}, {"name": "more", "type": "file", "maxSelect": 9},
        {"name": "any", "type": "json"}, {"name": "place", "type": "geoPoint"}, {"name": "at", "type": "date"},
        {"name": "made", "type": "autodate", "onCreate": true},
    ]});
    superuser.create_collection(gallery).await.is(200);
    let form = multipart(
        &[("any", r#"{"a": 1}"#), ("at", "2024-01-02"), ("place", r#"{"lon": 1, "lat": 2}"#)],
        &[("picture", "a.txt", b"a"), ("more", "b.txt", b"b"), ("more", "c.txt", b"c")],
    );
    let made = superuser.create_form("gallery", form).await;
    superuser.create("gallery", json!({"any": "just a text", "more": []})).await.is(200);
    superuser.create("gallery", json!({"any": 5.5})).await.is(200);
    superuser.update("gallery", &made.is(200).id(), json!({"more-": [made.text("/more/0")]})).await.is(200);
    superuser.delete("authors", &id("a1")).await.is(204);
    superuser.delete("members", &id("ann")).await.is(204);
    superuser.remove("/api/collections/notes/truncate").await.is(204);
    superuser.remove("/api/collections/notes").await.is(204);
    server.load(notes()).await;
    let report = Report::of(&server.run(&["check", "--json"]));
    report.is_clean();
    assert_eq!(report.json["served"], true);
    let directory = Directory::of(server);
    assert_eq!(directory.check().is_clean().json["served"], false);
    directory.repair("indexes,relations,accounts,feed,files").is_clean().repaired(&[
        "indexes: there was nothing to repair.",
        "relations: there was nothing to repair.",
        "accounts: there was nothing to repair.",
        "feed: there was nothing to repair.",
        "files: there was nothing to repair.",
    ]);
}

#[tokio::test]
async fn the_report_is_a_line_for_each_check_and_finding() {
    let directory = Directory::with(notes()).await;
    let output = directory.server.run(&["check"]);
    let expected = ["integrity", "collections", "values", "relations", "accounts", "feed", "files"];
    let lines: Vec<String> = expected.map(|check| format!("{check:12} ok")).to_vec();
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().collect::<Vec<_>>(), lines);
    assert_eq!(output.status.code(), Some(0));
    directory.damage("DELETE FROM notes WHERE title <> 'Ash'");
    let output = directory.server.run(&["check"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let finding = format!(
        "feed         1 finding\n  notes: 2 records that are gone, and there as the feed has it: {}, {}\n",
        id("n2"),
        id("n3")
    );
    assert!(said.contains(&finding), "{said}");
    assert!(said.ends_with("To put right what can be: tuckbox check --repair feed\n"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn where_there_is_no_database_none_is_made() {
    let root = tempfile::tempdir().unwrap();
    for command in [&["check"][..], &["check", "--repair", "files"], &["sql", "SELECT 1"]] {
        let output = run_command(root.path(), command);
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("There is no database in tuckbox_data"), "{said}");
    }
    assert!(!root.path().join("tuckbox_data").exists());
    assert_eq!(run_command(root.path(), &["check"]).status.code(), Some(2));
}

#[tokio::test]
async fn a_repair_that_is_not_there_is_refused() {
    let directory = Directory::with(notes()).await;
    for what in ["everything", "integrity", ""] {
        let output = directory.server.run(&["check", "--repair", what]);
        assert_eq!(output.status.code(), Some(2), "{what}");
    }
}
