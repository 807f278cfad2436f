//! Where the elements of a tensor lie among rows: which of its digits are channels of a row, and which are positions.
//!
//! A tensor's elements are counted row-major, and the count is a number of several digits: one for each axis, or several where an
//! axis was made of others. Another shape or another order of axes moves no element: it only takes the digits another way.

use std::{cmp::Reverse, rc::Rc};

use super::slip::slip;
use crate::{axes::Axes, lowered::Lowered};

/// What the steps of a digit lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Along {
    /// Another element of the same row.
    Channels,
    /// A position below.
    Down,
    /// A position to the right.
    Across,
    /// The same element again.
    Nowhere,
}

/// A digit of an element's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digit {
    pub(super) along: Along,
    pub(super) length: u32,
    /// How far a step leads.
    pub(super) stride: u32,
}

/// A tensor of `i8` as a node of rows has it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// The node of rows.
    pub(super) node: u32,
    /// Its digits, the one of the largest steps first.
    pub(super) digits: Vec<Digit>,
    /// Which element of a row each channel is, as digits count channels.
    pub(super) channels: Rc<Vec<u32>>,
}

/// Digits without those of length 1, neighbours joined that are one together.
pub(super) fn joined(digits: impl IntoIterator<Item = Digit>) -> Vec<Digit> {
    let mut all: Vec<Digit> = Vec::new();
    for digit in digits.into_iter().filter(|digit| digit.length > 1) {
        match all.last_mut() {
            Some(last) if last.along == digit.along && last.stride == digit.length * digit.stride => {
                *last = Digit { length: last.length * digit.length, ..digit };
            }
            _ => all.push(digit),
        }
    }
    all
}

/// The digits of each axis of this shape; none if an axis would begin within a digit that can't be split there.
pub(super) fn axes(digits: &[Digit], shape: &[u32]) -> Option<Vec<Vec<Digit>>> {
    let mut left: Vec<Digit> = digits.iter().rev().copied().collect();
    let mut all = Vec::with_capacity(shape.len());
    for length in shape {
        let (mut wanted, mut own) = (*length, Vec::new());
        while wanted > 1 {
            let digit = left.pop()?;
            if wanted.is_multiple_of(digit.length) {
                wanted /= digit.length;
                own.push(digit);
            } else if digit.length.is_multiple_of(wanted) {
                let inner = digit.length / wanted;
                own.push(Digit { length: wanted, stride: digit.stride * inner, ..digit });
                left.push(Digit { length: inner, ..digit });
                wanted = 1;
            } else {
                return None;
            }
        }
        all.push(own);
    }
    left.is_empty().then_some(all)
}

/// The digits with the axes of this shape in another order; none as of [`axes`].
pub(super) fn turned(digits: &[Digit], shape: &[u32], order: &[usize]) -> Option<Vec<Digit>> {
    let axes = axes(digits, shape)?;
    Some(joined(order.iter().filter_map(|axis| axes.get(*axis)).flatten().copied()))
}

/// Two tensors of one shape, digit by digit; none if they have no common ones.
pub(super) fn paired(left: &[Digit], right: &[Digit]) -> Option<Vec<(Digit, Digit)>> {
    let lengths = |digits: &[Digit]| digits.iter().map(|digit| digit.length).collect::<Vec<_>>();
    let (left, right) = (axes(left, &lengths(right))?.concat(), right);
    let right = axes(right, &lengths(&left))?.concat();
    (lengths(&left) == lengths(&right)).then(|| left.into_iter().zip(right).collect())
}

/// How many elements digits count.
pub(super) fn count(digits: &[Digit]) -> u32 {
    digits.iter().map(|digit| digit.length).product()
}

/// The axes of a tensor of these digits, in the order in which rows have them.
pub(super) fn ordered(digits: &[Digit]) -> Lowered<Axes> {
    let along = |digit: &Digit| match digit.along {
        Along::Down => 0,
        Along::Across => 1,
        Along::Channels | Along::Nowhere => 2,
    };
    let mut order: Vec<usize> = (0..digits.len()).collect();
    order.sort_by_key(|at| (along(&digits[*at]), Reverse(digits[*at].stride)));
    let lengths = digits.iter().map(|digit| digit.length).collect();
    Axes::new(lengths, order).ok_or_else(|| slip("an axis is missing"))
}

/// The sums of steps that these digits make, the last one being the fastest.
pub(super) fn sums<const N: usize>(steps: &[(u32, [u32; N])]) -> Vec<[u32; N]> {
    let mut all = vec![[0; N]];
    for (length, step) in steps {
        let further = |at: &[u32; N]| {
            let at = *at;
            (0..*length).map(move |times| {
                let mut sum = at;
                sum.iter_mut().zip(step).for_each(|(sum, step)| *sum += times * step);
                sum
            })
        };
        all = all.iter().flat_map(further).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digit(along: Along, length: u32, stride: u32) -> Digit {
        Digit { along, length, stride }
    }

    #[test]
    fn shapes_take_digits_another_way() {
        use Along::{Across, Channels, Down};
        let image = [digit(Channels, 6, 1), digit(Down, 4, 1), digit(Across, 5, 1)];
        let flat = axes(&image, &[120]).expect("one axis");
        assert_eq!(flat, [image.to_vec()]);
        let groups = axes(&image, &[2, 3, 20]).expect("two of three");
        assert_eq!(groups[0], [digit(Channels, 2, 3)]);
        assert_eq!(groups[1], [digit(Channels, 3, 1)]);
        assert_eq!(axes(&image, &[4, 30]), None);
        let back = joined(groups.concat());
        assert_eq!(back, image);
        // Channels of two groups in turn: another order of the same digits.
        let shuffled = turned(&image, &[2, 3, 20], &[1, 0, 2]).expect("two of three");
        assert_eq!(shuffled, [groups[1][0], groups[0][0], image[1], image[2]]);
        assert_eq!(turned(&image, &[4, 30], &[1, 0]), None);
    }

    #[test]
    fn steps_are_summed_with_the_last_one_fastest() {
        assert_eq!(sums(&[(2, [10]), (3, [1])]), [[0], [1], [2], [10], [11], [12]]);
        assert_eq!(sums::<1>(&[]), [[0]]);
    }

    #[test]
    fn axes_are_ordered_as_rows_have_them() {
        use Along::{Across, Channels, Down};
        // Channels of two groups in turn: the last digit counts the groups.
        let digits = [digit(Channels, 3, 1), digit(Down, 2, 1), digit(Across, 4, 1), digit(Channels, 2, 3)];
        let axes = ordered(&digits).expect("each digit once");
        assert_eq!((axes.lengths(), axes.order()), (&[3, 2, 4, 2][..], &[1, 2, 3, 0][..]));
    }

    #[test]
    fn digits_are_paired_by_their_lengths() {
        use Along::{Channels, Nowhere};
        let pairs = paired(&[digit(Channels, 6, 1)], &[digit(Channels, 2, 3), digit(Nowhere, 3, 0)]);
        let pairs = pairs.expect("six are two times three");
        assert_eq!(pairs[0], (digit(Channels, 2, 3), digit(Channels, 2, 3)));
        assert_eq!(pairs[1], (digit(Channels, 3, 1), digit(Nowhere, 3, 0)));
    }
}
