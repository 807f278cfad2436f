//! A runtime of this pallet, with a registry that holds what a test puts there.

use core::{cell::RefCell, ops::Range};

use frame_support::derive_impl;
use frame_system::mocking::MockBlockU32;
use millrace_inference::CheckedModel;
use millrace_primitives::{BlockNumber, ListedFor, ModelId, ModelInfo, ModelRegistry};
use sp_io::hashing::blake2_256;
use sp_runtime::{BuildStorage, DispatchResult};

use crate as pallet_proof_of_work;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        ProofOfWork: pallet_proof_of_work,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = MockBlockU32<Test>;
}

impl pallet_proof_of_work::Config for Test {
    type Models = FakeModels;
    type WeightInfo = pallet_proof_of_work::weights::SubstrateWeight<Test>;
}

thread_local! {
    static ENCODINGS: RefCell<Vec<(ModelId, Vec<u8>)>> = const { RefCell::new(Vec::new()) };
}

pub struct FakeModels;

impl ModelRegistry for FakeModels {
    fn find(model: ModelId) -> Option<ModelInfo> {
        let checked = CheckedModel::from_bytes(&Self::encoding(model)?).ok()?;
        Some(ModelInfo { profile: checked.profile().clone(), open: true })
    }

    fn encoding(model: ModelId) -> Option<Vec<u8>> {
        ENCODINGS.with_borrow(|all| {
            all.iter().find(|(name, _)| *name == model).map(|(_, encoding)| encoding.clone())
        })
    }

    fn acquire(_: ModelId) -> DispatchResult {
        Ok(())
    }

    fn release(_: ModelId) {}

    fn set_listed(_: Vec<ModelId>) -> DispatchResult {
        Ok(())
    }

    fn listed() -> Vec<ModelId> {
        Vec::new()
    }

    fn listed_over(_: Range<BlockNumber>) -> Vec<ListedFor> {
        unreachable!("only miners ask what was listed")
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_model(encoding: Vec<u8>) -> ModelId {
        register(encoding)
    }
}

/// Puts an encoding into the registry, whatever it is.
pub(crate) fn register(encoding: Vec<u8>) -> ModelId {
    let model = ModelId::from(blake2_256(&encoding));
    ENCODINGS.with_borrow_mut(|all| all.push((model, encoding)));
    model
}

/// Runs a test on a chain without models.
pub(crate) fn run(test: impl FnOnce()) {
    ENCODINGS.set(Vec::new());
    let storage = RuntimeGenesisConfig::default().build_storage().expect("a genesis");
    sp_io::TestExternalities::new(storage).execute_with(test);
}
