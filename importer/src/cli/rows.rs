//! Models of rows that read images: what is done with their files, besides importing them.

use std::{fs::File, io::Read, path::Path};

use millrace_importer::{inspect_rows, npy, recompute_at, reference_memory, Refusal, RowsModel};
use millrace_inference::{
    model_id,
    rows::{self, Blob, CheckedModel, ElementType, Part, Place},
};
use sp_crypto_hashing::blake2_256;

use super::{
    batch::Batch,
    commitment,
    diff::{compare, Ours},
    files::read,
    posted::{given, posted},
    progress::working,
    rows_engine::{commit, outputs},
    text_options::At,
};

fn said(refusal: Refusal) -> String {
    refusal.to_string()
}

/// Whether a file begins as a model of rows does.
pub(super) fn is_meant(model: &Path) -> bool {
    let mut version = [0];
    let is_read = File::open(model).and_then(|mut file| file.read_exact(&mut version)).is_ok();
    is_read && version == [rows::FORMAT_VERSION]
}

pub(super) fn inspect(path: &Path) -> Result<(), String> {
    let encoding = read(path, rows::limits::MAX_MODEL_BYTES as u64)?;
    let model = CheckedModel::from_bytes(&encoding).map_err(|error| {
        format!("{}: {error}; give a file that import wrote, or import it again", path.display())
    })?;
    println!("name         0x{}", hex::encode(model_id(&encoding, blake2_256)));
    println!("blob         0x{}\n", hex::encode(model.model().blob.root));
    print!("{}", inspect_rows(&model));
    Ok(())
}

/// A model and the images of a batch, each as it is posted.
fn load(batch: &Batch) -> Result<(RowsModel, Vec<Vec<u8>>), String> {
    let model = working("reading", || RowsModel::load(&batch.model)).map_err(said)?;
    if model.image().is_none() {
        return Err(format!("{} is a text model: give it texts, with --text", batch.model.display()));
    }
    let (shape, bytes) = batch.read()?;
    let images = posted(&model, &shape, &bytes)?;
    Ok((model, images))
}

pub(super) fn run(batch: &Batch, output: &Path) -> Result<(), String> {
    let (model, images) = load(batch)?;
    let outputs = outputs(&model, &images)?;
    // Without metadata nothing tells the file's axes, and the shape says which these are.
    let (shape, outputs): (Vec<u32>, Vec<Vec<i32>>) = match model.answer_axes() {
        Some(axes) => (axes.shape().to_vec(), outputs.iter().map(|sample| axes.back(sample)).collect()),
        None => (model.output_shape(), outputs),
    };
    let shape: Vec<u64> =
        std::iter::once(images.len() as u64).chain(shape.into_iter().map(u64::from)).collect();
    let flat = outputs.iter().flatten().copied();
    match model.model().output().map(|tensor| tensor.element) {
        Some(ElementType::I8) => {
            npy::write(output, &shape, &flat.map(|value| value as i8).collect::<Vec<_>>())
        }
        _ => npy::write(output, &shape, &flat.collect::<Vec<i32>>()),
    }?;
    println!(
        "{} samples executed, output of the shape {shape:?} written to {}",
        images.len(),
        output.display()
    );
    Ok(())
}

pub(super) fn diff(batch: &Batch, reference: &Path) -> Result<(), String> {
    let (model, images) = load(batch)?;
    let axes = given(&model)?;
    let outputs = outputs(&model, &images)?;
    let is_index = model.model().output().is_some_and(|tensor| tensor.element == ElementType::Id);
    let in_order = |sample: Vec<i32>| match &axes {
        Some(axes) => axes.back(&sample),
        None => sample,
    };
    let numbers = outputs.into_iter().flat_map(in_order).map(f64::from).collect();
    let ours = if is_index { Ours::Indices(numbers) } else { Ours::Numbers(numbers) };
    let shape = axes.as_ref().map_or_else(|| model.output_shape(), |axes| axes.shape().to_vec());
    compare(ours, images.len(), &shape, reference)
}

pub(super) fn trunk(batch: &Batch, output: &Path) -> Result<(), String> {
    let (model, image) = one(batch)?;
    commitment::keep(&commit(&model, &image)?, output)
}

pub(super) fn element(batch: &Batch, at: &At) -> Result<(), String> {
    let (model, image) = one(batch)?;
    let blob =
        Blob::new(model.model(), model.blob()).map_err(|error| format!("{error}; import the model again"))?;
    let place = Place { node: at.node, row: at.row, element: at.element, part: Part::Output };
    commitment::state(reference_memory(model.model(), 1).map_err(said)?);
    let found = working("executing", || recompute_at(model.model(), blob, &image, place)).map_err(said)?;
    commitment::compare(&found)
}

/// A model and the only image of a batch.
fn one(batch: &Batch) -> Result<(RowsModel, Vec<u32>), String> {
    let (model, images) = load(batch)?;
    match images.as_slice() {
        [image] => Ok((model, image.iter().map(|byte| u32::from(*byte)).collect())),
        images => {
            Err(format!("there are {} samples, and an execution is of one; give that alone", images.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_no_models_of_rows() {
        assert!(!is_meant(Path::new("/nowhere/model.millrace")));
        assert!(!is_meant(Path::new(env!("CARGO_MANIFEST_DIR"))));
    }
}
