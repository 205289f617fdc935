//! What the log costs a request: the same requests with logging as their floor has them, without.

use serde_json::json;

use super::basics::{create, read};
use crate::data;
use crate::load::Script;
use crate::report::{Line, Round, micros};
use crate::rounds::Bench;

const CONNECTIONS: usize = 50;

/// Reads the newest entry, which has all that waits written first.
const NEWEST: &str = "/api/logs?perPage=1&skipTotal=1&sort=-@rowid";

pub(super) fn run(bench: &Bench) -> Vec<Line> {
    let workloads = [("logging a point read", read(bench.rows)), ("logging a create", create())];
    let wanted = workloads.into_iter().filter(|(name, _)| bench.scale.wants(name));
    let lines = wanted.map(|(name, script)| line(bench, name, &script)).collect();
    keep_logs(bench, true);
    lines
}

fn line(bench: &Bench, name: &str, script: &Script) -> Line {
    let rounds = (0..bench.scale.rounds).map(|_| round(bench, script)).collect();
    let line = Line {
        name: name.to_owned(),
        rows: bench.rows,
        connections: CONNECTIONS,
        rounds,
        target: "≤ 1.1",
        published: None,
    };
    eprintln!("{}", line.short());
    line
}

fn round(bench: &Bench, script: &Script) -> Round {
    keep_logs(bench, false);
    let (floor_cpu, _) = bench.round(&bench.server, CONNECTIONS, bench.scale.round, script);
    keep_logs(bench, true);
    let before = bench.server.cpu();
    let (_, outcome) = bench.round(&bench.server, CONNECTIONS, bench.scale.round, script);
    // The entries of the last requests cost as much as the others.
    ask(bench, "GET", NEWEST, &serde_json::Value::Null);
    let cpu = micros(bench.server.cpu() - before) / (outcome.requests + outcome.refused).max(1) as f64;
    Round {
        cpu,
        rate: outcome.rate(),
        p50: micros(outcome.percentile(0.5)) / 1_000.0,
        p99: micros(outcome.percentile(0.99)) / 1_000.0,
        refused: outcome.refused,
        floor_cpu,
        floor_rate: None,
    }
}

fn keep_logs(bench: &Bench, kept: bool) {
    ask(bench, "PATCH", "/api/settings", &json!({"logs": {"maxDays": if kept { 5 } else { 0 }}}));
}

fn ask(bench: &Bench, method: &str, path: &str, body: &serde_json::Value) {
    let token = Some(bench.tokens.superuser.as_str());
    bench.runtime.block_on(data::call(&bench.server.address, method, path, token, body));
}
