//! all-MiniLM-L6-v2 as it is distributed. `scripts/test-models.sh` downloads it and runs this.
#![allow(missing_docs)]

use std::path::PathBuf;

use millrace_importer::text::{commit, quantize, recompute, Bundle, Comparison, Source, Texts};
use millrace_inference::rows::{Part, Place};

#[test]
#[ignore = "takes a download of 84 MB and a minute; scripts/test-models.sh runs it"]
fn minilm_keeps_its_embeddings() {
    let folder = PathBuf::from(std::env::var("MILLRACE_MINILM").expect("the folder with model.safetensors"));
    let source = Source::new(&folder);
    let (bert, tokens) = (source.bert(None).expect("an encoder"), source.tokens().expect("a tokenizer"));
    let texts = Texts::built_in();
    let ids = |texts: &[String]| -> Vec<Vec<u32>> {
        texts.iter().map(|text| tokens.ids(text, 256).expect("short")).collect()
    };
    let (calibration, held_out) = (ids(&texts.calibration), ids(&texts.held_out));
    let quantized = quantize(&bert, &calibration, &|| ()).expect("quantizable");
    quantized.choices.iter().for_each(|choice| println!("{choice:?}"));
    let bundle = Bundle::new(quantized, tokens).expect("registrable");
    let integers = bundle.embeddings(&held_out, &|| ()).expect("texts that it takes");
    let found = Comparison::new(&bert.embeddings(&held_out), &integers).expect("enough");
    println!("{found}");
    assert!(found.is_enough(), "{found}");
    // 384 wide elements of 7 trunk nodes for each token.
    assert_eq!(commit(&bundle, &held_out[0]).expect("a text").leaves.len(), 7 * held_out[0].len());
    for node in 1..bundle.model().model().nodes.len() as u32 {
        let place = Place { node, row: 0, element: 5, part: Part::Output };
        let element = recompute(&bundle, &held_out[0], place).expect("an element");
        assert_eq!(element.alone, element.whole, "node {node}");
    }
}
