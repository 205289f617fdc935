//! Backups of the database that is served, beside the shell's own and a plain copy of the same bytes; and a backup of it
//! restored into an empty directory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cpu;
use crate::report::{Copied, median};
use crate::rounds::Bench;
use crate::server::TUCKBOX;

/// One way to copy.
struct Way {
    name: &'static str,
    /// The databases that it copies.
    of: &'static [&'static str],
    /// What is done first, and not measured.
    before: Option<fn(&Path) -> Command>,
    command: fn(&Path, &Path) -> Command,
}

/// The data alone.
const DATA: &[&str] = &["data.db"];
/// The log as well: the workloads before leave as much of it as there is data.
const ALL: &[&str] = &["data.db", "auxiliary.db"];

const WAYS: [Way; 4] = [
    Way {
        name: "cp",
        of: DATA,
        before: None,
        command: |place, to| with(Command::new("cp"), [&place.join("data.db"), to]),
    },
    Way {
        name: "sqlite3 .backup",
        of: DATA,
        before: None,
        command: |place, to| {
            let mut command = Command::new("sqlite3");
            command.arg(place.join("data.db")).arg(format!(".backup '{}'", to.display()));
            command
        },
    },
    Way { name: "tuckbox backup create", of: ALL, before: None, command: |place, _| create(place) },
    Way {
        name: "tuckbox backup restore",
        of: ALL,
        before: Some(create),
        command: |place, to| {
            let mut command = Command::new(TUCKBOX);
            command.args(["backup", "restore"]).arg(place.join(MADE)).arg("--dir").arg(to);
            command
        },
    },
];

/// The backup, within the data directory.
const MADE: &str = "backups/measured.zip";

fn create(place: &Path) -> Command {
    let mut command = Command::new(TUCKBOX);
    command.args(["backup", "create", "measured.zip", "--dir"]).arg(place);
    command
}

fn with<const N: usize>(mut command: Command, arguments: [&Path; N]) -> Command {
    command.args(arguments);
    command
}

pub(super) fn run(bench: &Bench) -> Vec<Copied> {
    let ways = WAYS.iter().filter(|way| bench.scale.wants(way.name));
    ways.map(|way| {
        let runs: Result<Vec<_>, String> = (0..bench.scale.rounds).map(|_| once(bench, way)).collect();
        let size = |name: &&str| std::fs::metadata(bench.place.join(name)).map_or(0, |file| file.len());
        let mib = way.of.iter().map(size).sum::<u64>() as f64 / f64::from(1 << 20);
        let of = |runs: &[(Duration, Duration)], figure: fn(&(Duration, Duration)) -> Duration| {
            median(&runs.iter().map(|run| figure(run).as_secs_f64()).collect::<Vec<_>>())
        };
        let result = runs.map(|runs| [mib / of(&runs, |run| run.0), of(&runs, |run| run.1) * 1e3 / mib]);
        let line = Copied { name: way.name, mib, result };
        eprintln!("{}", line.short());
        line
    })
    .collect()
}

/// Wall and CPU time of one run.
fn once(bench: &Bench, way: &Way) -> Result<(Duration, Duration), String> {
    let to = bench.dir.path().join("copied");
    if let Some(before) = way.before {
        ended(way, before(&bench.place))?;
    }
    let (before, begin) = (cpu::of_ended_children(), Instant::now());
    let ended = ended(way, (way.command)(&bench.place, &to));
    let ran = (begin.elapsed(), cpu::of_ended_children() - before);
    // Whichever of them it made.
    let _ = std::fs::remove_dir_all(&to);
    for made in [to, bench.place.join(MADE)] {
        let _ = std::fs::remove_file(made);
    }
    ended.map(|()| ran)
}

fn ended(way: &Way, mut command: Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{}: {error}", way.name))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or("it failed").to_owned()),
    }
}
