//! `?filter=`: grammar, operators, casts, functions, macros. Each line is a filter over the posts of the blog and the
//! posts that it finds.

use super::{are_refused, finds, found};
use crate::support::{Client, TestServer, blog, collection};

const ALL: &str = "p1 p2 p3 p4 p5";

#[tokio::test]
async fn comparisons() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("name = 'p1'", "p1"),
            ("name = \"p1\"", "p1"),
            ("name='p1'", "p1"),
            ("  name\t=\n'p1'\r\n ", "p1"),
            ("name != 'p1'", "p2 p3 p4 p5"),
            ("'p1' = name", "p1"),
            ("name = name", ALL),
            ("name > 'p3'", "p4 p5"),
            ("1 = 1", ALL),
            ("1 = 2", ""),
            ("'a' < 'b'", ALL),
            ("views = 10", "p1"),
            ("views = 10.0", "p1"),
            ("views = 010", "p1"),
            ("views = '10'", "p1"),
            ("views = -5", "p5"),
            ("views != 10", "p2 p3 p4 p5"),
            ("views > 10", "p2 p3"),
            ("views >= 10", "p1 p2 p3"),
            ("views < 0", "p5"),
            ("views <= 0", "p4 p5"),
            ("views > -5.5", ALL),
            ("views < 99999999999999999999999999", ALL),
            ("published = true", "p1 p3 p5"),
            ("published = TRUE", "p1 p3 p5"),
            ("published != true", "p2 p4"),
            ("published = false", "p2 p4"),
            ("published = 1", "p1 p3 p5"),
            ("published = 'true'", ""),
            ("kind = 'news'", "p1 p3"),
            ("kind != 'news'", "p2 p4 p5"),
            ("name = 1", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn empty_and_null() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("kind = ''", "p4"),
            ("kind = null", "p4"),
            ("kind = NULL", "p4"),
            ("kind != ''", "p1 p2 p3 p5"),
            ("kind != null", "p1 p2 p3 p5"),
            ("author = ''", "p5"),
            ("author != ''", "p1 p2 p3 p4"),
            ("views = ''", ""),
            ("views = null", ""),
            ("published = ''", ""),
            ("day = ''", "p4"),
            ("labels = ''", ""),
            ("'' = null", ALL),
            ("'' != null", ""),
            ("null = null", ALL),
            ("author.name = ''", "p5"),
            ("author.name != ''", "p1 p2 p3 p4"),
            ("author.born > 0", "p1 p2 p3 p4"),
            ("author.born <= 0", ""),
            ("author.name != 'Ann'", "p3 p4 p5"),
        ],
    )
    .await;
}

#[tokio::test]
async fn dates_compare_as_text() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("day = '2024-02-10 00:00:00.000Z'", "p2"),
            ("day < '2024'", "p4"),
            ("day >= '2024-02-10'", "p2 p3 p5"),
            ("day > '2024-01-31' && day < '2024-12-31'", "p2 p3"),
            ("day ~ '2024-0'", "p1 p2 p3"),
            ("day >= '2024-01-10 12:00:00.000Z' && day <= '2024-01-10 12:00:00.000Z'", "p1"),
        ],
    )
    .await;
}

#[tokio::test]
async fn likeness() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("name ~ 'p'", ALL),
            ("name ~ 'P1'", "p1"),
            ("name ~ '1'", "p1"),
            ("name ~ 1", "p1"),
            ("name !~ '1'", "p2 p3 p4 p5"),
            ("name ~ 'p%'", ALL),
            ("name ~ '%1'", "p1"),
            ("name ~ '1%'", ""),
            ("name ~ 'p_'", ""),
            ("name ~ 'p_%'", ALL),
            ("name ~ '\\%'", ""),
            ("name ~ ''", ALL),
            ("name ~ null", ""),
            ("name !~ null", ""),
            ("body ~ 'FOREMOST'", "p1"),
            ("body ~ '&amp;'", "p1"),
            ("body !~ 'first'", "p2 p3 p4 p5"),
            ("author.name ~ 'n'", "p1 p2"),
            ("author.name !~ 'n'", "p3 p4"),
            ("author.name ~ ''", "p1 p2 p3 p4"),
            ("'p1 and p2' ~ name", "p1 p2"),
            ("name ~ name", ALL),
            ("views ~ 1", "p1"),
            ("'100%' ~ '%'", ALL),
            ("'100%' ~ '0\\%'", ALL),
            ("'100' ~ '0\\%'", ""),
            ("'a_b' ~ 'a_b'", ALL),
            ("'axb' ~ 'a_b'", ""),
            ("'axb' ~ 'a_b%'", ALL),
        ],
    )
    .await;
}

#[tokio::test]
async fn joining_and_grouping() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("name='p1'||name='p2'", "p1 p2"),
            ("name='p1'&&views=10", "p1"),
            ("name='p1' && views=20", ""),
            ("name='p1' || name='p2' && views=10", "p1"),
            ("(name='p1' || name='p2') && views=20", "p2"),
            ("((((name='p1'))))", "p1"),
            ("name='p1' || (name='p2' && (views=20 || views=1)) || name='p5'", "p1 p2 p5"),
            ("name = 'p1' // a comment", "p1"),
            ("// a comment\nname = 'p1'", "p1"),
            ("name = // where )\n 'p1'", "p1"),
            ("(name = 'p1' // a bracket )\n)", "p1"),
            ("name = 'p1 // no comment' || name = 'p2'", "p2"),
            ("name = '(' || name = ')' || name = 'p3'", "p3"),
            ("name = '&&' || name = 'p3'", "p3"),
        ],
    )
    .await;
}

#[tokio::test]
async fn texts_and_their_escapes() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            (r#"'it\'s' = "it's""#, ALL),
            (r#"'say "hi"' = "say \"hi\"""#, ALL),
            (r#""a\nb" = 'a\nb'"#, ""),
            (r#""a\\nb" = 'a\nb'"#, ALL),
            ("\"a\\nb\" = \"a\nb\"", ALL),
            ("'a\nb' = \"a\\nb\"", ALL),
            (r#""\u0041\u00e9" = 'Aé'"#, ALL),
            (r#""\ud83d\ude00" = '😀'"#, ALL),
            (r#""\%\_" = '\%\_'"#, ALL),
            (r#"'a\\b' = "a\\\\b""#, ALL),
            (r#""a\/b" = 'a/b'"#, ALL),
            (r#""\t" = "	""#, ALL),
            (r#""a\\" = "a\\""#, ALL),
            (r#""" = ''"#, ALL),
            ("'héllo wörld 日本' = \"héllo wörld 日本\"", ALL),
            ("'DROP TABLE posts; --' = name", ""),
        ],
    )
    .await;
    // Two texts side by side are no text with a quote in it.
    are_refused(&server, &["name = 'p1'' OR 1=1'", "name = 'p1''p2'"]).await;
}

#[tokio::test]
async fn json_paths() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("meta.n = 5", "p1"),
            ("meta.n = '5'", ""),
            ("meta.n > 4", "p1"),
            ("meta.n != 5", "p2 p3 p4 p5"),
            ("meta.s = 'text'", "p1"),
            ("meta.s ~ 'ex'", "p1"),
            ("meta.a.b.0 = 1", "p1"),
            ("meta.a.b.1 = 'two'", "p1"),
            ("meta.a.b.2 = true", "p1"),
            ("meta.a.b.3 = null", ALL),
            ("meta.a = '{\"b\":[1,\"two\",true]}'", "p1"),
            ("meta.0 = 10", "p2"),
            ("meta.1 = 20", "p2"),
            ("meta.missing = null", ALL),
            ("meta.missing = ''", ""),
            ("meta = null", "p5"),
            ("meta != null", "p1 p2 p3 p4"),
            ("meta = ''", "p4"),
            ("meta = 'plain'", "p3"),
            ("meta = '[10,20]'", "p2"),
            ("meta > 100", "p1 p2 p3 p4"),
            ("place.lon > 10", "p1"),
            ("place.lat = 48.85", "p2"),
            ("place.lon = 0", "p3 p4 p5"),
            ("author.posts_via_author.meta.n ?= 5", "p1 p2"),
        ],
    )
    .await;
}

#[tokio::test]
async fn multiple_values() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("labels = '[\"x\",\"y\"]'", "p1"),
            ("labels ~ 'x'", "p1 p2"),
            ("labels:length = 2", "p1"),
            ("labels:length = 0", "p3"),
            ("labels:length > 0", "p1 p2 p4 p5"),
            ("labels:each = 'x'", "p2"),
            ("labels:each ?= 'x'", "p1 p2"),
            ("labels:each != 'x'", "p3 p4 p5"),
            ("labels:each ?!= 'x'", "p1 p3 p4 p5"),
            ("labels:each ~ '%'", "p1 p2 p4 p5"),
            ("kind:each = 'news'", "p1 p3"),
            ("kind:length = 1", "p1 p2 p3 p5"),
            ("kind:length = 0", "p4"),
            ("tags:length = 2", "p1 p5"),
            ("author:length = 0", "p5"),
            ("name:lower = 'p1'", "p1"),
            ("author.name:lower = 'ann'", "p1 p2"),
            ("name:length = 'p1'", "p1"),
            ("name:each = 'p1'", "p1"),
            ("name:isset = 'p1'", "p1"),
            ("name:changed = 'p1'", "p1"),
        ],
    )
    .await;
}

#[tokio::test]
async fn functions() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("geoDistance(place.lon, place.lat, 13.4, 52.5) < 1", "p1"),
            ("geoDistance(place.lon, place.lat, 13.4, 52.5) < 1000", "p1 p2"),
            ("geoDistance(2.35, 48.85, 13.4, 52.5) > 870 && geoDistance(2.35, 48.85, 13.4, 52.5) < 890", ALL),
            ("1 > geoDistance(place.lon,place.lat,13.4,52.5,)", "p1"),
            ("geoDistance(name, 1, 2, 3) = 0", ""),
            ("strftime('%Y', day) = '2024'", "p1 p2 p3"),
            ("strftime('%Y', day) = 2024", ""),
            ("strftime('%Y', day) = ''", "p4"),
            ("strftime('%Y', day) != ''", "p1 p2 p3 p5"),
            ("strftime('%m-%d', '2024-02-10') = '02-10'", ALL),
            ("strftime('%Y-%m', day, '+1 month') = '2024-02'", "p1"),
            ("strftime('%Y', day, '+1 month', '+1 year') = '2025'", "p1 p2 p3"),
            ("strftime('%Y', 0, 'unixepoch') = '1970'", ALL),
            ("strftime('%Y') != ''", ALL),
            ("strftime('%Y-%m-%d', @now) = strftime('%Y-%m-%d')", ALL),
            ("strftime('nonsense') = 'nonsense'", ALL),
        ],
    )
    .await;
}

#[tokio::test]
async fn macros() {
    let server = TestServer::with(blog()).await;
    let year = chrono::Utc::now().format("%Y").to_string();
    let (number, text) = (format!("@year = {year}"), format!("@year = '{year}'"));
    finds(
        &server,
        &[
            (&number, ALL),
            (&text, ""),
            ("@now > '2020' && @now < '3000'", ALL),
            ("@now ~ '%-%-% %:%:%.%Z'", ALL),
            ("@yesterday < @now && @now < @tomorrow", ALL),
            ("@todayStart <= @now && @now <= @todayEnd", ALL),
            ("@monthStart <= @todayStart && @todayEnd <= @monthEnd", ALL),
            ("@yearStart <= @monthStart && @monthEnd <= @yearEnd", ALL),
            ("@todayStart ~ '% 00:00:00.000Z' && @todayEnd ~ '% 23:59:59.999Z'", ALL),
            ("@yearStart ~ '%-01-01 00:00:00.000Z' && @yearEnd ~ '%-12-31 23:59:59.999Z'", ALL),
            ("@weekday >= 0 && @weekday <= 6", ALL),
            ("@second >= 0 && @second < 60 && @minute < 60 && @hour < 24", ALL),
            ("@day >= 1 && @day <= 31 && @month >= 1 && @month <= 12", ALL),
            ("day < @yearStart", "p1 p2 p3 p4 p5"),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_no_filter_is_refused() {
    let server = TestServer::with(blog()).await;
    let deep = format!("{}name='p1'{}", "(".repeat(5000), ")".repeat(5000));
    let many = vec!["name='p1'"; 201].join("||");
    let long = format!("name = '{}'", "x".repeat(3500));
    are_refused(
        &server,
        &[
            "   ",
            "// only a comment",
            "()",
            "( )",
            "name",
            "name =",
            "= name",
            "name 'p1'",
            "name == 'p1'",
            "name = 'p1",
            "name = \"p1",
            "name = p1",
            "(name = 'p1'",
            "name = 'p1')",
            "name = 'p1' &&",
            "&& name = 'p1'",
            "name = 'p1' & views = 1",
            "name = 'p1' | views = 1",
            "name = 'p1' AND views = 1",
            "name = 'p1' and views = 1",
            "NOT name = 'p1'",
            "!name = 'p1'",
            "name = 'p1' || || views = 1",
            "name in ('p1')",
            "name like 'p1'",
            "name = 'p1' name = 'p2'",
            "(name = 'p1') (views = 1)",
            "(name = 'p1') views = 1",
            "name = ('p1')",
            "(name) = 'p1'",
            "views + 1 = 2",
            "views = +1",
            "views = .5",
            "views = 1.",
            "views = 1e3",
            "views = - 5",
            "views = 0x10",
            "views = 1_000",
            "name =! 'p1'",
            "name <> 'p1'",
            "name === 'p1'",
            "name ?? 'p1'",
            "name ? = 'p1'",
            "name := 'p1'",
            "name = 'p1';",
            "name = 'p1'; DROP TABLE posts",
            "name = 'p1' --",
            "name = 'p1' /* c */",
            "name = `p1`",
            "name = [1]",
            "name = {}",
            "name = $1",
            "name = ?",
            "name = @",
            "name = #",
            "name = _",
            "missing = 1",
            "Name = 'p1'",
            "name. = 1",
            "name: = 1",
            ".name = 1",
            "name..x = 1",
            "name.x = 1",
            "views.x = 1",
            "author.missing = 1",
            "missing.name = 1",
            "comments_via_missing.id = 1",
            "missing_via_author.id = 1",
            "tags_via_author.id = 1",
            "_via_.id = 1",
            "meta.a:lower = 1",
            "name:nothing = 1",
            "name:lower.x = 1",
            "author:lower.name = 1",
            "rowid = 1",
            "_rowid_ = 1",
            "collectionId = 1",
            "collectionName = 1",
            "expand = 1",
            "@nothing = 1",
            "@now:lower = 1",
            "@request = 1",
            "@request.auth = 1",
            "@request.query = 1",
            "@request.nothing.x = 1",
            "@collection = 1",
            "@collection.tags = 1",
            "@collection.missing.id = 1",
            "@collection.tags.missing = 1",
            "@request.method:lower = 1",
            "@request.context:isset = true",
            "#name = 1",
            "@@now = 1",
            "missing(name) = 1",
            "GEODISTANCE(1,2,3,4) = 1",
            "geoDistance() = 1",
            "geoDistance(1,2,3) = 1",
            "geoDistance(1,2,3,4,5) = 1",
            "geoDistance('1',2,3,4) = 1",
            "geoDistance(geoDistance(1,2,3,4),2,3,4) = 1",
            "strftime() = 1",
            "strftime(name) = 1",
            "strftime('%Y', strftime('%Y')) = 1",
            "strftime('%Y', day, name) = 1",
            "strftime('%Y', day, 1) = 1",
            "lower(name) = 'p1'",
            "strftime('%Y','1','2','3','4','5','6','7','8','9','10') = 1",
            "geoDistance(1,2,3,4 = 1",
            "geoDistance(1,,3,4) = 1",
            "name = '\\",
            "name = 'x\\'",
            "a.b.c.d.e.f.g.h = 1",
            "name = 'p1'\u{0}",
            "\u{0}",
            "name\u{a0}= 'p1'",
            "名 = 1",
            "név = 1",
            "author.posts_via_author.author.posts_via_author.author.posts_via_author.author.name = 'x'",
            &deep,
            &many,
            &long,
        ],
    )
    .await;
    let most = vec!["name='p1'"; 200].join("||");
    assert_eq!(found(&server.superuser(), &most).await, "p1");
    let longest = format!("name='{}'", "x".repeat(3500 - 7));
    assert_eq!(longest.len(), 3500);
    assert_eq!(found(&server.superuser(), &longest).await, "");
}

#[tokio::test]
async fn an_empty_filter_is_none() {
    let server = TestServer::with(blog()).await;
    server.guest().list("posts", &[("filter", "")]).await.is(200).has("/totalItems", 5);
}

#[tokio::test]
async fn text_columns_need_quoted_numbers() {
    let fields = serde_json::json!([{"name": "code", "type": "text"}]);
    let server = TestServer::with_collections([collection("codes", fields)]).await;
    let guest = server.guest();
    guest.create("codes", serde_json::json!({"code": "123"})).await.is(200);
    for (filter, count) in [("code = '123'", 1), ("code = 123", 0), ("code = '123.0'", 0), ("code > 1", 1)] {
        guest.list("codes", &[("filter", filter)]).await.is(200).has("/totalItems", count);
    }
}
