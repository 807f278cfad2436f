//! Poking: what a block left is done now, and nothing before its time.

use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, LeaseFailure};

fn poke(task: u64) -> sp_runtime::DispatchResult {
    Tasks::poke(RuntimeOrigin::signed(STRANGER), task)
}

#[test]
fn a_waiting_task_is_refunded_after_its_deadline() {
    on_chain(|| {
        let task = post_until(1, 10);
        System::set_block_number(10);
        assert_noop!(poke(task), Error::<Test>::NotOverdue);
        System::set_block_number(11);
        assert_ok!(poke(task));
        assert_eq!(free(REQUESTER), ENDOWMENT - RECORD);
        assert_noop!(poke(task), Error::<Test>::NotFound);
    });
}

#[test]
fn a_lease_ends_after_its_grace_period() {
    on_chain(|| {
        let task = leased();
        let lease = lease_of(task).expect("leased");
        System::set_block_number(lease.until + 5);
        assert_noop!(poke(task), Error::<Test>::NotOverdue);
        System::set_block_number(lease.until + 6);
        assert_ok!(poke(task));
        System::assert_has_event(
            Event::LeaseFailed { task, miner: MINER, reason: LeaseFailure::Expired }.into(),
        );
        assert!(lease_of(task).is_none());
        assert_eq!(world(|world| world.suspended.clone()), [MINER]);
    });
}
