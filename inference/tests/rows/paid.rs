//! What executing a model takes is bounded by its work and the elements that it writes, and these by its work.

use millrace_inference::rows::{limits::UNPAID_ELEMENTS, ElementType, Node, Rows, Sequence};
use proptest::prelude::*;

use super::Case;

/// Steps for each element that is written, at most: a pool tries 24 shifts of its sums.
const STEPS_OF_ELEMENTS: u64 = 32;

/// Elements of all rows.
fn elements(rows: &Rows) -> u64 {
    rows.iter().map(|row| row.len() as u64).sum()
}

/// How often executing a node takes a number in its hand: each product, and each pass over elements. A product of `i16` is two.
fn steps(case: &Case, sequence: &Sequence<'_>, node: u32) -> u64 {
    let rows = |node| elements(sequence.rows(node).expect("there is such a node"));
    let width = |node| sequence.rows(node).and_then(|rows| rows.row(0)).expect("a row").len() as u64;
    let products = |input| match case.model.tensor(input).expect("there is such a node").element {
        ElementType::I16 => 2,
        _ => 1,
    };
    let written = rows(node);
    match case.model.model().nodes[node as usize] {
        Node::Tokens(_) | Node::Pixels(_) | Node::Select(_) | Node::Requantize(_) => written,
        Node::Embed(_) | Node::Activation(_) | Node::Rope(_) | Node::Mul(_) => 2 * written,
        Node::Linear(linear) => written * (width(linear.input) * products(linear.input) + 3),
        Node::Norm(_) | Node::Softmax(_) => 3 * written,
        Node::Scores(scores) => written * (width(scores.queries) / u64::from(scores.heads)),
        Node::Context(context) => {
            let shares = rows(context.probabilities);
            2 * shares * (width(context.values) / u64::from(context.value_heads)) + written
        }
        Node::Pool(pool) => rows(pool.input) + (24 + 3) * written,
        Node::ArgMax(arg_max) => rows(arg_max.input),
        Node::Conv2d(conv) => {
            let [down, across] = conv.window.kernel.map(u64::from);
            let terms = down * across * width(conv.input) / u64::from(conv.groups);
            written * (terms * products(conv.input) + 2)
        }
        Node::MaxPool2d(pool) => {
            let [down, across] = pool.window.kernel.map(u64::from);
            written * down * across
        }
        Node::GlobalPool(pool) => rows(pool.input) + written,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_executed_for_free(seed: u64) {
        let case = Case::new(seed);
        for ids in case.refs() {
            let mut sequence = Sequence::recording(&case.model, case.blob());
            sequence.append(ids).expect("the generator's ids are fine");
            let nodes = || (0u32..).zip(&case.model.model().nodes);
            let rows = |node| elements(sequence.rows(node).expect("there is such a node"));
            let read = |node: &Node| match node {
                Node::Pool(pool) => rows(pool.input),
                Node::ArgMax(arg_max) => rows(arg_max.input),
                _ => 0,
            };
            let written: u64 = nodes().map(|(index, node)| rows(index) + read(node)).sum();
            let work = case.model.mac(sequence.tokens());
            prop_assert!(written <= UNPAID_ELEMENTS * work, "{written} elements, {work} MAC");
            let steps: u64 = nodes().map(|(index, _)| steps(&case, &sequence, index)).sum();
            prop_assert!(steps <= work + STEPS_OF_ELEMENTS * written, "{steps} steps, {work} MAC, {written} elements");
        }
    }
}
