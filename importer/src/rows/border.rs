//! Means of windows that reach beyond the border: there they are of fewer elements. Rows divide all windows alike, so the sums are
//! multiplied with one over how many elements each has, which is a convolution of ones.

use millrace_inference::rows::{ElementType, Mul, Node, Rescale};

use super::{
    emit::{emit, Then, Weights},
    layout::Held,
    product::Product,
    record::{multiplied, sloped, SPREAD},
    state::Translation,
};
use crate::lowered::Lowered;

/// What stands for one: of all numbers below 2¹⁵ one that many counts divide, those of 3 × 3 positions among them.
const ONE: i32 = 32_760;

/// The entry of 0 in a table.
const ZERO_ENTRY: i32 = 256;

/// Sums of 16 bits.
fn sum(pad: i8, records: &[Rescale]) -> Then<'_> {
    Then { pad: pad.into(), element: ElementType::I16, addend: None, records }
}

/// The mean of each window's elements inside the border, which are counted from this zero point, rescaled; the weights are all 1, or
/// all -1.
pub(super) fn mean_inside(
    all: &mut Translation<'_>,
    held: &Held,
    (product, weights): (&Product, Weights<'_>),
    zero_point: i8,
    record: Rescale,
) -> Lowered<Held> {
    // Beyond the border are zero points, which count nothing.
    let zeros: i32 = weights.values.iter().map(|weight| i32::from(*weight) * i32::from(zero_point)).sum();
    let counted = multiplied(1, -zeros)?;
    let sums = emit(&mut all.graph, held, product, weights, sum(zero_point, &[counted]))?;
    let ones = all.graph.requantize_alike(held.node, ElementType::I8, multiplied(0, 1)?)?;
    let ones = Held { node: ones, ..held.clone() };
    let places = vec![1; weights.values.len()];
    let places = Weights { values: &places, columns: weights.columns };
    let counts = emit(&mut all.graph, &ones, product, places, sum(0, &[multiplied(SPREAD, 0)?]))?;
    let share = |entry: i32| {
        if entry > ZERO_ENTRY {
            (ONE + (entry - ZERO_ENTRY) / 2) / (entry - ZERO_ENTRY)
        } else {
            0
        }
    };
    let table = all.graph.entries((0..513).map(share));
    let extent = all.graph.extent(counts.node)?;
    let shares = all.graph.activation(counts.node, table)?;
    let rescales = all.graph.rescales(&vec![record; extent.width as usize]);
    let mul = Mul { left: sums.node, right: shares, rescales, element: ElementType::I8 };
    let node = all.graph.push(Node::Mul(mul), extent)?;
    Ok(Held { node, ..sums })
}

/// The rescaling of a sum times a window's share of one: it multiplies the mean with a positive number, and adds another in steps of
/// the result.
pub(super) fn line(ratio: f64, plus: f64, zero_point: i32) -> Lowered<Rescale> {
    sloped(ratio / f64::from(ONE), plus, zero_point)
}
