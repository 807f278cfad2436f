//! The Millrace node: collator, miner and full node.
#![allow(missing_docs, reason = "a program, not a library")]

mod chain_spec;
mod cli;
mod command;
mod dev;
mod mill;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
    command::run()
}
