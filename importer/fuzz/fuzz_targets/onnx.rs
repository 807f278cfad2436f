//! Any bytes as an ONNX file, after a byte that says whether it would be an encoder or a decoder: refused with a sentence, or
//! a float model that gives what the graph gives.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use millrace_importer::text::{Config, Exported, LlamaConfig};

const ENCODER: &[u8] = br#"{"architectures": ["BertModel"], "hidden_size": 32, "num_hidden_layers": 2,
    "num_attention_heads": 4, "intermediate_size": 64, "vocab_size": 60, "max_position_embeddings": 24}"#;

const DECODER: &[u8] = br#"{"architectures": ["LlamaForCausalLM"], "hidden_size": 32, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": 60,
    "max_position_embeddings": 40, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}"#;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, file)) = bytes.split_first() else { return };
    // A folder that isn't there: no data lies beside the file.
    let Ok(graph) = Exported::new(file.to_vec(), Path::new("/nowhere")) else { return };
    if kind % 2 == 0 {
        let _ = graph.bert(Config::from_json(ENCODER).expect("a config"));
    } else {
        let _ = graph.llama(LlamaConfig::from_json(DECODER).expect("a config"));
    }
});
