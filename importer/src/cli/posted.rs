//! Brings the elements of samples into the order in which a model of rows reads them, by the axes that their array has.

use millrace_importer::{Axes, RowsModel};

/// The samples of an array of this shape as they are posted, the first axis being that of the samples.
///
/// # Errors
/// A sentence if the shape isn't that of whole samples of the model, or if nothing says which axis is which.
pub(super) fn posted(model: &RowsModel, shape: &[u64], bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let image = model.image().ok_or("the model reads texts: give it some, with --text")?;
    let length = image.map(|axis| axis as usize).iter().product::<usize>();
    let is_whole = !bytes.is_empty() && bytes.len().is_multiple_of(length);
    let (axes, doubt) = order_of(shape, image, model.sample_axes(), is_whole)?;
    if doubt {
        eprintln!(
            "The input's axes may be those of the file or those of a sample as it is posted, and are taken as the file's."
        );
    }
    Ok(bytes.chunks(length).map(|sample| axes.turned(sample)).collect())
}

/// The axes of an output, as the file that a model was made of has them; where nothing says them, rows, columns and channels with the
/// channels first, as other programs have them.
pub(super) fn given(model: &RowsModel) -> Option<Axes> {
    let first = || model.answer().and_then(channels_first);
    model.answer_axes().cloned().or_else(first)
}

/// The axes that samples of this shape have, beside rows, columns and channels of the model, and whether they could be others: then they
/// are the file's.
fn order_of(
    shape: &[u64],
    image: [u32; 3],
    file: Option<&Axes>,
    is_whole: bool,
) -> Result<(Axes, bool), String> {
    let [height, width, channels] = image;
    let as_posted = Axes::new(vec![height, width, channels], vec![0, 1, 2]);
    let rows_first = Axes::new(vec![height, channels, width], vec![0, 2, 1]).filter(|_| file.is_none());
    let ways = [file.cloned(), as_posted, channels_first(image), rows_first];
    let ways: Vec<Axes> = ways.into_iter().flatten().collect();
    let sample = long(shape.get(1..).unwrap_or_default().iter().copied());
    // Where no order moves anything, a flat array has it, too.
    let is_flat = sample.len() < 2 && ways.iter().all(Axes::moves_nothing);
    let is = |lengths: &[u32]| long(lengths.iter().map(|axis| u64::from(*axis))) == sample;
    let has_shape = |axes: &&Axes| is_flat || is(axes.shape()) || is(axes.lengths());
    let mut fitting = ways.iter().filter(has_shape).filter(|_| is_whole);
    let Some(first) = fitting.next() else {
        let own = file.map_or(String::new(), |axes| format!(", with the file's, N × {:?},", axes.shape()));
        return Err(format!(
            "the input has the shape {shape:?} and the model reads N × {image:?}, rows, columns and channels; \
             give whole samples with these axes{own} or with the channels first"
        ));
    };
    let doubt = fitting.any(|other| !other.same_as(first));
    match doubt && file.is_none() {
        false => Ok((first.clone(), doubt)),
        true => Err(format!(
            "the input has the shape {shape:?} and the model reads N × {image:?}, so its axes could come in several orders; put the \
             metadata beside the model that import wrote with it, which say how the file has them"
        )),
    }
}

/// The axes of an image with its channels first.
fn channels_first([height, width, channels]: [u32; 3]) -> Option<Axes> {
    Axes::new(vec![channels, height, width], vec![1, 2, 0])
}

/// Axes of length 1 may lie anywhere.
fn long(axes: impl Iterator<Item = u64>) -> Vec<u64> {
    axes.filter(|length| *length != 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order<const N: usize>(shape: [u64; N], image: [u32; 3], file: Option<&Axes>) -> Option<Vec<usize>> {
        let (axes, doubt) = order_of(&shape, image, file, true).ok()?;
        (!doubt).then(|| axes.order().to_vec())
    }

    #[test]
    fn a_shape_says_where_the_channels_are() {
        let (last, first) = (Some(vec![0, 1, 2]), Some(vec![1, 2, 0]));
        assert_eq!(order([9, 8, 6, 3], [8, 6, 3], None), last);
        assert_eq!(order([9, 3, 8, 6], [8, 6, 3], None), first);
        assert_eq!(order([9, 8, 3, 6], [8, 6, 3], None), Some(vec![0, 2, 1]));
        assert_eq!(order([9, 6, 8, 3], [8, 6, 3], None), None);
        // Flat samples don't say it, unless there is one channel or one position.
        assert_eq!(order([9, 144], [8, 6, 3], None), None);
        assert_eq!(order([144], [8, 6, 3], None), None);
        assert_eq!(order([9, 48], [8, 6, 1], None), last);
        assert_eq!(order([9, 48], [1, 1, 48], None), last);
        assert!(order_of(&[9, 7], [8, 6, 1], None, false).is_err());
    }

    #[test]
    fn axes_of_one_length_are_those_of_the_file() {
        // A file whose axes are rows, channels and columns; one with the channels last.
        let [turned, same] = [[0, 2, 1], [0, 1, 2]]
            .map(|order| Axes::new(vec![3; 3], order.to_vec()).expect("each axis once"));
        for shape in [[9, 3, 3, 3], [1, 3, 3, 3]] {
            let (axes, doubt) = order_of(&shape, [3; 3], Some(&turned), true).expect("the file's");
            assert!(doubt && axes == turned);
            let (axes, _) = order_of(&shape, [3; 3], Some(&same), true).expect("the file's");
            assert_eq!(axes, same);
        }
        let message = order_of(&[9, 3, 3, 3], [3; 3], None, true).expect_err("it isn't known").to_string();
        assert!(
            message.contains("several orders") && message.contains("put the metadata beside"),
            "{message}"
        );
        // The file's own axes, whatever they are.
        let own = Axes::new(vec![2, 3, 8, 9], vec![2, 3, 0, 1]).expect("each axis once");
        assert_eq!(order([5, 2, 3, 8, 9], [8, 9, 6], Some(&own)), Some(vec![2, 3, 0, 1]));
        assert_eq!(order([5, 8, 9, 6], [8, 9, 6], Some(&own)), Some(vec![0, 1, 2]));
        let message = order_of(&[5, 9, 8, 6], [8, 9, 6], Some(&own), true).expect_err("no axes of it");
        assert!(message.contains("with the file's, N × [2, 3, 8, 9], or"), "{message}");
    }
}
