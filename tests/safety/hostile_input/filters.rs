//! Filters, sorts, expands and rules, mutated, nested, and asking for what is not theirs.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::support::{Client, TestServer, blog};

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
