//! The `tuckbox` executable.

use std::process::ExitCode;

fn main() -> ExitCode {
    match tuckbox::cli::run() {
        Ok(code) => code,
        Err(sentence) => {
            eprintln!("Error: {sentence}");
            ExitCode::FAILURE
        }
    }
}
