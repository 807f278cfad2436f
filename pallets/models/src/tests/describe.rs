//! What a model is said to be: by whom, at which deposit, and which metadata can't be a model's.

use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use millrace_primitives::{Balance, ModelId, ModelMetadata, MAX_METADATA_BYTES};
use sp_runtime::{BuildStorage, DispatchResult, TokenError};

use crate::{mock::*, Error, Event, HoldReason, Metadata};

fn describe(who: u64, model: ModelId, metadata: Option<ModelMetadata>) -> DispatchResult {
    Models::describe(RuntimeOrigin::signed(who), model, metadata)
}

fn held() -> Balance {
    Balances::balance_on_hold(&HoldReason::ModelDeposit.into(), &OWNER)
}

fn deposit(bytes: usize) -> Balance {
    1_000 + 10 * bytes as Balance
}

#[test]
fn a_model_is_registered_with_its_metadata() {
    run(|| {
        let (encoding, metadata) = (encoding(3), metadata(3));
        let bytes = encoding.len() + metadata.encoded_size();
        let model = name(&encoding);
        assert_ok!(Models::register(RuntimeOrigin::signed(OWNER), encoding, Some(metadata.clone())));
        assert_eq!(held(), deposit(bytes));
        assert_eq!(Models::model(model).expect("registered").metadata, Some(metadata));
    });
}

#[test]
fn the_deposit_follows_the_bytes() {
    run(|| {
        let model = registered(3);
        let bare = held();
        let long = metadata(3);
        assert_ok!(describe(OWNER, model, Some(long.clone())));
        System::assert_last_event(Event::ModelDescribed { model }.into());
        assert_eq!(held(), deposit(encoding(3).len() + long.encoded_size()));
        let short = ModelMetadata { labels: vec![], ..long };
        assert_ok!(describe(OWNER, model, Some(short.clone())));
        assert_eq!(held(), deposit(encoding(3).len() + short.encoded_size()));
        assert_eq!(Models::model(model).expect("registered").metadata, Some(short));
        assert_ok!(describe(OWNER, model, None));
        assert_eq!((held(), Models::model(model).expect("registered").metadata), (bare, None));
    });
}

#[test]
fn all_of_the_deposit_comes_back() {
    run(|| {
        let model = registered(3);
        assert_ok!(describe(OWNER, model, Some(metadata(3))));
        assert_ok!(Models::retire(RuntimeOrigin::signed(OWNER), model));
        pass_delay();
        assert_ok!(Models::remove(RuntimeOrigin::signed(OWNER), model));
        assert_eq!((held(), Balances::balance(&OWNER)), (0, FUNDS));
        assert!(!Metadata::<Test>::contains_key(model));
    });
}

#[test]
fn only_its_owner_says_what_a_model_is() {
    run(|| {
        let model = registered(3);
        assert_noop!(describe(OTHER, model, Some(metadata(3))), Error::<Test>::NotAuthorized);
        assert_noop!(describe(OWNER, ModelId::zero(), Some(metadata(3))), Error::<Test>::NotFound);
    });
}

#[test]
fn metadata_fit_their_model() {
    run(|| {
        let model = registered(3);
        let good = || metadata(3);
        let refused = |metadata: ModelMetadata, error: Error<Test>| {
            assert_noop!(describe(OWNER, model, Some(metadata)), error);
        };
        let mut long = good();
        long.labels = vec![b"l".to_vec(); MAX_METADATA_BYTES as usize / 2];
        refused(long, Error::MetadataTooLong);
        refused(ModelMetadata { name: vec![], ..good() }, Error::MetadataText);
        refused(ModelMetadata { licence: vec![0xff], ..good() }, Error::MetadataText);
        refused(ModelMetadata { labels: vec![b"\x1b[2J".to_vec()], ..good() }, Error::MetadataText);
        // Three results of four bytes: not of two rows, and not the two numbers of the input.
        refused(metadata(2), Error::MetadataShape);
        let mut other = good();
        other.input.shape = vec![3];
        refused(other, Error::MetadataShape);
        let mut unscaled = good();
        unscaled.output.scale = b"0.0".to_vec();
        refused(unscaled, Error::MetadataScale);
        let call = Models::register(RuntimeOrigin::signed(OWNER), encoding(2), Some(good()));
        assert_noop!(call, Error::<Test>::MetadataShape);
    });
}

#[test]
fn who_cant_pay_for_the_metadata_keeps_the_old() {
    run(|| {
        let model = registered(3);
        assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), OWNER, 5));
        assert_noop!(describe(OWNER, model, Some(metadata(3))), TokenError::FundsUnavailable);
    });
}

#[test]
fn a_genesis_describes_its_models() {
    let (encoding, metadata) = (encoding(3), metadata(3));
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("a genesis");
    pallet_balances::GenesisConfig::<Test> { balances: vec![(OWNER, FUNDS)], ..Default::default() }
        .assimilate_storage(&mut storage)
        .expect("balances");
    let model = name(&encoding);
    crate::GenesisConfig::<Test> {
        models: vec![(OWNER, encoding.into())],
        metadata: vec![(model, metadata.encode().into())],
    }
    .assimilate_storage(&mut storage)
    .expect("models");
    sp_io::TestExternalities::new(storage).execute_with(|| {
        assert_eq!(Models::model(model).expect("registered").metadata, Some(metadata));
        Models::do_try_state().expect("the pallet's properties hold");
    });
}
