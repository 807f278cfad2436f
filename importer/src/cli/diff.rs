//! `diff`: a model's output beside another program's.

use std::path::Path;

use millrace_importer::npy::{self, Array};
use millrace_inference::{execute, Values};

use super::{batch::Batch, execute::unexecuted, progress::working};

/// A model's outputs, sample by sample, in the order of the file.
pub(super) enum Ours {
    /// Labels, one for each position of a sample.
    Indices(Vec<f64>),
    /// Numbers, of which the largest is the label.
    Numbers(Vec<f64>),
}

pub(super) fn diff(batch: &Batch, reference: &Path) -> Result<(), String> {
    let (model, _, input) = batch.load()?;
    let output = working("executing", || execute(&model, &input)).map_err(unexecuted)?.output;
    let samples = model.profile().samples(input.len()).map_err(unexecuted)? as usize;
    let ours = match output {
        Values::I32(values) => Ours::Indices(values.into_iter().map(f64::from).collect()),
        Values::I8(values) => Ours::Numbers(values.into_iter().map(f64::from).collect()),
    };
    compare(ours, samples, model.output().0, reference)
}

/// Compares outputs of so many samples, of this shape each, with another program's: labels, or the numbers of which they are those of the
/// largest.
pub(super) fn compare(ours: Ours, samples: usize, shape: &[u32], reference: &Path) -> Result<(), String> {
    let theirs = npy::read(reference)?;
    let (ours, theirs) = match ours {
        Ours::Indices(values) => {
            let theirs = labels(&theirs, samples, shape)?;
            (values, theirs)
        }
        Ours::Numbers(values) if values.len() > samples => {
            (largest(&values, samples)?, labels_of_samples(&theirs, samples, shape)?)
        }
        Ours::Numbers(_) => {
            return Err(
                "the model gives one number a sample, which is no label; look at them with `run`".into()
            )
        }
    };
    let each = ours.len().checked_div(samples).unwrap_or(0).max(1);
    let pairs = || ours.iter().zip(&theirs).enumerate().filter(|(_, (a, b))| a != b);
    for (at, (here, there)) in pairs().take(20) {
        println!("sample {}: {here} here, {there} there", at / each);
    }
    let equal = ours.len() - pairs().count();
    println!("{equal} of {} agree ({:.2} %)", ours.len(), 100.0 * equal as f64 / ours.len().max(1) as f64);
    Ok(())
}

/// The numbers of a reference, none of which is NaN.
fn numbers(reference: &Array) -> Result<Vec<f64>, String> {
    let numbers = reference.reals();
    match numbers.iter().any(|number| number.is_nan()) {
        true => Err("the reference holds NaN; compare with what a program gave".into()),
        false => Ok(numbers),
    }
}

/// A label for each position of so many samples, whose positions have this shape.
fn labels(reference: &Array, samples: usize, positions: &[u32]) -> Result<Vec<f64>, String> {
    let theirs = numbers(reference)?;
    let each: usize = positions.iter().map(|length| *length as usize).product();
    let axes: Vec<usize> = reference.shape.iter().map(|length| *length as usize).collect();
    let positions = long(positions.iter().map(|length| *length as usize));
    let batch = long(axes.iter().skip(1).copied());
    // A sample may come alone, and labels may be flat.
    let is_batch = axes.first() == Some(&samples) && (batch == positions || batch.len() < 2);
    let is_alone = samples == 1 && long(axes.iter().copied()) == positions;
    if theirs.len() == samples * each && (is_batch || is_alone) {
        return Ok(theirs);
    }
    // The axis of the classes is the one that positions don't have.
    let is_classes = |axis: &usize| {
        let others = axes.iter().enumerate().skip(1).filter(|(at, _)| at != axis);
        long(others.map(|(_, length)| *length)) == positions
    };
    let found: Vec<usize> = (1..axes.len()).filter(|axis| axes[*axis] > 1).filter(is_classes).collect();
    match found[..] {
        [axis] if axes[0] == samples => {
            let behind: usize = axes[axis + 1..].iter().product();
            let row = axes[axis] * behind;
            let along = |at: usize| {
                let start = at / behind * row + at % behind;
                let row: Vec<f64> = theirs[start..].iter().step_by(behind).take(axes[axis]).copied().collect();
                first_largest(&row) as f64
            };
            Ok((0..samples * each).map(along).collect())
        }
        [_, _, ..] if axes[0] == samples => Err(format!(
            "the reference has the shape {axes:?}, and nothing says which axis is that of the classes; give the labels"
        )),
        _ => Err(format!(
            "the reference has the shape {axes:?}, and the model gives labels for {samples} × {positions:?}; compare with labels, or with \
             numbers of which they are those of the largest, for the same samples"
        )),
    }
}

/// A label for each of so many samples, of labels or of outputs of this shape.
fn labels_of_samples(reference: &Array, samples: usize, shape: &[u32]) -> Result<Vec<f64>, String> {
    let theirs = numbers(reference)?;
    let axes: Vec<usize> = reference.shape.iter().map(|length| *length as usize).collect();
    let own = long(shape.iter().map(|length| *length as usize));
    let all = samples * own.iter().product::<usize>();
    let batch = long(axes.iter().skip(1).copied());
    // Flat numbers have the same order, and a sample may come alone.
    let is_batch = axes.first() == Some(&samples) && (batch == own || batch.len() < 2);
    let is_alone = samples == 1 && long(axes.iter().copied()) == own;
    match theirs.len() {
        count if count == samples && axes.first() == Some(&samples) => Ok(theirs),
        count if count == all && (is_batch || is_alone) => largest(&theirs, samples),
        _ => Err(format!(
            "the reference has the shape {axes:?}, and the model gives {samples} × {shape:?}; compare with labels, or with the output for \
             the same samples"
        )),
    }
}

fn long(axes: impl Iterator<Item = usize>) -> Vec<usize> {
    axes.filter(|length| *length != 1).collect()
}

/// The position of the largest number in each of so many rows.
fn largest(numbers: &[f64], rows: usize) -> Result<Vec<f64>, String> {
    let columns = numbers.len().checked_div(rows).unwrap_or(0);
    if columns == 0 || columns * rows != numbers.len() {
        return Err(format!(
            "{} numbers aren't {rows} labels, nor whole rows for as many; compare with the output for the same batch",
            numbers.len()
        ));
    }
    Ok(numbers.chunks(columns).map(|row| first_largest(row) as f64).collect())
}

fn first_largest(values: &[f64]) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (index, value) in values.iter().enumerate() {
        if *value > best.1 {
            best = (index, *value);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use millrace_importer::npy::Numbers;

    use super::*;

    fn array(shape: &[u64], numbers: &[f64]) -> Array {
        Array { shape: shape.to_vec(), numbers: Numbers::Real(numbers.to_vec()) }
    }

    #[test]
    fn the_first_of_the_largest_counts() {
        assert_eq!(largest(&[1.0, 3.0, 3.0, 0.0, -1.0, -2.0], 2), Ok(vec![1.0, 0.0]));
        assert!(largest(&[1.0, 2.0, 3.0], 2).expect_err("no whole rows").contains("whole rows"));
    }

    #[test]
    fn labels_of_positions_are_along_the_axis_of_the_classes() {
        // Two samples of three positions and two classes.
        let last = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0];
        let first = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
        let right = vec![0.0, 1.0, 0.0, 1.0, 1.0, 1.0];
        assert_eq!(labels(&array(&[2, 3, 2], &last), 2, &[3]), Ok(right.clone()));
        assert_eq!(labels(&array(&[2, 2, 1, 3], &first), 2, &[1, 3]), Ok(right.clone()));
        assert_eq!(labels(&array(&[2, 3], &right), 2, &[3]), Ok(right.clone()));
        assert_eq!(labels(&array(&[2, 1], &right[..2]), 2, &[1]), Ok(right[..2].to_vec()));
        let turned = labels(&array(&[1, 3, 2], &right), 1, &[2, 3]).expect_err("another order");
        assert!(turned.contains("labels for 1 × [2, 3]"), "{turned}");
        assert_eq!(labels(&array(&[2, 3], &right), 1, &[2, 3]), Ok(right.clone()));
        let square = array(&[1, 2, 2], &last[..4]);
        assert!(labels(&square, 1, &[2]).expect_err("either").contains("give the labels"));
        let fewer = labels(&array(&[1, 3, 2], &last[..6]), 2, &[3]).expect_err("one sample");
        assert!(fewer.contains("for the same samples"), "{fewer}");
    }

    #[test]
    fn outputs_are_those_of_the_same_shape() {
        let outputs = array(&[2, 2, 1, 3], &[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        let right = Ok(vec![3.0, 1.0]);
        assert_eq!(labels_of_samples(&outputs, 2, &[2, 3]), right);
        assert_eq!(labels_of_samples(&array(&[2, 6], &outputs.reals()), 2, &[2, 3]), right);
        assert_eq!(labels_of_samples(&array(&[2], &[3.0, 1.0]), 2, &[2, 3]), right);
        assert_eq!(labels_of_samples(&array(&[2, 3], &outputs.reals()[..6]), 1, &[2, 3]), Ok(vec![3.0]));
        let more = labels_of_samples(&outputs, 1, &[2, 3]).expect_err("two samples");
        assert!(more.contains("for the same samples"), "{more}");
        for other in [array(&[2, 3, 2], &outputs.reals()), array(&[1, 2, 3], &outputs.reals()[..6])] {
            assert!(labels_of_samples(&other, 2, &[2, 3]).expect_err("another").contains("gives 2 × [2, 3]"));
        }
        assert!(labels_of_samples(&array(&[1], &[f64::NAN]), 1, &[2]).expect_err("NaN").contains("NaN"));
    }
}
