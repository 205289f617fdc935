//! The progress of long work, on a terminal alone.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often a bar is drawn anew.
const TICK: Duration = Duration::from_millis(100);

/// A bar over bytes on the standard error; it shows nothing where that is no terminal. `total` is `None` where nobody
/// knows how much will come.
pub(super) fn over_bytes(total: Option<u64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match total {
        Some(total) => {
            (ProgressBar::new(total), "{bar:30} {percent:>3}%  {binary_bytes}/{binary_total_bytes}  {msg}  {eta} left")
        }
        None => (ProgressBar::new_spinner(), "{spinner} {binary_bytes}  {msg}"),
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = bar.with_style(style);
    bar.enable_steady_tick(TICK);
    bar
}
