//! What is packed is unpacked, and there is one encoding only.

use alloc::{vec, vec::Vec};

use proptest::prelude::*;

use super::{
    claim::Claim,
    join::Packed,
    pack::pack,
    width::{packed_bytes, width_of_bound},
};
use crate::error::TraceError;

fn packed(values: &[i32]) -> Vec<u8> {
    let mut trace = Vec::new();
    pack(values, &mut trace);
    trace
}

/// All accumulators of a trace of one operator, `piece` at a time.
fn unpack(trace: &[u8], node: u32, count: usize, piece: usize) -> Result<Vec<i32>, TraceError> {
    let mut claims = Claim::all(trace, core::iter::once((node, count)))?;
    let claim = claims.first_mut().expect("one operator");
    let mut values = Vec::new();
    while values.len() < count {
        values.extend(claim.take(piece.min(count - values.len())).expect("there are as many"));
    }
    assert_eq!(claim.take(1), None);
    claim.finish()?;
    Ok(values)
}

#[test]
fn widths_are_the_smallest_that_fit() {
    for (value, width) in [
        (0, 2),
        (1, 2),
        (-1, 2),
        (-2, 2),
        (2, 3),
        (-3, 3),
        (127, 8),
        (-128, 8),
        (128, 9),
        (-129, 9),
        (i32::MAX, 32),
        (i32::MIN, 32),
    ] {
        assert_eq!(packed(&[value])[0], width, "{value}");
        assert!(width <= width_of_bound(i64::from(value).unsigned_abs()));
    }
    assert_eq!(packed(&[]), [2]);
    assert_eq!(packed(&[1, -1, 0, -2]), [2, 0b1000_1101]);
}

#[test]
fn another_encoding_of_the_same_numbers_is_refused() {
    let read = |bytes: &[u8], count| unpack(bytes, 7, count, 3);
    assert_eq!(read(&[2, 0b1000_1101], 4), Ok(vec![1, -1, 0, -2]));
    assert_eq!(read(&[3, 0b0000_0001], 1), Err(TraceError::Width { node: 7, expected: Some(2), got: 3 }));
    assert_eq!(read(&[1, 0], 1), Err(TraceError::Width { node: 7, expected: None, got: 1 }));
    assert_eq!(read(&[33, 0, 0, 0, 0, 0], 1), Err(TraceError::Width { node: 7, expected: None, got: 33 }));
    assert_eq!(read(&[2, 0b0000_0101], 1), Err(TraceError::Padding { node: 7 }));
    assert_eq!(read(&[2], 1), Err(TraceError::Truncated { node: 7 }));
    assert_eq!(read(&[], 0), Err(TraceError::Truncated { node: 7 }));
    assert_eq!(read(&[2, 0], usize::MAX), Err(TraceError::Truncated { node: 7 }));
    assert_eq!(read(&[2, 0, 0], 4), Err(TraceError::LeftOver { got: 1 }));
}

proptest! {
    #[test]
    fn what_is_packed_is_unpacked(
        values in prop::collection::vec(any::<i32>(), 0..70),
        shift in 0u32..32,
        piece in 1usize..80,
    ) {
        let values: Vec<i32> = values.into_iter().map(|value| value >> shift).collect();
        let trace = packed(&values);
        prop_assert_eq!(trace.len() as u64, packed_bytes(values.len() as u64, trace[0]));
        prop_assert_eq!(unpack(&trace, 0, values.len(), piece), Ok(values));
    }

    /// Whatever widths the parts have and wherever a batch is parted.
    #[test]
    fn parts_join_to_the_whole(
        parts in prop::collection::vec((prop::collection::vec(any::<i32>(), 0..40), 0u32..32, 0u8..40), 0..5),
        like in any::<bool>(),
        long in 0usize..3,
    ) {
        let mut wholes = [Vec::new(), Vec::new()];
        let mut packed = Vec::new();
        for (values, shift, at_least) in &parts {
            // Alike, as a batch's parts are, or not. Of 20 bits, every second value ends a byte.
            let shift = if like { 12 } else { *shift };
            let at_least = if like { 20 } else { *at_least };
            let count = values.len() * (1 + long * 200);
            let values: Vec<i32> = values.iter().cycle().take(count).map(|value| value >> shift).collect();
            let operators = [values.iter().rev().skip(3).copied().collect(), values];
            packed.push(operators.iter().map(|values| Packed::new(values, at_least)).collect::<Vec<_>>());
            wholes.iter_mut().zip(operators).for_each(|(whole, values)| whole.extend(values));
        }
        let trace = Packed::join(&packed);
        let whole = if parts.is_empty() { Vec::new() } else { wholes.map(|whole| self::packed(&whole)).concat() };
        prop_assert_eq!(trace, whole);
    }

    /// Whatever bytes unpack to numbers are what those numbers pack to.
    #[test]
    fn no_two_encodings(width in 0u8..40, bytes in prop::collection::vec(any::<u8>(), 0..40), count in 0usize..40) {
        let mut trace: Vec<u8> = core::iter::once(width).chain(bytes).collect();
        trace.truncate(usize::try_from(packed_bytes(count as u64, width)).expect("short"));
        if let Ok(values) = unpack(&trace, 0, count, 5) {
            prop_assert_eq!(packed(&values), trace);
        }
    }
}
