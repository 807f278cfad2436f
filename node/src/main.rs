//! The Millrace node: collator, miner and full node.
#![allow(missing_docs, reason = "a program, not a library")]
#![allow(clippy::result_large_err, reason = "the SDK's errors are large, and rare")]

mod chain_spec;
mod cli;
mod command;
mod dev;
mod engine;
mod mill;
mod rpc;
mod service;
mod types;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// All that the SDK says when a task without which a node can't go on has ended.
const ESSENTIAL: &str = "Essential task failed.";
/// What a person can do about it.
const FULL_DISK: &str = "an essential task failed; the log above names it and the reason. If it was storage-monitor or \
    mill, the disk is full: free space on the disk of --base-path and start the node again. Whatever it finished is kept.";

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
            let text = if text == ESSENTIAL { FULL_DISK.into() } else { text };
            eprintln!("millrace-node: {text}");
            ExitCode::FAILURE
        }
    }
}
