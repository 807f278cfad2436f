//! The relay chain's node, for local test networks.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    Ok(polkadot_cli::run()?)
}
