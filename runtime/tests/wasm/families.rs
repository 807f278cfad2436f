//! Models made to be slow or large where something was counted too low: elements of one, padding beyond the planes, single
//! columns, deep chains, widest tensors.

use millrace_inference::{CheckedModel, Model, Node, Rescale, Window};

/// A model with a name.
pub struct Family {
    pub name: String,
    pub model: Model,
}

/// A graph under construction.
struct Graph(Vec<Node>);

impl Graph {
    fn new(shape: &[u32]) -> Self {
        Self(vec![Node::Input { shape: shape.to_vec() }])
    }

    fn last(&self) -> u32 {
        self.0.len() as u32 - 1
    }

    fn push(&mut self, node: Node) -> u32 {
        self.0.push(node);
        self.last()
    }

    fn max_pool(&mut self, input: u32, kernel: [u32; 2], stride: [u32; 2], padding: [u32; 4]) -> u32 {
        self.push(Node::MaxPool2d { input, window: Window { kernel, stride, padding } })
    }

    fn average_pool(&mut self, input: u32, kernel: [u32; 2], stride: [u32; 2], padding: [u32; 4]) -> u32 {
        self.push(Node::AveragePool2d { input, window: Window { kernel, stride, padding } })
    }

    fn conv(&mut self, input: u32, outputs: u32, channels: u32, window: Window) -> u32 {
        let [rows, columns] = window.kernel;
        let parameters = parameters(outputs * channels * rows * columns);
        self.push(Node::Conv2d { input, outputs, window, pad_value: 1, parameters })
    }

    fn depthwise(&mut self, input: u32, channels: u32, window: Window) -> u32 {
        let [rows, columns] = window.kernel;
        let parameters = parameters(channels * rows * columns);
        self.push(Node::DepthwiseConv2d { input, window, pad_value: 1, parameters })
    }

    fn linear(&mut self, input: u32, outputs: u32, m: u32) -> u32 {
        self.push(Node::Linear { input, outputs, parameters: parameters(outputs * m) })
    }

    fn requantize(&mut self, input: u32, channels: u32) -> u32 {
        let channel = Rescale { bias: 3, multiplier: 1 << 30, shift: 34 };
        let channels = vec![channel; channels as usize];
        self.push(Node::Requantize { input, channels, zero_point: 1, min: -128, max: 127 })
    }

    fn add(&mut self, left: u32, right: u32) -> u32 {
        self.push(Node::Add {
            left,
            right,
            left_zero_point: 1,
            right_zero_point: -1,
            left_multiplier: 1 << 30,
            right_multiplier: 1 << 30,
            shift: 31,
            zero_point: 0,
            min: -128,
            max: 127,
        })
    }

    /// Ends with one row over everything.
    fn end(mut self, input: u32, elements: u32) -> Model {
        let flat = self.push(Node::Flatten { input });
        self.linear(flat, 1, elements);
        self.finish()
    }

    /// The model, its encoding lengthened by tables until its tensors are in proportion to it.
    fn finish(self) -> Model {
        let mut model = Model { nodes: self.0 };
        while let Err(millrace_inference::ModelError::Expansion { .. }) =
            CheckedModel::from_bytes(&model.to_bytes())
        {
            model = with_table(model);
        }
        model
    }
}

/// The same model behind one more table.
fn with_table(model: Model) -> Model {
    let mut nodes = model.nodes.iter().map(|node| {
        let mut node = node.clone();
        node.reads_mut().for_each(|read| *read += 1);
        node
    });
    let input = nodes.next().expect("there is an input");
    let table = Node::Lookup { input: 0, table: (0..=255).map(|x: u8| (x ^ 0x80).cast_signed()).collect() };
    Model { nodes: [input, table].into_iter().chain(nodes).collect() }
}

fn parameters(count: u32) -> Vec<i8> {
    (0..count).map(|at| (at % 7) as i8 - 3).collect()
}

fn window(kernel: [u32; 2], stride: [u32; 2], padding: [u32; 4]) -> Window {
    Window { kernel, stride, padding }
}

const PLAIN: Window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };

/// What the benchmarks measure elements with, so that its declared time should be its time.
pub fn control() -> Model {
    let mut graph = Graph::new(&[1]);
    let linear = graph.linear(0, 1_000, 1);
    let mut sum = graph.requantize(linear, 1_000);
    for _ in 1..8 {
        let other = graph.requantize(linear, 1_000);
        sum = graph.add(sum, other);
    }
    graph.finish()
}

/// All of them.
pub fn all() -> Vec<Family> {
    let family = |name: &str, model: Model| Family { name: name.into(), model };
    let mut families = vec![
        family("dense 512 × 512", dense(512, 512)),
        family("dense 64 × 1, a column of one element", dense(64, 1)),
        family("dense 3 × 1", dense(3, 1)),
        family("dense 1 × 1", dense(1, 1)),
        family("dense 8 × 20,000", dense(8, 20_000)),
        family("deep chain of 100 dense 16 × 16", deep(16, 100)),
        family("deep chain of 250 flattens", flattens(250)),
        family("dense 1,400 × 1,400", deep(1_400, 1)),
        family("more lanes than are kept", lanes()),
        family(
            "average pools 180 × 180 padded by 179",
            pools(7, |graph, input| {
                let wide = graph.average_pool(input, [180; 2], [1; 2], [179; 4]);
                graph.max_pool(wide, [1; 2], [180; 2], [0; 4])
            }),
        ),
        family(
            "max pools 180 × 180 padded by 179",
            pools(7, |graph, input| {
                let wide = graph.max_pool(input, [180; 2], [1; 2], [179; 4]);
                graph.max_pool(wide, [1; 2], [180; 2], [0; 4])
            }),
        ),
        family(
            "max pools 32,000 × 1",
            pools(7, |graph, input| {
                let wide = graph.max_pool(input, [32_000, 1], [1; 2], [31_999, 0, 31_999, 0]);
                graph.max_pool(wide, [1; 2], [32_000, 1], [0; 4])
            }),
        ),
        family(
            "max pools 1 × 32,000",
            pools(7, |graph, input| {
                let wide = graph.max_pool(input, [1, 32_000], [1; 2], [0, 31_999, 0, 31_999]);
                graph.max_pool(wide, [1; 2], [1, 32_000], [0; 4])
            }),
        ),
        family(
            "a kernel that is nearly all padding",
            pools(4, |graph, input| graph.average_pool(input, [511; 2], [1; 2], [510, 510, 0, 0])),
        ),
        family(
            "strides beyond the plane",
            pools(7, |graph, input| {
                let wide = graph.max_pool(input, [300; 2], [2; 2], [299; 4]);
                graph.max_pool(wide, [1; 2], [150; 2], [0; 4])
            }),
        ),
        family("poolings 1 × 1 of a column", column_pools()),
        family("poolings 3 × 3 of small planes", small_planes()),
        family("average pools of single elements", averages()),
        family("depthwise 1 × 1 of a column", depthwise_column()),
        family("depthwise 3 × 3 of single elements", depthwise_elements()),
        family("conv 1 × 1, one filter, a column", conv_column(1)),
        family("conv 1 × 1, 3 filters, a column", conv_column(3)),
        family("conv 1 × 1, one filter, a row", conv_row()),
        family("conv that is nearly all padding", conv_padded()),
        family("conv of many channels of one element", conv_channels()),
        family("conv 3 × 3, 64 filters", conv_plain()),
        family("concatenations of single columns", concat_columns()),
        family("concatenations of 64 operands", concat_operands()),
        family("planes of two accumulators", planes()),
        family("rows of one channel", rows_of_one()),
        family("tables one after the other", tables()),
        family("arg max of rows of one", arg_max(&[4_000, 1])),
        family("arg max of one long row", arg_max(&[1, 4_000])),
        family("widest tensors", widest()),
    ];
    // Live sets of some size, as large tensors or as many: three of 33 MB, six of 16 and thirteen of 8 in a whole batch.
    families.extend([(182, 3), (128, 6), (91, 13), (182, 28)].map(|(side, copies)| {
        family(&format!("{copies} tensors of {side} × {side} alive at once"), alive(side, copies))
    }));
    families
}

fn dense(outputs: u32, m: u32) -> Model {
    let mut graph = Graph::new(&[m]);
    graph.linear(0, outputs, m);
    graph.finish()
}

fn deep(width: u32, layers: u32) -> Model {
    let mut graph = Graph::new(&[width]);
    let mut last = 0;
    for _ in 0..layers {
        let sums = graph.linear(last, width, width);
        last = graph.requantize(sums, width);
    }
    graph.end(last, width)
}

/// Two operators of which the second is computed again, because the first one's lanes take the room.
fn lanes() -> Model {
    let mut graph = Graph::new(&[40_000]);
    let halves = [0; 2].map(|input| {
        let sums = graph.linear(input, 20, 40_000);
        graph.requantize(sums, 20)
    });
    let sum = graph.add(halves[0], halves[1]);
    graph.end(sum, 20)
}

fn flattens(count: u32) -> Model {
    let mut graph = Graph::new(&[1]);
    (0..count).for_each(|input| {
        graph.push(Node::Flatten { input });
    });
    graph.end(count, 1)
}

/// Operators on one element, each after the other's.
fn pools(count: u32, pool: impl Fn(&mut Graph, u32) -> u32) -> Model {
    let mut graph = Graph::new(&[1, 1, 1]);
    let last = (0..count).fold(0, |last, _| pool(&mut graph, last));
    graph.end(last, 1)
}

fn column_pools() -> Model {
    let mut graph = Graph::new(&[1, 2_000, 1]);
    let last = (0..20).fold(0, |last, _| graph.max_pool(last, [1; 2], [1; 2], [0; 4]));
    graph.end(last, 2_000)
}

fn small_planes() -> Model {
    let mut graph = Graph::new(&[200, 2, 2]);
    let last = (0..20).fold(0, |last, _| graph.max_pool(last, [3; 2], [1; 2], [1; 4]));
    graph.end(last, 800)
}

fn averages() -> Model {
    let mut graph = Graph::new(&[1, 1, 4_000]);
    let last = (0..20).fold(0, |last, _| graph.average_pool(last, [1; 2], [1; 2], [0; 4]));
    graph.end(last, 4_000)
}

fn depthwise_column() -> Model {
    let mut graph = Graph::new(&[1, 2_000, 1]);
    let last = (0..18).fold(0, |last, _| {
        let sums = graph.depthwise(last, 1, PLAIN);
        graph.requantize(sums, 1)
    });
    graph.end(last, 2_000)
}

fn depthwise_elements() -> Model {
    let mut graph = Graph::new(&[500, 1, 1]);
    let last = (0..18).fold(0, |last, _| {
        let sums = graph.depthwise(last, 500, window([3; 2], [1; 2], [1; 4]));
        graph.requantize(sums, 500)
    });
    graph.end(last, 500)
}

fn conv_column(outputs: u32) -> Model {
    let mut graph = Graph::new(&[1, 2_000, 1]);
    graph.conv(0, outputs, 1, PLAIN);
    graph.finish()
}

fn conv_row() -> Model {
    let mut graph = Graph::new(&[1, 1, 2_000]);
    graph.conv(0, 1, 1, PLAIN);
    graph.finish()
}

fn conv_padded() -> Model {
    let mut graph = Graph::new(&[1, 1, 1]);
    graph.conv(0, 1, 1, window([60; 2], [1; 2], [59; 4]));
    graph.finish()
}

fn conv_channels() -> Model {
    let mut graph = Graph::new(&[4_000, 1, 1]);
    graph.conv(0, 2, 4_000, PLAIN);
    graph.finish()
}

fn conv_plain() -> Model {
    let mut graph = Graph::new(&[16, 16, 16]);
    graph.conv(0, 64, 16, window([3; 2], [1; 2], [1; 4]));
    graph.finish()
}

fn concat_columns() -> Model {
    let mut graph = Graph::new(&[2_000, 1]);
    let last = (0..8).fold(0, |last, _| graph.push(Node::Concat { inputs: vec![0, last], axis: 1 }));
    graph.end(last, 2_000 * 9)
}

fn concat_operands() -> Model {
    let mut graph = Graph::new(&[20, 1]);
    let wide = graph.push(Node::Concat { inputs: vec![0; 64], axis: 1 });
    let joined: Vec<u32> =
        (0..8).map(|_| graph.push(Node::Concat { inputs: vec![wide; 64], axis: 1 })).collect();
    let sums = joined.into_iter().reduce(|sum, other| graph.add(sum, other)).expect("eight");
    graph.end(sums, 20 * 64 * 64)
}

fn planes() -> Model {
    let mut graph = Graph::new(&[1, 1, 2]);
    let sums = graph.conv(0, 1_000, 1, PLAIN);
    let mut last = graph.requantize(sums, 1_000);
    for _ in 0..6 {
        let other = graph.requantize(sums, 1_000);
        last = graph.add(last, other);
    }
    graph.end(last, 2_000)
}

fn rows_of_one() -> Model {
    let mut graph = Graph::new(&[2_000, 1]);
    let sums = graph.linear(0, 1, 1);
    let mut last = graph.requantize(sums, 1);
    for _ in 0..6 {
        let other = graph.requantize(sums, 1);
        last = graph.add(last, other);
    }
    graph.end(last, 2_000)
}

fn tables() -> Model {
    let mut graph = Graph::new(&[4_000]);
    let table: Vec<i8> = (0..=255).map(|x: u8| x.wrapping_mul(167).cast_signed()).collect();
    let last = (0..30).fold(0, |input, _| graph.push(Node::Lookup { input, table: table.clone() }));
    graph.end(last, 4_000)
}

fn arg_max(shape: &[u32]) -> Model {
    let mut graph = Graph::new(shape);
    let m = shape[1];
    let sums = graph.linear(0, m.min(500), m);
    graph.push(Node::ArgMax { input: sums });
    graph.finish()
}

/// A convolution of as many accumulators as a tensor may have.
fn widest() -> Model {
    let mut graph = Graph::new(&[1, 512, 512]);
    let sums = graph.conv(0, 1, 1, window([3; 2], [1; 2], [1; 4]));
    let last = graph.requantize(sums, 1);
    let last = graph.max_pool(last, [16; 2], [16; 2], [0; 4]);
    let flat = graph.push(Node::Flatten { input: last });
    // A table would be as wide as the input; parameters pay for the tensors.
    graph.linear(flat, 8, 1_024);
    graph.finish()
}

/// Tensors that all live until the last of them is made.
fn alive(side: u32, copies: u32) -> Model {
    let mut graph = Graph::new(&[1, 1, 1]);
    let wide: Vec<u32> = (0..copies).map(|_| graph.max_pool(0, [side; 2], [1; 2], [side - 1; 4])).collect();
    let inputs = wide.iter().map(|input| graph.max_pool(*input, [1; 2], [side; 2], [0; 4])).collect();
    let all = graph.push(Node::Concat { inputs, axis: 0 });
    graph.end(all, copies)
}
