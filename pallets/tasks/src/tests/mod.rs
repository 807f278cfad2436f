//! Tests by call, and by what each block does on its own.

mod cancel;
mod decline;
mod displacement;
mod force_refund;
mod hooks;
mod offchain;
mod poke;
mod post;
mod rent;
mod submit;
mod view;
