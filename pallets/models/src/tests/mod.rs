//! Tests by call and role, on the runtime of `mock.rs`.

mod describe;
mod force_retire;
mod migrations;
mod register;
mod registry;
mod remove;
mod retire;
mod view;
