//! Any bytes as the ONNX file of a text model: refused with a sentence, or a float model that gives what the graph gives.
#![no_main]

mod edits;

use std::path::Path;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use millrace_importer::text::{Config, Exported, LlamaConfig};

const ENCODER: &[u8] = br#"{"architectures": ["BertModel"], "hidden_size": 32, "num_hidden_layers": 2,
    "num_attention_heads": 4, "intermediate_size": 64, "vocab_size": 60, "max_position_embeddings": 24}"#;

const DECODER: &[u8] = br#"{"architectures": ["LlamaForCausalLM"], "hidden_size": 32, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": 60,
    "max_position_embeddings": 40, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}"#;

/// A file whose data doesn't lie beside it: its folder isn't there.
fn exported(bytes: &[u8]) -> Option<Exported> {
    Exported::new(bytes.to_vec(), Path::new("/nowhere")).ok()
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    edits::mutate(data, size, max_size, seed)
});

fuzz_target!(
    init: edits::ignore_caught_panics(),
    |bytes: &[u8]| {
        if let Some(graph) = exported(bytes) {
            let _ = graph.bert(Config::from_json(ENCODER).expect("a config"));
        }
        if let Some(graph) = exported(bytes) {
            let _ = graph.llama(LlamaConfig::from_json(DECODER).expect("a config"));
        }
    }
);
