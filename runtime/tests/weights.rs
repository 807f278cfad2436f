//! No pallet of the runtime runs on placeholder weights, others that state weights agree, and the wasm blob carries no debug
//! checks.

use millrace_importer::{verification_ref_time, Bill, BLOCK_REF_TIME};
use millrace_inference::{CheckedModel, Cost};
use millrace_primitives::price_of;
use millrace_runtime::{ProofOfWork, Runtime, Tasks};
use millrace_runtime_tests::{chain, digits, DIGITS};
use proptest::prelude::*;

#[test]
fn every_pallet_has_measured_weights() {
    macro_rules! measured {
        ($($pallet:ident :: $weights:ident),* $(,)?) => {$(
            let name = core::any::type_name::<<Runtime as $pallet::Config>::$weights>();
            assert!(name.contains("SubstrateWeight"), "{} runs on {name}", stringify!($pallet));
        )*};
    }
    measured!(
        cumulus_pallet_parachain_system::WeightInfo,
        frame_system::SystemWeightInfo,
        pallet_balances::WeightInfo,
        pallet_collators::WeightInfo,
        pallet_miners::WeightInfo,
        pallet_models::WeightInfo,
        pallet_multisig::WeightInfo,
        pallet_proof_of_work::WeightInfo,
        pallet_proxy::WeightInfo,
        pallet_rewards::WeightInfo,
        pallet_session::WeightInfo,
        pallet_sprints::WeightInfo,
        pallet_sudo::WeightInfo,
        pallet_tasks::WeightInfo,
        pallet_timestamp::WeightInfo,
        pallet_transaction_payment::WeightInfo,
        pallet_utility::WeightInfo,
    );
    let number_after = |text: &str, what: &str| {
        let (_, text) = text.split_once(what)?;
        text.chars()
            .filter(|sign| *sign != '_')
            .map_while(|sign| sign.to_digit(10))
            .fold(None, |number, digit| Some(number.unwrap_or(0u64) * 10 + u64::from(digit)))
    };
    let generated = [
        include_str!("../../pallets/collators/src/weights.rs"),
        include_str!("../../pallets/miners/src/weights.rs"),
        include_str!("../../pallets/models/src/weights.rs"),
        include_str!("../../pallets/proof-of-work/src/weights.rs"),
        include_str!("../../pallets/rewards/src/weights.rs"),
        include_str!("../../pallets/sprints/src/weights.rs"),
        include_str!("../../pallets/tasks/src/weights.rs"),
    ];
    for weights in generated {
        assert!(weights.contains("measured by `scripts/benchmark.sh`"));
        let (_, measured) = weights.split_once("SubstrateWeight<T> {").expect("the template has it");
        let mut functions = measured.split("    fn ").skip(1).peekable();
        assert!(functions.peek().is_some());
        for function in functions {
            let (_, body) = function.split_once('\n').expect("a signature");
            let measured = number_after(body, "// Proof: measured ").expect("the template has it");
            // Bounds of entries come to a hundredth less than the way through a benchmark's database in places.
            let (_, weight) = body.split_once("Weight::from_parts(").expect("it has a weight");
            let declared = number_after(weight, ", ").expect("a proof size");
            assert!(declared + declared / 50 >= measured, "less proof is declared than measured: {function}");
        }
    }
}

proptest! {
    /// `millrace-model` tells what a model will weigh before it is on chain: as much as the chain then says.
    #[test]
    fn the_importer_weighs_as_the_chain_does(counts in prop::array::uniform12(0u64..1 << 40)) {
        let [recomputed, folded, drawn, elements, runs, patches, rest @ ..] = counts;
        let [quotients, evaluations, accumulators, model_bytes, input_bytes, trace_bytes] = rest;
        // These two are counted by ones, in 32 bits.
        let (drawn, evaluations) = (drawn >> 10, evaluations >> 10);
        let cost = Cost {
            recomputed,
            folded,
            drawn,
            elements,
            runs,
            patches,
            quotients,
            evaluations,
            accumulators,
            model_bytes,
            input_bytes,
            trace_bytes,
        };
        prop_assert_eq!(verification_ref_time(&cost), ProofOfWork::verification_weight(&cost).ref_time());
    }
}

#[test]
fn the_importer_knows_the_time_of_a_block() {
    let limits = <Runtime as frame_system::Config>::BlockWeights::get();
    assert_eq!(limits.max_block.ref_time(), BLOCK_REF_TIME);
}

/// `millrace-model inspect` bills a batch as a new chain's quote does, fee by fee.
#[test]
fn the_importer_bills_as_the_chain_does() {
    let model = CheckedModel::from_bytes(DIGITS).expect("the digits");
    let ask = 50_000_000;
    chain("development").execute_with(|| {
        for samples in [1, 64, 450, 5_000] {
            let quote = Tasks::quote(digits(), samples, 100).expect("it can be posted");
            let bill = Bill::of(model.profile(), samples, ask);
            assert_eq!(bill.verification, quote.verification_fee, "{samples} samples");
            assert_eq!(bill.output, quote.retention_fee, "{samples} samples");
            assert_eq!(Some(bill.work), price_of(ask, quote.work), "{samples} samples");
        }
    });
}

/// Our crates keep overflow checks in native builds; in the blob they would cost every block's time.
#[test]
fn the_blob_has_no_overflow_checks() {
    let code = millrace_runtime::WASM_BINARY_BLOATY.expect("built with the blob");
    let panic = b"attempt to add with overflow";
    assert!(!code.windows(panic.len()).any(|window| window == panic));
    let name = b"ProofOfWork";
    assert!(
        code.len() > 1_000_000 && code.windows(name.len()).any(|window| window == name),
        "it is our blob"
    );
}
