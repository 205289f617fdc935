//! `tuckbox import pocketbase DIR`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use indicatif::{BinaryBytes, HumanCount};

use super::bar;
use crate::app::App;
use crate::cli::output;
use crate::cli::signals::{self, Signals};
use crate::config::Config;
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::import::pocketbase::{Place, Plan, Report, TakeOver};

/// Which directory.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The data directory, which PocketBase calls pb_data; it is only read
    #[arg(value_name = "DIR")]
    source: PathBuf,

    /// Print what would come, and write nothing
    #[arg(long)]
    dry_run: bool,
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
    Place::check(&config.dir)?;
    let sealer = config.encryption_key.as_ref().map(|key| Sealer::with_key(&key.0));
    let mut bars = bar::Takeover::default();
    let done = tokio::task::spawn_blocking(move || {
        let takeover = TakeOver::look(&arguments.source, sealer.as_ref(), &mut |step| bars.show(step))?;
        if arguments.dry_run {
            bars.end();
            return Ok(Done::Looked(takeover.plan().clone()));
        }
        if !takeover.plan().obstacles.is_empty() {
            bars.end();
            return Ok(Done::Refused(takeover.plan().clone()));
        }
        let claim = App::claim(&config.dir)?;
        let place = Place::begin(&config.dir, &arguments.source)?;
        let staged = takeover.stage(place, sealer.as_ref(), &mut |step| bars.show(step))?;
        bars.end();
        Ok::<_, Error>(Done::Staged(Box::new((staged, claim, config))))
    });
    let done = done.await.map_err(|error| Error::internal(format!("the take-over failed: {error}")))??;
    match done {
        Done::Looked(plan) => {
            output::bytes(plan_text(&plan).as_bytes())?;
            refused(&plan, "Not everything can be taken over; the list says why.")
        }
        Done::Refused(plan) => {
            output::bytes(plan_text(&plan).as_bytes())?;
            refused(&plan, "Nothing was written, since not everything can be taken over; the list says why.")
        }
        Done::Staged(staged) => {
            let (staged, claim, config) = *staged;
            // As a start would open it.
            let trial = App::open_beside(Config { dir: staged.folder(), ..config.clone() }).await?;
            trial.close().await;
            crate::store::Store::release(&staged.folder().join("data.db"))?;
            let report = staged.place()?;
            drop(claim);
            output::bytes(report_text(&report).as_bytes())?;
            match report.is_whole() {
                true => Ok(()),
                false => Err(Error::Setup("Not everything came; the report says what is missing.".to_owned())),
            }
        }
    }
}

/// How far it went.
enum Done {
    Looked(Plan),
    Refused(Plan),
    Staged(Box<(crate::import::pocketbase::Staged, crate::app::Claim, Config)>),
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
    for note in &plan.notes {
        line(&mut out, note);
    }
    for obstacle in &plan.obstacles {
        line(&mut out, &format!("In the way: {obstacle}"));
    }
    out
}

fn report_text(report: &Report) -> String {
    let mut out = String::new();
    for one in &report.collections {
        let put_right = match one.put_right {
            0 => String::new(),
            some => format!(", {} with values put right", HumanCount(some)),
        };
        line(
            &mut out,
            &format!("{}: {} of {}{put_right}", one.name, HumanCount(one.here), counted(one.there, "record")),
        );
    }
    for note in &report.notes {
        line(&mut out, note);
    }
    let files = &report.files;
    line(
        &mut out,
        &format!(
            "{} of {}, {} of {}.",
            HumanCount(files.here),
            counted(files.there, "file"),
            BinaryBytes(files.here_bytes),
            BinaryBytes(files.there_bytes)
        ),
    );
    out
}

fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", HumanCount(count), if count == 1 { "" } else { "s" })
}

fn line(out: &mut String, text: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}
