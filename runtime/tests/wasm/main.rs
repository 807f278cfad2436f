//! Submissions executed in the real blob, as an author's node executes them: none may take more time than was declared for
//! it, nor more memory than a verification may, whatever its model.
//!
//! Time is compared with that of a control in the same run, so that the machine doesn't matter; it is the time that the
//! thread was on a processor. Memory is what the runtime's allocator took of the instance's address space.
//!
//! As part of the tests each case is a small batch, and the bound is wide: what one operator takes beside another differs by a
//! quarter from processor to processor, and the fault to be found was of 4.6 times. `make harness` takes the largest batches that
//! may be posted, more random models, and a narrow bound: `HARNESS_MS` is the declared time of a batch in milliseconds,
//! `HARNESS_MODELS` the number of random models, `HARNESS_PERCENT` what a case may take of its declared time, of what the
//! control takes of its own.
#![allow(missing_docs)]

mod families;

use std::sync::LazyLock;

use codec::{Decode, Encode};
use families::Family;
use frame_support::{
    traits::Get,
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use frame_system::offchain::CreateAuthorizedTransaction;
use millrace_inference::{
    execute,
    random::{random_input, random_model, Random},
    CheckedModel, Model, Profile,
};
use millrace_runtime::{Miners, Models, ProofOfWork, Runtime, RuntimeCall, System, Tasks, WASM_BINARY};
use millrace_runtime_tests::*;
use sc_executor_common::{
    runtime_blob::RuntimeBlob,
    wasm_runtime::{HeapAllocStrategy, WasmModule},
};
use sc_executor_wasmtime::{create_runtime, Config, InstantiationStrategy, Semantics};
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use sp_runtime::ApplyExtrinsicResult;

/// What an author's node gives an instance beside what the blob itself needs.
const PAGES: HeapAllocStrategy = HeapAllocStrategy::Static { extra_pages: 2048 };
/// How often each case is executed; the shortest counts, because whatever else the machine does only adds.
const REPETITIONS: usize = 3;
/// How often a case is measured before it counts as slower than declared: others on the machine may slow several
/// executions in a row, and never make one faster.
const ATTEMPTS: usize = 5;
/// Bytes that a submission takes at most, whatever it verifies: twice a verification's slice, its lanes, and copies of the
/// transaction, the model and the input, each rounded up to a power of two.
const MOST_MEMORY: u32 = 40 << 20;

type HostFunctions = (
    sp_io::SubstrateHostFunctions,
    cumulus_primitives_proof_size_hostfunction::storage_proof_size::HostFunctions,
);

static BLOB: LazyLock<Box<dyn WasmModule>> = LazyLock::new(|| {
    let code = WASM_BINARY.expect("built with the blob");
    let blob = RuntimeBlob::uncompress_if_needed(code).expect("our blob");
    let semantics = Semantics {
        instantiation_strategy: InstantiationStrategy::RecreateInstance,
        deterministic_stack_limit: None,
        canonicalize_nans: false,
        parallel_compilation: true,
        heap_alloc_strategy: PAGES,
        wasm_multi_value: false,
        wasm_bulk_memory: false,
        wasm_reference_types: false,
        wasm_simd: false,
    };
    let config = Config { allow_missing_func_imports: true, cache_path: None, semantics };
    Box::new(create_runtime::<HostFunctions>(blob, config).expect("our blob compiles"))
});

/// What a submission took.
#[derive(Debug)]
struct Measured {
    name: String,
    samples: u32,
    /// Declared time, ns.
    declared: u64,
    /// Time on a processor, ns.
    took: u64,
    /// Bytes of the instance's memory.
    memory: u32,
}

impl Measured {
    fn ratio(&self) -> f64 {
        self.took as f64 / self.declared as f64
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

/// Nanoseconds that this thread was on a processor.
fn on_processor() -> u64 {
    // The kernel brings the figure up to date when a thread gives way.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    text.split_whitespace().next().and_then(|number| number.parse().ok()).expect("the first number")
}

/// The most samples of a model that may be posted at once and whose verification is declared at `limit` or less; none if
/// not even one may.
fn samples(profile: &Profile, limit: Weight) -> Option<u32> {
    let most = u64::from(<pallet_tasks::MaxInput as Get<u32>>::get() / profile.sample_bytes);
    let fits = |samples: u32| {
        profile.max_trace_bytes(samples)
            <= u64::from(<<Runtime as pallet_tasks::Config>::MaxTrace as Get<u32>>::get())
            && profile.output_bytes(samples) <= <pallet_tasks::MaxOutput as Get<u32>>::get().into()
            && ProofOfWork::verification_weight(&profile.cost(samples)).all_lte(limit)
    };
    let (mut low, mut high) = (0u32, u32::try_from(most).expect("bytes of an input"));
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if fits(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    (low > 0 && profile.fits_memory()).then_some(low)
}

/// Posts a batch, has it leased, and submits its honest trace to the blob.
fn measure(name: &str, model: &Model, limit: Weight) -> Option<Measured> {
    let encoding = model.to_bytes();
    let checked = CheckedModel::from_bytes(&encoding).unwrap_or_else(|error| panic!("{name}: {error}"));
    let samples = samples(checked.profile(), limit)?;
    let id = H256(blake2_256(&encoding));
    chain("development").execute_with(|| {
        Models::register(signed(REQUESTER), encoding, None).expect("a registered model");
        Miners::offer(signed(MINER), 0, vec![1_000_000_000_000], vec![id]).expect("a fine offer");
        pass(11);
        let input = random_input(&mut Random(7), checked.profile().sample_bytes, samples);
        let task = pallet_tasks::NextTask::<Runtime>::get();
        let deadline = System::block_number() + 10_000;
        Tasks::post(signed(REQUESTER), id, input.clone(), 1_000 * UNIT, deadline, None)
            .expect("it may be posted");
        pass(1);
        let trace = execute(&checked, &input).expect("whole samples").trace;
        let call = submission(task, descriptor(task), trace, MILL);
        let transaction =
            <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(call)
                .encode();
        let declared =
            pallet_tasks::Tasks::<Runtime>::get(task).expect("an open task").submission_time / 1_000;
        let runs = (0..REPETITIONS).map(|_| apply_in_blob(&transaction, task));
        let (took, memory) = runs.min().expect("some repetitions");
        Some(Measured { name: name.into(), samples, declared, took, memory })
    })
}

/// Time and memory of a transaction in the blob; what it changed is taken back.
fn apply_in_blob(transaction: &[u8], task: u64) -> (u64, u32) {
    let mut instance = BLOB.new_instance(PAGES).expect("an instance");
    sp_io::storage::start_transaction();
    let before = on_processor();
    let (result, stats) = instance.call_with_allocation_stats("BlockBuilder_apply_extrinsic", transaction);
    let took = on_processor() - before;
    let result = result.expect("the blob doesn't trap");
    let applied = ApplyExtrinsicResult::decode(&mut &result[..]).expect("a result");
    assert!(matches!(applied, Ok(Ok(()))), "{applied:?}");
    assert!(pallet_tasks::Outputs::<Runtime>::contains_key(task), "it settled");
    sp_io::storage::rollback_transaction();
    (took, stats.expect("the allocator counts").address_space_used)
}

#[test]
fn no_submission_takes_more_than_was_declared() {
    let proof = <Runtime as pallet_tasks::Config>::MaxVerificationWeight::get().proof_size();
    let limit = Weight::from_parts(setting("HARNESS_MS", 25) * WEIGHT_REF_TIME_PER_MILLIS, proof);
    let mut random = Random(setting("HARNESS_SEED", 1));
    let random_models = (0..setting("HARNESS_MODELS", 12)).map(|index| {
        let width = [12, 48, 160][index as usize % 3];
        Family { name: format!("random {index}"), model: random_model(&mut random, width) }
    });
    let cases: Vec<Family> = families::all().into_iter().chain(random_models).collect();
    let control = |ratios: &mut Vec<f64>| {
        let measured = measure("control", &families::control(), limit).expect("it may be posted");
        ratios.push(measured.ratio());
    };
    let mut controls = Vec::new();
    control(&mut controls);
    let mut all: Vec<(&Family, Measured)> = Vec::new();
    for case in &cases {
        match measure(&case.name, &case.model, limit) {
            Some(measured) => all.push((case, measured)),
            None => println!("{:<44} refused at the post", case.name),
        }
        if all.len() % 8 == 7 {
            control(&mut controls);
        }
    }
    control(&mut controls);
    // The slowest of the control's, which were all alike but for the machine.
    let control = controls.iter().copied().fold(0.0, f64::max);
    println!("control: {control:.2} of what was declared");
    let bound = control * setting("HARNESS_PERCENT", 200) as f64 / 100.0;
    for (case, measured) in &mut all {
        for _ in 1..ATTEMPTS {
            if measured.ratio() > bound {
                let again = measure(&case.name, &case.model, limit).expect("it was posted before");
                measured.took = measured.took.min(again.took);
            }
        }
    }
    let mut all: Vec<Measured> = all.into_iter().map(|(_, measured)| measured).collect();
    all.sort_by(|a, b| b.ratio().total_cmp(&a.ratio()));
    for Measured { name, samples, declared, took, memory } in &all {
        let (ratio, ms) = (*took as f64 / *declared as f64, *took as f64 / 1e6);
        println!(
            "{name:<44} {samples:>7} samples {ms:>7.1} ms {ratio:>5.2} {:>6.1} MiB",
            f64::from(*memory) / 1048576.0
        );
    }
    let most = all.iter().map(|measured| measured.memory).max().unwrap_or(0);
    println!("worst ratio {:.2}, most memory {:.1} MiB", all[0].ratio(), f64::from(most) / 1048576.0);
    assert!(all[0].ratio() <= bound, "{} takes more than {bound:.2} of what was declared", all[0].name);
    assert!(most <= MOST_MEMORY, "{most} bytes of memory");
}
