//! Files that lie in a bucket.

use serde_json::{Value as Json, json};

use super::{House, are_the_same, contents, plain, superuser};
use crate::files::s3_server::S3Server;
use crate::support::{Client, TestServer};

const TEXT: &str = "wsmn24bux7wo113/84nmscqy84lsi1t/test_d61b33QdDU.txt";

/// The real directory with its files in a bucket, which a server of ours has put there.
async fn in_bucket() -> (House, S3Server) {
    let (house, s3) = (House::real(), S3Server::start().await);
    let storage = house.source().join("storage");
    let files = contents(&storage);
    for (path, content) in files.iter().filter(|(path, _)| !path.ends_with(".attrs")) {
        let told = files.iter().find(|(other, _)| *other == format!("{path}.attrs")).map(|(_, told)| told);
        let told: Json = told.map_or(Json::Null, |told| serde_json::from_slice(told).unwrap());
        let kind = told["user.content_type"].as_str().unwrap_or("application/octet-stream").to_owned();
        s3.put(path, &kind, content).await;
    }
    std::fs::remove_dir_all(&storage).unwrap();
    let mut settings = s3.settings();
    settings["s3"]["enabled"] = json!(true);
    let database = house.database();
    let stored: Vec<u8> =
        database.query_row("SELECT value FROM _params WHERE id = 'settings'", [], |row| row.get(0)).unwrap();
    let mut stored: Json = serde_json::from_slice(&stored).unwrap();
    stored["s3"] = settings["s3"].take();
    database.execute("UPDATE _params SET value = ? WHERE id = 'settings'", [stored.to_string()]).unwrap();
    (house, s3)
}

async fn serves_its_files(server: &TestServer) {
    let superuser = superuser(server).await;
    let token = superuser.post("/api/files/token", json!({})).await.text("/token").to_owned();
    let answer = superuser.get(&format!("/api/files/{TEXT}?token={token}")).await;
    answer.is(200).has_header("content-type", "text/plain; charset=utf-8");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_in_a_bucket_stay_there() {
    let (house, s3) = in_bucket().await;
    house.import(&["--dry-run"]).went_well().says("Files lie in a bucket.");
    house
        .import(&[])
        .went_well()
        .says("Files stay in the bucket files, where both programs look for them under the same names; all")
        .never_says("are not in the storage");
    assert!(!house.dir().join("storage").exists());
    let objects = s3.objects();
    let server = house.serve().await;
    serves_its_files(&server).await;
    assert_eq!(s3.objects(), objects);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_in_a_bucket_are_copied_to_the_local_disk_on_request() {
    let (house, mut s3) = in_bucket().await;
    let before = House::real();
    house.import(&["--files", "copy"]).went_well().says("files: 27 of 27 files");
    s3.stop().await;
    are_the_same(&plain(&house.dir().join("storage")), &plain(&before.source().join("storage")));
    let server = house.serve().await;
    serves_its_files(&server).await;
    let superuser = superuser(&server).await;
    superuser.get("/api/settings").await.is(200).has("/s3/enabled", false).has("/s3/bucket", "files");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_away_or_lacks_files_is_told() {
    let (house, mut s3) = in_bucket().await;
    s3.remove(TEXT);
    house.import(&[]).went_well().says("that it was asked for,");
    s3.stop().await;
    std::fs::remove_dir_all(house.dir()).unwrap();
    house.import(&[]).went_well().says("which did not answer");
    std::fs::remove_dir_all(house.dir()).unwrap();
    house.import(&["--files", "copy"]).failed().complains("bucket");
    assert!(!house.dir().join("data.db").exists());
}
