//! Which order the samples of an array have: that of the file, that in which they are posted, or one that other programs use.

use millrace_importer::{Axes, Meanings, RowsModel};

/// The samples of an array of this shape as a model of rows reads them, the first axis being that of the samples, unless it is one alone.
///
/// # Errors
/// A sentence if the shape isn't that of whole samples of the model, or if nothing says which axis is which.
pub(super) fn posted(model: &RowsModel, shape: &[u64], bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let image = model.image().ok_or("the model reads texts: give it some, with --text")?;
    let (axes, doubt) = order_of(shape, image, model.sample_axes())?;
    if doubt {
        eprintln!(
            "The input's axes may be those of the file or those of a sample as it is posted, and are taken as the file's."
        );
    }
    let length = image.map(|axis| axis as usize).iter().product::<usize>();
    Ok(bytes.chunks(length).map(|sample| axes.turned(sample)).collect())
}

/// Refuses an array of this shape whose samples aren't those of a model that is verified in its call: this is the shape that it reads, and the
/// file may have another one, of as many elements in the same order.
///
/// # Errors
/// A sentence with the shapes that can be given.
pub(super) fn expect_samples(
    shape: &[u64],
    sample: &[u32],
    meanings: Option<&Meanings>,
) -> Result<(), String> {
    let own = Axes::unmoved(sample.to_vec());
    let file = meanings.map(|meanings| meanings.sample().unwrap_or_else(|| own.clone()));
    let ways: Vec<Axes> = file.clone().into_iter().chain([own]).collect();
    if !fitting(shape, &ways).is_empty() {
        return Ok(());
    }
    let read = file.as_ref().map_or(sample, Axes::shape);
    // Whatever the file's axes are, a model may read them flat.
    let is_flat = long(&lengths(sample)).len() < 2;
    if file.is_none() && is_flat && product(shape.get(1..).unwrap_or_default()) == product(&lengths(sample)) {
        eprintln!(
            "No metadata beside the model say which axes its file has, and these are taken as they come."
        );
        return Ok(());
    }
    let remedy = match (is_moved(shape, read), meanings) {
        (_, None) => "; put the metadata beside the model that import wrote with it, which say what shape the file has, or give that",
        (true, _) => "; bring its axes into this order with numpy.transpose",
        (false, _) => "; give whole samples of that shape",
    };
    Err(format!("the input has the shape {shape:?} and the model reads N × {read:?}{remedy}"))
}

/// The axes of an output, as the file that a model was made of has them.
///
/// # Errors
/// A sentence if nothing says them, and they could come in several orders.
pub(super) fn given(model: &RowsModel) -> Result<Option<Axes>, String> {
    match (model.answer_axes(), model.answer()) {
        (None, Some([rows, columns, channels])) if rows * columns > 1 && channels > 1 => Err(format!(
            "nothing says in which order the file has the outputs, which are N × [{rows}, {columns}, {channels}]; put the metadata beside \
             the model that import wrote with it"
        )),
        (axes, _) => Ok(axes.cloned()),
    }
}

/// The axes that samples of this shape have, beside rows, columns and channels of the model, and whether they could be others: then they
/// are the file's.
fn order_of(shape: &[u64], image: [u32; 3], file: Option<&Axes>) -> Result<(Axes, bool), String> {
    let [height, width, channels] = image;
    let as_posted = Axes::unmoved(image.to_vec());
    let channels_first = Axes::new(vec![channels, height, width], vec![1, 2, 0]);
    let rows_first = Axes::new(vec![height, channels, width], vec![0, 2, 1]).filter(|_| file.is_none());
    let ways: Vec<Axes> =
        [file.cloned(), Some(as_posted), channels_first, rows_first].into_iter().flatten().collect();
    let fitting = fitting(shape, &ways);
    let Some((first, others)) = fitting.split_first() else {
        let own = file.map_or(String::new(), |axes| format!(", with the file's, N × {:?},", axes.shape()));
        return Err(format!(
            "the input has the shape {shape:?} and the model reads N × {image:?}, rows, columns and channels; \
             give whole samples with these axes{own} or with the channels first"
        ));
    };
    let doubt = others.iter().any(|other| !other.same_as(first));
    match doubt && file.is_none() {
        false => Ok((Axes::clone(first), doubt)),
        true => Err(format!(
            "the input has the shape {shape:?} and the model reads N × {image:?}, so its axes could come in several orders; put the \
             metadata beside the model that import wrote with it, which say how the file has them"
        )),
    }
}

/// Those of these orders that an array's shape can have. Axes of length 1 may lie anywhere, unless some order fits with them; a sample
/// may come alone, without a batch; and where no order moves anything, samples may be flat.
fn fitting<'a>(shape: &[u64], ways: &'a [Axes]) -> Vec<&'a Axes> {
    let batch = shape.get(1..).filter(|_| shape.len() > 1);
    let is = |array: Option<&[u64]>, own: &[u32]| array == Some(&lengths(own)[..]);
    let is_alike =
        |array: Option<&[u64]>, own: &[u32]| array.is_some_and(|array| long(array) == long(&lengths(own)));
    let kinds: [(Option<&[u64]>, bool); 4] =
        [(batch, true), (batch, false), (Some(shape), true), (Some(shape), false)];
    let found = kinds.into_iter().map(|(array, is_exact)| -> Vec<&Axes> {
        let fits = |own: &[u32]| if is_exact { is(array, own) } else { is_alike(array, own) };
        ways.iter().filter(|axes| fits(axes.shape()) || fits(axes.lengths())).collect()
    });
    let found = found.into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    let length = ways.first().map_or(0, |axes| product(&lengths(axes.lengths())));
    let is_flat = match shape {
        [all] => *all > 0 && length > 0 && all.is_multiple_of(length),
        [_, sample] => *sample == length,
        _ => false,
    };
    match found.is_empty() && is_flat && ways.iter().all(Axes::moves_nothing) {
        true => ways.iter().collect(),
        false => found,
    }
}

/// Whether an array's axes are those of a sample in another order.
fn is_moved(shape: &[u64], sample: &[u32]) -> bool {
    let sorted = |mut axes: Vec<u64>| {
        axes.sort_unstable();
        axes
    };
    sorted(long(shape.get(1..).unwrap_or_default())) == sorted(long(&lengths(sample)))
}

fn lengths(axes: &[u32]) -> Vec<u64> {
    axes.iter().map(|length| u64::from(*length)).collect()
}

/// The axes that aren't of length 1.
fn long(axes: &[u64]) -> Vec<u64> {
    axes.iter().copied().filter(|length| *length != 1).collect()
}

fn product(axes: &[u64]) -> u64 {
    axes.iter().fold(1, |all, length| all.saturating_mul(*length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order<const N: usize>(shape: [u64; N], image: [u32; 3], file: Option<&Axes>) -> Option<Vec<usize>> {
        let (axes, doubt) = order_of(&shape, image, file).ok()?;
        (!doubt).then(|| axes.order().to_vec())
    }

    #[test]
    fn a_shape_says_where_the_channels_are() {
        let (last, first) = (Some(vec![0, 1, 2]), Some(vec![1, 2, 0]));
        assert_eq!(order([9, 8, 6, 3], [8, 6, 3], None), last);
        assert_eq!(order([9, 3, 8, 6], [8, 6, 3], None), first);
        assert_eq!(order([9, 8, 3, 6], [8, 6, 3], None), Some(vec![0, 2, 1]));
        assert_eq!(order([9, 6, 8, 3], [8, 6, 3], None), None);
        // A sample alone.
        assert_eq!(order([3, 8, 6], [8, 6, 3], None), first);
        // Flat samples don't say it, unless there is one channel or one position.
        assert_eq!(order([9, 144], [8, 6, 3], None), None);
        assert_eq!(order([144], [8, 6, 3], None), None);
        assert_eq!(order([9, 48], [8, 6, 1], None), last);
        assert_eq!(order([96], [8, 6, 1], None), last);
        assert_eq!(order([9, 48], [1, 1, 48], None), last);
        // Other axes are none of a sample, though their product is.
        for other in [&[9, 7][..], &[9, 96], &[6, 24], &[9, 12, 4], &[47], &[0], &[]] {
            assert!(order_of(other, [8, 6, 1], None).is_err(), "{other:?}");
        }
    }

    #[test]
    fn axes_of_one_length_are_those_of_the_file() {
        // A file whose axes are rows, channels and columns; one with the channels last.
        let [turned, same] = [[0, 2, 1], [0, 1, 2]]
            .map(|order| Axes::new(vec![3; 3], order.to_vec()).expect("each axis once"));
        for shape in [[9, 3, 3, 3], [1, 3, 3, 3]] {
            let (axes, doubt) = order_of(&shape, [3; 3], Some(&turned)).expect("the file's");
            assert!(doubt && axes == turned);
            let (axes, _) = order_of(&shape, [3; 3], Some(&same)).expect("the file's");
            assert_eq!(axes, same);
        }
        let message = order_of(&[9, 3, 3, 3], [3; 3], None).expect_err("it isn't known");
        assert!(
            message.contains("several orders") && message.contains("put the metadata beside"),
            "{message}"
        );
        // The file's own axes, whatever they are.
        let own = Axes::new(vec![2, 3, 8, 9], vec![2, 3, 0, 1]).expect("each axis once");
        assert_eq!(order([5, 2, 3, 8, 9], [8, 9, 6], Some(&own)), Some(vec![2, 3, 0, 1]));
        assert_eq!(order([5, 8, 9, 6], [8, 9, 6], Some(&own)), Some(vec![0, 1, 2]));
        let message = order_of(&[5, 9, 8, 6], [8, 9, 6], Some(&own)).expect_err("no axes of it");
        assert!(message.contains("with the file's, N × [2, 3, 8, 9], or"), "{message}");
        // Axes of length 1 tell them apart.
        let rows = Axes::new(vec![8, 8, 1], vec![0, 2, 1]).expect("each axis once");
        assert_eq!(order([2, 8, 1, 8], [8, 1, 8], Some(&rows)), Some(vec![0, 1, 2]));
        let (axes, _) = order_of(&[2, 8, 8, 1], [8, 1, 8], Some(&rows)).expect("the file's");
        assert_eq!(axes, rows);
    }

    #[test]
    fn a_model_in_its_call_reads_the_files_shape_or_its_own() {
        let json = |input: &str| {
            let text = format!(r#"{{"input":{{"meaning":"{input}"}},"output":{{"meaning":""}}}}"#);
            Meanings::read(text.as_bytes()).expect("metadata")
        };
        let plain = json("pixels");
        let fits = |shape: &[u64], sample: &[u32], meanings| expect_samples(shape, sample, meanings);
        for shape in [&[9, 3, 8, 8][..], &[9, 3, 1, 8, 8], &[3, 8, 8], &[9, 192], &[192], &[384]] {
            assert_eq!(fits(shape, &[3, 8, 8], Some(&plain)), Ok(()), "{shape:?}");
            assert_eq!(fits(shape, &[3, 8, 8], None), Ok(()), "{shape:?}");
        }
        // As many elements of other axes are other samples.
        for shape in [&[4, 3, 4, 4][..], &[12, 4, 4, 4], &[8, 8, 3], &[9, 64, 3], &[9, 8, 8, 3], &[100], &[]]
        {
            assert!(fits(shape, &[3, 8, 8], Some(&plain)).is_err(), "{shape:?}");
        }
        assert!(fits(&[4, 3, 8, 8], &[8, 8], Some(&plain)).is_err());
        // A model that flattens what it reads, and its file's axes.
        let own = json("pixels, posted as axes 1, 2, 3 of [3, 8, 8]");
        for shape in [&[9, 3, 8, 8][..], &[9, 192]] {
            assert_eq!(fits(shape, &[192], Some(&own)), Ok(()), "{shape:?}");
            assert_eq!(fits(shape, &[192], None), Ok(()), "{shape:?}");
        }
        let moved = fits(&[9, 8, 8, 3], &[192], Some(&own)).expect_err("channels last");
        assert!(moved.contains("reads N × [3, 8, 8]; bring its axes"), "{moved}");
        // One that begins with a Reshape.
        let own = json("pixels, posted as axes 1, 2, 3 of [8, 8, 3]");
        assert_eq!(fits(&[9, 8, 8, 3], &[3, 8, 8], Some(&own)), Ok(()));
        let unknown = fits(&[9, 8, 8, 3], &[3, 8, 8], None).expect_err("it may be another");
        assert!(unknown.contains("put the metadata beside"), "{unknown}");
        let other = fits(&[9, 24, 8], &[3, 8, 8], Some(&own)).expect_err("no axes of it");
        assert!(other.contains("reads N × [8, 8, 3]; give whole samples"), "{other}");
    }
}
