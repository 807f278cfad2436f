//! Scores, their shares and means of values as one operator: for some rows and one head at a time, so that scores never leave
//! the core's own cache, whatever the sequence's length.

use millrace_inference::rows::ElementType;

use super::softmax::{softmax, Scale};
use crate::rows::{
    elements::{bounds, Element},
    products::{Kernel, Panels, Tile, Words, COLUMNS, PANELS, ROWS, TERMS},
    records::{rescale_pairs, Records},
    share::Share,
};

/// An attention's parameters.
pub(in crate::rows) struct Attention {
    pub queries: u32,
    pub keys: u32,
    pub values: u32,
    pub heads: usize,
    pub key_heads: usize,
    pub value_heads: usize,
    /// Elements of a head of queries and of keys.
    pub width: usize,
    /// Elements of a head of values.
    pub value_width: usize,
    pub scales: Vec<Scale>,
    /// For each head the blocks of its columns.
    pub records: Vec<Vec<Records>>,
    pub element: ElementType,
    pub causal: bool,
}

/// Keys and values of a sequence, as kernels read them: what is called a KV cache.
#[derive(Clone)]
pub(in crate::rows) struct KeyValues {
    /// For each head: a key is an output.
    keys: Vec<Panels>,
    /// For each head, the sum of each key's elements.
    sums: Vec<Vec<i32>>,
    /// For each head: a value is a term of each of its elements.
    values: Vec<Panels>,
    tokens: usize,
}

impl KeyValues {
    fn new(attention: &Attention) -> Self {
        Self {
            keys: vec![Panels::of_terms(attention.width); attention.key_heads],
            sums: vec![Vec::new(); attention.key_heads],
            values: vec![Panels::of_outputs(attention.value_width); attention.value_heads],
            tokens: 0,
        }
    }

    /// Adds rows.
    fn push(&mut self, attention: &Attention, keys: &[i8], values: &[i8]) {
        let (width, value_width) = (attention.width, attention.value_width);
        for row in keys.chunks(width * attention.key_heads) {
            for ((head, sums), key) in self.keys.iter_mut().zip(&mut self.sums).zip(row.chunks(width)) {
                head.push_output(key);
                sums.push(key.iter().map(|k| i32::from(*k)).sum());
            }
            self.tokens += 1;
        }
        for row in values.chunks(value_width * attention.value_heads) {
            for (head, value) in self.values.iter_mut().zip(row.chunks(value_width)) {
                head.push_term(value);
            }
        }
    }

    /// Bytes that so many tokens of an attention take at most.
    pub fn bytes(attention: &Attention, tokens: u64) -> u64 {
        // A list that grows may have room for twice as many: of panels of keys, their sums, and lines of values.
        let key = 2 * Panels::bytes_of(tokens, attention.width as u64) + 8 * tokens;
        let value = 2 * Panels::bytes_of(attention.value_width as u64, tokens + 16);
        key * attention.key_heads as u64 + value * attention.value_heads as u64
    }
}

/// Rows of one sequence in a part of a batch.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Fresh<'a> {
    pub queries: &'a [i8],
    pub keys: &'a [i8],
    pub values: &'a [i8],
    /// Rows before them.
    pub before: usize,
    /// New rows.
    pub rows: usize,
}

/// What a thread needs beside its rows.
struct Room {
    words: Words,
    shares: Words,
    scores: Vec<i32>,
    powers: Vec<u32>,
    row: Vec<i16>,
}

impl Attention {
    /// Means of values for the new rows of a sequence, whose keys and values become part of `cache`.
    pub fn rows<T: Element>(
        &self,
        fresh: Fresh<'_>,
        cache: &mut Option<KeyValues>,
        kernel: Kernel,
        share: Share,
    ) -> Vec<T> {
        let cache = cache.get_or_insert_with(|| KeyValues::new(self));
        cache.push(self, fresh.keys, fresh.values);
        let width = self.heads * self.value_width;
        share.chunks(fresh.rows, width, |first, part| {
            let tokens = cache.tokens.next_multiple_of(COLUMNS);
            let mut room = Room {
                words: Words::default(),
                shares: Words::default(),
                scores: vec![0; ROWS * tokens],
                powers: vec![0; tokens],
                row: vec![0; tokens],
            };
            for (tile, made) in part.chunks_mut(ROWS * width).enumerate() {
                for head in 0..self.heads {
                    self.tile(fresh, first + tile * ROWS, head, cache, kernel, &mut room, made);
                }
            }
        })
    }

    /// Bytes that a thread needs beside the rows.
    pub fn room(&self, tokens: u64) -> u64 {
        let tokens = tokens.next_multiple_of(COLUMNS as u64);
        let rows = ROWS as u64;
        // Scores of four bytes and shares of two; a row's powers and shares; a head's queries.
        tokens * (6 * rows + 6) + (self.width as u64 + 4) * rows
    }

    /// How many rows a row of a sequence sees.
    fn seen(&self, row: usize, cache: &KeyValues) -> usize {
        if self.causal {
            row + 1
        } else {
            cache.tokens
        }
    }

    /// One head of up to eight rows.
    #[allow(clippy::too_many_arguments, reason = "where the rows are, what they see and where to put them")]
    fn tile<T: Element>(
        &self,
        fresh: Fresh<'_>,
        first: usize,
        head: usize,
        cache: &KeyValues,
        kernel: Kernel,
        room: &mut Room,
        made: &mut [T],
    ) {
        let rows = made.len() / (self.heads * self.value_width);
        let most = self.seen(fresh.before + first + rows - 1, cache);
        self.score(fresh, first..first + rows, head, (cache, most), kernel, room);
        let stride = room.powers.len();
        room.shares.resize(2 * rows, most);
        for row in 0..rows {
            let seen = self.seen(fresh.before + first + row, cache);
            let scores = &room.scores[row * stride..][..seen];
            let (powers, shares) = (&mut room.powers[..seen], &mut room.row[..seen]);
            softmax(scores, self.scales[head], powers, shares);
            room.shares.set_shares(row, shares);
        }
        self.mean(&room.shares, most, head, cache, kernel, made);
    }

    /// Scores of some rows of a head with the first `most` keys.
    fn score(
        &self,
        fresh: Fresh<'_>,
        rows: std::ops::Range<usize>,
        head: usize,
        (cache, most): (&KeyValues, usize),
        kernel: Kernel,
        room: &mut Room,
    ) {
        let group = head * self.key_heads / self.heads;
        let (keys, sums_of_keys) = (&cache.keys[group], &cache.sums[group]);
        let count = rows.len();
        room.words.resize(count, self.width);
        for (index, row) in rows.enumerate() {
            let query = &fresh.queries[(row * self.heads + head) * self.width..][..self.width];
            room.words.set_i8(index, query);
        }
        let Some((words, padded)) = room.words.tiles().next() else { return };
        let stride = room.powers.len();
        let mut sums: Tile<i32> = [[0; COLUMNS]; ROWS];
        for block in 0..most.div_ceil(COLUMNS) {
            let mut found = [&[][..]; PANELS];
            let panels = keys.block(block, self.width.div_ceil(TERMS), &mut found);
            kernel.multiply(words, padded, panels, &mut sums);
            let shifts = &sums_of_keys[block * COLUMNS..];
            for (sums, scores) in sums.iter().zip(room.scores.chunks_mut(stride)).take(count) {
                let scores = &mut scores[block * COLUMNS..][..COLUMNS];
                for ((score, sum), shift) in scores.iter_mut().zip(sums).zip(shifts) {
                    // A query's bytes are shifted by 128.
                    *score = sum.wrapping_sub(shift.wrapping_mul(128));
                }
            }
        }
    }

    /// Means of the first `most` values.
    fn mean<T: Element>(
        &self,
        shares: &Words,
        most: usize,
        head: usize,
        cache: &KeyValues,
        kernel: Kernel,
        made: &mut [T],
    ) {
        let values = &cache.values[head * self.value_heads / self.heads];
        let width = self.heads * self.value_width;
        let mut sums = [[0; COLUMNS]; ROWS];
        for (block, records) in self.records[head].iter().enumerate() {
            let mut found = [&[][..]; PANELS];
            let panels = values.block(block, most.div_ceil(TERMS), &mut found);
            let columns = block * COLUMNS..((block + 1) * COLUMNS).min(self.value_width);
            for ((words, padded), made) in shares.tiles().zip(made.chunks_mut(ROWS / 2 * width)) {
                kernel.multiply(words, padded, panels, &mut sums);
                let rows = made[head * self.value_width + columns.start..].chunks_mut(width);
                rescale_pairs(&sums, columns.len(), records, bounds(self.element), rows);
            }
        }
    }
}
