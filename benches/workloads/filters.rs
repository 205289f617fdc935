//! Filters that no index serves, or that go through relations and lists: everybody may list, a client filters.

use super::pages::{self, List, Total, nothing, numbers, texts};
use crate::data::{AUTHORS, LABELS, SAME_TEXT};
use crate::report::{Line, Published};
use crate::rounds::Bench;

pub(super) fn run(bench: &Bench) -> Vec<Line> {
    let plain = List {
        name: "unindexed field",
        total: Total::Skipped,
        connections: 4,
        filter: "score = {}",
        query: "&sort=-created",
        value: numbers(|n| n * 37 % 1000),
        rule: None,
        rows: "SELECT {post} FROM posts WHERE score = ?1 ORDER BY created DESC LIMIT 30",
        count: "SELECT COUNT(*) FROM posts WHERE score = ?1",
        target: "≤ 1.15",
        published: None,
    };
    let texts_of_comments = bench.rows / SAME_TEXT;
    let list = |name, filter, value, rows, count| List { name, filter, value, rows, count, ..plain.clone() };
    let lists = [
        plain.clone(),
        List {
            connections: 10,
            published: Published::of(20.0, 99_000.0),
            ..list(
                "substring: ~",
                "title ~ 'part {}'",
                numbers(|n| 100 + n * 37 % 900),
                "SELECT {post} FROM posts WHERE title LIKE '%part ' || ?1 || '%' ORDER BY created DESC LIMIT 30",
                "SELECT COUNT(*) FROM posts WHERE title LIKE '%part ' || ?1 || '%'",
            )
        },
        list(
            "through one relation",
            "author.name = '{}'",
            texts(|n| format!("Author {}", n % AUTHORS)),
            "SELECT {post} FROM posts WHERE author IN (SELECT id FROM authors WHERE name = ?1)
             ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts WHERE author IN (SELECT id FROM authors WHERE name = ?1)",
        ),
        list(
            "through a multi-valued relation, any: ?=",
            "labels.name ?= '{}'",
            texts(|n| format!("Label {}", n % LABELS)),
            "SELECT {post} FROM posts WHERE EXISTS (SELECT 1 FROM json_each(posts.labels) AS e
               WHERE e.value IN (SELECT id FROM labels WHERE name = ?1)) ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts WHERE EXISTS (SELECT 1 FROM json_each(posts.labels) AS e
               WHERE e.value IN (SELECT id FROM labels WHERE name = ?1))",
        ),
        list(
            "through a multi-valued relation, all: =",
            "labels.name = '{}'",
            texts(|n| format!("Label {}", n * 21 % LABELS)),
            "SELECT {post} FROM posts WHERE json_array_length(labels) > 0 AND NOT EXISTS (
               SELECT 1 FROM json_each(posts.labels) AS e
               WHERE e.value NOT IN (SELECT id FROM labels WHERE name = ?1)) ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts WHERE json_array_length(labels) > 0 AND NOT EXISTS (
               SELECT 1 FROM json_each(posts.labels) AS e
               WHERE e.value NOT IN (SELECT id FROM labels WHERE name = ?1))",
        ),
        list(
            "each element, any: :each ?=",
            "tags:each ?= 'blue'",
            nothing(),
            "SELECT {post} FROM posts WHERE EXISTS (SELECT 1 FROM json_each(posts.tags) AS e WHERE e.value = 'blue')
             ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts
             WHERE EXISTS (SELECT 1 FROM json_each(posts.tags) AS e WHERE e.value = 'blue')",
        ),
        list(
            "each element, all: :each =",
            "tags:each = 'red'",
            nothing(),
            "SELECT {post} FROM posts WHERE json_array_length(tags) > 0 AND NOT EXISTS (
               SELECT 1 FROM json_each(posts.tags) AS e WHERE e.value <> 'red') ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts WHERE json_array_length(tags) > 0 AND NOT EXISTS (
               SELECT 1 FROM json_each(posts.tags) AS e WHERE e.value <> 'red')",
        ),
        list(
            "back-relation: ?=",
            "comments_via_post.text ?= 'Comment {}'",
            numbers(move |n| n * 37 % texts_of_comments),
            "SELECT {post} FROM posts WHERE id IN (SELECT post FROM comments WHERE text = 'Comment ' || ?1)
             ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts WHERE id IN (SELECT post FROM comments WHERE text = 'Comment ' || ?1)",
        ),
    ];
    let both = |list: List| [List { published: None, ..list.clone() }, List { total: Total::First, ..list }];
    pages::lines(bench, lists.into_iter().flat_map(both).collect())
}
