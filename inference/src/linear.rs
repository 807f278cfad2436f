//! A product W·X as execution and verification see it: a linear operator or a convolution with its input.

use alloc::vec::Vec;

use crate::patches::layout::Patches;

/// A linear operator or a convolution and its input: W (n × m) times every column of X.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    /// Its node.
    pub node: u32,
    /// W, row-major.
    pub parameters: &'a [i8],
    /// Rows of W.
    pub n: usize,
    /// Columns of W: the length of a column of X.
    pub m: usize,
    /// The tensor that it reads, of all samples.
    pub input: &'a [i8],
    /// Where the columns of X are in it.
    pub columns: Columns,
}

/// How the columns of X lie in a tensor, and the accumulators in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// One column after the other; the n accumulators of a column follow each other.
    Contiguous,
    /// A column is a patch of an image; the accumulators are images too, one channel for each row of W.
    Patches {
        /// Where the patches lie.
        patches: Patches,
        /// What a patch holds beyond the border.
        pad_value: i8,
    },
}

impl Linear<'_> {
    /// Columns of X in each of its groups: all of them at once if they are contiguous, else a sample's.
    pub fn group(&self) -> usize {
        match self.columns {
            Columns::Contiguous => self.input.len().checked_div(self.m).unwrap_or(0),
            Columns::Patches { patches, .. } => patches.positions(),
        }
    }

    /// Columns of X.
    pub fn count(&self) -> usize {
        match self.columns {
            Columns::Contiguous => self.group(),
            Columns::Patches { patches, .. } => {
                let samples = self.input.len().checked_div(patches.sample()).unwrap_or(0);
                samples.saturating_mul(self.group())
            }
        }
    }

    /// Calls `visit` for each column of X in order until it says false; returns whether it never did.
    pub fn all_columns(&self, mut visit: impl FnMut(&[i8]) -> bool) -> bool {
        match self.columns {
            Columns::Contiguous => self.input.chunks_exact(self.m.max(1)).all(visit),
            Columns::Patches { patches, pad_value } => {
                let mut patch = Vec::with_capacity(self.m);
                self.input.chunks_exact(patches.sample().max(1)).all(|sample| {
                    patches.all(|row, column| {
                        patch.clear();
                        patches.gather(sample, row, column, pad_value, &mut patch);
                        visit(&patch)
                    })
                })
            }
        }
    }

    /// The accumulators by definition, in the layout that [`Columns`] says.
    pub(crate) fn accumulators(&self) -> Vec<i32> {
        let m = self.m.max(1);
        let mut accumulators = Vec::with_capacity(self.n.saturating_mul(self.count()));
        match self.columns {
            Columns::Contiguous => {
                self.all_columns(|x| {
                    accumulators.extend(self.parameters.chunks_exact(m).map(|w| dot(w, x)));
                    true
                });
            }
            Columns::Patches { patches, pad_value } => {
                let positions = patches.positions().max(1);
                let mut patch = Vec::with_capacity(m);
                for sample in self.input.chunks_exact(patches.sample().max(1)) {
                    let from = accumulators.len();
                    accumulators.resize(from.saturating_add(self.n.saturating_mul(positions)), 0);
                    let planes = accumulators.get_mut(from..).unwrap_or_default();
                    let mut position = 0usize;
                    patches.all(|row, column| {
                        patch.clear();
                        patches.gather(sample, row, column, pad_value, &mut patch);
                        let of_rows = planes.iter_mut().skip(position).step_by(positions);
                        for (sum, w) in of_rows.zip(self.parameters.chunks_exact(m)) {
                            *sum = dot(w, &patch);
                        }
                        position = position.saturating_add(1);
                        true
                    });
                }
            }
        }
        accumulators
    }
}

/// `Σ_k row[k]·column[k]`. Registration bounds the sum's absolute value below 2³¹.
pub(crate) fn dot(row: &[i8], column: &[i8]) -> i32 {
    row.iter()
        .zip(column)
        .fold(0i32, |sum, (w, x)| sum.wrapping_add(i32::from(*w).wrapping_mul(i32::from(*x))))
}
