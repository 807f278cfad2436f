//! How a GGUF file stores numbers: blocks of small integers with scales of their own, and what they are as floats.

use half::{bf16, f16};

/// How a tensor's numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    F32,
    F16,
    Bf16,
    Q8_0,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q4K,
    Q5K,
    Q6K,
}

/// Numbers of a block with one scale.
const SMALL: usize = 32;

/// Numbers of a block whose scales are small integers themselves.
const LARGE: usize = 256;

impl Stored {
    /// What is read, as messages name it.
    pub(super) const NAMES: &str = "F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K and Q6_K";

    /// By its number in the file.
    pub(super) fn numbered(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            6 => Self::Q5_0,
            7 => Self::Q5_1,
            8 => Self::Q8_0,
            12 => Self::Q4K,
            13 => Self::Q5K,
            14 => Self::Q6K,
            30 => Self::Bf16,
            _ => return None,
        })
    }

    /// Numbers and bytes of a block.
    pub(super) fn block(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::Bf16 => (1, 2),
            Self::Q8_0 => (SMALL, 34),
            Self::Q4_0 => (SMALL, 18),
            Self::Q4_1 => (SMALL, 20),
            Self::Q5_0 => (SMALL, 22),
            Self::Q5_1 => (SMALL, 24),
            Self::Q4K => (LARGE, 144),
            Self::Q5K => (LARGE, 176),
            Self::Q6K => (LARGE, 210),
        }
    }

    /// The numbers of whole blocks.
    pub(super) fn floats(self, bytes: &[u8]) -> Vec<f32> {
        let (count, size) = self.block();
        let mut floats = vec![0.0; bytes.len() / size * count];
        for (block, numbers) in bytes.chunks_exact(size).zip(floats.chunks_exact_mut(count)) {
            match self {
                Self::F32 => numbers[0] = f32::from_le_bytes([block[0], block[1], block[2], block[3]]),
                Self::F16 => numbers[0] = half(block, 0),
                Self::Bf16 => numbers[0] = bf16::from_le_bytes([block[0], block[1]]).to_f32(),
                Self::Q8_0 => {
                    for (number, byte) in numbers.iter_mut().zip(&block[2..]) {
                        *number = half(block, 0) * f32::from(byte.cast_signed());
                    }
                }
                Self::Q4_0 => scaled(numbers, nibbles(&block[2..]), half(block, 0), -8.0 * half(block, 0)),
                Self::Q4_1 => scaled(numbers, nibbles(&block[4..]), half(block, 0), half(block, 2)),
                Self::Q5_0 => {
                    let fives = fifth_bits(nibbles(&block[6..]), &block[2..6]);
                    scaled(numbers, fives, half(block, 0), -16.0 * half(block, 0));
                }
                Self::Q5_1 => {
                    let fives = fifth_bits(nibbles(&block[8..]), &block[4..8]);
                    scaled(numbers, fives, half(block, 0), half(block, 2));
                }
                Self::Q4K => eight_scales(numbers, block, &[], &block[16..]),
                Self::Q5K => eight_scales(numbers, block, &block[16..48], &block[48..]),
                Self::Q6K => sixteen_scales(numbers, block),
            }
        }
        floats
    }
}

/// A half-precision number at a place.
fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// The lower halves of bytes, then the upper.
fn nibbles(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    bytes.iter().map(|byte| byte & 15).chain(bytes.iter().map(|byte| byte >> 4))
}

/// Numbers of four bits with a fifth from elsewhere.
fn fifth_bits<'a>(nibbles: impl Iterator<Item = u8> + 'a, bits: &'a [u8]) -> impl Iterator<Item = u8> + 'a {
    nibbles.enumerate().map(|(index, nibble)| nibble | (((bits[index / 8] >> (index % 8)) & 1) << 4))
}

fn scaled(numbers: &mut [f32], integers: impl Iterator<Item = u8>, scale: f32, offset: f32) {
    for (number, integer) in numbers.iter_mut().zip(integers) {
        *number = f32::from(integer) * scale + offset;
    }
}

/// Eight runs of 32, each with a scale and an offset of six bits; bits beyond the fourth come from `fifths`, if there are any.
fn eight_scales(numbers: &mut [f32], block: &[u8], fifths: &[u8], integers: &[u8]) {
    let (scale, offset, packed) = (half(block, 0), half(block, 2), &block[4..16]);
    for (pair, (runs, bytes)) in numbers.chunks_exact_mut(64).zip(integers.chunks_exact(32)).enumerate() {
        for (upper, run) in runs.chunks_exact_mut(32).enumerate() {
            let number = 2 * pair + upper;
            let (own_scale, own_offset) = six_bits(packed, number);
            let nibble = |byte: &u8| if upper == 0 { byte & 15 } else { byte >> 4 };
            let fifth = |index: usize| fifths.get(index).map_or(0, |bits| ((bits >> number) & 1) << 4);
            let integers = bytes.iter().enumerate().map(|(index, byte)| nibble(byte) | fifth(index));
            scaled(run, integers, scale * f32::from(own_scale), -offset * f32::from(own_offset));
        }
    }
}

/// The scale and the offset of a run: the first four stand in six bits of a byte each, the others in what is left.
fn six_bits(packed: &[u8], number: usize) -> (u8, u8) {
    if number < 4 {
        return (packed[number] & 63, packed[number + 4] & 63);
    }
    let low = packed[number + 4];
    ((low & 15) | ((packed[number - 4] >> 6) << 4), (low >> 4) | ((packed[number] >> 6) << 4))
}

/// Sixteen runs of 16 numbers of six bits, each with a scale of a byte.
fn sixteen_scales(numbers: &mut [f32], block: &[u8]) {
    let scale = half(block, 208);
    for (part, numbers) in numbers.chunks_exact_mut(128).enumerate() {
        let (low, high) = (&block[64 * part..], &block[128 + 32 * part..]);
        let scales = &block[192 + 8 * part..];
        for (index, number) in numbers.iter_mut().enumerate() {
            let (quarter, place) = (index / 32, index % 32);
            let byte = low[place + 32 * (quarter % 2)];
            let nibble = if quarter < 2 { byte & 15 } else { byte >> 4 };
            let integer = nibble | (((high[place] >> (2 * quarter)) & 3) << 4);
            let own = f32::from(scales[index / 16].cast_signed());
            *number = scale * own * (f32::from(integer) - 32.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block of bytes that look random, with 0.5 and −0.25 where its half-precision numbers stand.
    fn block(stored: Stored, halves: &[usize]) -> Vec<f32> {
        let (count, size) = stored.block();
        let mut bytes: Vec<u8> = (0..size).map(|at| (at * 37 + 11) as u8).collect();
        for (at, number) in halves.iter().zip([0.5f32, -0.25]) {
            bytes[*at..at + 2].copy_from_slice(&f16::from_f32(number).to_le_bytes());
        }
        let floats = stored.floats(&bytes);
        assert_eq!(floats.len(), count);
        floats
    }

    /// What the dequantization of the Python package gguf 0.19.0 gives for the same blocks.
    #[test]
    fn blocks_are_read_as_another_program_reads_them() {
        let small: [(Stored, &[usize], [f32; 6]); 5] = [
            (Stored::Q4_0, &[0], [-1.5, 1.0, -4.0, -1.5, 0.0, -10.5]),
            (Stored::Q4_1, &[0, 2], [7.25, 1.75, 4.75, 4.25, 5.75, 114.5]),
            (Stored::Q5_0, &[0], [4.5, -1.0, -6.0, 7.0, 0.5, 7.5]),
            (Stored::Q5_1, &[0, 2], [9.25, 11.75, 14.75, 9.25, 2.25, 244.5]),
            (Stored::Q8_0, &[0], [42.5, 61.0, -64.0, -45.5, -24.0, -88.0]),
        ];
        for (stored, halves, wanted) in small {
            let floats = block(stored, halves);
            let sum: f32 = floats.iter().sum();
            assert_eq!([floats[0], floats[1], floats[15], floats[16], floats[31], sum], wanted, "{stored:?}");
        }
        let large: [(Stored, &[usize], [f32; 9]); 3] = [
            (Stored::Q4K, &[0, 2], [183.25, 12.75, 105.75, 16.0, 32.0, 240.75, 217.5, 41.75, 31_444.0]),
            (Stored::Q5K, &[0, 2], [431.25, 12.75, 105.75, 68.0, 52.0, 240.75, 529.5, 71.75, 62_332.0]),
            (Stored::Q6K, &[208], [-715.5, 848.0, -48.0, 115.5, -290.0, -1_520.0, -175.5, -30.0, 2_306.0]),
        ];
        for (stored, halves, wanted) in large {
            let floats = block(stored, halves);
            let mut found: Vec<f32> = [0, 1, 31, 32, 63, 64, 128, 255].map(|at: usize| floats[at]).into();
            found.push(floats.iter().sum());
            assert_eq!(found, wanted, "{stored:?}");
        }
    }

    #[test]
    fn plain_numbers_stand_one_by_one() {
        let wanted = [1.0f32, -2.5];
        let single: Vec<u8> = wanted.iter().flat_map(|x| x.to_le_bytes()).collect();
        let halves: Vec<u8> = wanted.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect();
        let brains: Vec<u8> = wanted.iter().flat_map(|x| bf16::from_f32(*x).to_le_bytes()).collect();
        for (number, bytes) in [(0, single), (1, halves), (30, brains)] {
            assert_eq!(Stored::numbered(number).map(|stored| stored.floats(&bytes)), Some(wanted.to_vec()));
        }
    }
}
