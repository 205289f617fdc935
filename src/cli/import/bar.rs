//! The progress of imports, on a terminal alone.

use std::fmt::Write;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::import::pocketbase::Step;

/// How often what has no end in sight shows that it goes on.
const TICK: Duration = Duration::from_millis(100);

/// A bar over the bytes of data, with a prefix and a message; it shows nothing where nobody sees it. `total` is `None`
/// where nobody knows how much will come.
pub(super) fn over_bytes(total: Option<u64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    match total {
        Some(total) => styled(ProgressBar::new(total), "{prefix:15} {wide_bar} {percent:>3}%  {msg}, {eta} left"),
        None => styled(ProgressBar::new_spinner(), "{prefix:15} {spinner} {binary_bytes}  {msg}"),
    }
}

/// A count of the rows of a table that is read.
pub(super) fn reading(table: &str) -> ProgressBar {
    styled(ProgressBar::new_spinner(), "Reading {msg:20} {human_pos} rows").with_message(table.to_owned())
}

/// A bar over the rows of a table that is written.
pub(super) fn writing(table: &str, rows: u64) -> ProgressBar {
    let form = "Writing {msg:20} {wide_bar} {human_pos}/{human_len} rows, {rate}, {eta} left";
    styled(ProgressBar::new(rows), form).with_message(table.to_owned())
}

/// The bars of a take-over, one for each of its steps.
#[derive(Default)]
pub(super) struct Takeover {
    bar: Option<ProgressBar>,
    of: String,
}

impl Takeover {
    /// Shows where it stands.
    pub(super) fn show(&mut self, step: Step<'_>) {
        match step {
            Step::Reading(collection) => drop(self.over("Reading", collection, None)),
            Step::Shaping(collection) => drop(self.over("Bringing into shape", collection, None)),
            Step::Copying(done, total) => self.over("Copying", "the database", Some(total)).set_position(done),
            Step::Files(done, total) => self.over("Copying", "files", Some(total)).set_position(done),
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn over(&mut self, doing: &str, what: &str, total: Option<u64>) -> ProgressBar {
        let of = format!("{doing} {what}");
        if let Some(bar) = self.bar.as_ref().filter(|_| self.of == of) {
            return bar.clone();
        }
        self.end();
        let bar = match total {
            Some(total) => styled(ProgressBar::new(total), "{msg:30} {wide_bar} {percent:>3}%, {eta} left"),
            None => styled(ProgressBar::new_spinner(), "{msg:40} {spinner}"),
        };
        bar.set_message(of.clone());
        if total.is_none() {
            bar.enable_steady_tick(TICK);
        }
        self.of = of;
        self.bar = Some(bar.clone());
        bar
    }
}

fn styled(bar: ProgressBar, form: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
    // The rate that comes with the library has four digits behind the point.
    let rate = |state: &ProgressState, out: &mut dyn Write| {
        let _ = write!(out, "{:.0}/s", state.per_sec());
    };
    bar.with_style(style.with_key("rate", rate))
}
