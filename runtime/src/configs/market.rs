//! Models, miners, tasks, proof of work, sprints and rewards. What governance can tune is in `parameters.rs`.

use frame_support::{
    parameter_types,
    traits::{ConstU128, ConstU32, ConstU64},
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use frame_system::EnsureRoot;
use millrace_primitives::Mac;

use crate::{
    configs::{
        consensus::{Author, MAX_APPOINTED, MAX_SEATS},
        monetary::{deposit, FeesToCollators, LengthToFee, SignedTransactionFee, UNIT},
        parameters::{
            stored::{miners, sprints, tasks},
            Within,
        },
        time::{DAYS, HOURS},
    },
    AccountId, Balance, Balances, Collators, Miners, Models, ProofOfWork, Rewards, Runtime,
    TransactionPayment,
};

const MIB: u32 = 1024 * 1024;
/// Blocks for which capacity that was on sale waits for a win to use it: 128 rounds of an hour. The rarer a miner's wins
/// are, the longer it has to wait; the longer it waits, the later a change of the ask shows.
const CAPACITY_WINDOW: u32 = 128 * HOURS;
/// Blocks in which a sprint can be included: three turns of all authors, so that some can't keep it out between them.
pub const MAX_ANCHOR_AGE: u32 = 3 * (MAX_APPOINTED + MAX_SEATS);
/// Work of a win on a model that is listed anew, MAC. Two threads do some 13 giga-MAC a second on the demo model, 40,000
/// attempts, so this is two or three seconds of a small miner. A win in eight blocks is wanted. The difficulty gets there
/// within a hundred blocks or so; until then each block may have a win.
pub const INITIAL_WORK: Mac = 32_000_000_000;

parameter_types! {
    pub const ModelDepositBase: Balance = deposit(2, 256);
    pub const DepositPerByte: Balance = deposit(0, 1);
    /// A model of 2 MiB, an input of 512 KiB and half a second.
    pub const MaxVerificationWeight: Weight =
        Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(500), 3 * MIB as u64);
    /// What leases and refunds may take of a block before its transactions: a twentieth of its two seconds, and 1 MiB of
    /// its proof. What transactions leave is theirs too.
    pub const ServiceWeight: Weight =
        Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(100), MIB as u64);
}

/// Part of each payment that is burned.
pub type ProtocolCut = Within<tasks::ProtocolCut>;

impl pallet_models::Config for Runtime {
    // A win on an anchor of before still finds the model.
    type RemovalDelay = ConstU32<MAX_ANCHOR_AGE>;
    type Currency = Balances;
    type DepositBase = ModelDepositBase;
    type DepositPerByte = DepositPerByte;
    type WeightInfo = pallet_models::weights::SubstrateWeight<Runtime>;
}

impl pallet_miners::Config for Runtime {
    type Currency = Balances;
    type Models = Models;
    type SlotBond = Within<miners::SlotBond>;
    type BondPerMegaMac = Within<miners::BondPerMegaMac>;
    type SlashRatio = Within<miners::SlashRatio>;
    type UnbondingPeriod = Within<miners::UnbondingPeriod>;
    type RecordDeposit = Within<miners::RecordDeposit>;
    type CapacityWindow = ConstU32<CAPACITY_WINDOW>;
    type WeightInfo = pallet_miners::weights::SubstrateWeight<Runtime>;
}

impl pallet_tasks::Config for Runtime {
    type Currency = Balances;
    type Models = Models;
    type Miners = Miners;
    type Verifier = ProofOfWork;
    type OnWork = Collators;
    type Mining = Rewards;
    type WeightToFee = TransactionPayment;
    type LengthToFee = LengthToFee;
    type TransactionFee = SignedTransactionFee;
    type FeeHandler = FeesToCollators;
    type DepositPerByte = DepositPerByte;
    type MinPrice = Within<tasks::MinPrice>;
    type OutputFeePerByte = Within<tasks::OutputFeePerByte>;
    type RentBase = Within<tasks::RentBase>;
    type RentPeak = Within<tasks::RentPeak>;
    type ProtocolCut = ProtocolCut;
    type LatencyFloor = ConstU32<3>;
    type GracePeriod = ConstU32<5>;
    type MaxDeadline = ConstU32<{ 7 * DAYS }>;
    type Retention = ConstU32<{ 7 * DAYS }>;
    type MaxTrace = ConstU32<{ 3 * MIB }>;
    type MaxVerificationWeight = MaxVerificationWeight;
    type ServiceWeight = ServiceWeight;
    type Priority = ConstU64<{ u64::MAX }>;
    type WeightInfo = pallet_tasks::weights::SubstrateWeight<Runtime>;
}

impl pallet_proof_of_work::Config for Runtime {
    type Models = Models;
    type WeightInfo = pallet_proof_of_work::weights::SubstrateWeight<Runtime>;
}

impl pallet_sprints::Config for Runtime {
    type Models = Models;
    type Miners = Miners;
    type Verifier = ProofOfWork;
    type Rewards = Rewards;
    type Rounds = Rewards;
    type ListOrigin = EnsureRoot<AccountId>;
    type Author = Author;
    type MaxAnchorAge = ConstU32<MAX_ANCHOR_AGE>;
    type SprintShare = Within<sprints::SprintShare>;
    type InitialWork = ConstU128<INITIAL_WORK>;
    type MaxVerificationWeight = MaxVerificationWeight;
    type MaxSprintTrace = ConstU32<{ MIB / 2 }>;
    // Below every submission for a lease: a paid task goes first.
    type Priority = ConstU64<{ u64::MAX / 2 }>;
    type WeightInfo = pallet_sprints::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkMarket = Miners;
}

impl pallet_rewards::Config for Runtime {
    type Currency = Balances;
    type Keys = Miners;
    type Capacity = Miners;
    type OnRound = Miners;
    type OnWork = Collators;
    type InitialEmission = ConstU128<{ 5 * UNIT }>;
    // Four years of blocks.
    type HalvingInterval = ConstU32<21_000_000>;
    type EmissionCap = ConstU128<{ 210_000_000 * UNIT }>;
    type ClaimWindow = ConstU32<1000>;
    // Nothing hurries: any transaction with a tip goes first.
    type Priority = ConstU64<0>;
    type WeightInfo = pallet_rewards::weights::SubstrateWeight<Runtime>;
}
