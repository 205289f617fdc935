//! The `tuckbox` executable.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    match tuckbox::cli::run() {
        Ok(code) => code,
        Err(sentence) => {
            // Where nobody reads any more, the exit code says it.
            let _ = writeln!(std::io::stderr(), "Error: {sentence}");
            ExitCode::FAILURE
        }
    }
}
