//! Builds the dashboard (`admin-ui/`) with npm where its sources changed, for `src/http/admin_ui.rs` to embed.
//!
//! Where nothing changed, nothing is run and nothing is fetched; builds of several profiles share one dashboard, and
//! those that run at once wait for each other. Without Node a debug build goes on with a placeholder page and a
//! warning; a release build stops.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs, io};

const UI: &str = "admin-ui";
const DIST: &str = "admin-ui/dist";
const INDEX: &str = "admin-ui/dist/index.html";
/// Locked while the dashboard is built; holds the fingerprint of the sources that `DIST` was built from.
const STAMP: &str = "admin-ui/.built";
const SOURCES: [&str; 9] = [
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "compress.js",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
];
const PLACEHOLDER: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Tuckbox</title>\
    <p>This build has no dashboard, because Node was not there when it was made. The API under /api/ works.";

fn main() -> ExitCode {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={UI}/{source}");
    }
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
    let unusable = |error: io::Error| format!("{STAMP} cannot be used: {error}");
    let stamp = fs::File::options().read(true).write(true).create(true).truncate(false).open(STAMP);
    let mut stamp = stamp.map_err(unusable)?;
    stamp.lock().map_err(unusable)?;
    let sources = fingerprint().map_err(|error| format!("the sources in {UI} cannot be read: {error}"))?;
    let mut built = String::new();
    stamp.read_to_string(&mut built).map_err(unusable)?;
    if built == sources && Path::new(INDEX).exists() {
        return Ok(());
    }
    stamp.set_len(0).and_then(|()| stamp.rewind()).map_err(unusable)?;
    if npm().arg("--version").output().is_ok_and(|answer| answer.status.success()) {
        if dependencies_are_old() {
            run(npm().args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
        }
        run(npm().args(["run", "--silent", "build", "--", "--logLevel", "warn"]))?;
        stamp.write_all(sources.as_bytes()).map_err(unusable)?;
    } else {
        without_node()?;
    }
    look_old().map_err(|error| format!("{INDEX} cannot be touched: {error}"))
}

/// A number that is another one where any of the sources is.
fn fingerprint() -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        add(&Path::new(UI).join(source), &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    path.hash(hasher);
    if !path.is_dir() {
        fs::read(path)?.hash(hasher);
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| add(entry, hasher))
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
