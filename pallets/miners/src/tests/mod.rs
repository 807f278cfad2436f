//! Tests by call, and by what other pallets ask of this one.

mod apply_offer;
mod bond;
mod book;
mod capacity;
mod market;
mod offer;
mod register;
mod resume;
mod set_mill;
mod view;
mod withdraw;
