//! A workload and its floor in turns.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::Scale;
use crate::data::{self, Tokens};
use crate::floors::{self, Cost};
use crate::load::{self, Outcome, Script, Until, request};
use crate::report::{Line, Published, Round, micros};
use crate::server::{self, Server};

/// The servers and the data of one pass.
pub struct Bench {
    /// What runs the load.
    pub runtime: Runtime,
    /// The product, with the rows.
    pub server: Server,
    /// A server of plain axum.
    pub plain: Server,
    /// The folder of the files that it sends and takes.
    pub plain_files: std::path::PathBuf,
    /// Where the product keeps its data.
    pub place: std::path::PathBuf,
    /// The connection of the floors that read, to the database that the product serves.
    pub reader: floors::Reader,
    /// A copy of it, for the floors that write.
    pub raw: std::path::PathBuf,
    /// How many posts there were at the beginning.
    pub rows: usize,
    /// Who asks.
    pub tokens: Tokens,
    /// How long and how often.
    pub scale: Scale,
    /// Where everything lies; goes with the pass.
    pub dir: tempfile::TempDir,
}

/// Something to measure on many connections.
pub struct Workload<'a> {
    /// What it is.
    pub name: String,
    /// On how many connections.
    pub connections: usize,
    /// The requests.
    pub script: Script,
    /// The raw work of one request, measured for so long.
    pub floor: &'a dyn Fn(Duration) -> Cost,
    /// What is aimed at.
    pub target: &'static str,
    /// Whether the rate is compared with the floor's too: writes wait for the disk more than they compute.
    pub by_rate: bool,
    /// What another program publishes for the like.
    pub published: Option<Published>,
}

impl Bench {
    /// Makes and fills the data, and starts the servers.
    pub fn prepare(scale: &Scale, rows: usize) -> Self {
        eprintln!("{rows} records are made");
        let runtime = Runtime::new().expect("a runtime starts");
        let dir = tempfile::tempdir().expect("there is room for temporary files");
        let place = dir.path().join("data");
        server::make_directory(&place);
        let server = Server::tuckbox(&place);
        let tokens = runtime.block_on(data::make_collections(&server));
        server.stop();
        let (database, raw) = (place.join("data.db"), dir.path().join("raw.db"));
        // A round of deletions, of them beside creates and of them beside reads.
        let parents = scale.rounds * (1 + 2 * super::workloads::neighbours::CASCADES);
        data::fill(&database, rows, parents).expect("the rows are written");
        std::fs::copy(&database, &raw).expect("there is room for a copy");
        let plain_files = dir.path().join("plain");
        std::fs::create_dir(&plain_files).expect("there is room for a folder");
        let (server, plain) = (Server::tuckbox(&place), Server::plain_axum(&plain_files));
        let reader = floors::Reader::open(&database);
        Self { runtime, server, plain, plain_files, place, reader, raw, rows, tokens, scale: scale.clone(), dir }
    }

    /// Changes the rules of the posts.
    pub fn set_rules(&self, rules: &serde_json::Value) {
        self.set_rules_of("posts", rules);
    }

    /// Changes the rules of a collection.
    pub fn set_rules_of(&self, collection: &str, rules: &serde_json::Value) {
        let path = format!("/api/collections/{collection}");
        let token = Some(self.tokens.superuser.as_str());
        self.runtime.block_on(data::call(&self.server.address, "PATCH", &path, token, rules));
    }

    /// CPU per request of a server in microseconds, and what came of a round.
    pub fn round(&self, server: &Server, connections: usize, time: Duration, script: &Script) -> (f64, Outcome) {
        let before = server.cpu();
        let run = load::run(server.address.clone(), connections, Until::Time(time), Arc::clone(script));
        let outcome = self.runtime.block_on(run);
        let used = server.cpu() - before;
        (micros(used) / (outcome.requests + outcome.refused).max(1) as f64, outcome)
    }

    /// CPU per request of an empty handler.
    pub fn empty_handler(&self, connections: usize) -> f64 {
        let nothing: Script = Arc::new(|_, _| request("GET", "/", None, None));
        self.round(&self.plain, connections, self.scale.round / 4, &nothing).0
    }

    /// The rounds of a workload.
    pub fn line(&self, workload: Workload<'_>) -> Line {
        let Workload { name, connections, script, floor, target, by_rate, published } = workload;
        let mut rounds = Vec::new();
        for _ in 0..self.scale.rounds {
            let empty = self.empty_handler(connections);
            let cost = floor(self.scale.round / 4);
            let (cpu, outcome) = self.round(&self.server, connections, self.scale.round, &script);
            rounds.push(Round {
                cpu,
                rate: outcome.rate(),
                p50: micros(outcome.percentile(0.5)) / 1_000.0,
                p99: micros(outcome.percentile(0.99)) / 1_000.0,
                refused: outcome.refused,
                floor_cpu: empty + micros(cost.cpu),
                floor_rate: by_rate.then(|| 1.0 / cost.wall.as_secs_f64()),
            });
        }
        let line = Line { name, rows: self.rows, connections, rounds, target, published };
        eprintln!("{}", line.short());
        line
    }

    /// The rounds of requests beside those that plain axum answers to the same effect.
    pub fn line_beside(&self, name: String, connections: usize, scripts: [&Script; 2], target: &'static str) -> Line {
        let mut rounds = Vec::new();
        for _ in 0..self.scale.rounds {
            let (floor_cpu, floor) = self.round(&self.plain, connections, self.scale.round, scripts[1]);
            let (cpu, outcome) = self.round(&self.server, connections, self.scale.round, scripts[0]);
            assert_eq!(floor.refused, 0, "plain axum refuses nothing");
            rounds.push(Round {
                cpu,
                rate: outcome.rate(),
                p50: micros(outcome.percentile(0.5)) / 1_000.0,
                p99: micros(outcome.percentile(0.99)) / 1_000.0,
                refused: outcome.refused,
                floor_cpu,
                floor_rate: Some(floor.rate()),
            });
        }
        let line = Line { name, rows: self.rows, connections, rounds, target, published: None };
        eprintln!("{}", line.short());
        line
    }
}
