//! Tests by role, on the runtime of `mock.rs`.

mod verifier;
