//! The table of ratios.

use std::fmt::Write;
use std::time::Duration;

/// The median of some figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// One round of a workload, with its floor of the same moment.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// CPU time of the server per request, in microseconds.
    pub cpu: f64,
    /// Requests a second.
    pub rate: f64,
    /// Median latency in milliseconds.
    pub p50: f64,
    /// 99th percentile of the latency in milliseconds.
    pub p99: f64,
    /// CPU time of the floor per operation, in microseconds.
    pub floor_cpu: f64,
    /// Operations a second of the floor, where it is compared by rate.
    pub floor_rate: Option<f64>,
}

/// A line of the table.
pub struct Line {
    /// What was done.
    pub name: &'static str,
    /// On how many connections.
    pub connections: usize,
    /// All rounds.
    pub rounds: Vec<Round>,
    /// What the floor is made of.
    pub floor: &'static str,
    /// What is aimed at.
    pub target: &'static str,
}

/// Microseconds as a figure.
pub fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1_000.0
}

/// The whole report.
pub fn render(lines: &[Line], scale: crate::Scale, memory: f64) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "# Results\n\nWritten by `cargo bench -- --write`. {machine}; {rows} rows, medians of {rounds} alternating rounds of \
         {round:.1} s; load generator and server on the same cores. CPU is the server's time per request; a ratio \
         compares it with its floor of the same run (below 1 is better than the floor). Wall times depend on the \
         neighbours of the machine, ratios hardly do.\n",
        machine = machine(),
        rows = scale.rows,
        rounds = scale.rounds,
        round = scale.round.as_secs_f64()
    );
    let _ = writeln!(
        out,
        "| workload | connections | req/s | p50 / p99 ms | CPU µs | floor µs | CPU ratio | rate / floor's | target | floor |"
    );
    let _ = writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |");
    for line in lines {
        let of = |figure: fn(&Round) -> f64| median(&line.rounds.iter().map(figure).collect::<Vec<_>>());
        let rates: Vec<f64> = line.rounds.iter().filter_map(|round| Some(round.rate / round.floor_rate?)).collect();
        let rate = if rates.is_empty() { String::from("–") } else { format!("{:.2}", median(&rates)) };
        let _ = writeln!(
            out,
            "| {} | {} | {:.0} | {:.2} / {:.2} | {:.1} | {:.1} | {:.2} | {} | {} | {} |",
            line.name,
            line.connections,
            of(|round| round.rate),
            of(|round| round.p50),
            of(|round| round.p99),
            of(|round| round.cpu),
            of(|round| round.floor_cpu),
            of(|round| round.cpu / round.floor_cpu),
            rate,
            line.target,
            line.floor,
        );
    }
    let _ = writeln!(out, "\nAnonymous memory of the server at the end of the run: {memory:.0} MiB.");
    out
}

fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores ({})", model.trim_start_matches([' ', '\t', ':']))
}
