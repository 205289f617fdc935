//! Those that are there: listed, downloaded, removed.

use reqwest::Method;
use serde_json::json;

use super::{Archive, left, make, server};
use crate::support::{Client, Guest, TestServer};

async fn token(client: &impl Client) -> String {
    client.post("/api/files/token", json!({})).await.is(200).text("/token").to_owned()
}

#[tokio::test]
async fn the_list_is_in_the_order_of_names() {
    let server = server().await;
    server.superuser().get("/api/backups").await.is(200).has("", json!([]));
    for name in ["b.zip", "a.zip"] {
        make(&server, name).await.is(204);
    }
    // What is no archive is not listed; what somebody put there is.
    std::fs::create_dir(server.dir().join("backups/folder.zip")).unwrap();
    std::fs::write(server.dir().join("backups/.hidden.zip"), "x").unwrap();
    std::fs::write(server.dir().join("backups/@foreign.zip"), "foreign").unwrap();
    let list = server.superuser().get("/api/backups").await;
    let keys: Vec<_> = list.json.as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["@foreign.zip", "a.zip", "b.zip"]);
    assert_eq!((&list.json[0]["size"], &list.json[0]["verified"]), (&json!(7), &json!("")));
    let modified = list.json[1]["modified"].as_str().unwrap();
    assert!(modified.len() == 24 && modified.ends_with('Z'), "{modified}");
    let part = server.superuser().get("/api/backups?fields=key").await;
    part.is(200).has("", json!([{"key": "@foreign.zip"}, {"key": "a.zip"}, {"key": "b.zip"}]));
}

#[tokio::test]
async fn a_download_needs_a_file_token_of_a_superuser() {
    let server = server().await;
    make(&server, "a.zip").await.is(204);
    let (guest, superuser) = (server.guest(), server.superuser());
    server
        .superuser()
        .create(
            "users",
            json!({"email": "a@example.com", "password": "12345678",
        "passwordConfirm": "12345678", "id": "a00000000000000"}),
        )
        .await
        .is(200);
    let user = server.user("users", "a00000000000000").await;
    let good = token(&superuser).await;
    for bad in ["".to_owned(), "x.y.z".to_owned(), superuser.token().unwrap().to_owned(), token(&user).await] {
        for key in ["a.zip", "none.zip"] {
            guest.get(&format!("/api/backups/{key}?token={bad}")).await.is(403);
        }
    }
    // The header counts for nothing.
    superuser.get("/api/backups/a.zip").await.is(403);
    for key in ["none.zip", "..", "%2e%2e%2fdata.db", "..%2flock", ".lock"] {
        let status = guest.get(&format!("/api/backups/{key}?token={good}")).await.status;
        assert_eq!(status, 404, "{key}");
    }
    let answer = guest.get(&format!("/api/backups/a.zip?token={good}")).await;
    answer.is(200).has_header("content-type", "application/zip");
    answer.has_header("content-disposition", "attachment; filename=a.zip");
    answer.has_header("cache-control", "max-age=2592000, stale-while-revalidate=86400");
    answer.has_header("accept-ranges", "bytes");
    assert!(answer.header("content-security-policy").is_some_and(|policy| policy.contains("sandbox")), "{answer}");
    let whole = std::fs::read(server.dir().join("backups/a.zip")).unwrap();
    assert!(answer.body == whole);
    Archive::read(answer.body).database().is_sound();
    parts(&guest, &format!("/api/backups/a.zip?token={good}"), &whole).await;
}

async fn parts(guest: &Guest, path: &str, whole: &[u8]) {
    let asked = |name: &'static str, value: String| guest.send(guest.request(Method::GET, path).header(name, value));
    let part = asked("Range", "bytes=10-19".into()).await;
    part.is(206).has_header("content-range", &format!("bytes 10-19/{}", whole.len()));
    assert_eq!(part.body, whole[10..20]);
    asked("Range", format!("bytes={}-", whole.len())).await.is(416);
    let modified = guest.get(path).await.header("last-modified").unwrap().to_owned();
    assert_eq!(asked("If-Modified-Since", modified).await.status, 304);
}

#[tokio::test]
async fn names_are_sent_encoded_and_odd_ones_come_back_as_one_parameter() {
    let server: TestServer = server().await;
    std::fs::create_dir_all(server.dir().join("backups")).unwrap();
    for (name, path, disposition) in [
        ("@test.zip", "%40test.zip", "attachment; filename=@test.zip"),
        ("a b;ü.zip", "a%20b%3B%C3%BC.zip", "attachment; filename=\"a b;_.zip\"; filename*=UTF-8''a%20b%3B%C3%BC.zip"),
    ] {
        std::fs::write(server.dir().join("backups").join(name), name).unwrap();
        let token = token(&server.superuser()).await;
        let answer = server.guest().get(&format!("/api/backups/{path}?token={token}")).await;
        assert_eq!(answer.is(200).body, name.as_bytes());
        answer.has_header("content-disposition", disposition);
        server.superuser().remove(&format!("/api/backups/{path}")).await.is(204);
    }
    assert_eq!(left(&server), [] as [&str; 0]);
}

#[tokio::test]
async fn removing_what_is_not_there_is_refused_and_tells_no_path() {
    let server = server().await;
    make(&server, "a.zip").await.is(204);
    for key in ["none.zip", "%2e%2e%2fdata.db", "..%2flock", ".lock"] {
        let answer = server.superuser().remove(&format!("/api/backups/{key}")).await;
        answer.is(400).no_data();
        assert!(!answer.json["message"].as_str().unwrap().contains('/'), "{answer}");
    }
    assert!(server.dir().join("data.db").is_file() && server.dir().join("backups/.lock").is_file());
    server.superuser().remove("/api/backups/a.zip").await.is(204);
    server.superuser().remove("/api/backups/a.zip").await.is(400).no_data();
}
