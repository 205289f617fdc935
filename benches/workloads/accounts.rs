//! Accounts: what a rule costs beside none, sign-ins beside raw hashes, refreshed tokens.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use serde_json::json;

use crate::data::{self, MEMBERS, NOTES, RULE};
use crate::floors::{Cost, Page};
use crate::load::{Script, request};
use crate::report::{Line, Round, micros};
use crate::rounds::{Bench, Workload};
use crate::server::PASSWORD;

/// On how many connections people sign in.
const SIGN_INS: usize = 8;

pub(super) fn run(bench: &Bench) -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, connections, script) in [
        ("list of 30 under a rule of two clauses", 10, list(bench)),
        ("point read under a rule of two clauses", 50, view(bench)),
    ] {
        if bench.scale.wants(name) {
            lines.push(beside_none(bench, name, connections, &script));
        }
    }
    type Floor<'a> = &'a dyn Fn(Duration) -> Cost;
    let hashes = |time: Duration| raw_hashes(threads(), time.max(Duration::from_secs(1)));
    let account = Page { rows: "SELECT * FROM members WHERE id = ?1", count: None };
    let reads = |time: Duration| bench.reader.page(account, |n| Value::Text(data::id(n % MEMBERS)), time);
    let workloads: [(&str, usize, Script, Floor<'_>, &str); 2] = [
        ("sign-in by password", SIGN_INS, sign_in(PASSWORD), &hashes, "rate ≥ 0.9"),
        ("token refresh", 10, refresh(bench), &reads, "–"),
    ];
    for (name, connections, script, floor, target) in workloads {
        if bench.scale.wants(name) {
            let by_rate = target.starts_with("rate");
            let name = name.to_owned();
            lines.push(bench.line(Workload { name, connections, script, floor, target, by_rate, published: None }));
        }
    }
    lines
}

/// A page of the caller's own notes, newest first; without the rule, of everybody's.
fn list(bench: &Bench) -> Script {
    let token = bench.tokens.member.clone();
    let path = "/api/collections/notes/records?perPage=30&skipTotal=1&sort=-created";
    Arc::new(move |_, _| request("GET", path, Some(&token), None))
}

/// The caller's own notes, one at a time.
fn view(bench: &Bench) -> Script {
    let token = bench.tokens.member.clone();
    Arc::new(move |number, count| {
        let id = data::note_of_caller(number * 7919 + count);
        request("GET", &format!("/api/collections/notes/records/{id}"), Some(&token), None)
    })
}

/// The same requests with the rule and without, in turns; the floor is what they cost without.
fn beside_none(bench: &Bench, name: &str, connections: usize, script: &Script) -> Line {
    let rules = |rule: &str| bench.set_rules_of("notes", &json!({"listRule": rule, "viewRule": rule}));
    let mut rounds = Vec::new();
    for _ in 0..bench.scale.rounds {
        rules("");
        let (floor_cpu, _) = bench.round(&bench.server, connections, bench.scale.round, script);
        rules(RULE);
        let (cpu, outcome) = bench.round(&bench.server, connections, bench.scale.round, script);
        rounds.push(Round {
            cpu,
            rate: outcome.rate(),
            p50: micros(outcome.percentile(0.5)) / 1_000.0,
            p99: micros(outcome.percentile(0.99)) / 1_000.0,
            refused: outcome.refused,
            floor_cpu,
            floor_rate: None,
        });
    }
    let line = Line { name: name.to_owned(), rows: NOTES, connections, rounds, target: "≤ 1.3", published: None };
    eprintln!("{}", line.short());
    line
}

/// Members sign in, each in turn.
pub(super) fn sign_in(password: &'static str) -> Script {
    Arc::new(move |number, count| {
        let member = data::email((number * 7 + count) % MEMBERS);
        let body = json!({"identity": member, "password": password}).to_string();
        request("POST", "/api/collections/members/auth-with-password", None, Some(&body))
    })
}

fn refresh(bench: &Bench) -> Script {
    let token = bench.tokens.member.clone();
    Arc::new(move |_, _| request("POST", "/api/collections/members/auth-refresh", Some(&token), Some("{}")))
}

/// As many threads as the server hashes on.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1)
}

/// Hashes of the server's kind, each thread with memory that it keeps.
fn raw_hashes(threads: usize, time: Duration) -> Cost {
    let begin = Instant::now();
    let hash = || {
        let params = argon2::Params::new(19 * 1024, 2, 1, Some(32)).expect("the parameters are good");
        let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params.clone());
        let mut memory = vec![argon2::Block::default(); params.block_count()];
        let (mut out, mut count) = ([0; 32], 0);
        let before = crate::cpu::of_this_thread();
        while begin.elapsed() < time {
            argon
                .hash_password_into_with_memory(PASSWORD.as_bytes(), b"sixteen of bytes", &mut out, &mut memory)
                .expect("it hashes");
            count += 1;
        }
        (count, crate::cpu::of_this_thread() - before)
    };
    let (count, cpu) = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(hash)).collect();
        let done = running.into_iter().map(|thread| thread.join().expect("a thread ends well"));
        done.fold((0_u32, Duration::ZERO), |(count, cpu), (more, used)| (count + more, cpu + used))
    });
    Cost { cpu: cpu / count.max(1), wall: begin.elapsed() / count.max(1) }
}
