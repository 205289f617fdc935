//! Reading backups back: whatever was changed is noticed, whatever it is.

use std::fs;
use std::io::{Cursor, Write};

use serde_json::{Value as Json, json};
use zip::write::SimpleFileOptions;

use super::{Archive, left, listed, make, server};
use crate::support::{Answer, Client, TestServer};

async fn verify(server: &TestServer, key: &str) -> Answer {
    server.superuser().post(&format!("/api/backups/{key}/verify"), json!({})).await
}

/// Stores a backup of the same entries but for what `change` does to them, and tells what is wrong with it.
async fn problem(server: &TestServer, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> String {
    let good = Archive::open(&server.dir().join("backups/good.zip"));
    let mut entries: Vec<(String, Vec<u8>)> = good.entries.clone().into_iter().collect();
    change(&mut entries);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&content).unwrap();
    }
    fs::write(server.dir().join("backups/changed.zip"), zip.finish().unwrap().into_inner()).unwrap();
    verify(server, "changed.zip").await.is(200).text("/problem").to_owned()
}

fn in_manifest(entries: &mut [(String, Vec<u8>)], change: impl FnOnce(&mut Json)) {
    let (_, content) = entries.iter_mut().find(|(name, _)| name == "tuckbox_backup.json").unwrap();
    let mut manifest: Json = serde_json::from_slice(content).unwrap();
    change(&mut manifest);
    *content = manifest.to_string().into_bytes();
}

#[tokio::test]
async fn a_good_one_stays_good_and_what_was_changed_is_named() {
    let server = server().await;
    make(&server, "good.zip").await.is(204);
    let before = listed(&server, "good.zip").await;
    let again = verify(&server, "good.zip").await;
    again.is(200).has("/problem", "").has("/key", "good.zip");
    assert!(again.text("/verified") >= before["verified"].as_str().unwrap());
    assert_eq!(problem(&server, |_| ()).await, "");
    let of = |name: &'static str| move |(entry, _): &(String, Vec<u8>)| entry == name;
    let is_file = |(name, _): &(String, Vec<u8>)| name.starts_with("storage/") && name.ends_with(".txt");
    let cases: Vec<(&str, String)> = vec![
        (
            "3 files, and its manifest says 4",
            problem(&server, |all| in_manifest(all, |one| one["files"]["count"] = 4.into())).await,
        ),
        (
            "Its files are not those",
            problem(&server, |all| {
                let file = all.iter_mut().find(|one| is_file(one)).unwrap();
                file.1[0] ^= 1;
            })
            .await,
        ),
        (
            "2 files",
            problem(&server, |all| {
                let at = all.iter().position(is_file).unwrap();
                all.remove(at);
            })
            .await,
        ),
        (
            "data.db is not what",
            problem(&server, |all| all.iter_mut().find(|one| of("data.db")(one)).unwrap().1[5000] ^= 1).await,
        ),
        (
            "data.db has",
            problem(&server, |all| all.iter_mut().find(|one| of("data.db")(one)).unwrap().1.truncate(4096)).await,
        ),
        ("data.db is missing", problem(&server, |all| all.retain(|one| !of("data.db")(one))).await),
        ("no manifest", problem(&server, |all| all.retain(|one| !of("tuckbox_backup.json")(one))).await),
        (
            "newer Tuckbox (9.9)",
            problem(&server, |all| {
                in_manifest(all, |one| {
                    one["format"] = 99.into();
                    one["tuckbox"] = "9.9".into();
                })
            })
            .await,
        ),
        ("cannot be read", problem(&server, |all| in_manifest(all, |one| *one = json!([]))).await),
        (
            "docs of data.db has 2 rows, and the manifest says 3",
            problem(&server, |all| {
                in_manifest(all, |one| one["databases"]["data.db"]["rows"]["docs"] = 3.into());
            })
            .await,
        ),
        ("of another time", problem(&server, |all| in_manifest(all, |one| one["position"] = 0.into())).await),
        (
            "no part of a backup: instance.key",
            problem(&server, |all| all.push(("instance.key".into(), b"k".to_vec()))).await,
        ),
        ("no part of a backup: ../evil", problem(&server, |all| all.push(("../evil".into(), b"x".to_vec()))).await),
        (
            "no part of a backup: ../../evil.db",
            problem(&server, |all| {
                in_manifest(all, |one| {
                    one["databases"]["../../evil.db"] = one["databases"]["data.db"].clone();
                })
            })
            .await,
        ),
    ];
    for (expected, said) in cases {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    // What came of it is in the list, for as long as the archive is the same.
    assert_ne!(listed(&server, "changed.zip").await["problem"], "");
    fs::copy(server.dir().join("backups/good.zip"), server.dir().join("backups/changed.zip")).unwrap();
    let changed = listed(&server, "changed.zip").await;
    assert_eq!((&changed["verified"], &changed["problem"]), (&json!(""), &json!("")));
    assert_eq!(left(&server), ["changed.zip", "good.zip"]);
    assert!(!server.dir().join("evil").exists() && !server.root().join("evil").exists());
}

#[tokio::test]
async fn what_was_cut_or_is_no_archive_is_told() {
    let server = server().await;
    make(&server, "good.zip").await.is(204);
    let good = fs::read(server.dir().join("backups/good.zip")).unwrap();
    for (content, expected) in [
        (good[..good.len() / 2].to_vec(), "its end is missing"),
        (Vec::new(), "no zip archive"),
        (b"hello".repeat(1000), "no zip archive"),
    ] {
        fs::write(server.dir().join("backups/bad.zip"), content).unwrap();
        let said = verify(&server, "bad.zip").await;
        assert!(said.is(200).text("/problem").contains(expected), "{said}");
    }
    // A bit that tipped over somewhere in the middle.
    let mut tipped = good.clone();
    tipped[good.len() / 3] ^= 0x10;
    fs::write(server.dir().join("backups/bad.zip"), tipped).unwrap();
    assert_ne!(verify(&server, "bad.zip").await.is(200).text("/problem"), "");
    verify(&server, "none.zip").await.is(404);
    verify(&server, "..%2fdata.db").await.is(404);
}
