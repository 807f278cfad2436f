//! What people are told: what standing costs.

use crate::mock::*;

#[test]
fn the_deposit_in_force_is_told() {
    run(|| assert_eq!(Collators::candidacy_deposit(), DEPOSIT));
}
