//! What people are told of sprints.

use frame_support::assert_ok;
use millrace_primitives::SprintListing;

use super::*;
use crate::target;

#[test]
fn the_listed_models_say_whose_turn_it_is_and_how_hard_they_are() {
    run(|| {
        register(other(), profile(), true);
        assert_ok!(Sprints::set_listed(RuntimeOrigin::root(), vec![(model(), 1), (other(), 3)]));
        change_listing(other(), |listing| listing.difficulty = target::scaled(77));
        let [first, second] = &Sprints::sprints()[..] else { panic!("two are listed") };
        assert_eq!((first.model, first.samples, first.in_turn), (model(), 1, true));
        let expected = SprintListing { model: other(), samples: 3, difficulty: 77, in_turn: false };
        assert_eq!(*second, expected);
        begin_round(1);
        let turns: Vec<_> = Sprints::sprints().iter().map(|listing| listing.in_turn).collect();
        assert_eq!(turns, [false, true]);
    });
}

#[test]
fn the_share_in_force_is_told() {
    run(|| assert_eq!(Sprints::sprint_share(), SprintShare::get()));
}
