//! Short requests while long ones run: what one user's work does to the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::accounts::sign_in;
use super::basics::{create, read};
use super::writes::delete_parent;
use crate::data;
use crate::load::{self, Outcome, Script, Until, request};
use crate::report::{Neighbours, median, micros};
use crate::rounds::Bench;
use crate::server::PASSWORD;

/// How many parents with their children are deleted in one round.
pub const CASCADES: usize = 3;

/// On how many connections the short requests come.
const SHORT: usize = 10;
/// On how many connections the long reads come.
const LONG: usize = 4;
/// How many people sign in at once.
const SIGN_INS: usize = 200;

pub(super) fn run(bench: &Bench) -> Vec<Neighbours> {
    let scan: Script = Arc::new(|_, _| {
        let path = "/api/collections/posts/records?skipTotal=1&filter=body~%22nowhere%22";
        request("GET", path, None, None)
    });
    let beside_scans = |short: &Script| {
        let stop = Arc::new(AtomicBool::new(false));
        let scans = load::run(bench.server.address.clone(), LONG, Until::Told(Arc::clone(&stop)), Arc::clone(&scan));
        bench.runtime.block_on(async {
            let scans = tokio::spawn(scans);
            let until = Until::Time(bench.scale.round);
            let outcome = load::run(bench.server.address.clone(), SHORT, until, Arc::clone(short)).await;
            stop.store(true, Ordering::Relaxed);
            scans.await.expect("scans do not fail");
            outcome
        })
    };
    // Those before are gone already.
    let next = std::cell::Cell::new(bench.scale.rounds);
    let beside_cascades = |short: &Script| {
        let stop = Arc::new(AtomicBool::new(false));
        let until = Until::Told(Arc::clone(&stop));
        let shorts = load::run(bench.server.address.clone(), SHORT, until, Arc::clone(short));
        bench.runtime.block_on(async {
            let shorts = tokio::spawn(shorts);
            for _ in 0..CASCADES {
                delete_parent(&bench.server.address, &data::id(next.replace(next.get() + 1))).await;
            }
            stop.store(true, Ordering::Relaxed);
            shorts.await.expect("requests do not fail")
        })
    };
    let beside_sign_ins = |short: &Script| {
        let stop = Arc::new(AtomicBool::new(false));
        let until = Until::Told(Arc::clone(&stop));
        let sign_ins = load::run(bench.server.address.clone(), SIGN_INS, until, sign_in(PASSWORD));
        bench.runtime.block_on(async {
            let sign_ins = tokio::spawn(sign_ins);
            // They all wait when the first of them is answered; those that wait longest are answered long after.
            tokio::time::sleep(Duration::from_millis(200)).await;
            let until = Until::Time(bench.scale.round);
            let outcome = load::run(bench.server.address.clone(), SHORT, until, Arc::clone(short)).await;
            stop.store(true, Ordering::Relaxed);
            sign_ins.await.expect("sign-ins do not fail");
            outcome
        })
    };
    let beside_a_backup = |short: &Script| {
        let stop = Arc::new(AtomicBool::new(false));
        let until = Until::Told(Arc::clone(&stop));
        let shorts = load::run(bench.server.address.clone(), SHORT, until, Arc::clone(short));
        bench.runtime.block_on(async {
            let shorts = tokio::spawn(shorts);
            let (address, token) = (&bench.server.address, Some(bench.tokens.superuser.as_str()));
            data::call(address, "POST", "/api/backups", token, &json!({"name": "beside.zip"})).await;
            stop.store(true, Ordering::Relaxed);
            let outcome = shorts.await.expect("requests do not fail");
            data::call(address, "DELETE", "/api/backups/beside.zip", token, &Json::Null).await;
            outcome
        })
    };
    type Beside<'a> = &'a dyn Fn(&Script) -> Outcome;
    let cases: [(&str, Script, &str, Beside<'_>); 6] = [
        ("point read", read(bench.rows), "4 connections that scan the table", &beside_scans),
        ("create", create(), "4 connections that scan the table", &beside_scans),
        ("point read", read(bench.rows), "deletes with a cascade over 10,000 records", &beside_cascades),
        ("create", create(), "deletes with a cascade over 10,000 records", &beside_cascades),
        ("create", create(), "a backup that is made", &beside_a_backup),
        ("point read", read(bench.rows), "200 sign-ins that wait", &beside_sign_ins),
    ];
    let mut found = Vec::new();
    for (name, short, beside, neighbour) in cases {
        if !bench.scale.wants(&format!("{name} beside {beside}")) {
            continue;
        }
        let (mut alone, mut crowded) = (Vec::new(), Vec::new());
        for _ in 0..bench.scale.rounds {
            alone.push(bench.round(&bench.server, SHORT, bench.scale.round / 2, &short).1);
            crowded.push(neighbour(&short));
        }
        let line = Neighbours {
            name,
            beside,
            rows: bench.rows,
            connections: SHORT,
            alone: latencies(&alone),
            crowded: latencies(&crowded),
            longest: millis(crowded.iter().map(|one| one.percentile(1.0)).max().unwrap_or_default()),
        };
        eprintln!("{}", line.short());
        found.push(line);
    }
    found
}

fn millis(time: Duration) -> f64 {
    micros(time) / 1_000.0
}

/// The medians of p50 and p99.
fn latencies(rounds: &[Outcome]) -> [f64; 2] {
    [0.5, 0.99].map(|share| median(&rounds.iter().map(|one| millis(one.percentile(share))).collect::<Vec<_>>()))
}
