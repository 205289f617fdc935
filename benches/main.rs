//! Workloads against the real binary beside the floors that they are measured by, in one run: `cargo bench`.
//!
//! A floor is the least that the work can cost on this machine: an empty axum handler, and the same SQL on a raw
//! connection. Rounds of workload and floor alternate, so that a noisy neighbour disturbs both; the table holds the
//! medians, and the ratios of CPU time per request are what counts. `cargo bench -- --quick` runs short rounds on
//! fewer rows; `--only WORD` runs the workloads with this word in their names; `--write` replaces `benches/RESULTS.md`.

mod cpu;
mod floors;
mod load;
mod report;
mod server;
mod workloads;

use std::time::Duration;

/// How long and on how much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Rows of the large collection.
    pub rows: usize,
    /// How long one round lasts.
    pub round: Duration,
    /// How many rounds; medians are taken over them.
    pub rounds: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if has("--serve-empty-handler") {
        floors::serve_empty_handler();
        return;
    }
    let scale = if has("--quick") {
        Scale { rows: 10_000, round: Duration::from_millis(500), rounds: 1 }
    } else {
        Scale { rows: 100_000, round: Duration::from_secs(2), rounds: 5 }
    };
    let only = arguments.iter().skip_while(|argument| *argument != "--only").nth(1).map_or("", String::as_str);
    let table = workloads::run(scale, only);
    print!("{table}");
    if has("--write") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/RESULTS.md");
        std::fs::write(path, table).expect("RESULTS.md is writable");
    }
}
