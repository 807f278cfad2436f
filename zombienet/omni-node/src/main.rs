//! The library of the published `polkadot-omni-node`, unmodified: shows that stock tools run our runtime.

use polkadot_omni_node_lib::{
    chain_spec::DiskChainSpecLoader, run, runtime::DefaultRuntimeResolver, CliConfig, RunConfig, NODE_VERSION,
};

struct Config;

impl CliConfig for Config {
    fn impl_version() -> String {
        format!("{NODE_VERSION}-{}", env!("SUBSTRATE_CLI_COMMIT_HASH"))
    }
    fn author() -> String {
        "Millrace".into()
    }
    fn support_url() -> String {
        String::new()
    }
    fn copyright_start_year() -> u16 {
        2026
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = RunConfig::new(Box::new(DefaultRuntimeResolver), Box::new(DiskChainSpecLoader));
    Ok(run::<Config>(config)?)
}
