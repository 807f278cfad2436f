//! How accumulators are written: for each linear operator in node order one byte, the width, then its
//! accumulators in that many bits each, two's complement, the lowest bit first, filled up with zero bits to a
//! whole byte. The width is the smallest of 2..=32 that holds them all, so an execution has one encoding.

pub(crate) mod claim;
pub(crate) mod join;
pub(crate) mod pack;
mod unpack;
pub(crate) mod width;

#[cfg(test)]
mod tests;
