//! Pages of a large collection: newest first, by an index, far behind, by an order without an index, with relations.

use super::pages::{self, List, Total, nothing, numbers, texts};
use crate::data::{self, AUTHORS};
use crate::report::{Line, Published};
use crate::rounds::Bench;

pub(super) fn run(bench: &Bench) -> Vec<Line> {
    let newest = List {
        name: "list of 30, newest first",
        total: Total::Skipped,
        connections: 10,
        filter: "",
        query: "&sort=-created",
        value: nothing(),
        rule: None,
        rows: "SELECT {post} FROM posts ORDER BY created DESC LIMIT 30",
        count: "SELECT COUNT(*) FROM posts",
        target: "≤ 1.8",
        published: Published::of(2_272.0, 742.0),
    };
    let indexed = List {
        name: "list of 30, indexed filter",
        connections: 50,
        filter: "author = '{}'",
        value: texts(|n| data::id(n % AUTHORS)),
        rows: "SELECT {post} FROM posts WHERE author = ?1 ORDER BY created DESC LIMIT 30",
        count: "SELECT COUNT(*) FROM posts WHERE author = ?1",
        published: Published::of(1_361.0, 1_299.0),
        ..newest.clone()
    };
    let unindexed = List {
        name: "list of 30, unindexed filter",
        connections: 4,
        filter: "score >= {}",
        value: numbers(|n| 500 + n % 10),
        rows: "SELECT {post} FROM posts WHERE score >= ?1 ORDER BY created DESC LIMIT 30",
        count: "SELECT COUNT(*) FROM posts WHERE score >= ?1",
        published: None,
        ..newest.clone()
    };
    let middle = bench.rows / 2 / 30;
    let deep = List {
        name: "page in the middle",
        connections: 4,
        query: "&sort=-created&page={}",
        value: numbers(move |n| middle - n % 10),
        rows: "SELECT {post} FROM posts ORDER BY created DESC LIMIT 30 OFFSET (?1 - 1) * 30",
        published: None,
        ..newest.clone()
    };
    let sorted = List {
        name: "sort by an unindexed field",
        connections: 4,
        query: "&sort=-score,-created",
        rows: "SELECT {post} FROM posts ORDER BY score DESC, created DESC LIMIT 30",
        target: "≤ 1.3",
        published: None,
        ..newest.clone()
    };
    let expanded = List {
        name: "expand of two levels on 30 records",
        connections: 50,
        query: "&sort=-created&expand=author.company",
        rows: "SELECT {post}, a.id, a.name, a.active, a.owner, a.company, c.id, c.name
               FROM (SELECT * FROM posts ORDER BY created DESC LIMIT 30) AS posts
               LEFT JOIN authors AS a ON a.id = posts.author LEFT JOIN companies AS c ON c.id = a.company
               ORDER BY posts.created DESC",
        target: "≤ 2.5",
        published: Published::of(547.0, 3_459.0),
        ..newest.clone()
    };
    let with = |list: &List, total, published, target| List { total, published, target, ..list.clone() };
    pages::lines(
        bench,
        vec![
            newest.clone(),
            with(&newest, Total::Repeated, Published::of(378.0, 5_018.0), "≤ 1.3"),
            indexed.clone(),
            with(&indexed, Total::Repeated, None, "≤ 2"),
            with(&indexed, Total::First, None, "≤ 2"),
            unindexed.clone(),
            with(&unindexed, Total::Repeated, None, "≤ 0.1"),
            with(&unindexed, Total::First, None, "≤ 1.3"),
            deep,
            sorted,
            expanded,
        ],
    )
}
