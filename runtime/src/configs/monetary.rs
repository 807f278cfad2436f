//! The token and the fees.

use alloc::vec::Vec;

use frame_support::{
    dispatch::{DispatchClass, DispatchInfo, Pays},
    parameter_types,
    traits::{tokens::imbalance::ResolveTo, ConstU32, ConstU8, VariantCountOf},
    weights::{
        constants::WEIGHT_REF_TIME_PER_SECOND, ConstantMultiplier, Weight, WeightToFee as WeightToFeeTrait,
    },
};
use pallet_collators::PotAccount;
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{
    generic::Era,
    traits::{Convert, TransactionExtension},
    FixedPointNumber, Perquintill,
};

use crate::{
    Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason, System,
    TransactionPayment, TxExtension,
};

pub const UNIT: Balance = 1_000_000_000_000; // 12 decimals
pub const MILLIUNIT: Balance = UNIT / 1_000;
pub const MICROUNIT: Balance = UNIT / 1_000_000;
pub const EXISTENTIAL_DEPOSIT: Balance = MILLIUNIT;

/// Deposit for keeping `items` entries of `bytes` in total in the state.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
    (items as Balance) * 20 * MILLIUNIT + (bytes as Balance) * 10 * MICROUNIT
}

/// Price of one second of `ref_time`.
const FEE_PER_SECOND: Balance = UNIT / 10;
/// Price of one MiB of proof.
const FEE_PER_PROOF_MIB: Balance = UNIT / 10;

/// Charges the scarcer of the two dimensions of weight.
pub struct WeightToFee;
impl WeightToFeeTrait for WeightToFee {
    type Balance = Balance;

    fn weight_to_fee(weight: &Weight) -> Balance {
        let time = Balance::from(weight.ref_time()).saturating_mul(FEE_PER_SECOND)
            / Balance::from(WEIGHT_REF_TIME_PER_SECOND);
        let proof = Balance::from(weight.proof_size()).saturating_mul(FEE_PER_PROOF_MIB) / (1024 * 1024);
        time.max(proof)
    }
}

/// Fee of a length in bytes, for pallets that ask.
pub struct LengthToFee;
impl Convert<u32, Balance> for LengthToFee {
    fn convert(length: u32) -> Balance {
        Balance::from(length).saturating_mul(TransactionByteFee::get())
    }
}

/// Bytes of a signed transaction besides its call: length, version, signer, signature, a mortal era, a nonce of up to 16,383,
/// no tip and no metadata hash.
const SIGNED_BYTES: u32 = 4 + 1 + 33 + 65 + 2 + 2 + 1 + 1;

/// Fee of a signed transaction whose call has this weight and so many bytes.
pub struct SignedTransactionFee;
impl Convert<(Weight, u32), Balance> for SignedTransactionFee {
    fn convert((call_weight, bytes): (Weight, u32)) -> Balance {
        // The extensions weigh the same whatever is called. What a wallet signs is mortal, for which a block's hash is read.
        let call = RuntimeCall::System(frame_system::Call::remark { remark: Vec::new() });
        let extension = TxExtension::new(Era::mortal(64, 0), 0, 0);
        let info = DispatchInfo {
            call_weight,
            extension_weight: extension.weight(&call),
            class: DispatchClass::Normal,
            pays_fee: Pays::Yes,
        };
        TransactionPayment::compute_fee(bytes.saturating_add(SIGNED_BYTES), &info, 0)
    }
}

parameter_types! {
    pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
    pub const TransactionByteFee: Balance = MICROUNIT;
    /// Fullness of the normal class that leaves the fee where it is: more than what the chain's own work takes, or
    /// mining alone would make everyone's fees rise.
    pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(60);
    pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(75, 1_000_000);
    /// What attacks cost is made of fees, so they never get cheaper than on a new chain.
    pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_integer(1);
    /// However long blocks stay full, a transaction can be paid for.
    pub MaximumMultiplier: Multiplier = Multiplier::saturating_from_integer(100);
}

/// Fees and tips go to the collators' pot; each author takes half of what lies there.
pub type FeesToCollators = ResolveTo<PotAccount<Runtime>, Balances>;

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
    type Balance = Balance;
    type DustRemoval = ();
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type DoneSlashHandler = ();
}

impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnChargeTransaction = FungibleAdapter<Balances, FeesToCollators>;
    type WeightToFee = WeightToFee;
    type LengthToFee = ConstantMultiplier<Balance, TransactionByteFee>;
    type FeeMultiplierUpdate = TargetedFeeAdjustment<
        Self,
        TargetBlockFullness,
        AdjustmentVariable,
        MinimumMultiplier,
        MaximumMultiplier,
    >;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}
