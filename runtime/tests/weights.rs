//! No pallet of the runtime runs on placeholder weights, and the wasm blob carries no debug checks.

use millrace_runtime::Runtime;

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
    let generated = [
        include_str!("../../pallets/miners/src/weights.rs"),
        include_str!("../../pallets/models/src/weights.rs"),
        include_str!("../../pallets/proof-of-work/src/weights.rs"),
        include_str!("../../pallets/rewards/src/weights.rs"),
        include_str!("../../pallets/sprints/src/weights.rs"),
        include_str!("../../pallets/tasks/src/weights.rs"),
    ];
    for weights in generated {
        assert!(weights.contains("measured by `scripts/benchmark.sh`"));
    }
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
