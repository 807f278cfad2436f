//! What the registry offers to other pallets.

use frame_support::{assert_noop, assert_ok};
use millrace_inference::CheckedModel;
use millrace_primitives::{ListedFor, ModelId, ModelRegistry};

use crate::{mock::*, Error, Lists};

#[test]
fn a_model_is_found_with_its_profile() {
    run(|| {
        let model = registered(3);
        let info = Models::find(model).expect("it is registered");
        let checked = CheckedModel::from_bytes(&encoding(3)).expect("a valid model");
        assert_eq!(&info.profile, checked.profile());
        assert_eq!(Models::encoding(model), Some(encoding(3)));
        assert!(Models::find(ModelId::zero()).is_none());
    });
}

#[test]
fn only_open_models_are_acquired_or_listed() {
    run(|| {
        let (open, retired) = (registered(1), registered(2));
        assert_ok!(Models::retire(RuntimeOrigin::signed(OWNER), retired));
        assert_noop!(Models::acquire(ModelId::zero()), Error::<Test>::NotFound);
        assert_noop!(Models::acquire(retired), Error::<Test>::Retired);
        assert_noop!(Models::set_listed(vec![open, ModelId::zero()]), Error::<Test>::NotFound);
        assert_noop!(Models::set_listed(vec![open, retired]), Error::<Test>::Retired);
        assert_noop!(Models::set_listed(vec![open; 9]), Error::<Test>::TooManyListed);
        assert_ok!(Models::set_listed(vec![open]));
        assert_eq!(Models::listed(), [open]);
    });
}

/// Lists one model, named by its rows, from this block on.
fn list(rows: u32) {
    System::set_block_number(rows * 10);
    assert_ok!(Models::set_listed(vec![name(&encoding(rows))]));
}

fn over(blocks: std::ops::Range<u32>) -> Vec<(u32, u32)> {
    let rows = |listed: &ListedFor| (1..9).find(|rows| listed.models == [name(&encoding(*rows))]);
    let lists = Models::listed_over(blocks);
    lists.iter().map(|list| (list.blocks, rows(list).expect("one of ours"))).collect()
}

#[test]
fn each_block_has_the_list_that_was_in_force_in_it() {
    run(|| {
        for rows in 1..9 {
            registered(rows);
        }
        assert_eq!(Models::listed_over(0..9), []);
        list(1);
        list(2);
        list(4);
        assert_eq!(over(12..45), [(8, 1), (20, 2), (5, 4)]);
        assert_eq!(over(20..40), [(20, 2)]);
        assert_eq!(over(39..41), [(1, 2), (1, 4)]);
        assert_eq!(over(50..60), [(10, 4)]);
        assert_eq!(over(40..40), []);
        // Of two in one block, the latter.
        assert_ok!(Models::set_listed(vec![name(&encoding(3))]));
        assert_eq!(over(30..45), [(10, 2), (5, 3)]);
        list(5);
        for block in 52..58 {
            System::set_block_number(block);
            assert_ok!(Models::set_listed(vec![name(&encoding(5))]));
        }
        list(6);
        assert_eq!(over(0..65), [(40, 2), (10, 3), (10, 5), (5, 6)], "the oldest counts for those before it");
        Lists::<Test>::mutate(|lists| lists[1].since = lists[0].since);
        assert!(Models::do_try_state().is_err());
        Lists::<Test>::mutate(|lists| lists[1].since += 1);
    });
}
