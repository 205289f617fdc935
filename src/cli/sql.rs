//! `tuckbox sql`: the console on the command line; works beside a running server.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Read};

use clap::Args;

use super::output;
use crate::app::App;
use crate::config::Config;
use crate::console::{Answer, MOST_ROWS, writes};
use crate::error::{Error, Result};
use crate::store::Table;

/// The widest cell of a table, in characters; the rest of a longer one is cut. JSON and CSV have all of it.
const WIDEST: usize = 80;

/// What is run, and how its answer is shown.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The SQL; read from the standard input where it is missing
    #[arg(value_name = "SQL")]
    text: Option<String>,

    /// Let it write: INSERT, UPDATE, DELETE, REPLACE, CREATE, ALTER and DROP, in one transaction
    #[arg(long)]
    write: bool,

    /// Show the answer as JSON, as POST /api/sql has it
    #[arg(long, conflicts_with = "csv")]
    json: bool,

    /// Show the rows as CSV; NULL is empty
    #[arg(long)]
    csv: bool,

    /// How many rows are shown
    #[arg(long, value_name = "NUMBER", default_value_t = MOST_ROWS)]
    limit: usize,
}

/// Runs it and shows what came of it.
pub(super) async fn run(config: Config, arguments: Arguments) -> Result<()> {
    let text = arguments.text()?;
    if writes(&text) && !arguments.write {
        return Err(Error::Setup("This SQL writes; say --write where that is meant.".into()));
    }
    let app = App::open_existing(config).await?;
    let answer = app.console.run(&text, arguments.limit).await;
    app.close().await;
    arguments.show(&answer?, writes(&text))
}

impl Arguments {
    fn text(&self) -> Result<String> {
        if let Some(text) = &self.text {
            return Ok(text.clone());
        }
        if io::stdin().is_terminal() {
            return Err(Error::Setup("The SQL is missing; give it in quotes, such as 'SELECT 1'.".into()));
        }
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        Ok(text)
    }

    fn show(&self, answer: &Answer, wrote: bool) -> Result<()> {
        if self.json {
            output::line(&answer.to_json())?;
        } else if self.csv {
            output::bytes(&as_csv(&answer.table)?)?;
        } else if wrote {
            output::line(counted(answer.affected_rows, "row", "changed.").as_bytes())?;
        } else {
            output::bytes(as_text(&answer.table).as_bytes())?;
        }
        if answer.table.more {
            output::remark(&format!("There are more rows than the {} shown; --limit asks for more.", self.limit));
        }
        Ok(())
    }
}

fn counted(count: u64, what: &str, rest: &str) -> String {
    format!("{count} {what}{} {rest}", if count == 1 { "" } else { "s" })
}

fn as_csv(table: &Table) -> Result<Vec<u8>> {
    let failed = |error: csv::Error| Error::Internal(error.into());
    let mut writer = csv::Writer::from_writer(Vec::new());
    if !table.columns.is_empty() {
        writer.write_record(table.columns.iter().map(|column| column.name.as_bytes())).map_err(failed)?;
    }
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| cell.as_deref().unwrap_or_default())).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Error::Internal(anyhow::Error::msg(error.to_string())))
}

/// The rows under the names of their columns, aligned.
fn as_text(table: &Table) -> String {
    let head: Vec<String> = table.columns.iter().map(|column| shown(&column.name)).collect();
    let show = |cell: &Option<String>| cell.as_deref().map_or_else(|| "NULL".to_owned(), shown);
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(show).collect()).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|at| {
            let cells = rows.iter().map(|row| &row[at]).chain([&head[at]]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut out = String::new();
    if !head.is_empty() {
        for line in [&head, &rule].into_iter().chain(&rows) {
            let mut written = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                let _ = write!(written, "{cell:width$}  ");
            }
            out.push_str(written.trim_end());
            out.push('\n');
        }
    }
    out.push_str(&counted(rows.len() as u64, "row", ""));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// A cell on one line. What would move the cursor or change colours is written out: it is data, not the terminal's.
fn shown(text: &str) -> String {
    let mut out = String::new();
    let mut length = 0;
    for letter in text.chars() {
        if length >= WIDEST {
            out.push('…');
            break;
        }
        if letter.is_control() {
            let escaped = letter.escape_default().to_string();
            length += escaped.len();
            out.push_str(&escaped);
        } else {
            length += 1;
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::TableColumn;

    fn table(columns: &[&str], rows: &[&[Option<&str>]]) -> Table {
        let column = |name: &&str| TableColumn { name: (*name).to_owned(), declared: String::new(), nullable: true };
        let row = |row: &&[Option<&str>]| row.iter().map(|cell| cell.map(str::to_owned)).collect();
        Table { columns: columns.iter().map(column).collect(), rows: rows.iter().map(row).collect(), more: false }
    }

    #[test]
    fn tables_are_aligned() {
        let table = table(&["id", "größe"], &[&[Some("1"), Some("x")], &[Some("1000"), None]]);
        assert_eq!(as_text(&table), "id    größe\n----  -----\n1     x\n1000  NULL\n2 rows\n");
    }

    #[test]
    fn nothing_is_no_row() {
        assert_eq!(as_text(&table(&[], &[])), "0 rows\n");
        assert_eq!(as_text(&table(&["a"], &[&[Some("b")]])), "a\n-\nb\n1 row\n");
    }

    #[test]
    fn cells_do_not_reach_the_terminal() {
        assert_eq!(shown("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\nb");
        assert_eq!(shown(&"x".repeat(200)).chars().count(), WIDEST + 1);
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let table = table(&["a", "b"], &[&[Some("x,\"y\""), None]]);
        assert_eq!(as_csv(&table).expect("written"), b"a,b\n\"x,\"\"y\"\"\",\n");
    }
}
