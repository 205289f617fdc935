//! `tuckbox backup`: works beside a running server, and without one.

use std::pin::pin;
use std::sync::Arc;

use clap::{Args, Subcommand};
use indicatif::{BinaryBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value as Json, json};
use tokio::sync::watch;

use super::output;
use super::signals::{Signals, interrupted};
use crate::app::App;
use crate::backups::{Listed, Progress, Stage};
use crate::config::Config;
use crate::error::{Error, Result};

/// What is done with backups.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Make a backup, store it where the settings say, and read it back
    Create {
        /// How it is called: small letters, digits, - and _, with .zip at the end [default: app and time]
        name: Option<String>,

        #[command(flatten)]
        shape: Shape,
    },
    /// List the backups
    List {
        #[command(flatten)]
        shape: Shape,
    },
    /// Make a backup the data of the directory, where no server runs on it
    Restore {
        /// A file, or the name of a backup
        #[arg(value_name = "NAME|FILE")]
        asked: String,
    },
    /// Read a backup back: every entry's checksum, and the databases in it
    Verify {
        /// How it is called
        name: String,

        #[command(flatten)]
        shape: Shape,
    },
}

/// How the answer is shown.
#[derive(Debug, Args)]
pub(super) struct Shape {
    /// Show the answer as JSON
    #[arg(long)]
    json: bool,
}

/// Does it and says so.
pub(super) async fn run(config: Config, action: Action) -> Result<()> {
    if let Action::Restore { asked } = &action {
        return restore(config, asked).await;
    }
    let app = App::open_existing(config).await?;
    let mut signals = Signals::new()?;
    let bar = Bar::new();
    let done = tokio::select! {
        done = act(&app, &action, &bar) => done,
        () = signals.next() => {
            // What is under way ends at its next step, and leaves nothing.
            app.close().await;
            interrupted(match action {
                Action::Create { .. } => "Interrupted. No backup was made.",
                Action::List { .. } | Action::Verify { .. } | Action::Restore { .. } => "Interrupted.",
            })
        }
    };
    bar.0.finish_and_clear();
    app.close().await;
    Ok(output::bytes(done?.as_bytes())?)
}

/// Restores a backup. A signal ends that at its next step; from the swap on, which takes an instant, it goes on.
async fn restore(config: Config, asked: &str) -> Result<()> {
    let mut signals = Signals::new()?;
    let (dir, bar, stopping) = (config.dir.display().to_string(), Bar::new(), watch::Sender::new(false));
    let mut work = pin!(App::restore(config, asked, Some(bar.progress()), stopping.subscribe()));
    let (restored, told) = tokio::select! {
        restored = &mut work => (restored, false),
        () = signals.next() => {
            stopping.send_replace(true);
            (work.await, true)
        }
    };
    bar.0.finish_and_clear();
    if told && restored.is_err() {
        interrupted("Interrupted. Nothing was restored.");
    }
    let manifest = restored?;
    let at = manifest.created.get(..19).unwrap_or(&manifest.created);
    Ok(output::bytes(format!("The data of {at} (UTC) was restored into {dir}.\n").as_bytes())?)
}

async fn act(app: &App, action: &Action, bar: &Bar) -> Result<String> {
    match action {
        Action::Create { name, shape } => {
            let key = app.backups.make(name.clone(), Some(bar.progress())).await?;
            let made = app.backups.list().await?.into_iter().find(|one| one.archive.key == key);
            let made = made.ok_or_else(|| Error::Setup(format!("The backup {key} was made and removed again.")))?;
            if shape.json {
                return Ok(format!("{}\n", made.to_json()));
            }
            Ok(format!("The backup {key} was made and verified: {}.\n", BinaryBytes(made.archive.size)))
        }
        // It needs no open app, and may not have one.
        Action::Restore { .. } => Ok(String::new()),
        Action::List { shape } => {
            let listed = app.backups.list().await?;
            if shape.json {
                return Ok(format!("{}\n", Json::from_iter(listed.iter().map(Listed::to_json))));
            }
            Ok(table(&listed))
        }
        Action::Verify { name, shape } => {
            let verified = app.backups.verify(name, Some(bar.progress())).await;
            let outcome = verified.map_err(|error| match error {
                Error::NotFound(_) => Error::Setup(format!("There is no backup {name}.")),
                other => other,
            })?;
            if shape.json {
                let answer = json!({"key": name, "verified": outcome.verified, "problem": outcome.problem});
                output::line(answer.to_string().as_bytes())?;
            }
            if !outcome.problem.is_empty() {
                return Err(Error::Setup(format!("{name} is no good backup: {}", outcome.problem)));
            }
            Ok(if shape.json { String::new() } else { format!("The backup {name} is good.\n") })
        }
    }
}

fn table(listed: &[Listed]) -> String {
    if listed.is_empty() {
        return "There are no backups.\n".to_owned();
    }
    let widest = listed.iter().map(|one| one.archive.key.chars().count()).max().unwrap_or(0);
    let line = |one: &Listed| {
        let state = match (one.outcome.verified.as_str(), one.outcome.problem.as_str()) {
            ("", _) => "not verified".to_owned(),
            (at, "") => format!("verified {}", &at[..at.len().min(19)]),
            (_, problem) => format!("NOT GOOD: {problem}"),
        };
        let (key, size) = (&one.archive.key, BinaryBytes(one.archive.size).to_string());
        let made = one.archive.modified.format("%Y-%m-%d %H:%M:%S");
        format!("{key:widest$}  {made}  {size:>12}  {state}\n")
    };
    listed.iter().map(line).collect()
}

/// The progress, on a terminal alone.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let bar = match std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            true => ProgressBar::no_length(),
            false => ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
        };
        Self(bar)
    }

    fn progress(&self) -> Progress {
        let bar = self.0.clone();
        let shown = parking_lot::Mutex::new(None);
        Arc::new(move |stage, done, total| {
            let form = (stage, total > 0);
            let mut shown = shown.lock();
            if *shown != Some(form) {
                *shown = Some(form);
                bar.set_style(style(stage, total > 0));
                bar.set_message(words(stage));
            }
            bar.set_length(total);
            bar.set_position(done);
        })
    }
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Copying => "Copying the database",
        Stage::Packing => "Packing",
        Stage::Storing => "Storing",
        Stage::Verifying => "Verifying",
        Stage::Unpacking => "Unpacking",
    }
}

fn style(stage: Stage, has_end: bool) -> ProgressStyle {
    let form = match (stage, has_end) {
        (Stage::Copying, _) => "{msg:21} {wide_bar} {percent:>3}%",
        (_, true) => "{msg:21} {wide_bar} {binary_bytes}/{binary_total_bytes}, {eta} left",
        (_, false) => "{msg:21} {spinner} {binary_bytes}, {binary_bytes_per_sec}",
    };
    ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar())
}
