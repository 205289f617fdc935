//! `GET /api/server`: what a server tells of itself.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, TestServer, blog, id};

const SERVER: &str = "/api/server";

fn setting(answer: &Answer, name: &str) -> Json {
    let all = answer.at("/configuration").as_array().expect("a list");
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}: {all:?}")).clone()
}

#[tokio::test]
async fn it_tells_version_sizes_connections_and_the_last_backup() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let answer = superuser.get(SERVER).await;
    answer.is(200).has("/version", env!("CARGO_PKG_VERSION")).has("/lastBackup", Json::Null).has("/sizes/backups", 0);
    assert!(answer.text("/started").ends_with('Z') && answer.at("/uptime").is_u64());
    assert!(answer.at("/sizes/database").as_u64() > Some(0) && answer.at("/sizes/logs").as_u64() > Some(0));
    assert!(answer.at("/connections/open").as_u64() > Some(0));
    answer.has("/connections/realtime", 0);
    superuser.post("/api/backups", json!({"name": "a.zip"})).await.is(204);
    let answer = superuser.get(SERVER).await;
    answer.is(200).has("/lastBackup/key", "a.zip").has("/lastBackup/problem", "");
    assert_ne!(answer.text("/lastBackup/verified"), "");
    assert_eq!(answer.at("/sizes/backups"), answer.at("/lastBackup/size"));
}

#[tokio::test]
async fn files_are_counted_beside_the_request() {
    let server = TestServer::start().await;
    let folder = server.dir().join("storage/c_docs/r1");
    std::fs::create_dir_all(folder.join("thumbs_a.png")).expect("a folder");
    for (name, bytes) in [("a.png", 5), ("a.png.attrs", 3), ("thumbs_a.png/1x1_a.png", 2)] {
        std::fs::write(folder.join(name), vec![b'x'; bytes]).expect("a file");
    }
    let superuser = server.superuser();
    superuser.get(SERVER).await.is(200).has("/sizes/files", Json::Null).has("/sizes/fileCount", Json::Null);
    let began = Instant::now();
    loop {
        let answer = superuser.get(SERVER).await;
        if !answer.is(200).at("/sizes/files").is_null() {
            answer.has("/sizes/files", 10).has("/sizes/fileCount", 1);
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "never counted");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn each_option_says_where_it_comes_from_and_none_is_a_secret() {
    let key = "0123456789abcdef0123456789abcdef";
    let server = TestServer::builder()
        .arg("--feed-days=7")
        .env("TUCKBOX_SLOW_QUERY", "750")
        .env("MY_KEY", key)
        .env("TUCKBOX_ENCRYPTION_ENV", "MY_KEY")
        .start()
        .await;
    let answer = server.superuser().get(SERVER).await;
    let told = |name: &str, value: &str, source: &str, variable: &str| {
        let expected = json!({"name": name, "value": value, "source": source, "variable": variable});
        assert_eq!(setting(answer.is(200), name), expected);
    };
    told("--feed-days", "7", "flag", "TUCKBOX_FEED_DAYS");
    told("--slow-query", "750", "environment", "TUCKBOX_SLOW_QUERY");
    told("--feed-rows", "1000000", "default", "TUCKBOX_FEED_ROWS");
    told("--encryption-env", "MY_KEY", "environment", "TUCKBOX_ENCRYPTION_ENV");
    told("--synchronous", "full", "default", "TUCKBOX_SYNCHRONOUS");
    answer.never_says(key).never_says(server.dir().to_str().expect("a plain path"));
}

#[tokio::test]
async fn it_is_for_superusers() {
    let server = TestServer::with(blog()).await;
    server.guest().get(SERVER).await.is(401);
    server.user("members", &id("ann")).await.get(SERVER).await.is(403);
}
