//! What every transaction carries besides its call, and what one without a signature must carry.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{dispatch::DispatchInfo, traits::OriginTrait, weights::Weight};
use frame_system::RawOrigin;
use scale_info::{Type, TypeInfo};
use sp_runtime::{
    generic::Era,
    traits::{
        DispatchInfoOf, Implication, PostDispatchInfoOf, TransactionExtension, TransactionExtensionMetadata,
    },
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError,
        ValidTransaction,
    },
    DispatchResult,
};

use crate::{Balance, Nonce, Runtime, RuntimeCall, RuntimeOrigin};

/// What every transaction carries besides its call, outermost first.
type Extensions = cumulus_pallet_weight_reclaim::StorageWeightReclaim<
    Runtime,
    (
        frame_system::AuthorizeCall<Runtime>,
        frame_system::CheckNonZeroSender<Runtime>,
        frame_system::CheckSpecVersion<Runtime>,
        frame_system::CheckTxVersion<Runtime>,
        frame_system::CheckGenesis<Runtime>,
        frame_system::CheckEra<Runtime>,
        frame_system::CheckNonce<Runtime>,
        frame_system::CheckWeight<Runtime>,
        pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
        frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
    ),
>;

/// The extensions of a transaction. One without a signature, which its call authorises, has one form only: immortal, nonce
/// and tip zero, no metadata hash. The mill key signs none of these, so a stranger could otherwise copy a transaction into
/// another that lapses, or into any number of them, and keep the original out of the pool.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct TxExtension(Extensions);

impl TxExtension {
    /// The extensions with these values.
    pub fn new(era: Era, nonce: Nonce, tip: Balance) -> Self {
        Self(Extensions::new((
            frame_system::AuthorizeCall::<Runtime>::new(),
            frame_system::CheckNonZeroSender::<Runtime>::new(),
            frame_system::CheckSpecVersion::<Runtime>::new(),
            frame_system::CheckTxVersion::<Runtime>::new(),
            frame_system::CheckGenesis::<Runtime>::new(),
            frame_system::CheckEra::<Runtime>::from(era),
            frame_system::CheckNonce::<Runtime>::from(nonce),
            frame_system::CheckWeight::<Runtime>::new(),
            pallet_transaction_payment::ChargeTransactionPayment::<Runtime>::from(tip),
            frame_metadata_hash_extension::CheckMetadataHash::<Runtime>::new(false),
        )))
    }

    /// What a transaction without a signature carries.
    pub fn unsigned() -> Self {
        Self::new(Era::Immortal, 0, 0)
    }
}

// It encodes as what it holds, so metadata need not know of it.
impl TypeInfo for TxExtension {
    type Identity = <Extensions as TypeInfo>::Identity;

    fn type_info() -> Type {
        Extensions::type_info()
    }
}

impl TransactionExtension<RuntimeCall> for TxExtension {
    const IDENTIFIER: &'static str = <Extensions as TransactionExtension<RuntimeCall>>::IDENTIFIER;
    type Implicit = <Extensions as TransactionExtension<RuntimeCall>>::Implicit;
    type Val = <Extensions as TransactionExtension<RuntimeCall>>::Val;
    type Pre = <Extensions as TransactionExtension<RuntimeCall>>::Pre;

    fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
        self.0.implicit()
    }

    fn metadata() -> Vec<TransactionExtensionMetadata> {
        Extensions::metadata()
    }

    fn weight(&self, call: &RuntimeCall) -> Weight {
        self.0.weight(call)
    }

    fn validate(
        &self,
        origin: RuntimeOrigin,
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        len: usize,
        implicit: Self::Implicit,
        implication: &impl Implication,
        source: TransactionSource,
    ) -> Result<(ValidTransaction, Self::Val, RuntimeOrigin), TransactionValidityError> {
        if matches!(origin.as_system_ref(), Some(RawOrigin::None)) && *self != Self::unsigned() {
            return Err(InvalidTransaction::BadProof.into());
        }
        self.0.validate(origin, call, info, len, implicit, implication, source)
    }

    fn prepare(
        self,
        val: Self::Val,
        origin: &RuntimeOrigin,
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        self.0.prepare(val, origin, call, info, len)
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        info: &DispatchInfo,
        post_info: &PostDispatchInfoOf<RuntimeCall>,
        len: usize,
        result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        Extensions::post_dispatch_details(pre, info, post_info, len, result)
    }

    fn bare_validate(
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        len: usize,
    ) -> TransactionValidity {
        Extensions::bare_validate(call, info, len)
    }

    fn bare_validate_and_prepare(
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        len: usize,
    ) -> Result<(), TransactionValidityError> {
        Extensions::bare_validate_and_prepare(call, info, len)
    }

    fn bare_post_dispatch(
        info: &DispatchInfoOf<RuntimeCall>,
        post_info: &mut PostDispatchInfoOf<RuntimeCall>,
        len: usize,
        result: &DispatchResult,
    ) -> Result<(), TransactionValidityError> {
        Extensions::bare_post_dispatch(info, post_info, len, result)
    }
}
