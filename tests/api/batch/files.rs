//! Multipart forms: files that name their item, and what becomes of their bytes.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{create, delete, failed_at, send, send_files, update, upsert};
use crate::support::{Client, Fixture, TestServer, collection, id, multipart};

async fn server() -> TestServer {
    let fields = json!([
        {"name": "name", "type": "text"},
        {"name": "one", "type": "file"},
        {"name": "many", "type": "file", "maxSelect": 9, "maxSize": 1000},
    ]);
    super::server(Fixture { collections: vec![collection("docs", fields)], records: Vec::new() }).await
}

/// All stored files by their names, without what the storage keeps beside them, in order.
fn stored(server: &TestServer) -> Vec<String> {
    let Ok(folders) = std::fs::read_dir(server.dir().join("storage/c_docs")) else { return Vec::new() };
    let files = folders.filter_map(|folder| std::fs::read_dir(folder.ok()?.path()).ok()).flatten();
    let mut names: Vec<_> = files.filter_map(|file| file.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| !name.ends_with(".attrs"));
    names.sort();
    names
}

/// Waits until these files are stored and no others; removal is done after the answer.
async fn has_stored(server: &TestServer, names: &[&str]) {
    let mut expected: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    expected.sort();
    for _ in 0..400 {
        if stored(server) == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(stored(server), expected);
}

/// Stops the server: no record holds a file that is listed as one without a record, to be removed.
fn nothing_dangles(server: &mut TestServer) {
    let database = server.stopped_database();
    let held = "SELECT u.name FROM _tb_uploads u, docs WHERE one = u.name OR instr(many, u.name) > 0";
    assert_eq!(database.column(held), Vec::<String>::new());
}

async fn content(client: &impl Client, record: &str, name: &str) -> String {
    let answer = client.get(&format!("/api/files/docs/{record}/{name}")).await;
    assert_eq!(answer.status, 200, "{answer}");
    String::from_utf8(answer.body).unwrap()
}

#[tokio::test]
async fn files_belong_to_the_items_that_they_name() {
    let mut server = server().await;
    let guest = server.guest();
    let items = vec![create("docs", json!({"name": "a"})), create("docs", json!({"id": id("d2"), "name": "b"}))];
    let files: &[(&str, &str, &[u8])] = &[
        ("requests.0.one", "aaa.txt", b"first"),
        ("requests[1].many", "bbb.txt", b"second"),
        ("requests.1.many", "ccc.txt", b"third"),
        ("requests.2.one", "ddd.txt", b"of nobody"),
        ("requests.01.one", "eee.txt", b"of nobody"),
        ("one", "fff.txt", b"of nobody"),
        ("requests.1.name", "ggg.txt", b"no file field"),
    ];
    let answer = send_files(&guest, items, files).await;
    let one = answer.is(200).text("/0/body/one").to_owned();
    let (b, c) = (answer.text("/1/body/many/0").to_owned(), answer.text("/1/body/many/1").to_owned());
    assert!(one.starts_with("aaa_") && b.starts_with("bbb_") && c.starts_with("ccc_"), "{answer}");
    answer.has("/1/body/one", "").has("/0/body/many", json!([]));
    assert_eq!(content(&guest, answer.text("/0/body/id"), &one).await, "first");
    assert_eq!(content(&guest, &id("d2"), &c).await, "third");
    has_stored(&server, &[&one, &b, &c]).await;
    nothing_dangles(&mut server);
}

#[tokio::test]
async fn modifiers_are_part_of_the_name_and_files_take_the_place_of_values() {
    let server = server().await;
    let guest = server.guest();
    let made = guest.create_form("docs", multipart(&[], &[("many", "aaa.txt", b"1"), ("many", "bbb.txt", b"2")])).await;
    let (a, b) = (made.text("/many/0").to_owned(), made.text("/many/1").to_owned());
    let change = |body: Json| vec![update("docs", &made.id(), body)];
    // As the SDK sends names and files together.
    let files: &[(&str, &str, &[u8])] = &[("requests.0.many+", "ccc.txt", b"3")];
    let answer = send_files(&guest, change(json!({"many": [b]})), files).await;
    let c = answer.is(200).text("/0/body/many/1").to_owned();
    answer.has("/0/body/many", json!([b, c]));
    let files: &[(&str, &str, &[u8])] = &[("requests[0].+many", "ddd.txt", b"4")];
    let answer = send_files(&guest, change(json!({})), files).await;
    let d = answer.is(200).text("/0/body/many/0").to_owned();
    answer.has("/0/body/many", json!([d, b, c]));
    has_stored(&server, &[&b, &c, &d]).await;
    assert!(!stored(&server).contains(&a));
    // Under one key the file stands alone.
    let files: &[(&str, &str, &[u8])] = &[("requests.0.many", "eee.txt", b"5")];
    let answer = send_files(&guest, change(json!({"many": [b, c]})), files).await;
    let e = answer.is(200).text("/0/body/many/0").to_owned();
    answer.has("/0/body/many", json!([e]));
    has_stored(&server, &[&e]).await;
    send(&guest, change(json!({"many-": [e]}))).await.is(200).has("/0/body/many", json!([]));
    has_stored(&server, &[]).await;
}

#[tokio::test]
async fn files_of_a_failed_batch_are_removed() {
    let mut server = server().await;
    let guest = server.guest();
    let kept = guest.create_form("docs", multipart(&[], &[("one", "kept.txt", b"kept")])).await;
    let name = kept.is(200).text("/one").to_owned();
    let files: &[(&str, &str, &[u8])] = &[
        ("requests.0.one", "aaa.txt", b"1"),
        ("requests.1.one", "bbb.txt", b"2"),
        ("requests.2.many", "ccc.txt", &[b'x'; 1001]),
    ];
    let items = vec![
        create("docs", json!({})),
        update("docs", &kept.id(), json!({})),
        create("docs", json!({"name": "too large a file"})),
    ];
    let answer = send_files(&guest, items.clone(), files).await;
    let data = failed_at(&answer, 2, 400, "Failed to create record.");
    assert_eq!(data["many"]["code"], "validation_file_size_limit");
    has_stored(&server, &[&name]).await;
    // The last one fails once all files are stored: who deletes last finds out on the second run.
    let mut items = items;
    items[2] = delete("docs", &id("none"));
    let answer = send_files(&guest, items, &files[..2]).await;
    failed_at(&answer, 2, 404, "The requested resource wasn't found.");
    has_stored(&server, &[&name]).await;
    guest.view("docs", &kept.id(), &[]).await.is(200).has("/one", name.clone());
    guest.list("docs", &[]).await.is(200).has("/totalItems", 1);
    nothing_dangles(&mut server);
}

#[tokio::test]
async fn files_are_stored_only_where_nothing_else_speaks_against_the_batch() {
    let server = server().await;
    let guest = server.guest();
    // Nothing can be stored here.
    let storage = server.dir().join("storage");
    let _ = std::fs::remove_dir(&storage);
    std::fs::write(&storage, "no folder").unwrap();
    let files: &[(&str, &str, &[u8])] = &[("requests.0.one", "aaa.txt", b"1")];
    let items = vec![create("docs", json!({})), delete("docs", &id("none"))];
    let answer = send_files(&guest, items.clone(), files).await;
    failed_at(&answer, 1, 404, "The requested resource wasn't found.");
    let answer = send_files(&guest, items[..1].to_vec(), files).await;
    assert!(answer.status >= 400, "{answer}");
    guest.list("docs", &[]).await.is(200).has("/totalItems", 0);
    std::fs::remove_file(&storage).unwrap();
    send_files(&guest, items[..1].to_vec(), files).await.is(200);
}

#[tokio::test]
async fn a_file_that_cannot_be_taken_in_is_told_as_such() {
    let server = server().await;
    let guest = server.guest();
    // Larger files go to this folder while they come.
    let uploads = server.dir().join("uploads");
    let _ = std::fs::remove_dir(&uploads);
    std::fs::write(&uploads, "no folder").unwrap();
    let files: &[(&str, &str, &[u8])] = &[("requests.0.one", "large.txt", &[b'x'; 100_000])];
    let answer = send_files(&guest, vec![create("docs", json!({}))], files).await;
    answer.is(400).no_data().message("Failed to read the submitted batch files data.");
    // It comes before what is wrong with the items.
    let answer = send_files(&guest, vec![json!({"method": "none"})], files).await;
    answer.is(400).no_data().message("Failed to read the submitted batch files data.");
    guest.list("docs", &[]).await.is(200).has("/totalItems", 0);
    std::fs::remove_file(&uploads).unwrap();
    send_files(&guest, vec![create("docs", json!({}))], files).await.is(200);
}

#[tokio::test]
async fn a_record_that_is_replaced_within_a_batch_keeps_its_new_files() {
    let mut server = server().await;
    let guest = server.guest();
    let record = id("d1");
    let files: &[(&str, &str, &[u8])] = &[("requests.0.one", "old.txt", b"old")];
    send_files(&guest, vec![create("docs", json!({"id": record}))], files).await.is(200);
    let files: &[(&str, &str, &[u8])] =
        &[("requests.1.one", "new.txt", b"new"), ("requests.2.many", "more.txt", b"more")];
    let items =
        vec![delete("docs", &record), create("docs", json!({"id": record})), upsert("docs", json!({"id": record}))];
    let answer = send_files(&guest, items, files).await;
    let (one, many) = (answer.is(200).text("/2/body/one").to_owned(), answer.text("/2/body/many/0").to_owned());
    has_stored(&server, &[&one, &many]).await;
    assert_eq!(content(&guest, &record, &one).await, "new");
    nothing_dangles(&mut server);
}

#[tokio::test]
async fn a_record_that_comes_and_goes_within_a_batch_leaves_no_files() {
    let mut server = server().await;
    let guest = server.guest();
    let files: &[(&str, &str, &[u8])] = &[("requests.0.one", "aaa.txt", b"1"), ("requests.2.one", "bbb.txt", b"2")];
    let items = vec![
        create("docs", json!({"id": id("d1")})),
        delete("docs", &id("d1")),
        create("docs", json!({"id": id("d2")})),
        update("docs", &id("d2"), json!({"one": null})),
    ];
    let answer = send_files(&guest, items, files).await;
    answer.is(200).has("/3/body/one", "");
    has_stored(&server, &[]).await;
    nothing_dangles(&mut server);
}
