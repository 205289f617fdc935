//! Writes that are more than a row: with a rule, beside lists, with everything that goes along.

use std::sync::Arc;
use std::time::Duration;

use super::basics::{GROUP, create};
use crate::data::{self, post};
use crate::floors::{self, Page, Write};
use crate::load::{Script, request};
use crate::report::{Line, Published, Round, micros};
use crate::rounds::{Bench, Workload};

/// Speaks of the caller, of what is sent, and of a related record.
const CREATE_RULE: &str = "@request.auth.id != '' && @request.body.title:isset = true && author.active = true";

/// How many creates a batch has.
const BATCH: usize = 100;

/// In how many requests one is a create, where the others list.
const LISTS: usize = 20;

pub(super) fn run(bench: &Bench) -> Vec<Line> {
    let mut lines = Vec::new();
    let name = "create with a rule on caller, body and a relation";
    if bench.scale.wants(name) {
        bench.set_rules(&data::rules("", CREATE_RULE));
        for (connections, published) in [(50, Published::of(2_213.0, 644.0)), (500, Published::of(2_467.0, 675.0))] {
            let token = bench.tokens.member.clone();
            lines.push(bench.line(Workload {
                name: name.to_owned(),
                connections,
                script: Arc::new(move |number, count| {
                    let body = post(number * 31 + count);
                    request("POST", "/api/collections/posts/records", Some(&token), Some(&body))
                }),
                floor: &|time| floors::write(&bench.raw, bench.rows, Write::CheckedCreate, GROUP, time),
                target: "rate ≥ 0.6",
                by_rate: true,
                published,
            }));
        }
        bench.set_rules(&data::rules("", ""));
    }
    let name = "batch of 100 creates, against 100 single ones";
    if bench.scale.wants(name) {
        lines.push(batches(bench, name));
    }
    let name = "list newest first with total, a create in 20 requests";
    if bench.scale.wants(name) {
        lines.push(lists_beside_creates(bench, name));
    }
    let name = "delete with a cascade over 10,000 records";
    if bench.scale.wants(name) {
        lines.push(cascade(bench, name));
    }
    lines
}

/// What is the floor elsewhere is here the same server: the same records, one request each, one after the other.
fn batches(bench: &Bench, name: &str) -> Line {
    let offered = serde_json::json!({"batch": {"enabled": true, "maxRequests": BATCH, "timeout": 30}});
    let token = Some(bench.tokens.superuser.as_str());
    bench.runtime.block_on(data::call(&bench.server.address, "PATCH", "/api/settings", token, &offered));
    let single = create();
    let script: Script = Arc::new(|number, count| {
        let item = |at: usize| {
            let body = post(number * 31 + count * BATCH + at);
            format!(r#"{{"method":"POST","url":"/api/collections/posts/records","body":{body}}}"#)
        };
        let items: Vec<_> = (0..BATCH).map(item).collect();
        request("POST", "/api/batch", None, Some(&format!(r#"{{"requests":[{}]}}"#, items.join(","))))
    });
    let mut rounds = Vec::new();
    for _ in 0..bench.scale.rounds {
        let (cpu_of_one, singles) = bench.round(&bench.server, 1, bench.scale.round / 2, &single);
        let (cpu, outcome) = bench.round(&bench.server, 1, bench.scale.round / 2, &script);
        rounds.push(Round {
            cpu,
            rate: outcome.rate(),
            p50: micros(outcome.percentile(0.5)) / 1_000.0,
            p99: micros(outcome.percentile(0.99)) / 1_000.0,
            refused: outcome.refused + singles.refused,
            floor_cpu: cpu_of_one * BATCH as f64,
            floor_rate: Some(singles.rate() / BATCH as f64),
        });
    }
    let target = "≤ 0.5, rate ≥ 10";
    let line = Line { name: name.to_owned(), rows: bench.rows, connections: 1, rounds, target, published: None };
    eprintln!("{}", line.short());
    line
}

/// Every create makes an earlier total wrong.
fn lists_beside_creates(bench: &Bench, name: &str) -> Line {
    let create = create();
    let script: Script = Arc::new(move |number, count| match (number + count).is_multiple_of(LISTS) {
        true => create(number, count),
        false => request("GET", "/api/collections/posts/records?perPage=30&sort=-created", None, None),
    });
    let page = Page {
        rows: "SELECT {post} FROM posts ORDER BY created DESC LIMIT 30",
        count: Some("SELECT COUNT(*) FROM posts"),
    };
    let floor = |time: Duration| {
        let list = bench.reader.page(page, |_| rusqlite::types::Value::Null, time / 2);
        list.mixed(floors::write(&bench.raw, bench.rows, Write::Create, GROUP, time / 2), 1.0 / LISTS as f64)
    };
    bench.line(Workload {
        name: name.to_owned(),
        connections: 10,
        script,
        floor: &floor,
        target: "≤ 2",
        by_rate: false,
        published: None,
    })
}

/// Each round deletes another parent, here and in the copy.
fn cascade(bench: &Bench, name: &str) -> Line {
    let mut rounds = Vec::new();
    for parent in 0..bench.scale.rounds {
        let parent = data::id(parent);
        let cost = floors::cascade(&bench.raw, &parent);
        let before = bench.server.cpu();
        let took = bench.runtime.block_on(delete_parent(&bench.server.address, &parent));
        let cpu = micros(bench.server.cpu() - before);
        let wall = took.as_secs_f64();
        rounds.push(Round {
            cpu,
            rate: 1.0 / wall,
            p50: wall * 1_000.0,
            p99: wall * 1_000.0,
            refused: 0,
            floor_cpu: micros(cost.cpu),
            floor_rate: Some(1.0 / cost.wall.as_secs_f64()),
        });
    }
    let line =
        Line { name: name.to_owned(), rows: bench.rows, connections: 1, rounds, target: "≤ 3", published: None };
    eprintln!("{}", line.short());
    line
}

/// Deletes a parent with its children; how long it took.
pub(super) async fn delete_parent(address: &str, parent: &str) -> Duration {
    let begin = std::time::Instant::now();
    let path = format!("/api/collections/parents/records/{parent}");
    data::call(address, "DELETE", &path, None, &serde_json::Value::Null).await;
    begin.elapsed()
}
