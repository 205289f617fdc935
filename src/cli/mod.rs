//! The command line: one file a subcommand; flags become a [`Config`], then one call.

mod backup;
mod check;
mod export;
mod import;
mod logging;
mod output;
mod pages;
mod restart;
mod serve;
mod signals;
mod sql;
mod superuser;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{Config, Options};
use crate::error::{Error, Result};

/// A whole backend in one executable: a database with a REST API, users and files.
#[derive(Debug, Parser)]
#[command(name = "tuckbox", version, disable_version_flag = true, max_term_width = 100)]
#[command(
    after_help = "Every option may also stand in the environment (TUCKBOX_DIR) or in tuckbox.toml (dir = \"…\"); \
                        a flag wins over the environment, the environment over the file."
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// The configuration file [default: tuckbox.toml, if it is there]
    #[arg(long, global = true, env = "TUCKBOX_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    options: Options,

    /// Print the version
    #[arg(short = 'v', short_alias = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server
    Serve,
    /// Make, change or remove superusers, also while a server runs
    #[command(subcommand)]
    Superuser(superuser::Action),
    /// Bring data into collections, also while a server runs
    #[command(subcommand)]
    Import(import::Import),
    /// Write the records of a collection as JSON lines or CSV, also while a server runs
    Export(export::Export),
    /// Run SQL, also while a server runs
    Sql(sql::Arguments),
    /// Make, list, verify and restore backups
    #[command(subcommand)]
    Backup(backup::Action),
    /// Look for damage and disorder in the data directory, also while a server runs
    Check(check::Arguments),
    /// Print what a shell needs to complete commands
    Completions(pages::Completions),
    /// Print or write the manual
    Man(pages::Man),
}

/// Runs what the command line asks for; what the process ends with.
///
/// # Errors
/// One sentence for a person. A command line that cannot be read ends the process with its own message.
pub fn run() -> Result<ExitCode, String> {
    let mut line = command_line();
    let matches = line.get_matches_mut();
    let mut arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    arguments.options.tell_sources(&matches);
    let command = match arguments.command {
        None => return line.print_help().map(|()| ExitCode::SUCCESS).map_err(|error| error.to_string()),
        // These need no configuration, and work where it is wrong.
        Some(Command::Completions(asked)) => return ended(pages::completions(command_line(), &asked)),
        Some(Command::Man(asked)) => return ended(pages::man(command_line(), &asked)),
        Some(command) => command,
    };
    let config = configured(arguments.config, arguments.options).map_err(|error| sentence(&error))?;
    let level = match command {
        _ if config.dev => "info,tuckbox=debug",
        Command::Serve => "info",
        _ => "warn",
    };
    let data_on_stdout = matches!(
        command,
        Command::Sql(_) | Command::Check(_) | Command::Export(_) | Command::Import(_) | Command::Backup(_)
    );
    let tap = logging::start(level, data_on_stdout).map_err(|error| sentence(&error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("The runtime cannot be started: {error}."))?;
    runtime.block_on(async {
        match command {
            Command::Serve => ended(serve::run(config, &tap).await),
            Command::Superuser(action) => ended(superuser::run(config, action).await),
            Command::Import(import) => ended(import::run(config, import).await),
            Command::Export(export) => ended(export::run(config, export).await),
            Command::Sql(arguments) => ended(sql::run(config, arguments).await),
            Command::Backup(action) => ended(backup::run(config, action).await),
            Command::Check(arguments) => Ok(check::run(config, arguments).await),
            Command::Completions(asked) => ended(pages::completions(command_line(), &asked)),
            Command::Man(asked) => ended(pages::man(command_line(), &asked)),
        }
    })
}

fn ended(result: Result<()>) -> Result<ExitCode, String> {
    result.map(|()| ExitCode::SUCCESS).map_err(|error| sentence(&error))
}

/// The command line, where the help of a subcommand lists only options that matter to it.
fn command_line() -> clap::Command {
    let mut line = Arguments::command();
    // Options are handed down to the subcommands by this.
    line.build();
    line.mut_subcommands(|command| match command.get_name() {
        "serve" => command,
        // They read no data and no configuration.
        "completions" | "man" => command.mut_args(|arg| {
            let of_all = arg.is_global_set();
            arg.hide(of_all)
        }),
        _ => without_options_of_a_server(command),
    })
}

fn without_options_of_a_server(command: clap::Command) -> clap::Command {
    command
        .mut_args(|arg| if Options::OF_A_SERVER.contains(&arg.get_id().as_str()) { arg.hide(true) } else { arg })
        .mut_subcommands(without_options_of_a_server)
}

fn configured(file: Option<PathBuf>, written: Options) -> Result<Config> {
    written.over(Options::from_file(file.as_deref())?).resolve()
}

/// An error as a person at a terminal reads it.
fn sentence(error: &Error) -> String {
    let said = words(error).split_whitespace().collect::<Vec<_>>().join(" ");
    if said.ends_with(['.', '!', '?']) { said } else { format!("{said}.") }
}

fn words(error: &Error) -> String {
    match error {
        Error::Invalid(invalid) if invalid.fields.is_empty() => invalid.message.to_string(),
        Error::Invalid(invalid) => {
            let faults = invalid.fields.faults().into_iter().map(|(path, fault)| format!(" {path}: {}", fault.message));
            format!("{}{}", invalid.message, faults.collect::<String>())
        }
        Error::NotFound(message) | Error::Forbidden(message) | Error::Unavailable(message) if !message.is_empty() => {
            message.to_string()
        }
        Error::Internal(cause) => format!("{cause:#}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::error::{Fault, FieldErrors};

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn superusers_are_not_offered_what_matters_to_a_server_alone() {
        let mut line = command_line();
        for action in ["create", "upsert", "update", "delete"] {
            let command = line.find_subcommand_mut("superuser").and_then(|part| part.find_subcommand_mut(action));
            let help = command.expect("the action").render_long_help().to_string();
            assert!(help.contains("--dir") && !help.contains("--http") && !help.contains("--feed"), "{help}");
        }
        let serve = line.find_subcommand_mut("serve").expect("serve").render_long_help().to_string();
        for option in Options::OF_A_SERVER {
            assert!(serve.contains(&format!("--{}", option.replace('_', "-"))), "{option}: {serve}");
        }
    }

    #[test]
    fn what_reads_no_data_offers_no_options_of_it() {
        let mut line = command_line();
        for name in ["completions", "man"] {
            let help = line.find_subcommand_mut(name).expect("the command").render_long_help().to_string();
            assert!(help.contains("--help") && !help.contains("--dir") && !help.contains("--config"), "{help}");
        }
    }

    fn options(line: &[&str]) -> Result<Config> {
        let words = ["tuckbox", "serve"].iter().chain(line);
        Arguments::try_parse_from(words).map_err(|error| Error::Setup(error.to_string()))?.options.resolve()
    }

    #[test]
    fn flags_work_under_both_spellings() {
        for line in [["--queryTimeout", "7"], ["--query-timeout", "7"]] {
            assert_eq!(options(&line).expect("read").query_timeout, Duration::from_secs(7));
        }
        for line in [["--publicDir=p", "--indexFallback=false"], ["--public-dir=p", "--index-fallback=false"]] {
            let config = options(&line).expect("read");
            assert_eq!((config.public_dir.as_path(), config.index_fallback), (Path::new("p"), false));
        }
        let config = options(&["--http", "0.0.0.0:80", "--dir=x", "--origins", "a,b", "--dev", "--synchronous=normal"]);
        let config = config.expect("read");
        assert_eq!(
            (config.http.as_str(), config.origins.len(), config.dev, config.durable),
            ("0.0.0.0:80", 2, true, false)
        );
    }

    #[test]
    fn unknown_flags_are_refused() {
        assert!(options(&["--hooksPool", "5"]).is_err());
        assert!(options(&["--query-timeout", "soon"]).is_err());
    }

    #[test]
    fn errors_read_as_sentences() {
        let mut errors = FieldErrors::new();
        errors.add("email", Fault::new("x", "Must be a valid email address."));
        assert_eq!(
            sentence(&Error::invalid("Failed to create record.", errors)),
            "Failed to create record. email: Must be a valid email address."
        );
        for said in ["It broke", "It broke."] {
            assert_eq!(sentence(&Error::Setup(said.into())), "It broke.");
        }
    }
}
