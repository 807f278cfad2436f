//! Any bytes as a safetensors file, after a length and as many bytes of a config.json: refused with a sentence, or an encoder
//! or a decoder whose weights lie within the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millrace_importer::text::{Bert, Config, Llama, LlamaConfig, Naming, Tensors, Weights};

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let Some((config, file)) = rest.split_at_checked(u16::from_le_bytes(*length).into()) else { return };
    let Ok(weights) = Weights::new(file) else { return };
    assert!(weights.names().len() <= file.len());
    if let Ok(config) = Config::from_json(config) {
        let _ = Bert::new(config, &weights);
    }
    if let Ok(config) = LlamaConfig::from_json(config) {
        let _ = Llama::new(config, &weights, Naming::Transformers);
    }
});
