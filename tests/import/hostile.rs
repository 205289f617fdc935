//! Files that mean harm: what they break is themselves.

use serde_json::json;

use super::house::people;
use crate::support::{Client, TestServer, collection};

#[tokio::test]
async fn hostile_rows_are_refused_one_by_one_and_good_ones_come_in() {
    let server = TestServer::with_collections([people()]).await;
    let deep = format!("{{\"name\":\"x\",\"extra\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let wide = format!("{{\"name\":\"x\",\"extra\":\"{}\"}}", "y".repeat(2 << 20));
    let rows = [
        deep.as_str(),
        &wide,
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"name\":\"x\",\"age\":1e999}",
        "{\"name\":\"x\",\"age\":9007199254740993}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":{\"$gt\":\"\"}}",
        "{\"name\":[\"a\"]}",
        "{\"name\":\"x\",\"tags\":{\"a\":1}}",
        "{\"name\":\"x\",\"id\":\"../../../../etc\"}",
        "{\"__proto__\":{\"admin\":true},\"constructor\":1,\"name\":\"good\"}",
    ];
    let answer = server.superuser().post_text("/api/collections/people/import", "text/plain", rows.join("\n")).await;
    answer.is(200).has("/created", 1).has("/bad", rows.len() as u64 - 1);
    server.superuser().list("people", &[]).await.has("/totalItems", 1).has("/items/0/name", "good");
}

#[tokio::test]
async fn names_of_columns_never_become_sql() {
    let server = TestServer::start().await;
    let header = "\"a\"\"); DROP TABLE _superusers; --\",collectionId,expand,_rowid_,x_via_y,id\n1,2,3,4,5,6\n";
    let answer =
        server.superuser().post_text("/api/collections/odd/import?format=csv&create=true", "text/csv", header).await;
    answer.is(200).has("/created", 1).has("/bad", 0);
    let list = server.superuser().list("odd", &[]).await;
    list.has("/items/0/a_DROP_TABLE__superusers", 1).has("/items/0/source_collectionId", 2);
    list.has("/items/0/source_id", 6).has("/items/0/xvia_y", 5);
}

#[tokio::test]
async fn a_new_column_in_each_row_makes_no_collection() {
    let server = TestServer::start().await;
    let rows: String = (0..2_000).map(|n| format!("{{\"c{n}\": 1}}\n")).collect();
    let answer = server.superuser().post_text("/api/collections/odd/import?create=true", "text/plain", rows).await;
    answer.is(400).message_has("more than 1000 different columns");
    server.superuser().get("/api/collections/odd").await.is(404);
}

#[tokio::test]
async fn files_cannot_be_claimed_and_passwords_are_hashed_and_repeated_nowhere() {
    let files = collection("docs", json!([{"name": "file", "type": "file"}]));
    let mut server = TestServer::with_collections([files]).await;
    let superuser = server.superuser();
    let answer = superuser.post_text("/api/collections/docs/import", "text/plain", "{\"file\": \"../data.db\"}").await;
    answer.is(200).has("/created", 0).has("/errors/0/data/file/code", "validation_invalid_file");
    let rows = "{\"email\":\"a@example.com\",\"password\":\"secret-words\"}\n{\"email\":\"b@example.com\",\"password\":\"short\"}";
    let answer = superuser.post_text("/api/collections/users/import", "text/plain", rows).await;
    answer.is(200).has("/created", 1).has("/errors/0/line", 2).never_says("secret-words").never_says("short\"");
    let database = server.stopped_database();
    let hash = database.value("SELECT password FROM users WHERE email = 'a@example.com'");
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    assert_eq!(
        database.value("SELECT count(*) FROM _tb_changes WHERE data LIKE '%argon2%' OR data LIKE '%secret%'"),
        "0"
    );
}
