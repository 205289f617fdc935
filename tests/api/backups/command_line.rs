//! `tuckbox backup`: beside a running server, and without one.

use serde_json::Value as Json;

use super::{left, listed, opened, server};
use crate::support::run_command;

fn said(output: &std::process::Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn a_command_makes_lists_and_verifies_beside_a_server_and_without_one() {
    let mut server = server().await;
    let (out, err) = said(&server.run(&["backup", "list"]));
    assert_eq!((out.as_str(), err.as_str()), ("There are no backups.\n", ""));
    let (out, err) = said(&server.run(&["backup", "create", "beside.zip"]));
    assert!(out.starts_with("The backup beside.zip was made and verified: ") && err.is_empty(), "{out}{err}");
    let listed = listed(&server, "beside.zip").await;
    assert!(listed["problem"] == "" && listed["verified"] != "", "{listed}");
    assert_eq!(opened(&server, "beside.zip").files().len(), 3);
    assert!(server.terminate().success());
    let (out, _) = said(&server.run(&["backup", "create", "alone.zip", "--json"]));
    let made: Json = serde_json::from_str(&out).unwrap();
    assert!(made["key"] == "alone.zip" && made["problem"] == "" && made["size"].as_u64() > Some(1000), "{made}");
    let (out, _) = said(&server.run(&["backup", "list"]));
    let lines: Vec<_> = out.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("alone.zip ") && lines[1].contains("  verified 20"), "{out}");
    let (out, _) = said(&server.run(&["backup", "list", "--json"]));
    assert_eq!(serde_json::from_str::<Json>(&out).unwrap().as_array().unwrap().len(), 2);
    let (out, _) = said(&server.run(&["backup", "verify", "alone.zip"]));
    assert_eq!(out, "The backup alone.zip is good.\n");
    assert_eq!(left(&server), ["alone.zip", "beside.zip"]);
}

#[tokio::test]
async fn what_goes_wrong_is_one_sentence_and_a_code() {
    let mut server = server().await;
    let fails = |args: &[&str], sentence: &str| {
        let output = server.run(args);
        let (out, err) = said(&output);
        assert!(!output.status.success() && err.contains(sentence), "{args:?}: {out}{err}");
        assert_eq!(err.trim().lines().count(), 1, "{err}");
        out
    };
    fails(&["backup", "create", "NO NAME"], "Must be in a valid format");
    fails(&["backup", "verify", "none.zip"], "There is no backup none.zip.");
    std::fs::create_dir_all(server.dir().join("backups")).unwrap();
    std::fs::write(server.dir().join("backups/bad.zip"), "bad").unwrap();
    fails(&["backup", "verify", "bad.zip"], "bad.zip is no good backup: It is no zip archive");
    let out = fails(&["backup", "verify", "bad.zip", "--json"], "no good backup");
    assert!(serde_json::from_str::<Json>(&out).unwrap()["problem"].as_str().unwrap().contains("no zip archive"));
    let (list, _) = said(&server.run(&["backup", "list"]));
    assert!(list.contains("NOT GOOD: It is no zip archive"), "{list}");
    assert!(server.terminate().success());
    let elsewhere = tempfile::tempdir().unwrap();
    let output = run_command(elsewhere.path(), &["backup", "create"]);
    assert!(!output.status.success() && said(&output).1.contains("There is no database"), "{output:?}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}
