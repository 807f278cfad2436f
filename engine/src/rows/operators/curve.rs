//! A function as a table of 513 values with straight lines between them.

use millrace_inference::rows::ElementType;
use multiversion::multiversion;

use crate::rows::elements::bounds;

/// Values and slopes.
pub(in crate::rows) struct Curve {
    /// Of each of 512 lines its first value, and how much the last is more.
    lines: Box<[[i32; 2]; 512]>,
    /// The values, if a line is too steep for 32 bits.
    steep: Option<Box<[i32; 513]>>,
}

/// Steps of a line.
const STEPS: i32 = 128;
/// A line that rises by less, times 127, stays within 2³¹.
const RISE: u32 = 1 << 24;
/// A value below it, plus a rise, stays within 2³¹.
const VALUE: u32 = 1 << 30;

impl Curve {
    /// Of the bytes of 513 entries.
    pub fn read(bytes: &[u8]) -> Self {
        let (entries, _) = bytes.as_chunks::<4>();
        let mut values = Box::new([0; 513]);
        for (value, entry) in values.iter_mut().zip(entries) {
            *value = i32::from_le_bytes(*entry);
        }
        let mut lines = Box::new([[0; 2]; 512]);
        for (line, ends) in lines.iter_mut().zip(values.windows(2)) {
            *line = [ends[0], ends[1].wrapping_sub(ends[0])];
        }
        let flat = |ends: &[i32]| ends[0].abs_diff(ends[1]) < RISE && ends[0].unsigned_abs() < VALUE;
        let steep = (!values.windows(2).all(flat)).then_some(values);
        Self { lines, steep }
    }

    /// Replaces each `i16` by the function's value there, within a type.
    pub fn apply(&self, numbers: &mut [i32], element: ElementType) {
        match &self.steep {
            None => follow(&self.lines, numbers, bounds(element)),
            Some(values) => climb(values, numbers, bounds(element)),
        }
    }
}

#[multiversion(targets = "simd")]
fn follow(lines: &[[i32; 2]; 512], numbers: &mut [i32], [least, most]: [i32; 2]) {
    for number in numbers {
        let steps = number.wrapping_add(32_768);
        let [value, rise] = lines[(steps / STEPS) as usize & 511];
        let moved = rise.wrapping_mul(steps & (STEPS - 1)).wrapping_add(STEPS / 2) >> 7;
        *number = value.wrapping_add(moved).clamp(least, most);
    }
}

/// In 64 bits.
fn climb(values: &[i32; 513], numbers: &mut [i32], [least, most]: [i32; 2]) {
    for number in numbers {
        let steps = number.wrapping_add(32_768);
        let index = (steps / STEPS) as usize & 511;
        let (low, high) = (i64::from(values[index]), i64::from(values[index + 1]));
        let value = low + (((high - low) * i64::from(steps & (STEPS - 1)) + i64::from(STEPS / 2)) >> 7);
        *number = value.clamp(least.into(), most.into()) as i32;
    }
}
