//! The relay chain's node, for local test networks.

fn main() -> polkadot_cli::Result<()> {
    polkadot_cli::run()
}
