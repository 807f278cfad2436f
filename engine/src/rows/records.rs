//! Records of a blob, as loops over vectors read them: `clamp((z·M + B) >> s)` for many channels at once.

use millrace_inference::rows::Rescale;
use multiversion::multiversion;

use super::products::{Tile, COLUMNS, LANES, PANELS};

/// Bytes of a record.
pub(super) const RECORD_BYTES: usize = Rescale::BYTES as usize;

/// The rescalings of as many channels as a tile has columns.
#[derive(Clone)]
pub(super) struct Records {
    multipliers: [[i32; LANES]; PANELS],
    biases: [[i64; LANES]; PANELS],
    shifts: [[u32; LANES]; PANELS],
    /// Whether all shifts of a panel are 32 or more.
    high: [bool; PANELS],
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

    /// A record for z + `shift` instead of z. The product stays within 2⁶¹ and the wrapped sum is right once z·M is added.
    pub fn unshifted(self, shift: i64) -> Self {
        Self { bias: self.bias.wrapping_sub(shift.wrapping_mul(self.multiplier.into())), ..self }
    }
}

impl Records {
    const ZERO: Self = Self {
        multipliers: [[0; LANES]; PANELS],
        biases: [[0; LANES]; PANELS],
        shifts: [[HIGH; LANES]; PANELS],
        high: [true; PANELS],
    };

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
        let (panel, lane) = (column / LANES, column % LANES);
        self.multipliers[panel][lane] = record.multiplier;
        self.shifts[panel][lane] = record.shift;
        self.biases[panel][lane] = record.bias;
        self.high[panel] &= record.shift >= HIGH;
    }

    /// M, B and s of each column.
    #[inline(always)]
    fn iter(&self) -> impl Iterator<Item = (i64, i64, u32)> + '_ {
        let (multipliers, biases) = (self.multipliers.as_flattened(), self.biases.as_flattened());
        let fields = multipliers.iter().zip(biases).zip(self.shifts.as_flattened());
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

/// Rescales sums, the first columns of some rows.
#[multiversion(targets = "simd")]
pub(super) fn rescale_tile(
    numbers: &mut [[i32; COLUMNS]],
    columns: usize,
    records: &Records,
    bounds: [i32; 2],
) {
    for (panel, is_high) in records.high.iter().enumerate().take(columns.div_ceil(LANES)) {
        if *is_high {
            rescale_panel::<true>(numbers, panel, records, bounds);
        } else {
            rescale_panel::<false>(numbers, panel, records, bounds);
        }
    }
}

#[inline(always)]
fn rescale_panel<const IS_HIGH: bool>(
    numbers: &mut [[i32; COLUMNS]],
    panel: usize,
    records: &Records,
    bounds: [i32; 2],
) {
    let (multipliers, biases, shifts) =
        (records.multipliers[panel], records.biases[panel], records.shifts[panel]);
    for row in numbers {
        let numbers = row.as_chunks_mut::<LANES>().0[panel].iter_mut().zip(multipliers);
        for ((number, multiplier), (bias, shift)) in numbers.zip(biases.into_iter().zip(shifts)) {
            let product = i64::from(*number).wrapping_mul(multiplier.into());
            *number = moved_as::<IS_HIGH>(product, bias, shift, bounds);
        }
    }
}

/// Rescales `256·high + low` of each pair of rows, their first columns; the results are the first rows.
#[multiversion(targets = "simd")]
pub(super) fn rescale_pairs(
    sums: &Tile<i32>,
    numbers: &mut [[i32; COLUMNS]],
    columns: usize,
    records: &Records,
    bounds: [i32; 2],
) {
    for (panel, is_high) in records.high.iter().enumerate().take(columns.div_ceil(LANES)) {
        if *is_high {
            rescale_panel_of_pairs::<true>(sums, numbers, panel, records, bounds);
        } else {
            rescale_panel_of_pairs::<false>(sums, numbers, panel, records, bounds);
        }
    }
}

#[inline(always)]
fn rescale_panel_of_pairs<const IS_HIGH: bool>(
    sums: &Tile<i32>,
    numbers: &mut [[i32; COLUMNS]],
    panel: usize,
    records: &Records,
    bounds: [i32; 2],
) {
    let (multipliers, biases, shifts) =
        (records.multipliers[panel], records.biases[panel], records.shifts[panel]);
    for ([high, low], row) in sums.as_chunks::<2>().0.iter().zip(numbers) {
        let (high, low) = (&high.as_chunks::<LANES>().0[panel], &low.as_chunks::<LANES>().0[panel]);
        let numbers = row.as_chunks_mut::<LANES>().0[panel].iter_mut().zip(multipliers);
        let records = numbers.zip(biases.into_iter().zip(shifts));
        for (((number, multiplier), (bias, shift)), (high, low)) in records.zip(high.iter().zip(low)) {
            let multiplier = i64::from(multiplier);
            let high = i64::from(*high).wrapping_mul(multiplier).wrapping_shl(8);
            let product = i64::from(*low).wrapping_mul(multiplier).wrapping_add(high);
            *number = moved_as::<IS_HIGH>(product, bias, shift, bounds);
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

/// Adds wide numbers to the first rows, within ±R24.
#[multiversion(targets = "simd")]
pub(super) fn add_wide(numbers: &mut [i32], addend: &[i32], bounds: [i32; 2]) {
    for (number, addend) in numbers.iter_mut().zip(addend) {
        *number = number.wrapping_add(*addend).clamp(bounds[0], bounds[1]);
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
            let (mut single, mut pairs) = (sums, [[0; COLUMNS]; 8]);
            rescale_tile(&mut single, COLUMNS, &of_sums[0], bounds(element));
            rescale_pairs(&sums, &mut pairs[..4], COLUMNS, &of_pairs[0], bounds(element));
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
