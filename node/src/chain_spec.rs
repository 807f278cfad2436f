//! Chain specifications.

use sc_chain_spec::{ChainSpecExtension, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sc_service::{ChainType, Properties};
use serde::{Deserialize, Serialize};

pub type ChainSpec = sc_service::GenericChainSpec<Extensions>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ChainSpecExtension)]
pub struct Extensions {
    #[serde(alias = "relayChain", alias = "RelayChain")]
    pub relay_chain: String,
    #[serde(alias = "paraId", alias = "ParaId")]
    pub para_id: u32,
}
impl Extensions {
    pub fn try_get(spec: &dyn sc_service::ChainSpec) -> Option<&Self> {
        sc_chain_spec::get_extension(spec.extensions())
    }
}

fn spec(name: &str, id: &str, chain_type: ChainType, preset: &str) -> Result<ChainSpec, String> {
    let wasm = millrace_runtime::WASM_BINARY.ok_or("Built without the wasm runtime (SKIP_WASM_BUILD)")?;
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), "MILL".into());
    properties.insert("tokenDecimals".into(), 12.into());
    properties.insert("ss58Format".into(), 42.into());
    Ok(ChainSpec::builder(wasm, Extensions { relay_chain: "rococo-local".into(), para_id: 2000 })
        .with_name(name)
        .with_id(id)
        .with_chain_type(chain_type)
        .with_genesis_config_preset_name(preset)
        .with_protocol_id("millrace")
        .with_properties(properties)
        .build())
}
pub fn load(id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
    Ok(Box::new(match id {
        "dev" => spec("Millrace Development", "millrace-dev", ChainType::Development, DEV_RUNTIME_PRESET)?,
        "" | "local" => {
            spec("Millrace Local Testnet", "millrace-local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)?
        }
        path => ChainSpec::from_json_file(path.into())?,
    }))
}
