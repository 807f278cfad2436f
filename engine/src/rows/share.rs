//! How threads share an operator's rows.

use super::{elements::Element, products::ROWS};
use crate::threads::each;

/// Rows that one thread makes after one another.
const CHUNK: usize = 64;

/// Whether the threads share the rows of one operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    /// Threads that do; 1 if each has sequences of its own.
    pub threads: usize,
}

impl Share {
    /// Rows that one thread makes after one another, a multiple of what a kernel takes at once.
    pub fn chunk(self, rows: usize) -> usize {
        rows.div_ceil(self.threads).next_multiple_of(ROWS).clamp(1, CHUNK)
    }

    /// Makes rows of so many elements, chunk by chunk: `make` gets the first row's number and the chunk, which is zero. Zeros are
    /// written by whoever writes the rows, while they are in its own cache.
    #[allow(
        unsafe_code,
        reason = "room that isn't written yet is divided among threads, which write all of it"
    )]
    pub fn chunks<T: Copy + Default + Send + Sync>(
        self,
        rows: usize,
        width: usize,
        make: impl Fn(usize, &mut [T]) + Send + Sync,
    ) -> Vec<T> {
        let mut made = Vec::with_capacity(rows * width);
        let chunk = self.chunk(rows);
        let parts = made.spare_capacity_mut()[..rows * width].chunks_mut(chunk * width).enumerate();
        let threads = if rows <= chunk { 1 } else { self.threads };
        each(threads, parts, |(index, part)| {
            for element in part.iter_mut() {
                element.write(T::default());
            }
            // SAFETY: all elements were just written.
            make(index * chunk, unsafe { part.assume_init_mut() });
        });
        // SAFETY: the parts are all of these elements, and each was written.
        unsafe { made.set_len(rows * width) };
        made
    }

    /// Makes rows one by one: `make` gets the row's number and the row.
    pub fn rows<T: Element>(
        self,
        rows: usize,
        width: usize,
        make: impl Fn(usize, &mut [T]) + Send + Sync,
    ) -> Vec<T> {
        self.chunks(rows, width, |first, part| {
            part.chunks_mut(width).enumerate().for_each(|(index, row)| make(first + index, row));
        })
    }
}
