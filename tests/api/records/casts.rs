//! What is submitted and what is stored, for every field type. Casting never fails a request.

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer, collection};

/// Demands what a field of this kind makes of each submitted value: in the answer, and when read again.
async fn casts(kind: &str, options: Json, table: Vec<(Json, Json)>) {
    let mut field = json!({"name": "f", "type": kind});
    field.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    let server = TestServer::with_collections([collection("casts", json!([field]))]).await;
    let guest = server.guest();
    let mut wrong = Vec::new();
    for (sent, stored) in table {
        let made = guest.create("casts", json!({"f": sent})).await;
        if made.status != 200 {
            wrong.push(format!("{sent} → {made}"));
            continue;
        }
        let again = guest.view("casts", &made.id(), &[]).await;
        for answer in [&made, &again] {
            // Compared as text, so that 10 and 10.0 differ.
            let (got, stored) = (answer.json["f"].to_string(), stored.to_string());
            if got != stored {
                wrong.push(format!("{sent}\n    expected {stored}\n    got      {got}"));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{kind}:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn text() {
    casts(
        "text",
        json!({}),
        vec![
            (json!("plain"), json!("plain")),
            (json!("  kept  "), json!("  kept  ")),
            (json!(""), json!("")),
            (json!(null), json!("")),
            (json!(5), json!("5")),
            (json!(1.0), json!("1")),
            (json!(-1.50), json!("-1.5")),
            (json!(1e21), json!("1000000000000000000000")),
            (json!(1e-7), json!("0.0000001")),
            (json!(true), json!("true")),
            (json!(false), json!("false")),
            (json!([1]), json!("")),
            (json!({"a": 1}), json!("")),
            (json!("<b>&\u{2028}</b>"), json!("<b>&\u{2028}</b>")),
            (json!("日本 🎉 \u{200d} é"), json!("日本 🎉 \u{200d} é")),
            (json!("a\u{0}b"), json!("a\u{0}b")),
            (json!("line\r\nbreak\t"), json!("line\r\nbreak\t")),
            (json!("'; DROP TABLE casts; --"), json!("'; DROP TABLE casts; --")),
        ],
    )
    .await;
}

#[tokio::test]
async fn editor() {
    casts(
        "editor",
        json!({}),
        vec![
            (json!("<script>alert(1)</script>"), json!("<script>alert(1)</script>")),
            (json!(5), json!("5")),
            (json!(null), json!("")),
            (json!({"a": 1}), json!("")),
        ],
    )
    .await;
}

#[tokio::test]
async fn number() {
    casts(
        "number",
        json!({}),
        vec![
            (json!(10), json!(10)),
            (json!(10.0), json!(10)),
            (json!(1.5), json!(1.5)),
            (json!(-0.0), json!(0)),
            (json!(0.000001), serde_json::from_str("0.000001").unwrap()),
            (json!("1e3"), json!(1000)),
            (json!("010"), json!(10)),
            (json!("+5"), json!(5)),
            (json!(".5"), json!(0.5)),
            (json!("5."), json!(5)),
            (json!("-2.25"), json!(-2.25)),
            (json!(" 5"), json!(0)),
            (json!("5 "), json!(0)),
            (json!("0x10"), json!(0)),
            (json!("x"), json!(0)),
            (json!("true"), json!(0)),
            (json!(""), json!(0)),
            (json!(true), json!(1)),
            (json!(false), json!(0)),
            (json!(null), json!(0)),
            (json!([1]), json!(0)),
            (json!({"a": 1}), json!(0)),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64)),
            (json!(-9_007_199_254_740_992_i64), json!(-9_007_199_254_740_992_i64)),
        ],
    )
    .await;
}

#[tokio::test]
async fn numbers_are_written_shortest() {
    let server = TestServer::with_collections([collection("casts", json!([{"name": "f", "type": "number"}]))]).await;
    let guest = server.guest();
    for (sent, written) in [
        ("10.0", "10"),
        ("1e-7", "1e-7"),
        ("0.000001", "0.000001"),
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("123456789012345680000", "123456789012345680000"),
        ("1e300", "1e+300"),
        ("0.1", "0.1"),
        ("-0", "0"),
        ("3.0000000000000004", "3.0000000000000004"),
    ] {
        let made =
            guest.post_text("/api/collections/casts/records", "application/json", format!("{{\"f\":{sent}}}")).await;
        let again = guest.view("casts", &made.is(200).id(), &[]).await;
        for answer in [made, again] {
            let body = String::from_utf8(answer.body.clone()).unwrap();
            assert!(
                body.contains(&format!("\"f\":{written},")) || body.contains(&format!("\"f\":{written}}}")),
                "{sent} → {body}"
            );
        }
    }
}

#[tokio::test]
async fn bool() {
    let yes = ["1", "t", "T", "TRUE", "true", "True"].map(|text| (json!(text), json!(true)));
    let no = ["yes", "0", "", "tRue", "on", "2"].map(|text| (json!(text), json!(false)));
    let mut table = vec![
        (json!(true), json!(true)),
        (json!(false), json!(false)),
        (json!(0.5), json!(true)),
        (json!(-1), json!(true)),
        (json!(0), json!(false)),
        (json!(null), json!(false)),
        (json!([true]), json!(false)),
        (json!({"a": true}), json!(false)),
    ];
    table.extend(yes);
    table.extend(no);
    casts("bool", json!({}), table).await;
}

#[tokio::test]
async fn email_and_url() {
    casts(
        "email",
        json!({}),
        vec![
            (json!("Some.One+x@Example.com"), json!("Some.One+x@Example.com")),
            (json!("é@exämple.com"), json!("é@exämple.com")),
            (json!(null), json!("")),
            (json!([]), json!("")),
        ],
    )
    .await;
    let urls = [
        "http://x",
        "ftp://a",
        "mailto:a@b.c",
        "tel:123",
        "http://user:p@a.com",
        "http://[::1]",
        "https://exa_mple.com",
        "example.com",
        "www.a.com/x",
        "https://a.com/p?q=1#f",
        "",
    ];
    casts("url", json!({}), urls.iter().map(|url| (json!(url), json!(url))).collect()).await;
}

#[tokio::test]
async fn date() {
    let good = [
        ("2024-01-02", "2024-01-02 00:00:00.000Z"),
        ("2024-01-02 03:04:05", "2024-01-02 03:04:05.000Z"),
        ("2024-01-02T03:04:05", "2024-01-02 03:04:05.000Z"),
        ("2024-01-02 03:04:05Z", "2024-01-02 03:04:05.000Z"),
        ("2024-01-02 03:04:05.6Z", "2024-01-02 03:04:05.600Z"),
        ("2024-01-02 03:04:05.678Z", "2024-01-02 03:04:05.678Z"),
        ("2024-01-02T03:04:05.678999Z", "2024-01-02 03:04:05.678Z"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02 01:04:05.000Z"),
        ("2024-01-02T03:04:05-0230", "2024-01-02 05:34:05.000Z"),
        ("2024-01-02 03:04:05 +0200", "2024-01-02 01:04:05.000Z"),
        ("2024-01-02 03:04:05 +0200 CEST", "2024-01-02 01:04:05.000Z"),
        ("2024-02-29", "2024-02-29 00:00:00.000Z"),
        ("Tue, 02 Jan 2024 03:04:05 GMT", "2024-01-02 03:04:05.000Z"),
        ("02 Jan 24 03:04 UTC", "2024-01-02 03:04:00.000Z"),
        ("02 Jan 2006", "2006-01-02 00:00:00.000Z"),
        ("Mon Jan  2 15:04:05 2006", "2006-01-02 15:04:05.000Z"),
        ("9999-12-31 23:59:59.999Z", "9999-12-31 23:59:59.999Z"),
    ];
    let bad = [
        "2024-01-02 03:04",
        "2024-01-02Z",
        "2024-01-02t03:04:05",
        "2024-01-02 03:04:05z",
        "2024-01-02 03:04:05 UTC",
        "2024/01/02",
        "20240102",
        "1704164645",
        " 2024-01-02",
        "2024-01-02 ",
        "2023-02-29",
        "2024-13-01",
        "2024-01-02 25:00:00",
        "10000-01-01",
        "0001-01-01 00:00:00Z",
        "nonsense",
        "",
        "@now",
    ];
    let mut table: Vec<_> = good.iter().map(|(sent, stored)| (json!(sent), json!(stored))).collect();
    table.extend(bad.iter().map(|sent| (json!(sent), json!(""))));
    table.extend([json!(1_704_164_645), json!(null), json!(true), json!([]), json!({})].map(|sent| (sent, json!(""))));
    casts("date", json!({}), table).await;
}

#[tokio::test]
async fn select_one() {
    let values = json!({"values": ["a", "b", "0", "1", "false", "[x"], "maxSelect": 1});
    casts(
        "select",
        values,
        vec![
            (json!("a"), json!("a")),
            (json!(["a", "b"]), json!("b")),
            (json!("[\"a\",\"b\"]"), json!("b")),
            (json!(["a", ""]), json!("a")),
            (json!(""), json!("")),
            (json!(null), json!("")),
            (json!([]), json!("")),
            (json!({"a": "b"}), json!("")),
            (json!(0), json!("0")),
            (json!(1), json!("1")),
            (json!(false), json!("false")),
            (json!("[x"), json!("[x")),
            (json!([["a"], {"b": 1}, null, "b"]), json!("b")),
        ],
    )
    .await;
}

#[tokio::test]
async fn select_many() {
    let values = json!({"values": ["a", "b", "c", "a,b", "1", "true"], "maxSelect": 6});
    casts(
        "select",
        values,
        vec![
            (json!(["a", "b"]), json!(["a", "b"])),
            (json!(["b", "a", "b"]), json!(["b", "a"])),
            (json!("a"), json!(["a"])),
            (json!("a,b"), json!(["a,b"])),
            (json!("[\"a\",\"c\"]"), json!(["a", "c"])),
            (json!(""), json!([])),
            (json!([""]), json!([])),
            (json!(null), json!([])),
            (json!([1, true]), json!(["1", "true"])),
            (json!(1), json!(["1"])),
            (json!({}), json!([])),
            (json!([["a"], {"a": 1}, null]), json!([])),
        ],
    )
    .await;
}

#[tokio::test]
async fn json_values() {
    casts(
        "json",
        json!({}),
        vec![
            (json!({"b": 1, "a": [true, null]}), json!({"a": [true, null], "b": 1})),
            (json!([1.0, 1.5]), json!([1, 1.5])),
            (json!("plain"), json!("plain")),
            (json!(""), json!("")),
            (json!(null), json!(null)),
            (json!(5), json!(5)),
            (json!(1.5), json!(1.5)),
            (json!(true), json!(true)),
            (json!(false), json!(false)),
            (json!([]), json!([])),
            (json!({}), json!({})),
            (json!("null"), json!(null)),
            (json!("true"), json!(true)),
            (json!("false"), json!(false)),
            (json!("123"), json!(123)),
            (json!("-1"), json!(-1)),
            (json!("\"quoted\""), json!("quoted")),
            (json!("[1,2]"), json!([1, 2])),
            (json!("{\"a\":1}"), json!({"a": 1})),
            (json!("[1,2"), json!("[1,2")),
            (json!("01"), json!("01")),
            (json!("+1"), json!("+1")),
            (json!(" [1]"), json!(" [1]")),
            (json!("True"), json!("True")),
            (json!("NULL"), json!("NULL")),
            (json!({"deep": {"<b>": "&"}}), json!({"deep": {"<b>": "&"}})),
        ],
    )
    .await;
}

#[tokio::test]
async fn json_texts_are_kept_byte_for_byte() {
    let mut server = TestServer::with_collections([collection("casts", json!([{"name": "f", "type": "json"}]))]).await;
    let guest = server.guest();
    let text = r#"{"b":1.0, "a":9007199254740993}"#;
    let made = guest.create("casts", json!({"f": text})).await;
    let again = guest.view("casts", &made.is(200).id(), &[]).await;
    for answer in [&made, &again] {
        let body = String::from_utf8(answer.body.clone()).unwrap();
        assert!(body.contains(r#""f":{"b":1.0,"a":9007199254740993}"#), "{body}");
    }
    // Sent as JSON it is stored compact, sorted, numbers as 64-bit floats, the last of a repeated key.
    let sent = r#"{"f":{"b":1.0,"a":1e3,"b":2,"n":9007199254740993}}"#;
    let sorted = guest.post_text("/api/collections/casts/records", "application/json", sent).await;
    let body = String::from_utf8(sorted.is(200).body.clone()).unwrap();
    assert!(body.contains(r#""f":{"a":1000,"b":2,"n":9007199254740992}"#), "{body}");
    let database = server.stopped_database();
    let stored = database.column(&format!("SELECT f FROM casts WHERE id = '{}'", made.id()));
    assert_eq!(stored, [text]);
}

#[tokio::test]
async fn geo_point() {
    let zero = json!({"lon": 0, "lat": 0});
    casts(
        "geoPoint",
        json!({}),
        vec![
            (json!({"lon": 1.5, "lat": -2}), json!({"lon": 1.5, "lat": -2})),
            (json!("{\"lon\":1,\"lat\":2}"), json!({"lon": 1, "lat": 2})),
            (json!({"LON": 1, "Lat": 2, "x": 3}), json!({"lon": 1, "lat": 2})),
            (json!({"lon": 1}), json!({"lon": 1, "lat": 0})),
            (json!({"lon": null, "lat": 2}), json!({"lon": 0, "lat": 2})),
            (json!({"lon": 1, "lat": "x"}), json!({"lon": 1, "lat": 0})),
            (json!(5), zero.clone()),
            (json!(true), zero.clone()),
            (json!([1, 2]), zero.clone()),
            (json!("nonsense"), zero.clone()),
            (json!(null), zero.clone()),
            (json!({}), zero),
        ],
    )
    .await;
}

#[tokio::test]
async fn relations() {
    let server = TestServer::with(crate::support::blog()).await;
    let guest = server.guest();
    let id = crate::support::id;
    for (sent, stored) in [
        (json!(id("red")), json!([id("red")])),
        (json!([id("red"), id("red"), id("blue")]), json!([id("red"), id("blue")])),
        (json!(format!("[\"{}\"]", id("red"))), json!([id("red")])),
        (json!(null), json!([])),
        (json!(""), json!([])),
        (json!({}), json!([])),
        (json!(["", null, {}]), json!([])),
    ] {
        let answer = guest.create("posts", json!({"tags": sent})).await;
        assert_eq!(answer.is(200).json["tags"], stored, "{sent}");
    }
    for (sent, stored) in [
        (json!([id("a1"), id("a2")]), id("a2")),
        (json!(id("a1")), id("a1")),
        (json!(null), String::new()),
        (json!({}), String::new()),
    ] {
        guest.create("posts", json!({"author": sent})).await.is(200).has("/author", stored);
    }
}
