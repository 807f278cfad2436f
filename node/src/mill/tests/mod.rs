//! The mill on a chain and a disk that tests control, with a real engine.

mod decline;
mod fake;
mod finality;
mod full_disk;
mod reorg;
mod restart;
