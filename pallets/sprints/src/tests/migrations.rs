//! How storage of earlier versions becomes that of this one.

use codec::Encode;
use frame_support::{
    storage::unhashed,
    traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
};

use super::*;
use crate::{migrations::ToPaces, target, Listed, Pace};

#[test]
fn listings_of_version_0_have_the_pace_that_their_difficulty_says() {
    run(|| {
        let old: Vec<_> =
            (1..=2u8).map(|at| (H256::repeat_byte(at), SAMPLES, 500u32, u64::from(at) << 20)).collect();
        unhashed::put_raw(&Listed::<Test>::hashed_key(), &old.encode());
        register(other(), profile(), true);
        StorageVersion::new(0).put::<Sprints>();
        ToPaces::<Test>::on_runtime_upgrade();
        assert_eq!(Sprints::on_chain_storage_version(), 1);
        for (model, samples, share, difficulty) in old {
            let listing = listing(model);
            assert_eq!((listing.samples, listing.share, listing.difficulty), (samples, share, difficulty));
            let wanted = target::wanted(SprintShare::get().deconstruct(), share);
            let work = profile().work(samples).into();
            assert_eq!(listing.pace, Pace::expected(target::attempts(difficulty), work, share, wanted));
        }
        // It runs once.
        change_listing(model(), |listing| listing.pace.work = 1);
        ToPaces::<Test>::on_runtime_upgrade();
        assert_eq!(listing(model()).pace.work, 1);
        // The registry's list is what the pallet's properties compare with.
        frame_support::assert_ok!(Sprints::set_listed(RuntimeOrigin::root(), vec![(model(), SAMPLES)]));
    });
}

#[test]
fn where_nothing_was_listed_nothing_is() {
    run(|| {
        Listed::<Test>::kill();
        StorageVersion::new(0).put::<Sprints>();
        ToPaces::<Test>::on_runtime_upgrade();
        assert!(Listed::<Test>::get().is_empty());
        frame_support::assert_ok!(Sprints::set_listed(RuntimeOrigin::root(), vec![]));
    });
}
