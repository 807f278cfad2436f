use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{limits::MAX_NODES, verify::LinearCheck, ExecutionError};

/// One linear operator: W is n × m and meets `columns` columns per sample.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct LayerShape {
    /// Rows of W.
    pub n: u32,
    /// Columns of W.
    pub m: u32,
    /// Columns of X in one sample.
    pub columns: u32,
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
    /// Elements per sample of the operators that are not linear, the input included.
    pub elements: u64,
    /// The linear operators in node order.
    pub layers: Vec<LayerShape>,
}

impl MaxEncodedLen for Profile {
    fn max_encoded_len() -> usize {
        MAX_NODES
            .saturating_mul(LayerShape::max_encoded_len())
            .saturating_add(u64::max_encoded_len())
            .saturating_add(u32::max_encoded_len().saturating_mul(3))
            .saturating_add(codec::Compact::<u32>::max_encoded_len())
    }
}

/// What verifying a trace takes, counted from the model and the batch alone. The chain's weight of a
/// verification is a benchmarked function of these counts; nobody declares them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// 64-bit multiply-adds of Freivalds' check, or 32-bit ones of a recomputation.
    pub multiply_adds: u64,
    /// Hashes of 40 bytes: one a row that Freivalds checks.
    pub hashes: u64,
    /// Elements computed by operators that are not linear.
    pub elements: u64,
    /// Bytes read: model, input and trace.
    pub bytes: u64,
    /// Of these, the model's and the input's: what a chain reads from its state.
    pub stored_bytes: u64,
}

impl Profile {
    /// MAC of a batch: `Σ n·m·columns` of the linear operators, times the samples.
    pub fn work(&self, samples: u32) -> u64 {
        self.layers
            .iter()
            .map(|layer| {
                u64::from(layer.n).saturating_mul(layer.m.into()).saturating_mul(layer.columns.into())
            })
            .fold(0, u64::saturating_add)
            .saturating_mul(samples.into())
    }

    /// Bytes of the trace of a batch.
    pub fn trace_bytes(&self, samples: u32) -> u64 {
        self.layers
            .iter()
            .map(|layer| u64::from(layer.n).saturating_mul(layer.columns.into()))
            .fold(0, u64::saturating_add)
            .saturating_mul(4)
            .saturating_mul(samples.into())
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

    /// What verifying the trace of a batch takes.
    pub fn cost(&self, samples: u32) -> Cost {
        let wide = u64::from(samples);
        let stored_bytes =
            u64::from(self.encoded_bytes).saturating_add(wide.saturating_mul(self.sample_bytes.into()));
        let mut cost = Cost {
            elements: wide.saturating_mul(self.elements),
            bytes: stored_bytes.saturating_add(self.trace_bytes(samples)),
            stored_bytes,
            ..Cost::default()
        };
        for layer in &self.layers {
            let (n, m) = (u64::from(layer.n), u64::from(layer.m));
            let columns = wide.saturating_mul(layer.columns.into());
            let check = LinearCheck::choose(n, m, columns);
            cost.multiply_adds = cost.multiply_adds.saturating_add(check.multiply_adds(n, m, columns));
            if check == LinearCheck::Freivalds {
                cost.hashes = cost.hashes.saturating_add(n);
            }
        }
        cost
    }
}
