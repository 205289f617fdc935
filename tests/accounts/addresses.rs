//! Where a request comes from: proxies whose word counts, and the addresses of superusers.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value as Json, json};

use crate::support::{
    Client, SUPERUSER_EMAIL, SUPERUSER_PASSWORD, TestServer, blog, collection, id, multipart, raw_request,
};

const SIGN_IN: &str = "/api/collections/_superusers/auth-with-password";

async fn settings(server: &TestServer, change: Json) {
    server.superuser().patch("/api/settings", change).await.is(200);
}

/// What the server thinks where a superuser's request comes from.
async fn seen(server: &TestServer, with: impl FnOnce(RequestBuilder) -> RequestBuilder) -> (String, String) {
    let superuser = server.superuser();
    let answer = superuser.send(with(superuser.request(Method::GET, "/api/health"))).await;
    answer.is(200);
    (answer.text("/data/realIP").to_owned(), answer.text("/data/possibleProxyHeader").to_owned())
}

#[tokio::test]
async fn headers_count_only_where_they_are_trusted() {
    let server = TestServer::start().await;
    let forwarded = |request: RequestBuilder| request.header("X-Forwarded-For", "9.9.9.9, 2001:db8::1");
    assert_eq!(seen(&server, forwarded).await, ("127.0.0.1".into(), "X-Forwarded-For".into()));
    settings(&server, json!({"trustedProxy": {"headers": ["X-Real-Ip", "x-forwarded-for"]}})).await;
    let (ip, header) = seen(&server, forwarded).await;
    assert_eq!(ip, "2001:0db8:0000:0000:0000:0000:0000:0001");
    assert_eq!(header, "x-forwarded-for");
    settings(&server, json!({"trustedProxy": {"useLeftmostIP": true}})).await;
    assert_eq!(seen(&server, forwarded).await.0, "9.9.9.9");
    // The earlier header of the list wins; one without an address is passed over.
    let both = |request: RequestBuilder| forwarded(request).header("X-Real-IP", "8.8.8.8");
    assert_eq!(seen(&server, both).await.0, "8.8.8.8");
    let broken = |request: RequestBuilder| forwarded(request).header("X-Real-IP", "unknown");
    assert_eq!(seen(&server, broken).await.0, "9.9.9.9");
    assert_eq!(seen(&server, |request| request).await, ("127.0.0.1".into(), String::new()));
}

#[tokio::test]
async fn the_last_line_of_a_header_is_the_proxys() {
    let server = TestServer::start().await;
    settings(&server, json!({"trustedProxy": {"headers": ["X-Forwarded-For"]}, "superuserIPs": ["2.2.2.2"]})).await;
    let token = server.superuser();
    let head = |lines: &str| {
        let token = token.token().expect("a token");
        format!("GET /api/settings HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n{lines}Connection: close\r\n\r\n")
    };
    let answer = raw_request(server.url(), head("X-Forwarded-For: 2.2.2.2\r\nX-Forwarded-For: 1.1.1.1\r\n").as_bytes());
    assert!(matches!(answer, Some((403, _))), "{answer:?}");
    // What a client writes before the proxy's entry, letters that are none included, does not hide that.
    for lines in
        ["X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 3.3.3.3, 2.2.2.2\r\n", "X-Forwarded-For: ü, 2.2.2.2\r\n"]
    {
        let answer = raw_request(server.url(), head(lines).as_bytes());
        assert!(matches!(answer, Some((200, _))), "{answer:?}");
    }
}

#[tokio::test]
async fn superusers_from_elsewhere_are_refused_everywhere_and_others_are_not() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    // Nobody keeps a superuser from locking the door behind: the next request is refused.
    settings(&server, json!({"superuserIPs": ["10.0.0.0/8"]})).await;
    let superuser = server.superuser();
    for path in ["/api/settings", "/api/health", "/api/collections/posts/records", "/api/nowhere", "/_/"] {
        superuser.get(path).await.is(403).no_data();
    }
    superuser.create("nothing", json!({})).await.is(403);
    for path in ["/api/health", "/api/collections/posts/records"] {
        server.guest().get(path).await.is(200);
        user.get(path).await.is(200);
    }
    let credentials = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD});
    server.guest().post(SIGN_IN, credentials).await.is(403);
    let wrong = json!({"identity": SUPERUSER_EMAIL, "password": "something else"});
    server.guest().post(SIGN_IN, wrong).await.is(400);
}

#[tokio::test]
async fn superusers_come_in_through_a_trusted_proxy() {
    let server = TestServer::start().await;
    settings(
        &server,
        json!({"trustedProxy": {"headers": ["X-Real-IP"]}, "superuserIPs": ["10.0.0.0/8", "2001:db8::/32"]}),
    )
    .await;
    let superuser = server.superuser();
    for (address, status) in [("10.1.2.3", 200), ("::ffff:10.1.2.3", 200), ("2001:db8::7", 200), ("11.0.0.1", 403)] {
        let request = superuser.request(Method::GET, "/api/settings").header("X-Real-IP", address);
        superuser.send(request).await.is(status);
    }
    superuser.get("/api/settings").await.is(403);
    let guest = server.guest();
    let credentials = json!({"identity": SUPERUSER_EMAIL, "password": SUPERUSER_PASSWORD});
    let request = guest.request(Method::POST, SIGN_IN).header("X-Real-IP", "10.1.2.3").json(&credentials);
    guest.send(request).await.is(200);
}

#[tokio::test]
async fn a_superusers_file_token_is_worth_nothing_from_elsewhere() {
    let fields = json!([{"name": "paper", "type": "file", "protected": true}]);
    let server = TestServer::with_collections([collection("papers", fields)]).await;
    let superuser = server.superuser();
    let made = superuser.create_form("papers", multipart(&[], &[("paper", "a.txt", b"on paper")])).await;
    let path = format!("/api/files/papers/{}/{}", made.is(200).id(), made.text("/paper"));
    superuser.update_collection("papers", json!({"viewRule": null})).await.is(200);
    let token = superuser.post("/api/files/token", json!({})).await.is(200).text("/token").to_owned();
    settings(&server, json!({"trustedProxy": {"headers": ["X-Real-IP"]}, "superuserIPs": ["10.0.0.0/8"]})).await;
    let guest = server.guest();
    for (address, status) in [("10.1.2.3", 200), ("11.0.0.1", 404)] {
        let request = guest.request(Method::GET, &path).query(&[("token", &token)]).header("X-Real-IP", address);
        guest.send(request).await.is(status);
    }
}
