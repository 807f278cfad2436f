//! The call that sets how many seats are drawn.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::OnWork;
use sp_runtime::DispatchError;

use crate::{mock::*, Drawn, Error, Event, Seats};

#[test]
fn half_of_the_seats_are_drawn_for_each_session() {
    run(|| {
        assert_ok!(Collators::set_seats(RuntimeOrigin::root(), 5));
        System::assert_last_event(Event::<Test>::SeatsSet { seats: 5 }.into());
        stand(CANDIDATE);
        Collators::worked(&CANDIDATE, 1 << 20);
        // Draws for sessions 3 and 4.
        pass_to(3);
        assert_eq!(Drawn::<Test>::get(3).len() + Drawn::<Test>::get(4).len(), 5);
        assert_eq!(seats_of(CANDIDATE), 3);
        pass_to(4);
        assert_eq!(seats_of(CANDIDATE), 5);
    });
}

#[test]
fn seats_that_were_drawn_last_two_sessions() {
    run(|| {
        stand(CANDIDATE);
        Collators::worked(&CANDIDATE, 1 << 20);
        pass_to(2);
        assert_ok!(Collators::set_seats(RuntimeOrigin::root(), 0));
        for (session, seats) in [(3, 2), (4, 2), (5, 0)] {
            pass_to(session);
            assert_eq!(seats_of(CANDIDATE), seats, "in session {session}");
        }
    });
}

#[test]
fn seats_are_bounded_and_set_by_governance() {
    run(|| {
        assert_noop!(Collators::set_seats(RuntimeOrigin::root(), 7), Error::<Test>::TooManySeats);
        assert_noop!(Collators::set_seats(RuntimeOrigin::signed(1), 1), DispatchError::BadOrigin);
        assert_eq!(Seats::<Test>::get(), SEATS);
    });
}
