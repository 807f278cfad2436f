//! Each operator on images at its bounds.

use millrace_inference::rows::{Conv2d, ElementType, GlobalPool, MaxPool2d, Node, Requantize, Window};

use super::builder::{extremes, record, Builder, Case};

const I8: ElementType = ElementType::I8;
const I16: ElementType = ElementType::I16;
const WIDE: ElementType = ElementType::Wide;

/// Every case.
pub fn all() -> Vec<Case> {
    vec![conv2d(), grouped(), largest_kernel(), max_pool2d(), global_pool()]
}

/// Bytes of every kind.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|i| [128, 127, 0, 255, (i * 37 % 251) as u8][i % 5]).collect()
}

fn conv(input: u32, outputs: u32, window: Window, groups: u32, pad: i16, rows: u64) -> Conv2d {
    Conv2d { input, outputs, window, groups, pad, rows, element: WIDE, addend: None }
}

/// Filters of so many weights, with records at their bounds.
fn filters(builder: &mut Builder, count: usize, terms: usize) -> u64 {
    let records = extremes();
    let filter = |o: usize| {
        let weights = (0..terms).map(move |k| [0x80u8, 0x7f, 1, 0xff, (k * 11 + o) as u8][(k + o) % 5]);
        weights.chain(records[o % 7]).collect::<Vec<u8>>()
    };
    let bytes: Vec<u8> = (0..count).flat_map(filter).collect();
    builder.put(&bytes)
}

/// Padding on every side, steps, gaps, and something added.
fn conv2d() -> Case {
    let mut builder = Builder::image(5, 7, &bytes(5 * 7 * 3));
    let window = Window { kernel: [3, 2], stride: [2, 1], padding: [4, 1, 0, 2], dilation: [2, 3] };
    let rows = filters(&mut builder, 7, 18);
    let wide = builder.push(Node::Conv2d(conv(0, 7, window, 1, -128, rows)));
    let narrow = builder.cast(wide, 7, I16);
    let window = Window { kernel: [3, 3], stride: [1, 1], padding: [1; 4], dilation: [1, 1] };
    let rows = filters(&mut builder, 7, 63);
    let node = Conv2d { addend: Some(wide), ..conv(narrow, 7, window, 1, 32_767, rows) };
    builder.push(Node::Conv2d(node));
    let mut case = builder.case("conv2d");
    case.batch.push(vec![128; 5 * 7 * 3]);
    case
}

/// Groups of several channels, and one channel each.
fn grouped() -> Case {
    let mut builder = Builder::image(4, 5, &bytes(4 * 5 * 6));
    let window = Window { kernel: [3, 3], stride: [1, 2], padding: [1, 0, 2, 1], dilation: [1, 1] };
    let rows = filters(&mut builder, 12, 18);
    let node = Conv2d { element: I16, ..conv(0, 12, window, 3, 127, rows) };
    let grouped = builder.push(Node::Conv2d(node));
    let rows = filters(&mut builder, 24, 9);
    let node = Conv2d { element: I8, ..conv(grouped, 24, window, 12, -32_768, rows) };
    builder.push(Node::Conv2d(node));
    builder.case("conv2d in groups")
}

/// As many terms as a filter can have.
fn largest_kernel() -> Case {
    let mut builder = Builder::image(8, 9, &[128; 8 * 9 * 256]);
    let window = Window { kernel: [8, 8], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] };
    let filter = [&[0x80; 1 << 14][..], &record((1 << 24) - 1, 40, (1 << 62) - 1)].concat();
    let rows = builder.put(&filter);
    builder.push(Node::Conv2d(conv(0, 1, window, 1, 0, rows)));
    builder.case("conv2d of the longest sums")
}

/// Windows that hang over every border, of the smallest elements.
fn max_pool2d() -> Case {
    let mut builder = Builder::image(3, 4, &[vec![128; 8], bytes(16)].concat());
    let window = Window { kernel: [2, 3], stride: [1, 2], padding: [1, 2, 1, 2], dilation: [1, 1] };
    builder.push(Node::MaxPool2d(MaxPool2d { input: 0, window }));
    let mut case = builder.case("maxpool2d");
    case.batch.push(vec![128; 24]);
    case
}

/// As many positions as it can sum.
fn global_pool() -> Case {
    let mut builder =
        Builder::image(128, 128, &[vec![128; 1 << 13], vec![127; 1 << 13], vec![128; 1 << 14]].concat());
    builder.trunk = vec![1];
    let rescales = builder.put(&[record(-((1 << 24) - 1), 9, 0), record(1, 1, 0)].concat());
    let wide = builder.push(Node::Requantize(Requantize { input: 0, rescales, element: WIDE }));
    let rescales =
        builder.put(&[record(1, 14, 1 << 13), record(-((1 << 24) - 1), 55, (1 << 62) - 1)].concat());
    builder.push(Node::GlobalPool(GlobalPool { input: wide, rescales, element: I16 }));
    builder.case("global pool")
}
