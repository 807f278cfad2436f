//! What executing and verifying one operator takes, in the counts that a chain has measured prices for.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One linear operator: W is n × m and multiplies `columns` columns per sample.
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

/// What one operator takes; all of it per sample but for `slice_runs`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Elements that it computes or looks at, unless it is a product.
    pub(crate) elements: u64,
    /// Inner loops that it begins; a loop over one element costs as much as one over ten.
    pub(crate) runs: u64,
    /// Patches that it copies.
    pub(crate) patches: u64,
    /// Quotients that it rounds.
    pub(crate) quotients: u64,
    /// MAC that no trace shows.
    pub(crate) depthwise: u64,
    /// Steps that are done once for each slice of a batch.
    pub(crate) slice_runs: u64,
    /// Its product, if a trace holds its accumulators.
    pub(crate) layer: Option<LayerShape>,
}
