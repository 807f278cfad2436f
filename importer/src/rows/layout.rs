//! Where the elements of a tensor lie among rows: which of its digits are channels of a row, and which are positions.
//!
//! A tensor's elements are counted row-major, and the count is a number of several digits: one for each axis, or several where an
//! axis was made of others. Another shape or another order of axes moves no element: it only takes the digits another way.

use std::rc::Rc;

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

/// How a tensor lies among rows that are this wide, so many of them side by side.
#[derive(Clone, Debug)]
pub(crate) struct Lying {
    pub(super) digits: Vec<Digit>,
    pub(super) width: u32,
    pub(super) columns: u32,
}

impl Lying {
    /// Where each element lies among those of all rows, one after the other, in the order in which digits count them.
    pub(crate) fn places(&self) -> Vec<usize> {
        let (width, columns) = (self.width as usize, self.columns as usize);
        self.digits.iter().fold(vec![0], |all, digit| {
            let step = digit.stride as usize
                * match digit.along {
                    Along::Channels => 1,
                    Along::Across => width,
                    Along::Down => width * columns,
                    Along::Nowhere => 0,
                };
            let further = |at: usize| (0..digit.length as usize).map(move |times| at + times * step);
            all.into_iter().flat_map(further).collect()
        })
    }
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
        let shuffled = joined([groups[1][0], groups[0][0], image[1], image[2]]);
        assert_eq!(shuffled.len(), 4);
    }

    #[test]
    fn steps_are_summed_with_the_last_one_fastest() {
        assert_eq!(sums(&[(2, [10]), (3, [1])]), [[0], [1], [2], [10], [11], [12]]);
        assert_eq!(sums::<1>(&[]), [[0]]);
    }

    #[test]
    fn elements_lie_row_by_row() {
        use Along::{Across, Channels, Down};
        // Two channels over two rows of three columns, the channels first as ONNX has them.
        let image = [digit(Channels, 2, 1), digit(Down, 2, 1), digit(Across, 3, 1)];
        let lying = Lying { digits: image.to_vec(), width: 2, columns: 3 };
        assert_eq!(lying.places(), [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
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
