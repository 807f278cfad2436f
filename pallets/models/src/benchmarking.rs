//! Measures the calls at their worst.

use alloc::vec;

use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::Mutate;
use frame_system::RawOrigin;
use millrace_inference::CheckedModel;
use millrace_primitives::{
    benchmarking::{bound, branched},
    ModelId, ModelMetadata, TensorMetadata, MAX_METADATA_BYTES,
};
use sp_io::hashing::blake2_256;

use crate::{Call, Config, MaxModelBytes, Metadata, Models, Pallet};

/// Requantizations in the benchmarks' models.
const BRANCHES: u32 = 8;
/// Bytes of such a model for each row.
const BYTES_PER_ROW: u32 = 9 * BRANCHES + 1;

/// An account that can pay for any model.
fn owner<T: Config>() -> T::AccountId {
    let owner: T::AccountId = account("owner", 0, 0);
    let bytes = usize::try_from(bound::<MaxModelBytes>()).expect("the target has 32 bits; qed");
    let funds = Pallet::<T>::deposit(bytes).saturating_mul(2);
    T::Currency::mint_into(&owner, funds).expect("the account is new; qed");
    owner
}

fn registered<T: Config>() -> (T::AccountId, ModelId) {
    let owner = owner::<T>();
    let encoding = branched(1, 1).to_bytes();
    let model = ModelId::from(blake2_256(&encoding));
    Pallet::<T>::do_register(owner.clone(), encoding, None).expect("the model is valid; qed");
    (owner, model)
}

/// Metadata of about so many bytes for a model with samples of these sizes: as many labels as go in.
fn metadata(bytes: u32, sample_bytes: u32, output_bytes: u32) -> ModelMetadata {
    let tensor = |shape| TensorMetadata { shape: vec![shape], scale: b"1".to_vec(), ..Default::default() };
    let mut metadata = ModelMetadata {
        name: b"m".to_vec(),
        input: tensor(sample_bytes),
        output: tensor(output_bytes),
        ..Default::default()
    };
    // A label takes a byte for its length, and their number up to four.
    let rest = usize::try_from(bytes)
        .expect("the target has 32 bits; qed")
        .saturating_sub(metadata.encoded_size() + 4);
    metadata.labels = vec![b"l".to_vec(); rest / 2];
    metadata
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// `b`: bytes of the encoding, of the kind that is slowest to decode and to check. `m`: bytes of the metadata.
    #[benchmark]
    fn register(b: Linear<1024, { 2 * 1024 * 1024 }>, m: Linear<64, MAX_METADATA_BYTES>) {
        let owner = owner::<T>();
        let rows = b.saturating_sub(512) / BYTES_PER_ROW;
        let encoding = branched(rows.max(1), BRANCHES).to_bytes();
        let model = ModelId::from(blake2_256(&encoding));
        let profile = CheckedModel::from_bytes(&encoding).expect("the model is valid; qed").profile().clone();
        let metadata = Some(metadata(m, profile.sample_bytes, profile.output_bytes));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), encoding, metadata);

        assert!(Models::<T>::contains_key(model));
    }

    #[benchmark]
    fn retire() {
        let (owner, model) = registered::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model);

        assert!(Models::<T>::get(model).is_some_and(|record| record.retired));
    }

    #[benchmark]
    fn remove() {
        let (owner, model) = registered::<T>();
        Pallet::<T>::do_retire(&owner, model).expect("it is open; qed");
        frame_system::Pallet::<T>::set_block_number(Pallet::<T>::removable_from(model).into());

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model);

        assert!(!Models::<T>::contains_key(model));
    }

    /// `m`: bytes of the metadata.
    #[benchmark]
    fn describe(m: Linear<64, MAX_METADATA_BYTES>) {
        let (owner, model) = registered::<T>();
        let profile = Models::<T>::get(model).expect("it is registered; qed").profile;
        let metadata = Some(metadata(m, profile.sample_bytes, profile.output_bytes));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model, metadata);

        assert!(Metadata::<T>::contains_key(model));
    }

    #[benchmark]
    fn force_retire() {
        let (_, model) = registered::<T>();

        #[extrinsic_call]
        _(RawOrigin::Root, model);

        assert!(Models::<T>::get(model).is_some_and(|record| record.retired));
    }
}
