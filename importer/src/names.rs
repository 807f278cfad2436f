//! Names for tensors that the file doesn't have.

use std::fmt::Display;

/// Is part of each of them and of no name that a file may have. It is an invisible separator, so messages show nothing of it.
const MARK: char = '\u{2063}';

/// The name of a tensor that stands between those of the file: what it is of the one with this name.
pub(crate) fn own(of: &str, what: impl Display) -> String {
    format!("{of}{MARK} {what}")
}

/// Whether a name could be one of these.
pub(crate) fn is_own(name: &str) -> bool {
    name.contains(MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_ones_own_is_told_from_the_files() {
        assert!(is_own(&own("y", "pads")) && !is_own("y pads"));
        assert_ne!(own("y", 2), own("y", 3));
    }
}
