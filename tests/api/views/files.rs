//! Files that views show.

use serde_json::json;

use super::has_view;
use crate::support::{Client, TestServer, collection, multipart};

#[tokio::test]
async fn a_view_serves_the_files_of_the_records_below() {
    let fields = json!([
        {"name": "doc", "type": "file"},
        {"name": "many", "type": "file", "maxSelect": 3},
        {"name": "kept", "type": "file", "protected": true},
    ]);
    let server = TestServer::with_collections([collection("docs", fields)]).await;
    let (superuser, guest) = (server.superuser(), server.guest());
    let files: [(&str, &str, &[u8]); 4] =
        [("doc", "a.txt", b"one"), ("many", "b.txt", b"two"), ("many", "c.txt", b"three"), ("kept", "d.txt", b"four")];
    let made = superuser.create_form("docs", multipart(&[], &files)).await;
    let record = made.is(200).id();
    let name = |pointer: &str| made.text(pointer).to_owned();
    has_view(&superuser, "v1", "select (row_number() over ()) as id, doc as paper, many, kept from docs").await;
    for level in 2..=6 {
        has_view(&superuser, &format!("v{level}"), &format!("select id, paper, many, kept from v{}", level - 1)).await;
    }
    for level in 1..=5 {
        for (pointer, content) in [("/doc", "one"), ("/many/0", "two"), ("/many/1", "three"), ("/kept", "four")] {
            let file = guest.get(&format!("/api/files/v{level}/1/{}", name(pointer))).await;
            assert_eq!(file.is(200).body, content.as_bytes(), "{level} {pointer}");
        }
    }
    guest.get(&format!("/api/files/v6/1/{}", name("/doc"))).await.is(404);
    guest.get(&format!("/api/files/v1/2/{}", name("/doc"))).await.is(404);
    guest.get("/api/files/v1/1/other.txt").await.is(404);
    // The rule of protected files is the view's.
    superuser.update_collection("v1", json!({"viewRule": "paper = 'nothing'"})).await.is(200);
    guest.get(&format!("/api/files/v1/1/{}", name("/kept"))).await.is(404);
    guest.get(&format!("/api/files/v1/1/{}", name("/doc"))).await.is(200);
    superuser.update_collection("docs", json!({"viewRule": null})).await.is(200);
    guest.get(&format!("/api/files/v2/1/{}", name("/kept"))).await.is(200);
    guest.get(&format!("/api/files/docs/{record}/{}", name("/kept"))).await.is(404);
}
