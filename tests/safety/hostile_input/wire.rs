//! Bytes that are no text, and requests that are no HTTP.

use crate::support::{Client, TestServer, blog, notes, raw_request};

#[tokio::test]
async fn invalid_utf8_is_refused() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let path = "/api/collections/posts/records";
    for bytes in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\x80"] {
        let mut body = b"{\"name\":\"".to_vec();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\"}");
        guest.post_text(path, "application/json", body).await.is_no_failure();
        let mut form = b"name=".to_vec();
        form.extend_from_slice(bytes);
        guest.post_text(path, "application/x-www-form-urlencoded", form).await.is_no_failure();
        let mut part = b"--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n".to_vec();
        part.extend_from_slice(bytes);
        part.extend_from_slice(b"\r\n--x--\r\n");
        guest.post_text(path, "multipart/form-data; boundary=x", part).await.is_no_failure();
        let encoded: String = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
        for target in [
            format!("{path}?filter=name='{encoded}'"),
            format!("{path}?sort={encoded}"),
            format!("{path}?expand={encoded}"),
            format!("{path}?fields={encoded}"),
            format!("{path}?{encoded}={encoded}"),
            format!("{path}/{encoded}"),
            format!("/api/collections/{encoded}/records"),
            format!("/{encoded}"),
        ] {
            guest.get(&target).await.is_no_failure();
        }
        let mut raw = b"GET /api/collections/posts/records?filter=name='".to_vec();
        raw.extend_from_slice(bytes);
        raw.extend_from_slice(b"' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        if let Some((status, _)) = raw_request(server.url(), &raw) {
            assert!(status < 500, "{status}");
        }
        let mut header =
            b"GET /api/collections/posts/records HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ".to_vec();
        header.extend_from_slice(bytes);
        header.extend_from_slice(b"\r\n\r\n");
        if let Some((status, _)) = raw_request(server.url(), &header) {
            assert!(status < 500, "{status}");
        }
    }
    // Whatever got in is text.
    guest.list("posts", &[("perPage", "100")]).await.is(200);
}

#[tokio::test]
async fn broken_http_is_refused_or_closed() {
    let server = TestServer::with(notes()).await;
    let requests: &[&[u8]] = &[
        b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /api/health HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"GET /api/health HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}x",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense nonsense nonsense",
        b"GET /api/health HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n", b"GET /api/health HTTP/1.1\nHost: x\n\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://example.com/api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ];
    let url = server.url().to_owned();
    let sent = requests.iter().map(|request| {
        let (url, request) = (url.clone(), request.to_vec());
        tokio::task::spawn_blocking(move || {
            if let Some((status, body)) = raw_request(&url, &request) {
                assert!(status < 500, "{:?}: {status} {body}", String::from_utf8_lossy(&request));
            }
        })
    });
    for done in futures_util::future::join_all(sent).await {
        done.expect("a refusal or a closed connection");
    }
    server.guest().get("/api/health").await.is(200);
}
