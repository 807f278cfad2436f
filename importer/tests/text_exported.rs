//! Text models from ONNX files: the same models as from safetensors, or refused.
#![allow(missing_docs)]

mod encoder;
mod exported;
mod llama;

use encoder::{Folder, CONFIG};
use exported::{
    anonymous, bytes, changed, constant, encoder_refused, first_weights, folder, node, number, reordered,
};
use millrace_importer::{
    is_text_model,
    onnx::{Attribute, Entry, Graph, Model, Node, ValueInfo, FLOAT, INT64, INT8},
    text::Source,
};
use prost::Message;

const ENCODERS: [&str; 2] = ["encoder.onnx", "encoder_dynamo.onnx"];

/// What the encoder in a folder gives.
fn embeddings(folder: &Folder) -> Vec<Vec<f64>> {
    Source::new(&folder.0).bert(None).expect("an encoder").embeddings(&encoder::texts(9, 5))
}

/// What the encoder of safetensors gives.
fn expected() -> Vec<Vec<f64>> {
    encoder::bert(&encoder::config(), &encoder::tensors()).embeddings(&encoder::texts(9, 5))
}

#[test]
fn both_exporters_files_are_the_encoder_of_safetensors() {
    for name in ENCODERS {
        assert_eq!(embeddings(&folder("exported", CONFIG, &bytes(name))), expected(), "{name}");
        // Neither names nor the order of what doesn't depend on one another say anything.
        let other = changed(name, |graph| {
            anonymous(graph);
            reordered(graph);
        });
        assert_ne!(other, bytes(name));
        assert_eq!(embeddings(&folder("exported", CONFIG, &other)), expected(), "{name}");
    }
}

#[test]
fn an_exported_decoder_is_that_of_safetensors() {
    let ids = &llama::texts(1, 5)[0];
    let expected = llama::llama(&llama::tensors()).logits(ids);
    let logits = |bytes: &[u8]| {
        let folder = folder("exported-decoder", llama::CONFIG, bytes);
        Source::new(&folder.0).llama(None).expect("a decoder").logits(ids)
    };
    assert_eq!(logits(&bytes("decoder.onnx")), expected);
    let other = changed("decoder.onnx", |graph| {
        anonymous(graph);
        reordered(graph);
    });
    assert_eq!(logits(&other), expected);
    // A head of its own is used where the config says so; here it is the same.
    let folder = folder("exported-untied", &llama::CONFIG.replace("true", "false"), &bytes("decoder.onnx"));
    assert_eq!(Source::new(&folder.0).llama(None).expect("a decoder").logits(ids), expected);
}

#[test]
fn files_are_found_where_they_are_exported_to() {
    let folder = Folder::new("exported-places");
    folder.write("config.json", CONFIG.as_bytes());
    std::fs::create_dir_all(folder.path("onnx")).expect("a folder");
    folder.write("onnx/model.onnx", &bytes("encoder.onnx"));
    assert_eq!(embeddings(&folder), expected());
    let file = folder.path("onnx/model.onnx");
    assert!(is_text_model(&file));
    assert_eq!(Source::new(&file).bert(Some(9)).expect("an encoder").config().max_tokens, 9);
    // An image model has no vocabulary, and may have no config.json.
    folder.write("config.json", br#"{"architectures": ["ViTModel"], "hidden_size": 32}"#);
    assert!(!is_text_model(&file));
    std::fs::remove_file(folder.path("config.json")).expect("it is there");
    assert!(!is_text_model(&file));
    folder.write("tokenizer.json", &encoder::tokenizer());
    assert!(is_text_model(&file) && !is_text_model(&folder.path("onnx/model.bin")));
    folder.write("config.json", b"{");
    assert!(is_text_model(&file) && is_text_model(&folder.path("onnx/MODEL.ONNX")));
    std::fs::remove_file(folder.path("config.json")).expect("it is there");
    let message = Source::new(&file).family().expect_err("no config").to_string();
    assert!(message.contains("config.json") && message.contains("name a file that is there"), "{message}");
}

#[test]
fn graphs_of_another_model_are_refused() {
    let whole = bytes("encoder.onnx");
    let cases = [
        (
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 3",
            "12 products with constant weights and 5 norms",
        ),
        (
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 1",
            "isn't the model that config.json describes",
        ),
        (
            "\"num_attention_heads\": 4",
            "\"num_attention_heads\": 2",
            "isn't the model that config.json describes",
        ),
        ("\"vocab_size\": 60", "\"vocab_size\": 61", "no table of the shape [61, 32]"),
        ("\"intermediate_size\": 64", "\"intermediate_size\": 63", "products with constant weights"),
        ("24}", "24, \"hidden_act\": \"gelu_new\"}", "isn't the model that config.json describes"),
        ("24}", "24, \"layer_norm_eps\": 1e-3}", "isn't the model that config.json describes"),
    ];
    for (from, to, said) in cases {
        assert!(CONFIG.contains(from), "{from}");
        let message = encoder_refused(&CONFIG.replace(from, to), &whole);
        assert!(message.contains(said) && message.contains("config.json that came"), "{to}: {message}");
    }
    // The config is right, and the graph does something else.
    let of_halves = |graph: &mut Graph| {
        let is_scale = |node: &&mut Node| node.op_type == "Softmax";
        let softmax = graph.node.iter_mut().find(is_scale).expect("a softmax");
        softmax.attribute.clear();
        softmax.attribute.push(number("axis", 2));
    };
    let message = encoder_refused(CONFIG, &changed("encoder.onnx", of_halves));
    assert!(message.contains("its outputs differ by"), "{message}");
    let decoder = |from: &str, to: &str| {
        assert!(llama::CONFIG.contains(from), "{from}");
        let config = llama::CONFIG.replace(from, to);
        let folder = folder("exported-decoder-refused", &config, &bytes("decoder.onnx"));
        Source::new(&folder.0).llama(None).expect_err("refused").to_string()
    };
    let message = decoder("40,", "40, \"rope_theta\": 500000,");
    assert!(message.contains("isn't the model that config.json describes"), "{message}");
    let message = decoder("\"num_attention_heads\": 4", "\"num_attention_heads\": 8, \"head_dim\": 4");
    assert!(message.contains("k_proj.weight has the shape [16, 32], expected [8, 32]"), "{message}");
    let message = decoder("4, \"num_key_value_heads\": 2", "8, \"head_dim\": 4, \"num_key_value_heads\": 4");
    assert!(message.contains("isn't the model that config.json describes"), "{message}");
    let message = decoder("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 4");
    assert!(message.contains("k_proj.weight has the shape [16, 32], expected [32, 32]"), "{message}");
    let message = decoder("40,", "40, \"hidden_act\": \"gelu\",");
    assert!(message.contains("isn't the model that config.json describes"), "{message}");
}

#[test]
fn operators_that_arent_plain_are_named() {
    let refused = |change: fn(&mut Graph)| encoder_refused(CONFIG, &changed("encoder.onnx", change));
    let message = refused(|graph| {
        let norm = graph.node.iter_mut().find(|node| node.op_type == "LayerNormalization").expect("a norm");
        norm.op_type = "SkipLayerNormalization".into();
        norm.domain = "com.microsoft".into();
    });
    assert!(message.contains("fused operator of the domain com.microsoft"), "{message}");
    assert!(message.contains("exported without optimization"), "{message}");
    let message = refused(|graph| {
        let product = graph.node.iter_mut().find(|node| node.op_type == "MatMul").expect("a product");
        product.op_type = "MatMulInteger".into();
    });
    assert!(message.contains("MatMulInteger") && message.contains("the float file"), "{message}");
    let message = refused(|graph| {
        let at = graph.node.iter().position(|node| node.op_type == "Erf").expect("a function");
        graph.node[at].op_type = "HardSwish".into();
    });
    assert!(message.contains("HardSwish") && message.contains("isn't one that encoders"), "{message}");
    let message = refused(|graph| {
        let at = graph.node.iter().position(|node| node.op_type == "Erf").expect("a function");
        graph.node[at].op_type = "Celu".into();
    });
    assert!(message.contains("can't be executed") && message.contains("without optimization"), "{message}");
    let message = refused(|graph| {
        let at = graph.node.iter().position(|node| node.op_type == "Erf").expect("a function");
        graph.node[at].op_type = "If".into();
    });
    assert!(
        message.contains("chooses what is executed") && message.contains("decoder_model.onnx"),
        "{message}"
    );
    let mut model = Model::decode(bytes("encoder.onnx").as_slice()).expect("an ONNX file");
    model.functions.push(millrace_importer::onnx::Function { name: "Erf".into(), domain: String::new() });
    let message = encoder_refused(CONFIG, &model.encode_to_vec());
    assert!(message.contains("a function that the file defines"), "{message}");
    model.functions[0].domain = "pkg.another".into();
    let another = folder("exported-function", CONFIG, &model.encode_to_vec());
    Source::new(&another.0).bert(None).expect("no node is that function");
    let message = refused(|graph| {
        let ids = graph.input.iter_mut().find(|input| input.name == "attention_mask").expect("a mask");
        let as_input = std::mem::replace(&mut ids.name, "mystery".into());
        for name in graph.node.iter_mut().flat_map(|node| &mut node.input).filter(|name| **name == as_input) {
            *name = "mystery".into();
        }
    });
    assert!(message.contains("an input 'mystery'") && message.contains("attention_mask"), "{message}");
    let message = refused(|graph| {
        let shape = graph.input[0].r#type.as_mut().and_then(|kind| kind.tensor_type.as_mut()?.shape.as_mut());
        shape.expect("a shape").dim[1].dim_value = Some(128);
    });
    assert!(message.contains("an axis of 128") && message.contains("dynamic axes"), "{message}");
    let message = refused(|graph| {
        // A product without its bias.
        let bias = |name: &String| name.contains("query.bias");
        let at = graph.node.iter().position(|node| node.input.iter().any(bias)).expect("a sum");
        let sum = graph.node.remove(at);
        let other = sum.input.iter().find(|name| !bias(name)).expect("the product").clone();
        for name in
            graph.node.iter_mut().flat_map(|node| &mut node.input).filter(|name| **name == sum.output[0])
        {
            *name = other.clone();
        }
    });
    assert!(message.contains("no tensor encoder.layer.0.attention.self.query.bias"), "{message}");
    let whole = bytes("encoder.onnx");
    assert!(encoder_refused(CONFIG, &whole[..whole.len() - 9]).contains("no whole ONNX file"));
    assert!(encoder_refused(CONFIG, b"version https://git-lfs").contains("no whole ONNX file"));
    let message = refused(|graph| first_weights(graph).raw_data.truncate(9));
    assert!(message.contains("doesn't fit the 2 numbers"), "{message}");
    let message =
        refused(|graph| first_weights(graph).raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes()));
    assert!(message.contains("NaN or infinity"), "{message}");
}

#[test]
fn weights_in_integers_are_read_as_floats() {
    let mut wanted: Option<Vec<Vec<f64>>> = None;
    for way in ["plain", "DequantizeLinear", "Mul"] {
        let model = changed("encoder.onnx", |graph| {
            let weights = first_weights(graph);
            let name = std::mem::replace(&mut weights.name, "w 8".into());
            let integers: Vec<i8> = weights
                .raw_data
                .chunks(4)
                .map(|x| (f32::from_le_bytes(x.try_into().expect("four")) * 100.0) as i8)
                .collect();
            // A scale for each column.
            let scale = |column: usize| 0.01 + column as f32 * 0.000_1;
            let scales: Vec<u8> = (0..32).flat_map(|column| scale(column).to_le_bytes()).collect();
            if way == "plain" {
                weights.name = name;
                let float = |(at, x): (usize, &i8)| (f32::from(*x) * scale(at % 32)).to_le_bytes();
                weights.raw_data = integers.iter().enumerate().flat_map(float).collect();
                return;
            }
            weights.data_type = INT8;
            weights.raw_data = integers.iter().map(|x| x.cast_unsigned()).collect();
            graph.initializer.push(constant("scales", &[32], FLOAT, scales));
            let made = match way {
                "Mul" => {
                    let to = number("to", FLOAT.into());
                    let cast = Node { attribute: vec![to], ..node("Cast", &["w 8"], "w cast") };
                    vec![cast, node("Mul", &["scales", "w cast"], &name)]
                }
                _ => {
                    graph.initializer.push(constant("zero", &[32], INT8, vec![0; 32]));
                    vec![node("DequantizeLinear", &["w 8", "scales", "zero"], &name)]
                }
            };
            graph.node.splice(0..0, made);
        });
        let found = embeddings(&folder("exported-integers", CONFIG, &model));
        assert_ne!(found, expected());
        assert_eq!(&found, wanted.get_or_insert_with(|| found.clone()), "{way}");
    }
    // Rows and columns exchanged on the way.
    let model = changed("encoder.onnx", |graph| {
        let weights = first_weights(graph);
        let name = std::mem::replace(&mut weights.name, "w turned".into());
        let at = |row: usize, column: usize| (row * 32 + column) * 4;
        let old = weights.raw_data.clone();
        weights.raw_data =
            (0..1_024).flat_map(|index| old[at(index % 32, index / 32)..][..4].to_vec()).collect();
        graph.node.insert(0, node("Transpose", &["w turned"], &name));
    });
    assert_eq!(embeddings(&folder("exported-turned", CONFIG, &model)), expected());
}

#[test]
fn weights_may_lie_beside_the_graph() {
    let mut data = Vec::new();
    let model = changed("encoder.onnx", |graph| {
        for tensor in &mut graph.initializer {
            let entry = |key: &str, value: String| Entry { key: key.into(), value };
            tensor.external_data = vec![
                entry("location", "model.onnx_data".into()),
                entry("offset", data.len().to_string()),
                entry("length", tensor.raw_data.len().to_string()),
            ];
            tensor.data_location = 1;
            data.append(&mut tensor.raw_data);
        }
    });
    let folder = folder("exported-data", CONFIG, &model);
    let refused = || Source::new(&folder.0).bert(None).expect_err("refused").to_string();
    assert!(refused().contains("put that file beside the ONNX file"), "{}", refused());
    folder.write("model.onnx_data", &data);
    assert_eq!(embeddings(&folder), expected());
    folder.write("model.onnx_data", &data[..data.len() - 1]);
    assert!(refused().contains("it was cut or is another model's"), "{}", refused());
}

/// The graph with one output in place of its rows.
fn pooled(pooling: Node) -> impl FnOnce(&mut Graph) {
    move |graph| {
        graph.initializer.push(constant("first", &[], INT64, vec![0; 8]));
        graph.node.push(pooling);
        graph.output = vec![ValueInfo { name: "sentence_embedding".into(), r#type: None }];
    }
}

#[test]
fn a_pooling_in_the_graph_must_be_that_of_the_folder() {
    let first = Node {
        attribute: vec![number("axis", 1)],
        ..node("Gather", &["last_hidden_state", "first"], "sentence_embedding")
    };
    let mean = over_tokens("ReduceMean");
    let config = |asked: &str| format!(r#"{{"pooling_mode_{asked}": true}}"#);
    let [mean_tokens, cls_token] = ["mean_tokens", "cls_token"].map(config);
    for (pooling, own, other, given) in [
        (mean, &mean_tokens, &cls_token, "the tokens' mean"),
        (first, &cls_token, &mean_tokens, "the first token alone"),
    ] {
        let folder = folder("exported-pooled", CONFIG, &changed("encoder.onnx", pooled(pooling)));
        std::fs::create_dir_all(folder.path("1_Pooling")).expect("a folder");
        folder.write("1_Pooling/config.json", own.as_bytes());
        Source::new(&folder.0).bert(None).expect("the same");
        folder.write("1_Pooling/config.json", other.as_bytes());
        let message = Source::new(&folder.0).bert(None).expect_err("the other").to_string();
        assert!(
            message.contains(&format!("the graph gives {given}")) && message.contains("1_Pooling"),
            "{message}"
        );
    }
}

/// A node that gives a vector for each text from its rows.
fn over_tokens(op_type: &str) -> Node {
    let axes =
        Attribute { name: "axes".into(), r#type: Attribute::INTS, ints: vec![1], ..Attribute::default() };
    Node {
        attribute: vec![axes, number("keepdims", 0)],
        ..node(op_type, &["last_hidden_state"], "sentence_embedding")
    }
}

#[test]
fn an_embedding_beside_the_rows_must_be_made_of_them() {
    let with_rows = |op_type: &str| {
        let model = changed("encoder.onnx", |graph| {
            let rows = graph.output.clone();
            pooled(over_tokens(op_type))(graph);
            graph.output.splice(0..0, rows);
        });
        Source::new(&folder("exported-beside", CONFIG, &model).0).bert(None).map(|_| ())
    };
    with_rows("ReduceMean").expect("the same");
    let message = with_rows("ReduceMax").expect_err("another pooling").to_string();
    assert!(message.contains("sentence_embedding isn't the tokens' mean"), "{message}");
    assert!(message.contains("Transformer, Pooling and Normalize"), "{message}");
}

#[test]
fn blocks_without_their_parts_are_refused() {
    let message = encoder_refused(
        CONFIG,
        &changed("encoder.onnx", |graph| {
            // Keys that values are mixed into.
            let softmax = graph.node.iter().position(|node| node.op_type == "Softmax").expect("a softmax");
            let is_product = |node: &&Node| node.op_type == "MatMul";
            let values = graph.node[softmax..].iter().find(is_product).expect("means").input[1].clone();
            let scores = graph.node[..softmax].iter_mut().rfind(|node| is_product(&&**node)).expect("scores");
            let keys = std::mem::replace(&mut scores.input[1], "mixed".into());
            let order = Attribute {
                name: "perm".into(),
                r#type: Attribute::INTS,
                ints: vec![0, 1, 3, 2],
                ..Attribute::default()
            };
            graph.node.push(Node { attribute: vec![order], ..node("Transpose", &[&values], "turned") });
            graph.node.push(node("Max", &[&keys, "turned"], "mixed"));
            reordered(graph);
        }),
    );
    assert!(message.contains("no product of queries and keys where block 0"), "{message}");
    let model = changed("decoder.onnx", |graph| {
        let sigmoid = graph.node.iter_mut().rfind(|node| node.op_type == "Sigmoid").expect("a gate");
        sigmoid.op_type = "Identity".into();
    });
    let folder = folder("exported-gate", llama::CONFIG, &model);
    let message = Source::new(&folder.0).llama(None).expect_err("refused").to_string();
    assert!(message.contains("no function to just one of two products where block 1"), "{message}");
}
