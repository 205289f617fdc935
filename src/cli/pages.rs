//! `tuckbox completions` and `tuckbox man`: what shells and readers know of the command line, made from it.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;

use super::output;
use crate::error::{Error, Result};

/// For which shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

/// Where to.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write one page for each command into this directory; without it the first page goes to the standard output
    #[arg(value_name = "DIRECTORY")]
    into: Option<PathBuf>,
}

/// Prints the completions.
pub(super) fn completions(mut line: Command, asked: &Completions) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut line, "tuckbox", &mut script);
    Ok(output::bytes(&script)?)
}

/// Prints or writes the manual.
pub(super) fn man(line: Command, asked: &Man) -> Result<()> {
    let Some(directory) = &asked.into else {
        let mut page = Vec::new();
        clap_mangen::Man::new(line).render(&mut page)?;
        return Ok(output::bytes(&page)?);
    };
    let failed = |error: std::io::Error| unwritable(directory, &error);
    fs::create_dir_all(directory).map_err(failed)?;
    pages(&line, directory).map_err(failed)
}

/// Writes the page of a command and those of its subcommands; `help` is none of its own.
fn pages(command: &Command, directory: &Path) -> std::io::Result<()> {
    clap_mangen::Man::new(command.clone()).generate_to(directory)?;
    let mut below = command.get_subcommands().filter(|below| below.get_name() != "help" && !below.is_hide_set());
    below.try_for_each(|below| pages(below, directory))
}

fn unwritable(directory: &Path, error: &std::io::Error) -> Error {
    Error::Setup(format!("The manual cannot be written to {}: {error}.", directory.display()))
}
