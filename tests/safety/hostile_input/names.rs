//! Ids, paths and names that are SQL, or no names at all.

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, TestServer, blog, notes, raw_request};

/// SQL where a name or a value is taken.
const SQL: &[&str] = &[
    "' OR '1'='1",
    "'; DROP TABLE posts; --",
    "\"; DROP TABLE posts; --",
    "`; DROP TABLE posts; --",
    "1; DROP TABLE posts",
    "') OR 1=1 --",
    "x' UNION SELECT tokenKey FROM members --",
    "name) FROM posts; --",
    "name`, (SELECT tokenKey FROM members)",
    "[name]",
    "name COLLATE NOCASE",
    "name DESC; --",
    "CASE WHEN 1=1 THEN name END",
    "(SELECT 1)",
    "\u{0}",
    "a\u{0}b",
    "/**/",
    "name/**/",
    "%' --",
    "\\'; --",
    "sqlite_master",
    "rowid",
];

#[tokio::test]
async fn sql_where_a_name_or_a_value_is_taken() {
    let server = TestServer::with(blog()).await;
    let (guest, superuser) = (server.guest(), server.superuser());
    for sql in SQL {
        let encoded: String =
            url::form_urlencoded::byte_serialize(sql.as_bytes()).collect::<String>().replace('+', "%20");
        for client in [&superuser, &guest.with_token("none")] {
            for name in ["filter", "sort", "expand", "fields", "page", "perPage", "skipTotal"] {
                client.list("posts", &[(name, sql)]).await.is_no_failure();
            }
            for filter in [
                format!("name = '{sql}'"),
                format!("name ~ \"{sql}\""),
                format!("{sql} = 1"),
                format!("meta.{sql} = 1"),
                format!("author.{sql} = 1"),
                format!("{sql}_via_post.id = 1"),
                format!("name:{sql} = 1"),
                format!("strftime('{sql}', day) = 1"),
                format!("@collection.{sql}.id = 1"),
            ] {
                client.list("posts", &[("filter", &filter)]).await.is_no_failure();
            }
            client.list("posts", &[("sort", &format!("meta.{sql}"))]).await.is_no_failure();
            client.get(&format!("/api/collections/{encoded}")).await.is_refused();
            client.get(&format!("/api/collections/{encoded}/records")).await.is_refused();
            client.get(&format!("/api/collections/posts/records/{encoded}")).await.is_refused();
            client.remove(&format!("/api/collections/posts/records/{encoded}")).await.is_refused();
            client.create("posts", json!({"id": sql})).await.is(400);
            client.create("posts", json!({*sql: sql, format!("{sql}+"): sql})).await.is(200);
            client
                .create("posts", json!({"author": sql}))
                .await
                .is(400)
                .codes(&[("author", "validation_missing_rel_records")]);
        }
        let made = superuser.create("posts", json!({"name": sql, "body": sql, "meta": {*sql: sql}})).await;
        superuser.view("posts", &made.is(200).id(), &[]).await.is(200).has("/name", *sql).has("/body", *sql);
        superuser.delete("posts", &made.id()).await.is(204);
        for body in [
            json!({"name": sql}),
            json!({"name": "x1", "id": sql}),
            json!({"name": "x2", "fields": [{"name": sql, "type": "text"}]}),
            json!({"name": "x3", "indexes": [sql]}),
            json!({"name": "x4", "indexes": [format!("CREATE INDEX i ON x4 ({sql})")]}),
            json!({"name": "x5", "indexes": [format!("CREATE INDEX {sql} ON x5 (id)")]}),
            json!({"name": "x6", "listRule": sql}),
            json!({"name": "x7", "type": "auth", "passwordAuth": {"identityFields": [sql]}}),
        ] {
            let answer = superuser.create_collection(body).await;
            answer.is_no_failure();
            if answer.status == 200 {
                superuser.remove(&format!("/api/collections/{}", answer.id())).await.is(204);
            }
        }
        superuser.get(&format!("/api/collections?filter={encoded}&sort={encoded}")).await.is_no_failure();
        let sign_in = json!({"identity": sql, "password": sql, "identityField": sql});
        guest.post("/api/collections/_superusers/auth-with-password", sign_in).await.is_refused();
    }
    let mut server = server;
    let database = server.stopped_database();
    database.is_sound();
    assert_eq!(database.value("SELECT count(*) FROM posts WHERE name LIKE 'p_'"), "5");
    assert_eq!(database.value("SELECT count(*) FROM members"), "2");
}

#[tokio::test]
async fn ids_and_paths_of_all_shapes() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    for part in [
        "%00",
        "%27",
        "%22",
        "%60",
        "%2e%2e",
        "..%2f..%2fdata.db",
        "%252f",
        "%5c",
        "a%0ab",
        "%f0%9f%98%80",
        "*",
        "n1%00",
        "-",
        "--",
        "null",
        "true",
        "0",
        &"x".repeat(10_000),
        "%25%32%37",
    ] {
        for path in [
            format!("/api/collections/notes/records/{part}"),
            format!("/api/collections/{part}/records"),
            format!("/api/collections/{part}/records/{part}"),
            format!("/api/{part}"),
            format!("/_/{part}"),
            format!("/api/collections/{part}/auth-with-password"),
        ] {
            let answer = guest.get(&path).await;
            // The start page may answer whatever lies below it.
            if !path.starts_with("/_/") {
                answer.is(404).no_data();
            }
            answer.is_no_failure();
            guest.send(guest.request(Method::PATCH, &path).json(&json!({}))).await.is_refused();
            guest.remove(&path).await.is_refused();
        }
    }
    for target in [
        "/api/collections/notes/records/../../../../etc/passwd",
        "/_/../../data.db",
        "/_/..%2f..%2fdata.db",
        "//etc/passwd",
        "/api/../data.db",
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        if let Some((status, body)) = raw_request(server.url(), request.as_bytes()) {
            assert!((300..500).contains(&status) || !body.contains("SQLite"), "{target}: {status} {body}");
            assert!(!body.contains("root:") && !body.contains("SQLite format"), "{target}: {body}");
        }
    }
    guest.list("notes", &[]).await.is(200).has("/totalItems", 3);
}
