//! Rescaling on processors with AVX-512: sixteen sums at a time, from products to elements without leaving the registers.

use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm512_add_epi64, _mm512_cvtepi32_epi16, _mm512_cvtepi32_epi8,
    _mm512_mask_blend_epi32, _mm512_max_epi32, _mm512_min_epi32, _mm512_mul_epi32, _mm512_permutex2var_epi64,
    _mm512_set1_epi32, _mm512_set_epi64, _mm512_slli_epi64, _mm512_srav_epi32, _mm512_srli_epi64,
    _mm512_sub_epi32,
};

use super::{
    elements::Element,
    products::{COLUMNS, LANES, PANELS},
};

/// Sixteen numbers of 32 bits.
type Vector = [i32; LANES];

/// Records of as many channels as a tile has columns, all with shifts of 32 or more.
pub(super) struct Fields<'a> {
    pub multipliers: &'a [i32; COLUMNS],
    pub biases: &'a [i64; COLUMNS],
    pub shifts: &'a [u32; COLUMNS],
    /// The least and the largest element.
    pub bounds: [i32; 2],
}

/// Of sixteen channels. Even and odd ones are apart, because a sum of 64 bits takes the room of two of them.
#[derive(Clone, Copy)]
struct Panel {
    multipliers: [__m512i; 2],
    biases: [__m512i; 2],
    /// Beyond the lower half of a sum.
    shifts: __m512i,
}

/// Whether the processor has the instructions.
pub(super) fn is_here() -> bool {
    is_x86_feature_detected!("avx512f")
}

#[target_feature(enable = "avx512f")]
fn panel(fields: &Fields<'_>, panel: usize) -> Panel {
    let multipliers = bytemuck::cast::<Vector, __m512i>(fields.multipliers.as_chunks().0[panel]);
    let shifts = bytemuck::cast::<[u32; LANES], __m512i>(fields.shifts.as_chunks().0[panel]);
    let biases = fields.biases.as_chunks::<{ LANES / 2 }>().0;
    let low = bytemuck::cast::<[i64; LANES / 2], __m512i>(biases[2 * panel]);
    let high = bytemuck::cast::<[i64; LANES / 2], __m512i>(biases[2 * panel + 1]);
    Panel {
        multipliers: [multipliers, _mm512_srli_epi64::<32>(multipliers)],
        biases: [
            _mm512_permutex2var_epi64(low, _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0), high),
            _mm512_permutex2var_epi64(low, _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1), high),
        ],
        shifts: _mm512_sub_epi32(shifts, _mm512_set1_epi32(32)),
    }
}

/// Products with the multipliers, even and odd.
#[target_feature(enable = "avx512f")]
fn products(sums: &Vector, panel: &Panel) -> [__m512i; 2] {
    let z = bytemuck::cast::<Vector, __m512i>(*sums);
    [
        _mm512_mul_epi32(z, panel.multipliers[0]),
        _mm512_mul_epi32(_mm512_srli_epi64::<32>(z), panel.multipliers[1]),
    ]
}

/// What the upper halves of the sums with the biases are, shifted and within the bounds.
#[target_feature(enable = "avx512f")]
fn moved([even, odd]: [__m512i; 2], panel: &Panel, [least, most]: [__m512i; 2]) -> __m512i {
    let even = _mm512_add_epi64(even, panel.biases[0]);
    let odd = _mm512_add_epi64(odd, panel.biases[1]);
    let upper = _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64::<32>(even), odd);
    _mm512_min_epi32(_mm512_max_epi32(_mm512_srav_epi32(upper, panel.shifts), least), most)
}

/// Writes as many elements as there is room for, sixteen at most.
#[target_feature(enable = "avx512f")]
fn write<T: Element>(numbers: __m512i, made: &mut [T]) {
    fn copy<const N: usize>(from: [u8; N], to: &mut [u8]) {
        match to.first_chunk_mut::<N>() {
            Some(to) => *to = from,
            None => to.copy_from_slice(&from[..to.len()]),
        }
    }
    let made = bytemuck::cast_slice_mut(made);
    match size_of::<T>() {
        1 => copy(bytemuck::cast::<__m128i, [u8; LANES]>(_mm512_cvtepi32_epi8(numbers)), made),
        2 => copy(bytemuck::cast::<__m256i, [u8; 2 * LANES]>(_mm512_cvtepi32_epi16(numbers)), made),
        _ => copy(bytemuck::cast::<__m512i, [u8; 4 * LANES]>(numbers), made),
    }
}

/// Rescales rows of sums into the first columns of rows of elements; if they are pairs, `256·high + low` of each.
#[target_feature(enable = "avx512f")]
pub(super) fn rescale<const ROWS: usize, T: Element>(
    sums: &[[[i32; COLUMNS]; ROWS]],
    columns: usize,
    fields: &Fields<'_>,
    rows: std::slice::ChunksMut<'_, T>,
) {
    let bounds = [_mm512_set1_epi32(fields.bounds[0]), _mm512_set1_epi32(fields.bounds[1])];
    let panels: [Panel; PANELS] = [panel(fields, 0), panel(fields, 1), panel(fields, 2)];
    for (row, sums) in rows.zip(sums) {
        // If there is one row, `highs` isn't used.
        let (highs, lows) = (sums[0].as_chunks::<LANES>().0, sums[ROWS - 1].as_chunks::<LANES>().0);
        let vectors = highs.iter().zip(lows).zip(&panels);
        for (made, ((high, low), panel)) in row[..columns].chunks_mut(LANES).zip(vectors) {
            let [mut even, mut odd] = products(low, panel);
            if ROWS == 2 {
                let high = products(high, panel);
                even = _mm512_add_epi64(even, _mm512_slli_epi64::<8>(high[0]));
                odd = _mm512_add_epi64(odd, _mm512_slli_epi64::<8>(high[1]));
            }
            write(moved([even, odd], panel, bounds), made);
        }
    }
}
