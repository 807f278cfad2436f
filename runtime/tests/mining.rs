//! Models, sprints, rounds and claims on the real runtime.
#![allow(missing_docs)]

use codec::Encode;
use cumulus_pallet_parachain_system::{OnSystemEvent, RelayChainStateProof};
use cumulus_primitives_core::relay_chain::well_known_keys::CURRENT_BLOCK_RANDOMNESS;
use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
use frame_support::{assert_noop, assert_ok, traits::Get};
use millrace_inference::{execute, sprint_digest, CheckedModel};
use millrace_primitives::{genesis_hash, meets_target, mill::MillKey, Attempt, Mac};
use millrace_runtime::{
    configs::{
        consensus::{KeepRandomness, Randomness},
        market::MAX_ANCHOR_AGE,
    },
    genesis_config_presets::PARACHAIN_ID,
    Miners, Models, Rewards, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, Sprints, System, Tasks,
};
use millrace_runtime_tests::*;
use sp_core::{Pair, H256};
use sp_crypto_hashing::blake2_256;
use sp_runtime::transaction_validity::InvalidTransaction;

/// Grinds nonces until one wins; `forge` changes the trace before it is hashed.
fn win(forge: impl Fn(&mut Vec<u8>)) -> RuntimeCall {
    let terms = Sprints::sprint_terms(MillKey::from(MILL.public())).expect("a miner's key");
    let model = CheckedModel::from_bytes(DIGITS).expect("the digits");
    for nonce in 0.. {
        let attempt = Attempt {
            miner: terms.miner.clone(),
            anchor: terms.anchor,
            nonce,
            model: terms.model,
            samples: terms.samples,
        };
        let input = attempt.input(model.profile().sample_bytes);
        let mut trace = execute(&model, &input).expect("whole samples").trace;
        forge(&mut trace);
        let trace_hash = blake2_256(&trace);
        let seed = attempt.seed(genesis_hash::<Runtime>(), trace_hash);
        if meets_target(&sprint_digest(&seed, blake2_256), terms.difficulty) {
            let message = attempt.message(genesis_hash::<Runtime>(), trace_hash);
            return pallet_sprints::Call::sprint {
                miner: attempt.miner,
                anchor: terms.anchor_number,
                nonce,
                trace_hash: H256(trace_hash),
                trace,
                signature: MILL.pair().sign(&message).into(),
            }
            .into();
        }
    }
    unreachable!("one nonce in a few dozen wins")
}

fn close_round() {
    pass(10);
}

#[test]
fn a_sprint_is_credited_once_and_its_emission_claimed() {
    on_dev(|| {
        pass(2);
        let call = win(|_| {});
        assert_ok!(apply(call.clone()).expect("authorised"));
        let room = apply(call.clone()).expect_err("a block has room for one win");
        assert_eq!(room, InvalidTransaction::ExhaustsResources.into());
        pass(1);
        assert_eq!(apply(call).expect_err("the same win"), InvalidTransaction::Stale.into());
        let score = pallet_rewards::Scores::<Runtime>::get(0, id(MINER)).expect("credited");
        let work = CheckedModel::from_bytes(DIGITS).expect("the digits").profile().work(64);
        assert_eq!(score.mined, Mac::from(work) * 64);

        assert_noop!(
            Rewards::claim(signed(REQUESTER), 0, id(MINER)),
            pallet_rewards::Error::<Runtime>::RoundOpen
        );
        close_round();
        let (before, supply) = (total(MINER), issuance());
        assert_ok!(Rewards::claim(signed(REQUESTER), 0, id(MINER)));
        assert_eq!(total(MINER), before + 50 * UNIT, "the only miner gets all of it");
        assert_eq!(issuance(), supply + 50 * UNIT);
        assert_noop!(
            Rewards::claim(signed(REQUESTER), 0, id(MINER)),
            pallet_rewards::Error::<Runtime>::NothingToClaim
        );
    });
}

#[test]
fn a_ground_digest_without_the_work_is_slashed() {
    on_dev(|| {
        pass(2);
        let bond = total(MINER);
        assert_ok!(apply(win(|trace| trace[9] ^= 1)).expect("the digest meets the target"));
        System::assert_has_event(pallet_sprints::Event::SprintRejected { miner: id(MINER) }.into());
        assert!(total(MINER) < bond);
        assert!(pallet_rewards::Scores::<Runtime>::get(0, id(MINER)).is_none());
    });
}

#[test]
fn a_round_without_winners_mints_nothing_and_winning_gets_easier() {
    on_dev(|| {
        let difficulty = || pallet_sprints::Listed::<Runtime>::get()[0].difficulty;
        let before = difficulty();
        close_round();
        let closed = |event: &RuntimeEvent| {
            matches!(
                event,
                RuntimeEvent::Rewards(pallet_rewards::Event::RoundClosed { round: 0, emission: 0, mined: 0 })
            )
        };
        assert!(market_events().iter().any(closed));
        assert!(difficulty() < before);
    });
}

#[test]
fn a_stale_anchor_or_anothers_key_is_refused() {
    on_dev(|| {
        pass(2);
        let call = win(|_| {});
        pass(MAX_ANCHOR_AGE);
        assert_eq!(apply(call).expect_err("too old"), InvalidTransaction::Stale.into());
        let RuntimeCall::Sprints(pallet_sprints::Call::sprint {
            anchor,
            nonce,
            trace_hash,
            trace,
            miner,
            ..
        }) = win(|_| {})
        else {
            unreachable!("win makes sprints")
        };
        let forged = pallet_sprints::Call::sprint {
            miner,
            anchor,
            nonce,
            trace_hash,
            trace,
            signature: OTHER_MILL.pair().sign(b"something").into(),
        };
        assert_eq!(apply(forged.into()).expect_err("no proof"), InvalidTransaction::BadProof.into());
    });
}

#[test]
fn models_are_registered_retired_and_removed_with_their_deposit() {
    use millrace_inference::{Model, Node};
    use pallet_models::Error;
    on_dev(|| {
        let before = free(REQUESTER);
        let encoding = Model {
            nodes: vec![
                Node::Input { shape: vec![2] },
                Node::Linear { input: 0, outputs: 1, parameters: vec![1, -1] },
            ],
        }
        .to_bytes();
        let model = H256(blake2_256(&encoding));
        let register = |bytes: Vec<u8>| Models::register(signed(REQUESTER), bytes, None);
        assert_noop!(register(vec![]), Error::<Runtime>::Undecodable);
        assert_noop!(register(vec![1; 2 * 1024 * 1024 + 1]), Error::<Runtime>::TooLong);
        assert_noop!(register(encoding[..9].to_vec()), Error::<Runtime>::Undecodable);
        assert_noop!(register(DIGITS.to_vec()), Error::<Runtime>::AlreadyExists);
        assert_ok!(register(encoding.clone()));
        assert!(free(REQUESTER) < before);
        assert_noop!(
            Tasks::post(signed(REQUESTER), model, vec![1, 2], UNIT, 50, None),
            pallet_tasks::Error::<Runtime>::NobodyOffers
        );

        assert_ok!(Miners::offer(signed(MINER), 1_000 * UNIT, vec![1_000_000; 2], vec![digits(), model]));
        pass(10);
        assert_ok!(Tasks::post(signed(REQUESTER), model, vec![1, 2], UNIT, 50, None));
        assert_noop!(Models::remove(signed(REQUESTER), model), Error::<Runtime>::NotRetired);
        assert_noop!(Models::retire(signed(MINER), model), Error::<Runtime>::NotAuthorized);
        assert_ok!(Models::retire(signed(REQUESTER), model));
        assert_noop!(Models::remove(signed(REQUESTER), model), Error::<Runtime>::InUse);
        assert_noop!(
            Tasks::post(signed(REQUESTER), model, vec![1, 2], UNIT, 50, None),
            pallet_tasks::Error::<Runtime>::RetiredModel
        );
        assert_ok!(Tasks::cancel(signed(REQUESTER), 0));
        assert_noop!(Models::remove(signed(REQUESTER), model), Error::<Runtime>::RetiredOfLate);
        pass(millrace_runtime::configs::market::MAX_ANCHOR_AGE + 1);
        assert_ok!(Models::remove(signed(REQUESTER), model));
        assert_eq!(free(REQUESTER), before - RECORD_FEE, "but for the record of the task's end");
    });
}

/// A bond, a balance or another account for the same slots changes no score.
#[test]
fn scores_know_only_work_ask_and_capacity() {
    use millrace_primitives::{CreditWork, Win};
    on_preset("local_testnet", || {
        Rewards::credit(&id(MINER), Win::in_turn(digits(), 1_000_000), None);
        let slim = pallet_rewards::Scores::<Runtime>::get(0, id(MINER)).expect("credited");
        assert_ok!(millrace_runtime::Balances::transfer_keep_alive(
            signed(REQUESTER),
            id(OTHER_MINER).into(),
            900_000 * UNIT
        ));
        Rewards::credit(&id(OTHER_MINER), Win::in_turn(digits(), 1_000_000), None);
        assert_eq!(pallet_rewards::Scores::<Runtime>::get(0, id(OTHER_MINER)), Some(slim));
    });
}

/// One slash, and then the cold key must act: a faulty machine or a stolen mill key doesn't burn the whole bond.
#[test]
fn a_wrong_sprint_is_the_last_until_the_miner_resumes() {
    on_dev(|| {
        // Slots of different rates: the largest pays.
        assert_ok!(Miners::offer(signed(MINER), 1, vec![1, 50_000_000_000, 1], vec![digits()]));
        pass(12);
        let before = total(MINER);
        let (wrong, also_wrong) = (win(|trace| trace[9] ^= 1), win(|trace| trace[9] ^= 2));
        assert_ok!(apply(wrong).expect("the digest meets the target"));
        let slash = Miners::bond_of_rate(50_000_000_000).expect("a bond") / 10;
        assert_eq!(before - total(MINER), slash);
        assert_eq!(apply(also_wrong.clone()).expect_err("suspended"), InvalidTransaction::Stale.into());
        assert!(Sprints::sprint_terms(MillKey::from(MILL.public())).is_none());
        assert_eq!(before - total(MINER), slash);
        assert_ok!(Miners::resume(signed(MINER)));
        pass(1);
        assert_ok!(apply(also_wrong).expect("it may sprint again"));
        assert_eq!(before - total(MINER), 2 * slash);
    });
}

/// A miner without slots has no slot to suspend, but may not go on either.
#[test]
fn a_wrong_sprint_without_slots_is_the_last_too() {
    on_dev(|| {
        assert_ok!(Miners::offer(signed(MINER), 1, vec![], vec![]));
        pass(12);
        assert_ok!(apply(win(|trace| trace[9] ^= 1)).expect("the digest meets the target"));
        assert!(Sprints::sprint_terms(MillKey::from(MILL.public())).is_none());
        assert_ok!(Miners::resume(signed(MINER)));
        assert!(Sprints::sprint_terms(MillKey::from(MILL.public())).is_some());
    });
}

/// A score depends on offering every listed model, so its owner can't take it from the miners.
#[test]
fn a_listed_model_cant_be_retired() {
    use sp_keyring::Sr25519Keyring::Alice;
    on_dev(|| {
        assert_noop!(Models::retire(signed(Alice), digits()), pallet_models::Error::<Runtime>::Listed);
        assert_ok!(Sprints::set_listed(RuntimeOrigin::root(), vec![]));
        assert_ok!(Models::retire(signed(Alice), digits()));
    });
}

/// A node claims for its miner without a signature, once.
#[test]
fn a_share_is_claimed_without_a_sender() {
    on_dev(|| {
        pass(2);
        let call = || RuntimeCall::from(pallet_rewards::Call::claim { round: 0, miner: id(MINER) });
        assert_ok!(apply(win(|_| {})).expect("authorised"));
        assert_eq!(apply(call()).expect_err("the round is open"), InvalidTransaction::Stale.into());
        close_round();
        let before = total(MINER);
        assert_ok!(apply(call()).expect("there is a share"));
        assert_eq!(total(MINER), before + 50 * UNIT);
        assert_eq!(apply(call()).expect_err("claimed"), InvalidTransaction::Stale.into());
        let nobody = pallet_rewards::Call::claim { round: 0, miner: id(REQUESTER) };
        assert_eq!(apply(nobody.into()).expect_err("no share"), InvalidTransaction::Stale.into());
    });
}

/// What the chain draws seats from, after a block whose proof of the relay chain has `randomness` under its key.
fn drawn_from(randomness: Option<Option<[u8; 32]>>) -> [u8; 32] {
    let mut relay = RelayStateSproofBuilder { para_id: PARACHAIN_ID.into(), ..Default::default() };
    relay.additional_key_values =
        randomness.map(|value| (CURRENT_BLOCK_RANDOMNESS.to_vec(), value.encode())).into_iter().collect();
    let (root, proof) = relay.into_state_root_and_proof();
    let proof = RelayChainStateProof::new(PARACHAIN_ID.into(), root, proof).expect("it is the root's");
    KeepRandomness::on_relay_state_proof(&proof);
    Randomness::get()
}

/// An author may leave the key out, or have a relay chain block that drew none; its own block's hash is no seed for it.
#[test]
fn seats_are_drawn_from_the_relay_chains_randomness_once_there_was_any() {
    on_dev(|| {
        assert_eq!(drawn_from(None), System::parent_hash().0, "there never was any");
        assert_eq!(drawn_from(Some(Some([7; 32]))), [7; 32]);
        assert_eq!(drawn_from(Some(None)), [7; 32], "the last stays");
        assert_eq!(drawn_from(None), [7; 32]);
        assert_eq!(drawn_from(Some(Some([8; 32]))), [8; 32]);
    });
}
