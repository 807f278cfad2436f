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
    let Some([height, width, channels]) = model.image() else {
        return Err(format!("{} is a text model: give it texts, with --text", batch.model.display()));
    };
    let (shape, bytes) = batch.read()?;
    let length = height as usize * width as usize * channels as usize;
    let is_whole = !bytes.is_empty() && bytes.len() % length == 0;
    let order = order_of(&shape, [height, width, channels]).filter(|_| is_whole).ok_or_else(|| {
        format!(
            "the input has the shape {shape:?} and the model reads N × [{height}, {width}, {channels}], rows, columns and channels; \
             give whole samples with these axes, or with the channels first"
        )
    })?;
    if order == Order::Either {
        eprintln!(
            "The input's axes may come in either order, and are taken as rows, columns, channels. If the channels come first, bring them \
             to the end with numpy.moveaxis."
        );
    }
    let positions = height as usize * width as usize;
    let posted = |sample: &[u8]| match order {
        Order::ChannelsFirst => turned(sample, positions),
        Order::ChannelsLast | Order::Either => sample.to_vec(),
    };
    Ok((model, bytes.chunks(length).map(posted).collect()))
}

/// How the axes of samples lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    ChannelsLast,
    ChannelsFirst,
    /// Both have this shape, and which one it is makes a difference.
    Either,
}

/// The order of the axes of samples, beside rows, columns and channels of the model; none if the shape is neither's, or flat where it matters.
fn order_of(shape: &[u64], [height, width, channels]: [u32; 3]) -> Option<Order> {
    // Axes of length 1 may lie anywhere.
    let long = |axes: &[u64]| axes.iter().copied().filter(|length| *length != 1).collect::<Vec<u64>>();
    let sample = long(shape.get(1..).unwrap_or_default());
    let [last, first] =
        [[height, width, channels], [channels, height, width]].map(|axes| long(&axes.map(u64::from)));
    let is_plain = channels == 1 || height * width == 1;
    match (sample == last, sample == first) {
        (true, true) if !is_plain => Some(Order::Either),
        (true, _) => Some(Order::ChannelsLast),
        (false, true) => Some(Order::ChannelsFirst),
        (false, false) => (is_plain && sample.len() <= 1).then_some(Order::ChannelsLast),
    }
}

/// Rows of this length as columns.
fn turned<T: Copy>(values: &[T], length: usize) -> Vec<T> {
    (0..length).flat_map(|at| values.iter().skip(at).step_by(length).copied()).collect()
}

pub(super) fn run(batch: &Batch, output: &Path) -> Result<(), String> {
    let (model, images) = load(batch)?;
    let given = outputs(&model, &images)?;
    let samples = std::iter::once(images.len() as u64);
    let shape: Vec<u64> = samples.chain(model.output_shape().into_iter().map(u64::from)).collect();
    let flat = given.iter().flatten().copied();
    match model.model().output().map(|tensor| tensor.element) {
        Some(ElementType::I8) => {
            npy::write(output, &shape, &flat.map(|value| value as i8).collect::<Vec<_>>())
        }
        _ => npy::write(output, &shape, &flat.collect::<Vec<i32>>()),
    }?;
    println!("{} samples executed, output written to {}", images.len(), output.display());
    Ok(())
}

pub(super) fn diff(batch: &Batch, reference: &Path) -> Result<(), String> {
    let (model, images) = load(batch)?;
    let given = outputs(&model, &images)?;
    let is_index = model.model().output().is_some_and(|tensor| tensor.element == ElementType::Id);
    // Other programs have the channels first.
    let channels = model.output_shape().last().copied().unwrap_or(1) as usize;
    let numbers = given.iter().flat_map(|sample| turned(sample, channels)).map(f64::from).collect();
    compare(if is_index { Ours::Indices(numbers) } else { Ours::Numbers(numbers) }, images.len(), reference)
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
    fn channels_move_last() {
        assert_eq!(turned(&[1, 2, 3, 4, 5, 6], 3), [1, 4, 2, 5, 3, 6]);
    }

    #[test]
    fn a_shape_says_where_the_channels_are() {
        assert_eq!(order_of(&[9, 8, 6, 3], [8, 6, 3]), Some(Order::ChannelsLast));
        assert_eq!(order_of(&[9, 3, 8, 6], [8, 6, 3]), Some(Order::ChannelsFirst));
        // Flat samples don't say it, unless there is one channel or one position.
        assert_eq!(order_of(&[9, 144], [8, 6, 3]), None);
        assert_eq!(order_of(&[144], [8, 6, 3]), None);
        assert_eq!(order_of(&[9, 48], [8, 6, 1]), Some(Order::ChannelsLast));
        assert_eq!(order_of(&[9, 48], [1, 1, 48]), Some(Order::ChannelsLast));
        // Nor do axes of one length.
        assert_eq!(order_of(&[9, 3, 3, 3], [3, 3, 3]), Some(Order::Either));
        assert_eq!(order_of(&[9, 6, 8, 3], [8, 6, 3]), None);
    }

    #[test]
    fn other_files_are_no_models_of_rows() {
        assert!(!is_meant(Path::new("/nowhere/model.millrace")));
        assert!(!is_meant(Path::new(env!("CARGO_MANIFEST_DIR"))));
    }
}
