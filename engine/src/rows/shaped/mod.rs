//! Models of a given shape with random parameters, to measure and to test with.

mod graph;
mod mobile;
mod transformer;

pub use mobile::Mobile;
pub use transformer::Shape;
