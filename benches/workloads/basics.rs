//! Single records: read, created, updated, on few and on many connections.

use std::sync::Arc;
use std::time::Duration;

use crate::data::{self, post};
use crate::floors::{self, Cost, Write};
use crate::load::{Script, request};
use crate::report::{Line, Published};
use crate::rounds::{Bench, Workload};

/// How many connections the writes of a group stand for.
pub(super) const GROUP: usize = 50;

pub(super) fn run(bench: &Bench) -> Vec<Line> {
    let point = |time| bench.reader.point_read(bench.rows, time);
    let write = |kind, group| move |time: Duration| floors::write(&bench.raw, bench.rows, kind, group, time);
    let (alone, grouped, updates) = (write(Write::Create, 1), write(Write::Create, GROUP), write(Write::Update, GROUP));
    type Floor<'a> = &'a dyn Fn(Duration) -> Cost;
    type Case<'a> = (&'static str, usize, Script, Floor<'a>, &'static str, Option<Published>);
    let workloads: [Case<'_>; 8] = [
        ("point read", 1, read(bench.rows), &point, "≤ 2", Published::of(4_577.0, 277.0)),
        ("point read", 50, read(bench.rows), &point, "≤ 2", Published::of(6_795.0, 227.0)),
        ("point read", 500, read(bench.rows), &point, "≤ 2", Published::of(9_179.0, 176.0)),
        ("create", 1, create(), &alone, "rate ≥ 0.77", Published::of(2_748.0, 432.0)),
        ("create", 50, create(), &grouped, "rate ≥ 0.7", Published::of(4_604.0, 330.0)),
        ("create", 500, create(), &grouped, "rate ≥ 0.7", Published::of(4_799.0, 336.0)),
        ("update", 50, update(bench.rows), &updates, "rate ≥ 0.63", Published::of(3_480.0, 449.0)),
        (
            "mixed: 9 point reads, 1 create",
            50,
            mixed(bench.rows),
            &|time| point(time / 2).mixed(grouped(time / 2), 0.1),
            "≤ 2",
            Published::of(6_173.0, 257.0),
        ),
    ];
    let wanted = workloads.into_iter().filter(|(name, ..)| bench.scale.wants(name));
    let line = |(name, connections, script, floor, target, published): Case<'_>| {
        let by_rate = target.starts_with("rate");
        bench.line(Workload { name: name.to_owned(), connections, script, floor, target, by_rate, published })
    };
    wanted.map(line).collect()
}

/// Reads records by their ids.
pub(super) fn read(rows: usize) -> Script {
    Arc::new(move |number, count| {
        let id = data::id((number * 7919 + count * 104_729) % rows);
        request("GET", &format!("/api/collections/posts/records/{id}"), None, None)
    })
}

/// Creates records.
pub(super) fn create() -> Script {
    Arc::new(|number, count| request("POST", "/api/collections/posts/records", None, Some(&post(number * 31 + count))))
}

fn update(rows: usize) -> Script {
    Arc::new(move |number, count| {
        let id = data::id((number * 7919 + count * 104_729) % rows);
        let body = format!(r#"{{"score":{count},"title":"Changed {count}"}}"#);
        request("PATCH", &format!("/api/collections/posts/records/{id}"), None, Some(&body))
    })
}

fn mixed(rows: usize) -> Script {
    let (read, create) = (read(rows), create());
    Arc::new(move |number, count| if (number + count) % 10 == 0 { create(number, count) } else { read(number, count) })
}
