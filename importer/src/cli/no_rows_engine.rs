//! Executes models of rows on images in a program that was built without the engine: with the library that the chain has, slowly.

use millrace_importer::{commit_to, reference_memory, Commitment, RowsModel};
use millrace_inference::rows::{evaluate, Blob};

use super::{
    commitment::state,
    progress::{steps, working},
};

/// What a model gives for each of these images, one after the other, so that memory is that of one.
pub(super) fn outputs(model: &RowsModel, images: &[Vec<u8>]) -> Result<Vec<Vec<i32>>, String> {
    let blob = prepared(model)?;
    let of = |done: &dyn Fn(), image: &Vec<u8>| {
        let ids: Vec<u32> = image.iter().map(|byte| u32::from(*byte)).collect();
        let outputs = evaluate(model.model(), blob, &[&ids])
            .map_err(|(_, error)| format!("{error}; give whole samples of the shape that `inspect` shows"))?;
        done();
        Ok(outputs.iter().flat_map(|output| output.rows.iter().flatten().copied()).collect())
    };
    steps("executing", images.len(), |done| images.iter().map(|image| of(done, image)).collect())
}

/// What a miner commits to when it executes a model on an image.
pub(super) fn commit(model: &RowsModel, image: &[u32]) -> Result<Commitment, String> {
    let blob = prepared(model)?;
    working("executing", || commit_to(model.model(), blob, image)).map_err(|why| why.to_string())
}

/// A model's parameters, after what executing it takes was said.
fn prepared(model: &RowsModel) -> Result<Blob<'_>, String> {
    let bytes = reference_memory(model.model(), 1).map_err(|why| why.to_string())?;
    state(bytes);
    eprintln!("This program was built without the engine, which is many times faster: see docs/models.md.");
    Blob::new(model.model(), model.blob()).map_err(|error| format!("{error}; import the model again"))
}
