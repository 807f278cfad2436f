//! The Millrace node: collator, miner and full node.
#![allow(missing_docs, reason = "a program, not a library")]

mod chain_spec;
mod cli;
mod command;
mod dev;
mod mill;
mod rpc;
mod service;

use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The SDK's own names for kinds of errors help nobody.
            let text = match error {
                sc_cli::Error::Input(text) => text,
                sc_cli::Error::Service(sc_service::Error::Other(text)) => text,
                other => other.to_string(),
            };
            eprintln!("millrace-node: {text}");
            ExitCode::FAILURE
        }
    }
}
