//! Damaged and hostile ONNX files of text models: each gets a sentence, and little memory.
#![allow(missing_docs)]

mod encoder;
mod exported;
mod llama;

use std::path::Path;

use encoder::CONFIG;
use exported::{bytes, changed, constant, encoder_refused, folder, node, number};
use millrace_importer::{
    onnx::{Attribute, Graph, Node, Tensor, ValueInfo, FLOAT, INT64},
    text::{Config, Exported, LlamaConfig, Source},
};

/// What is said about an encoder whose graph goes on with these nodes. `huge` is a shape of these axes, and `one` a number.
fn refused(huge: i64, nodes: Vec<Node>) -> String {
    let change = |graph: &mut Graph| {
        let huge: Vec<u8> = [huge, huge].iter().flat_map(|axis| axis.to_le_bytes()).collect();
        graph.initializer.push(constant("huge", &[2], INT64, huge));
        graph.initializer.push(constant("one", &[], FLOAT, 1f32.to_le_bytes().to_vec()));
        graph.node.extend(nodes);
        graph.output.push(ValueInfo { name: "out".into(), r#type: None });
    };
    encoder_refused(CONFIG, &changed("encoder.onnx", change))
}

#[test]
fn hostile_graphs_get_no_memory() {
    let refused = |nodes| refused(1 << 30, nodes);
    let last = || node("Mul", &["big", "last_hidden_state"], "out");
    let message = refused(vec![node("Expand", &["one", "huge"], "big"), last()]);
    assert!(
        message.contains("Expand") && message.contains("takes more than a model of this file's size"),
        "{message}"
    );
    let message = refused(vec![node("ConstantOfShape", &["huge"], "big"), last()]);
    assert!(message.contains("takes more than"), "{message}");
    // A tensor that is put behind itself again and again.
    let double = |at: usize| {
        let from = if at == 0 { "last_hidden_state".into() } else { format!("d{at}") };
        let to = if at == 39 { "out".into() } else { format!("d{}", at + 1) };
        Node { attribute: vec![number("axis", 0)], ..node("Concat", &[&from, &from], &to) }
    };
    let message = refused((0..40).map(double).collect());
    assert!(message.contains("Concat") && message.contains("takes more than"), "{message}");
    // Little memory, and much work.
    let square: Vec<u8> = [2_000i64, 2_000].iter().flat_map(|x| x.to_le_bytes()).collect();
    let message = encoder_refused(
        CONFIG,
        &changed("encoder.onnx", |graph| {
            graph.initializer.push(constant("square", &[2], INT64, square));
            graph.node.push(node("ConstantOfShape", &["square"], "big"));
            graph.node.push(node("MatMul", &["big", "big"], "last"));
            graph.output.push(ValueInfo { name: "last".into(), r#type: None });
        }),
    );
    assert!(message.contains("MatMul") && message.contains("takes more than"), "{message}");
}

/// A Constant whose numbers are an attribute.
fn written(attribute: Attribute, output: &str) -> Node {
    Node { attribute: vec![attribute], ..node("Constant", &[], output) }
}

#[test]
fn constants_count_however_they_are_written() {
    let floats = vec![1.0; 3_000];
    let row =
        Attribute { name: "value_floats".into(), r#type: Attribute::FLOATS, floats, ..Attribute::default() };
    let column = constant("", &[3_000, 1], FLOAT, vec![0; 12_000]);
    let column = Attribute {
        name: "value".into(),
        r#type: Attribute::TENSOR,
        t: Some(column),
        ..Attribute::default()
    };
    let message = refused(
        9,
        vec![written(row, "row"), written(column, "column"), node("Add", &["column", "row"], "out")],
    );
    assert!(message.contains("Add") && message.contains("takes more than"), "{message}");
    // The shapes of a good file as lists.
    let mut count = 0;
    let model = changed("encoder.onnx", |graph| {
        for node in graph.node.iter_mut().filter(|node| node.op_type == "Constant") {
            let is_list = |tensor: &&Tensor| tensor.data_type == INT64 && tensor.dims.len() < 2;
            let Some(tensor) = node.attribute[0].t.as_ref().filter(is_list) else { continue };
            let ints: Vec<i64> = tensor.constant().expect("a shape").integers().expect("integers").to_vec();
            let attribute = match tensor.dims.len() {
                0 => number("value_int", ints[0]),
                _ => Attribute {
                    name: "value_ints".into(),
                    r#type: Attribute::INTS,
                    ints,
                    ..Attribute::default()
                },
            };
            node.attribute = vec![attribute];
            count += 1;
        }
    });
    assert!(count > 0);
    Source::new(&folder("exported-lists", CONFIG, &model).0).bert(None).expect("the same encoder");
}

#[test]
fn nothing_is_executed_before_its_size_is_known() {
    let last = || node("Mul", &["big", "copy"], "out");
    let [copy, big] = [|| node("Identity", &["big"], "copy"), || node("Expand", &["one", "huge"], "big")];
    let message = refused(3_000, vec![copy(), big(), last()]);
    assert!(message.contains("Identity 'copy': it reads 'big', which nothing before it gives"), "{message}");
    assert!(message.contains("put each node behind those that it reads"), "{message}");
    // Of two nodes that give the same name, the other could be executed.
    let message = refused(3_000, vec![node("Identity", &["one"], "big"), copy(), big(), last()]);
    assert!(message.contains("two tensors of the graph have the name 'big'"), "{message}");
}

#[test]
fn damaged_files_are_refused_or_harmless() {
    let mut noise = encoder::Noise(3);
    for name in ["encoder.onnx", "decoder.onnx"] {
        let whole = bytes(name);
        let config = if name == "encoder.onnx" { CONFIG } else { llama::CONFIG };
        for _ in 0..60 {
            let mut bytes = whole.clone();
            for place in noise.many(4, 0.5, 0.28) {
                let at = (place.clamp(0.0, 1.0) * (bytes.len() - 1) as f32) as usize;
                bytes[at] = bytes[at].wrapping_add(noise.many(1, 128.0, 60.0)[0] as u8);
            }
            let Ok(graph) = Exported::new(bytes, Path::new("/nowhere")) else { continue };
            // Either is a sentence, or a model that gives what its graph gives.
            if name == "encoder.onnx" {
                let _ = graph.bert(Config::from_json(config.as_bytes()).expect("a config"));
            } else {
                let _ = graph.llama(LlamaConfig::from_json(config.as_bytes()).expect("a config"));
            }
        }
    }
}
