use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    limits::{LANE_BYTES, MAX_NODES, SLICE_BYTES},
    trace::packed_bytes,
    verify::LinearCheck,
    ExecutionError,
};

/// Bytes of the four lanes of one row or column.
const LANES_OF_ONE: u64 = 32;

/// One linear operator: W is n × m and meets `columns` columns per sample.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct LayerShape {
    /// Rows of W.
    pub n: u32,
    /// Columns of W.
    pub m: u32,
    /// Columns of X in one sample.
    pub columns: u32,
    /// Bits that hold every accumulator that it can have.
    pub width: u8,
}

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

/// What verifying a trace takes, counted from the model and the batch alone. The chain's weight of a
/// verification is a benchmarked function of these counts; nobody declares them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// 32-bit multiply-adds of the operators that are computed again.
    pub recomputed: u64,
    /// 64-bit multiply-adds of Freivalds' check, of all lanes.
    pub folded: u64,
    /// Rows that Freivalds checks, whose lanes are drawn.
    pub drawn: u64,
    /// Elements that operators which are not linear compute or look at.
    pub elements: u64,
    /// Inner loops that all operators begin.
    pub runs: u64,
    /// Patches that convolutions copy.
    pub patches: u64,
    /// Quotients of average poolings.
    pub quotients: u64,
    /// Nodes computed and operands looked up, once for every slice of the batch.
    pub evaluations: u64,
    /// Accumulators that the trace claims.
    pub accumulators: u64,
    /// Bytes of the model's encoding.
    pub model_bytes: u64,
    /// Bytes of the input.
    pub input_bytes: u64,
    /// Bytes of the trace at most.
    pub trace_bytes: u64,
}

impl Cost {
    /// Bytes that a chain reads from its state: the model's and the input's.
    pub fn stored_bytes(&self) -> u64 {
        self.model_bytes.saturating_add(self.input_bytes)
    }
}

impl Profile {
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
