//! One write that many clients hear of, what clients cost that hear nothing, and writes beside many that listen.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::basics::create;
use crate::data::{self, post};
use crate::report::{Line, Program, Round, micros};
use crate::rounds::Bench;

/// How many clients listen.
const CLIENTS: [usize; 2] = [1_000, 5_000];
/// How many connections the empty handler is asked on.
const FLOOR_CONNECTIONS: usize = 50;
/// How many write beside how many that listen.
const WRITERS: usize = 10;
const LISTENERS: usize = 1_000;
/// How long nothing comes before what has not come is given up.
const SILENCE: Duration = Duration::from_secs(2);

pub(super) fn run(bench: &Bench, program: &mut Program) -> Vec<Line> {
    let name = |clients: usize| format!("one write to {clients} subscribers, a delivery");
    let wanted = CLIENTS.into_iter().filter(|&clients| bench.scale.wants(&name(clients)));
    let mut lines: Vec<Line> = wanted.map(|clients| line(bench, program, name(clients), clients)).collect();
    let name = "creates with 1,000 subscribers, against none";
    if bench.scale.wants(name) {
        lines.push(writes(bench, program, name));
    }
    lines
}

/// What is the floor elsewhere is here the same server, to which nobody listens.
fn writes(bench: &Bench, program: &mut Program, name: &str) -> Line {
    let script = create();
    let (mut rounds, mut told, mut missed) = (Vec::new(), 0, 0);
    for _ in 0..bench.scale.rounds {
        let (floor_cpu, alone) = bench.round(&bench.server, WRITERS, bench.scale.round / 2, &script);
        let streams = bench.runtime.block_on(connect(&bench.server.address, LISTENERS));
        let heard = Arc::new(AtomicUsize::new(0));
        let listening = bench.runtime.block_on(async { listen(streams, &heard) });
        let (cpu, outcome) = bench.round(&bench.server, WRITERS, bench.scale.round / 2, &script);
        let all = LISTENERS * outcome.requests;
        let reached = bench.runtime.block_on(settle(&heard, all));
        bench.runtime.block_on(async { drop(listening) });
        told += reached;
        missed += all - reached;
        rounds.push(Round {
            cpu,
            rate: outcome.rate(),
            p50: micros(outcome.percentile(0.5)) / 1_000.0,
            p99: micros(outcome.percentile(0.99)) / 1_000.0,
            refused: outcome.refused + alone.refused,
            floor_cpu,
            floor_rate: Some(alone.rate()),
        });
    }
    program.say(
        format!("deliveries to {LISTENERS} subscribers beside {WRITERS} that write"),
        format!("{told}, {missed} not"),
    );
    let target = "reported";
    let line = Line { name: name.to_owned(), rows: bench.rows, connections: WRITERS, rounds, target, published: None };
    eprintln!("{}", line.short());
    line
}

/// Reads what comes on all streams and counts the messages.
fn listen(streams: Vec<TcpStream>, heard: &Arc<AtomicUsize>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for mut stream in streams {
        let heard = Arc::clone(heard);
        tasks.spawn(async move {
            let (mut part, mut last) = ([0; 4096], 0);
            while let Ok(count @ 1..) = stream.read(&mut part).await {
                let mut ends = 0;
                for &byte in &part[..count] {
                    ends += usize::from(byte == b'\n' && last == b'\n');
                    last = byte;
                }
                heard.fetch_add(ends, Ordering::Relaxed);
            }
        });
    }
    tasks
}

/// Waits until this many messages have come, or none come any more; how many did.
async fn settle(heard: &AtomicUsize, all: usize) -> usize {
    let (mut before, mut since) = (0, Instant::now());
    loop {
        let now = heard.load(Ordering::Relaxed).min(all);
        if now != before {
            (before, since) = (now, Instant::now());
        }
        if now == all || since.elapsed() > SILENCE {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn line(bench: &Bench, program: &mut Program, name: String, clients: usize) -> Line {
    let idle = bench.server.memory_mib();
    let mut listeners = bench.runtime.block_on(connect(&bench.server.address, clients));
    let grown = (bench.server.memory_mib() - idle).max(0.0) * 1024.0 / clients as f64;
    program.say(format!("memory of each of {clients} idle subscribers"), format!("{grown:.1} KiB (aim: ≤ 20)"));
    let mut rounds = Vec::new();
    for number in 0..bench.scale.rounds {
        let floor_cpu = bench.empty_handler(FLOOR_CONNECTIONS);
        let before = bench.server.cpu();
        let mut took = bench.runtime.block_on(publish(&bench.server.address, &mut listeners, number));
        let cpu = micros(bench.server.cpu() - before) / clients as f64;
        took.sort_unstable();
        let millis = |share: usize| took[(took.len() - 1) * share / 100].as_secs_f64() * 1_000.0;
        let rate = clients as f64 / took[took.len() - 1].as_secs_f64();
        let (p50, p99) = (millis(50), millis(99));
        rounds.push(Round { cpu, rate, p50, p99, refused: 0, floor_cpu, floor_rate: None });
    }
    let line = Line { name, rows: bench.rows, connections: clients, rounds, target: "≤ 2", published: None };
    eprintln!("{}", line.short());
    line
}

/// Clients that have subscribed to the posts.
async fn connect(address: &str, clients: usize) -> Vec<TcpStream> {
    let mut listeners = Vec::with_capacity(clients);
    for _ in 0..clients {
        let mut stream = TcpStream::connect(address).await.expect("the server accepts");
        stream.write_all(b"GET /api/realtime HTTP/1.1\r\nHost: bench\r\n\r\n").await.expect("sent");
        let greeting = read_until(&mut stream, "\"}\n\n").await;
        let client = greeting.rsplit("\"clientId\":\"").next().and_then(|rest| rest.split('"').next()).expect("an id");
        let body = json!({"clientId": client, "subscriptions": ["posts/*"]});
        data::call(address, "POST", "/api/realtime", None, &body).await;
        listeners.push(stream);
    }
    listeners
}

/// Makes a post; after how long each of the clients had heard of it.
async fn publish(address: &str, listeners: &mut [TcpStream], number: usize) -> Vec<Duration> {
    let body: Json = serde_json::from_str(&post(number)).expect("a post");
    let begun = Instant::now();
    let heard = listeners.iter_mut().map(|stream| async move {
        read_until(stream, "\"action\":\"create\"}\n\n").await;
        begun.elapsed()
    });
    let write = data::call(address, "POST", "/api/collections/posts/records", None, &body);
    let (_, took) = tokio::join!(write, futures_util::future::join_all(heard));
    took
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut read = Vec::new();
    let mut part = [0; 4096];
    loop {
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => panic!("a stream ended"),
            Ok(count) => read.extend_from_slice(&part[..count]),
        }
        let text = String::from_utf8_lossy(&read);
        if text.trim_end_matches("\r\n").ends_with(end) {
            return text.into_owned();
        }
    }
}
