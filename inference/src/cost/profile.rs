//! What a model takes, known from its graph alone: sizes, work, and the cost of verifying any batch.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::{
    counts::{Counts, LayerShape},
    linear_check::LinearCheck,
    verification::Cost,
};
use crate::{
    error::ExecutionError,
    limits::{LANE_BYTES, MAX_NODES, SLICE_BYTES},
    trace::width::packed_bytes,
};

/// Bytes of the four lanes of one row or column.
const LANES_OF_ONE: u64 = 32;

/// What follows from a model's graph alone. It is small, so whoever needs sizes, work or the cost of a
/// verification needs not read the model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Profile {
    /// Bytes of the model's encoding.
    pub encoded_bytes: u32,
    /// Bytes of one input sample.
    pub sample_bytes: u32,
    /// Bytes of one output sample.
    pub output_bytes: u32,
    /// Nodes of the graph and their operands.
    pub operands: u32,
    /// Steps per sample of the operators that are not linear, one element each, the input included.
    pub elements: u64,
    /// Inner loops begun per sample: rows, planes, lines of patches, pieces of a concatenation.
    pub runs: u64,
    /// Patches that convolutions copy per sample.
    pub patches: u64,
    /// Quotients of average poolings per sample.
    pub quotients: u64,
    /// MAC per sample of the depthwise convolutions, which are never part of a trace.
    pub depthwise: u64,
    /// Samples that a verification takes at once, a power of two.
    pub slice_samples: u32,
    /// Bytes of tensors and scratch that those take at most, in powers of two as a runtime's allocator gives them. More
    /// than [`SLICE_BYTES`] if a single sample takes more.
    pub slice_bytes: u64,
    /// Steps that are done once for each slice.
    pub slice_runs: u64,
    /// The linear operators whose accumulators a trace holds, in node order.
    pub layers: Vec<LayerShape>,
}

impl MaxEncodedLen for Profile {
    fn max_encoded_len() -> usize {
        MAX_NODES
            .saturating_mul(LayerShape::max_encoded_len())
            .saturating_add(u64::max_encoded_len().saturating_mul(7))
            .saturating_add(u32::max_encoded_len().saturating_mul(5))
            .saturating_add(codec::Compact::<u32>::max_encoded_len())
    }
}

impl Profile {
    /// Adds what one more operator takes, and that it reads so many operands.
    pub(crate) fn add(&mut self, counts: Counts, operands: usize) {
        let operands = u32::try_from(operands).unwrap_or(u32::MAX).saturating_add(1);
        self.operands = self.operands.saturating_add(operands);
        self.elements = self.elements.saturating_add(counts.elements);
        self.runs = self.runs.saturating_add(counts.runs);
        self.patches = self.patches.saturating_add(counts.patches);
        self.quotients = self.quotients.saturating_add(counts.quotients);
        self.depthwise = self.depthwise.saturating_add(counts.depthwise);
        self.slice_runs = self.slice_runs.saturating_add(counts.slice_runs);
        self.layers.extend(counts.layer);
    }

    /// MAC of a batch: `Σ n·m·columns` of the linear operators and the depthwise convolutions', times the
    /// samples.
    pub fn work(&self, samples: u32) -> u64 {
        self.layers
            .iter()
            .map(|layer| {
                u64::from(layer.n).saturating_mul(layer.m.into()).saturating_mul(layer.columns.into())
            })
            .fold(self.depthwise, u64::saturating_add)
            .saturating_mul(samples.into())
    }

    /// The most bytes that the trace of a batch can have.
    pub fn max_trace_bytes(&self, samples: u32) -> u64 {
        self.layers
            .iter()
            .map(|layer| {
                let columns = u64::from(layer.columns).saturating_mul(samples.into());
                packed_bytes(columns.saturating_mul(layer.n.into()), layer.width)
            })
            .fold(0, u64::saturating_add)
    }

    /// Whether verifying a batch keeps to [`SLICE_BYTES`].
    pub fn fits_memory(&self) -> bool {
        self.slice_bytes <= SLICE_BYTES
    }

    /// Bytes of the output of a batch.
    pub fn output_bytes(&self, samples: u32) -> u64 {
        u64::from(self.output_bytes).saturating_mul(samples.into())
    }

    /// Samples in an input of this length.
    ///
    /// # Errors
    /// [`ExecutionError::InputLength`] unless it is a positive multiple of a sample's.
    pub fn samples(&self, input_bytes: usize) -> Result<u32, ExecutionError> {
        let wrong = ExecutionError::InputLength { sample: self.sample_bytes, got: input_bytes };
        let bytes = u32::try_from(input_bytes).map_err(|_| wrong)?;
        match (bytes.checked_div(self.sample_bytes), bytes.checked_rem(self.sample_bytes)) {
            (Some(samples), Some(0)) if samples > 0 => Ok(samples),
            _ => Err(wrong),
        }
    }

    /// How each linear operator of a batch is checked, in node order: the cheaper way, but by recomputation once the lanes
    /// of those before it and its own take more than [`LANE_BYTES`].
    pub fn checks(&self, samples: u32) -> impl Iterator<Item = LinearCheck> + '_ {
        let mut lanes = 0u64;
        self.layers.iter().map(move |layer| {
            let (n, m) = (u64::from(layer.n), u64::from(layer.m));
            let columns = u64::from(samples).saturating_mul(layer.columns.into());
            let with_own = lanes.saturating_add(n.saturating_add(m).saturating_mul(LANES_OF_ONE));
            match LinearCheck::choose(n, m, columns) {
                LinearCheck::Freivalds if with_own <= LANE_BYTES => {
                    lanes = with_own;
                    LinearCheck::Freivalds
                }
                _ => LinearCheck::Recompute,
            }
        })
    }

    /// What verifying the trace of a batch takes.
    pub fn cost(&self, samples: u32) -> Cost {
        let wide = u64::from(samples);
        let slices = wide.div_ceil(u64::from(self.slice_samples).max(1));
        let mut cost = Cost {
            elements: wide.saturating_mul(self.elements),
            runs: wide.saturating_mul(self.runs).saturating_add(slices.saturating_mul(self.slice_runs)),
            patches: wide.saturating_mul(self.patches),
            quotients: wide.saturating_mul(self.quotients),
            evaluations: slices.saturating_mul(self.operands.into()),
            model_bytes: self.encoded_bytes.into(),
            input_bytes: wide.saturating_mul(self.sample_bytes.into()),
            trace_bytes: self.max_trace_bytes(samples),
            recomputed: wide.saturating_mul(self.depthwise),
            ..Cost::default()
        };
        for (layer, check) in self.layers.iter().zip(self.checks(samples)) {
            let (n, m) = (u64::from(layer.n), u64::from(layer.m));
            let columns = wide.saturating_mul(layer.columns.into());
            cost.accumulators = cost.accumulators.saturating_add(columns.saturating_mul(n));
            let multiply_adds = check.multiply_adds(n, m, columns);
            match check {
                LinearCheck::Recompute => {
                    cost.recomputed = cost.recomputed.saturating_add(multiply_adds);
                }
                LinearCheck::Freivalds => {
                    cost.folded = cost.folded.saturating_add(multiply_adds);
                    cost.drawn = cost.drawn.saturating_add(n);
                }
            }
        }
        cost
    }
}
