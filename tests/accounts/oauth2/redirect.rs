//! `/api/oauth2-redirect`: nobody waits for a state that is not the id of a connected client.

use reqwest::Method;

use crate::support::{Answer, Client, TestServer};

const FAILURE: &str = "../_/#/auth/oauth2-redirect-failure";

async fn get(server: &TestServer, query: &str) -> Answer {
    server.guest().get(&format!("/api/oauth2-redirect{query}")).await
}

#[tokio::test]
async fn a_state_that_nobody_waits_for_ends_at_the_page_of_failures() {
    let server = TestServer::start().await;
    for query in ["", "?state=tampered&code=c", "?code=c", "?state=&code=c", "?state=x&error=denied", "?state=%zz"] {
        let answer = get(&server, query).await;
        assert_eq!(answer.status, 307, "{query}: {answer}");
        answer.has_header("Location", FAILURE);
    }
}

#[tokio::test]
async fn a_form_is_sent_on_as_a_get() {
    let server = TestServer::start().await;
    let guest = server.guest();
    let form = [("state", "tampered"), ("code", "c"), ("user", r#"{"name":{"firstName":"Ann"}}"#)];
    let answers = [
        guest.send(guest.request(Method::POST, "/api/oauth2-redirect").form(&form)).await,
        guest.post_text("/api/oauth2-redirect", "application/json", "{").await,
        guest.send(guest.request(Method::POST, "/api/oauth2-redirect")).await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 303, "{answer}");
        answer.has_header("Location", FAILURE);
    }
}

#[tokio::test]
async fn no_address_outside_is_ever_redirected_to() {
    let server = TestServer::start().await;
    for query in ["?redirect_uri=https://evil.example", "?state=https://evil.example&code=//evil.example"] {
        get(&server, query).await.has_header("Location", FAILURE);
    }
}
