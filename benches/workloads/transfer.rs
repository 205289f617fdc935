//! Import and export, beside the `sqlite3` shell's own.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::data::{self, AUTHORS, BODY};
use crate::report::{Transfer, median};
use crate::server::TUCKBOX;
use crate::{Scale, cpu};

/// How one run of a command went.
struct Ran {
    wall: Duration,
    cpu: Duration,
}

/// Runs a command to its end.
///
/// # Errors
/// One line: what is missing, or what the command said.
fn timed(command: &mut Command, input: Option<&str>) -> Result<Ran, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (before, begin) = (cpu::of_ended_children(), Instant::now());
    let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| format!("{name}: {error}"))?;
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
        pipe.write_all(input.as_bytes()).map_err(|error| format!("{name}: {error}"))?;
    }
    let output = child.wait_with_output().map_err(|error| format!("{name}: {error}"))?;
    let ran = Ran { wall: begin.elapsed(), cpu: cpu::of_ended_children() - before };
    if output.status.success() {
        return Ok(ran);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().find(|line| !line.is_empty()).unwrap_or("it failed and said nothing").to_owned())
}

pub(super) fn run(scale: &Scale) -> Vec<Transfer> {
    let rows = scale.rows.iter().copied().min().unwrap_or(100_000);
    let wanted = |name: &str| scale.wants(name);
    let dir = tempfile::tempdir().expect("there is room for temporary files");
    let file = |name: &str| dir.path().join(name);
    if wanted("import") || wanted("export") {
        std::fs::write(file("posts.csv"), csv(rows)).expect("there is room");
        std::fs::write(file("posts.jsonl"), json_lines(rows)).expect("there is room");
    }
    let mut found = Vec::new();
    let mut add = |name: &'static str, runs: Vec<Result<Ran, String>>| {
        if !runs.is_empty() {
            found.push(Transfer { name, rows, result: medians(rows, runs) });
            eprintln!("{}", found.last().map(Transfer::short).unwrap_or_default());
        }
    };
    // Each of them measures its kind from nothing, so that the database is new every time.
    let [mut theirs, mut ours, mut json] = [Vec::new(), Vec::new(), Vec::new()];
    let [mut their_export, mut our_export, mut export_json] = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..scale.rounds {
        let (shell, place) = (file(&format!("{round}.db")), file(&format!("{round}")));
        if wanted("import") || wanted("export") {
            theirs.push(shell_import(&shell, &file("posts.csv")));
            ours.push(import("csv", &file("posts.csv"), &place));
            json.push(import("json", &file("posts.jsonl"), &file(&format!("{round}j"))));
        }
        if wanted("export") {
            their_export.push(shell_export(&shell));
            our_export.push(export("csv", &place, &file("out.csv")));
            export_json.push(export("json", &place, &file("out.jsonl")));
        }
    }
    add("sqlite3 .import --csv", theirs);
    add("tuckbox import csv", ours);
    add("tuckbox import json", json);
    add("sqlite3 .mode csv, SELECT *", their_export);
    add("tuckbox export csv", our_export);
    add("tuckbox export json", export_json);
    found
}

fn medians(rows: usize, runs: Vec<Result<Ran, String>>) -> Result<[f64; 2], String> {
    let runs = runs.into_iter().collect::<Result<Vec<Ran>, String>>()?;
    let rates: Vec<f64> = runs.iter().map(|run| rows as f64 / run.wall.as_secs_f64()).collect();
    let costs: Vec<f64> = runs.iter().map(|run| run.cpu.as_secs_f64() * 1e6 / rows as f64).collect();
    Ok([median(&rates), median(&costs)])
}

fn shell_import(database: &Path, csv: &Path) -> Result<Ran, String> {
    let script = format!(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE posts (title TEXT, body TEXT, author TEXT, score NUMERIC, active BOOLEAN, made TEXT);
.import --csv --skip 1 \"{}\" posts
",
        csv.display()
    );
    timed(Command::new("sqlite3").arg("-bail").arg(database), Some(&script))
}

fn shell_export(database: &Path) -> Result<Ran, String> {
    timed(Command::new("sqlite3").args(["-csv", "-header"]).arg(database).arg("SELECT * FROM posts"), None)
}

fn import(kind: &str, from: &Path, dir: &Path) -> Result<Ran, String> {
    let mut command = Command::new(TUCKBOX);
    timed(command.args(["import", kind]).arg(from).args(["--collection", "posts", "--dir"]).arg(dir), None)
}

fn export(kind: &str, dir: &Path, to: &Path) -> Result<Ran, String> {
    let mut command = Command::new(TUCKBOX);
    timed(command.args(["export", kind, "--collection", "posts", "-o"]).arg(to).arg("--dir").arg(dir), None)
}

fn csv(rows: usize) -> String {
    let mut out = String::from("title,body,author,score,active,made\n");
    for n in 0..rows {
        let _ = writeln!(
            out,
            "Post {n},\"{BODY}\",{},{},{},2024-01-01 00:00:00.000Z",
            data::id(n % AUTHORS),
            n % 1000,
            n % 2 == 0
        );
    }
    out
}

fn json_lines(rows: usize) -> String {
    let mut out = String::new();
    for n in 0..rows {
        let _ = writeln!(
            out,
            r#"{{"title":"Post {n}","body":"{BODY}","author":"{}","score":{},"active":{},"made":"2024-01-01 00:00:00.000Z"}}"#,
            data::id(n % AUTHORS),
            n % 1000,
            n % 2 == 0
        );
    }
    out
}
