//! `tuckbox check`: looks for damage and disorder; works beside a running server.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value as Json, json};

use super::{output, sentence};
use crate::app::App;
use crate::check::{Check, Finding, Outcome, Progress, Repair, Report};
use crate::config::Config;
use crate::error::Result;

/// What the exit code says.
const FOUND: u8 = 1;
const NOT_CHECKED: u8 = 2;

/// What is repaired, and how the report is shown.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Put this right first, then check
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    repair: Vec<Repairs>,

    /// Show the report as JSON
    #[arg(long)]
    json: bool,
}

/// Repairs by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Repairs {
    /// Make missing and differing indexes anew
    Indexes,
    /// Take ids of records that are gone out of relation fields
    Relations,
    /// Remove what belongs to accounts that are gone
    Accounts,
    /// Add the changes that the feed lacks
    Feed,
    /// Remove files older than an hour that no record names
    Files,
}

impl From<Repairs> for Repair {
    fn from(named: Repairs) -> Self {
        match named {
            Repairs::Indexes => Self::Indexes,
            Repairs::Relations => Self::Relations,
            Repairs::Accounts => Self::Accounts,
            Repairs::Feed => Self::Feed,
            Repairs::Files => Self::Files,
        }
    }
}

/// Repairs what is asked for, checks, and says what was found: 0 where there is nothing, 1 where there is something,
/// 2 where it could not be looked at.
pub(super) async fn run(config: Config, arguments: Arguments) -> ExitCode {
    match check(config, &arguments).await {
        Ok(code) => code,
        Err(error) => {
            output::remark(&format!("Error: {}", sentence(&error)));
            output::remark(&format!("Where the file is damaged, {ADVICE}"));
            ExitCode::from(NOT_CHECKED)
        }
    }
}

/// Damage has no repair: nobody can tell what is lost.
const ADVICE: &str = "restore a backup, or save what can be read with `sqlite3 data.db .recover | sqlite3 new.db`.";

async fn check(config: Config, arguments: &Arguments) -> Result<ExitCode> {
    let served = App::is_served(&config.dir);
    let app = App::open_existing(config).await?;
    let done = look(&app, arguments).await;
    app.close().await;
    let (done, report) = done?;
    if arguments.json {
        output::line(as_json(&report, &done, served).to_string().as_bytes())?;
    } else {
        output::bytes(as_text(&report, &done, served).as_bytes())?;
    }
    Ok(code(&report))
}

async fn look(app: &App, arguments: &Arguments) -> Result<(Vec<String>, Report)> {
    let bar = bar();
    let shown = bar.clone();
    let progress: Progress = Arc::new(move |what: &str| shown.set_message(what.to_owned()));
    let mut done = Vec::new();
    for repair in
        Repair::ALL.into_iter().filter(|repair| arguments.repair.iter().any(|one| Repair::from(*one) == *repair))
    {
        let lines = app.checks.repair(repair, Arc::clone(&progress)).await?;
        if lines.is_empty() {
            done.push(format!("{}: there was nothing to repair.", repair.name()));
        }
        done.extend(lines);
    }
    let report = app.checks.run(progress).await;
    bar.finish_and_clear();
    Ok((done, report?))
}

/// What is being looked at, and for how long; on a terminal alone.
fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn code(report: &Report) -> ExitCode {
    if report.findings().next().is_some() {
        ExitCode::from(FOUND)
    } else if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_CHECKED)
    }
}

fn as_text(report: &Report, done: &[String], served: bool) -> String {
    let mut out = String::new();
    for line in done {
        let _ = writeln!(out, "{line}");
    }
    for outcome in &report.outcomes {
        let _ = writeln!(out, "{:12} {}", outcome.check.name(), summary(outcome));
        for finding in &outcome.findings {
            let _ = writeln!(out, "  {}", line_of(finding));
        }
    }
    let mut repairs: Vec<&str> = report.findings().filter_map(|finding| finding.repair).map(Repair::name).collect();
    repairs.sort_unstable();
    repairs.dedup();
    if !repairs.is_empty() {
        let _ = writeln!(out, "To put right what can be: tuckbox check --repair {}", repairs.join(","));
    }
    if report.outcomes.iter().any(|outcome| outcome.check == Check::Integrity && !outcome.findings.is_empty()) {
        let _ = writeln!(out, "The file is damaged: {ADVICE}");
    }
    if served {
        out.push_str("A server runs on this directory and may have changed things meanwhile.\n");
    }
    out
}

fn summary(outcome: &Outcome) -> String {
    match (&outcome.failure, outcome.findings.len()) {
        (Some(failure), _) => format!("could not be checked: {failure}"),
        (None, 0) => "ok".to_owned(),
        (None, 1) => "1 finding".to_owned(),
        (None, findings) => format!("{findings} findings"),
    }
}

fn line_of(finding: &Finding) -> String {
    let mut line = match finding.count {
        1 if finding.examples.is_empty() => format!("{}: {}", finding.subject, finding.problem),
        count => format!("{}: {count} {}", finding.subject, finding.problem),
    };
    if !finding.examples.is_empty() {
        let _ = write!(line, ": {}", finding.examples.join(", "));
        if finding.count > finding.examples.len() as u64 {
            line.push_str(", …");
        }
    }
    // Names come from the database and the disk: what would steer the terminal is written out.
    line.chars()
        .map(|letter| if letter.is_control() { letter.escape_default().to_string() } else { letter.into() })
        .collect()
}

fn as_json(report: &Report, done: &[String], served: bool) -> Json {
    let finding = |finding: &Finding| {
        json!({
            "subject": finding.subject, "problem": finding.problem, "count": finding.count,
            "examples": finding.examples, "repair": finding.repair.map(Repair::name),
        })
    };
    let checks: Vec<Json> = report
        .outcomes
        .iter()
        .map(|outcome| {
            let findings: Vec<Json> = outcome.findings.iter().map(finding).collect();
            json!({"check": outcome.check.name(), "findings": findings, "failure": outcome.failure})
        })
        .collect();
    json!({"clean": report.is_clean(), "served": served, "repaired": done, "checks": checks})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_repair_has_its_name_on_the_command_line() {
        let named: Vec<&str> = Repairs::value_variants().iter().map(|one| Repair::from(*one).name()).collect();
        let offered: Vec<_> = Repairs::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
        assert_eq!(named, offered.iter().map(clap::builder::PossibleValue::get_name).collect::<Vec<_>>());
        assert_eq!(named, Repair::ALL.map(Repair::name));
    }

    #[test]
    fn findings_read_as_one_line_without_control_characters() {
        let finding = Finding {
            subject: "posts.author".into(),
            problem: "ids of records that authors has not".into(),
            count: 7,
            examples: vec!["p\u{1b}[31m → a".into(), "q → b".into()],
            repair: None,
        };
        let line = "posts.author: 7 ids of records that authors has not: p\\u{1b}[31m → a, q → b, …";
        assert_eq!(line_of(&finding), line);
    }
}
