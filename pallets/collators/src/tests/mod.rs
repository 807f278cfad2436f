//! Tests by call and role, on the runtime of `mock.rs`.

mod pot;
mod sessions;
mod set_appointed;
mod set_seats;
mod stand;
mod stand_down;
mod view;
