//! What the targets of ONNX files share: changes of a file that leave it an ONNX file, which bytes that are changed at random hardly
//! ever are, and which panics are shown.

use millrace_importer::onnx::{Attribute, Dimension, Graph, Model, Node, Tensor, ValueInfo};
use prost::Message;

/// Numbers at which something may go wrong.
const NUMBERS: [i64; 17] =
    [-1, 0, 1, 2, 3, 4, 7, 8, 13, 63, 64, 65, 255, 256, 65_536, 1 << 31, i64::MAX];

/// Changes a file in place, `size` of whose bytes are used; it has room for so many. Gives how many it has then.
pub fn mutate(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed) | 1 << 40);
    let graph = Model::decode(&data[..size]).ok().filter(|model| model.graph.is_some());
    if let (Some(mut model), false) = (graph, random.below(8) == 0) {
        let graph = model.graph.as_mut().expect("it has one");
        (0..=random.below(3)).for_each(|_| edit(graph, &mut random));
        let bytes = model.encode_to_vec();
        if bytes.len() <= most {
            data[..bytes.len()].copy_from_slice(&bytes);
            return bytes.len();
        }
    }
    libfuzzer_sys::fuzzer_mutate(data, size, most)
}

/// Prints panics, but not those of the library that executes graphs: they are caught. One that isn't ends the process all the same.
pub fn ignore_caught_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if panic.location().is_some_and(|at| !at.file().contains("/rten")) {
            eprintln!("{panic}");
        }
    }));
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn one<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    fn one_of<'a, T>(&mut self, all: &'a mut [T]) -> Option<&'a mut T> {
        let at = self.below(all.len());
        all.get_mut(at)
    }

    fn number(&mut self) -> i64 {
        NUMBERS[self.below(NUMBERS.len())]
    }
}

/// One change.
fn edit(graph: &mut Graph, random: &mut Random) {
    match random.below(12) {
        0 => swap(&mut graph.node, random),
        1 => drop(remove(&mut graph.node, random)),
        2 => {
            if let Some(node) = random.one(&graph.node).cloned() {
                graph.node.insert(random.below(graph.node.len()), node);
            }
        }
        3 => {
            let other = random.one(&graph.node).map(|node| node.op_type.clone()).unwrap_or_default();
            change(random.one_of(&mut graph.node), |node| node.op_type = other);
        }
        4 | 5 => reconnect(graph, random),
        6 | 7 => {
            let other = random.one(&graph.node).and_then(|node| random.one(&node.attribute)).cloned();
            let node = random.one_of(&mut graph.node);
            change(node, |node| attribute(node, other, random));
        }
        8 | 9 => {
            let at = random.below(graph.initializer.len());
            change(graph.initializer.get_mut(at), |tensor| constant(tensor, random));
        }
        10 => {
            let all = if random.below(2) == 0 { &mut graph.input } else { &mut graph.value_info };
            let at = random.below(all.len());
            change(all.get_mut(at), |value| described(value, random));
        }
        _ => {
            let name = random.one(&graph.node).and_then(|node| node.output.first()).cloned();
            change(graph.output.first_mut(), |output| output.name = name.unwrap_or_default());
        }
    }
}

fn change<T>(what: Option<&mut T>, how: impl FnOnce(&mut T)) {
    if let Some(what) = what {
        how(what);
    }
}

fn swap<T>(all: &mut [T], random: &mut Random) {
    if !all.is_empty() {
        let (one, other) = (random.below(all.len()), random.below(all.len()));
        all.swap(one, other);
    }
}

fn remove<T>(all: &mut Vec<T>, random: &mut Random) -> Option<T> {
    (!all.is_empty()).then(|| all.remove(random.below(all.len())))
}

/// Lets a node read something else, or nothing, or give it another name.
fn reconnect(graph: &mut Graph, random: &mut Random) {
    let constants = graph.initializer.iter().map(|tensor| &tensor.name);
    let given = graph.node.iter().flat_map(|node| &node.output);
    let mut names: Vec<String> =
        constants.chain(given).chain(graph.input.iter().map(|input| &input.name)).cloned().collect();
    names.push(String::new());
    let Some(name) = random.one(&names).cloned() else { return };
    let kind = random.below(8);
    let Some(node) = random.one_of(&mut graph.node) else { return };
    match kind {
        0 => node.input.push(name),
        1 => drop(node.input.pop()),
        2 => swap(&mut node.input, random),
        3 => change(random.one_of(&mut node.output), |output| *output = name),
        _ => change(random.one_of(&mut node.input), |input| *input = name),
    }
}

fn attribute(node: &mut Node, other: Option<Attribute>, random: &mut Random) {
    match random.below(6) {
        0 => drop(remove(&mut node.attribute, random)),
        1 => node.attribute.extend(other),
        2 => change(random.one_of(&mut node.attribute), |attribute| attribute.ints.push(random.number())),
        3 => change(random.one_of(&mut node.attribute), |attribute| {
            attribute.f = [0.0, -1.0, f32::NAN, f32::INFINITY, 1e30, 1e-30][random.below(6)];
        }),
        _ => change(random.one_of(&mut node.attribute), |attribute| {
            attribute.i = random.number();
            change(attribute.t.as_mut(), |tensor| constant(tensor, random));
            let number = random.number();
            change(random.one_of(&mut attribute.ints), |int| *int = number);
        }),
    }
}

fn constant(tensor: &mut Tensor, random: &mut Random) {
    let number = random.number();
    match random.below(6) {
        0 => tensor.data_type = random.below(17) as i32,
        1 => change(random.one_of(&mut tensor.dims), |axis| *axis = number),
        2 => tensor.dims.push(number),
        3 => drop(tensor.dims.pop()),
        4 => change(random.one_of(&mut tensor.int64_data), |int| *int = number),
        _ => {
            let byte = random.below(256) as u8;
            change(random.one_of(&mut tensor.raw_data), |one| *one = byte);
        }
    }
}

fn described(value: &mut ValueInfo, random: &mut Random) {
    let Some(kind) = value.r#type.as_mut().and_then(|kind| kind.tensor_type.as_mut()) else { return };
    let length = (random.below(4) > 0).then(|| random.number());
    match (random.below(4), kind.shape.as_mut()) {
        (0, _) => kind.elem_type = random.below(17) as i32,
        (1, Some(shape)) => drop(remove(&mut shape.dim, random)),
        (2, Some(shape)) => shape.dim.push(Dimension { dim_value: length, ..Dimension::default() }),
        (_, Some(shape)) => change(random.one_of(&mut shape.dim), |axis| axis.dim_value = length),
        (_, None) => {}
    }
}
