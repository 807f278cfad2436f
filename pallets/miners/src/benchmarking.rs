//! What each call and each step of the hooks takes in the worst case.

use alloc::{vec, vec::Vec};

use frame_benchmarking::v2::*;
use frame_support::traits::fungible::Mutate;
use frame_system::RawOrigin;
use millrace_primitives::{
    benchmarking::{bound, linear},
    genesis_hash,
    mill::{MillKey, MillSignature, KEY_TYPE},
    ownership_message, Balance, MillKeys, MinerBond, ModelId, ModelRegistry, OnRound,
};
use sp_runtime::{transaction_validity::TransactionSource, RuntimeAppPublic};

use crate::{
    book::{class_of, LOOKS, LOOKS_IN_ALL},
    Book, Call, Classes, Config, GenesisMiner, MaxModels, MaxSlots, Miners, Offered, Pallet, Place, Round,
    Terms,
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

fn endowed<T: Config>(name: &'static str, index: u32) -> T::AccountId {
    let account: T::AccountId = account(name, index, 0);
    T::Currency::mint_into(&account, 1 << 80).expect("the account is new; qed");
    account
}

/// Puts so many slots of one other miner into a model's book, class by class as many as a search looks at; all dearer than
/// those of the miner that is measured, and none with a lower rate. It has no record: nothing leases them.
fn fill_book<T: Config>(model: ModelId, slots: u32) {
    Classes::<T>::mutate_exists(model, |stored| {
        let mut counts = stored.unwrap_or_default();
        let mut rate = RATE;
        for first in (0..slots).step_by(LOOKS as usize) {
            let here = LOOKS.min(slots.saturating_sub(first));
            for slot in 0..here {
                let place = Place::new(2, 0, account("other", 0, 0), slot);
                Book::<T>::insert((model, class_of(rate), place), rate);
            }
            if let Some(count) = counts.get_mut(usize::from(class_of(rate))) {
                *count = count.saturating_add(here);
            }
            rate = rate.saturating_mul(4);
        }
        *stored = (counts.iter().any(|count| *count > 0)).then_some(counts);
    });
}

/// A miner with as many slots and models as it may have, in full books.
pub(crate) fn busy_miner<T: Config>(model: ModelId, mill: MillKey) -> T::AccountId {
    let models = models::<T>(Some(model), 0);
    let busy = offering::<T>(endowed::<T>("miner", 0), 1, models.clone(), mill);
    for model in models {
        fill_book::<T>(model, LOOKS_IN_ALL);
    }
    busy
}

/// A model that somebody offers: so many slots of the account "other", and before them those of miners that ask nothing,
/// whose offers are due, ask all that there is and name other models.
pub(crate) fn long_search<T: Config>(model: ModelId, entries: u32, applied: u32) {
    let models = models::<T>(Some(model), 0);
    let others = self::models::<T>(None, bound::<MaxModels>());
    for index in 0..applied {
        let miner = endowed::<T>("due", index);
        let mill = key(index.saturating_add(1_000));
        offering::<T>(miner.clone(), 0, models.clone(), mill);
        scheduled::<T>(&miner, Balance::MAX, rates(), others.clone());
    }
    next_round::<T>();
    fill_book::<T>(model, entries);
    Offered::<T>::mutate(model, |count| *count = count.saturating_add(1));
}

/// A miner whose offer of as many slots as it may have is in force.
fn offering<T: Config>(
    account: T::AccountId,
    ask: Balance,
    models: Vec<ModelId>,
    mill: MillKey,
) -> T::AccountId {
    Pallet::<T>::genesis_miner(GenesisMiner { account: account.clone(), mill, ask, rates: rates(), models })
        .expect("the miner is endowed and the models registered; qed");
    account
}

fn scheduled<T: Config>(miner: &T::AccountId, ask: Balance, rates: Vec<u64>, models: Vec<ModelId>) {
    let terms = Terms::new::<T>(ask, rates, models).expect("within the bounds; qed");
    Pallet::<T>::do_offer(miner, terms).expect("the miner can pay; qed");
}

fn next_round<T: Config>() {
    Pallet::<T>::on_round(Round::<T>::get().saturating_add(1));
}

/// A miner with an offer in force, after blocks in which its slots were on sale, and another that is due with as many
/// other models.
fn renewing<T: Config>() -> T::AccountId {
    let miner = offering::<T>(endowed::<T>("miner", 0), 1, models::<T>(None, 0), key(0));
    scheduled::<T>(&miner, 2, rates(), models::<T>(None, bound::<MaxModels>()));
    next_round::<T>();
    frame_system::Pallet::<T>::set_block_number(10u32.into());
    miner
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register() {
        let miner = endowed::<T>("miner", 0);
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

        assert_eq!(
            Miners::<T>::get(miner).and_then(|record| record.next).map(|next| next.terms.ask),
            Some(3)
        );
    }

    #[benchmark]
    fn set_mill() {
        let miner = offering::<T>(endowed::<T>("miner", 0), 1, models::<T>(None, 0), key(0));
        let (mill, proof) = (key(1), proof::<T>(&key(1), &miner));

        #[extrinsic_call]
        _(RawOrigin::Signed(miner.clone()), mill, proof);

        assert_eq!(Pallet::<T>::miner_of(&key(1)), Some(miner));
    }

    /// A bond that is short, while all slots are on sale and an offer is due that takes them from book to book.
    #[benchmark]
    fn resume() {
        let miner = renewing::<T>();
        assert_eq!(Pallet::<T>::charge(&miner, 1), 1);

        #[extrinsic_call]
        _(RawOrigin::Signed(miner.clone()));

        let record = Miners::<T>::get(miner).expect("it is still a miner; qed");
        assert_eq!((record.terms.ask, Pallet::<T>::missing_bond(&record)), (2, Ok(0)));
    }

    #[benchmark]
    fn withdraw() {
        let miner = offering::<T>(endowed::<T>("miner", 0), 1, models::<T>(None, 0), key(0));
        scheduled::<T>(&miner, 0, vec![], models::<T>(None, 0));
        next_round::<T>();
        Pallet::<T>::do_apply_offer(&miner).expect("it is due; qed");
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
    fn apply_offer() {
        let miner = renewing::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(whitelisted_caller()), miner.clone());

        assert_eq!(Miners::<T>::get(miner).map(|record| record.terms.ask), Some(2));
    }

    #[benchmark]
    fn authorize_apply_offer() {
        let miner = renewing::<T>();

        #[block]
        {
            Pallet::<T>::authorize_apply_offer(TransactionSource::External, &miner).expect("it is due; qed");
        }
    }

    #[benchmark]
    fn on_round() {
        #[block]
        {
            <Pallet<T> as OnRound>::on_round(1);
        }
    }
}
