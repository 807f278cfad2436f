//! Means of windows that reach beyond the border: there they are of fewer elements. Rows divide all windows alike, so the sums are
//! multiplied with one over how many elements each has, which is a convolution of ones.

use millrace_inference::rows::{ElementType, Mul, Node, Rescale};

use super::{
    emit::{emit, Then, Weights},
    layout::Held,
    product::Product,
    record::{exact, multiplied, SPREAD},
    state::Translation,
};
use crate::lowered::Lowered;

/// What stands for one: of all numbers below 2¹⁵ one that many counts divide, those of 3 × 3 positions among them.
const ONE: i32 = 32_760;

/// The entry of 0 in a table.
const ZERO_ENTRY: i32 = 256;

/// Sums of 16 bits.
fn sum(records: &[Rescale]) -> Then<'_> {
    Then { pad: 0, element: ElementType::I16, addend: None, records }
}

/// The mean of each window's elements inside the border.
pub(super) fn mean_inside(
    all: &mut Translation<'_>,
    held: &Held,
    product: &Product,
    weights: Weights<'_>,
) -> Lowered<Held> {
    let sums = emit(&mut all.graph, held, product, weights, sum(&[multiplied(1, 0)?]))?;
    let ones = all.graph.requantize_alike(held.node, ElementType::I8, multiplied(0, 1)?)?;
    let ones = Held { node: ones, ..held.clone() };
    let counts = emit(&mut all.graph, &ones, product, weights, sum(&[multiplied(SPREAD, 0)?]))?;
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
    let shift = 38;
    let multiplier = ((1i64 << shift) + i64::from(ONE) / 2) / i64::from(ONE);
    let record = exact(multiplier as i32, shift, 0, 0)?;
    let rescales = all.graph.rescales(&vec![record; extent.width as usize]);
    let mul = Mul { left: sums.node, right: shares, rescales, element: ElementType::I8 };
    let node = all.graph.push(Node::Mul(mul), extent)?;
    Ok(Held { node, ..sums })
}
