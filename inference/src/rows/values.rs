//! The rows of a node as an execution holds them.

use alloc::vec::Vec;

/// Rows of one sequence, as many as were kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows before those that are here.
    forgotten: u32,
    ends: Vec<usize>,
    elements: Vec<i32>,
    /// What a [`Pool`](crate::rows::Pool) has summed.
    pub(crate) sums: Vec<i64>,
}

impl Rows {
    /// The elements of a row; none if it isn't there.
    pub fn row(&self, index: u32) -> Option<&[i32]> {
        let index = usize::try_from(index.checked_sub(self.forgotten)?).ok()?;
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.elements.get(start..end)
    }

    /// The rows that there are, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[i32]> {
        (self.forgotten..self.count()).filter_map(|index| self.row(index))
    }

    /// Rows that were pushed.
    pub fn count(&self) -> u32 {
        self.forgotten.saturating_add(u32::try_from(self.ends.len()).unwrap_or(u32::MAX))
    }

    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = i32>) {
        self.elements.extend(row);
        self.ends.push(self.elements.len());
    }

    /// [`Self::push`] if all elements are there.
    pub(crate) fn try_push(&mut self, row: impl IntoIterator<Item = Option<i32>>) -> Option<()> {
        let start = self.elements.len();
        for element in row {
            let Some(element) = element else {
                self.elements.truncate(start);
                return None;
            };
            self.elements.push(element);
        }
        self.ends.push(self.elements.len());
        Some(())
    }

    /// Drops the rows, but not the memory of how many there were.
    pub(crate) fn forget(&mut self) {
        self.forgotten = self.count();
        self.ends.clear();
        self.elements.clear();
    }

    /// Drops the rows as if there had never been any.
    pub(crate) fn restart(&mut self) {
        self.forgotten = 0;
        self.ends.clear();
        self.elements.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_numbers() {
        let mut rows = Rows::default();
        rows.push([1, 2]);
        rows.push([]);
        rows.push([3]);
        assert_eq!(
            [0, 1, 2].map(|index| rows.row(index)),
            [Some(&[1, 2][..]), Some(&[][..]), Some(&[3][..])]
        );
        assert_eq!(rows.row(3), None);
        rows.forget();
        rows.push([4]);
        assert_eq!((rows.row(2), rows.row(3), rows.count()), (None, Some(&[4][..]), 4));
        assert_eq!(rows.try_push([Some(1), None]), None);
        assert_eq!((rows.iter().count(), rows.count()), (1, 4));
        rows.restart();
        assert_eq!(rows.count(), 0);
    }
}
