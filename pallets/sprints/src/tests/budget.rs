//! What sprints may take of a block.

use frame_support::{assert_noop, assert_ok};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError};

use super::*;
use crate::{AnchorTerms, BlockBudget, Error, Wins};

fn authorized(nonce: u64) -> Result<(), InvalidTransaction> {
    let source = TransactionSource::External;
    let sprint = Sprints::authorize_sprint(
        source,
        &MINER,
        &ANCHOR,
        &nonce,
        &trace_hash(),
        &TRACE.to_vec(),
        &signature(nonce),
    );
    match sprint {
        Ok(_) => Ok(()),
        Err(TransactionValidityError::Invalid(why)) => Err(why),
        Err(why) => panic!("{why:?}"),
    }
}

/// Wins on [`ANCHOR`] take this share.
fn set_anchor_share(share: u32) {
    AnchorTerms::<Test>::mutate(ANCHOR, |terms| terms.as_mut().expect("it has terms").share = share);
}

#[test]
fn a_block_takes_one_win_on_its_only_model() {
    run(|| {
        proven();
        assert_eq!(authorized(0), Ok(()));
        assert_ok!(sprint_on(ANCHOR, 0));
        assert_eq!(BlockBudget::<Test>::get(), (2, listing(model()).share));
        assert_eq!(authorized(1), Err(InvalidTransaction::ExhaustsResources));
        assert_noop!(sprint_on(ANCHOR, 1), Error::<Test>::BudgetExhausted);
        assert_eq!(Wins::<Test>::get(ANCHOR).len(), 1, "what found no room may come again");
        to_block(3);
        assert_eq!(authorized(1), Ok(()));
        assert_ok!(sprint_on(ANCHOR, 1));
        assert_eq!(credited().len(), 2);
    });
}

/// The pool validates in the block after the newest, which hasn't begun.
#[test]
fn the_pool_sees_an_empty_block() {
    run(|| {
        proven();
        assert_ok!(sprint_on(ANCHOR, 0));
        System::set_block_number(3);
        assert_eq!(authorized(1), Ok(()));
    });
}

#[test]
fn small_wins_fill_the_place_of_the_largest() {
    run(|| {
        proven();
        register(other(), profile(), true);
        assert_ok!(Sprints::set_listed(RuntimeOrigin::root(), vec![(model(), SAMPLES), (other(), SAMPLES)]));
        change_listing(other(), |listing| listing.share = 1_000);
        change_listing(model(), |listing| listing.share = 400);
        set_anchor_share(400);
        assert_ok!(sprint_on(ANCHOR, 0));
        assert_ok!(sprint_on(ANCHOR, 1));
        assert_eq!(BlockBudget::<Test>::get(), (2, 800));
        assert_eq!(authorized(2), Err(InvalidTransaction::ExhaustsResources));
        assert_noop!(sprint_on(ANCHOR, 2), Error::<Test>::BudgetExhausted);
        set_anchor_share(200);
        assert_ok!(sprint_on(ANCHOR, 2));
        assert_eq!(BlockBudget::<Test>::get(), (2, 1_000));
    });
}

/// The model of an anchor may have been larger than all that are listed now.
#[test]
fn the_first_win_of_a_block_has_room_whatever_it_takes() {
    run(|| {
        proven();
        let largest = listing(model()).share;
        set_anchor_share(largest + 1);
        assert_ok!(sprint_on(ANCHOR, 0));
        assert_noop!(sprint_on(ANCHOR, 1), Error::<Test>::BudgetExhausted);
    });
}

/// A forged sprint costs hashes and a slash; if it took the place, it could keep all honest wins out for that.
#[test]
fn what_is_wrong_takes_no_place_of_an_honest_win() {
    run(|| {
        forged();
        assert_ok!(sprint_on(ANCHOR, 0));
        unavailable();
        assert_ok!(sprint_on(ANCHOR, 1));
        assert_eq!(BlockBudget::<Test>::get().1, 0);
        proven();
        assert_ok!(sprint_on(ANCHOR, 2));
        assert_noop!(sprint_on(ANCHOR, 3), Error::<Test>::BudgetExhausted);
    });
}
