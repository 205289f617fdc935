//! What clients and the dashboard are told of the services.

use std::collections::HashSet;

use serde_json::json;

use super::configure;
use crate::support::{Client, TestServer, notes};

#[tokio::test]
async fn a_collection_offers_its_services_in_their_order() {
    let server = TestServer::start().await;
    let entry = |name: &str| json!({"name": name, "clientId": "c", "clientSecret": "very secret"});
    let mut named = entry("vk");
    named["displayName"] = json!("Work");
    configure(&server, json!([entry("github"), named, entry("apple")])).await;
    let answer = server.guest().get("/api/collections/users/auth-methods").await;
    answer.is(200).never_says("very secret").has("/oauth2/enabled", true);
    answer.has("/oauth2/providers/0/name", "github").has("/oauth2/providers/0/displayName", "GitHub");
    answer.has("/oauth2/providers/1/displayName", "Work").has("/oauth2/providers/1/codeVerifier", "");
    answer.has("/oauth2/providers/2/codeChallengeMethod", "S256");
    assert!(answer.text("/oauth2/providers/2/authURL").contains("response_mode=form_post"));
    for at in 0..3 {
        let url = answer.text(&format!("/oauth2/providers/{at}/authURL"));
        assert!(url.ends_with("&redirect_uri="), "{url}");
        answer.has(&format!("/authProviders/{at}/logo"), "").has(&format!("/oauth2/providers/{at}/authUrl"), url);
        assert!(answer.text(&format!("/oauth2/providers/{at}/logo")).starts_with("<svg"));
    }
    let again = server.guest().get("/api/collections/users/auth-methods").await;
    assert_ne!(answer.text("/oauth2/providers/0/state"), again.text("/oauth2/providers/0/state"));
}

#[tokio::test]
async fn a_collection_that_offers_none_says_so() {
    let server = TestServer::start().await;
    let answer = server.guest().get("/api/collections/users/auth-methods").await;
    answer.is(200).has("/oauth2", json!({"enabled": false, "providers": []})).has("/authProviders", json!(null));
}

#[tokio::test]
async fn secrets_are_never_told_and_stay_with_their_service() {
    let server = TestServer::start().await;
    let entry = |name: &str| json!({"name": name, "clientId": "c", "clientSecret": format!("secret of {name}")});
    configure(&server, json!([entry("github"), entry("apple")])).await;
    let shown = server.superuser().get("/api/collections/users").await;
    shown.is(200).never_says("secret of");
    let mut kept = shown.at("/oauth2/providers/1").clone();
    kept["displayName"] = json!("Fruit");
    let added = json!({"name": "gitlab", "clientId": "c"});
    let oauth2 = json!({"oauth2": {"providers": [kept.clone(), added]}});
    server
        .superuser()
        .update_collection("users", oauth2)
        .await
        .is(400)
        .codes(&[("oauth2.providers.1.clientSecret", "validation_required")]);
    configure(&server, json!([kept])).await;
    let query = json!({"query": "SELECT options->>'$.oauth2.providers[0].clientSecret' FROM _collections WHERE name = 'users'"});
    server.superuser().post("/api/sql", query).await.is(200).has("/rows/0/0", "secret of apple");
}

#[tokio::test]
async fn superusers_are_told_all_services_that_could_be_configured() {
    let server = TestServer::with(notes()).await;
    let path = "/api/collections/meta/oauth2-providers";
    server.guest().get(path).await.is(401).no_data();
    let answer = server.superuser().get(path).await;
    let list = answer.is(200).json.as_array().expect("a list").clone();
    assert_eq!(list.len(), 32);
    assert_eq!(
        (&list[0]["name"], &list[28]["name"], &list[31]["name"]),
        (&json!("apple"), &json!("planningcenter"), &json!("oidc3"))
    );
    let names: HashSet<_> = list.iter().map(|entry| entry["name"].as_str().expect("a name")).collect();
    assert_eq!(names.len(), 32);
    for entry in &list {
        let keys: Vec<_> = entry.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["displayName", "logo", "name"]);
        assert!(entry["logo"].as_str().is_some_and(|logo| logo.starts_with("<svg")), "{entry}");
    }
    let picked = server.superuser().get(&format!("{path}?fields=name")).await;
    assert_eq!(picked.is(200).json[1], json!({"name": "google"}));
}
