//! `tuckbox import json` and `tuckbox import csv`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use tokio::sync::watch;

use super::bar;
use crate::app::App;
use crate::cli::output;
use crate::cli::signals::{self, INTERRUPTED, Signals};
use crate::config::Config;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::ids;
use crate::import::{
    Asked, BadRow, Delimiter, Format, Inferred, OnBad, OnError, Phase, Progress, Report, Source, Watch,
};
use crate::records::Existing;

/// How many bad rows are printed.
const PRINTED: usize = 20;
/// How often the progress is shown.
const EVERY: Duration = Duration::from_millis(200);

/// The format of JSON.
pub(super) const JSON: Format = Format::Json;

#[derive(Debug, Args)]
pub(in crate::cli) struct Json {
    #[command(flatten)]
    pub(super) import: Rows,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Csv {
    #[command(flatten)]
    pub(super) import: Rows,
    #[command(flatten)]
    pub(super) delimiter: Delimited,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Delimited {
    /// What stands between cells: one character, or `tab` [default: found out from the first line]
    #[arg(long, value_name = "CHAR")]
    delimiter: Option<Delimiter>,
}

/// What is imported from where to where.
#[derive(Debug, Args)]
pub(in crate::cli) struct Rows {
    /// The file; `-` is the standard input
    file: PathBuf,

    /// The collection that takes the rows
    #[arg(long, value_name = "NAME")]
    collection: String,

    /// What happens at a bad row: `skip` it, or `stop` there
    #[arg(long, value_name = "WHAT", default_value = "skip", hide_possible_values = true)]
    on_error: AtBadRow,

    /// What becomes of a row whose id is there already: `refuse` it, or `skip` it
    #[arg(long, value_name = "WHAT", default_value = "refuse", hide_possible_values = true)]
    existing: AtExisting,

    /// Write nothing; tell what would happen
    #[arg(long)]
    dry_run: bool,

    /// Write bad rows to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

impl Rows {
    fn is_stdin(&self) -> bool {
        self.file.as_os_str() == "-"
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AtBadRow {
    Skip,
    Stop,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AtExisting {
    Refuse,
    Skip,
}

impl Delimited {
    pub(super) fn format(&self) -> Format {
        Format::Csv { delimiter: self.delimiter }
    }
}

/// Imports and prints the report.
///
/// # Errors
/// One sentence where nothing could be imported, or where rows were bad.
pub(super) async fn run(config: Config, rows: Rows, format: Format) -> Result<()> {
    if !rows.is_stdin() && !rows.file.exists() {
        return Err(Error::Setup(format!("{} does not exist.", rows.file.display())));
    }
    rows.errors.as_deref().map_or(Ok(()), |errors| refuse_same(&rows.file, errors))?;
    let on_bad = rows.errors.as_deref().map(error_file).transpose()?;
    let scratch = if rows.dry_run { Scratch::instead_of(&config.dir)? } else { None };
    let config = Config { dir: scratch.as_ref().map_or(config.dir, |scratch| scratch.0.clone()), ..config };
    let stop = stop_at_signal()?;
    let app = App::open_beside(config).await?;
    let begun = Instant::now();
    let done = import(&app, &rows, format, on_bad, stop.clone()).await;
    app.close().await;
    drop(scratch);
    if *stop.borrow() {
        interrupted(done, begun.elapsed());
    }
    let report = done?;
    output::bytes(text(&report, begun.elapsed()).as_bytes())?;
    told(report)
}

/// Becomes true with the first signal to stop; the second ends the process at once.
fn stop_at_signal() -> Result<watch::Receiver<bool>> {
    let mut signals = Signals::new()?;
    let (sender, stop) = watch::channel(false);
    tokio::spawn(async move {
        signals.next().await;
        let _ = sender.send(true);
        signals.next().await;
        std::process::exit(INTERRUPTED);
    });
    Ok(stop)
}

/// Ends the process after a signal: a thread may wait for the standard input for ever.
fn interrupted(done: Result<Report>, time: Duration) -> ! {
    match done {
        Ok(report) => {
            let _ = output::bytes(text(&report, time).as_bytes());
            signals::interrupted(match report.dry_run {
                true => "Interrupted. Nothing was written.",
                false => "Interrupted. What was created stays.",
            })
        }
        Err(_) => signals::interrupted("Interrupted. Nothing was imported."),
    }
}

async fn import(
    app: &App,
    rows: &Rows,
    format: Format,
    on_bad: Option<OnBad>,
    stop: watch::Receiver<bool>,
) -> Result<Report> {
    let asked = Asked {
        collection: rows.collection.clone(),
        format,
        create: true,
        on_error: match rows.on_error {
            AtBadRow::Skip => OnError::Skip,
            AtBadRow::Stop => OnError::Stop,
        },
        existing: match rows.existing {
            AtExisting::Refuse => Existing::Refuse,
            AtExisting::Skip => Existing::Skip,
        },
        dry_run: rows.dry_run,
    };
    let (source, size) = match rows.is_stdin() {
        true => (Source::Stream(Box::new(std::io::stdin())), None),
        false => {
            // Nobody knows how much will come out of a pipe.
            let file = std::fs::metadata(&rows.file).ok().filter(std::fs::Metadata::is_file);
            (Source::File(rows.file.clone()), file.map(|file| file.len()))
        }
    };
    let watch = Watch { on_bad, stop: Some(stop), ..Watch::default() };
    let showing = tokio::spawn(show(Arc::clone(&watch.progress), size));
    let done = app.import.run(&RequestContext::internal(), asked, source, watch).await;
    showing.abort();
    // Ended or aborted: both are what is wanted.
    let _ = showing.await;
    done
}

async fn show(progress: Arc<Progress>, total: Option<u64>) {
    let bar = bar::over_bytes(total);
    let (mut shown, mut begun) = (None, Instant::now());
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        let phase = progress.phase();
        if shown.replace(phase) != Some(phase) {
            bar.reset();
            begun = Instant::now();
        }
        let (looked_at, rows) = (&progress.looked_at, &progress.rows);
        let (title, rows) = match phase {
            Phase::TakingIn => ("Taking in", None),
            Phase::LookingAt => ("Looking at rows", Some(looked_at.load(Ordering::Relaxed))),
            Phase::Importing => ("Importing", Some(rows.load(Ordering::Relaxed))),
        };
        bar.set_prefix(title);
        bar.set_position(progress.bytes.load(Ordering::Relaxed));
        if let Some(rows) = rows {
            let rate = rows as f64 / begun.elapsed().as_secs_f64().max(EVERY.as_secs_f64());
            bar.set_message(format!("{rows} rows, {rate:.0}/s"));
        }
        bar.tick();
    }
}

/// A data directory for a dry run where there is none yet: it is gone with the run, and nothing is made in its place.
struct Scratch(PathBuf);

impl Scratch {
    fn instead_of(dir: &Path) -> Result<Option<Self>> {
        if App::is_there(dir) {
            return Ok(None);
        }
        let scratch = std::env::temp_dir().join(format!("tuckbox-{}", ids::random_lower(20)));
        Ok(Some(Self(scratch)))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The file of bad rows would take the place of the data.
fn refuse_same(file: &Path, errors: &Path) -> Result<()> {
    let same = |(one, other): (PathBuf, PathBuf)| one == other;
    match file.canonicalize().ok().zip(errors.canonicalize().ok()).is_some_and(same) {
        true => Err(Error::Setup(format!(
            "{} is the file that is imported; name another one for --errors.",
            errors.display()
        ))),
        false => Ok(()),
    }
}

/// Writes bad rows as JSON lines.
fn error_file(path: &Path) -> Result<OnBad> {
    let failed = |error: std::io::Error| Error::Setup(format!("{} cannot be written: {error}.", path.display()));
    let mut out = BufWriter::new(File::create(path).map_err(failed)?);
    let path = path.to_owned();
    Ok(Box::new(move |row: &BadRow| {
        let mut line = row.to_json();
        line["row"] = row.row.clone();
        let written = writeln!(out, "{line}").and_then(|()| out.flush());
        written.map_err(|error| Error::Setup(format!("{} cannot be written: {error}.", path.display())))
    }))
}

/// What an import did, for a person.
fn text(report: &Report, time: Duration) -> String {
    let mut lines = Vec::new();
    if let Some(inferred) = &report.inferred {
        let verb = if report.dry_run { "would get" } else { "has" };
        lines
            .push(format!("The collection {} is new and {verb} these fields, for superusers only:", report.collection));
        lines.push(table(inferred));
    }
    lines.extend(report.told.iter().take(PRINTED).map(|row| format!("line {}: {}", row.line, row.reason)));
    if report.bad > PRINTED as u64 {
        lines.push(format!("… and {} more bad rows; --errors FILE keeps all of them.", report.bad - PRINTED as u64));
    }
    if !report.ignored.is_empty() {
        lines.push(format!("There is no field for, so left out: {}.", report.ignored.join(", ")));
    }
    let rows = if report.rows == 1 { "row" } else { "rows" };
    let verb = if report.dry_run { "would be created" } else { "created" };
    let existing = match report.existing {
        0 => String::new(),
        existing => format!(", {existing} there already"),
    };
    let Report { rows: read, created, bad, .. } = report;
    lines.push(format!("{read} {rows} read, {created} {verb}{existing}, {bad} bad, in {:.1} s.", time.as_secs_f64()));
    lines.push(String::new());
    lines.join("\n")
}

/// The inferred fields, one a line.
fn table(inferred: &Inferred) -> String {
    let width = |of: fn(&crate::import::InferredColumn) -> &str| {
        inferred.columns.iter().map(|column| of(column).chars().count()).max().unwrap_or(0).min(40)
    };
    let (names, kinds) = (width(|column| &column.name), width(|column| column.kind));
    let mut lines = Vec::new();
    for column in &inferred.columns {
        let mut notes = column.notes.clone();
        if column.source != column.name {
            notes.insert(0, format!("from {:?}:", column.source));
        }
        let line = format!("  {:names$}  {:kinds$}  {}", column.name, column.kind, notes.join(" "));
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// How the command ends: with a sentence where not all rows came in.
fn told(report: Report) -> Result<()> {
    if let Some(error) = report.ended {
        return Err(error);
    }
    if report.stopped {
        return Err(Error::Setup("The import stopped at a bad row; what was created before it stays.".into()));
    }
    match report.bad {
        0 => Ok(()),
        1 => Err(Error::Setup("1 row was bad and left out.".into())),
        bad => Err(Error::Setup(format!("{bad} rows were bad and left out."))),
    }
}
