//! What lies beside the database, in the directory and around it, and what becomes of that.

use std::path::Path;

use super::look::Plan;
use super::source::Source;
use crate::error::Result;
use crate::settings::{self, Values};
use crate::store::Tx;

/// Folders beside a data directory that PocketBase reads.
const SIBLINGS: [(&str, &str); 3] = [
    ("pb_hooks", "its JavaScript does not run here"),
    ("pb_migrations", "its steps are not run here; what they have done to the data has come with it"),
    ("pb_public", "copy it beside the new data directory, or name it with --public-dir, and its files are served"),
];

/// Looks around.
pub(super) fn look(tx: &mut Tx<'_>, source: &Source, values: &Values, plan: &mut Plan) -> Result<()> {
    let unknown = Source::unknown_steps(tx)?;
    if !unknown.is_empty() {
        plan.notes.push(format!(
            "It was written by a PocketBase that is newer than the one that this program knows ({}). What it has added \
             since may not come; compare with care.",
            unknown.join(", ")
        ));
    }
    for fault in settings::faults(values) {
        plan.notes.push(format!(
            "The settings come as they are, and cannot be saved until this is changed: {}.",
            fault.trim_end_matches('.')
        ));
    }
    let archives = entries(&source.dir.join("backups")).into_iter().filter(|name| name.ends_with(".zip")).count();
    if archives > 0 {
        plan.notes.push(match archives {
            1 => "The backup in its folder backups does not come; it stays where it is.".to_owned(),
            _ => format!("The {archives} backups in its folder backups do not come; they stay where they are."),
        });
    }
    if !entries(&source.dir.join(".autocert_cache")).is_empty() {
        plan.notes.push("Its certificates (.autocert_cache) do not come.".to_owned());
    }
    for (name, what) in SIBLINGS {
        let sibling = source.dir.parent().map(|parent| parent.join(name)).filter(|sibling| sibling.is_dir());
        if sibling.is_some_and(|sibling| !entries(&sibling).is_empty()) {
            plan.notes.push(format!("{name} beside it is left where it is: {what}."));
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
