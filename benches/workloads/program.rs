//! The program itself: how soon it answers, what memory it holds, how large it is and how long it takes to build.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::basics::{create, read};
use crate::Scale;
use crate::data::{self, AUTHORS};
use crate::load::{self, Connection, Script, Until, request};
use crate::report::{Program, median, micros};
use crate::rounds::Bench;
use crate::server::{self, Server};

/// How often a start is timed.
const STARTS: usize = 5;
/// On how many connections the load comes that memory is looked at under.
const CONNECTIONS: usize = 500;

impl Program {
    /// Memory before anything was asked of a server with this many rows.
    pub fn at_rest(&mut self, bench: &Bench) {
        if bench.scale.wants("memory") {
            self.say(format!("memory at rest, {} records", bench.rows), mib(bench.server.memory_mib()));
        }
    }

    /// Memory while many connections read and write, after everything else that was measured.
    pub fn under_load(&mut self, bench: &Bench) {
        if !bench.scale.wants("memory") {
            return;
        }
        self.say(format!("memory after the workloads above, {} records", bench.rows), mib(bench.server.memory_mib()));
        let (read, create) = (read(bench.rows), create());
        let script: Script = Arc::new(move |number, count| match (number + count) % 10 {
            0 => create(number, count),
            1..=3 => list(number + count),
            _ => read(number, count),
        });
        let until = Until::Time(bench.scale.round);
        let most = bench.runtime.block_on(async {
            let load = tokio::spawn(load::run(bench.server.address.clone(), CONNECTIONS, until, script));
            let mut most = 0.0_f64;
            while !load.is_finished() {
                most = most.max(bench.server.memory_mib());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            most
        });
        self.say(format!("memory under load on {CONNECTIONS} connections, {} records", bench.rows), mib(most));
    }

    /// From the start of the program to its first answer, with these rows.
    pub fn start(&mut self, bench: Bench) {
        if bench.scale.wants("start") {
            let Bench { runtime, server, place, rows, dir: _dir, .. } = bench;
            server.stop();
            let took = first_answer(&runtime, || Server::tuckbox(&place));
            self.say(format!("start to first answer, {rows} records"), took);
        }
    }

    /// What needs no rows.
    pub fn without_data(&mut self, scale: &Scale) {
        if scale.wants("start") {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
            let dir = tempfile::tempdir().expect("there is room for temporary files");
            server::make_directory(dir.path());
            self.say("start to first answer, no records", first_answer(&runtime, || Server::tuckbox(dir.path())));
            self.say(
                "the same of a program that only has an empty axum handler",
                first_answer(&runtime, || Server::plain_axum(dir.path())),
            );
        }
        if scale.wants("size") {
            self.say("size of the measured binary (profile release)", size(Path::new(server::TUCKBOX)));
        }
        if scale.builds {
            for profile in ["release", "dist"] {
                self.build(profile);
            }
        }
    }

    fn build(&mut self, profile: &str) {
        eprintln!("a cold build of the profile {profile}");
        let target = tempfile::tempdir().expect("there is room for temporary files");
        let begin = Instant::now();
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--locked", "--bin", "tuckbox", "--profile", profile, "--target-dir"]);
        let built = command.arg(target.path()).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo starts");
        let took = begin.elapsed();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        self.say(format!("cold build, profile {profile}"), format!("{:.0} s", took.as_secs_f64()));
        self.say(format!("size of the binary, profile {profile}"), size(&target.path().join(profile).join("tuckbox")));
    }
}

fn list(n: usize) -> Bytes {
    let author = data::id(n % AUTHORS);
    let path = format!("/api/collections/posts/records?perPage=30&sort=-created&filter=author%3D%22{author}%22");
    request("GET", &path, None, None)
}

/// The median time from spawning a server to its first answer.
fn first_answer(runtime: &tokio::runtime::Runtime, start: impl Fn() -> Server) -> String {
    let times: Vec<f64> = (0..STARTS)
        .map(|_| {
            let server = start();
            runtime.block_on(async {
                let mut connection = Connection::open(&server.address).await.expect("the server accepts");
                let asked = request("GET", "/api/health", None, None);
                let (status, _) = connection.call(&asked).await.expect("the server answers");
                assert_eq!(status, 200);
            });
            let took = micros(server.age()) / 1_000.0;
            drop(server);
            took
        })
        .collect();
    format!("{:.0} ms", median(&times))
}

fn mib(size: f64) -> String {
    format!("{size:.0} MiB")
}

fn size(path: &Path) -> String {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
