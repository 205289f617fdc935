//! One write that many clients hear of, and what clients cost that hear nothing.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::data::{self, post};
use crate::report::{Line, Program, Round, micros};
use crate::rounds::Bench;

/// How many clients listen.
const CLIENTS: [usize; 2] = [1_000, 5_000];
/// How many connections the empty handler is asked on.
const FLOOR_CONNECTIONS: usize = 50;

pub(super) fn run(bench: &Bench, program: &mut Program) -> Vec<Line> {
    let name = |clients: usize| format!("one write to {clients} subscribers, a delivery");
    let wanted = CLIENTS.into_iter().filter(|&clients| bench.scale.wants(&name(clients)));
    wanted.map(|clients| line(bench, program, name(clients), clients)).collect()
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
