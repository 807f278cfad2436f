//! What moves the fees, and how far.

use codec::Encode;
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::{Authorize, Get},
    weights::Weight,
};
use millrace_inference::CheckedModel;
use millrace_runtime::{
    configs::monetary::MinimumMultiplier, Balance, Runtime, RuntimeCall, System, Tasks, TransactionPayment,
    TxExtension, UncheckedExtrinsic,
};
use millrace_runtime_tests::{chain, digits, DIGITS, HELD_OUT, MILL, MINER, REQUESTER, UNIT};
use pallet_transaction_payment::Multiplier;
use sp_core::{Pair, H256};
use sp_runtime::{generic::Era, traits::Convert, FixedPointNumber, MultiSignature, Perbill};

type Update = <Runtime as pallet_transaction_payment::Config>::FeeMultiplierUpdate;

/// The multiplier after `blocks` blocks whose normal class is so full, in both dimensions of weight.
fn after(blocks: u32, multiplier: Multiplier, fullness: Perbill) -> Multiplier {
    chain("development").execute_with(|| {
        let limits = <Runtime as frame_system::Config>::BlockWeights::get();
        let most = limits.get(DispatchClass::Normal).max_total.expect("the normal class has a limit");
        let used = Weight::from_parts(fullness * most.ref_time(), fullness * most.proof_size());
        System::set_block_consumed_resources(used, 0);
        (0..blocks).fold(multiplier, |multiplier, _| Update::convert(multiplier))
    })
}

#[test]
fn fees_stay_where_they_are_at_the_target_and_move_on_either_side() {
    let two = Multiplier::from(2);
    let moved = |percent| after(100, two, Perbill::from_percent(percent));
    let near = Multiplier::saturating_from_rational(1, 10_000);
    assert!(moved(60) <= two + near && moved(60) + near >= two, "{:?}", moved(60));
    assert!(moved(55) < two && moved(65) > two);
}

/// What attacks cost is made of fees.
#[test]
fn fees_never_fall_below_those_of_a_new_chain() {
    let one = Multiplier::from(1);
    assert_eq!(MinimumMultiplier::get(), one);
    assert_eq!(after(100, one, Perbill::zero()), one);
}

#[test]
fn full_blocks_raise_the_fees_a_hundredfold_and_no_farther() {
    let full = |multiplier| after(1, multiplier, Perbill::one());
    let most = Multiplier::from(100);
    assert!(full(Multiplier::from(99)) > Multiplier::from(99));
    assert_eq!(full(most), most);
    assert_eq!(after(200_000, most, Perbill::zero()), MinimumMultiplier::get());
}

/// Sprints pay no fee, and never raise those of others: a block that takes the longest win on the demo model, and
/// nothing else, is far emptier than the target.
#[test]
fn a_win_in_each_block_lets_the_fees_fall() {
    chain("development").execute_with(|| {
        let listing = pallet_sprints::Listed::<Runtime>::get()[0].clone();
        let model = CheckedModel::from_bytes(DIGITS).expect("the digits");
        let length = model.profile().max_trace_bytes(listing.samples);
        let win = RuntimeCall::Sprints(pallet_sprints::Call::sprint {
            miner: MINER.to_account_id(),
            anchor: 1,
            nonce: 0,
            trace_hash: H256::zero(),
            trace: vec![0; length as usize],
            signature: MILL.pair().sign(b"a win").into(),
        });
        let limits = <Runtime as frame_system::Config>::BlockWeights::get();
        let used = win
            .get_dispatch_info()
            .call_weight
            .saturating_add(win.weight_of_authorize())
            .saturating_add(limits.get(DispatchClass::Normal).base_extrinsic)
            .saturating_add(Weight::from_parts(0, length));
        System::set_block_consumed_resources(used, win.encoded_size());
        let mut multiplier = Multiplier::from(100);
        for block in 0..1_000 {
            let next = Update::convert(multiplier);
            assert!(next < multiplier, "{next:?} after {multiplier:?}, in block {block}");
            multiplier = next;
        }
    });
}

#[test]
fn a_win_outlives_three_turns_of_all_authors() {
    let appointed: u32 = <Runtime as pallet_collators::Config>::MaxAppointed::get();
    let seats: u32 = <Runtime as pallet_collators::Config>::MaxSeats::get();
    let age: u32 = <Runtime as pallet_sprints::Config>::MaxAnchorAge::get();
    assert!(age >= 3 * (appointed + seats));
}

/// A quote's posting fee is that of the transaction, whatever fees are at; a nonce and lengths take a few bytes more or less.
#[test]
fn a_quote_says_what_posting_costs() {
    for samples in [1, 64, 450] {
        for multiplier in [1, 100] {
            chain("development").execute_with(|| {
                pallet_transaction_payment::NextFeeMultiplier::<Runtime>::put(Multiplier::from(multiplier));
                let input = HELD_OUT[..64 * samples].to_vec();
                let quote = Tasks::quote(digits(), samples as u32, 100).expect("it can be posted");
                let call = RuntimeCall::Tasks(pallet_tasks::Call::post {
                    model: digits(),
                    input,
                    max_price: UNIT,
                    deadline: 100,
                    input_hash: None,
                });
                let signature = MultiSignature::Sr25519([0; 64].into());
                let extension = TxExtension::new(Era::mortal(64, 1), 300, 0);
                let signer = REQUESTER.to_account_id().into();
                let transaction = UncheckedExtrinsic::new_signed(call, signer, signature, extension);
                let length = transaction.encoded_size() as u32;
                let fee = TransactionPayment::compute_fee(length, &transaction.get_dispatch_info(), 0);
                let few: Balance = 4 * 1_000_000;
                assert!(quote.posting_fee.abs_diff(fee) <= few, "{} is quoted for {fee}", quote.posting_fee);
            });
        }
    }
}
