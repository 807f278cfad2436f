//! How lowering says that something can't be represented.

use crate::refusal::Refusal;

/// Result of lowering one node.
pub(crate) type Lowered<T> = Result<T, Refusal>;
