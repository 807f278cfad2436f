//! System, time, and the pallets that carry other pallets' calls.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstU32, ConstU64, InstanceFilter},
    weights::{
        constants::{BlockExecutionWeight, ExtrinsicBaseWeight, ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
        Weight,
    },
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::{traits::BlakeTwo256, Perbill};
use sp_version::RuntimeVersion;

use crate::{
    configs::monetary::deposit, AccountId, Aura, Balance, Balances, Block, Hash, Migrations, Nonce,
    OriginCaller, PalletInfo, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, RuntimeTask, VERSION,
};

/// Share of a block that hooks may take before the first extrinsic; caps a single extrinsic.
const AVERAGE_ON_INITIALIZE_RATIO: Perbill = Perbill::from_percent(5);
/// Share of a block open to ordinary transactions.
pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);
/// 2 s of computation and the relay chain's whole proof (`MAX_POV_SIZE`: u32 = 10 MiB).
pub const MAXIMUM_BLOCK_WEIGHT: Weight = Weight::from_parts(
    WEIGHT_REF_TIME_PER_SECOND.saturating_mul(2),
    cumulus_primitives_core::relay_chain::MAX_POV_SIZE as u64,
);
/// Bytes of a block.
pub const MAXIMUM_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

parameter_types! {
    pub const Version: RuntimeVersion = VERSION;
    pub const SS58Prefix: u16 = 42;
    pub RuntimeBlockLength: BlockLength = BlockLength::builder()
        .max_length(MAXIMUM_BLOCK_LENGTH)
        .modify_max_length_for_class(DispatchClass::Normal, |m| *m = NORMAL_DISPATCH_RATIO * *m)
        .build();
    pub RuntimeBlockWeights: BlockWeights = BlockWeights::builder()
        .base_block(BlockExecutionWeight::get())
        .for_class(DispatchClass::all(), |weights| {
            weights.base_extrinsic = ExtrinsicBaseWeight::get();
        })
        .for_class(DispatchClass::Normal, |weights| {
            weights.max_total = Some(NORMAL_DISPATCH_RATIO * MAXIMUM_BLOCK_WEIGHT);
        })
        .for_class(DispatchClass::Operational, |weights| {
            weights.max_total = Some(MAXIMUM_BLOCK_WEIGHT);
            // Reserved on top, so that a full block still takes them.
            weights.reserved = Some(MAXIMUM_BLOCK_WEIGHT - NORMAL_DISPATCH_RATIO * MAXIMUM_BLOCK_WEIGHT);
        })
        .avg_block_initialization(AVERAGE_ON_INITIALIZE_RATIO)
        .build_or_panic();
}

#[derive_impl(frame_system::config_preludes::ParaChainDefaultConfig)]
impl frame_system::Config for Runtime {
    type AccountId = AccountId;
    type Nonce = Nonce;
    type Hash = Hash;
    type Block = Block;
    type BlockHashCount = ConstU32<4096>;
    type Version = Version;
    type AccountData = pallet_balances::AccountData<Balance>;
    type DbWeight = ParityDbWeight;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
    type BlockWeights = RuntimeBlockWeights;
    type BlockLength = RuntimeBlockLength;
    type SS58Prefix = SS58Prefix;
    type OnSetCode = cumulus_pallet_parachain_system::ParachainSetCode<Self>;
    type MaxConsumers = ConstU32<16>;
    type SingleBlockMigrations = Migrations;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64; // milliseconds
    type OnTimestampSet = Aura;
    type MinimumPeriod = ConstU64<0>; // Aura's slots are the real bound
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl parachain_info::Config for Runtime {}

impl cumulus_pallet_weight_reclaim::Config for Runtime {
    type WeightInfo = (); // the SDK's measured weights, which it offers under no other name
}

impl pallet_utility::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
    // Key of 32 bytes; value of 4 + 4 + 16 + 32 bytes.
    pub const DepositBase: Balance = deposit(1, 88);
    // Each further signatory.
    pub const DepositFactor: Balance = deposit(0, 32);
}

impl pallet_multisig::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type DepositBase = DepositBase;
    type DepositFactor = DepositFactor;
    type MaxSignatories = ConstU32<100>;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
    type BlockNumberProvider = frame_system::Pallet<Runtime>;
}

/// What a proxy may do for the account it serves.
#[derive(
    Copy,
    Clone,
    Eq,
    PartialEq,
    Ord,
    PartialOrd,
    Encode,
    Decode,
    DecodeWithMemTracking,
    Debug,
    MaxEncodedLen,
    scale_info::TypeInfo,
    Default,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    Any,
    /// Everything that moves no funds out.
    NonTransfer,
    /// Only reject announced calls.
    CancelProxy,
    /// The market: slots, asks, resuming, claiming — the hot side of a miner, but for its mill key, with which it could
    /// have the bond slashed.
    Miner,
    /// Collator candidacy.
    Collator,
}

/// Calls that change an offer, but name no mill key.
fn is_market(call: &RuntimeCall) -> bool {
    matches!(
        call,
        RuntimeCall::Miners(
            pallet_miners::Call::offer { .. }
                | pallet_miners::Call::resume { .. }
                | pallet_miners::Call::withdraw { .. }
        )
    )
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        match self {
            Self::Any => true,
            Self::NonTransfer => {
                matches!(
                    call,
                    RuntimeCall::System { .. }
                        | RuntimeCall::Collators { .. }
                        | RuntimeCall::Session { .. }
                        | RuntimeCall::Utility { .. }
                        | RuntimeCall::Multisig { .. }
                        | RuntimeCall::Models { .. }
                        | RuntimeCall::Rewards { .. }
                ) || is_market(call)
            }
            Self::CancelProxy => matches!(
                call,
                RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. })
                    | RuntimeCall::Utility { .. }
                    | RuntimeCall::Multisig { .. }
            ),
            Self::Miner => {
                matches!(call, RuntimeCall::Rewards { .. } | RuntimeCall::Utility { .. }) || is_market(call)
            }
            Self::Collator => matches!(
                call,
                RuntimeCall::Collators { .. } | RuntimeCall::Utility { .. } | RuntimeCall::Multisig { .. }
            ),
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (x, y) if x == y => true,
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (Self::NonTransfer, Self::Collator | Self::Miner) => true,
            _ => false,
        }
    }
}
// `RuntimeCall::System { .. }` is a legal pattern for a tuple variant and ignores the inner call.
// Inner calls of utility/multisig are filtered again (the filter is added to the origin).

parameter_types! {
    pub const ProxyDepositBase: Balance = deposit(1, 40);
    pub const ProxyDepositFactor: Balance = deposit(0, 33);
    pub const AnnouncementDepositBase: Balance = deposit(1, 48);
    pub const AnnouncementDepositFactor: Balance = deposit(0, 66);
}

impl pallet_proxy::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type ProxyType = ProxyType;
    type ProxyDepositBase = ProxyDepositBase;
    type ProxyDepositFactor = ProxyDepositFactor;
    type MaxProxies = ConstU32<32>;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
    type MaxPending = ConstU32<32>;
    type CallHasher = BlakeTwo256;
    type AnnouncementDepositBase = AnnouncementDepositBase;
    type AnnouncementDepositFactor = AnnouncementDepositFactor;
    type BlockNumberProvider = frame_system::Pallet<Runtime>;
}

impl pallet_sudo::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}
