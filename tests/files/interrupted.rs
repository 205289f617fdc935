//! Uploads that do not come to their end: the client goes, or the server does.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::{MULTIPART, RECORDS, files_in, head, left, server};
use crate::support::{Client, TestServer, slow_connection};

const END: &str = "\r\n--B--\r\n";
const HALF: usize = 300_000;

/// Half an upload, once it is on the disk.
async fn begun(server: &TestServer) -> TcpStream {
    let part = head("large.bin");
    let length = part.len() + 2 * HALF + END.len();
    let request =
        format!("POST {RECORDS} HTTP/1.1\r\nHost: x\r\nContent-Type: {MULTIPART}\r\nContent-Length: {length}\r\n\r\n");
    let stream = slow_connection(server.url(), format!("{request}{part}{}", "x".repeat(HALF)).as_bytes());
    for _ in 0..1000 {
        if files_in(&server.dir().join("uploads")) == 1 {
            return stream;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing of the upload came to the disk");
}

#[tokio::test]
async fn an_upload_that_the_client_breaks_off_leaves_nothing() {
    let mut server = server().await;
    drop(begun(&server).await);
    left(&server, 0).await;
    server.guest().list("docs", &[]).await.is(200).has("/totalItems", 0);
    assert_eq!(server.stopped_database().value("SELECT count(*) FROM _tb_uploads"), "0");
}

#[tokio::test]
async fn an_upload_that_does_not_go_on_is_no_reason_to_stay() {
    let mut server = server().await;
    let _open = begun(&server).await;
    let database = server.stopped_database();
    assert_eq!(database.value("SELECT count(*) FROM _tb_uploads"), "0");
    assert_eq!(database.value("SELECT count(*) FROM docs"), "0");
    left(&server, 0).await;
}

#[tokio::test]
async fn an_upload_that_goes_on_while_the_server_stops_is_stored() {
    let mut server = server().await;
    let mut open = begun(&server).await;
    server.process().signal("TERM");
    server.process().line_with("stopping; a second signal stops at once");
    open.write_all(format!("{}{END}", "x".repeat(HALF)).as_bytes()).unwrap();
    let mut answer = String::new();
    open.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(server.process().wait(Duration::from_secs(30)).success());
    server.restart();
    let guest = server.guest();
    let stored = guest.list("docs", &[]).await;
    let path = format!("/api/files/docs/{}/{}", stored.is(200).text("/items/0/id"), stored.text("/items/0/file"));
    assert_eq!(guest.get(&path).await.is(200).body.len(), 2 * HALF);
    left(&server, 2).await;
}
