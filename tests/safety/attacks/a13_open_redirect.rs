//! A redirect that leads wherever the caller wants after signing in elsewhere (Directus CVE-2026-22032).

use reqwest::Method;
use serde_json::json;

use crate::support::club::Club;
use crate::support::{Client, form};

const EVIL: &str = "https://evil.example/";
const FAILURE: &str = "../_/#/auth/oauth2-redirect-failure";

#[tokio::test]
async fn who_comes_back_is_sent_to_a_page_of_ours_whatever_the_request_says() {
    let club = Club::open().await;
    let guest = &club.guest;
    for name in
        ["redirect_uri", "redirectURL", "redirectUrl", "RelayState", "return", "next", "url", "state", "code", "error"]
    {
        for value in
            [EVIL, "//evil.example", "javascript:alert(1)", "\r\nLocation: https://evil.example", "/\\evil.example"]
        {
            let query = [("code", "c"), (name, value)];
            let request = guest.request(Method::GET, "/api/oauth2-redirect").query(&query);
            let request =
                request.header("X-Forwarded-Host", "evil.example").header("Referer", EVIL).header("Origin", EVIL);
            let answer = guest.send(request).await;
            assert_eq!(answer.status, 307, "{answer}");
            answer.has_header("location", FAILURE).never_says("evil");
            let request = guest.request(Method::POST, "/api/oauth2-redirect").multipart(form(&query));
            let answer = guest.send(request.header("X-Forwarded-Host", "evil.example")).await;
            assert_eq!(answer.status, 303, "{answer}");
            answer.has_header("location", FAILURE).never_says("evil");
        }
    }
    // A token or a code that comes along is not sent on.
    let answer = guest.get("/api/oauth2-redirect?code=very-secret&state=very-secret&token=very-secret").await;
    assert!(!answer.header("location").unwrap_or_default().contains("secret"), "{:?}", answer.headers);
    answer.never_says("very-secret");
}

#[tokio::test]
async fn where_a_service_sends_back_to_is_not_said_by_a_stranger() {
    let club = Club::open().await;
    let github = json!({"name": "github", "clientId": "client", "clientSecret": "secret"});
    club.rules("people", json!({"oauth2": {"enabled": true, "providers": [github]}})).await;
    let path = "/api/collections/people/auth-methods";
    let query = format!("{path}?redirect_uri={EVIL}&redirectURL={EVIL}&state=evil");
    let request = club.guest.request(Method::GET, &query);
    let request = request.header("X-Forwarded-Host", "evil.example").header("Origin", EVIL);
    let answer = club.guest.send(request).await;
    let url = answer.is(200).text("/oauth2/providers/0/authURL").to_owned();
    assert!(url.starts_with("https://github.com/login/oauth/authorize?"), "{url}");
    assert!(url.ends_with("&redirect_uri="), "{url}");
    answer.never_says("evil").never_says("\"secret\"");
}

#[tokio::test]
async fn no_path_leads_to_another_host() {
    let club = Club::open().await;
    for path in [
        "//evil.example",
        "//evil.example/_/",
        "/_//evil.example",
        "/%2f%2fevil.example",
        "/_/%2e%2e//evil.example",
        "/\\evil.example",
    ] {
        let answer = club.guest.get(path).await;
        let location = answer.header("location").unwrap_or_default();
        // Where a browser would go.
        let asked = reqwest::Url::parse(&format!("{}{path}", club.guest.base())).unwrap();
        let led = asked.join(location).unwrap();
        assert_eq!(led.origin(), asked.origin(), "{path} leads to {location}");
        assert!(!location.contains("//") && !location.contains('\\'), "{path} leads to {location}");
    }
}
