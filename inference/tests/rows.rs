//! What must hold for every model of rows, whatever bytes its blob has.
#![allow(missing_docs)]

#[path = "rows/mod.rs"]
mod rows;
