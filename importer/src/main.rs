//! The command-line program `millrace-model`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("millrace-model: {message}");
            ExitCode::FAILURE
        }
    }
}
