//! Builds the dashboard (`admin-ui/`) with npm where its sources changed, for `src/http/admin_ui.rs` to embed.
//!
//! Where nothing changed, nothing is run and nothing is fetched. Without Node a debug build goes on with a placeholder
//! page and a warning; a release build stops.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs, io};

const UI: &str = "admin-ui";
const DIST: &str = "admin-ui/dist";
const INDEX: &str = "admin-ui/dist/index.html";
const PLACEHOLDER: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Tuckbox</title>\
    <p>This build has no dashboard, because Node was not there when it was made. The API under /api/ works.";

fn main() -> ExitCode {
    for source in ["src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts"] {
        println!("cargo::rerun-if-changed={UI}/{source}");
    }
    println!("cargo::rerun-if-changed={UI}/svelte.config.js");
    println!("cargo::rerun-if-changed={UI}/tsconfig.json");
    // What was built and is gone is built again.
    println!("cargo::rerun-if-changed={INDEX}");
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    if npm().arg("--version").output().is_ok_and(|answer| answer.status.success()) {
        if dependencies_are_old() {
            run(npm().args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
        }
        run(npm().args(["run", "--silent", "build", "--", "--logLevel", "warn"]))?;
    } else {
        without_node()?;
    }
    look_old().map_err(|error| format!("{INDEX} cannot be touched: {error}"))
}

/// Cargo runs this again where a watched file is younger than the last run, and the result always would be.
fn look_old() -> io::Result<()> {
    let old = fs::metadata(Path::new(UI).join("package-lock.json"))?.modified()?;
    fs::File::options().write(true).open(INDEX)?.set_modified(old)
}

/// Where Node is missing: a release without a dashboard would be a surprise, a debug build with one is a luxury.
fn without_node() -> Result<(), String> {
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        return Err(
            "Node and npm (version 20.19 or newer) are needed to build the dashboard; install them and build again."
                .into(),
        );
    }
    println!(
        "cargo::warning=npm was not found: this build has a placeholder instead of the dashboard. \
         Once Node is there, remove {DIST} and build again."
    );
    let written = fs::create_dir_all(DIST).and_then(|()| fs::write(INDEX, PLACEHOLDER));
    written.map_err(|error| format!("{INDEX} cannot be written: {error}"))
}

/// Whether what is installed is missing, or older than the lock file.
fn dependencies_are_old() -> bool {
    let changed = |path: &str| fs::metadata(Path::new(UI).join(path)).and_then(|file| file.modified()).ok();
    match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Some(installed), Some(locked)) => installed < locked,
        _ => true,
    }
}

fn npm() -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(UI);
    npm
}

fn run(command: &mut Command) -> Result<(), String> {
    let told = format!("{command:?}").replace('"', "");
    let answer = command.output().map_err(|error| format!("{told} could not be started: {error}"))?;
    if answer.status.success() {
        return Ok(());
    }
    let said = [answer.stdout, answer.stderr].concat();
    let said = String::from_utf8_lossy(&said).trim().replace('\n', " | ");
    Err(format!("building the dashboard failed ({told}): {said}"))
}
