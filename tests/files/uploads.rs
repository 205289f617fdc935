//! Uploads of all sizes and shapes: what is taken in, and what is left where it is not.

use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use super::{MULTIPART, RECORDS, content, head, left, server, upload};
use crate::support::{Client, TestServer, multipart};

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_large_file_goes_in_and_out_without_being_held() {
    let mut server = server().await;
    let guest = server.guest();
    upload(&guest, "small.txt", b"warm").await;
    let before = server.process().peak_memory();
    let piece = Bytes::from(content(1 << 20));
    let mut pieces = vec![piece.clone(); 64];
    pieces.insert(0, head("large.bin").into());
    pieces.push("\r\n--B--\r\n".into());
    let body = stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
    let made = guest.post_text(RECORDS, MULTIPART, reqwest::Body::wrap_stream(body)).await;
    let path = format!("/api/files/docs/{}/{}", made.is(200).id(), made.text("/file"));
    let answer = guest.get(&path).await;
    assert_eq!(answer.is(200).body.len(), 64 << 20);
    assert!(answer.body.chunks(1 << 20).all(|chunk| chunk == piece));
    let grown = server.process().peak_memory() - before;
    assert!(grown < 24 << 10, "the process grew by {grown} KiB");
    left(&server, 4).await;
}

#[tokio::test]
async fn sizes_around_the_border_of_memory_and_disk_come_back_whole() {
    let server = server().await;
    let guest = server.guest();
    for size in [1, 65_535, 65_536, 65_537, 262_144, 327_681, 1_000_003] {
        let sent = content(size);
        let (_, path) = upload(&guest, "a.bin", &sent).await;
        assert!(guest.get(&path).await.is(200).body == sent, "{size} bytes");
    }
    left(&server, 14).await;
}

#[tokio::test]
async fn many_files_of_one_request() {
    let server = server().await;
    let guest = server.guest();
    let sent = content(60_000);
    let files: Vec<_> = (0..50).map(|_| ("more", "part.bin", &sent[..])).collect();
    let made = guest.create_form("docs", multipart(&[], &files)).await;
    let names = made.is(200).at("/more").as_array().unwrap().clone();
    assert_eq!(names.len(), 50);
    for name in names {
        let path = format!("/api/files/docs/{}/{}", made.id(), name.as_str().unwrap());
        assert!(guest.get(&path).await.is(200).body == sent);
    }
    left(&server, 100).await;
}

#[tokio::test]
async fn odd_forms_leave_nothing() {
    let server = server().await;
    let guest = server.guest();
    let large = "x".repeat(300_000);
    let open = format!("{}{large}", head("a.bin"));
    for body in [
        open.clone(),
        format!("{open}\r\n--B"),
        format!("{open}\r\n--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nno end"),
        format!("{open}\r\n--C--\r\n"),
        format!("preamble\r\n{open}"),
    ] {
        let answer = guest.post_text(RECORDS, MULTIPART, body).await;
        answer.is(400).no_data();
    }
    guest.post_text(RECORDS, "multipart/form-data", format!("{open}\r\n--B--\r\n")).await.is(400);
    // Files under keys that are no file field, and under none at all, are read over.
    let stray = format!("{open}\r\n--B--\r\n").replace("name=\"file\"", "name=\"nothing\"");
    guest.post_text(RECORDS, MULTIPART, stray.clone()).await.is(200).has("/file", "");
    guest.post_text(RECORDS, MULTIPART, stray.replace("name=\"nothing\"; ", "")).await.is(200).has("/file", "");
    left(&server, 0).await;
}

#[tokio::test]
async fn what_is_refused_after_it_came_leaves_nothing() {
    let mut server = server().await;
    let guest = server.guest();
    server.superuser().update_collection("docs", json!({"createRule": "file = 'never'"})).await.is(200);
    let large = content(300_000);
    let files: &[(&str, &str, &[u8])] = &[("file", "a.bin", &large), ("more", "b.bin", &large)];
    guest.create_form("docs", multipart(&[], files)).await.is(400);
    guest
        .post_text("/api/collections/nowhere/records", MULTIPART, format!("{}x\r\n--B--\r\n", head("a")))
        .await
        .is(404);
    left(&server, 0).await;
    assert_eq!(server.stopped_database().value("SELECT count(*) FROM _tb_uploads"), "0");
}

#[tokio::test]
async fn a_body_without_end_is_cut_off_at_the_limit_of_its_collection() {
    let server = TestServer::with_collections([crate::support::collection(
        "docs",
        json!([{"name": "file", "type": "file", "maxSize": 1000}]),
    )])
    .await;
    let guest = server.guest();
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    let pieces = std::iter::once(head("endless.bin").into()).chain(std::iter::repeat(piece));
    let endless = stream::iter(pieces.map(Ok::<_, std::io::Error>));
    let request = guest.request(reqwest::Method::POST, RECORDS).header("Content-Type", MULTIPART);
    match request.body(reqwest::Body::wrap_stream(endless)).send().await {
        Ok(answer) => assert_eq!(answer.status(), 413),
        // The connection ends while the client still sends.
        Err(error) => assert!(error.is_request() || error.is_body(), "{error:?}"),
    }
    left(&server, 0).await;
    upload(&guest, "a.txt", b"fine").await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn where_the_disk_takes_no_more_the_client_is_told_and_the_server_goes_on() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let mut server = server().await;
    let guest = server.guest();
    let process = Pid::from_raw(i32::try_from(server.process().id()).unwrap());
    let most = 8 << 20;
    prlimit(process, Resource::Fsize, Rlimit { current: Some(most), maximum: Some(most) }).unwrap();
    let answer = guest.create_form("docs", multipart(&[], &[("file", "a.bin", &content(12 << 20))])).await;
    answer.is(503).message("There is no room to store the file.");
    left(&server, 0).await;
    let (_, path) = upload(&guest, "b.bin", &content(1 << 20)).await;
    assert_eq!(guest.get(&path).await.is(200).body.len(), 1 << 20);
    assert_eq!(server.stopped_database().value("SELECT count(*) FROM _tb_uploads"), "0");
}

#[tokio::test]
async fn what_a_crash_left_of_uploads_is_gone_after_a_start() {
    let mut server = server().await;
    let uploads = server.dir().join("uploads");
    std::fs::create_dir_all(&uploads).unwrap();
    std::fs::write(uploads.join("left"), "half an upload").unwrap();
    server.restart();
    left(&server, 0).await;
}
