//! Text encoders: from weights to integers, and what is refused on the way.
#![allow(missing_docs)]

mod encoder;

use encoder::{bert, bundle, config, file, tensors, texts, tokenizer, Folder, CONFIG, WIDTH};
use millrace_importer::{
    is_text_model,
    text::{commit, quantize, recompute, Bert, Bundle, Comparison, Config, Pooling, Source, Weights},
    Words,
};
use millrace_inference::rows::{commitment::trunk_leaf_count, Part, Place, Width};

#[test]
fn integers_give_the_float_embeddings() {
    for pooling in [Pooling::Mean, Pooling::First] {
        let config = Config { pooling, ..config() };
        let (floats, bundle) = (bert(&config, &tensors()), bundle(&config));
        let held_out = texts(60, 99);
        let integers = bundle.embeddings(&held_out, &|| ()).expect("texts that it takes");
        let found = Comparison::new(&floats.embeddings(&held_out), &integers).expect("enough");
        assert!(found.is_enough(), "{pooling:?}: {found}");
    }
}

#[test]
fn the_trunk_is_the_sum_of_each_block() {
    let bundle = bundle(&config());
    let model = bundle.model();
    assert_eq!(model.model().trunk.len(), 3);
    let ids = &texts(1, 4)[0];
    let commitment = commit(&bundle, ids).expect("a text that it takes");
    assert_eq!(commitment.leaves.len() as u64, trunk_leaf_count(model, &[ids.len() as u32]));
    let of_the_chain = millrace_importer::commit_to(model, bundle.blob().expect("its own"), ids);
    assert_eq!(of_the_chain.expect("the same"), commitment);
    let other: Vec<u32> = ids.iter().rev().copied().collect();
    let other = commit(&bundle, &other).expect("another text");
    assert_ne!(other.root, commitment.root);
    assert_ne!(other.trunk_root, commitment.trunk_root);
    // Another order of the same tokens is another sentence, but its mean may be the same row.
    assert_eq!(other.leaves.len(), commitment.leaves.len());
}

#[test]
fn every_node_is_recomputed_from_its_operands() {
    for pooling in [Pooling::Mean, Pooling::First] {
        let bundle = bundle(&Config { pooling, ..config() });
        let ids = &texts(1, 12)[0];
        for node in 0..bundle.model().model().nodes.len() as u32 {
            let width = match bundle.model().tensor(node).expect("a node").width {
                Width::Fixed(width) => width,
                Width::Heads(heads) => heads * ids.len() as u32,
            };
            let place = Place { node, row: 0, element: width - 1, part: Part::Output };
            let found = recompute(&bundle, ids, place).expect("an element");
            assert_eq!(found.alone, found.whole, "node {node}");
        }
    }
    let place = Place { node: 1, row: 999, element: 0, part: Part::Output };
    let message =
        recompute(&bundle(&config()), &texts(1, 12)[0], place).expect_err("no such row").to_string();
    assert!(message.contains("a row below the text's tokens"), "{message}");
}

#[test]
fn tensors_that_are_missing_or_of_another_shape_are_named() {
    let refused = |tensors| {
        let bytes = file(&tensors);
        let weights = Weights::new(&bytes).expect("a file");
        Bert::new(config(), &weights).map(|_| ()).expect_err("refused").to_string()
    };
    for name in tensors().keys() {
        let mut missing = tensors();
        missing.remove(name);
        assert!(refused(missing).contains(&format!("no tensor {name};")), "{name}");
        let mut longer = tensors();
        let (shape, numbers) = longer.get_mut(name).expect("it is there");
        let row = numbers.len() / shape[0];
        shape[0] += 1;
        numbers.extend(vec![0.0; row]);
        let message = refused(longer);
        assert!(
            message.contains(&format!("{name} has the shape")) && message.contains("config.json"),
            "{message}"
        );
    }
}

#[test]
fn names_under_a_prefix_and_dead_channels_are_taken() {
    let mut weights = tensors();
    let up = weights.get_mut("encoder.layer.0.intermediate.dense.weight").expect("there");
    up.1[..WIDTH].fill(0.0);
    let prefixed = weights.into_iter().map(|(name, tensor)| (format!("bert.{name}"), tensor)).collect();
    let bert = bert(&config(), &prefixed);
    let quantized = quantize(&bert, &texts(120, 1), &|| ()).expect("quantizable");
    assert_eq!(quantized.choices.len(), 8);
    assert!(quantize(&bert, &[], &|| ()).expect_err("nothing").to_string().contains("few hundred sentences"));
}

#[test]
fn encoders_are_taken_out_of_checkpoints_with_heads_and_of_distilberts() {
    let ids = texts(3, 8);
    let of = |config: &str, tensors: &encoder::Tensors| {
        let folder = Folder::new("headed");
        folder.write("config.json", config.as_bytes());
        folder.write("model.safetensors", &file(tensors));
        let bert = Source::new(&folder.0).bert(None).unwrap_or_else(|why| panic!("{why}"));
        (bert.embeddings(&ids), bert.config().architecture.has_head())
    };
    // Types of tokens that change nothing, since DistilBERT has none.
    let mut plain = tensors();
    plain.get_mut("embeddings.token_type_embeddings.weight").expect("there").1.fill(0.0);
    let (expected, has_head) = of(CONFIG, &plain);
    assert!(!has_head);
    let renamed = |prefix: &str, parts: &[(&str, &str)]| -> encoder::Tensors {
        let name = |name: &String| parts.iter().fold(name.clone(), |name, (from, to)| name.replace(from, to));
        plain.iter().map(|(own, tensor)| (format!("{prefix}{}", name(own)), tensor.clone())).collect()
    };
    // As Google's checkpoints have them, with norms as TensorFlow calls them.
    let mut headed =
        renamed("bert.", &[("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")]);
    headed.insert("cls.predictions.bias".into(), (vec![60], vec![1.0; 60]));
    let config = CONFIG.replace(r#"["BertModel"]"#, r#"["BertForMaskedLM"], "model_type": "bert""#);
    assert_eq!(of(&config, &headed), (expected.clone(), true));
    let parts = [
        ("encoder.layer", "transformer.layer"),
        ("attention.self.query", "attention.q_lin"),
        ("attention.self.key", "attention.k_lin"),
        ("attention.self.value", "attention.v_lin"),
        ("attention.output.dense", "attention.out_lin"),
        ("attention.output.LayerNorm", "sa_layer_norm"),
        ("intermediate.dense", "ffn.lin1"),
        ("output.dense", "ffn.lin2"),
        ("output.LayerNorm", "output_layer_norm"),
    ];
    let keys = [
        (r#"["BertModel"]"#, r#"["DistilBertModel"], "model_type": "distilbert""#),
        ("hidden_size", "dim"),
        ("num_hidden_layers", "n_layers"),
        ("num_attention_heads", "n_heads"),
        ("intermediate_size", "hidden_dim"),
    ];
    let config = keys.iter().fold(CONFIG.to_owned(), |config, (from, to)| config.replace(from, to));
    let untyped = |mut tensors: encoder::Tensors| {
        tensors.retain(|name, _| !name.contains("token_type"));
        tensors
    };
    assert_eq!(of(&config, &untyped(renamed("", &parts))), (expected.clone(), false));
    let config = config.replace("DistilBertModel", "DistilBertForMaskedLM");
    assert_eq!(of(&config, &untyped(renamed("distilbert.", &parts))), (expected, true));
    // What else makes an embedding is refused.
    let other = |file: &str, text: &str| {
        let folder = Folder::new("other-steps");
        folder.write("config.json", CONFIG.as_bytes());
        std::fs::create_dir_all(folder.path("1_Pooling")).expect("a folder");
        folder.write(file, text.as_bytes());
        Source::new(&folder.0).bert(None).err().expect("refused").to_string()
    };
    let steps = r#"[{"type": "sentence_transformers.models.Transformer"}, {"type": "sentence_transformers.models.Dense"}]"#;
    let message = other("modules.json", steps);
    assert!(
        message.contains("the step 'sentence_transformers.models.Dense'") && message.contains("take a model"),
        "{message}"
    );
    for others in ["max_tokens", "cls_token", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"] {
        let two = format!(r#"{{"pooling_mode_mean_tokens": true, "pooling_mode_{others}": true}}"#);
        let message = other("1_Pooling/config.json", &two);
        assert!(message.contains("the tokens' mean alone") && message.contains("and no other"), "{message}");
    }
    // A graph of one can't be told from others.
    let folder = Folder::new("distilbert-graph");
    folder.write("config.json", config.as_bytes());
    folder.write("model.onnx", b"");
    let message = Source::new(&folder.0).bert(None).err().expect("refused").to_string();
    assert!(message.contains("read from safetensors alone") && message.contains("model.onnx:"), "{message}");
}

#[test]
fn a_bundle_is_read_as_it_was_written() {
    let folder = Folder::new("bundle");
    let path = folder.path("tiny.millrace");
    let written = bundle(&config());
    let words = || Words { name: "tiny".into(), ..Words::default() };
    let metadata = written.metadata(words()).expect("good words");
    assert!(written.metadata(Words::default()).expect_err("nameless").contains("--name"));
    let blob = written.save(&folder.path("tiny.blob"), &metadata).expect_err("the blob's name").to_string();
    assert!(blob.contains("end otherwise"), "{blob}");
    written.save(&path, &metadata).expect("a place");
    let read = Bundle::load(&path).expect("what was written");
    let texts = texts(3, 5);
    let outputs = |bundle: &Bundle| bundle.outputs(&texts, &|| ()).expect("texts that it takes");
    assert_eq!(outputs(&read), outputs(&written));
    assert_eq!(read.ids("w3 w5 mill").expect("short"), [3, 5, 0]);
    let long = read.ids(&"w1 ".repeat(25)).expect_err("too long").to_string();
    assert!(long.contains("25 tokens and the model takes 24"), "{long}");
    let long = read.outputs(&[vec![1; 25]], &|| ()).expect_err("too long").to_string();
    assert!(long.contains("the limit is 24; shorten the text"), "{long}");
    let unknown = read.outputs(&[vec![60]], &|| ()).expect_err("no such token").to_string();
    assert!(unknown.contains("tokenizer.json"), "{unknown}");

    // Other words of the same vocabulary give other ids without anything going wrong, so the tokenizer has a hash.
    let file = String::from_utf8(tokenizer()).expect("text");
    let swapped = file.replace(r#""w3":3"#, r#""w3":5"#).replace(r#""w5":5"#, r#""w5":3"#);
    folder.write("tiny.tokenizer.json", swapped.as_bytes());
    let message = Bundle::load(&path).err().expect("another tokenizer").to_string();
    assert!(message.contains("tiny.tokenizer.json has the BLAKE3 0x"), "{message}");
    assert!(message.contains("that was written with it"), "{message}");
    // Who writes a hash anew is held by the vocabulary.
    let other = file.replace(r#""w59":59"#, r#""w59":5900"#);
    let hash = |file: &str| blake3::hash(file.as_bytes()).to_hex().to_string();
    folder.write("tiny.tokenizer.json", other.as_bytes());
    folder.write("tiny.metadata.json", metadata.to_json().replace(&hash(&file), &hash(&other)).as_bytes());
    let message = Bundle::load(&path).err().expect("another tokenizer").to_string();
    assert!(message.contains("an id of 5900") && message.contains("came with the weights"), "{message}");
    folder.write("tiny.tokenizer.json", file.as_bytes());
    folder.write("tiny.metadata.json", br#"{"input":{"meaning":"ids"},"output":{"meaning":""}}"#);
    let message = Bundle::load(&path).err().expect("no hash").to_string();
    assert!(
        message.contains("doesn't say which tokenizer") && message.contains("import it again"),
        "{message}"
    );
    std::fs::remove_file(folder.path("tiny.metadata.json")).expect("it is there");
    let message = Bundle::load(&path).err().expect("no metadata").to_string();
    assert!(message.contains("can't read") && message.contains("tiny.metadata.json"), "{message}");
    folder.write("tiny.metadata.json", metadata.to_json().as_bytes());

    let mut blob = std::fs::read(folder.path("tiny.blob")).expect("it is there");
    blob[100] ^= 1;
    folder.write("tiny.blob", &blob);
    let message = Bundle::load(&path).err().expect("another blob").to_string();
    assert!(message.contains("another hash") && message.contains("that was written with it"), "{message}");
    folder.write("tiny.blob", &blob[1..]);
    assert!(Bundle::load(&path).err().expect("another blob").to_string().contains("expected"));
    folder.write("tiny.millrace", &[2, 9]);
    assert!(Bundle::load(&path).err().expect("no model").to_string().contains("can't be registered"));
}

#[test]
fn what_stands_beside_the_weights_is_read() {
    let folder = Folder::with_encoder("source", CONFIG);
    folder.write("sentence_bert_config.json", br#"{"max_seq_length": 16, "do_lower_case": false}"#);
    std::fs::create_dir_all(folder.path("1_Pooling")).expect("a folder");
    folder.write("1_Pooling/config.json", br#"{"pooling_mode_cls_token": true}"#);
    for path in [folder.0.clone(), folder.path("model.safetensors")] {
        assert!(is_text_model(&path));
        let bert = Source::new(&path).bert(None).expect("an encoder");
        assert_eq!((bert.config().max_tokens, bert.config().pooling), (16, Pooling::First));
    }
    assert_eq!(Source::new(&folder.0).bert(Some(8)).expect("an encoder").config().max_tokens, 8);
    assert!(!is_text_model(&folder.path("tokenizer.json")));

    folder.write("1_Pooling/config.json", br#"{"pooling_mode_max_tokens": true}"#);
    let message = Source::new(&folder.0).bert(None).expect_err("refused").to_string();
    assert!(message.contains("pooling_mode_mean_tokens or pooling_mode_cls_token"), "{message}");
    std::fs::remove_dir_all(folder.path("1_Pooling")).expect("it is there");
    let whole = std::fs::read(folder.path("model.safetensors")).expect("it is there");
    folder.write("model.safetensors", &whole[..whole.len() / 2]);
    let message = Source::new(&folder.0).bert(None).expect_err("half a file").to_string();
    assert!(
        message.contains("model.safetensors: ") && message.contains("download the file again"),
        "{message}"
    );
}
