//! Input that nobody well-meaning sends: it is refused with the envelope, never a 5xx, and never a stall for others.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::{Client, Guest, TestServer, blog, collection, id, notes, raw_request};

/// Filters that are fine as they stand, with every feature of the language in them.
const FILTERS: &[&str] = &[
    "name = 'p1' && views > 10",
    "(name ~ 'p%' || kind != \"news\") && published = true",
    "author.name ?= 'Ann' && tags.name ?!~ 'r'",
    "comments_via_post.by.nick ?= 'ann' || comments_via_post.stars >= 3",
    "labels:each ?= 'x' && labels:length < 3",
    "name:lower = \"a\\\"b\\u0041\"",
    "meta.a.b.0 = 1 || meta.s = 'it\\'s'",
    "geoDistance(place.lon, place.lat, 13.4, 52.5) < 100.5",
    "strftime('%Y-%m', day, '+1 month') = '2024-02'",
    "day >= @monthStart && day < @now // a comment\n && views != -5",
    "author.posts_via_author.tags.weight > 1",
    "null = kind || true = published || 1 != 2",
];

/// Pieces that a mutation puts in.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "(",
    ")",
    "((((((((",
    "&&",
    "||",
    "=",
    "!=",
    "?=",
    "~",
    "!~",
    ">",
    "?",
    "!",
    "\\",
    "\\u",
    "\\ud800",
    "\0",
    "\u{7f}",
    "\u{feff}",
    "é",
    "\u{202e}",
    "//",
    "/*",
    "--",
    ";",
    "@",
    "@request.auth.id",
    "@collection.",
    "@now",
    ":lower",
    ":each",
    ":",
    ".",
    "..",
    "_via_",
    "null",
    "-",
    "1e9",
    "99999999999999999999999999999999",
    "0.000000000000000000001",
    ",",
    "geoDistance(",
    "strftime(",
    "%",
    "_",
    "\n",
    "\r",
    "\t",
    " ",
    "draft",
    "id",
    "1=1",
    "' OR 1=1 --",
    "'; DROP TABLE posts; --",
    "UNION SELECT",
    "author.",
    "a.b.c.d.e.f.g.h.i",
    "`",
    "[",
    "]",
    "{",
    "}",
    "$1",
    "?1",
    "#",
    "\u{1f600}",
];

fn mutate(random: &mut StdRng) -> String {
    let mut text: Vec<char> = FILTERS[random.random_range(0..FILTERS.len())].chars().collect();
    for _ in 0..random.random_range(1..5) {
        let at = random.random_range(0..=text.len());
        match random.random_range(0..6) {
            0 if at < text.len() => {
                text.remove(at);
            }
            1 => {
                let end = (at + random.random_range(0..12)).min(text.len());
                text.drain(at..end);
            }
            2 => {
                let end = (at + random.random_range(0..20)).min(text.len());
                let part = text[at..end].to_vec();
                let into = random.random_range(0..=text.len());
                text.splice(into..into, part);
            }
            3 if at < text.len() => text[at] = char::from_u32(random.random_range(1..0x250)).unwrap_or('x'),
            4 => {
                let other = FILTERS[random.random_range(0..FILTERS.len())];
                let from = random.random_range(0..other.len());
                text.splice(at..at, other.chars().skip(from));
            }
            _ => {
                text.splice(at..at, PIECES[random.random_range(0..PIECES.len())].chars());
            }
        }
    }
    text.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_mutated_filters_never_fail_the_server_nor_stall_others() {
    let server = TestServer::with(blog()).await;
    let clients = [server.superuser(), server.guest().with_token("none")];
    let mut random = StdRng::seed_from_u64(20_240_110);
    let mutations: Vec<_> = (0..10_000).map(|_| mutate(&mut random)).collect();
    let (mut fine, mut refused) = (0, 0);
    let mut answers = stream::iter(mutations.iter().enumerate().map(|(number, filter)| {
        let client = &clients[number % 2];
        async move {
            let began = Instant::now();
            let answer = client.list("posts", &[("filter", filter)]).await;
            (filter, answer, began.elapsed())
        }
    }))
    .buffer_unordered(16);
    while let Some((filter, answer, took)) = answers.next().await {
        assert!([200, 400, 403].contains(&answer.status), "{filter:?}: {answer}");
        answer.is_no_failure();
        assert!(took < Duration::from_secs(3), "{filter:?} took {took:?}");
        if answer.status == 200 { fine += 1 } else { refused += 1 }
    }
    // Both must occur, or the mutations test nothing.
    assert!(fine > 200 && refused > 2000, "{fine} fine, {refused} refused");
    server.guest().list("posts", &[]).await.is(200).has("/totalItems", 5);
}

#[tokio::test]
async fn mutated_rules_sorts_expands_and_fields_never_fail_the_server() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let mut random = StdRng::seed_from_u64(7);
    for number in 0..800 {
        let text = mutate(&mut random);
        match number % 4 {
            0 => superuser.update_collection("tags", json!({"listRule": text})).await,
            1 => superuser.list("posts", &[("sort", &text)]).await,
            2 => superuser.list("posts", &[("expand", &text), ("perPage", "1")]).await,
            _ => superuser.list("posts", &[("fields", &text), ("perPage", "1")]).await,
        }
        .is_no_failure();
    }
}

#[tokio::test]
async fn deep_nesting_is_refused() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    for depth in [100, 1000, 1160] {
        let filter = format!("{}1=1{}", "(".repeat(depth), ")".repeat(depth));
        guest.list("posts", &[("filter", &filter)]).await.is_no_failure();
        let functions = format!("{}1{}=1", "strftime(".repeat(depth / 8), ")".repeat(depth / 8));
        guest.list("posts", &[("filter", &functions)]).await.is(400);
    }
    let path = "/api/collections/posts/records";
    for depth in [10_000, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let body = format!("{{\"meta\":{deep}}}");
            guest.post_text(path, "application/json", body.clone()).await.is_refused();
            let text = json!({"meta": deep}).to_string();
            guest.post_text(path, "application/json", text).await.is_no_failure();
            let form = crate::support::form(&[("@jsonPayload", &body)]);
            guest.create_form("posts", form).await.is_refused();
        }
    }
    let expand = "author.posts_via_author.".repeat(500);
    guest.list("posts", &[("expand", &expand)]).await.is(200);
    let fields = "expand.".repeat(3000);
    guest.list("posts", &[("fields", &fields)]).await.is_no_failure();
    guest.get("/api/health").await.is(200);
}

#[tokio::test]
async fn unknown_and_hidden_fields_are_refused_alike() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    for name in ["draft", "missing", "author.pen", "author.missing"] {
        let filter = guest.list("posts", &[("filter", &format!("{name} = 'x'"))]).await;
        let sort = guest.list("posts", &[("sort", name)]).await;
        for answer in [filter, sort] {
            answer.is(400).message("Something went wrong while processing your request.").no_data();
        }
    }
}

#[tokio::test]
async fn huge_numbers_are_refused_or_cast() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let path = "/api/collections/posts/records";
    for number in ["1e400", "-1e400", "1e99999999999999999999"] {
        guest.post_text(path, "application/json", format!("{{\"views\":{number}}}")).await.is(400).no_data();
        guest.post_text(path, "application/json", format!("{{\"meta\":[{number}]}}")).await.is(400).no_data();
    }
    let digits = "9".repeat(400);
    guest.post_text(path, "application/json", format!("{{\"views\":{digits}}}")).await.is(400);
    for number in
        ["1e308", "-1e308", "18446744073709551616", "9223372036854775808", "1e-400", "0.0000000000000000000000000001"]
    {
        guest.post_text(path, "application/json", format!("{{\"views\":{number}}}")).await.is(200);
    }
    guest.create("posts", json!({"views": digits})).await.is_no_failure();
    for _ in 0..2 {
        let big = guest.create("posts", json!({"views": 1e308})).await;
        guest
            .update("posts", &big.is(200).id(), json!({"views+": 1e308}))
            .await
            .is(400)
            .codes(&[("views", "validation_not_a_number")]);
    }
    for filter in [
        format!("views = {digits}"),
        format!("views > {digits}.{digits}"),
        format!("meta.{digits} = 1"),
        "views = 1.".to_owned(),
    ] {
        guest.list("posts", &[("filter", &filter)]).await.is_no_failure();
    }
    for value in ["99999999999999999999", "1e5", "NaN", "Infinity", "-0x1"] {
        guest.list("posts", &[("page", value)]).await.is(400);
        guest.list("posts", &[("perPage", value)]).await.is(400);
    }
}

#[tokio::test]
async fn invalid_utf8_is_refused() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let path = "/api/collections/posts/records";
    for bytes in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\x80"] {
        let mut body = b"{\"name\":\"".to_vec();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\"}");
        guest.post_text(path, "application/json", body).await.is_no_failure();
        let mut form = b"name=".to_vec();
        form.extend_from_slice(bytes);
        guest.post_text(path, "application/x-www-form-urlencoded", form).await.is_no_failure();
        let mut part = b"--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n".to_vec();
        part.extend_from_slice(bytes);
        part.extend_from_slice(b"\r\n--x--\r\n");
        guest.post_text(path, "multipart/form-data; boundary=x", part).await.is_no_failure();
        let encoded: String = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
        for target in [
            format!("{path}?filter=name='{encoded}'"),
            format!("{path}?sort={encoded}"),
            format!("{path}?expand={encoded}"),
            format!("{path}?fields={encoded}"),
            format!("{path}?{encoded}={encoded}"),
            format!("{path}/{encoded}"),
            format!("/api/collections/{encoded}/records"),
            format!("/{encoded}"),
        ] {
            guest.get(&target).await.is_no_failure();
        }
        let mut raw = b"GET /api/collections/posts/records?filter=name='".to_vec();
        raw.extend_from_slice(bytes);
        raw.extend_from_slice(b"' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        if let Some((status, _)) = raw_request(server.url(), &raw) {
            assert!(status < 500, "{status}");
        }
        let mut header =
            b"GET /api/collections/posts/records HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ".to_vec();
        header.extend_from_slice(bytes);
        header.extend_from_slice(b"\r\n\r\n");
        if let Some((status, _)) = raw_request(server.url(), &header) {
            assert!(status < 500, "{status}");
        }
    }
    // Whatever got in is text.
    guest.list("posts", &[("perPage", "100")]).await.is(200);
}

#[tokio::test]
async fn lone_surrogates_and_duplicate_keys() {
    let server = TestServer::with(blog()).await;
    let guest = server.guest();
    let path = "/api/collections/posts/records";
    for text in [
        r#"{"name":"\ud800"}"#,
        r#"{"name":"\udc00x"}"#,
        r#"{"meta":{"\ud800":1}}"#,
        r#"{"\ud800":1}"#,
        r#"{"meta":"\"\\ud800\""}"#,
    ] {
        guest.post_text(path, "application/json", text).await.is_no_failure();
    }
    // What was taken can be found, sorted by, and written again.
    let raw = guest.list("posts", &[("filter", "name = '' && meta != null"), ("sort", "meta")]).await;
    assert_eq!(raw.status, 200);
    let ids = regex::Regex::new(r#""id":"([a-z0-9]{15})""#).unwrap();
    for found in ids.captures_iter(&String::from_utf8_lossy(&raw.body)) {
        guest.update("posts", &found[1], json!({"views+": 1})).await.is(200);
        guest.view("posts", &found[1], &[("fields", "meta.a,name")]).await.is(200);
    }
    guest.list("posts", &[("filter", r#"name = "\ud800""#)]).await.is_no_failure();
    guest.list("posts", &[("filter", r#"name = "\ud800\ud800" || name = "\udc00""#)]).await.is_no_failure();
    let twice = r#"{"name":"first","views":1,"name":"second","meta":{"a":1,"a":2},"views":2}"#;
    guest
        .post_text(path, "application/json", twice)
        .await
        .is(200)
        .has("/name", "second")
        .has("/views", 2)
        .has("/meta", json!({"a": 2}));
    let rules = r#"{"name":"dup","listRule":"","name":"dup2","listRule":null}"#;
    server.superuser().post_text("/api/collections", "application/json", rules).await.is_no_failure();
}

#[tokio::test]
async fn wrong_types_for_every_field_type_never_fail_the_server() {
    let fields = json!([
        {"name": "text", "type": "text"}, {"name": "editor", "type": "editor"}, {"name": "number", "type": "number"},
        {"name": "bool", "type": "bool"}, {"name": "email", "type": "email"}, {"name": "url", "type": "url"}, {"name": "date", "type": "date"},
        {"name": "autodate", "type": "autodate", "onCreate": true}, {"name": "one", "type": "select", "values": ["a"]},
        {"name": "many", "type": "select", "values": ["a", "b"], "maxSelect": 2}, {"name": "file", "type": "file"},
        {"name": "files", "type": "file", "maxSelect": 3}, {"name": "rel", "type": "relation", "collectionId": "c_all"},
        {"name": "rels", "type": "relation", "collectionId": "c_all", "maxSelect": 3}, {"name": "json", "type": "json"},
        {"name": "password", "type": "password"}, {"name": "geo", "type": "geoPoint"},
    ]);
    let server = TestServer::with_collections([collection("all", fields.clone())]).await;
    let guest = server.guest();
    let made = guest.create("all", json!({})).await;
    let record = made.is(200).id();
    let nested = json!({"a": [{"b": [null, {"c": {}}]}]});
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e308),
        json!(-9_223_372_036_854_775_808_i64),
        json!(""),
        json!(" "),
        json!("x"),
        json!("\u{0}"),
        json!("'\"`;--"),
        json!("{\"lon\":1e999}"),
        json!("[["),
        json!("[\"a\",\"a\"]"),
        json!("x".repeat(6000)),
        json!([]),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!([1, "a", null, true, [1], {"a": 1}]),
        json!({}),
        json!({"lon": "x", "lat": []}),
        json!({"lon": 1e308, "lat": -1e308}),
        json!({"": ""}),
        json!({"$gt": ""}),
        json!({"__proto__": {"a": 1}}),
        nested,
    ];
    let names: Vec<_> =
        fields.as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect();
    let mut bodies = Vec::new();
    for name in names.iter().map(String::as_str).chain(["id", "collectionId", "expand"]) {
        for value in &values {
            for key in [
                name.to_owned(),
                format!("{name}+"),
                format!("+{name}"),
                format!("{name}-"),
                format!("{name}:autogenerate"),
                format!("{name}:x"),
            ] {
                bodies.push(json!({key: value}));
            }
        }
    }
    let (guest, record) = (&guest, &record);
    let mut answers = stream::iter(bodies.iter().enumerate().map(|(number, body)| async move {
        let answer = if number % 2 == 0 {
            guest.create("all", body.clone()).await
        } else {
            guest.update("all", record, body.clone()).await
        };
        (body, answer)
    }))
    .buffer_unordered(16);
    while let Some((body, answer)) = answers.next().await {
        assert!([200, 400].contains(&answer.status), "{body}: {answer}");
        answer.is_no_failure();
    }
    // Everything that was taken can be read, and sorted and filtered by.
    guest.list("all", &[("perPage", "1000"), ("expand", "rel,rels")]).await.is(200);
    for name in names.iter().filter(|name| *name != "password") {
        guest.list("all", &[("sort", name), ("filter", &format!("{name} != 'x'"))]).await.is(200);
    }
}

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

#[tokio::test]
async fn broken_http_is_refused_or_closed() {
    let server = TestServer::with(notes()).await;
    let requests: &[&[u8]] = &[
        b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /api/health HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"GET /api/health HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
        b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}x",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense nonsense nonsense",
        b"GET /api/health HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n", b"GET /api/health HTTP/1.1\nHost: x\n\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://example.com/api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ];
    let url = server.url().to_owned();
    let sent = requests.iter().map(|request| {
        let (url, request) = (url.clone(), request.to_vec());
        tokio::task::spawn_blocking(move || {
            if let Some((status, body)) = raw_request(&url, &request) {
                assert!(status < 500, "{:?}: {status} {body}", String::from_utf8_lossy(&request));
            }
        })
    });
    for done in futures_util::future::join_all(sent).await {
        done.expect("a refusal or a closed connection");
    }
    server.guest().get("/api/health").await.is(200);
}

/// Sends a body of a kind that is not read to its end anywhere else.
async fn head_of(guest: &Guest, body: Json) -> u16 {
    guest.create("notes", body).await.status
}

#[tokio::test]
async fn keys_without_end() {
    let server = TestServer::with(notes()).await;
    let guest = server.guest();
    let many: serde_json::Map<String, Json> = (0..50_000).map(|n| (format!("key{n}+"), json!(n))).collect();
    assert_eq!(head_of(&guest, Json::Object(many)).await, 200);
    assert_eq!(head_of(&guest, json!({"x".repeat(1_000_000): 1})).await, 200);
    let long: Vec<_> = (0..2000).map(|n| (format!("q{n}"), "x")).collect();
    let query: Vec<_> = long.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    guest.list("notes", &query).await.is_no_failure();
    guest.view("notes", &id("n1"), &[]).await.is(200);
}
