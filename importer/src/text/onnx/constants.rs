//! A graph's constants as floats: weights as they are written, and those that a few nodes make of others.

use std::collections::HashMap;

use half::f16;

use crate::{
    onnx::{Graph, Node, Tensor, DOUBLE, FLOAT, FLOAT16, INT32, INT64, INT8, UINT8},
    refusal::Refusal,
};

/// The most nodes one behind the other that make a constant: transposed, of another type, or with a scale.
const MAX_STEPS: usize = 8;

/// The constants of a graph.
pub(super) struct Constants<'a> {
    tensors: HashMap<&'a str, &'a Tensor>,
    /// Nodes by their first output.
    nodes: HashMap<&'a str, &'a Node>,
}

impl<'a> Constants<'a> {
    pub(super) fn new(graph: &'a Graph) -> Self {
        let tensors = graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
        let mut nodes = HashMap::new();
        for node in &graph.node {
            let Some(output) = node.output.first() else { continue };
            if ["Identity", "Cast", "Transpose", "Mul", "DequantizeLinear"].contains(&node.op_type.as_str()) {
                nodes.insert(output.as_str(), node);
            }
        }
        Self { tensors, nodes }
    }

    /// A tensor that is written in the file.
    pub(super) fn written(&self, name: &str) -> Option<&'a Tensor> {
        self.tensors.get(name).copied()
    }

    /// The axes of a constant; none if it depends on the graph's inputs.
    pub(super) fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.shape_within(name, MAX_STEPS)
    }

    fn shape_within(&self, name: &str, steps: usize) -> Option<Vec<usize>> {
        if let Some(tensor) = self.written(name) {
            return tensor.dims.iter().map(|axis| usize::try_from(*axis).ok()).collect();
        }
        let node = self.nodes.get(name)?;
        let inner = self.shape_within(self.operand(node)?, steps.checked_sub(1)?)?;
        match node.op_type.as_str() {
            "Transpose" => {
                permutation(node, inner.len())?.into_iter().map(|axis| inner.get(axis).copied()).collect()
            }
            _ => Some(inner),
        }
    }

    /// What a node makes a constant of: a product's operand that isn't the scale.
    fn operand(&self, node: &'a Node) -> Option<&'a str> {
        let [first, second] = [node.input.first()?, node.input.get(1).unwrap_or(&node.output[0])];
        let is_scale = |name: &str| self.written(name).is_some();
        match node.op_type.as_str() {
            "Mul" if is_scale(second) => Some(first),
            "Mul" if is_scale(first) => Some(second),
            "Mul" => None,
            _ => Some(first),
        }
    }

    /// A constant's axes and numbers.
    ///
    /// # Errors
    /// [`Refusal`] of what isn't constant, and of types and scales that aren't read.
    pub(super) fn numbers(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), Refusal> {
        let shape = self.shape(name).ok_or_else(|| unreadable("it isn't constant"))?;
        if let Some(tensor) = self.written(name) {
            return Ok((shape, floats(tensor)?));
        }
        let node = self.nodes.get(name).ok_or_else(|| unreadable("it isn't constant"))?;
        let operand = self.operand(node).ok_or_else(|| unreadable("it isn't constant"))?;
        let (inner, numbers) = self.numbers(operand)?;
        let numbers = match node.op_type.as_str() {
            "Transpose" => transposed(&numbers, &inner, node)?,
            "Mul" => {
                let scale = if node.input.first().is_some_and(|name| name == operand) { 1 } else { 0 };
                let factors = self.spread(node, scale, &inner, None)?;
                numbers.into_iter().zip(factors).map(|(number, factor)| number * factor).collect()
            }
            "DequantizeLinear" => {
                let axis = node.int("axis", 1);
                let factors = self.spread(node, 1, &inner, Some(axis))?;
                let zeros = match node.input.get(2).filter(|name| !name.is_empty()) {
                    Some(_) => self.spread(node, 2, &inner, Some(axis))?,
                    None => vec![0.0; numbers.len()],
                };
                let all = numbers.into_iter().zip(zeros).zip(factors);
                all.map(|((number, zero), factor)| (number - zero) * factor).collect()
            }
            _ => numbers,
        };
        Ok((shape, numbers))
    }

    /// A number of an operand for each element of this shape; a vector goes along an axis if one is given.
    fn spread(
        &self,
        node: &Node,
        at: usize,
        shape: &[usize],
        axis: Option<i64>,
    ) -> Result<Vec<f32>, Refusal> {
        let wrong = || unreadable("its scale has a shape that isn't read");
        let tensor = node.input.get(at).and_then(|name| self.written(name)).ok_or_else(wrong)?;
        let mut own: Vec<usize> = tensor
            .dims
            .iter()
            .map(|axis| usize::try_from(*axis).map_err(|_| wrong()))
            .collect::<Result<_, _>>()?;
        if let (Some(axis), [length]) = (axis, own.as_slice()) {
            if *length > 1 {
                let (axis, length) = (axis.rem_euclid(shape.len().max(1) as i64) as usize, *length);
                own = (0..shape.len()).map(|each| if each == axis { length } else { 1 }).collect();
            }
        }
        let lacking = shape.len().checked_sub(own.len()).ok_or_else(wrong)?;
        own.splice(0..0, std::iter::repeat_n(1, lacking));
        if own.iter().zip(shape).any(|(own, all)| *own != 1 && own != all) {
            return Err(wrong());
        }
        let numbers = floats(tensor)?;
        let place = |index: usize| {
            let (mut rest, mut place, mut step) = (index, 0, 1);
            for (own, all) in own.iter().zip(shape).rev() {
                if *own != 1 {
                    place += rest % all * step;
                    step *= own;
                }
                rest /= all;
            }
            numbers.get(place).copied().ok_or_else(wrong)
        };
        (0..shape.iter().product()).map(place).collect()
    }
}

fn unreadable(what: &str) -> Refusal {
    refusal!("{what}"; "export the model as float32, without quantization, or import it from safetensors")
}

/// The order of axes that a node asks for.
fn permutation(node: &Node, rank: usize) -> Option<Vec<usize>> {
    let order: Vec<usize> = match node.ints("perm") {
        None => (0..rank).rev().collect(),
        Some(order) => order.iter().map(|axis| usize::try_from(*axis).ok()).collect::<Option<_>>()?,
    };
    let is_one = order.len() == rank && (0..rank).all(|axis| order.contains(&axis));
    is_one.then_some(order)
}

/// A matrix with its rows as columns.
fn transposed(numbers: &[f32], shape: &[usize], node: &Node) -> Result<Vec<f32>, Refusal> {
    match (shape, permutation(node, shape.len()).as_deref()) {
        ([rows, columns], Some([1, 0])) => Ok(turned(numbers, *rows, *columns)),
        (_, Some([0, 1] | [0] | [])) => Ok(numbers.to_vec()),
        _ => Err(unreadable("it is turned in more than two axes")),
    }
}

/// A matrix of these rows and columns, column by column.
pub(super) fn turned(numbers: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| numbers[row * columns + column])).collect()
}

/// The numbers of a tensor, as many as its shape says. Constants of image models are read elsewhere: their integers stay exact and take
/// eight bytes each, which is too much for tables of hundreds of millions.
fn floats(tensor: &Tensor) -> Result<Vec<f32>, Refusal> {
    let raw = tensor.raw_data.as_slice();
    let wide = &tensor.int32_data;
    let numbers: Vec<f32> = match tensor.data_type {
        FLOAT if raw.is_empty() => tensor.float_data.clone(),
        FLOAT => raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        FLOAT16 if raw.is_empty() => wide.iter().map(|bits| f16::from_bits(*bits as u16).to_f32()).collect(),
        FLOAT16 => raw.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
        DOUBLE => raw.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect(),
        INT8 | UINT8 | INT32 if raw.is_empty() => wide.iter().map(|number| *number as f32).collect(),
        INT8 => raw.iter().map(|byte| f32::from(byte.cast_signed())).collect(),
        UINT8 => raw.iter().map(|byte| f32::from(*byte)).collect(),
        INT32 => raw.as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes) as f32).collect(),
        INT64 if raw.is_empty() => tensor.int64_data.iter().map(|number| *number as f32).collect(),
        INT64 => raw.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes) as f32).collect(),
        other => {
            return Err(refusal!(
                "its elements have ONNX type {other}";
                "export the model as float32 or float16"
            ))
        }
    };
    let expected =
        tensor.dims.iter().try_fold(1usize, |all, axis| all.checked_mul(usize::try_from(*axis).ok()?));
    let bytes = match tensor.data_type {
        INT8 | UINT8 => 1,
        FLOAT16 => 2,
        FLOAT | INT32 => 4,
        _ => 8,
    };
    match expected == Some(numbers.len()) && raw.len().is_multiple_of(bytes) {
        true => Ok(numbers),
        false => Err(refusal!(
            "its shape {:?} doesn't fit the {} numbers that there are, {} bytes", tensor.dims, numbers.len(), raw.len();
            "download the file again, or export the model again"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::BOOL;

    fn tensor(name: &str, dims: &[i64], data_type: i32, raw_data: &[u8]) -> Tensor {
        Tensor {
            name: name.into(),
            dims: dims.into(),
            data_type,
            raw_data: raw_data.into(),
            ..Tensor::default()
        }
    }

    fn node(op_type: &str, inputs: &[&str], output: &str) -> Node {
        let input = inputs.iter().map(|name| (*name).into()).collect();
        Node { op_type: op_type.into(), input, output: vec![output.into()], ..Node::default() }
    }

    fn numbers(tensors: Vec<Tensor>, nodes: Vec<Node>, name: &str) -> Result<(Vec<usize>, Vec<f32>), String> {
        let graph = Graph { initializer: tensors, node: nodes, ..Graph::default() };
        Constants::new(&graph).numbers(name).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn all_types_are_read() {
        let half = f16::from_f32(1.5).to_bits();
        let cases = [
            tensor("x", &[1], FLOAT, &1.5f32.to_le_bytes()),
            tensor("x", &[1], FLOAT16, &half.to_le_bytes()),
            tensor("x", &[1], DOUBLE, &1.5f64.to_le_bytes()),
            Tensor { float_data: vec![1.5], ..tensor("x", &[1], FLOAT, &[]) },
            Tensor { int32_data: vec![half.into()], ..tensor("x", &[1], FLOAT16, &[]) },
        ];
        for case in cases {
            assert_eq!(numbers(vec![case.clone()], vec![], "x"), Ok((vec![1], vec![1.5])), "{case:?}");
        }
        let cases = [
            tensor("x", &[1], INT8, &[253]),
            tensor("x", &[1], INT32, &(-3i32).to_le_bytes()),
            tensor("x", &[1], INT64, &(-3i64).to_le_bytes()),
            Tensor { int32_data: vec![-3], ..tensor("x", &[1], INT8, &[]) },
            Tensor { int64_data: vec![-3], ..tensor("x", &[1], INT64, &[]) },
        ];
        for case in cases {
            assert_eq!(numbers(vec![case.clone()], vec![], "x"), Ok((vec![1], vec![-3.0])), "{case:?}");
        }
        assert_eq!(
            numbers(vec![tensor("x", &[2], UINT8, &[253, 0])], vec![], "x"),
            Ok((vec![2], vec![253.0, 0.0]))
        );
    }

    #[test]
    fn scales_go_along_their_axis() {
        let bytes = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let all = |scale: &[f32], dims: &[i64]| {
            vec![
                tensor("q", &[2, 2], INT8, &[1, 2, 3, 4]),
                tensor("s", dims, FLOAT, &bytes(scale)),
                tensor("z", &[], INT8, &[1]),
            ]
        };
        let plain = |axis| {
            let attribute = crate::onnx::Attribute { name: "axis".into(), i: axis, ..Default::default() };
            vec![Node { attribute: vec![attribute], ..node("DequantizeLinear", &["q", "s"], "x") }]
        };
        let found = |scale: &[f32], dims: &[i64], nodes| {
            numbers(all(scale, dims), nodes, "x").map(|(_, numbers)| numbers)
        };
        assert_eq!(found(&[2.0, 3.0], &[2], plain(0)), Ok(vec![2.0, 4.0, 9.0, 12.0]));
        assert_eq!(found(&[2.0, 3.0], &[2], plain(1)), Ok(vec![2.0, 6.0, 6.0, 12.0]));
        assert_eq!(found(&[2.0, 3.0], &[2], plain(-1)), Ok(vec![2.0, 6.0, 6.0, 12.0]));
        let shifted = || vec![node("DequantizeLinear", &["q", "s", "z"], "x")];
        assert_eq!(found(&[2.0], &[], shifted()), Ok(vec![0.0, 2.0, 4.0, 6.0]));
        let scaled = || vec![node("Cast", &["q"], "c"), node("Mul", &["s", "c"], "x")];
        assert_eq!(found(&[2.0, 3.0], &[2, 1], scaled()), Ok(vec![2.0, 4.0, 9.0, 12.0]));
        for dims in [&[3][..], &[1, 1, 1], &[2, 3]] {
            let scale = vec![1.0; dims.iter().product::<i64>() as usize];
            assert!(
                found(&scale, dims, scaled()).expect_err("refused").contains("scale has a shape"),
                "{dims:?}"
            );
        }
    }

    #[test]
    fn what_isnt_a_constant_matrix_is_refused() {
        let matrix = || tensor("m", &[2, 1], INT8, &[1, 2]);
        let of = |tensors, nodes, name| numbers(tensors, nodes, name).expect_err("refused");
        assert!(of(vec![matrix()], vec![node("Relu", &["m"], "x")], "x").contains("isn't constant"));
        assert!(of(vec![matrix()], vec![node("Mul", &["a", "b"], "x")], "x").contains("isn't constant"));
        assert!(of(vec![tensor("x", &[1], BOOL, &[1])], vec![], "x").contains("float32 or float16"));
        for dims in [&[3][..], &[1 << 40, 1 << 40], &[2, 2]] {
            assert!(
                of(vec![tensor("x", dims, INT8, &[1, 2])], vec![], "x").contains("the 2 numbers"),
                "{dims:?}"
            );
        }
        assert_eq!(
            numbers(vec![matrix()], vec![node("Transpose", &["m"], "x")], "x"),
            Ok((vec![1, 2], vec![1.0, 2.0]))
        );
        // A number and a part of another.
        let cut = tensor("x", &[1], FLOAT, &[0; 6]);
        assert!(of(vec![cut], vec![], "x").contains("the 1 numbers that there are, 6 bytes"));
        let cube = tensor("m", &[1, 2, 1], INT8, &[1, 2]);
        assert!(of(vec![cube], vec![node("Transpose", &["m"], "x")], "x").contains("more than two axes"));
        // A chain without end, and one that is longer than any exporter's.
        assert!(of(vec![], vec![node("Identity", &["x"], "x")], "x").contains("isn't constant"));
        let chain = (0..9)
            .map(|at| node("Identity", &[&format!("m{at}").replace("m0", "m")], &format!("m{}", at + 1)));
        assert!(of(vec![matrix()], chain.collect(), "m9").contains("isn't constant"));
    }
}
