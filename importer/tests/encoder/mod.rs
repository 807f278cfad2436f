//! A small encoder with made-up weights, as the files that a download has.
#![allow(dead_code)] // Each test file uses its part.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use millrace_importer::text::{quantize, Bert, Bundle, Config, Tokens, Weights};
use safetensors::{tensor::TensorView, Dtype};

pub const WIDTH: usize = 32;
pub const INNER: usize = 64;
pub const VOCABULARY: usize = 60;
pub const POSITIONS: usize = 24;

pub const CONFIG: &str = r#"{"architectures": ["BertModel"], "hidden_size": 32, "num_hidden_layers": 2,
    "num_attention_heads": 4, "intermediate_size": 64, "vocab_size": 60, "max_position_embeddings": 24}"#;

/// Tensors by name, with their shapes.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Numbers that look random, nearly normal.
pub struct Noise(pub u64);

impl Noise {
    fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..6 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 40) as f32 / (1 << 24) as f32 - 0.5;
        }
        sum * 1.41
    }

    pub fn many(&mut self, count: usize, middle: f32, spread: f32) -> Vec<f32> {
        (0..count).map(|_| middle + spread * self.next()).collect()
    }
}

/// The weights of an encoder.
pub fn tensors() -> Tensors {
    let mut noise = Noise(7);
    let mut tensors = Tensors::new();
    let mut add = |name: String, shape: &[usize], middle: f32, spread: f32| {
        let numbers = noise.many(shape.iter().product(), middle, spread);
        tensors.insert(name, (shape.to_vec(), numbers));
    };
    add("embeddings.word_embeddings.weight".into(), &[VOCABULARY, WIDTH], 0.0, 1.0);
    add("embeddings.position_embeddings.weight".into(), &[POSITIONS, WIDTH], 0.0, 0.2);
    add("embeddings.token_type_embeddings.weight".into(), &[2, WIDTH], 0.1, 0.1);
    let mut norms = vec!["embeddings.LayerNorm".to_owned()];
    for layer in 0..2 {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let square = [WIDTH, WIDTH];
        let products = [
            ("attention.self.query", square),
            ("attention.self.key", square),
            ("attention.self.value", square),
            ("attention.output.dense", square),
            ("intermediate.dense", [INNER, WIDTH]),
            ("output.dense", [WIDTH, INNER]),
        ];
        for (part, shape) in products {
            let spread = 1.0 / (shape[1] as f32).sqrt();
            add(name(&format!("{part}.weight")), &shape, 0.0, spread);
            add(name(&format!("{part}.bias")), &shape[..1], 0.0, 0.1);
        }
        norms.extend([name("attention.output.LayerNorm"), name("output.LayerNorm")]);
    }
    for norm in norms {
        add(format!("{norm}.weight"), &[WIDTH], 1.0, 0.2);
        add(format!("{norm}.bias"), &[WIDTH], 0.0, 0.2);
    }
    tensors
}

/// The file that holds these tensors.
pub fn file(tensors: &Tensors) -> Vec<u8> {
    let bytes: Vec<(&String, &Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|(name, (shape, numbers))| (name, shape, numbers.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let views = bytes.iter().map(|(name, shape, bytes)| {
        (name, TensorView::new(Dtype::F32, (*shape).clone(), bytes).expect("its bytes fit its shape"))
    });
    safetensors::serialize(views, None).expect("a file")
}

pub fn bert(config: &Config, tensors: &Tensors) -> Bert {
    Bert::new(config.clone(), &Weights::new(&file(tensors)).expect("a file")).expect("an encoder")
}

pub fn config() -> Config {
    Config::from_json(CONFIG.as_bytes()).expect("a config")
}

/// Texts of 3 to 12 ids.
pub fn texts(count: usize, seed: u64) -> Vec<Vec<u32>> {
    let mut state = seed;
    let mut next = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    (0..count)
        .map(|_| {
            let length = 3 + next(10);
            (0..length).map(|_| next(VOCABULARY as u64) as u32).collect()
        })
        .collect()
}

/// A tokenizer whose words are `w0` to `w59`, of which the first stands for every other word.
pub fn tokenizer() -> Vec<u8> {
    let words: Vec<String> = (0..VOCABULARY).map(|id| format!("\"w{id}\":{id}")).collect();
    format!(
        r#"{{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
        "pre_tokenizer":{{"type":"Whitespace"}},"post_processor":null,"decoder":null,
        "model":{{"type":"WordLevel","unk_token":"w0","vocab":{{{}}}}}}}"#,
        words.join(",")
    )
    .into_bytes()
}

pub fn bundle(config: &Config) -> Bundle {
    let quantized = quantize(&bert(config, &tensors()), &texts(120, 1), &|| ()).expect("quantizable");
    Bundle::new(quantized, Tokens::from_bytes(tokenizer()).expect("a tokenizer")).expect("registrable")
}

/// A folder of its own that goes when it is dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        // Tests that run side by side give the same names.
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("millrace-{name}-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }

    /// The encoder as it is downloaded.
    pub fn with_encoder(name: &str, config: &str) -> Self {
        let folder = Self::new(name);
        folder.write("config.json", config.as_bytes());
        folder.write("model.safetensors", &file(&tensors()));
        folder.write("tokenizer.json", &tokenizer());
        folder
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("a temporary file");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        Path::new(&self.0).join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
