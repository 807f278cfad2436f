//! The pallets whose weights are measured on this runtime: ours. The SDK's carry their own.

frame_benchmarking::define_benchmarks!(
    [pallet_collators, Collators]
    [pallet_models, Models]
    [pallet_rewards, Rewards]
    [pallet_miners, Miners]
    [pallet_proof_of_work, ProofOfWork]
    [pallet_sprints, Sprints]
    [pallet_tasks, Tasks]
);
