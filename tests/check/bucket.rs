//! Files of records against a bucket.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use serde_json::json;
use tokio::task::block_in_place;

use super::Directory;
use crate::files::s3_server::S3Server;
use crate::support::{Client, TestServer, collection, multipart};

/// A stopped server whose files lie in a bucket, and the objects of its two records.
async fn docs() -> (Directory, S3Server, [String; 2]) {
    let fields = json!([{"name": "file", "type": "file"}, {"name": "more", "type": "file", "maxSelect": 9}]);
    let server = TestServer::with_collections([collection("docs", fields)]).await;
    let s3 = S3Server::start().await;
    server.superuser().patch("/api/settings", s3.settings()).await.is(200);
    let mut objects = Vec::new();
    for name in ["a.txt", "b.txt"] {
        let made = server.guest().create_form("docs", multipart(&[], &[("file", name, b"content")])).await;
        objects.push(format!("c_docs/{}/{}", made.is(200).id(), made.text("/file")));
    }
    (block_in_place(|| Directory::of(server)), s3, objects.try_into().expect("two"))
}

fn beside(object: &str, name: &str) -> String {
    format!("{}/{name}", object.rsplit_once('/').unwrap().0)
}

/// Puts an object there, as old as is said.
fn put(s3: &S3Server, object: &str, age: Duration) {
    let path = s3.path(object);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "x").unwrap();
    File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - age).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_and_unnamed_objects_are_found_and_old_unnamed_ones_removed() {
    let (directory, s3, [first, second]) = docs().await;
    block_in_place(|| directory.check()).is_clean();
    fs::remove_file(s3.path(&first)).unwrap();
    let (old, young) = (Duration::from_secs(2 * 60 * 60), Duration::ZERO);
    let thumb = beside(&second, &format!("thumbs_{}/10x10.txt", second.rsplit('/').next().unwrap()));
    for object in [
        beside(&second, "orphan.txt"),
        beside(&second, "thumbs_orphan.txt/10x10_orphan.txt"),
        beside(&second, "orphan.txt.attrs"),
        "c_docs/gone/file.txt".to_owned(),
        "c_docs/gone/folder/file.txt".to_owned(),
    ] {
        put(&s3, &object, old);
    }
    let stay = [thumb, beside(&second, "young.txt"), "photos/2024/a.jpg".to_owned(), "backup.zip".to_owned()];
    for (object, age) in stay.iter().zip([old, young, old, old]) {
        put(&s3, object, age);
    }
    directory.damage("UPDATE docs SET more = '[\"lost.txt\",\"../../x\"]' WHERE rowid = 2");
    let report = block_in_place(|| directory.check());
    report.found(&[
        "files: 1 docs.file: names of files that are not there [-]",
        "files: 2 docs.more: names of files that are not there [-]",
        "files: 4 docs: files that no record names [files]",
    ]);
    assert_eq!(report.examples("docs.file"), [first]);
    let report = block_in_place(|| directory.repair("files"));
    report.found(&[
        "files: 1 docs.file: names of files that are not there [-]",
        "files: 2 docs.more: names of files that are not there [-]",
        "files: 1 docs: files that no record names [files]",
    ]);
    report.repaired(&[
        "bucket: 3 files that no record names were removed.",
        "bucket: 1 stay, because they are younger than an hour; repair them later.",
    ]);
    let mut left: Vec<String> = stay.into_iter().chain([second]).collect();
    left.sort();
    assert_eq!(s3.objects(), left);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_cannot_be_listed_is_told_in_one_sentence() {
    let (mut directory, mut s3, _) = docs().await;
    let told = |directory: &Directory| {
        let output = block_in_place(|| directory.server.run(&["check"]));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let reasons = "it is away, does not exist, or refuses the key of the settings";
        let sentence = format!("could not be checked: The bucket of files cannot be listed: {reasons}.\n");
        assert!(said.contains(&sentence), "{said}");
        assert_eq!(output.status.code(), Some(2));
    };
    s3.stop().await;
    told(&directory);
    s3.start_again().await;
    block_in_place(|| directory.check()).is_clean();
    for (setting, value) in [("secret", "wrong"), ("bucket", "elsewhere")] {
        block_in_place(|| directory.server.restart());
        directory.server.superuser().patch("/api/settings", s3.settings()).await.is(200);
        directory.server.superuser().patch("/api/settings", json!({"s3": {setting: value}})).await.is(200);
        block_in_place(|| assert!(directory.server.terminate().success()));
        told(&directory);
    }
}
