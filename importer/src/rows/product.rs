//! Products of version 1 as filters over rows: which elements a filter reads, whatever axes they lie along.

use millrace_inference::{rows::limits::MAX_WIDTH, Node, Rescale, Window};

use super::{
    graph::{Extent, Windows},
    layout::{count, joined, sums, Along, Digit},
};
use crate::{lowered::Lowered, refusal::Refusal};

/// The most elements that a filter is looked at with: those of the largest of rows, before zeros are left out.
const MAX_TAPS: u64 = 1 << 20;

/// An element that each filter reads: its column among the filter's weights, its place, and how far its channel is from the
/// filter's first one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tap {
    pub(super) column: u32,
    pub(super) place: [u32; 2],
    pub(super) channel: u32,
}

/// A filter: which row of weights it has, and the first channel that it reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    pub(super) row: u32,
    pub(super) first: u32,
}

/// What a product reads and gives.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) taps: Vec<Tap>,
    /// A filter for each channel of the result, as its digits count them.
    pub(super) outputs: Vec<Output>,
    pub(super) windows: Windows,
    /// Of the result.
    pub(super) digits: Vec<Digit>,
}

/// A run of elements that filters read: how many, and what a step is in place, channel and column.
type Run = (u32, [u32; 4]);

/// A product while it is put together.
struct Draft {
    extent: Extent,
    windows: Windows,
    /// Whether something reads along rows and columns already.
    used: [bool; 2],
    runs: Vec<Run>,
    /// Channels of the result that no filter sums over: how many, and a step in channel and in row of weights.
    kept: Vec<(u32, [u32; 2])>,
}

/// One axis of a window: kernel, stride, and the padding at both ends.
#[derive(Clone, Copy)]
struct Side {
    kernel: u32,
    stride: u32,
    padding: [u32; 2],
    /// Columns from one place to the next.
    column: u32,
}

impl Side {
    fn of(window: &Window, axis: usize, column: u32) -> Self {
        let padding = [window.padding[axis], window.padding[axis + 2]];
        Self { kernel: window.kernel[axis], stride: window.stride[axis], padding, column }
    }

    fn is_padded(&self) -> bool {
        self.padding != [0, 0]
    }

    fn steps(&self, length: u32) -> u32 {
        (length + self.padding[0] + self.padding[1]).saturating_sub(self.kernel) / self.stride.max(1) + 1
    }
}

/// A digit of the result: as the input has it, or channels that the draft numbers.
enum Given {
    Same(Digit),
    /// Which of the kept channels.
    Kept(usize),
}

fn unreadable(what: &str) -> Refusal {
    refusal!(
        "it reads {what}, which no filter over rows can";
        "let convolutions read channels, rows and columns as the model's input has them"
    )
}

impl Draft {
    fn new(extent: Extent) -> Self {
        Self { extent, windows: Windows::ONE, used: [false; 2], runs: vec![], kept: vec![] }
    }

    /// Lays a window along rows or columns.
    fn lay(&mut self, along: usize, side: Side) -> Lowered<()> {
        if std::mem::replace(&mut self.used[along], true) {
            return Err(unreadable("the same positions along two axes"));
        }
        self.windows.kernel[along] = side.kernel;
        self.windows.stride[along] = side.stride;
        self.windows.padding[along] = side.padding[0];
        self.windows.padding[along + 2] = side.padding[1];
        Ok(())
    }

    /// Whether a digit is all rows or all columns of the image.
    fn whole(&self, digit: Digit) -> Option<usize> {
        let along = match digit.along {
            Along::Down => 0,
            Along::Across => 1,
            Along::Channels | Along::Nowhere => return None,
        };
        (digit.stride == 1 && self.extent.image?[along] == digit.length).then_some(along)
    }

    /// Sums over all of an axis.
    fn summed(&mut self, digits: &[Digit], column: u32) -> Lowered<()> {
        let mut column = column * count(digits);
        for digit in digits {
            column /= digit.length;
            let step = match (digit.along, self.whole(*digit)) {
                (Along::Channels, _) => [0, 0, digit.stride, column],
                (Along::Nowhere, _) => [0, 0, 0, column],
                (_, Some(along)) => {
                    self.lay(along, Side { kernel: digit.length, stride: 1, padding: [0; 2], column })?;
                    let mut step = [0, 0, 0, column];
                    step[along] = 1;
                    step
                }
                _ => return Err(unreadable("some rows or columns of an image, and not all of them")),
            };
            self.runs.push((digit.length, step));
        }
        Ok(())
    }

    /// Keeps an axis as it is.
    fn free(&mut self, digits: &[Digit]) -> Vec<Given> {
        digits.iter().map(|digit| self.freed(*digit, 0)).collect()
    }

    fn freed(&mut self, digit: Digit, row: u32) -> Given {
        if digit.along != Along::Channels && row == 0 {
            return Given::Same(digit);
        }
        self.kept.push((digit.length, [digit.stride, row]));
        Given::Kept(self.kept.len() - 1)
    }

    /// A window over an axis of this length.
    fn windowed(&mut self, digits: &[Digit], length: u32, side: Side) -> Lowered<Vec<Given>> {
        let Side { kernel, stride, column, .. } = side;
        if kernel == 1 && (stride == 1 || length == 1) && !side.is_padded() {
            return Ok(self.free(digits));
        }
        let steps = side.steps(length);
        if kernel == length && !side.is_padded() {
            self.summed(digits, column)?;
            return Ok(vec![]);
        }
        let channels = digits.iter().rev().take_while(|digit| digit.along == Along::Channels).count();
        let (positions, inner) = digits.split_at(digits.len() - channels);
        match (positions, inner) {
            // One long axis of channels: the windows lie on these.
            ([], [Digit { stride: step, .. }]) if !side.is_padded() => {
                self.runs.push((kernel, [0, 0, *step, column]));
                self.kept.push((steps, [stride * step, 0]));
                Ok(vec![Given::Kept(self.kept.len() - 1)])
            }
            ([] | [_], inner) => {
                // Positions with their channels behind them: windows that begin and end between positions.
                let each = count(inner);
                let whole = [kernel, side.padding[0], side.padding[1]]
                    .iter()
                    .all(|length| length.is_multiple_of(each));
                if !whole || steps > 1 && !stride.is_multiple_of(each) {
                    return Err(unreadable("parts of the channels of some positions"));
                }
                let along = match positions.first() {
                    Some(digit) => {
                        self.whole(*digit).ok_or_else(|| unreadable("positions that aren't side by side"))?
                    }
                    // An axis of length 1: rows or columns, if there is one and nothing lies along them yet.
                    None => {
                        let is_free = |along: &usize| {
                            !self.used[*along] && self.extent.image.is_none_or(|image| image[*along] == 1)
                        };
                        let free = [0, 1].into_iter().find(is_free);
                        free.ok_or_else(|| unreadable("an axis of length 1 beside rows and columns"))?
                    }
                };
                let padding = side.padding.map(|length| length / each);
                let own = Side { kernel: kernel / each, stride: (stride / each).max(1), padding, column };
                self.lay(along, own)?;
                let mut step = [0, 0, 0, column * each];
                step[along] = 1;
                self.runs.push((own.kernel, step));
                self.summed(inner, column)?;
                let along = [Along::Down, Along::Across][along];
                Ok(vec![Given::Same(Digit { along, length: steps, stride: 1 })])
            }
            _ => Err(unreadable("positions that are repeated, or in another order")),
        }
    }

    /// The product, whose first axis is one of this many new channels, if there is a new one.
    fn finish(self, new: Option<u32>, first: bool, given: Vec<Given>) -> Lowered<Product> {
        let steps: Vec<(u32, [u32; 2])> =
            new.map(|length| (length, [0, 1])).into_iter().chain(self.kept.iter().copied()).collect();
        let size = |lengths: &mut dyn Iterator<Item = u32>| {
            lengths.fold(1u64, |all, length| all.saturating_mul(length.into()))
        };
        let width = size(&mut steps.iter().map(|(length, _)| *length));
        if width > MAX_WIDTH.into() || size(&mut self.runs.iter().map(|(length, _)| *length)) > MAX_TAPS {
            return Err(refusal!(
                "it becomes {width} filters over the channels of a row, and a row has at most {MAX_WIDTH} elements";
                "let convolutions read rows and columns, not channels"
            ));
        }
        let outputs = sums(&steps).into_iter().map(|[first, row]| Output { row, first }).collect();
        let digit = |at: usize| {
            let behind = steps.iter().skip(at + 1).map(|(length, _)| length).product();
            Digit { along: Along::Channels, length: steps[at].0, stride: behind }
        };
        let offset = usize::from(new.is_some());
        let kept = given.into_iter().map(|given| match given {
            Given::Same(digit) => digit,
            Given::Kept(at) => digit(at + offset),
        });
        let own = new.map(|_| digit(0));
        let digits = if first { joined(own.into_iter().chain(kept)) } else { joined(kept.chain(own)) };
        let taps = sums(&self.runs)
            .into_iter()
            .map(|[down, across, channel, column]| Tap { column, place: [down, across], channel })
            .collect();
        Ok(Product { taps, outputs, windows: self.windows, digits })
    }
}

/// What a product of version 1 reads of a tensor with these axes, and which digits the result has.
pub(super) fn product(
    node: &Node,
    channels: &[Rescale],
    extent: Extent,
    (shape, axes): (&[u32], &[Vec<Digit>]),
) -> Lowered<Product> {
    let mut draft = Draft::new(extent);
    match (node, axes) {
        (Node::Linear { outputs, parameters, .. }, [kept @ .., last]) => {
            // Rows or columns in equal steps stay rows or columns.
            let picked =
                picked(parameters, *outputs).filter(|_| channels.windows(2).all(|pair| pair[0] == pair[1]));
            if let ([digit], Some(side)) = (last.as_slice(), picked) {
                if draft.whole(*digit).is_some() {
                    let mut given = kept.iter().flat_map(|axis| draft.free(axis)).collect::<Vec<_>>();
                    given.extend(draft.windowed(last, digit.length, side)?);
                    return draft.finish(None, true, given);
                }
            }
            draft.summed(last, 1)?;
            let given = kept.iter().flat_map(|axis| draft.free(axis)).collect::<Vec<_>>();
            draft.finish(Some(*outputs), false, given)
        }
        (Node::Conv2d { outputs, window, .. }, [read, down, across]) => {
            let [rows, columns] = window.kernel;
            draft.summed(read, rows * columns)?;
            let mut given = draft.windowed(down, shape[1], Side::of(window, 0, columns))?;
            given.extend(draft.windowed(across, shape[2], Side::of(window, 1, 1))?);
            draft.finish(Some(*outputs), true, given)
        }
        (Node::DepthwiseConv2d { window, parameters, .. }, [read, down, across]) => {
            let mut row = count(read);
            let each = parameters.len() / row.max(1) as usize;
            let mut given = Vec::new();
            for digit in read {
                row /= digit.length;
                let varies = varies(parameters, each, *digit, row) || varies(channels, 1, *digit, row);
                if varies && matches!(digit.along, Along::Down | Along::Across) {
                    return Err(unreadable("positions, with weights of its own for each"));
                }
                given.push(
                    draft.freed(*digit, if varies || digit.along == Along::Channels { row } else { 0 }),
                );
            }
            given.extend(draft.windowed(down, shape[1], Side::of(window, 0, window.kernel[1]))?);
            given.extend(draft.windowed(across, shape[2], Side::of(window, 1, 1))?);
            draft.finish(None, true, given)
        }
        _ => Err(unreadable("a tensor of another rank")),
    }
}

/// The windows that pick what these rows of weights pick: each has a one, and all are equally far apart.
fn picked(parameters: &[i8], outputs: u32) -> Option<Side> {
    let length = parameters.len() / (outputs as usize).max(1);
    let place = |row: &[i8]| {
        let place = row.iter().position(|weight| *weight == 1)?;
        (row.iter().filter(|weight| **weight != 0).count() == 1).then_some(place as u32)
    };
    let places: Vec<u32> = parameters.chunks(length.max(1)).map(place).collect::<Option<_>>()?;
    let stride = places.get(1)?.checked_sub(*places.first()?).filter(|stride| *stride > 0)?;
    let is_even = places.windows(2).all(|pair| pair[1].checked_sub(pair[0]) == Some(stride));
    let kernel = (length as u32).checked_sub(stride.checked_mul(outputs - 1)?)?;
    (is_even && places[0] < kernel).then_some(Side { kernel, stride, padding: [0; 2], column: 1 })
}

/// Whether parts of a list, each of so many entries, differ along a digit of their number whose step is `row`.
fn varies<T: PartialEq>(list: &[T], each: usize, digit: Digit, row: u32) -> bool {
    let part = |at: usize| list.get(at * each..(at + 1) * each);
    let (row, length) = (row as usize, digit.length as usize);
    (0..list.len() / each.max(1)).any(|at| part(at) != part(at - at / row % length * row))
}
