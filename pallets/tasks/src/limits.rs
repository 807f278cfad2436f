//! What a submission may take of a block, and what must hold for the worst one to fit.

use frame_support::{dispatch::DispatchClass, pallet_prelude::Weight, traits::Get};

#[cfg(feature = "std")]
use millrace_primitives::Looked;

#[cfg(feature = "std")]
use crate::hooks::Served;
use crate::{room::Capacity, Config, MaxOutput, Pallet, WeightInfo};

/// Bytes of a submission besides its trace: call, signature, extensions, with room to spare.
pub(crate) const SUBMISSION_OVERHEAD: u32 = 512;

/// Submissions may use one part in so many of what normal transactions may use of a block.
const SUBMISSION_SHARE: u64 = 2;

/// Bytes of memory that a relay chain's validator gives the validation of a block: 2,080 pages, unless the relay chain sets
/// another limit.
#[cfg(feature = "std")]
const VALIDATOR_MEMORY: u64 = 2_080 * 64 * 1024;
/// Bytes of the runtime's stack and data.
#[cfg(feature = "std")]
const STATIC_MEMORY: u64 = 3 * 1024 * 1024;

/// A search that finds nothing in four classes, with ten slots in each.
#[cfg(feature = "std")]
const VISIT: Looked = Looked { entries: 44, proof: 20_000, applied: 0 };
/// How many of these each block must have weight for, before the worst visit.
#[cfg(feature = "std")]
const VISITS: u64 = 4;

impl<T: Config> Pallet<T> {
    /// Weight that a submission is admitted with; what it doesn't use is refunded.
    pub(crate) fn max_submission_weight() -> Weight {
        T::MaxVerificationWeight::get().saturating_add(Self::submission_base(<MaxOutput as Get<u32>>::get()))
    }

    /// Weight of a submission besides the verification, whichever way it ends.
    pub(crate) fn submission_base(output_bytes: u32) -> Weight {
        T::WeightInfo::submit_right(output_bytes).max(T::WeightInfo::submit_wrong())
    }

    /// A part of what normal transactions may use, less the proof that a submission is admitted with before
    /// its real size is known.
    pub(crate) fn submission_capacity() -> Capacity {
        let limits = T::BlockWeights::get();
        let total = limits.get(DispatchClass::Normal).max_total.unwrap_or(limits.max_block);
        let proof = total.proof_size().saturating_sub(Self::max_submission_weight().proof_size());
        Capacity {
            bytes: u64::from(*T::BlockLength::get().max.get(DispatchClass::Normal)) / SUBMISSION_SHARE,
            time: total.ref_time() / SUBMISSION_SHARE,
            proof: proof / SUBMISSION_SHARE,
        }
    }

    /// The largest submission must fit one extrinsic of a block, in length, time and proof.
    #[cfg(feature = "std")]
    pub(crate) fn check_sizes() {
        let weights = T::BlockWeights::get();
        let class = weights.get(DispatchClass::Normal);
        let length = T::MaxTrace::get().saturating_add(SUBMISSION_OVERHEAD);
        assert!(
            length <= *T::BlockLength::get().max.get(DispatchClass::Normal),
            "the longest trace doesn't fit a block"
        );
        let total = Self::max_submission_weight()
            .saturating_add(T::WeightInfo::authorize_submit(T::MaxTrace::get()))
            .saturating_add(class.base_extrinsic)
            .saturating_add(Weight::from_parts(0, length.into()));
        // Before each visit there must be weight for the worst one.
        let visit = Self::served_weight(&Served::Waits(VISIT));
        let service = T::WeightInfo::service_base()
            .saturating_add(visit.saturating_mul(VISITS))
            .saturating_add(Self::most_served());
        assert!(
            service.all_lte(T::ServiceWeight::get()),
            "a block's service, which counts the rent, takes {service:?} to visit several tasks"
        );
        let max = class.max_extrinsic.unwrap_or(weights.max_block);
        assert!(total.all_lte(max), "the heaviest submission {total:?} doesn't fit an extrinsic {max:?}");
        Self::check_memory(weights.max_block.proof_size());
    }

    /// The worst block must fit the memory that a relay chain's validator gives its validation, which executes all of it in
    /// one instance. Every allocation takes the next power of two, so up to twice its length.
    #[cfg(feature = "std")]
    fn check_memory(proof: u64) {
        use millrace_primitives::Verifier;

        // The block and its proof as they come, decoded, and as a database of trie nodes.
        let block = proof.next_power_of_two().saturating_add(proof.saturating_mul(4));
        // An input as bytes and decoded, and a trace decoded from its transaction.
        let input = u64::from(<crate::MaxInput as Get<u32>>::get()).saturating_mul(4);
        let trace = u64::from(T::MaxTrace::get()).saturating_mul(2);
        let total =
            [block, input, trace, T::Verifier::memory()].into_iter().fold(STATIC_MEMORY, u64::saturating_add);
        assert!(total <= VALIDATOR_MEMORY, "the worst block takes {total} bytes of {VALIDATOR_MEMORY}");
    }
}
