//! A small decoder with made-up weights, as the files that a download has.
#![allow(dead_code)] // Each test file uses its part.

use crate::encoder::{self, Noise, Tensors, VOCABULARY};
use millrace_importer::text::{quantize_llama, Bundle, Llama, LlamaConfig, Naming, Tokens, Weights};

pub const WIDTH: usize = 32;
pub const INNER: usize = 64;
pub const HEAD: usize = 8;
pub const MAX_TOKENS: usize = 40;

pub const CONFIG: &str = r#"{"architectures": ["LlamaForCausalLM"], "hidden_size": 32, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": 60,
    "max_position_embeddings": 40, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}"#;

/// The weights, as transformers calls them.
pub fn tensors() -> Tensors {
    let mut noise = Noise(11);
    let mut tensors = Tensors::new();
    let mut add = |name: String, shape: &[usize], middle: f32, spread: f32| {
        let numbers = noise.many(shape.iter().product(), middle, spread);
        tensors.insert(name, (shape.to_vec(), numbers));
    };
    add("model.embed_tokens.weight".into(), &[VOCABULARY, WIDTH], 0.0, 0.4);
    let mut norms = vec!["model.norm.weight".to_owned()];
    for layer in 0..2 {
        let name = |part: &str| format!("model.layers.{layer}.{part}.weight");
        let products = [
            ("self_attn.q_proj", [WIDTH, WIDTH]),
            ("self_attn.k_proj", [WIDTH / 2, WIDTH]),
            ("self_attn.v_proj", [WIDTH / 2, WIDTH]),
            ("self_attn.o_proj", [WIDTH, WIDTH]),
            ("mlp.gate_proj", [INNER, WIDTH]),
            ("mlp.up_proj", [INNER, WIDTH]),
            ("mlp.down_proj", [WIDTH, INNER]),
        ];
        for (part, shape) in products {
            add(name(part), &shape, 0.0, 1.0 / (shape[1] as f32).sqrt());
        }
        norms.extend([name("input_layernorm"), name("post_attention_layernorm")]);
    }
    for norm in norms {
        add(norm, &[WIDTH], 1.0, 0.2);
    }
    tensors
}

/// The same as a GGUF file has them: other names, and the halves of a head's rows interleaved.
pub fn gguf_tensors() -> Tensors {
    let renamed = |name: String| {
        let parts = [
            ("model.embed_tokens", "token_embd"),
            ("model.norm", "output_norm"),
            ("model.layers", "blk"),
            ("input_layernorm", "attn_norm"),
            ("post_attention_layernorm", "ffn_norm"),
            ("self_attn.o_proj", "attn_output"),
            ("self_attn.", "attn_"),
            ("mlp.", "ffn_"),
            ("_proj", ""),
        ];
        parts.iter().fold(name, |name, (from, to)| name.replace(from, to))
    };
    let turned = |(name, (shape, numbers)): (String, (Vec<usize>, Vec<f32>))| {
        let mut moved = numbers.clone();
        if name.contains("q_proj") || name.contains("k_proj") {
            for (row, to) in moved.chunks_mut(WIDTH).enumerate() {
                let (head, pair, second) = (row / HEAD, row % HEAD / 2, row % 2);
                let from = head * HEAD + second * HEAD / 2 + pair;
                to.copy_from_slice(&numbers[from * WIDTH..(from + 1) * WIDTH]);
            }
        }
        (renamed(name), (shape, moved))
    };
    tensors().into_iter().map(turned).collect()
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

/// A tokenizer of single letters and a few pairs, of which the first token stands for no text.
fn tokenizer() -> Vec<(&'static str, u32, Vec<u8>)> {
    let mut tokens = vec!["<end>".to_owned()];
    tokens.extend(('a'..='z').map(String::from));
    tokens.extend(["Ġ", "th", "the", "Ġa"].map(String::from));
    tokens.extend((tokens.len()..VOCABULARY).map(|index| format!("#{index}")));
    let list = |texts: &[String]| {
        let all: Vec<u8> = texts.iter().flat_map(|each| text(each)).collect();
        [&8u32.to_le_bytes()[..], &(texts.len() as u64).to_le_bytes(), &all].concat()
    };
    let kind = |id: usize| i32::to_le_bytes(if id == 0 { 3 } else { 1 });
    let kinds: Vec<u8> = (0..VOCABULARY).flat_map(kind).collect();
    vec![
        ("tokenizer.ggml.model", 8, text("gpt2")),
        ("tokenizer.ggml.pre", 8, text("smollm")),
        ("tokenizer.ggml.tokens", 9, list(&tokens)),
        ("tokenizer.ggml.merges", 9, list(&["t h", "th e", "Ġ a"].map(String::from))),
        (
            "tokenizer.ggml.token_type",
            9,
            [&5u32.to_le_bytes()[..], &(VOCABULARY as u64).to_le_bytes(), &kinds].concat(),
        ),
    ]
}

/// The decoder as one GGUF file.
pub fn gguf(architecture: &str, tensors: &Tensors) -> Vec<u8> {
    let number = |number: u32| number.to_le_bytes().to_vec();
    let mut values = vec![
        ("general.architecture", 8, text(architecture)),
        ("llama.block_count", 4, number(2)),
        ("llama.context_length", 4, number(MAX_TOKENS as u32)),
        ("llama.embedding_length", 4, number(WIDTH as u32)),
        ("llama.feed_forward_length", 4, number(INNER as u32)),
        ("llama.attention.head_count", 4, number(4)),
        ("llama.attention.head_count_kv", 4, number(2)),
        ("llama.rope.dimension_count", 4, number(HEAD as u32)),
        ("llama.attention.layer_norm_rms_epsilon", 6, 1e-5f32.to_le_bytes().to_vec()),
    ];
    values.extend(tokenizer());
    let mut bytes = b"GGUF\x03\0\0\0".to_vec();
    bytes.extend([tensors.len() as u64, values.len() as u64].iter().flat_map(|count| count.to_le_bytes()));
    for (key, kind, value) in values {
        bytes.extend([text(key), u32::to_le_bytes(kind).to_vec(), value].concat());
    }
    let mut data = Vec::new();
    for (name, (shape, numbers)) in tensors {
        bytes.extend(text(name));
        bytes.extend((shape.len() as u32).to_le_bytes());
        bytes.extend(shape.iter().rev().flat_map(|axis| (*axis as u64).to_le_bytes()));
        bytes.extend(0u32.to_le_bytes());
        bytes.extend((data.len() as u64).to_le_bytes());
        data.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
        data.resize(data.len().next_multiple_of(32), 0);
    }
    bytes.resize(bytes.len().next_multiple_of(32), 0);
    bytes.extend(data);
    bytes
}

pub fn llama(tensors: &Tensors) -> Llama {
    let config = LlamaConfig::from_json(CONFIG.as_bytes()).expect("a config");
    let bytes = encoder::file(tensors);
    let weights = Weights::new(&bytes).expect("a file");
    Llama::new(config, &weights, Naming::Transformers).expect("a decoder")
}

/// Texts of 12 to 40 ids.
pub fn texts(count: usize, seed: u64) -> Vec<Vec<u32>> {
    encoder::texts(4 * count, seed)
        .chunks(4)
        .map(|texts| texts.concat().into_iter().take(MAX_TOKENS).collect())
        .collect()
}

pub fn bundle() -> Bundle {
    let quantized = quantize_llama(&llama(&tensors()), &texts(60, 1), &|| ()).expect("quantizable");
    let tokens = Tokens::from_bytes(encoder::tokenizer()).expect("a tokenizer");
    Bundle::new(quantized, tokens).expect("registrable")
}
