//! How storage of earlier versions becomes that of this one.

use frame_support::{
    assert_ok,
    storage::storage_prefix,
    storage::unhashed,
    traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
};
use millrace_primitives::{ListedFor, ModelRegistry};

use crate::{migrations::ToLists, mock::*};

#[test]
fn where_nothing_was_listed_nothing_counts_until_something_is() {
    run(|| {
        let model = registered(1);
        StorageVersion::new(0).put::<Models>();
        ToLists::<Test>::on_runtime_upgrade();
        System::set_block_number(30);
        assert_ok!(Models::set_listed(vec![model]));
        let none = ListedFor { blocks: 20, models: vec![] };
        assert_eq!(Models::listed_over(10..35), [none, ListedFor { blocks: 5, models: vec![model] }]);
    });
}

#[test]
fn the_list_of_version_0_becomes_the_first_of_the_lists() {
    run(|| {
        System::set_block_number(70);
        let models = vec![registered(1), registered(2)];
        unhashed::put(&storage_prefix(b"Models", b"Listed"), &models);
        StorageVersion::new(0).put::<Models>();
        ToLists::<Test>::on_runtime_upgrade();
        assert_eq!(Models::on_chain_storage_version(), 1);
        assert_eq!(Models::listed(), models);
        assert_eq!(Models::listed_over(10..80), [ListedFor { blocks: 70, models: models.clone() }]);
        assert!(!unhashed::exists(&storage_prefix(b"Models", b"Listed")));
        // It runs once: what is listed later stays.
        assert_ok!(Models::set_listed(vec![models[1]]));
        ToLists::<Test>::on_runtime_upgrade();
        assert_eq!(Models::listed(), models[1..]);
    });
}
