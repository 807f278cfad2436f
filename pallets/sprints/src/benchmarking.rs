//! Measures the calls and the steps of the hooks at their worst.

use alloc::{vec, vec::Vec};

use codec::{Decode, Encode};
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Get};
use millrace_inference::{execute, CheckedModel, Model, Node};
use millrace_primitives::{
    benchmarking::{bound, linear},
    genesis_hash,
    mill::{MillKey, KEY_TYPE},
    Attempt, ModelId, ModelRegistry, SlotMarket,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::{transaction_validity::TransactionSource, RuntimeAppPublic, SaturatedConversion};

use crate::{AnchorTerms, Call, Config, Listed, MaxListed, MaxWins, Pallet, Wins};

const ANCHOR: u32 = 1;
/// Bytes of a sample of the sprints' models.
const SAMPLE: u32 = 64;
/// Samples of the attempts whose traces are long: with one, a model would be too large.
const SAMPLES: u32 = 32;

/// `count` small models, each with a batch of one sample; the first has so many rows.
fn small_batches<T: Config>(rows: u32, count: u32) -> Vec<(ModelId, u32)> {
    (rows..rows + count).map(|rows| (T::Models::benchmark_model(linear(1, rows).to_bytes()), 1)).collect()
}

/// Lists these batches, and others up to the bound. Every attempt wins.
fn list_others<T: Config>(mut batches: Vec<(ModelId, u32)>) {
    batches.extend(small_batches::<T>(1, bound::<MaxListed>() - batches.len() as u32));
    Pallet::<T>::do_set_listed(batches, Some(1)).expect("the batches are small; qed");
}

/// An attempt of a miner with this key: every attempt wins, and all but one of an anchor's places are taken.
fn attempt<T: Config>(model: &Model, samples: u32) -> (MillKey, Attempt<T::AccountId>) {
    let model = T::Models::benchmark_model(model.to_bytes());
    list_others::<T>(vec![(model, samples)]);
    let listing = Listed::<T>::get().first().cloned().expect("it is listed; qed");
    Pallet::<T>::open_anchor(ANCHOR, &listing);
    let key: MillKey = sp_io::crypto::sr25519_generate(KEY_TYPE, Some(b"//Mill".to_vec())).into();
    let miner = T::BenchmarkMarket::benchmark_miner(model, key.clone());
    frame_system::Pallet::<T>::set_block_number((ANCHOR + 1).saturated_into());
    let anchor = H256::repeat_byte(5);
    let hash = T::Hash::decode(&mut &anchor[..]).expect("the runtime's hash has 32 bytes; qed");
    frame_system::BlockHash::<T>::insert(
        frame_system::pallet_prelude::BlockNumberFor::<T>::saturated_from(ANCHOR),
        hash,
    );
    let taken: Vec<[u8; 32]> = (1..bound::<MaxWins>()).map(|win| blake2_256(&win.encode())).collect();
    Wins::<T>::insert(ANCHOR, frame_support::BoundedVec::truncate_from(taken));
    (key, Attempt { miner, anchor, nonce: 0, model, samples })
}

/// A model whose trace of [`SAMPLES`] may have `bytes`, and hardly more.
fn traced(bytes: u32) -> Model {
    // 128 times the sum of 64 ones needs 15 bits.
    let rows = bytes.saturating_mul(8).div_ceil(15 * SAMPLES) + 1;
    let parameters = vec![1; (SAMPLE * rows) as usize];
    Model {
        nodes: vec![
            Node::Input { shape: vec![SAMPLE] },
            Node::Linear { input: 0, outputs: rows, parameters },
        ],
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// `i`: bytes of the attempt's input.
    #[benchmark(pov_mode = MaxEncodedLen { Models::Encodings: Measured })]
    fn sprint_base(i: Linear<1, { 512 * 1024 }>) {
        // A short trace: its verification has a weight of its own.
        let model = linear(SAMPLE, 1);
        let (_, attempt) = attempt::<T>(&model, (i / SAMPLE).max(1));
        let checked = CheckedModel::from_registered_bytes(&model.to_bytes()).expect("it is registered; qed");
        let trace = execute(&checked, &attempt.input(SAMPLE)).expect("whole samples; qed").trace;
        let (miner, trace_hash) = (attempt.miner, H256(blake2_256(&trace)));

        #[block]
        {
            Pallet::<T>::do_sprint(miner, ANCHOR, 0, trace_hash, &trace).expect("it wins; qed");
        }

        assert!(Wins::<T>::get(ANCHOR).is_full());
    }

    /// `b`: bytes of the trace, which is hashed, but not read.
    #[benchmark]
    fn authorize_sprint(b: Linear<4, { 511 * 1024 }>) {
        let (key, attempt) = attempt::<T>(&traced(b), SAMPLES);
        let trace = vec![7; usize::try_from(b).expect("the target has 32 bits; qed")];
        let trace_hash = H256(blake2_256(&trace));
        let message = attempt.message(genesis_hash::<T>(), trace_hash.0);
        let signature = key.sign(&message).expect("the key is in the keystore; qed");
        let miner = attempt.miner;

        #[block]
        {
            Pallet::<T>::authorize_sprint(
                TransactionSource::External,
                &miner,
                &ANCHOR,
                &0,
                &trace_hash,
                &trace,
                &signature,
            )
            .expect("it wins and is signed; qed");
        }
    }

    /// `l`: models listed.
    #[benchmark]
    fn set_listed(l: Linear<0, 8>) -> Result<(), BenchmarkError> {
        list_others::<T>(vec![]);
        let new = small_batches::<T>(bound::<MaxListed>() + 1, l);
        let origin = T::ListOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, new);

        assert_eq!(Listed::<T>::get().len() as u32, l);
        Ok(())
    }

    /// In the first block that can't have an anchor whose list of wins is full.
    #[benchmark]
    fn begin_block() {
        list_others::<T>(vec![]);
        let listing = Pallet::<T>::sprint_model().expect("models are listed; qed");
        Pallet::<T>::open_anchor(ANCHOR, &listing);
        let wins: Vec<[u8; 32]> = (0..bound::<MaxWins>()).map(|win| blake2_256(&win.encode())).collect();
        Wins::<T>::insert(ANCHOR, frame_support::BoundedVec::truncate_from(wins));
        let now = ANCHOR + T::MaxAnchorAge::get() + 1;
        frame_system::Pallet::<T>::set_block_number(now.saturated_into());

        #[block]
        {
            Pallet::<T>::begin_block();
        }

        assert!(!Wins::<T>::contains_key(ANCHOR) && !AnchorTerms::<T>::contains_key(ANCHOR));
        assert!(AnchorTerms::<T>::contains_key(now));
    }
}
