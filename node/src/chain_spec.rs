//! Chain specifications: the two presets, and files, which are checked for what a person forgets.

use sc_chain_spec::{ChainSpecExtension, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sc_service::{ChainType, Properties};
use serde::{Deserialize, Serialize};

/// A specification with what a parachain needs besides.
pub type ChainSpec = sc_service::GenericChainSpec<Extensions>;

/// What a parachain's specification has besides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ChainSpecExtension)]
pub struct Extensions {
    /// Name of its relay chain, or the file of that chain's specification.
    #[serde(alias = "relayChain", alias = "RelayChain")]
    pub relay_chain: String,
    /// Its id there.
    #[serde(alias = "paraId", alias = "ParaId")]
    pub para_id: u32,
}

impl Extensions {
    /// Those of a specification, if it has them.
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

/// The specification that `--chain` names: `dev`, `local` or a file.
///
/// # Errors
/// A sentence for the person at the terminal.
pub fn load(id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
    Ok(Box::new(match id {
        "dev" => spec("Millrace Development", "millrace-dev", ChainType::Development, DEV_RUNTIME_PRESET)?,
        "" | "local" => {
            spec("Millrace Local Testnet", "millrace-local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)?
        }
        path => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                format!("There is no chain '{path}': give 'dev', 'local' or the path of a chain specification ({error})")
            })?;
            refuse_placeholders(path, &text)?;
            refuse_missing_code(path, &text)?;
            ChainSpec::from_json_bytes(text.into_bytes())?
        }
    }))
}

/// A template's placeholders, such as `REPLACE_SUDO_ACCOUNT`, must be filled before it is a network.
fn refuse_placeholders(path: &str, text: &str) -> Result<(), String> {
    let mut names: Vec<&str> =
        text.split('"').filter(|word| word.starts_with("REPLACE_") && !word.contains(' ')).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    Err(format!("{path} is a template; replace its placeholders first: {}", names.join(", ")))
}

/// A specification that makes its first block from accounts needs the runtime, which `chain-specs/` leaves out.
fn refuse_missing_code(path: &str, text: &str) -> Result<(), String> {
    let spec: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| format!("{path} is no chain specification: it is no JSON ({error})"))?;
    let missing = match (spec.pointer("/genesis/raw/top"), spec.pointer("/genesis/runtimeGenesis")) {
        // The key of the code in the storage: `:code`.
        (Some(top), _) => top.get("0x3a636f6465").is_none(),
        (_, Some(genesis)) => genesis.get("code").is_none(),
        _ => false,
    };
    if missing {
        return Err(format!("{path} lacks the runtime's code; `millrace-node export-chain-spec --chain local` writes a whole one, and chain-specs/README.md says how to add it to another"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_refused_with_its_placeholders() {
        let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../chain-specs/testnet.template.json");
        let message = load(template).expect_err("it has placeholders");
        assert!(message.contains("REPLACE_ROOT_ACCOUNT") && message.contains("template"), "{message}");
        let message = load("westend").expect_err("no such file");
        assert!(message.contains("no chain 'westend'"), "{message}");
    }

    #[test]
    fn a_specification_without_code_is_refused_and_with_it_loads() {
        let bare = concat!(env!("CARGO_MANIFEST_DIR"), "/../chain-specs/local.json");
        let message = load(bare).expect_err("its code is left out");
        assert!(message.contains("lacks the runtime's code"), "{message}");
        let file = std::env::temp_dir().join(format!("millrace-spec-{}.json", std::process::id()));
        let path = file.to_str().expect("a path of letters");
        for raw in [false, true] {
            let whole =
                load("local").and_then(|spec| spec.as_json(raw)).expect("built with the wasm runtime");
            std::fs::write(&file, &whole).expect("the folder for temporary files is writable");
            load(path).expect("as it was written");
            std::fs::write(
                &file,
                whole.replace("\"0x3a636f6465\"", "\"0x00\"").replace("\"code\"", "\"core\""),
            )
            .expect("as above");
            let message = load(path).expect_err("its code has another name");
            assert!(message.contains("lacks the runtime's code"), "{message}");
        }
        std::fs::write(&file, "{").expect("as above");
        let message = load(path).expect_err("half a file");
        assert!(message.contains("no JSON"), "{message}");
        std::fs::remove_file(file).expect("it was written");
    }

    #[test]
    fn both_presets_make_specifications() {
        for id in ["dev", "local", ""] {
            let spec = load(id).expect("built with the wasm runtime");
            assert_eq!(Extensions::try_get(&*spec).map(|extensions| extensions.para_id), Some(2000), "{id}");
        }
    }
}
