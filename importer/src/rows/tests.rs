//! Integer graphs whose rows are easily got wrong.

use std::{collections::HashMap, path::Path};

use millrace_inference::{
    rows::{evaluate, Blob, CheckedModel},
    Node, Rescale, Window,
};

use crate::value::{Ending, Quantization};

use super::{file::expect_in_range, laid, layout::Along, shapes::shapes, Averaged, RowsModel, Source};

/// The end of a graph that nothing more is made of.
const NUMBERS: Ending = Ending::Numbers(Quantization { scale: 1.0, zero_point: 0 });

/// How the axes of an image lie.
const IMAGE: [Along; 3] = [Along::Channels, Along::Down, Along::Across];

/// A number's share of 128, which is a rescaling without a bias.
const SHIFT: u8 = 7;
/// Half of a number.
const HALF: Rescale = Rescale { bias: 0, multiplier: 1, shift: 1 };

/// An integer graph, some of whose nodes end means of windows, as a model of rows whose input's axes lie along these.
fn in_rows(nodes: &[Node], means: &HashMap<u32, Averaged>, input: &[Along]) -> RowsModel {
    let (shapes, last) = (shapes(nodes).expect("a graph"), nodes.len() as u32 - 1);
    let (products, curves) = (HashMap::new(), HashMap::new());
    let source = Source {
        sample: &shapes[0],
        nodes,
        last,
        ending: &NUMBERS,
        products: &products,
        means,
        curves: &curves,
    };
    laid(&source, &shapes, input).unwrap_or_else(|(node, why)| panic!("node {node}: {why}"))
}

/// What a model gives for an image, position by position.
fn given(rows: &RowsModel, sample: &[u32]) -> Vec<i32> {
    let blob = Blob::verified(rows.model(), rows.blob()).expect("its own");
    let output = evaluate(rows.model(), blob, &[sample]).expect("a whole image").remove(0);
    output.rows.iter().flatten().copied().collect()
}

#[test]
fn parameters_out_of_range_are_counted_and_named() {
    let nodes = [
        Node::Input { shape: vec![4] },
        Node::Linear { input: 0, outputs: 3, parameters: vec![1; 12] },
        Node::Requantize { input: 1, channels: vec![HALF; 3], zero_point: 0, min: -128, max: 127 },
        Node::Linear { input: 2, outputs: 2, parameters: vec![1; 6] },
        Node::Requantize { input: 3, channels: vec![HALF; 2], zero_point: 0, min: -128, max: 127 },
    ];
    let rows = in_rows(&nodes, &HashMap::new(), &[Along::Channels]);
    // Multipliers of 24 bits are at most 2²³.
    let blob = vec![255; rows.blob().len()];
    let mut model = rows.model().model().clone();
    model.blob.root = *blake3::hash(&blob).as_bytes();
    let model = CheckedModel::new(model).expect("roots aren't read");
    let checked = Blob::verified(&model, &blob).expect("its own");
    let faults = checked.faults(&model);
    assert_eq!(faults.iter().map(|fault| fault.count).collect::<Vec<_>>(), [3, 2]);
    let message = expect_in_range(Path::new("bad.blob"), checked, &model).expect_err("they are").to_string();
    let nodes = format!("(3 of node {}, 2 of node {})", faults[0].node, faults[1].node);
    assert!(message.starts_with(&format!("bad.blob: 5 parameters are out of range {nodes}")), "{message}");
    let own = Blob::verified(rows.model(), rows.blob()).expect("its own");
    expect_in_range(Path::new("good.blob"), own, rows.model()).expect("they are in range");
}

#[test]
fn sums_of_one_channel_keep_biases_of_their_own() {
    let biases = [256, -512, 1024];
    let window = Window { kernel: [12; 2], stride: [1; 2], padding: [0; 4] };
    let channels = biases.map(|bias| Rescale { bias, multiplier: 1, shift: SHIFT }).to_vec();
    // Something comes before the sum, for there must be a node to commit to.
    let (one, same) =
        (Window { kernel: [1; 2], ..window }, vec![Rescale { bias: 0, multiplier: 2, shift: 1 }]);
    let nodes = [
        Node::Input { shape: vec![1, 12, 12] },
        Node::Conv2d { input: 0, outputs: 1, window: one, pad_value: 0, parameters: vec![1] },
        Node::Requantize { input: 1, channels: same, zero_point: 0, min: -128, max: 127 },
        Node::Conv2d { input: 2, outputs: 3, window, pad_value: 0, parameters: vec![1; 3 * 144] },
        Node::Requantize { input: 3, channels, zero_point: 0, min: -128, max: 127 },
    ];
    // As one row of channels it would need no sum.
    let rows = in_rows(&nodes, &HashMap::new(), &IMAGE);
    let sample: Vec<u32> = (0..144).map(|at| at * 7 % 90).collect();
    let sum = sample.iter().sum::<u32>().cast_signed();
    let expected = biases.map(|bias| (sum + bias + (1 << (SHIFT - 1))) >> SHIFT);
    assert!(expected[0] != expected[1] && expected.iter().all(|number| number.abs() < 127), "{expected:?}");
    assert_eq!(given(&rows, &sample), expected);
}

/// In its call such a mean may be a pooling in steps of its input; in rows it has its own.
#[test]
fn means_beyond_the_border_have_their_own_steps() {
    let window = Window { kernel: [3; 2], stride: [1; 2], padding: [1; 4] };
    let one = Window { kernel: [1; 2], padding: [0; 4], ..window };
    let same = vec![Rescale { bias: 0, multiplier: 2, shift: 1 }];
    let nodes = [
        Node::Input { shape: vec![1, 3, 3] },
        Node::Conv2d { input: 0, outputs: 1, window: one, pad_value: 0, parameters: vec![1] },
        Node::Requantize { input: 1, channels: same, zero_point: 0, min: -128, max: 127 },
        Node::AveragePool2d { input: 2, window },
    ];
    // Eight steps above zero in a corner: 2 in the mean of 4 elements, 1.33 in that of 6, and 0.89 in that of all.
    let mut sample = [-128i8; 9];
    sample[0] += 8;
    let sample = sample.map(|step| u32::from(step.cast_unsigned()));
    for (ratio, own, bounds, right) in [
        (8.0, -128, (-125, -111), [-111, -115, -125, -115, -119, -125, -125, -125, -125]),
        (-8.0, 100, (-128, 127), [86, 92, 102, 92, 95, 102, 102, 102, 102]),
    ] {
        let averaged = Averaged { input: 2, window, zero_point: -128, ratio, plus: 2.25, own, bounds };
        let rows = in_rows(&nodes, &HashMap::from([(3, averaged)]), &IMAGE);
        assert_eq!(given(&rows, &sample), right, "times {ratio}");
    }
}

#[test]
fn the_largest_of_more_places_than_a_window_has_is_found_in_steps() {
    let whole = |kernel| Window { kernel, stride: [1; 2], padding: [0; 4] };
    let same = vec![Rescale { bias: 0, multiplier: 2, shift: 1 }; 2];
    let (left, right) = (vec![1, 0], vec![0, 1]);
    for [height, width] in [[12, 12], [1, 90], [13, 70]] {
        let nodes = [
            Node::Input { shape: vec![2, height, width] },
            Node::Conv2d {
                input: 0,
                outputs: 2,
                window: whole([1; 2]),
                pad_value: 0,
                parameters: [left.clone(), right.clone()].concat(),
            },
            Node::Requantize { input: 1, channels: same.clone(), zero_point: 0, min: -128, max: 127 },
            Node::MaxPool2d { input: 2, window: whole([height, width]) },
        ];
        let rows = in_rows(&nodes, &HashMap::new(), &IMAGE);
        // Position by position, both channels; the largest of one lies elsewhere than that of the other, and below zero.
        for at in [0, height * width / 2, height * width - 1] {
            let mut sample: Vec<u32> = (0..2 * height * width).map(|at| 130 + at * 7 % 90).collect();
            (sample[2 * at as usize], sample[(2 * (height * width - 1 - at) + 1) as usize]) = (5, 250);
            assert_eq!(given(&rows, &sample), [5, 250 - 256], "{height} × {width}, {at}");
        }
    }
}

#[test]
fn an_image_that_is_too_large_is_what_is_said() {
    let nodes = [
        Node::Input { shape: vec![64, 600, 600] },
        Node::Conv2d {
            input: 0,
            outputs: 1,
            window: Window { kernel: [3; 2], stride: [1; 2], padding: [0; 4] },
            pad_value: 0,
            parameters: vec![1; 64 * 9],
        },
        Node::Requantize {
            input: 1,
            channels: vec![Rescale { bias: 0, multiplier: 2, shift: 1 }],
            zero_point: 0,
            min: -128,
            max: 127,
        },
    ];
    let (products, curves, means) = Default::default();
    let sample = [64, 600, 600];
    let source = Source {
        sample: &sample,
        nodes: &nodes,
        last: 2,
        ending: &NUMBERS,
        products: &products,
        means: &means,
        curves: &curves,
    };
    let Err((node, why)) = super::rows(&source) else { panic!("360,000 rows") };
    let message = why.to_string();
    assert!(node == 0 && message.contains("it becomes 360000 rows of 64 elements"), "{message}");
    assert!(message.contains("use smaller inputs"), "{message}");
}

#[test]
fn the_only_row_that_a_mean_left_is_read_in_one_group_and_meets_a_position() {
    let whole = |kernel| Window { kernel, stride: [1; 2], padding: [0; 4] };
    let same = |count| vec![Rescale { bias: 0, multiplier: 2, shift: 1 }; count];
    let requantize =
        |input, count| Node::Requantize { input, channels: same(count), zero_point: 0, min: -128, max: 127 };
    let apart =
        Node::DepthwiseConv2d { input: 4, window: whole([1; 2]), pad_value: 0, parameters: vec![1, -1] };
    let sum = |left, right| Node::Add {
        left,
        right,
        left_zero_point: 0,
        right_zero_point: 0,
        left_multiplier: 1 << 7,
        right_multiplier: 1 << 7,
        shift: 8,
        zero_point: 0,
        min: -128,
        max: 127,
    };
    let share = Rescale { bias: 0, multiplier: 1, shift: SHIFT };
    let nodes = [
        Node::Input { shape: vec![2, 8, 16] },
        Node::Conv2d {
            input: 0,
            outputs: 2,
            window: whole([1; 2]),
            pad_value: 0,
            parameters: vec![1, 0, 0, 1],
        },
        requantize(1, 2),
        Node::DepthwiseConv2d { input: 2, window: whole([8, 16]), pad_value: 0, parameters: vec![1; 256] },
        Node::Requantize { input: 3, channels: vec![share; 2], zero_point: 0, min: -128, max: 127 },
        apart,
        requantize(5, 2),
        Node::MaxPool2d { input: 2, window: whole([8, 16]) },
        sum(6, 7),
        sum(7, 6),
        Node::Concat { inputs: vec![7, 6, 8, 9], axis: 0 },
    ];
    let rows = in_rows(&nodes, &HashMap::new(), &IMAGE);
    let sample: Vec<u32> = (0..256).map(|at| if at % 2 == 0 { 40 } else { 8 }).collect();
    assert_eq!(given(&rows, &sample), [40, 8, 40, -8, 40, 0, 40, 0]);
}
