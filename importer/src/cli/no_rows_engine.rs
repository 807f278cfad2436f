//! Executes models of rows on images in a program that was built without the engine: with the library that the chain has, slowly.

use millrace_importer::RowsModel;
use millrace_inference::rows::{evaluate, Blob, Width};

use super::progress::steps;

/// What a model gives for each of these images, one after the other, so that memory is that of one.
pub(super) fn outputs(model: &RowsModel, images: &[Vec<u8>]) -> Result<Vec<Vec<i32>>, String> {
    let (checked, blob) = (model.model(), model.blob());
    let blob = Blob::new(checked, blob).map_err(|error| format!("{error}; import the model again"))?;
    let elements = (0u32..).map_while(|node| checked.tensor(node)).map(|tensor| match tensor.width {
        Width::Fixed(width) | Width::Heads(width) => u64::from(width) * u64::from(tensor.rows.of(1)),
    });
    let bytes = 4 * elements.sum::<u64>() + model.blob().len() as u64;
    eprintln!(
        "Executing an image takes about {bytes} bytes of memory. This program was built without the engine, which is many times \
         faster: see docs/models.md."
    );
    let of = |done: &dyn Fn(), image: &Vec<u8>| {
        let ids: Vec<u32> = image.iter().map(|byte| u32::from(*byte)).collect();
        let outputs = evaluate(checked, blob, &[&ids])
            .map_err(|(_, error)| format!("{error}; give whole samples of the shape that `inspect` shows"))?;
        done();
        Ok(outputs.iter().flat_map(|output| output.rows.iter().flatten().copied()).collect())
    };
    steps("executing", images.len(), |done| images.iter().map(|image| of(done, image)).collect())
}
