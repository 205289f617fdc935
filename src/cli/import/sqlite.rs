//! `tuckbox import sqlite FILE`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{HumanCount, ProgressBar};

use super::bar;
use crate::app::App;
use crate::cli::output;
use crate::cli::signals::{self, Signals};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::import::sqlite::{Import, Plan, Report, Rooms, Step, TablePlan, Wanted};
use crate::schema::{Schema, system};
use crate::store::foreign::LeftOut;

/// Which database, and what of it.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The database file; it is only read
    file: PathBuf,

    /// The tables and views that are wanted, separated by commas [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    tables: Option<Vec<String>>,

    /// What the names of the collections begin with
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,

    /// Leave views out
    #[arg(long)]
    no_views: bool,

    /// Print what would come, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Imports, or tells what an import would do.
pub(super) async fn run(config: Config, arguments: Arguments) -> Result<()> {
    let wanted = Wanted::new(arguments.tables, arguments.prefix, !arguments.no_views)?;
    let file = arguments.file;
    let mut signals = Signals::new()?;
    let sentence = match arguments.dry_run {
        true => "Interrupted. Nothing was written.",
        false => "Interrupted. What was imported stays; the same command goes on from there.",
    };
    tokio::spawn(async move {
        signals.next().await;
        // Every commit is whole, so nothing needs to be waited for.
        signals::interrupted(sentence)
    });
    if arguments.dry_run && !App::is_there(&config.dir) {
        // Nothing is there yet, and nothing is made.
        let schema = Schema::new(1, system::system_collections());
        return print_plan(look(&file, wanted, &schema)?.plan());
    }
    // The source first: where it cannot be read, no data directory is made for it.
    crate::store::foreign::Database::open(&file)?;
    let app = App::open_beside(config).await?;
    let done = within(&app, &file, wanted, arguments.dry_run).await;
    app.close().await;
    done
}

async fn within(app: &App, file: &Path, wanted: Wanted, dry_run: bool) -> Result<()> {
    let import = look(file, wanted, &app.schema.current())?;
    if dry_run {
        return print_plan(import.plan());
    }
    let rooms = Rooms {
        store: app.store.clone(),
        schema: app.schema.clone(),
        collections: app.collections.clone(),
        records: app.records.clone(),
    };
    let mut bars = Bars::default();
    let report = import.run(&rooms, &mut |step| bars.show(step)).await?;
    output::bytes(report_text(&report).as_bytes())?;
    match report.is_whole() {
        true => Ok(()),
        false => Err(Error::Setup("Not everything was imported; the report says what is missing.".to_owned())),
    }
}

fn look(file: &Path, wanted: Wanted, schema: &Schema) -> Result<Import> {
    let mut bars = Bars::default();
    Import::look(file, wanted, schema, &mut |step| bars.show(step))
}

/// A bar for each table, where somebody sees it.
#[derive(Default)]
struct Bars {
    bar: Option<ProgressBar>,
}

impl Bars {
    fn show(&mut self, step: Step<'_>) {
        match step {
            Step::Reading(table) => self.bar = Some(bar::reading(table)),
            Step::Writing(table, rows) => self.bar = Some(bar::writing(table, rows)),
            Step::Rows(rows) => {
                if let Some(bar) = &self.bar {
                    bar.inc(rows);
                }
            }
            Step::Done => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
        }
    }
}

fn print_plan(plan: &Plan) -> Result<()> {
    output::bytes(plan_text(plan).as_bytes())?;
    match plan.refused.is_empty() {
        true => Ok(()),
        false => Err(Error::Setup("Not everything can be imported; the list says why.".to_owned())),
    }
}

fn plan_text(plan: &Plan) -> String {
    let mut out = String::new();
    for table in &plan.tables {
        let state = if table.is_new { "new" } else { "there already" };
        let rows = counted(table.rows, "row");
        line(&mut out, &format!("{} → {} ({state}), {rows}", table.table, table.collection));
        let columns = table.fields.iter().map(|field| field.column.chars().count()).max().unwrap_or(0);
        let names = table.fields.iter().map(|field| field.name.len()).max().unwrap_or(0);
        for at in 0..table.fields.len() {
            line(&mut out, &field_line(plan, table, at, columns, names));
        }
        for index in &table.indexes {
            let text = index.text.split_whitespace().collect::<Vec<_>>().join(" ");
            line(&mut out, &format!("  {text}"));
        }
        for note in &table.notes {
            line(&mut out, &format!("  ! {note}"));
        }
        line(&mut out, "");
    }
    for view in &plan.views {
        let state = if view.is_new { "new" } else { "there already" };
        line(&mut out, &format!("{} → {} (view, {state})", view.view, view.collection));
        for (column, field) in &view.fields {
            line(&mut out, &format!("  {column} → {field}"));
        }
        line(&mut out, "");
    }
    absent(&mut out, &plan.refused, &plan.left_out);
    line(&mut out, "This was a dry run: nothing was written.");
    out
}

fn field_line(plan: &Plan, table: &TablePlan, at: usize, columns: usize, names: usize) -> String {
    let field = &table.fields[at];
    let mut kind = field.type_name().to_owned();
    if let Some(target) = field.points_to(plan) {
        kind.push_str(&format!(" to {target}"));
    }
    if field.required {
        kind.push_str(", required");
    }
    format!("  {:columns$} → {:names$}  {kind}", field.column, field.name)
}

fn report_text(report: &Report) -> String {
    let mut out = String::new();
    let heads = ["table", "collection", "rows", "made", "there", "records"].map(str::to_owned);
    let rows = report.tables.iter().map(|table| {
        let numbers = [table.rows, table.made, table.there, table.records].map(|number| HumanCount(number).to_string());
        let [rows, made, there, records] = numbers;
        [table.table.clone(), table.collection.clone(), rows, made, there, records]
    });
    let lines: Vec<[String; 6]> = std::iter::once(heads).chain(rows).collect();
    let widths: [usize; 6] =
        std::array::from_fn(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0));
    for [table, collection, rows, made, there, records] in &lines {
        let [a, b, c, d, e, f] = widths;
        line(&mut out, &format!("{table:a$}  {collection:b$}  {rows:>c$}  {made:>d$}  {there:>e$}  {records:>f$}"));
    }
    line(&mut out, "");
    for table in &report.tables {
        let mut say = |sentence: String| line(&mut out, &format!("{}: {sentence}", table.table));
        table.notes.iter().for_each(|note| say(note.clone()));
        if table.differing > 0 {
            let differing = counted(table.differing, "record");
            say(format!("{differing} that were there already differ from their rows, and were left as they are"));
        }
        if table.refused > 0 {
            say(format!("{} refused, the first for: {}", counted(table.refused, "row"), table.reasons.join(" / ")));
        }
        if table.records > table.rows {
            say(format!(
                "the collection has {} more than the table rows",
                counted(table.records - table.rows, "record")
            ));
        }
        if table.records < table.rows {
            say(format!(
                "the collection has {} fewer than the table rows",
                counted(table.rows - table.records, "record")
            ));
        }
    }
    for view in &report.views {
        let made = if view.made { "made" } else { "there already" };
        let records = view.records.map_or("too slow to be counted".to_owned(), |records| counted(records, "record"));
        line(&mut out, &format!("{}: a view, {made} as {}, {records}", view.view, view.collection));
        if let Some(rows) = view.rows.filter(|_| !view.is_whole()) {
            line(&mut out, &format!("{}: the view has {} in the source", view.view, counted(rows, "row")));
        }
    }
    absent(&mut out, &report.refused, &report.left_out);
    let sum = |of: fn(&crate::import::sqlite::TableReport) -> u64| report.tables.iter().map(of).sum::<u64>();
    line(
        &mut out,
        &format!(
            "{} of {}: {} made, {} there already. Only superusers may see them until you give the collections rules.",
            counted(sum(|table| table.rows), "row"),
            counted(report.tables.len() as u64, "table"),
            HumanCount(sum(|table| table.made)),
            HumanCount(sum(|table| table.there)),
        ),
    );
    out
}

fn absent(out: &mut String, refused: &[LeftOut], left_out: &[LeftOut]) {
    for one in refused.iter().chain(left_out) {
        line(out, &format!("{} does not come: {}", one.name, one.reason));
    }
}

fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", HumanCount(count), if count == 1 { "" } else { "s" })
}

fn line(out: &mut String, text: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}
