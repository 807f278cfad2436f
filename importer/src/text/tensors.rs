//! Tensors by name, whatever file they are in.

use ndarray::{Array1, Array2};

use crate::refusal::Refusal;

/// The tensors of a file.
pub trait Tensors {
    /// All names.
    fn names(&self) -> Vec<&str>;

    /// The numbers of a tensor of this shape, row by row.
    ///
    /// # Errors
    /// [`Refusal`] of a tensor that is missing, has another shape or type, or holds a number that isn't finite.
    fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Refusal>;

    /// A matrix of so many rows and columns.
    ///
    /// # Errors
    /// As [`Self::numbers`].
    fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, Refusal> {
        let numbers = self.numbers(name, &[rows, columns])?;
        Array2::from_shape_vec((rows, columns), numbers).map_err(|error| {
            refusal!(
                "the tensor {name} can't be held: {error}";
                "give the config.json that came with the weights"
            )
        })
    }

    /// A vector of so many numbers.
    ///
    /// # Errors
    /// As [`Self::numbers`].
    fn vector(&self, name: &str, count: usize) -> Result<Array1<f32>, Refusal> {
        self.numbers(name, &[count]).map(Array1::from_vec)
    }
}

/// A tensor that isn't there.
pub(crate) fn missing(name: &str) -> Refusal {
    refusal!(
        "there is no tensor {name}";
        "give all weights, in one file or in shards with their index, and with safetensors the config.json of the same model"
    )
}

/// # Errors
/// [`Refusal`] of another shape.
pub(crate) fn expect_shape(name: &str, got: &[usize], expected: &[usize]) -> Result<(), Refusal> {
    if got != expected {
        return Err(refusal!(
            "the tensor {name} has the shape {got:?}, expected {expected:?}";
            "give the config.json that came with the weights, or download a GGUF file again"
        ));
    }
    Ok(())
}

/// # Errors
/// [`Refusal`] of NaN and infinity.
pub(crate) fn expect_finite(name: &str, numbers: Vec<f32>) -> Result<Vec<f32>, Refusal> {
    match numbers.iter().all(|number| number.is_finite()) {
        true => Ok(numbers),
        false => Err(refusal!(
            "the tensor {name} holds NaN or infinity";
            "take a checkpoint whose weights are finite"
        )),
    }
}
