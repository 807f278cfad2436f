use alloc::vec::Vec;

use crate::{
    check::CheckedModel,
    kernels::{self, Addition, Target},
    model::Node,
    patches::Patches,
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
    /// Appends the tensor of further samples of the same node.
    pub fn append(&mut self, more: Self) {
        match (self, more) {
            (Self::I8(values), Self::I8(more)) => values.extend(more),
            (Self::I32(values), Self::I32(more)) => values.extend(more),
            _ => debug_assert!(false, "a node's tensor has one type"),
        }
    }

    /// The same tensor, with room for `bytes` in all.
    pub(crate) fn with_room(self, bytes: u64) -> Self {
        let bytes = usize::try_from(bytes).unwrap_or(0);
        match self {
            Self::I8(mut values) => {
                values.reserve_exact(bytes.saturating_sub(values.len()));
                Self::I8(values)
            }
            Self::I32(mut values) => {
                values.reserve_exact((bytes / 4).saturating_sub(values.len()));
                Self::I32(values)
            }
        }
    }

    /// The bytes as they are stored on chain: `i8` as they are, `i32` little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::I8(values) => values.iter().map(|value| value.cast_unsigned()).collect(),
            Self::I32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

/// A linear operator, met on the walk: W (n × m) on every column of X.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    /// Its node.
    pub node: u32,
    /// W, row-major.
    pub parameters: &'a [i8],
    /// Rows of W.
    pub n: usize,
    /// Columns of W: the length of a column of X.
    pub m: usize,
    /// The tensor that it reads, of all samples.
    pub input: &'a [i8],
    /// Where the columns of X are in it.
    pub columns: Columns,
}

/// How the columns of X lie in a tensor, and the accumulators in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// One column after the other; the n accumulators of a column follow each other.
    Contiguous,
    /// A column is a patch of an image; the accumulators are images too, one channel for each row of W.
    Patches {
        /// Where the patches lie.
        patches: Patches,
        /// What a patch holds beyond the border.
        pad_value: i8,
    },
}

impl Linear<'_> {
    /// Columns of X in each of its groups: all of them at once if they are contiguous, else a sample's.
    pub fn group(&self) -> usize {
        match self.columns {
            Columns::Contiguous => self.input.len().checked_div(self.m).unwrap_or(0),
            Columns::Patches { patches, .. } => patches.positions(),
        }
    }

    /// Columns of X.
    pub fn count(&self) -> usize {
        match self.columns {
            Columns::Contiguous => self.group(),
            Columns::Patches { patches, .. } => {
                let samples = self.input.len().checked_div(patches.sample()).unwrap_or(0);
                samples.saturating_mul(self.group())
            }
        }
    }

    /// Calls `visit` for each column of X in order until it says false; returns whether it never did.
    pub fn all_columns(&self, mut visit: impl FnMut(&[i8]) -> bool) -> bool {
        match self.columns {
            Columns::Contiguous => self.input.chunks_exact(self.m.max(1)).all(visit),
            Columns::Patches { patches, pad_value } => {
                let mut patch = Vec::with_capacity(self.m);
                self.input.chunks_exact(patches.sample().max(1)).all(|sample| {
                    patches.all(|row, column| {
                        patch.clear();
                        patches.gather(sample, row, column, pad_value, &mut patch);
                        visit(&patch)
                    })
                })
            }
        }
    }
}

/// How the linear operators of a graph are evaluated: by the reference, by an engine, or by reading a
/// claimed trace and checking it.
pub trait LinearOperators {
    /// What can go wrong.
    type Error: From<ExecutionError>;

    /// The accumulators in the layout that [`Columns`] says.
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
            let at = usize::try_from(read).unwrap_or(usize::MAX);
            if model.tensors.get(at).is_some_and(|tensor| tensor.last_read == index) {
                if let Some(tensor) = live.get_mut(at) {
                    *tensor = None;
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
        Node::Linear { input, .. } | Node::Conv2d { input, .. } => {
            let operator = model.linear_operator(index, i8_of(input)?).ok_or(ExecutionError::TooLarge)?;
            Values::I32(operators.linear(operator)?)
        }
        Node::DepthwiseConv2d { input, window, pad_value, parameters } => {
            let patches = model.patches(*input, *window).ok_or(ExecutionError::TooLarge)?;
            Values::I32(kernels::depthwise(&patches, *pad_value, parameters, i8_of(input)?))
        }
        Node::Requantize { input, channels, zero_point, min, max } => {
            let position = usize::try_from(*input).unwrap_or(usize::MAX);
            let Some(Some(Values::I32(accumulators))) = live.get(position) else {
                return Err(ExecutionError::TooLarge.into());
            };
            let tensor = model.tensors.get(position).ok_or(ExecutionError::TooLarge)?;
            let inner = match model.model.nodes.get(position) {
                Some(Node::Linear { .. }) => 1,
                _ => usize::try_from(tensor.elements)
                    .unwrap_or(usize::MAX)
                    .checked_div(channels.len())
                    .unwrap_or(1),
            };
            let target = Target { zero_point: *zero_point, min: *min, max: *max };
            Values::I8(kernels::requantize(accumulators, channels, inner, target))
        }
        Node::Lookup { input, table } => Values::I8(kernels::lookup(i8_of(input)?, table)),
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
                target: Target { zero_point: *zero_point, min: *min, max: *max },
            };
            let (a, b) = (i8_of(left)?, i8_of(right)?);
            Values::I8(kernels::add(a, b, &with))
        }
        Node::Flatten { input } | Node::Reshape { input, .. } => Values::I8(i8_of(input)?.to_vec()),
        Node::MaxPool2d { input, window } => {
            let patches = model.patches(*input, *window).ok_or(ExecutionError::TooLarge)?;
            Values::I8(kernels::max_pool(&patches, i8_of(input)?))
        }
        Node::AveragePool2d { input, window } => {
            let patches = model.patches(*input, *window).ok_or(ExecutionError::TooLarge)?;
            Values::I8(kernels::average_pool(&patches, i8_of(input)?))
        }
        Node::Concat { inputs, axis } => {
            let (mut parts, mut length) = (Vec::with_capacity(inputs.len()), 0usize);
            for input in inputs {
                let tensor = model.tensors.get(usize::try_from(*input).unwrap_or(usize::MAX));
                let run = tensor.map_or(1, |tensor| tensor.run(usize::from(*axis)));
                let values = i8_of(input)?;
                length = length.saturating_add(values.len());
                parts.push(values.chunks(run.max(1)));
            }
            Values::I8(kernels::interleave(parts, length))
        }
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
