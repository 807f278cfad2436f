//! What the runtime accepts as a transaction, extensions included.
#![allow(missing_docs)]

use codec::{Decode, Encode};
use frame_support::assert_ok;
use frame_system::offchain::{CreateAuthorizedTransaction, CreateTransaction};
use millrace_runtime::{Executive, Runtime, RuntimeCall, System, TxExtension, UncheckedExtrinsic};
use millrace_runtime_tests::*;
use sp_runtime::{
    generic::Era,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
};

fn validate(transaction: UncheckedExtrinsic) -> TransactionValidity {
    // As it comes over the wire.
    let transaction = UncheckedExtrinsic::decode(&mut &transaction.encode()[..]).expect("what was encoded");
    let parent = System::block_hash(System::block_number() - 1);
    Executive::validate_transaction(TransactionSource::External, transaction, parent)
}

/// The mill key signs no era, nonce or tip, so there is one form only: a stranger's copy with another era would take the
/// original's place in the pool and lapse.
#[test]
fn a_transaction_without_a_signature_has_one_form() {
    on_dev(|| {
        let task = post(3, UNIT, 100);
        pass(2);
        let call = submission(task, descriptor(task), honest(task).trace, MILL);
        let with = |era, nonce, tip| {
            let extension = TxExtension::new(era, nonce, tip);
            <Runtime as CreateTransaction<RuntimeCall>>::create_transaction(call.clone(), extension)
        };
        let original = <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(
            call.clone(),
        );
        assert_eq!(original.encode(), with(Era::Immortal, 0, 0).encode());
        assert_ok!(validate(original));
        let copies = [with(Era::mortal(64, 1), 0, 0), with(Era::Immortal, 1, 0), with(Era::Immortal, 0, 1)];
        for copy in copies {
            assert_eq!(validate(copy), Err(InvalidTransaction::BadProof.into()));
        }
        // And no metadata hash, of which the byte before the call tells.
        let mut other = with(Era::Immortal, 0, 0).encode();
        let at = other.len() - call.encode().len() - 1;
        assert_eq!(other[at], 0);
        other[at] = 1;
        let other = UncheckedExtrinsic::decode(&mut &other[..]).expect("a mode is a byte");
        assert!(validate(other).is_err());
    });
}

/// Whoever may change an offer for its miner still can't hand the bond to a key of their own.
#[test]
fn a_proxy_for_the_market_cant_name_a_mill_key() {
    use frame_support::traits::InstanceFilter;
    use millrace_runtime::configs::system::ProxyType;
    on_dev(|| {
        let (key, proof) = mill(OTHER_MILL, MINER);
        let set_mill =
            RuntimeCall::from(pallet_miners::Call::set_mill { mill: key.clone(), proof: proof.clone() });
        let register =
            pallet_miners::Call::register { mill: key, proof, ask: 0, rates: vec![], models: vec![] }.into();
        let resume = pallet_miners::Call::resume {}.into();
        for proxy in [ProxyType::Miner, ProxyType::NonTransfer] {
            assert!(!proxy.filter(&set_mill) && !proxy.filter(&register));
            assert!(proxy.filter(&resume));
        }
        assert!(ProxyType::Any.filter(&set_mill));
    });
}
