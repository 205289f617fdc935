//! The tables.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use crate::Scale;

/// Where the hand-written end of the report begins.
const BY_HAND: &str = "## What profiling found, and what it gave";

const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/RESULTS.md");

/// The median of some figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Microseconds as a figure.
pub fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1_000.0
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
    /// Requests that were answered with an error.
    pub refused: usize,
    /// CPU time of the floor per operation, in microseconds.
    pub floor_cpu: f64,
    /// Operations a second of the floor, where it is compared by rate.
    pub floor_rate: Option<f64>,
}

/// What PocketBase does for the like.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Requests a second.
    pub rate: f64,
    /// CPU time per request, in microseconds.
    pub cpu: f64,
}

impl Published {
    /// Requests a second, and CPU time per request in microseconds.
    pub fn of(rate: f64, cpu: f64) -> Option<Self> {
        Some(Self { rate, cpu })
    }
}

/// A workload with all its rounds.
pub struct Line {
    /// What was done.
    pub name: String,
    /// On how many records.
    pub rows: usize,
    /// On how many connections.
    pub connections: usize,
    /// All rounds.
    pub rounds: Vec<Round>,
    /// What is aimed at.
    pub target: &'static str,
    /// What another program publishes for the like.
    pub published: Option<Published>,
}

impl Line {
    fn of(&self, figure: impl Fn(&Round) -> f64) -> f64 {
        median(&self.rounds.iter().map(figure).collect::<Vec<_>>())
    }

    fn ratio(&self) -> f64 {
        self.of(|round| round.cpu / round.floor_cpu)
    }

    /// The rate beside the floor's, where that is compared.
    fn rate_ratio(&self) -> Option<f64> {
        let rates: Vec<f64> = self.rounds.iter().filter_map(|round| Some(round.rate / round.floor_rate?)).collect();
        (!rates.is_empty()).then(|| median(&rates))
    }

    /// For the terminal, while it runs.
    pub fn short(&self) -> String {
        let refused: usize = self.rounds.iter().map(|round| round.refused).sum();
        let by_rate = self.rate_ratio().map_or_else(String::new, |ratio| format!(", rate {ratio:.2}"));
        format!(
            "{:>8}  {}, c{}: {} /s, p50 {} ms, {} µs, floor {} µs, ratio {:.2}{by_rate}{}",
            self.rows,
            self.name,
            self.connections,
            figure(self.of(|round| round.rate)),
            figure(self.of(|round| round.p50)),
            figure(self.of(|round| round.cpu)),
            figure(self.of(|round| round.floor_cpu)),
            self.ratio(),
            if refused > 0 { format!(", {refused} REFUSED") } else { String::new() },
        )
    }

    fn row(&self) -> Vec<String> {
        let refused: usize = self.rounds.iter().map(|round| round.refused).sum();
        vec![
            self.name.clone(),
            thousands(self.rows),
            self.connections.to_string(),
            if refused > 0 { format!("{refused} refused") } else { figure(self.of(|round| round.rate)) },
            format!("{} / {}", figure(self.of(|round| round.p50)), figure(self.of(|round| round.p99))),
            figure(self.of(|round| round.cpu)),
            figure(self.of(|round| round.floor_cpu)),
            format!("**{:.2}**", self.ratio()),
            self.rate_ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")),
            self.target.to_owned(),
        ]
    }
}

/// Short requests alone, and beside long work.
pub struct Neighbours {
    /// The short requests.
    pub name: &'static str,
    /// The long work.
    pub beside: &'static str,
    /// On how many records.
    pub rows: usize,
    /// On how many connections the short ones come.
    pub connections: usize,
    /// p50 and p99 in milliseconds, alone.
    pub alone: [f64; 2],
    /// The same beside the long work.
    pub crowded: [f64; 2],
    /// The longest wait beside the long work, in milliseconds.
    pub longest: f64,
}

impl Neighbours {
    /// For the terminal, while it runs.
    pub fn short(&self) -> String {
        let Self { rows, name, beside, alone, crowded, longest, .. } = self;
        format!("{rows:>8}  {name} alone {alone:.2?} ms, beside {beside} {crowded:.2?} ms, longest {longest:.1} ms")
    }

    fn row(&self) -> Vec<String> {
        vec![
            format!("{}, beside {}", self.name, self.beside),
            thousands(self.rows),
            self.connections.to_string(),
            format!("{} / {}", figure(self.alone[0]), figure(self.alone[1])),
            format!("{} / {}", figure(self.crowded[0]), figure(self.crowded[1])),
            figure(self.longest),
            format!("**{:.1}**", self.crowded[0] / self.alone[0]),
        ]
    }
}

/// How long it takes to be refused, for an account that is there and for one that is not.
pub struct Outsider {
    /// What was asked, of which collection.
    pub name: String,
    /// How often each.
    pub asked: usize,
    /// The median for an account that is there, in milliseconds.
    pub known: f64,
    /// The same for one that is not.
    pub unknown: f64,
}

impl Outsider {
    /// For the terminal, while it runs.
    pub fn short(&self) -> String {
        let Self { name, known, unknown, .. } = self;
        format!("          {name}: known {known:.2} ms, unknown {unknown:.2} ms, ratio {:.2}", known / unknown)
    }

    fn row(&self) -> Vec<String> {
        let ratio = format!("**{:.2}**", self.known / self.unknown);
        vec![self.name.clone(), self.asked.to_string(), figure(self.known), figure(self.unknown), ratio]
    }
}

/// What is told of the program itself, in sentences.
#[derive(Default)]
pub struct Program {
    said: Vec<[String; 2]>,
}

impl Program {
    /// Adds a line.
    pub fn say(&mut self, what: impl Into<String>, figure: impl Into<String>) {
        let line = [what.into(), figure.into()];
        eprintln!("          {}: {}", line[0], line[1]);
        self.said.push(line);
    }
}

/// An import or an export.
pub struct Transfer {
    /// The command.
    pub name: &'static str,
    /// How many rows.
    pub rows: usize,
    /// Rows a second and CPU microseconds a row, or why there is none.
    pub result: Result<[f64; 2], String>,
}

impl Transfer {
    /// For the terminal, while it runs.
    pub fn short(&self) -> String {
        format!("{:>8}  {}: {:?}", self.rows, self.name, self.result)
    }

    fn row(&self) -> Vec<String> {
        let head = [self.name.to_owned(), thousands(self.rows)];
        let figures = match &self.result {
            Ok([rate, cpu]) => [figure(*rate), figure(*cpu)],
            Err(why) => [format!("not measured: {why}"), "–".to_owned()],
        };
        head.into_iter().chain(figures).collect()
    }
}

/// A copy of the database.
pub struct Copied {
    /// The command.
    pub name: &'static str,
    /// How large the database is.
    pub mib: f64,
    /// MiB a second and CPU milliseconds a MiB, or why there is none.
    pub result: Result<[f64; 2], String>,
}

impl Copied {
    /// For the terminal, while it runs.
    pub fn short(&self) -> String {
        format!("{:>8.0} MiB  {}: {:?}", self.mib, self.name, self.result)
    }

    fn row(&self) -> Vec<String> {
        let head = [self.name.to_owned(), figure(self.mib)];
        let figures = match &self.result {
            Ok([rate, cpu]) => [figure(*rate), figure(*cpu)],
            Err(why) => [format!("not measured: {why}"), "–".to_owned()],
        };
        head.into_iter().chain(figures).collect()
    }
}

/// All that was measured.
#[derive(Default)]
pub struct Report {
    /// Single records.
    pub basics: Vec<Line>,
    /// Pages of a large collection.
    pub lists: Vec<Line>,
    /// Filters of clients.
    pub filters: Vec<Line>,
    /// List rules.
    pub rules: Vec<Line>,
    /// Rules beside none, sign-ins, tokens.
    pub accounts: Vec<Line>,
    /// Whether time tells who has an account.
    pub outsiders: Vec<Outsider>,
    /// Files up and down.
    pub files: Vec<Line>,
    /// Thumbs of images.
    pub thumbs: Vec<Line>,
    /// Writes that are more than a row.
    pub writes: Vec<Line>,
    /// Changes that clients hear of.
    pub realtime: Vec<Line>,
    /// Short requests beside long ones.
    pub neighbours: Vec<Neighbours>,
    /// The program itself.
    pub program: Program,
    /// Backups.
    pub copied: Vec<Copied>,
    /// Imports and exports.
    pub transfer: Vec<Transfer>,
}

/// The whole report.
pub fn render(report: &Report, scale: &Scale) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "# Results\n\nWritten by `cargo bench -- --write`; only the last section is written by hand. {machine}; medians \
         of {rounds} alternating rounds of {round:.1} s; the load generator runs on the same cores.\n\n\
         - **CPU** is the server's time per request. The **floor** is the least that the same work costs in the same \
         run: a handler of plain axum, and the SQL that a good programmer would write by hand, prepared, on a raw \
         connection to the same data, with the rows written as JSON. Where a total is asked for, the floor counts \
         every time.\n\
         - The **ratio** of the two is what counts; below 1 is better than the floor. Wall times depend on the \
         neighbours of the machine, ratios hardly do.\n\
         - *First total*: no request looks like an earlier one, so that nothing can be kept; *repeated*: a few come \
         again and again.\n\
         - Before a list is measured, its answer is compared with what the floor finds.\n\
         - The queries of the floors stand beside their workloads in `benches/workloads/`, the rows in \
         `benches/data.rs`: posts of about 650 bytes by 500 authors, each with one to three of 200 labels, and as many \
         comments.",
        machine = machine(),
        rounds = scale.rounds,
        round = scale.round.as_secs_f64()
    );
    let groups = [
        ("Single records", "Everybody may read and write.", &report.basics),
        ("Lists", "30 records a page; everybody may list.", &report.lists),
        (
            "Filters",
            "The same page, filtered by a client; everybody may list. Newest first, by an index.",
            &report.filters,
        ),
        (
            "Rules",
            "The same page under a list rule, asked for by an ordinary account that owns a twentieth of authors and \
             labels.",
            &report.rules,
        ),
        (
            "Accounts",
            "Under the rule `owner = @request.auth.id && archived = false`, for an ordinary account that owns a twentieth \
             of the notes; the floor of the first two is the same request without the rule, the floor of a sign-in is a \
             raw hash on as many threads as the server hashes on.",
            &report.accounts,
        ),
        (
            "Files",
            "The floor is plain axum in the same run: a file as the body of an answer, in pieces of 64 KiB; the body of a \
             request written to a file, and waited for until it is on the disk. An upload of ours is a record in two \
             durable commits, a file with its MD5, and a side file.",
            &report.files,
        ),
        (
            "Thumbs",
            "300 pixels wide, of JPEG photos of 1600 by 1200. The floor of making one is the same work by the same \
             libraries on one thread, the floor of a stored one is plain axum that sends such a file.",
            &report.thumbs,
        ),
        (
            "Larger writes",
            "The floor of the cascade is two statements a table: the old rows into the feed, then their deletion.",
            &report.writes,
        ),
        (
            "Realtime",
            "CPU is the server's time for the whole write divided by the number of those who hear of it; the floor is an \
             empty handler's request. Times are from the request to the clients, which share the cores.",
            &report.realtime,
        ),
    ];
    for (title, text, lines) in groups {
        section(&mut out, title, text, &COLUMNS, sorted(lines).iter().map(|line| line.row()).collect());
    }
    section(
        &mut out,
        "Short requests beside long ones",
        "Waits of short requests alone, and while long work runs on the same cores. The long work takes its share of \
         the processor; what matters is that nobody waits for it to end.",
        &[
            "requests",
            "records",
            "connections",
            "alone, p50 / p99 ms",
            "beside, p50 / p99 ms",
            "longest ms",
            "p50 ratio",
        ],
        report.neighbours.iter().map(Neighbours::row).collect(),
    );
    section(
        &mut out,
        "Does time tell who has an account?",
        "Medians of refusals, one at a time, in turns: for accounts that are there, and for addresses that nobody has.",
        &["requests", "of each", "known ms", "unknown ms", "known / unknown"],
        report.outsiders.iter().map(Outsider::row).collect(),
    );
    let program = report.program.said.iter().map(|line| line.to_vec()).collect();
    let text = if scale.builds { "" } else { "`cargo bench -- --builds` also times cold builds. " };
    let text = format!("{text}Memory is anonymous: mapped pages of the database do not count.");
    section(&mut out, "The program", &text, &["what", "figure"], program);
    section(
        &mut out,
        "Import and export",
        "Each into a database that is not there yet, durable. The shell of SQLite makes no ids, checks no values and \
         writes no feed.",
        &["command", "rows", "rows/s", "CPU µs a row"],
        report.transfer.iter().map(Transfer::row).collect(),
    );
    section(
        &mut out,
        "Backups",
        "Of the database that is served, without files; our own commands take the log along. A backup is packed, synced, \
         and read back with the engine's own check; a restore unpacks it into an empty directory, checks it, and opens it \
         once as a start does. The others are copies.",
        &["command", "MiB", "MiB/s", "CPU ms a MiB"],
        report.copied.iter().map(Copied::row).collect(),
    );
    published(&mut out, report);
    out
}

const COLUMNS: [&str; 10] = [
    "workload",
    "records",
    "connections",
    "req/s",
    "p50 / p99 ms",
    "CPU µs",
    "floor µs",
    "ratio",
    "rate / floor's",
    "target",
];

/// The lines of the same workload beside each other, in the order in which workloads came first.
fn sorted(lines: &[Line]) -> Vec<&Line> {
    let mut first = HashMap::new();
    for line in lines {
        let place = first.len();
        first.entry((line.name.as_str(), line.connections)).or_insert(place);
    }
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by_key(|line| (first.get(&(line.name.as_str(), line.connections)), line.rows));
    sorted
}

/// What PocketBase does for the like, for orientation.
fn published(out: &mut String, report: &Report) {
    let groups = [&report.basics, &report.lists, &report.filters, &report.rules, &report.writes, &report.realtime];
    let least = groups.iter().flat_map(|lines| lines.iter()).map(|line| line.rows).min();
    let lines = groups.into_iter().flat_map(|lines| sorted(lines)).filter(|line| Some(line.rows) == least);
    let rows = lines.filter_map(|line| {
        let Published { rate, cpu } = line.published?;
        let (own_rate, own_cpu) = (line.of(|round| round.rate), line.of(|round| round.cpu));
        let name = line.name.clone();
        let figures = [rate, own_rate, own_rate / rate, cpu, own_cpu].map(figure);
        Some([name, line.connections.to_string()].into_iter().chain(figures).collect())
    });
    section(
        out,
        "Beside PocketBase",
        "PocketBase 0.39 was measured on another machine of this kind (2 shared cores, 100,000 records, its defaults: \
         synchronous NORMAL, where Tuckbox waits for the disk), with rows and rules of its own. So these figures say \
         where things stand, not by what factor.",
        &["workload", "connections", "its req/s", "ours", "times", "its CPU µs", "ours"],
        rows.collect(),
    );
}

/// A heading, a text and a table; nothing where there are no rows.
fn section(out: &mut String, title: &str, text: &str, columns: &[&str], rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(out, "\n## {title}\n\n");
    if !text.is_empty() {
        let _ = write!(out, "{text}\n\n");
    }
    let _ = writeln!(out, "| {} |", columns.join(" | "));
    let is_text = |column: &&str| matches!(*column, "workload" | "requests" | "what" | "command" | "target");
    let marks: Vec<&str> = columns.iter().map(|column| if is_text(column) { "---" } else { "---:" }).collect();
    let _ = writeln!(out, "| {} |", marks.join(" | "));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
}

/// Three figures that count.
fn figure(number: f64) -> String {
    match number {
        number if number.is_nan() => "–".to_owned(),
        number if number >= 100.0 => thousands(number.round() as usize),
        number if number >= 10.0 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores ({})", model.trim_start_matches([' ', '\t', ':']))
}

/// Replaces `benches/RESULTS.md` but for its hand-written end.
pub fn write(text: &str) {
    let old = std::fs::read_to_string(RESULTS).unwrap_or_default();
    let by_hand = old.find(BY_HAND).map_or("", |at| &old[at..]);
    let separator = if by_hand.is_empty() { "" } else { "\n" };
    std::fs::write(RESULTS, format!("{text}{separator}{by_hand}")).expect("RESULTS.md is writable");
}
