//! Models, miners, tasks, proof of work, sprints and rewards.

use frame_support::{
    parameter_types,
    traits::{ConstU128, ConstU32, ConstU64},
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use frame_system::EnsureRoot;
use sp_runtime::{Perbill, Permill};

use crate::{
    configs::{
        consensus::{DAYS, HOURS},
        monetary::{deposit, FeesToCollators, LengthToFee, MICROUNIT, MILLIUNIT, UNIT},
    },
    AccountId, Balance, Balances, Miners, Models, ProofOfWork, Rewards, Runtime, TransactionPayment,
};

const MIB: u32 = 1024 * 1024;

parameter_types! {
    pub const ModelDepositBase: Balance = deposit(2, 256);
    pub const DepositPerByte: Balance = deposit(0, 1);
    /// Part of a slot's bond that a slash takes.
    pub const SlashRatio: Permill = Permill::from_percent(10);
    /// Part of each payment that is burned.
    pub const ProtocolCut: Permill = Permill::from_percent(5);
    /// Sprints use about a quarter of the blocks.
    pub const SprintShare: Perbill = Perbill::from_percent(25);
    /// A model of 2 MiB, an input of 512 KiB and half a second.
    pub const MaxVerificationWeight: Weight =
        Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(500), 3 * MIB as u64);
    /// A tenth of a block's time for leases and refunds.
    pub const ServiceWeight: Weight =
        Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(50), MIB as u64);
}

impl pallet_models::Config for Runtime {
    type Currency = Balances;
    type DepositBase = ModelDepositBase;
    type DepositPerByte = DepositPerByte;
    type WeightInfo = pallet_models::weights::SubstrateWeight<Runtime>;
}

impl pallet_miners::Config for Runtime {
    type Currency = Balances;
    type Models = Models;
    type SlotBond = ConstU128<{ 10 * UNIT }>;
    type BondPerMegaMac = ConstU128<{ 10 * MILLIUNIT }>;
    type SlashRatio = SlashRatio;
    type UnbondingPeriod = ConstU32<HOURS>;
    type OffersPerBlock = ConstU32<4>;
    type WeightInfo = pallet_miners::weights::SubstrateWeight<Runtime>;
}

impl pallet_tasks::Config for Runtime {
    type Currency = Balances;
    type Models = Models;
    type Miners = Miners;
    type Verifier = ProofOfWork;
    type WeightToFee = TransactionPayment;
    type LengthToFee = LengthToFee;
    type FeeHandler = FeesToCollators;
    type DepositPerByte = DepositPerByte;
    type MinPrice = ConstU128<MICROUNIT>;
    type OutputFeePerByte = ConstU128<MICROUNIT>;
    type RentBase = ConstU128<MICROUNIT>;
    type RentPeak = ConstU128<{ 10 * MILLIUNIT }>;
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
    type MaxAnchorAge = ConstU32<8>;
    type SprintShare = SprintShare;
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
    type Models = Models;
    type OnRound = Miners;
    type InitialEmission = ConstU128<{ 100 * UNIT }>;
    type HalvingInterval = ConstU32<1_000_000>;
    type EmissionCap = ConstU128<{ 210_000_000 * UNIT }>;
    type ClaimWindow = ConstU32<1000>;
    // Nothing hurries: any transaction with a tip goes first.
    type Priority = ConstU64<0>;
    type WeightInfo = pallet_rewards::weights::SubstrateWeight<Runtime>;
}
