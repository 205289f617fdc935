//! Input that nobody means well with: never a panic, never an error of the engine.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tuckbox::filter::FilterError;

use super::world::{Question, World};

/// Filters of all forms, to be spoilt.
const REAL: &[&str] = &[
    "title = 'Alpha' && n > 5 || active = true",
    "(author.name ?~ \"a\\\"b\" && readers.teams.name != 'x') || comments_via_post.votes >= -1.5",
    "@request.auth.id != '' && @request.body.title:changed = true && @collection.teams:x.lead ?= author.boss.id",
    "tags:each ?= 'a' && readers:length > 2 && title:lower !~ '%x_y\\\\%'",
    "data.a.b.0 = null && place.lon <= 3 // a comment\n&& strftime('%Y-%m', day, '+1 day') = '2024-01'",
    "geoDistance(place.lon, place.lat, 8.5, @request.query.lat) < 25 || day > @todayStart",
    "@request.body.author.teams.name = '' && @request.headers.x_token:isset = true",
    "posts_via_parent.posts_via_parent.readers.id ?= @request.auth.teams.lead.id",
];

const PIECES: &[&str] = &[
    "'",
    "\"",
    "\\",
    "(",
    ")",
    "((",
    "))",
    "&&",
    "||",
    "=",
    "!=",
    "?=",
    "~",
    "?!~",
    ">",
    ".",
    ":",
    ",",
    "@",
    "#",
    "_",
    "//",
    "\n",
    "\0",
    "%",
    "?",
    "null",
    "true",
    "@request.",
    "@collection.posts.",
    ":each",
    ":length",
    ":lower",
    ":isset",
    ":changed",
    "id",
    "author",
    "readers",
    "_via_",
    "comments_via_post",
    "data",
    "strftime(",
    "geoDistance(",
    "-1",
    "9999999999999999999999",
    "1.5",
    "é",
    "😀",
    "\u{202e}",
    "--",
    ";",
    "/*",
    "\"; DROP TABLE posts; --",
    "$.x",
    "[0]",
    "''",
    "\\u0000",
    "@now",
    " ",
];

/// A real filter with a few places spoilt.
fn spoilt() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0..4u8, prop::sample::select(PIECES), 0..8usize);
    (prop::sample::select(REAL), prop::collection::vec(change, 1..5)).prop_map(|(real, changes)| {
        let mut chars: Vec<char> = real.chars().collect();
        for (place, kind, piece, length) in changes {
            let at = place.index(chars.len() + 1);
            let end = (at + length).min(chars.len());
            match kind {
                0 => _ = chars.splice(at..at, piece.chars()),
                1 => _ = chars.splice(at..end, piece.chars()),
                2 => _ = chars.drain(at..end),
                _ => {
                    let copy: Vec<char> = chars[at..end].to_vec();
                    chars.splice(at..at, copy);
                }
            }
        }
        chars.into_iter().collect()
    })
}

/// Runs a text as rule, as a client's filter, and as a sort: an answer or a refusal, nothing else.
fn survives(world: &World, text: &str) {
    for (rule, filter, sort, superuser) in [
        (Some(text), None, None, false),
        (None, Some(text), None, false),
        (None, Some(text), None, true),
        (None, None, Some(text), true),
    ] {
        let _: Result<String, FilterError> =
            world.ask(&Question { rule, filter, sort, superuser, ..Question::default() });
    }
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_spoilt_filters_are_answered_or_refused() {
    let world = World::open().await;
    let run = runner(10_000).run(&spoilt(), |text| {
        survives(&world, &text);
        Ok(())
    });
    run.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn any_text_is_answered_or_refused() {
    let world = World::open().await;
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..30).prop_map(|pieces| pieces.concat());
    let run = runner(2_000).run(&prop_oneof![".{0,60}", pieces], |text| {
        survives(&world, &text);
        Ok(())
    });
    run.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn great_filters_are_refused_or_answered_at_once() {
    let world = World::open().await;
    let many = |part: &str, join: &str, count: usize| vec![part; count].join(join);
    let nested = |depth: usize| format!("{}n = 1{}", "(".repeat(depth), ")".repeat(depth));
    let aliases = |count: usize| {
        let parts: Vec<String> = (0..count).map(|at| format!("@collection.posts:a{at}.id ?= id")).collect();
        parts.join(" && ")
    };
    let zigzag: String = (0..90).fold("n = 1".to_owned(), |inner, at| {
        format!("({inner} {} comments_via_post.votes = {at})", if at % 2 == 0 { "&&" } else { "||" })
    });
    let searches_in_searches = |depth: usize, inner: &str| {
        (0..depth).fold(inner.to_owned(), |inner, at| {
            format!("(@collection.posts:a{at}.n ?= 1 && (@collection.posts:a{at}.id ?= id || {inner}))")
        })
    };
    let wide = many("(n > 1 && author.name ?= 'x' || readers.name = 'y')", " && ", 55);
    for text in [
        searches_in_searches(10, "n = 1"),
        searches_in_searches(10, &wide),
        searches_in_searches(99, "n = 1"),
        wide,
        nested(99),
        nested(101),
        nested(100_000),
        "(".repeat(1_000_000),
        many("readers.teams.lead.teams.lead.name = readers.teams.name", " && ", 200),
        many("comments_via_post.votes > 1", " || ", 200),
        many("tags:each = readers:each", " && ", 200),
        aliases(20),
        aliases(199),
        zigzag,
        format!("title = '{}'", "x".repeat(2_000_000)),
        format!("title ~ '{}'", "x".repeat(200_000)),
        format!("title ~ '{}'", "%a".repeat(20_000)),
        format!("n = {}", "1".repeat(100_000)),
        format!("{} = 1", "a.".repeat(100_000) + "b"),
        format!("strftime({}) = 1", "'%Y',".repeat(100_000)),
        format!("{}1", "geoDistance(".repeat(10_000)),
        "// comment\n".repeat(100_000) + "n = 1",
        many("strftime('%Y', day) = strftime('%Y', parent.day)", " && ", 200),
        many("geoDistance(place.lon, place.lat, parent.place.lon, parent.place.lat) < 5", " && ", 200),
    ] {
        let start = Instant::now();
        let _ = world.ask(&Question { rule: Some(&text), ..Question::default() });
        let _ = world.ask(&Question { filter: Some(&text), ..Question::default() });
        let took = start.elapsed();
        let shown: String = text.chars().take(60).collect();
        assert!(took < Duration::from_secs(5), "{shown} took {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_from_outside_never_become_sql() {
    let world = World::open().await;
    for value in ["' OR '1'='1", "\\' OR 1=1 --", "x\"; DROP TABLE posts; --", "?", "%' ESCAPE 'x", "\u{0}", "$1", ":a"]
    {
        let quoted = format!("title = \"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
        assert_eq!(world.ask(&Question { filter: Some(&quoted), ..Question::default() }).as_deref(), Ok(""), "{value}");
        let query = [("q", value)];
        for rule in ["title = @request.query.q", "data.a = @request.query.q", "author.name = @request.query.q"] {
            let question = Question { rule: Some(rule), query: &query, ..Question::default() };
            assert_eq!(world.ask(&question).as_deref(), Ok(""), "{value}");
        }
    }
    assert_eq!(world.ask(&Question::default()).as_deref(), Ok("p1 p2 p3 p4 p5 p6"));
}
