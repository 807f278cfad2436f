//! How a batch is cut: whole sequences, as many together as keep weights and rows in the caches.

use std::ops::Range;

use millrace_inference::rows::{CheckedModel, RowCount};

/// Rows of a part, about: enough for weights to be read seldom, few enough for rows to stay in a core's own cache.
const ROWS: usize = 256;

/// Sequences that are executed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub sequences: Range<usize>,
    /// Whether all threads share it; if not, each takes another part.
    pub shared: bool,
}

/// Rows that a sequence of so many tokens counts as: of an image those of its largest node, but no more than fill a part.
pub(super) fn part_rows(model: &CheckedModel, tokens: u32) -> usize {
    let positions = (0..model.model().nodes.len()).filter_map(|node| match model.tensor(node as u32)?.rows {
        rows @ RowCount::Positions { .. } => Some(rows.of(1) as usize),
        RowCount::Tokens | RowCount::One => None,
    });
    positions.max().map_or(tokens as usize, |most| most.min(ROWS))
}

/// Cuts a batch of sequences with so many new rows. Each thread gets as many parts as the others; what is too large, or left
/// over, all threads share.
pub(super) fn parts(rows: &[usize], threads: usize) -> Vec<Part> {
    let total: usize = rows.iter().sum();
    let rounds = total.div_ceil(threads * ROWS).max(1);
    let target = total.div_ceil(threads * rounds);
    let (mut parts, mut start, mut filled) = (Vec::new(), 0, 0);
    for (index, rows_here) in rows.iter().enumerate() {
        filled += rows_here;
        if filled >= target || index + 1 == rows.len() {
            let shared = 2 * filled > 3 * target;
            parts.push(Part { sequences: start..index + 1, shared });
            (start, filled) = (index + 1, 0);
        }
    }
    let mut left_over = parts.iter().filter(|part| !part.shared).count() % threads;
    for part in parts.iter_mut().rev().filter(|part| !part.shared) {
        part.shared = left_over > 0;
        left_over = left_over.saturating_sub(1);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(rows: &[usize], threads: usize) -> Vec<(usize, bool)> {
        let parts = parts(rows, threads);
        let ends: Vec<usize> =
            parts.iter().flat_map(|part| [part.sequences.start, part.sequences.end]).collect();
        let whole =
            ends.first().is_none_or(|first| *first == 0) && ends.last().copied().unwrap_or(0) == rows.len();
        assert!(whole && ends[1..ends.len().max(2) - 1].as_chunks::<2>().0.iter().all(|[a, b]| a == b));
        parts.into_iter().map(|part| (part.sequences.len(), part.shared)).collect()
    }

    #[test]
    fn no_thread_is_left_alone() {
        assert_eq!(cut(&[32; 64], 2), [(8, false); 8]);
        assert_eq!(cut(&[32; 8], 2), [(4, false); 2]);
        assert_eq!(cut(&[256], 2), [(1, true)]);
        assert_eq!(cut(&[256; 3], 2), [(1, false), (1, false), (1, true)]);
        assert_eq!(cut(&[8_000, 100, 100], 2), [(1, true), (2, true)]);
        assert_eq!(cut(&[1; 3], 2), [(2, true), (1, true)].map(|(count, _)| (count, false)));
        assert_eq!(cut(&[7], 1), [(1, false)]);
    }
}
