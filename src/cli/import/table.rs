//! `tuckbox import json` and `tuckbox import csv`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::bar;
use crate::app::App;
use crate::config::Config;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::import::{Asked, BadRow, Format, Inferred, OnBad, OnError, Progress, Report, Source, Watch};
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

/// One byte between cells.
#[derive(Debug, Clone, Copy)]
struct Delimiter(u8);

impl FromStr for Delimiter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self(b'\t')),
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(Self(*byte)),
            _ => Err("a delimiter is one ASCII character, or the word tab".to_owned()),
        }
    }
}

impl Delimited {
    pub(super) fn format(&self) -> Format {
        Format::Csv { delimiter: self.delimiter.map(|Delimiter(byte)| byte) }
    }
}

/// Imports and prints the report.
///
/// # Errors
/// One sentence where nothing could be imported, or where rows were bad.
pub(super) async fn run(config: Config, rows: Rows, format: Format) -> Result<()> {
    let is_stdin = rows.file.as_os_str() == "-";
    if !is_stdin && !rows.file.exists() {
        return Err(Error::Setup(format!("{} is not there.", rows.file.display())));
    }
    let on_bad = rows.errors.as_deref().map(error_file).transpose()?;
    let app = App::open_beside(config).await?;
    let begun = Instant::now();
    let done = import(&app, &rows, format, is_stdin, on_bad).await;
    app.close().await;
    let report = done?;
    print(&report, begun.elapsed());
    told(report)
}

async fn import(app: &App, rows: &Rows, format: Format, is_stdin: bool, on_bad: Option<OnBad>) -> Result<Report> {
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
    let size = if is_stdin { None } else { std::fs::metadata(&rows.file).ok().map(|data| data.len()) };
    let is_new = app.schema.current().find(&rows.collection).is_none();
    let source = match is_stdin {
        true => Source::Stream(Box::new(std::io::stdin())),
        false => Source::File(rows.file.clone()),
    };
    let watch = Watch { on_bad, ..Watch::default() };
    let progress = Arc::clone(&watch.progress);
    // A file whose fields are inferred is read twice.
    let showing = tokio::spawn(show(progress, size.map(|size| if is_new { size * 2 } else { size })));
    let done = app.import.run(&RequestContext::internal(), asked, source, watch).await;
    showing.abort();
    // Ended or aborted: both are what is wanted.
    let _ = showing.await;
    done
}

async fn show(progress: Arc<Progress>, total: Option<u64>) {
    let bar = bar::over_bytes(total);
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        let rows = progress.rows.load(Ordering::Relaxed);
        bar.set_position(progress.bytes.load(Ordering::Relaxed));
        bar.set_message(match rows {
            0 => format!("{} rows looked at", progress.looked_at.load(Ordering::Relaxed)),
            rows => format!("{rows} rows, {:.0}/s", rows as f64 / begun.elapsed().as_secs_f64().max(0.001)),
        });
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

fn print(report: &Report, time: Duration) {
    if let Some(inferred) = &report.inferred {
        let verb = if report.dry_run { "would get" } else { "has" };
        println!("The collection {} is new and {verb} these fields, for superusers only:", report.collection);
        print!("{}", table(inferred));
    }
    for row in report.told.iter().take(PRINTED) {
        println!("line {}: {}", row.line, row.reason);
    }
    if report.bad > PRINTED as u64 {
        println!("… and {} more bad rows; --errors FILE keeps all of them.", report.bad - PRINTED as u64);
    }
    if !report.ignored.is_empty() {
        println!("There is no field for, so left out: {}.", report.ignored.join(", "));
    }
    let verb = if report.dry_run { "would be created" } else { "created" };
    let existing = match report.existing {
        0 => String::new(),
        existing => format!(", {existing} there already"),
    };
    println!(
        "{} rows read, {} {verb}{existing}, {} bad, in {:.1} s.",
        report.rows,
        report.created,
        report.bad,
        time.as_secs_f64()
    );
}

/// The inferred fields, one a line.
fn table(inferred: &Inferred) -> String {
    let width = |of: fn(&crate::import::InferredColumn) -> &str| {
        inferred.columns.iter().map(|column| of(column).chars().count()).max().unwrap_or(0).min(40)
    };
    let (names, kinds) = (width(|column| &column.name), width(|column| column.kind));
    let mut out = String::new();
    for column in &inferred.columns {
        let mut notes = column.notes.clone();
        if column.source != column.name {
            notes.insert(0, format!("from {:?}:", column.source));
        }
        let line = format!("  {:names$}  {:kinds$}  {}", column.name, column.kind, notes.join(" "));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
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
