//! Tests by call and role, on the runtime of `mock.rs`.

mod claim;
mod credit;
mod hooks;
mod view;
