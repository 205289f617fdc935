//! Files of batches in a bucket: large ones, those of a failed batch, and those of a record that takes another's place.

use serde_json::json;

use super::bucket::{both, has_objects};
use super::content;
use crate::api::batch::{create, delete, failed_at, offer, send_files};
use crate::support::{Client, id};

#[tokio::test]
async fn a_bucket_has_what_records_have_after_batches_that_hold_and_batches_that_fail() {
    let (server, s3) = both().await;
    offer(&server, json!({})).await;
    let guest = server.guest();
    let (large, other) = (content(7 << 20), content(300_000));
    let replaced = |last| {
        vec![create("docs", json!({})), delete("docs", &id("d1")), create("docs", json!({"id": id("d1")})), last]
    };
    let files: &[(&str, &str, &[u8])] =
        &[("requests.0.file", "large.bin", &large), ("requests.2.file", "other.bin", &other)];

    let made =
        send_files(&guest, vec![create("docs", json!({"id": id("d1")}))], &[("requests.0.file", "old.bin", &other)])
            .await;
    let old = format!("c_docs/{}/{}", id("d1"), made.is(200).text("/0/body/file"));
    has_objects(&s3, std::slice::from_ref(&old)).await;

    let failing = send_files(&guest, replaced(delete("docs", &id("none"))), files).await;
    failed_at(&failing, 3, 404, "The requested resource wasn't found.");
    has_objects(&s3, std::slice::from_ref(&old)).await;

    let answer = send_files(&guest, replaced(create("docs", json!({}))), files).await;
    let of = |at: usize| {
        let body = &answer.json[at]["body"];
        format!("c_docs/{}/{}", body["id"].as_str().unwrap(), body["file"].as_str().unwrap())
    };
    answer.is(200);
    let mut objects = [of(0), of(2)];
    objects.sort();
    has_objects(&s3, &objects).await;
    for (at, sent) in [(0, &large), (2, &other)] {
        let path = of(at).replacen("c_docs", "/api/files/docs", 1);
        assert!(guest.get(&path).await.is(200).body == *sent, "{path}");
    }
}
