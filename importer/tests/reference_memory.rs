//! An execution with the library that the chain has takes no more memory than was said before, and not much less.
#![allow(missing_docs)]

#[path = "../../engine/tests/counting/mod.rs"]
mod counting;

use std::path::Path;

use counting::most;
use millrace_importer::{commit_to, import_rows, onnx::Model, recompute_at, reference_memory, Options};
use millrace_inference::rows::{Blob, Part, Place};

/// The model's encoding, which is hashed, and the heads of lists.
const SMALL: u64 = 16 << 10;

#[test]
fn executions_take_about_what_was_said() {
    for name in ["cnn", "residual", "branches"] {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/zoo").join(format!("{name}.int8.onnx"));
        let imported =
            import_rows(&Model::load(&file).expect("committed"), Options::default()).expect("small");
        let model = imported.rows.model();
        let blob = Blob::verified(model, imported.rows.blob()).expect("its own");
        let image = vec![7; model.image_bytes().expect("an image") as usize];
        // The blob is there already.
        let said = reference_memory(model, 1).expect("little") - imported.rows.blob().len() as u64;
        let (commitment, took) = most(|| commit_to(model, blob, &image));
        assert!(!commitment.expect("a whole image").leaves.is_empty());
        assert!(took <= said + SMALL && said <= 3 * took, "{name}: said {said}, took {took}");
        let place = Place { node: 1, row: 0, element: 0, part: Part::Output };
        let (found, took) = most(|| recompute_at(model, blob, &image, place));
        let found = found.expect("an element");
        assert!(found.alone == found.whole && took <= said + SMALL, "{name}: said {said}, took {took}");
    }
}
