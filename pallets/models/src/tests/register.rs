//! The call that registers a model.

use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use millrace_inference::{Model, Node};
use sp_runtime::{DispatchResult, TokenError};

use crate::{mock::*, Error, Event, HoldReason};

fn register(encoding: Vec<u8>) -> DispatchResult {
    Models::register(RuntimeOrigin::signed(OWNER), encoding, None)
}

fn model(nodes: Vec<Node>) -> Vec<u8> {
    Model { nodes }.to_bytes()
}

/// A linear operator of one row on so many values.
fn row(values: u32, parameters: Vec<i8>) -> Vec<u8> {
    model(vec![Node::Input { shape: vec![values] }, Node::Linear { input: 0, outputs: 1, parameters }])
}

#[test]
fn a_model_costs_a_deposit_for_its_bytes() {
    run(|| {
        let (model, bytes) = (name(&encoding(1)), encoding(1).len() as u128);
        assert_ok!(register(encoding(1)));
        let deposit = 1_000 + 10 * bytes;
        assert_eq!(Balances::balance_on_hold(&HoldReason::ModelDeposit.into(), &OWNER), deposit);
        assert_eq!(Balances::balance(&OWNER), FUNDS - deposit);
        System::assert_last_event(Event::ModelRegistered { model, owner: OWNER, work_per_sample: 2 }.into());
        assert_noop!(register(encoding(1)), Error::<Test>::AlreadyExists);
    });
}

#[test]
fn who_cant_pay_the_deposit_registers_nothing() {
    run(|| {
        let call = Models::register(RuntimeOrigin::signed(POOR), encoding(1), None);
        assert_eq!(call, Err(TokenError::FundsUnavailable.into()));
    });
}

#[test]
fn each_fault_has_its_error() {
    run(|| {
        assert_noop!(register(vec![1; 2 * 1024 * 1024 + 1]), Error::<Test>::TooLong);
        assert_noop!(register(vec![]), Error::<Test>::Undecodable);
        assert_noop!(register(encoding(1)[..5].to_vec()), Error::<Test>::Undecodable);
        assert_noop!(register(row(2, vec![1])), Error::<Test>::InvalidGraph);
        let idle = vec![Node::Input { shape: vec![2] }, Node::Flatten { input: 0 }];
        assert_noop!(register(model(idle)), Error::<Test>::NoWork);
        // 128 · 127 · 140,000 is more than 2³¹.
        assert_noop!(register(row(140_000, vec![127; 140_000])), Error::<Test>::AccumulatorOverflow);
    });
}
