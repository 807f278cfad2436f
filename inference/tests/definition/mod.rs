//! All of `docs/inference-spec.md`, written from its text with direct loops and nothing of the crate: slow, and plain
//! enough to be held against the text. A [`Mistake`] breaks one rule, to see who notices.

mod claims;
mod model;
mod operators;
mod trace;

pub use claims::{Attempt, Claim};

/// Bytes that must be refused. Why doesn't matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

pub type Result<T> = std::result::Result<T, Refused>;

fn demand(holds: bool) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Refused)
    }
}

/// The specification, or what is left of it after a mistake.
#[derive(Clone, Copy, Default)]
pub struct Definition {
    pub mistake: Option<Mistake>,
}

impl Definition {
    fn has(self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }
}

macro_rules! mistakes {
    ($($(#[$meta:meta])* $name:ident,)*) => {
        /// What an implementation may get wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mistake {
            $($(#[$meta])* $name,)*
        }

        /// Every one of them.
        pub const MISTAKES: &[Mistake] = &[$(Mistake::$name,)*];
    };
}

mistakes! {
    // 1
    /// Compact integers are one byte.
    CompactInOneByte,
    /// Pairs of a window: width before height.
    KernelWidthFirst,
    StrideAcrossFirst,
    StrideBeforeKernel,
    /// Left, above, right, below.
    PaddingLeftFirst,
    /// Above, below, left, right.
    PaddingBelowSecond,
    AddMultipliersSwapped,
    /// The model's name leaves the version out.
    NameWithoutVersion,

    // 2
    PatchesRoundedUp,

    // 3
    InputUnsigned,
    LinearColumnMajor,
    /// The kernel turned round, which makes a convolution of the correlation.
    Conv2dFlipped,
    Conv2dTransposed,
    /// W is C × n × kh × kw.
    Conv2dChannelsFirst,
    /// W is n × kh × kw × C.
    Conv2dChannelsLast,
    Conv2dPadIgnored,
    Conv2dPadUnsigned,
    /// Accumulators are H′ × W′ × n.
    Conv2dAccumulatorsByPatch,
    DepthwisePadIgnored,
    DepthwiseFlipped,
    DepthwiseTransposed,
    /// One filter for all channels.
    DepthwiseOneFilter,
    /// Parameters are kh × kw × C.
    DepthwiseFiltersLast,
    /// Parameters go to the positions that lie inside some patch first, then to the others.
    DepthwiseInsideFirst,
    RequantizeHalfAwayFromZero,
    RequantizeHalfToEven,
    RequantizeRoundsDown,
    RequantizeInFloats,
    /// Rounded after 31 bits, then again.
    RequantizeInTwoSteps,
    RequantizeBiasAfterMultiplier,
    RequantizeBiasAfterShift,
    /// Of a Linear whose first axis is as long as the last.
    RequantizeFirstAxis,
    /// Of an image whose last axis is as long as the first.
    RequantizeLastAxis,
    /// Of an image whose second axis is as long as the first.
    RequantizeSecondAxis,
    ClampBeforeZeroPoint,
    ZeroPointSubtracted,
    /// The table begins with the entry for 0.
    LookupUnsigned,
    AddHalfAwayFromZero,
    AddHalfToEven,
    AddRoundsDown,
    AddRoundsEachOperand,
    AddZeroPointsAdded,
    MaxPoolZerosAtBorder,
    AveragePoolHalfUp,
    AveragePoolHalfToEven,
    AveragePoolTowardsZero,
    AveragePoolCountsBorder,
    ConcatByNodeNumber,
    ConcatLastAxis,
    ArgMaxHighestIndex,
    ArgMaxUnsigned,
    /// Where it is as long as the last.
    ArgMaxFirstAxis,
    OutputBigEndian,

    // 4
    WorkWithoutDepthwise,

    // 5
    DepthwiseTraced,
    WidthFromOne,
    /// From −(2^(w−1) − 1) on.
    WidthSymmetric,
    WidthOfWholeTrace,
    BitsHighestFirst,
    NoFilling,
    WidthUnchecked,
    FillingUnchecked,
    LeftOverUnchecked,
    TruncatedAsZeros,

    // 6
    DomainAlwaysLease,
    VersionMissing,
    GenesisMissing,
    GenesisAndSubjectSwapped,
    MinerWithoutLength,
    MinerLengthInOneByte,
    ModelAndInputSwapped,
    /// A sprint's input is hashed.
    SprintInputHashed,
    SamplesInEightBytes,
    SamplesBigEndian,
    TraceNotHashed,
    FewerRounds,
    KeystreamFromOne,
    NonceNodeFirst,
    NonceNodeLast,
    NonceWithoutNode,
    LanesTwo,
    LanesThree,
    LanesBigEndian,
    AttemptTagWithLength,
    AttemptMinerWithLength,
    AttemptNonceBigEndian,
    AttemptWithoutSamples,
    ExpansionFromOne,
    ExpansionCounterFirst,
    ExpansionCounterInEightBytes,

    // 7
    FoldWithOnes,
    /// The same lanes for every row.
    FoldWithFirstRow,
    FoldIn32Bits,
    FoldUnsigned,
    RecomputesFirstRow,
    RecomputesFirstColumn,
}
