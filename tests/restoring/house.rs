//! A server with notes that have files, its backups, and its data as one value that can be compared.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value as Json, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::{Answer, Client, Database, TestServer, collection, multipart};

/// The collection of all notes.
pub fn notes() -> Json {
    let fields = json!([{"name": "title", "type": "text"}, {"name": "file", "type": "file", "maxSelect": 1}]);
    collection("notes", fields)
}

/// A server with two notes, each with a file.
pub async fn house() -> TestServer {
    let server = TestServer::with_collections([notes()]).await;
    for title in ["Ash", "Birch"] {
        add(&server, title).await;
    }
    server
}

/// Adds a note with a file.
pub async fn add(server: &TestServer, title: &str) -> Answer {
    let content = format!("the file of {title}");
    let form = multipart(&[("title", title)], &[("file", "file.txt", content.as_bytes())]);
    let answer = server.guest().create_form("notes", form).await;
    answer.is(200);
    answer
}

/// Titles of all notes with the contents of their files.
pub async fn data(server: &TestServer) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let listed = server.guest().list("notes", &[("perPage", "1000")]).await;
    for note in listed.is(200).items() {
        let text = |key: &str| note[key].as_str().unwrap().to_owned();
        let path = format!("/api/files/notes/{}/{}", text("id"), text("file"));
        let response = server.guest().request(Method::GET, &path).send().await.unwrap();
        let status = response.status().as_u16();
        found.insert(text("title"), format!("{status} {}", response.text().await.unwrap()));
    }
    found
}

/// What [`data`] is with these notes.
pub fn of(titles: &[&str]) -> BTreeMap<String, String> {
    titles.iter().map(|title| ((*title).to_owned(), format!("200 the file of {title}"))).collect()
}

/// Makes a backup; its bytes.
pub async fn back_up(server: &TestServer, name: &str) -> Vec<u8> {
    server.superuser().post("/api/backups", json!({"name": name})).await.is(204);
    std::fs::read(server.dir().join("backups").join(name)).unwrap()
}

/// Uploads an archive.
pub async fn upload(server: &TestServer, name: &str, bytes: &[u8]) -> Answer {
    let form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
    let superuser = server.superuser();
    superuser.send(superuser.request(Method::POST, "/api/backups/upload").multipart(form)).await
}

/// Asks for a restore.
pub async fn restore(server: &TestServer, name: &str) -> Answer {
    server.superuser().post(&format!("/api/backups/{name}/restore"), json!({})).await
}

/// Waits until the log has a line so many times.
pub async fn logged(server: &mut TestServer, line: &str, times: usize) {
    while server.process().log().matches(line).count() < times {
        assert!(server.process().is_running(), "it ended");
        // A process tells of its log in no other way.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until the server has started anew for the nth time and answers.
pub async fn restored(server: &mut TestServer, times: usize) {
    logged(server, "the data of a backup was restored", times).await;
    healthy(server).await;
}

/// As clients wait for a restart: until the server answers.
pub async fn healthy(server: &mut TestServer) {
    loop {
        let answer = server.guest().request(Method::GET, "/api/health").send().await;
        if answer.is_ok_and(|answer| answer.status() == 200) {
            return;
        }
        assert!(server.process().is_running(), "it ended");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The entries of an archive.
pub fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut entry = zip.by_index(at).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// An archive of these entries.
pub fn archive(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Titles of the notes in the database of a stopped server.
pub fn titles(dir: &Path) -> Vec<String> {
    Database::open(dir).is_sound().column("SELECT title FROM notes ORDER BY title")
}
