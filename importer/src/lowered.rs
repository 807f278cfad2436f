//! How lowering says that something can't be represented.

/// Result of lowering one node; the text is why it can't be represented, and what to do instead.
pub(crate) type Lowered<T> = Result<T, String>;
