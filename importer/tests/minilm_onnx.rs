//! Encoders from ONNX files as they are distributed and exported. `scripts/test-models.sh onnx` and `… export` bring the files
//! and run this.
#![allow(missing_docs)]

use std::path::PathBuf;

use millrace_importer::text::{quantize, Bundle, Comparison, Quantized, Source, Texts};

/// The folder that a variable names.
fn source(variable: &str) -> Source {
    Source::new(&PathBuf::from(std::env::var(variable).expect("a folder")))
}

/// Ids of these texts.
fn ids(source: &Source, texts: &[String]) -> Vec<Vec<u32>> {
    let tokens = source.tokens().expect("a tokenizer");
    texts.iter().map(|text| tokens.ids(text, 256).expect("short")).collect()
}

fn quantized(source: &Source) -> Quantized {
    let calibration = ids(source, &Texts::built_in().calibration);
    let bert = source.bert(Some(256)).expect("an encoder");
    quantize(&bert, &calibration, &|| ()).expect("quantizable")
}

#[test]
#[ignore = "takes a download of 63 MB; scripts/test-models.sh onnx runs it"]
fn a_distributed_graph_keeps_its_embeddings() {
    let source = source("MILLRACE_PARAPHRASE");
    let bert = source.bert(Some(256)).expect("an encoder");
    let bundle = Bundle::new(quantized(&source), source.tokens().expect("a tokenizer")).expect("registrable");
    let texts: Vec<String> = include_str!("held_out.txt").lines().map(str::to_owned).collect();
    let held_out = ids(&source, &texts);
    let integers = bundle.embeddings(&held_out, &|| ()).expect("texts that it takes");
    let found = Comparison::new(&bert.embeddings(&held_out), &integers).expect("enough");
    println!("{found}");
    // The least is of one text. On the built-in ones, by which an import is measured, all are nearer than the bar.
    let [mean, _, spearman] = Comparison::BAR;
    assert!(found.texts >= 200 && found.cosine_mean >= mean && found.spearman >= spearman, "{found}");
    assert!(found.cosine_min >= 0.995, "{found}");
}

#[test]
#[ignore = "takes PyTorch to export MiniLM; scripts/test-models.sh export runs it"]
fn an_export_becomes_the_same_model_as_the_weights() {
    let [weights, graph] =
        ["MILLRACE_MINILM", "MILLRACE_MINILM_ONNX"].map(|variable| quantized(&source(variable)));
    println!("blob 0x{}", hex::encode(graph.model.blob.root));
    assert_eq!(graph.model.blob, weights.model.blob);
    assert!(graph.model.to_bytes() == weights.model.to_bytes() && graph.blob == weights.blob);
}
