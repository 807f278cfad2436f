use alloc::vec::Vec;

use crate::{
    check::CheckedModel,
    kernels::{self, Addition},
    model::Node,
    ExecutionError,
};

/// A tensor of a batch, row-major, the batch as its first axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Activations.
    I8(Vec<i8>),
    /// Accumulators or indices.
    I32(Vec<i32>),
}

/// What the last node holds: `[N, shape…]`.
pub type Output = Values;

impl Values {
    /// The bytes as they are stored on chain: `i8` as they are, `i32` little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::I8(values) => values.iter().map(|value| value.cast_unsigned()).collect(),
            Self::I32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

/// A linear operator, met on the walk: `[columns, m] i8 → [columns, n] i32`.
pub struct Linear<'a> {
    /// Its node.
    pub node: u32,
    /// W, n × m, row-major.
    pub parameters: &'a [i8],
    /// Rows of W.
    pub n: usize,
    /// Columns of W.
    pub m: usize,
    /// X, one column of length m after the other, for all samples.
    pub columns: &'a [i8],
}

/// How the linear operators of a graph are evaluated: by the reference, by an engine, or by reading a
/// claimed trace and checking it.
pub trait LinearOperators {
    /// What can go wrong.
    type Error: From<ExecutionError>;

    /// The accumulators `[columns, n]`.
    ///
    /// # Errors
    /// Whatever ends the walk.
    fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, Self::Error>;
}

/// Walks the graph over a batch. Linear operators are left to `operators`, everything else is computed
/// here; tensors are dropped after their last reader.
///
/// # Errors
/// [`ExecutionError::InputLength`] if the input isn't a whole number of samples, and what `operators` say.
pub fn walk<O: LinearOperators>(
    model: &CheckedModel,
    input: &[u8],
    operators: &mut O,
) -> Result<Output, O::Error> {
    model.profile().samples(input.len())?;
    let mut live: Vec<Option<Values>> = Vec::with_capacity(model.tensors.len());
    let mut output = None;
    let last = model.tensors.len().saturating_sub(1);
    for (index, node) in model.model.nodes.iter().enumerate() {
        let values = evaluate(model, index, node, input, &live, operators)?;
        for read in node.reads() {
            if model.tensors.get(read).is_some_and(|tensor| tensor.last_read == index) {
                if let Some(slot) = live.get_mut(read) {
                    *slot = None;
                }
            }
        }
        if index == last {
            output = Some(values);
        } else {
            live.push(Some(values));
        }
    }
    output.ok_or_else(|| ExecutionError::TooLarge.into())
}

fn evaluate<O: LinearOperators>(
    model: &CheckedModel,
    index: usize,
    node: &Node,
    batch: &[u8],
    live: &[Option<Values>],
    operators: &mut O,
) -> Result<Values, O::Error> {
    let i8_of = |read: &u32| match live.get(usize::try_from(*read).unwrap_or(usize::MAX)) {
        Some(Some(Values::I8(values))) => Ok(values.as_slice()),
        _ => Err(ExecutionError::TooLarge),
    };
    Ok(match node {
        Node::Input { .. } => Values::I8(batch.iter().map(|byte| byte.cast_signed()).collect()),
        Node::Linear { input, parameters, .. } => {
            let (n, m, _) = model.linear_dimensions(index).ok_or(ExecutionError::TooLarge)?;
            Values::I32(operators.linear(Linear {
                node: u32::try_from(index).map_err(|_| ExecutionError::TooLarge)?,
                parameters,
                n: usize::try_from(n).map_err(|_| ExecutionError::TooLarge)?,
                m: usize::try_from(m).map_err(|_| ExecutionError::TooLarge)?,
                columns: i8_of(input)?,
            })?)
        }
        Node::Requantize { input, channels, zero_point, min, max } => {
            let position = usize::try_from(*input).unwrap_or(usize::MAX);
            let Some(Some(Values::I32(accumulators))) = live.get(position) else {
                return Err(ExecutionError::TooLarge.into());
            };
            Values::I8(
                accumulators
                    .chunks(channels.len().max(1))
                    .flat_map(|column| {
                        column
                            .iter()
                            .zip(channels)
                            .map(|(acc, channel)| kernels::requantize(*acc, channel, *zero_point, *min, *max))
                    })
                    .collect(),
            )
        }
        Node::Lookup { input, table } => {
            Values::I8(i8_of(input)?.iter().map(|x| kernels::lookup(*x, table)).collect())
        }
        Node::Add {
            left,
            right,
            left_zero_point,
            right_zero_point,
            left_multiplier,
            right_multiplier,
            shift,
            zero_point,
            min,
            max,
        } => {
            let with = Addition {
                left_zero_point: *left_zero_point,
                right_zero_point: *right_zero_point,
                left_multiplier: *left_multiplier,
                right_multiplier: *right_multiplier,
                shift: *shift,
                zero_point: *zero_point,
                min: *min,
                max: *max,
            };
            let (a, b) = (i8_of(left)?, i8_of(right)?);
            Values::I8(a.iter().zip(b).map(|(a, b)| kernels::add(*a, *b, &with)).collect())
        }
        Node::Flatten { input } => Values::I8(i8_of(input)?.to_vec()),
        Node::ArgMax { input } => {
            let position = usize::try_from(*input).unwrap_or(usize::MAX);
            let tensor = model.tensors.get(position).ok_or(ExecutionError::TooLarge)?;
            let axis = usize::try_from(tensor.last_axis()).unwrap_or(usize::MAX).max(1);
            Values::I32(match live.get(position) {
                Some(Some(Values::I8(values))) => values.chunks(axis).map(kernels::arg_max).collect(),
                Some(Some(Values::I32(values))) => values.chunks(axis).map(kernels::arg_max).collect(),
                _ => return Err(ExecutionError::TooLarge.into()),
            })
        }
    })
}
