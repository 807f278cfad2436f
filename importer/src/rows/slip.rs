//! What no file should bring about: it is refused, so that a slip of the translation never becomes wrong numbers.

use crate::refusal::Refusal;

/// The refusal of a graph that was translated into something impossible.
pub(super) fn slip(what: &str) -> Refusal {
    refusal!("{what}, which must not be"; "report the file that shows it")
}
