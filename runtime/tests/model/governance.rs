//! What root can and can't do with funds on hold.
//!
//! No call of the market takes held funds but for the reasons that the reference knows. Of the balances' own calls,
//! `force_transfer` and `force_set_balance` reach what is free and nothing else. `force_unreserve` is older than holds and
//! doesn't know of them: it frees reserved funds whatever they are held for. It moves nothing to anybody else, and each
//! account keeps the same total; but it breaks the pallet's promise to whom the funds were pledged, so a chain with funds of
//! worth on it must not leave it to root.

use frame_support::{assert_noop, assert_ok};
use millrace_runtime::{Balances, Miners, Runtime, RuntimeOrigin, Sprints, System};
use millrace_runtime_tests::*;
use sp_keyring::Sr25519Keyring;

type Holds = pallet_balances::Holds<Runtime>;

/// All funds on hold, and what accounts have reserved.
fn held() -> Vec<(Vec<u8>, u128)> {
    use codec::Encode;
    let mut all: Vec<_> = Holds::iter()
        .map(|(account, holds)| {
            let reserved = frame_system::Account::<Runtime>::get(&account).data.reserved;
            ((account, holds).encode(), reserved)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn root_reaches_no_funds_on_hold_by_transfers_or_by_setting_balances() {
    on_preset("local_testnet", || {
        let task = post(3, UNIT, 200);
        pass(1);
        assert!(lease_of(task).is_some());
        let before = held();
        for who in [REQUESTER, MINER, OTHER_MINER] {
            let victim = id(who);
            let into = || millrace_runtime::Address::from(id(Sr25519Keyring::One));
            // More than what is free.
            assert!(Balances::force_transfer(
                RuntimeOrigin::root(),
                victim.clone().into(),
                into(),
                total(who)
            )
            .is_err());
            let free = Balances::free_balance(&victim);
            let spare = free - 2 * millrace_runtime::configs::monetary::EXISTENTIAL_DEPOSIT;
            assert_ok!(Balances::force_transfer(RuntimeOrigin::root(), victim.clone().into(), into(), spare));
            // An account that has something on hold can't be wiped out.
            assert!(
                Balances::force_set_balance(RuntimeOrigin::root(), victim.clone().into(), 0).is_err(),
                "{who:?} was wiped out"
            );
            assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), victim.into(), free));
            assert_eq!(held(), before);
            try_state();
        }
    });
}

#[test]
fn root_takes_no_held_funds_by_calls_of_the_market() {
    on_preset("local_testnet", || {
        let task = post(3, UNIT, 200);
        pass(1);
        let before = held();
        let root = RuntimeOrigin::root;
        assert!(millrace_runtime::Tasks::cancel(root(), task).is_err());
        assert!(millrace_runtime::Tasks::poke(root(), task).is_err());
        assert!(Miners::withdraw(root()).is_err());
        assert!(Miners::resume(root()).is_err());
        assert!(millrace_runtime::Models::remove(root(), digits()).is_err());
        assert_noop!(
            millrace_runtime::Models::force_retire(root(), digits()),
            pallet_models::Error::<Runtime>::Listed
        );
        assert_ok!(Sprints::set_listed(root(), vec![]));
        assert_ok!(Sprints::set_listed(root(), vec![(digits(), 64)]));
        assert_noop!(
            Sprints::set_listed(root(), vec![(Default::default(), 1)]),
            pallet_sprints::Error::<Runtime>::UnknownModel
        );
        assert_eq!(held(), before);
    });
}

/// Ending a task and retiring a model release what is on hold to who pledged it, but the fee for the record of an end.
#[test]
fn what_root_ends_goes_back_to_who_pledged_it() {
    on_preset("local_testnet", || {
        let everyone = [REQUESTER, MINER, OTHER_MINER, Sr25519Keyring::One];
        let funds = || everyone.map(|who| (free(who), total(who)));
        let (before, supply) = (funds(), issuance());
        let leased = post(3, UNIT, 200);
        pass(1);
        assert!(lease_of(leased).is_some());
        let waiting = post(3, UNIT, 200);
        for task in [leased, waiting] {
            assert_ok!(millrace_runtime::Tasks::force_refund(RuntimeOrigin::root(), task));
        }
        let records = 2 * RECORD_FEE;
        let mut after = before;
        after[0] = (before[0].0 - records, before[0].1 - records);
        assert_eq!((funds(), issuance()), (after, supply));
        assert_ok!(Sprints::set_listed(RuntimeOrigin::root(), vec![]));
        assert_ok!(millrace_runtime::Models::force_retire(RuntimeOrigin::root(), digits()));
        assert_eq!((funds(), issuance()), (after, supply));
        try_state();
    });
}

/// The one call of the balances that doesn't know of holds: what it frees stays its owner's.
#[test]
fn force_unreserve_moves_nothing_to_anybody_else() {
    // Without the check of all properties at the end: this call breaks what the market was promised.
    chain("local_testnet").execute_with(|| {
        post(3, UNIT, 200);
        let before = total(REQUESTER);
        let others: Vec<_> = [MINER, OTHER_MINER].map(total).to_vec();
        let supply = issuance();
        assert_ok!(Balances::force_unreserve(RuntimeOrigin::root(), id(REQUESTER).into(), UNIT));
        assert_eq!((total(REQUESTER), issuance()), (before, supply));
        assert_eq!([MINER, OTHER_MINER].map(total).to_vec(), others);
        assert_eq!(System::block_number(), 1);
        // Nobody but root may.
        assert!(Balances::force_unreserve(signed(MINER), id(REQUESTER).into(), UNIT).is_err());
    });
}
