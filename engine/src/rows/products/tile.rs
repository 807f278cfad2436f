//! Sizes of what kernels take and make.

/// Outputs of a panel.
pub(in crate::rows) const LANES: usize = 16;
/// Terms that a line of a panel has of each output, and a word of a row.
pub(in crate::rows) const TERMS: usize = 4;
/// Rows of bytes that a kernel takes at once, at most.
pub(in crate::rows) const ROWS: usize = 8;
/// Panels that a kernel takes at once, at most.
pub(in crate::rows) const PANELS: usize = 3;
/// Outputs that a kernel makes at once, at most.
pub(in crate::rows) const COLUMNS: usize = PANELS * LANES;

/// Numbers of a tile: of each row one for each column.
pub(in crate::rows) type Tile<T> = [[T; COLUMNS]; ROWS];
