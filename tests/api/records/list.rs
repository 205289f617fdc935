//! `GET …/records`: the envelope and paging.

use serde_json::json;

use crate::support::{Client, TestServer, collection, id, notes};

#[tokio::test]
async fn a_list_has_its_envelope() {
    let server = TestServer::with(notes()).await;
    let answer = server.guest().list("notes", &[]).await;
    answer.is(200);
    assert_eq!(
        answer.json,
        json!({
            "page": 1, "perPage": 30, "totalItems": 3, "totalPages": 1,
            "items": [
                {"collectionId": "c_notes", "collectionName": "notes", "id": id("n1"), "title": "Ash", "rank": 1, "done": true},
                {"collectionId": "c_notes", "collectionName": "notes", "id": id("n2"), "title": "Birch", "rank": 2, "done": false},
                {"collectionId": "c_notes", "collectionName": "notes", "id": id("n3"), "title": "Cedar", "rank": 3, "done": true},
            ],
        })
    );
    answer.has_header("content-type", "application/json");
}

#[tokio::test]
async fn an_empty_list_has_no_pages() {
    let server = TestServer::with_collections([collection("empty", json!([]))]).await;
    let answer = server.guest().list("empty", &[]).await;
    assert_eq!(answer.is(200).json, json!({"page": 1, "perPage": 30, "totalItems": 0, "totalPages": 0, "items": []}));
}

#[tokio::test]
async fn a_collection_is_found_by_id_and_in_any_case() {
    let server = TestServer::with(notes()).await;
    for name in ["c_notes", "NOTES"] {
        server.guest().list(name, &[]).await.is(200).has("/items/0/collectionName", "notes");
    }
    for name in ["C_notes", "missing", "notes%20", "%00", "_tb_changes", "_collections", "sqlite_master"] {
        server.guest().list(name, &[]).await.is(404).message("Missing collection context.").no_data();
    }
}

#[tokio::test]
async fn pages() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let table: &[(&str, &str, &str, i64, i64, i64)] = &[
        // page, perPage → titles, page, perPage, totalPages as answered
        ("1", "2", "Ash Birch", 1, 2, 2),
        ("2", "2", "Cedar", 2, 2, 2),
        ("3", "2", "", 3, 2, 2),
        ("99999999", "2", "", 99_999_999, 2, 2),
        ("9223372036854775807", "1", "", i64::MAX, 1, 3),
        ("0", "2", "Ash Birch", 1, 2, 2),
        ("-5", "2", "Ash Birch", 1, 2, 2),
        ("+2", "2", "Cedar", 2, 2, 2),
        ("1", "0", "Ash Birch Cedar", 1, 30, 1),
        ("1", "-1", "Ash Birch Cedar", 1, 30, 1),
        ("1", "1000", "Ash Birch Cedar", 1, 1000, 1),
        ("1", "1001", "Ash Birch Cedar", 1, 1000, 1),
        ("1", "9223372036854775807", "Ash Birch Cedar", 1, 1000, 1),
        ("", "", "Ash Birch Cedar", 1, 30, 1),
    ];
    for (page, per_page, titles, answered_page, answered_per_page, pages) in table {
        let answer = guest.list("notes", &[("page", page), ("perPage", per_page)]).await;
        assert_eq!(answer.is(200).column("title"), *titles, "{page} {per_page}");
        answer
            .has("/page", *answered_page)
            .has("/perPage", *answered_per_page)
            .has("/totalPages", *pages)
            .has("/totalItems", 3);
    }
    for (name, value) in [
        ("page", "x"),
        ("page", "1.5"),
        ("page", "1 "),
        ("page", "0x1"),
        ("page", "9223372036854775808"),
        ("page", "--1"),
        ("perPage", "x"),
        ("perPage", "1e3"),
        ("perPage", "99999999999999999999"),
        ("skipTotal", "maybe"),
        ("skipTotal", "2"),
        ("skipTotal", "tRUE"),
        ("skipTotal", "yes"),
    ] {
        let answer = guest.list("notes", &[(name, value)]).await;
        assert_eq!(answer.status, 400, "{name}={value}: {answer}");
        answer.is(400).message("Something went wrong while processing your request.").no_data();
    }
}

#[tokio::test]
async fn skip_total_skips_the_count() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    for value in ["1", "t", "T", "TRUE", "true", "True"] {
        let answer = guest.list("notes", &[("skipTotal", value), ("perPage", "1")]).await;
        answer.is(200).has("/totalItems", -1).has("/totalPages", -1).has("/page", 1);
        assert_eq!(answer.items().len(), 1);
    }
    for value in ["0", "f", "F", "FALSE", "false", "False", ""] {
        guest.list("notes", &[("skipTotal", value)]).await.is(200).has("/totalItems", 3);
    }
}

#[tokio::test]
async fn the_first_of_a_repeated_parameter_counts_and_unknown_ones_are_ignored() {
    let server = TestServer::with(notes()).await;
    let query = [
        ("perPage", "1"),
        ("perPage", "x"),
        ("page", "2"),
        ("page", "1"),
        ("what", "else"),
        ("filter", "rank>0"),
        ("filter", "("),
    ];
    let answer = server.guest().list("notes", &query).await;
    assert_eq!(answer.is(200).column("title"), "Birch");
    answer.has("/perPage", 1);
}

#[tokio::test]
async fn a_long_list_comes_in_a_thousand_and_no_more() {
    let server = TestServer::with_collections([collection("many", json!([{"name": "n", "type": "number"}]))]).await;
    let superuser = server.superuser();
    let numbers: Vec<_> = (0..1050).collect();
    for part in numbers.chunks(50) {
        let created = part.iter().map(|n| superuser.create("many", json!({"n": n})));
        for answer in futures_util::future::join_all(created).await {
            answer.is(200);
        }
    }
    let first = server.guest().list("many", &[("perPage", "5000"), ("sort", "n")]).await;
    assert_eq!(first.is(200).items().len(), 1000);
    first.has("/totalItems", 1050).has("/totalPages", 2).has("/perPage", 1000).has("/items/999/n", 999);
    let second = server.guest().list("many", &[("perPage", "1000"), ("page", "2"), ("sort", "n")]).await;
    assert_eq!(second.is(200).items().len(), 50);
    second.has("/items/0/n", 1000);
}

#[tokio::test]
async fn without_a_sort_records_come_in_the_order_in_which_they_were_made() {
    let server = TestServer::with_collections([collection("log", json!([{"name": "n", "type": "number"}]))]).await;
    let superuser = server.superuser();
    for (n, id) in ["zzzzzzzzzzzzzzz", "aaaaaaaaaaaaaaa", "mmmmmmmmmmmmmmm", "bbbbbbbbbbbbbbb"].iter().enumerate() {
        superuser.create("log", json!({"id": id, "n": n})).await.is(200);
    }
    assert_eq!(server.guest().list("log", &[]).await.is(200).column("n"), "0 1 2 3");
}
