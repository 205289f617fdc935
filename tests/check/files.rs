//! Files of records against the disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::{Directory, Report};
use crate::support::{Client, TestServer, collection, multipart};

const LONG_AGO: Duration = Duration::from_secs(2 * 60 * 60);

/// A server with two records of `docs`, each with a file, and the paths of the files below the storage.
async fn docs() -> (TestServer, [PathBuf; 2]) {
    let server = TestServer::with_collections([collection(
        "docs",
        json!([
            {"name": "file", "type": "file"}, {"name": "more", "type": "file", "maxSelect": 9},
        ]),
    )])
    .await;
    let mut paths = Vec::new();
    for name in ["a.txt", "b.txt"] {
        let made = server.guest().create_form("docs", multipart(&[], &[("file", name, b"content")])).await;
        paths.push(Path::new("c_docs").join(made.is(200).id()).join(made.text("/file")));
    }
    (server, paths.try_into().expect("two"))
}

fn write_old(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "x").unwrap();
    File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - LONG_AGO).unwrap();
}

fn make_old(path: &Path) {
    File::open(path).unwrap().set_modified(SystemTime::now() - LONG_AGO).unwrap();
}

#[tokio::test]
async fn a_file_that_is_not_there_is_told() {
    let (server, [first, _]) = docs().await;
    let directory = Directory::of(server);
    fs::remove_file(directory.server.dir().join("storage").join(&first)).unwrap();
    make_old(
        &directory
            .server
            .dir()
            .join("storage")
            .join(first.with_file_name(format!("{}.attrs", first.file_name().unwrap().to_str().unwrap()))),
    );
    directory.damage("UPDATE docs SET more = '[\"lost.txt\",\"../../x\"]' WHERE rowid = 2");
    let report = directory.repair("files");
    report.found(&[
        "files: 1 docs.file: names of files that are not there [-]",
        "files: 2 docs.more: names of files that are not there [-]",
    ]);
    assert_eq!(report.examples("docs.file"), [first.to_str().unwrap()]);
}

#[tokio::test]
async fn what_no_record_names_is_found_and_removed_once_it_is_old() {
    let (server, [first, second]) = docs().await;
    let directory = Directory::of(server);
    let storage = directory.server.dir().join("storage");
    let record = second.parent().unwrap().to_owned();
    directory.damage(
        "DELETE FROM docs WHERE rowid = 2; DELETE FROM _tb_changes WHERE seq = (SELECT max(seq) FROM _tb_changes)",
    );
    let stray = [
        first.with_file_name("orphan.txt"),
        first.with_file_name("orphan.txt.attrs"),
        first.with_file_name("thumbs_orphan.txt").join("10x10.png"),
        "gone/record/file.txt".into(),
        "loose.txt".into(),
        "c_docs/loose.txt".into(),
    ];
    for path in &stray {
        write_old(&storage.join(path));
    }
    make_old(&storage.join(first.with_file_name("thumbs_orphan.txt")));
    fs::create_dir_all(storage.join("c_docs/empty")).unwrap();
    make_old(&storage.join("c_docs/empty"));
    directory.check().found(&[
        "files: 2 docs: files that no record names [files]",
        "files: 1 gone: files that no record names [files]",
        "files: 3 storage: files and empty folders that are nobody's [files]",
    ]);
    // The file of the removed record is a moment old.
    let report = directory.repair("files");
    report.found(&["files: 1 docs: files that no record names [files]"]);
    report.repaired(&[
        "storage: 5 files and folders that no record names were removed.",
        "storage: 1 stay, because they are younger than an hour; repair them later.",
    ]);
    assert!(stray.iter().all(|path| !storage.join(path).exists()));
    assert!(!storage.join("gone").exists() && !storage.join("c_docs/empty").exists());
    for entry in fs::read_dir(storage.join(&record)).unwrap() {
        make_old(&entry.unwrap().path());
    }
    directory.is_clean_after("files");
    assert!(storage.join(&first).exists() && !storage.join(&record).exists());
}

#[tokio::test]
async fn what_waits_for_its_record_is_left_alone_beside_a_server() {
    let (server, [first, _]) = docs().await;
    let storage = server.dir().join("storage");
    let waiting = first.with_file_name("waiting.txt");
    write_old(&storage.join(&waiting));
    let record = first.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let listed =
        format!("INSERT INTO _tb_uploads VALUES ('c_docs', '{record}', 'waiting.txt', strftime('%Y-%m-%d %H:%M:%fZ'))");
    server.superuser().post("/api/sql", json!({"query": listed})).await.is(200);
    Report::of(&server.run(&["check", "--json", "--repair", "files"])).is_clean();
    assert!(storage.join(&waiting).exists());
}
