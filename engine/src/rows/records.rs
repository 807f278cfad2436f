//! Records of a blob, as loops over vectors read them: `clamp((z·M + B) >> s)` for many channels at once.

use std::slice::ChunksMut;

use millrace_inference::rows::Rescale;
use multiversion::multiversion;

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::{elements::Element, products::COLUMNS};

/// Bytes of a record.
pub(super) const RECORD_BYTES: usize = Rescale::BYTES as usize;

/// The rescalings of as many channels as a tile has columns.
#[derive(Clone)]
pub(super) struct Records {
    multipliers: [i32; COLUMNS],
    biases: [i64; COLUMNS],
    shifts: [u32; COLUMNS],
    /// Whether all shifts are 32 or more.
    high: bool,
}

/// From this shift on, the lower half of a sum is shifted out.
const HIGH: u32 = 32;

/// A rescaling's numbers.
#[derive(Clone, Copy)]
pub(super) struct Record {
    pub multiplier: i32,
    pub shift: u32,
    pub bias: i64,
}

impl Record {
    /// What the 13 bytes stand for.
    pub fn read(bytes: &[u8]) -> Self {
        let [m0, m1, m2, m3, shift, bias @ ..] = Rescale::read(bytes).to_bytes();
        let (multiplier, bias) = (i32::from_le_bytes([m0, m1, m2, m3]), i64::from_le_bytes(bias));
        // Zero is zero whatever its shift.
        let shift = if multiplier == 0 && bias == 0 { HIGH } else { shift.into() };
        Self { multiplier, shift, bias }
    }

    /// The same for all |z| ≤ `most`, but with a shift of 32 or more, if M and the sum have room for it: both sides of the shift times
    /// a power of two.
    pub fn raised(self, most: u64) -> Self {
        let more = HIGH.saturating_sub(self.shift);
        let sum = u128::from(most) * u128::from(self.multiplier.unsigned_abs())
            + u128::from(self.bias.unsigned_abs());
        let fits = i64::from(self.multiplier) << more == i64::from(self.multiplier << more);
        if !fits || sum << more >= 1 << 63 {
            return self;
        }
        Self { multiplier: self.multiplier << more, shift: self.shift + more, bias: self.bias << more }
    }

    /// A record for z + `shift` instead of z. The product stays within 2⁶¹ and the wrapped sum is right once z·M is added.
    pub fn unshifted(self, shift: i64) -> Self {
        Self { bias: self.bias.wrapping_sub(shift.wrapping_mul(self.multiplier.into())), ..self }
    }
}

impl Records {
    const ZERO: Self =
        Self { multipliers: [0; COLUMNS], biases: [0; COLUMNS], shifts: [HIGH; COLUMNS], high: true };

    /// Blocks of records, the last of which is filled up with zero.
    pub fn blocks(records: impl Iterator<Item = Record>) -> Vec<Self> {
        let mut blocks = Vec::with_capacity(records.size_hint().0.div_ceil(COLUMNS));
        for (index, record) in records.enumerate() {
            let column = index % COLUMNS;
            if column == 0 {
                blocks.push(Self::ZERO);
            }
            if let Some(block) = blocks.last_mut() {
                block.set(column, record);
            }
        }
        blocks
    }

    /// One block of so many records at most, filled up with zero.
    pub fn of_block(records: impl Iterator<Item = Record>) -> Self {
        let mut block = Self::ZERO;
        records.take(COLUMNS).enumerate().for_each(|(column, record)| block.set(column, record));
        block
    }

    fn set(&mut self, column: usize, record: Record) {
        self.multipliers[column] = record.multiplier;
        self.shifts[column] = record.shift;
        self.biases[column] = record.bias;
        self.high &= record.shift >= HIGH;
    }

    /// M, B and s of each column.
    #[inline(always)]
    fn iter(&self) -> impl Iterator<Item = (i64, i64, u32)> + '_ {
        let fields = self.multipliers.iter().zip(&self.biases).zip(&self.shifts);
        fields.map(|((multiplier, bias), shift)| (i64::from(*multiplier), *bias, *shift))
    }

    /// [`Self::blocks`] of consecutive records.
    pub fn read(bytes: &[u8]) -> Vec<Self> {
        Self::blocks(bytes.chunks_exact(RECORD_BYTES).map(Record::read))
    }
}

/// Bytes that so many records take.
pub(super) fn records_bytes(count: u64) -> u64 {
    count.div_ceil(COLUMNS as u64) * size_of::<Records>() as u64
}

/// `(z·M + B) >> s`, which is right modulo 2⁶⁴ in between and so right.
#[inline(always)]
fn moved(product: i64, bias: i64, shift: u32, [least, most]: [i64; 2]) -> i32 {
    product.wrapping_add(bias).wrapping_shr(shift).clamp(least, most) as i32
}

/// [`moved`]; if no shift is below 32, in the upper halves of the sums, twice as many of which fill a vector.
#[inline(always)]
fn moved_as<const IS_HIGH: bool>(product: i64, bias: i64, shift: u32, [least, most]: [i32; 2]) -> i32 {
    if IS_HIGH {
        let upper = (product.wrapping_add(bias) >> HIGH) as i32;
        // By the rest: a shift of 32 bits takes the shift modulo 32.
        upper.wrapping_shr(shift).clamp(least, most)
    } else {
        moved(product, bias, shift, [least.into(), most.into()])
    }
}

/// Rescales a row. How many columns it has is left to run time on purpose: of a loop over as many as fill a vector the compiler
/// makes no vectors.
#[inline(always)]
fn rescale_row<const IS_HIGH: bool, const ROWS: usize, T: Element>(
    row: &mut [T],
    sums: &[[i32; COLUMNS]; ROWS],
    records: &Records,
    bounds: [i32; 2],
) {
    // If there is one row, `high` isn't used.
    let (high, low) = (&sums[0], &sums[ROWS - 1]);
    for (((made, high), low), (multiplier, bias, shift)) in
        row.iter_mut().zip(high).zip(low).zip(records.iter())
    {
        let mut product = i64::from(*low).wrapping_mul(multiplier);
        if ROWS == 2 {
            product = product.wrapping_add(i64::from(*high).wrapping_mul(multiplier).wrapping_shl(8));
        }
        *made = T::narrow(moved_as::<IS_HIGH>(product, bias, shift, bounds));
    }
}

/// Rescales sums row by row into the first columns of rows of elements.
pub(super) fn rescale_sums<T: Element>(
    sums: &[[i32; COLUMNS]],
    columns: usize,
    records: &Records,
    bounds: [i32; 2],
    rows: ChunksMut<'_, T>,
) {
    rescale(sums.as_chunks::<1>().0, columns, records, bounds, rows);
}

/// Rescales `256·high + low` of each pair of rows of sums.
pub(super) fn rescale_pairs<T: Element>(
    sums: &[[i32; COLUMNS]],
    columns: usize,
    records: &Records,
    bounds: [i32; 2],
    rows: ChunksMut<'_, T>,
) {
    rescale(sums.as_chunks::<2>().0, columns, records, bounds, rows);
}

/// One or two rows of sums for each row of elements.
#[allow(unsafe_code, reason = "a function compiled for instructions that the processor was asked for")]
fn rescale<const ROWS: usize, T: Element>(
    sums: &[[[i32; COLUMNS]; ROWS]],
    columns: usize,
    records: &Records,
    bounds: [i32; 2],
    rows: ChunksMut<'_, T>,
) {
    #[cfg(target_arch = "x86_64")]
    if records.high && avx512::is_here() {
        let Records { multipliers, biases, shifts, .. } = records;
        let fields = avx512::Fields { multipliers, biases, shifts, bounds };
        // SAFETY: the processor has the instructions.
        return unsafe { avx512::rescale(sums, columns, &fields, rows) };
    }
    rescale_anywhere(sums, columns, records, bounds, rows);
}

/// [`rescale`] on any processor; the compiler makes vectors of it.
#[multiversion(targets = "simd")]
fn rescale_anywhere<const ROWS: usize, T: Element>(
    sums: &[[[i32; COLUMNS]; ROWS]],
    columns: usize,
    records: &Records,
    bounds: [i32; 2],
    rows: ChunksMut<'_, T>,
) {
    for (row, sums) in rows.zip(sums) {
        let row = &mut row[..columns];
        if records.high {
            rescale_row::<true, ROWS, _>(row, sums, records, bounds);
        } else {
            rescale_row::<false, ROWS, _>(row, sums, records, bounds);
        }
    }
}

/// Rescales a row's numbers. Sums of 2¹⁴ wide numbers stay within 2³⁷, and times M within 2⁶¹.
#[multiversion(targets = "simd")]
pub(super) fn rescale_numbers<T: Copy + Into<i64>>(
    row: &[T],
    records: &[Records],
    bounds: [i32; 2],
    numbers: &mut [i32],
) {
    let bounds = bounds.map(i64::from);
    for ((numbers, row), records) in numbers.chunks_mut(COLUMNS).zip(row.chunks(COLUMNS)).zip(records) {
        for ((number, x), (multiplier, bias, shift)) in numbers.iter_mut().zip(row).zip(records.iter()) {
            let x: i64 = (*x).into();
            *number = moved(x.wrapping_mul(multiplier), bias, shift, bounds);
        }
    }
}

/// Rescales products of two numbers, a row's after one another.
#[multiversion(targets = "simd")]
pub(super) fn rescale_products(
    left: &[i16],
    right: &[i16],
    records: &[Records],
    bounds: [i32; 2],
    numbers: &mut [i32],
) {
    let bounds = bounds.map(i64::from);
    let operands = left.chunks(COLUMNS).zip(right.chunks(COLUMNS));
    for ((numbers, (left, right)), records) in numbers.chunks_mut(COLUMNS).zip(operands).zip(records) {
        for (((number, a), b), (multiplier, bias, shift)) in
            numbers.iter_mut().zip(left).zip(right).zip(records.iter())
        {
            let z = i64::from(i32::from(*a).wrapping_mul((*b).into()));
            *number = moved(z.wrapping_mul(multiplier), bias, shift, bounds);
        }
    }
}

/// What a norm takes of a row beside the row itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deviation {
    pub n: i64,
    pub sum: i64,
    pub reciprocal: i64,
    pub shift: u32,
}

/// Rescales `((n·x − S)·r + 2^(k−1)) >> k`, which is within 2²⁴, a row's numbers after one another.
#[multiversion(targets = "simd")]
pub(super) fn rescale_deviations(
    row: &[i32],
    of: Deviation,
    records: &[Records],
    bounds: [i32; 2],
    numbers: &mut [i32],
) {
    let bounds = bounds.map(i64::from);
    let half = 1i64.wrapping_shl(of.shift.wrapping_sub(1));
    for ((numbers, row), records) in numbers.chunks_mut(COLUMNS).zip(row.chunks(COLUMNS)).zip(records) {
        for ((number, x), (multiplier, bias, shift)) in numbers.iter_mut().zip(row).zip(records.iter()) {
            let deviation = of.n.wrapping_mul((*x).into()).wrapping_sub(of.sum);
            let z = deviation.wrapping_mul(of.reciprocal).wrapping_add(half).wrapping_shr(of.shift) as i32;
            *number = moved(i64::from(z).wrapping_mul(multiplier), bias, shift, bounds);
        }
    }
}

/// Adds wide numbers to the first columns of a row, within the bounds.
#[multiversion(targets = "simd")]
pub(super) fn add_wide<T: Element>(row: &mut [T], addend: &[i32], [least, most]: [i32; 2]) {
    for (made, addend) in row.iter_mut().zip(addend) {
        *made = T::narrow(made.widen().wrapping_add(*addend).clamp(least, most));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::elements::bounds;
    use millrace_inference::{
        random::Random,
        rows::{
            limits::{BIAS_LIMIT, MULTIPLIER_LIMIT},
            ElementType,
        },
    };

    /// Records at every border of their ranges, and random ones, of which as many as fill a panel have shifts of 32 or more.
    fn records(random: &mut Random) -> Vec<Rescale> {
        let mut all = Vec::new();
        for multiplier in [1 - MULTIPLIER_LIMIT, -1, MULTIPLIER_LIMIT - 1] {
            for bias in [1 - BIAS_LIMIT, 0, BIAS_LIMIT - 1] {
                for shift in [1, 31, 32, 61] {
                    all.extend(Rescale::new(multiplier, shift, bias));
                }
            }
        }
        all.sort_by_key(|rescale| rescale.to_bytes()[4] < 32);
        while all.len() < COLUMNS {
            let multiplier = random.bits() as i32 >> 8;
            let (shift, bias) = (random.between(1, 61) as u8, random.bits().cast_signed() >> 2);
            all.extend(Rescale::new(multiplier, shift, bias));
        }
        all
    }

    #[test]
    fn a_raised_record_rescales_the_same_and_is_high_where_there_is_room() {
        let (mut random, mut raised) = (Random(2), 0);
        let mut all = records(&mut random);
        all.extend((0..5_000).filter_map(|_| {
            let (multiplier, bits) = (random.bits() as i32 >> random.between(8, 30), random.between(2, 60));
            Rescale::new(multiplier, random.between(1, 61) as u8, random.bits().cast_signed() >> bits)
        }));
        for rescale in all {
            let before = Record::read(&rescale.to_bytes());
            let most = 1u64 << random.between(0, 36);
            let after = before.raised(most);
            raised += u32::from(after.shift != before.shift);
            assert!(after.shift == before.shift || after.shift == HIGH);
            for z in [most.cast_signed(), -most.cast_signed(), 0, 1, (random.bits() % most).cast_signed()] {
                let product = z.checked_mul(after.multiplier.into()).and_then(|p| p.checked_add(after.bias));
                let made = product.expect("it has room") >> after.shift;
                assert_eq!(made, (z * i64::from(before.multiplier) + before.bias) >> before.shift);
            }
        }
        assert!(raised > 500, "{raised}");
    }

    /// Both ways to rescale give the same, in each type and for each number of columns.
    #[test]
    fn vectors_of_the_processor_are_as_good_as_any() {
        fn compare<const ROWS: usize, T: Element + PartialEq + std::fmt::Debug>(
            element: ElementType,
            (records, random): (&Records, &mut Random),
        ) {
            let mut sums = [[[0; COLUMNS]; ROWS]; 8];
            sums.as_flattened_mut().as_flattened_mut().fill_with(|| (random.bits() as i32) >> 2);
            for columns in 1..=COLUMNS {
                let (mut ours, mut others) = (vec![T::default(); 8 * 50], vec![T::default(); 8 * 50]);
                rescale(&sums, columns, records, bounds(element), ours.chunks_mut(50));
                rescale_anywhere(&sums, columns, records, bounds(element), others.chunks_mut(50));
                assert_eq!(ours, others);
            }
        }
        let mut random = Random(3);
        let all = records(&mut random).into_iter().map(|rescale| Record::read(&rescale.to_bytes()));
        let high = all.clone().filter(|record| record.shift >= HIGH).cycle();
        for records in [Records::of_block(all), Records::of_block(high)] {
            compare::<1, i8>(ElementType::I8, (&records, &mut random));
            compare::<2, i8>(ElementType::I8, (&records, &mut random));
            compare::<1, i16>(ElementType::I16, (&records, &mut random));
            compare::<2, i16>(ElementType::I16, (&records, &mut random));
            compare::<1, i32>(ElementType::Wide, (&records, &mut random));
            compare::<2, i32>(ElementType::Wide, (&records, &mut random));
        }
    }

    #[test]
    fn sums_and_pairs_of_sums_are_rescaled_as_defined() {
        let mut random = Random(1);
        for element in [ElementType::I8, ElementType::I16, ElementType::Wide] {
            let rescales = records(&mut random);
            let read = |rescale: &Rescale| Record::read(&rescale.to_bytes());
            // As the kernels' sums are more than those meant, by 128 times a sum of 2^14 weights of -128.
            let shift = -(1i64 << 28);
            let of_sums = Records::blocks(rescales.iter().map(|rescale| read(rescale).unshifted(shift)));
            let of_pairs =
                Records::blocks(rescales.iter().map(|rescale| read(rescale).unshifted(256 * shift)));
            let mut sums = [[0; COLUMNS]; 8];
            for (row, sums) in sums.iter_mut().enumerate() {
                // From -255*128*2^14 to 255*127*2^14.
                let ends = [-(255 << 21), 0, (255 * 127) << 14];
                sums.fill_with(|| ends.get(row).copied().unwrap_or_else(|| (random.bits() as i32) >> 2));
            }
            let (mut single, mut pairs) = ([[0; COLUMNS]; 8], [[0; COLUMNS]; 4]);
            let rows = single.as_flattened_mut().chunks_mut(COLUMNS);
            rescale_sums::<i32>(&sums, COLUMNS, &of_sums[0], bounds(element), rows);
            let rows = pairs.as_flattened_mut().chunks_mut(COLUMNS);
            rescale_pairs::<i32>(&sums, COLUMNS, &of_pairs[0], bounds(element), rows);
            for (c, rescale) in rescales.iter().enumerate() {
                for row in 0..8 {
                    let z = i64::from(sums[row][c]) - shift;
                    assert_eq!(single[row][c], rescale.apply(z, element));
                }
                for pair in 0..4 {
                    let z = (i64::from(sums[2 * pair][c]) - shift) * 256 + i64::from(sums[2 * pair + 1][c]);
                    assert_eq!(pairs[pair][c], rescale.apply(z, element));
                }
            }
        }
    }
}
