//! What each call and each step of the hooks takes in the worst case.

use alloc::{vec, vec::Vec};

use frame_benchmarking::v2::*;
use frame_support::traits::fungible::Mutate;
use frame_system::RawOrigin;
use millrace_primitives::{
    benchmarking::{bound, linear},
    genesis_hash,
    mill::{MillKey, MillSignature, KEY_TYPE},
    ownership_message, MillKeys, MinerBond, ModelId, ModelRegistry, OnRound,
};
use sp_runtime::RuntimeAppPublic;

use crate::{
    BookEntry, Books, Call, Config, GenesisMiner, MaxBook, MaxModels, MaxSlots, Miners, Pallet, Places, Terms,
};

const RATE: u64 = 1_000_000_000;

fn key(index: u32) -> MillKey {
    sp_io::crypto::sr25519_generate(KEY_TYPE, Some(alloc::format!("//{index}").into_bytes())).into()
}

fn proof<T: Config>(mill: &MillKey, account: &T::AccountId) -> MillSignature {
    mill.sign(&ownership_message(genesis_hash::<T>(), account)).expect("the key is in the keystore; qed")
}

/// As many models as a miner may offer, `first` among them; the others read two values, as no `first` does.
fn models<T: Config>(first: Option<ModelId>, seed: u32) -> Vec<ModelId> {
    let others = (0..bound::<MaxModels>()).map(|index| {
        let rows = seed.saturating_add(index).saturating_add(1);
        T::Models::benchmark_model(linear(2, rows).to_bytes())
    });
    first.into_iter().chain(others).take(bound::<MaxModels>() as usize).collect()
}

fn rates() -> Vec<u64> {
    vec![RATE; bound::<MaxSlots>() as usize]
}

fn endowed<T: Config>(name: &'static str) -> T::AccountId {
    let account: T::AccountId = account(name, 0, 0);
    T::Currency::mint_into(&account, 1 << 80).expect("the account is new; qed");
    account
}

/// Fills the books of these models with the slots of others, all dearer.
fn fill_books<T: Config>(models: &[ModelId]) {
    for model in models {
        Books::<T>::mutate(model, |book| {
            for slot in 0..bound::<MaxBook>().saturating_sub(bound::<MaxSlots>()) {
                let entry = BookEntry {
                    ask: u128::MAX,
                    idle_since: 0,
                    miner: account("other", slot, 0),
                    slot,
                    rate: RATE,
                };
                if book.try_push(entry).is_err() {
                    break;
                }
            }
        });
        Places::<T>::insert(model, bound::<MaxBook>());
    }
}

/// A miner with as many slots and models as it may have, in full books.
pub(crate) fn busy_miner<T: Config>(model: ModelId, mill: MillKey) -> T::AccountId {
    offering::<T>(models::<T>(Some(model), 0), mill)
}

fn offering<T: Config>(models: Vec<ModelId>, mill: MillKey) -> T::AccountId {
    let account = endowed::<T>("miner");
    Pallet::<T>::genesis_miner(GenesisMiner {
        account: account.clone(),
        mill,
        ask: 1,
        rates: rates(),
        models: models.clone(),
    })
    .expect("the miner is endowed and the models registered; qed");
    fill_books::<T>(&models);
    account
}

/// [`offering`] the first models, with a scheduled offer of as many others.
fn renewing<T: Config>() -> T::AccountId {
    let miner = offering::<T>(models::<T>(None, 0), key(0));
    let others = models::<T>(None, bound::<MaxModels>());
    let terms = Terms::new::<T>(2, rates(), others.clone()).expect("within the bounds; qed");
    Pallet::<T>::do_offer(&miner, terms).expect("the miner can pay; qed");
    fill_books::<T>(&others);
    miner
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register() {
        let miner = endowed::<T>("miner");
        let models = models::<T>(None, 0);
        let (mill, proof) = (key(0), proof::<T>(&key(0), &miner));

        #[extrinsic_call]
        _(RawOrigin::Signed(miner.clone()), mill, proof, 1, rates(), models);

        assert!(Miners::<T>::contains_key(miner));
    }

    #[benchmark]
    fn offer() {
        let miner = renewing::<T>();
        let models = models::<T>(None, bound::<MaxModels>().saturating_mul(2));

        #[extrinsic_call]
        _(RawOrigin::Signed(miner.clone()), 3, rates(), models);

        assert_eq!(Miners::<T>::get(miner).and_then(|record| record.next).map(|next| next.ask), Some(3));
    }

    #[benchmark]
    fn set_mill() {
        let miner = offering::<T>(models::<T>(None, 0), key(0));
        let (mill, proof) = (key(1), proof::<T>(&key(1), &miner));

        #[extrinsic_call]
        _(RawOrigin::Signed(miner.clone()), mill, proof);

        assert_eq!(Pallet::<T>::miner_of(&key(1)), Some(miner));
    }

    #[benchmark]
    fn resume() {
        let miner = offering::<T>(models::<T>(None, 0), key(0));
        Pallet::<T>::slash_miner(&miner);

        #[extrinsic_call]
        _(RawOrigin::Signed(miner.clone()));

        assert!(Miners::<T>::get(miner).is_some_and(|record| record.slots.iter().all(|slot| !slot.suspended)));
    }

    #[benchmark]
    fn withdraw() {
        let miner = offering::<T>(models::<T>(None, 0), key(0));
        let gone = Terms::new::<T>(0, vec![], models::<T>(None, 0)).expect("within the bounds; qed");
        Pallet::<T>::do_offer(&miner, gone).expect("nothing to pay; qed");
        Pallet::<T>::apply_offer(&miner);
        Miners::<T>::mutate(&miner, |record| {
            if let Some(record) = record {
                record.withdrawable_from = 0;
            }
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(miner.clone()));

        assert!(!Miners::<T>::contains_key(miner));
    }

    #[benchmark]
    fn apply_none() {
        #[block]
        {
            Pallet::<T>::apply_scheduled(1);
        }
    }

    #[benchmark]
    fn apply_offer() {
        let miner = renewing::<T>();
        Pallet::<T>::close_schedule();

        #[block]
        {
            Pallet::<T>::apply_scheduled(1);
        }

        assert_eq!(Miners::<T>::get(miner).map(|record| record.terms.ask), Some(2));
    }

    #[benchmark]
    fn on_round() {
        #[block]
        {
            <Pallet<T> as OnRound>::on_round(1);
        }
    }
}
