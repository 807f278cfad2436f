//! Multiplies X a block at a time, so that what a product takes doesn't grow with the batch.

use millrace_inference::{Columns, Linear};

use super::planes::append_planes;
use crate::error::EngineError;

/// Elements of X that the products of all threads read at most at once, whatever the batch: 32 MiB as `f32`.
pub(crate) const BLOCK: usize = 8 << 20;

/// The accumulators of an operator in the layout that [`Columns`] says. `multiply` writes X·Wᵀ, `[rows, n]`, over zeros,
/// for an X of `[rows, m]` with at least one row and about `block` elements.
///
/// # Errors
/// What `multiply` says.
pub(super) fn in_blocks(
    operator: &Linear<'_>,
    block: usize,
    multiply: impl Fn(&[i8], &mut [i32]) -> Result<(), EngineError>,
) -> Result<Vec<i32>, EngineError> {
    let (n, m) = (operator.n, operator.m.max(1));
    let block = (block / m).max(1) * m;
    let append = |x: &[i8], sums: &mut Vec<i32>| {
        let rows = x.len() / m;
        if rows == 0 {
            return Ok(());
        }
        let from = sums.len();
        sums.resize(from + rows * n, 0);
        multiply(x, &mut sums[from..])
    };
    let mut sums = Vec::with_capacity(operator.count() * n);
    match operator.columns {
        Columns::Contiguous => {
            for x in operator.input.chunks(block) {
                append(x, &mut sums)?;
            }
            Ok(sums)
        }
        Columns::Patches { .. } => {
            let mut columns = Vec::with_capacity(block.min(operator.count() * m));
            let mut outcome = Ok(());
            operator.all_columns(|x| {
                columns.extend_from_slice(x);
                if columns.len() >= block {
                    outcome = append(&columns, &mut sums);
                    columns.clear();
                }
                outcome.is_ok()
            });
            outcome?;
            append(&columns, &mut sums)?;
            let mut planes = Vec::with_capacity(sums.len());
            append_planes(&sums, n, operator.group(), &mut planes);
            Ok(planes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_inference::{Patches, Window};
    use std::cell::RefCell;

    #[test]
    fn patches_are_multiplied_in_blocks_and_end_up_in_planes() {
        // Each column of X is one pixel of one channel, and W's two rows are 1 and −1.
        let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
        let patches = Patches { channels: 1, height: 1, width: 3, rows: 1, columns: 3, window };
        let columns = Columns::Patches { patches, pad_value: 0 };
        let (w, x) = ([1, -1], [1, 2, 3, 4, 5, 6]);
        let operator = Linear { node: 1, parameters: &w, n: 2, m: 1, input: &x, columns };
        let blocks = RefCell::new(Vec::new());
        let planes = in_blocks(&operator, 4, |x, sums| {
            blocks.borrow_mut().push(x.len());
            for (sums, x) in sums.chunks_mut(2).zip(x) {
                sums.copy_from_slice(&[i32::from(*x), -i32::from(*x)]);
            }
            Ok(())
        });
        assert_eq!(planes.expect("nothing fails"), [1, 2, 3, -1, -2, -3, 4, 5, 6, -4, -5, -6]);
        assert_eq!(blocks.into_inner(), [4, 2]);
        assert!(matches!(
            in_blocks(&operator, 4, |_, _| Err(EngineError::Stopped)),
            Err(EngineError::Stopped)
        ));
    }
}
