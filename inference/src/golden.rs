//! The golden executions, for programs that prove themselves against them.

/// A golden execution: what every implementation gives, see `inference/vectors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Golden {
    /// The model's encoding.
    pub model: &'static [u8],
    /// The input, whole samples.
    pub input: &'static [u8],
    /// The trace.
    pub trace: &'static [u8],
}

/// The golden executions, in the order of `inference/vectors/v1.json`.
pub fn golden() -> impl Iterator<Item = Golden> {
    let mut rest: &'static [u8] = include_bytes!("../vectors/executions.bin");
    let mut part = move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        rest = after;
        Some(part)
    };
    core::iter::from_fn(move || Some(Golden { model: part()?, input: part()?, trace: part()? }))
}
