//! Tests by call, and by what other pallets ask of this one.

mod bond;
mod market;
mod offer;
mod register;
mod resume;
mod schedule;
mod set_mill;
mod withdraw;
