//! How memory is counted: a runtime's allocator hands out powers of two and never joins them.

/// Patches whose sums a verification compares at once.
pub(crate) const TILE: usize = 1024;

/// Bytes of the four lanes of one row or column.
pub(crate) const LANES_OF_ONE: u64 = 32;

/// What an allocator of powers of two takes for so many bytes.
pub(crate) fn bucket(bytes: u64) -> u64 {
    if bytes == 0 {
        0
    } else {
        bytes.checked_next_power_of_two().unwrap_or(u64::MAX)
    }
}

/// A size of memory as it is counted.
pub(crate) fn wide(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
