//! `diff`: a model's output beside another program's.

use std::path::Path;

use millrace_importer::npy;
use millrace_inference::{execute, Values};

use super::{batch::Batch, execute::unexecuted, progress::working};

/// A model's outputs, sample by sample.
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
    compare(ours, samples, reference)
}

/// Compares outputs of so many samples with another program's.
pub(super) fn compare(ours: Ours, samples: usize, reference: &Path) -> Result<(), String> {
    let ours = match ours {
        Ours::Indices(values) => values,
        Ours::Numbers(values) if values.len() > samples => largest(&values, samples)?,
        Ours::Numbers(_) => {
            return Err(
                "the model gives one number a sample, which is no label; look at them with `run`".into()
            )
        }
    };
    let theirs = npy::read(reference)?.reals();
    if theirs.iter().any(|value| value.is_nan()) {
        return Err(format!("{} holds NaN; compare with what a program gave", reference.display()));
    }
    let theirs = if theirs.len() == ours.len() { theirs } else { largest(&theirs, ours.len())? };
    let each = ours.len().checked_div(samples).unwrap_or(0).max(1);
    let pairs = || ours.iter().zip(&theirs).enumerate().filter(|(_, (a, b))| a != b);
    for (at, (here, there)) in pairs().take(20) {
        println!("sample {}: {here} here, {there} there", at / each);
    }
    let equal = ours.len() - pairs().count();
    println!("{equal} of {} agree ({:.2} %)", ours.len(), 100.0 * equal as f64 / ours.len().max(1) as f64);
    Ok(())
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
    use super::*;

    #[test]
    fn the_first_of_the_largest_counts() {
        assert_eq!(largest(&[1.0, 3.0, 3.0, 0.0, -1.0, -2.0], 2), Ok(vec![1.0, 0.0]));
        assert!(largest(&[1.0, 2.0, 3.0], 2).expect_err("no whole rows").contains("whole rows"));
    }
}
