//! What is measured, one file a group. Reads come first, since writes let the tables grow.

mod accounts;
mod backups;
mod basics;
mod files;
mod filters;
mod lists;
mod logs;
pub mod neighbours;
mod outsiders;
mod pages;
mod program;
mod realtime;
mod rules;
mod thumbs;
mod transfer;
mod writes;

use crate::Scale;
use crate::report::{Line, Report};
use crate::rounds::Bench;

/// Measures everything that is asked for.
pub fn run(scale: &Scale) -> Report {
    let mut report = Report::default();
    for &rows in &scale.rows {
        let bench = Bench::prepare(scale, rows);
        report.program.at_rest(&bench);
        report.lists.extend(lists::run(&bench));
        report.filters.extend(filters::run(&bench));
        report.rules.extend(rules::run(&bench));
        report.accounts.extend(accounts::run(&bench));
        report.files.extend(files::run(&bench));
        report.thumbs.extend(thumbs::run(&bench));
        report.outsiders.extend(outsiders::run(&bench));
        report.basics.extend(basics::run(&bench));
        report.basics.extend(logs::run(&bench));
        report.writes.extend(writes::run(&bench));
        report.realtime.extend(realtime::run(&bench, &mut report.program));
        report.neighbours.extend(neighbours::run(&bench));
        report.copied.extend(backups::run(&bench));
        report.program.under_load(&bench);
        report.program.start(bench);
    }
    report.program.without_data(scale);
    report.transfer = transfer::run(scale);
    report
}

/// The lines of the workloads that are wanted.
fn lines<W>(scale: &Scale, workloads: Vec<W>, name: impl Fn(&W) -> String, run: impl Fn(W) -> Line) -> Vec<Line> {
    workloads.into_iter().filter(|one| scale.wants(&name(one))).map(run).collect()
}
