//! What the file itself gives in floats, for a model that was made of it to be held against.

use crate::{
    calibrate::{checked, rehearse},
    choose::choose_output,
    error::ImportError,
    float_run::{guarded, FloatRun},
    npy::Array,
    onnx,
    prepare::{input_shape, prepare},
};

/// The first of these samples, and what the file gives for it, both with the file's axes.
///
/// # Errors
/// [`ImportError`] if the file can't be run, has no real output, or takes other samples.
pub fn float_output(model: &onnx::Model, samples: &Array) -> Result<(Vec<f64>, Vec<f64>), ImportError> {
    let prepared = prepare(model)?;
    let (batch, shape) = input_shape(&prepared.input)?;
    let rehearsed = rehearse(&prepared)?;
    let batch = batch.map(|batch| batch as usize);
    let shape: Vec<usize> = shape.into_iter().map(|axis| axis as usize).collect();
    let length = shape.iter().product::<usize>();
    let mut samples = checked(samples, batch, &shape)?;
    let count = batch.unwrap_or(1).max(1);
    samples.truncate(count * length);
    let given = guarded(|| FloatRun::new(&prepared, &rehearsed, shape)?.output(&samples, &prepared.output))?;
    let reals = |numbers: &[f32], count: usize| numbers.iter().take(count).map(|x| f64::from(*x)).collect();
    Ok((reals(&samples, length), reals(&given, given.len() / count)))
}

/// Lets a file that ends with an index of the largest, or with a softmax, end before that.
///
/// # Errors
/// [`ImportError`] if nothing is before it.
pub fn without_index(model: &mut onnx::Model) -> Result<(), ImportError> {
    let before = |model: &onnx::Model| {
        let graph = model.graph.as_ref()?;
        let mut name = &graph.output.first()?.name;
        for _ in 0..graph.node.len() {
            let last = graph.node.iter().find(|node| node.output.contains(name))?;
            match last.op_type.as_str() {
                "ArgMax" | "LogSoftmax" | "Softmax" => return last.input.first().cloned(),
                // Axes may move behind it, and those of length 1 come or go.
                "Cast" | "Flatten" | "Identity" | "Reshape" | "Squeeze" | "Transpose" | "Unsqueeze" => {
                    name = last.input.first()?;
                }
                _ => return None,
            }
        }
        None
    };
    // A softmax may come before the index. A file has no more of them than nodes.
    for _ in 0..model.graph.as_ref().map_or(0, |graph| graph.node.len()) {
        match before(model) {
            Some(name) => choose_output(model, &name)?,
            None => break,
        }
    }
    Ok(())
}

/// The cosine of the angle between two rows of numbers: 1 if one is a multiple of the other, as two rows of zeros are.
pub fn cosine(one: &[f64], other: &[f64]) -> f64 {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (own, others) = (product(one, one), product(other, other));
    if own == 0.0 && others == 0.0 {
        return 1.0;
    }
    match (own * others).sqrt() {
        lengths if lengths > 0.0 => product(one, other) / lengths,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_is_that_of_an_angle() {
        assert!((cosine(&[1.0, 2.0], &[2.0, 4.0]) - 1.0).abs() < 1e-12);
        assert!(cosine(&[1.0, 0.0], &[0.0, 3.0]).abs() < 1e-12);
        assert_eq!(cosine(&[0.0], &[0.0]), 1.0);
        assert_eq!(cosine(&[0.0], &[1.0]), 0.0);
    }
}
