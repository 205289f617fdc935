//! HTTP written by hand, for what no proper client would send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value as Json;

/// Sends these bytes on a connection of its own and reads until the server closes it or nothing comes for a while.
///
/// Gives the status and the body, or `None` where the server closed without an answer.
pub fn raw_request(url: &str, bytes: &[u8]) -> Option<(u16, String)> {
    let mut stream = connect(url);
    // The server may answer and close before all is written.
    stream.write_all(bytes).ok();
    let mut answer = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(length) => answer.extend_from_slice(&part[..length]),
        }
        if is_complete(&answer) {
            break;
        }
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1)?.parse().ok()?;
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    Some((status, body))
}

/// A connection that has sent these bytes and now waits.
pub fn slow_connection(url: &str, bytes: &[u8]) -> TcpStream {
    let mut stream = connect(url);
    stream.write_all(bytes).expect("the server reads");
    stream
}

/// Posts JSON without any runtime.
pub(super) fn post_json(url: &str, path: &str, body: &Json) -> Json {
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (status, body) = raw_request(url, request.as_bytes()).expect("an answer");
    assert_eq!(status, 200, "POST {path}: {body}");
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error} in {body}"))
}

fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.trim_start_matches("http://")).expect("the server accepts");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    stream
}

fn is_complete(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let head_length = head.len() + 4;
    head.lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|value| value.trim().to_owned()))
        .and_then(|value| value.parse::<usize>().ok())
        .is_some_and(|length| answer.len() >= head_length + length)
}
