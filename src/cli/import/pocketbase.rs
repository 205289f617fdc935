//! `tuckbox import pocketbase DIR`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{BinaryBytes, HumanCount};

use super::bar;
use crate::app::{App, Claim};
use crate::cli::output;
use crate::cli::signals::{self, Signals};
use crate::config::Config;
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::import::pocketbase::{Copied, Place, Plan, Report, Source, Staged, TakeOver, Wanted};

/// Which directory, and what of it.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The data directory, which PocketBase calls pb_data; it is only read
    #[arg(value_name = "DIR")]
    source: PathBuf,

    /// Files in a bucket: `keep` them there, or `copy` them to the local disk
    #[arg(long, value_name = "WHAT", default_value = "keep", hide_possible_values = true)]
    files: InBucket,

    /// Take the request logs over too
    #[arg(long)]
    logs: bool,

    /// Print what would come, and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum InBucket {
    Keep,
    Copy,
}

/// How far it went.
enum Done {
    Looked(Plan),
    Refused(Plan),
    Staged(Box<(Staged, Claim, Config)>),
}

/// Takes the directory over, or tells what that would come to.
pub(super) async fn run(config: Config, arguments: Arguments) -> Result<()> {
    let mut signals = Signals::new()?;
    let sentence = match arguments.dry_run {
        true => "Interrupted. Nothing was written.",
        false => "Interrupted. The same command begins again; until it has ended, no server starts on the directory.",
    };
    tokio::spawn(async move {
        signals.next().await;
        // Nothing has its place before the end, so nothing needs to be waited for.
        signals::interrupted(sentence)
    });
    let done = tokio::task::spawn_blocking(move || work(config, &arguments));
    let done = done.await.map_err(|error| Error::internal(format!("the take-over failed: {error}")))??;
    match done {
        Done::Looked(plan) => {
            output::bytes(plan_text(&plan).as_bytes())?;
            refused(&plan, "It cannot be taken over like this; the list says why.")
        }
        Done::Refused(plan) => {
            output::bytes(plan_text(&plan).as_bytes())?;
            refused(&plan, "Nothing was written: it cannot be taken over like this; the list says why.")
        }
        Done::Staged(staged) => {
            let (staged, claim, config) = *staged;
            let (sealed, dir) = (config.encryption_key.is_some(), config.dir.display().to_string());
            App::try_out(Config { dir: staged.folder(), ..config }).await?;
            let report = staged.place()?;
            drop(claim);
            output::bytes(report_text(&report, &dir, sealed).as_bytes())?;
            match report.is_whole() {
                true => Ok(()),
                false => Err(Error::Setup("Not everything came; the report says what is missing.".to_owned())),
            }
        }
    }
}

/// Looks, and copies where that is wanted and nothing stands in the way. Blocks.
fn work(config: Config, arguments: &Arguments) -> Result<Done> {
    let sealer = config.encryption_key.as_ref().map(|key| Sealer::with_key(&key.0));
    // What takes long comes after what would be in vain.
    Source::open(&arguments.source)?;
    Place::check(&config.dir, &arguments.source)?;
    let mut bars = bar::Takeover::default();
    let takeover = TakeOver::look(&arguments.source, sealer.as_ref(), &mut |step| bars.show(step))?;
    bars.end();
    let plan = takeover.plan();
    if arguments.dry_run {
        return Ok(Done::Looked(plan.clone()));
    }
    if !plan.obstacles.is_empty() {
        return Ok(Done::Refused(plan.clone()));
    }
    let claim = App::claim(&config.dir)?;
    let place = Place::begin(&config.dir, &arguments.source)?;
    let wanted = Wanted { logs: arguments.logs, files_home: arguments.files == InBucket::Copy };
    let staged = takeover.stage(place, sealer.as_ref(), wanted, &mut |step| bars.show(step));
    bars.end();
    Ok(Done::Staged(Box::new((staged.map_err(stopped)?, claim, config))))
}

/// A failure of the machine, with what to do about it.
fn stopped(error: Error) -> Error {
    match error {
        Error::Internal(cause) => Error::Setup(format!(
            "The take-over stopped, and the directory has no data yet: {:#}. The same command begins again.",
            cause.root_cause()
        )),
        Error::Unavailable(why) => Error::Setup(format!("{why} The same command begins again.")),
        error => error,
    }
}

fn refused(plan: &Plan, sentence: &str) -> Result<()> {
    match plan.obstacles.is_empty() {
        true => Ok(()),
        false => Err(Error::Setup(sentence.to_owned())),
    }
}

fn plan_text(plan: &Plan) -> String {
    let mut out = String::new();
    for collection in &plan.collections {
        let records = collection.records.map(|records| format!(", {}", counted(records, "record"))).unwrap_or_default();
        line(&mut out, &format!("{} ({}){records}", collection.name, collection.kind));
    }
    line(
        &mut out,
        &match plan.in_bucket {
            true => "Files lie in a bucket.".to_owned(),
            false => format!("{}, {}", counted(plan.files.files, "file"), BinaryBytes(plan.files.bytes)),
        },
    );
    plan.notes.iter().for_each(|note| line(&mut out, note));
    for obstacle in &plan.obstacles {
        line(&mut out, &format!("In the way: {obstacle}"));
    }
    out
}

fn report_text(report: &Report, dir: &str, sealed: bool) -> String {
    let mut out = String::new();
    for one in &report.collections {
        line(&mut out, &format!("{}: {} of {}", one.name, HumanCount(one.here), counted(one.there, "record")));
    }
    if let Some(logs) = &report.logs {
        let (here, there) = (HumanCount(logs.here), HumanCount(logs.there));
        line(&mut out, &format!("{}: {here} of {there} entries", logs.name));
    }
    if let Some(files) = &report.files {
        let (here, there) = (files.here, files.there);
        let bytes = (BinaryBytes(here.bytes), BinaryBytes(there.bytes));
        let files = counted(there.files, "file");
        line(&mut out, &format!("files: {} of {files}, {} of {}", HumanCount(here.files), bytes.0, bytes.1));
    }
    report.notes.iter().for_each(|note| line(&mut out, note));
    let sum = |of: fn(&Copied) -> u64| report.collections.iter().map(of).sum::<u64>();
    let (here, collections) = (counted(sum(|one| one.here), "record"), report.collections.len() as u64);
    line(&mut out, &format!("{here} of {} were taken over.", counted(collections, "collection")));
    let key = if sealed { " --encryption-env NAME" } else { "" };
    line(&mut out, &format!("Start it with: tuckbox serve --dir {dir}{key}"));
    out
}

fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", HumanCount(count), if count == 1 { "" } else { "s" })
}

fn line(out: &mut String, text: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}
