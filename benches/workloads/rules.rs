//! The same as rules: an ordinary account lists, and sees what the list rule lets it see.

use super::pages::{self, List, Total, Values, nothing, texts};
use crate::data;
use crate::report::{Line, Published};
use crate::rounds::Bench;

/// Who asks; the floors take it as their parameter.
fn caller() -> Values {
    texts(|_| data::caller())
}

pub(super) fn run(bench: &Bench) -> Vec<Line> {
    let list = |name, rule, value, rows, count, published| List {
        name,
        total: Total::First,
        connections: 4,
        filter: "",
        query: "&sort=-created",
        value,
        rule: Some(rule),
        rows,
        count,
        target: "≤ 1.3",
        published,
    };
    let lists = [
        list(
            "rule through one relation",
            "author.owner = @request.auth.id",
            caller(),
            "SELECT {post} FROM posts WHERE author IN (SELECT id FROM authors WHERE owner = ?1)
             ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts WHERE author IN (SELECT id FROM authors WHERE owner = ?1)",
            Published::of(20.0, 98_000.0),
        ),
        list(
            "rule through a multi-valued relation, any",
            "labels.owner ?= @request.auth.id",
            caller(),
            "SELECT {post} FROM posts WHERE EXISTS (SELECT 1 FROM json_each(posts.labels) AS e
               WHERE e.value IN (SELECT id FROM labels WHERE owner = ?1)) ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts WHERE EXISTS (SELECT 1 FROM json_each(posts.labels) AS e
               WHERE e.value IN (SELECT id FROM labels WHERE owner = ?1))",
            Published::of(0.4, 3_000_000.0),
        ),
        list(
            "rule through a multi-valued relation, all",
            "labels.owner = @request.auth.id",
            caller(),
            "SELECT {post} FROM posts WHERE json_array_length(labels) > 0 AND NOT EXISTS (
               SELECT 1 FROM json_each(posts.labels) AS e
               WHERE e.value NOT IN (SELECT id FROM labels WHERE owner = ?1)) ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts WHERE json_array_length(labels) > 0 AND NOT EXISTS (
               SELECT 1 FROM json_each(posts.labels) AS e
               WHERE e.value NOT IN (SELECT id FROM labels WHERE owner = ?1))",
            Published::of(0.6, 2_200_000.0),
        ),
        list(
            "rule over each element, any",
            "@request.auth.id != '' && tags:each ?= 'blue'",
            nothing(),
            "SELECT {post} FROM posts WHERE EXISTS (SELECT 1 FROM json_each(posts.tags) AS e WHERE e.value = 'blue')
             ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts
             WHERE EXISTS (SELECT 1 FROM json_each(posts.tags) AS e WHERE e.value = 'blue')",
            Published::of(8.3, 219_000.0),
        ),
        list(
            "rule over each element, all",
            "@request.auth.id != '' && tags:each = 'red'",
            nothing(),
            "SELECT {post} FROM posts WHERE json_array_length(tags) > 0 AND NOT EXISTS (
               SELECT 1 FROM json_each(posts.tags) AS e WHERE e.value <> 'red') ORDER BY created DESC LIMIT 30",
            "SELECT COUNT(*) FROM posts WHERE json_array_length(tags) > 0 AND NOT EXISTS (
               SELECT 1 FROM json_each(posts.tags) AS e WHERE e.value <> 'red')",
            Published::of(4.6, 382_000.0),
        ),
    ];
    let both = |list: List| [List { published: None, total: Total::Skipped, ..list.clone() }, list];
    pages::lines(bench, lists.into_iter().flat_map(both).collect())
}
