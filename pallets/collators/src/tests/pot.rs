//! What authors earn.

use frame_support::traits::{fungible::Inspect, TypedGet};

use crate::{mock::*, Candidates, PotAccount};

#[test]
fn an_author_takes_half_of_the_pot() {
    run(|| {
        fill_pot(LEAST + 100);
        note_author(1);
        assert_eq!(Balances::balance(&1), ENDOWMENT + 50);
        note_author(2);
        assert_eq!(Balances::balance(&2), ENDOWMENT + 25);
        assert_eq!(Balances::balance(&PotAccount::<Test>::get()), LEAST + 25);
    });
}

#[test]
fn a_pot_that_has_nothing_to_spare_stays() {
    run(|| {
        note_author(1);
        fill_pot(LEAST + 1);
        note_author(1);
        assert_eq!(Balances::balance(&Collators::pot()), LEAST + 1);
        assert_eq!(Balances::balance(&1), ENDOWMENT);
    });
}

#[test]
fn it_is_remembered_when_a_candidate_authored() {
    run(|| {
        stand(CANDIDATE);
        System::set_block_number(7);
        note_author(CANDIDATE);
        note_author(OTHER);
        assert_eq!(Candidates::<Test>::get(CANDIDATE).map(|record| record.last_authored), Some(7));
        assert_eq!(Candidates::<Test>::count(), 1);
    });
}

/// Its address was the pot's before this pallet, too.
#[test]
fn the_pot_is_where_it_always_was() {
    let expected: sp_runtime::AccountId32 =
        sp_runtime::traits::AccountIdConversion::into_account_truncating(&PotId::get());
    let bytes: &[u8] = expected.as_ref();
    assert!(bytes.starts_with(b"modlPotStake"));
}
