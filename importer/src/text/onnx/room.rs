//! How large a node's output is before it is computed: a few bytes of a file can ask for any memory.

use crate::onnx::Node;

/// What is known of an operand.
#[derive(Clone, Debug, Default)]
pub(super) struct Operand {
    pub(super) shape: Vec<usize>,
    /// Its numbers, where they are few integers.
    pub(super) integers: Option<Vec<i64>>,
}

impl Operand {
    fn elements(&self) -> usize {
        count(&self.shape)
    }

    /// Its last axis but so many.
    fn axis(&self, from_last: usize) -> usize {
        self.shape.iter().rev().nth(from_last).copied().unwrap_or(1)
    }
}

/// The most elements that a node gives, and the multiplications that it takes; none for an operator that models of
/// texts aren't exported with.
pub(super) fn needs(node: &Node, operands: &[Operand]) -> Option<[usize; 2]> {
    let first = operands.first().cloned().unwrap_or_default();
    let second = operands.get(1).cloned().unwrap_or_default();
    let elements = match node.op_type.as_str() {
        "MatMul" | "Gemm" => return Some(product(node, &first, &second)),
        "Attention" => {
            // Queries without elements may be cut into any number of heads.
            if first.axis(0) == 0 {
                return None;
            }
            // The scores, for which each element of a query meets all keys, kept ones too, and the values' means.
            let kept = operands.get(4).filter(|kept| !kept.shape.is_empty()).map_or(0, |kept| kept.axis(1));
            let keys = second.axis(1).saturating_add(kept);
            let width = operands.get(2).map_or(1, |values| values.axis(0));
            let work = first.elements().saturating_mul(keys).saturating_mul(width.max(second.axis(0)));
            return Some([first.elements().saturating_mul(keys.max(width)), work]);
        }
        "Add" | "Sub" | "Mul" | "Div" | "Pow" | "Mod" | "And" | "Or" | "Xor" | "Equal" | "Less"
        | "LessOrEqual" | "Greater" | "GreaterOrEqual" | "Where" | "Min" | "Max" | "Sum" | "Clip" => {
            count(&spread(operands.iter().map(|operand| operand.shape.as_slice())))
        }
        "Gather" => {
            let axis = node.int("axis", 0).rem_euclid(first.shape.len().max(1) as i64) as usize;
            let others =
                first.shape.iter().enumerate().filter(|(each, _)| *each != axis).map(|(_, axis)| *axis);
            others.fold(second.elements(), usize::saturating_mul)
        }
        "GatherElements" => second.elements(),
        "GatherND" => {
            let picked = second.axis(0);
            let rest = first.shape.iter().skip(picked).copied();
            rest.fold(second.elements().checked_div(picked)?, usize::saturating_mul)
        }
        "Concat" => operands.iter().map(Operand::elements).fold(0, usize::saturating_add),
        "Expand" => count(&spread([first.shape.as_slice(), &lengths(&second)?].into_iter())),
        "ConstantOfShape" => count(&lengths(&first)?),
        "Range" => {
            let ends = [0, 1, 2].map(|at| operands.get(at)?.integers.as_ref()?.first().copied());
            let [Some(start), Some(end), Some(step)] = ends else { return None };
            usize::try_from(end.checked_sub(start)?.checked_div(step)?.max(0)).ok()?.saturating_add(1)
        }
        "Tile" => lengths(&second)?.into_iter().fold(first.elements(), usize::saturating_mul),
        "NonZero" => first.elements().saturating_mul(first.shape.len()),
        "Shape" => first.shape.len(),
        "Identity" | "Cast" | "CastLike" | "Reshape" | "Transpose" | "Squeeze" | "Unsqueeze" | "Flatten"
        | "Slice" | "Split" | "Trilu" | "CumSum" | "ScatterND" | "ScatterElements" | "Size" | "Softmax"
        | "LogSoftmax" | "LayerNormalization" | "RMSNormalization" | "RotaryEmbedding"
        | "DequantizeLinear" | "Sigmoid" | "Erf" | "Tanh" | "Gelu" | "Relu" | "Swish" | "Softplus"
        | "Sqrt" | "Reciprocal" | "Exp" | "Log" | "Abs" | "Neg" | "Sign" | "Not" | "IsNaN" | "IsInf"
        | "Cos" | "Sin" | "Floor" | "Ceil" | "Round" | "ReduceMean" | "ReduceSum" | "ReduceMax"
        | "ReduceMin" | "ReduceL2" | "ReduceSumSquare" => first.elements(),
        _ => return None,
    };
    Some([elements, elements])
}

fn product(node: &Node, first: &Operand, second: &Operand) -> [usize; 2] {
    let is_gemm = node.op_type == "Gemm";
    let is_turned = |name: &str| is_gemm && node.int(name, 0) != 0;
    let [rows, inner] = if is_turned("transA") { [0, 1] } else { [1, 0] }.map(|at| first.axis(at));
    let columns = second.axis(usize::from(is_turned("transB")));
    let outer = |operand: &Operand| operand.shape.len().saturating_sub(2);
    let batch = spread([&first.shape[..outer(first)], &second.shape[..outer(second)]].into_iter());
    // A vector has one row, or one column.
    let elements = count(&batch).saturating_mul(rows).saturating_mul(columns);
    [elements, elements.saturating_mul(inner)]
}

/// The shape that these take when each is repeated to fit the others.
fn spread<'a>(shapes: impl Iterator<Item = &'a [usize]>) -> Vec<usize> {
    shapes.fold(Vec::new(), |all: Vec<usize>, shape| {
        let [long, short] = if all.len() >= shape.len() { [&all[..], shape] } else { [shape, &all] };
        let lacking = long.len() - short.len();
        let repeated = |(axis, length): (usize, &usize)| match axis.checked_sub(lacking) {
            Some(axis) => (*length).max(short[axis]),
            None => *length,
        };
        long.iter().enumerate().map(repeated).collect()
    })
}

/// Elements of a shape. An axis of none counts as one: what sums along it gives elements where there were none.
fn count(shape: &[usize]) -> usize {
    shape.iter().fold(1, |product, axis| product.saturating_mul(*axis.max(&1)))
}

/// An operand that is a shape.
fn lengths(operand: &Operand) -> Option<Vec<usize>> {
    let lengths = operand.integers.as_ref()?.iter();
    // −1 leaves a length as it is.
    lengths.map(|length| usize::try_from((*length).max(1)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(op_type: &str, operands: &[Operand]) -> Option<[usize; 2]> {
        needs(&Node { op_type: op_type.into(), ..Node::default() }, operands)
    }

    fn shaped(shape: &[usize]) -> Operand {
        Operand { shape: shape.to_vec(), integers: None }
    }

    fn list(integers: &[i64]) -> Operand {
        Operand { shape: vec![integers.len()], integers: Some(integers.to_vec()) }
    }

    #[test]
    fn sizes_are_known_before_anything_is_computed() {
        let one = shaped(&[1, 7, 32]);
        assert_eq!(of("MatMul", &[one.clone(), shaped(&[32, 64])]), Some([448, 14_336]));
        assert_eq!(of("MatMul", &[shaped(&[4, 7, 8]), shaped(&[4, 8, 7])]), Some([196, 1_568]));
        assert_eq!(of("Add", &[shaped(&[7, 1]), shaped(&[3, 1, 9])]), Some([189, 189]));
        assert_eq!(of("Gather", &[shaped(&[60, 32]), shaped(&[1, 7])]), Some([224, 224]));
        assert_eq!(of("GatherND", &[shaped(&[5, 6, 7]), shaped(&[3, 2])]), Some([21, 21]));
        assert_eq!(of("Concat", &[one.clone(), one.clone()]), Some([448, 448]));
        assert_eq!(of("Expand", &[shaped(&[7, 1]), list(&[2, 1, -1])]), Some([14, 14]));
        assert_eq!(of("ConstantOfShape", &[list(&[1 << 40, 1 << 40])]), Some([usize::MAX, usize::MAX]));
        assert_eq!(of("Range", &[list(&[0]), list(&[9]), list(&[1])]), Some([10, 10]));
        assert_eq!(of("Tile", &[one.clone(), list(&[3, 1, 2])]), Some([1_344, 1_344]));
        assert_eq!(of("Softmax", &[shaped(&[1, 7, 32])]), Some([224, 224]));
        // A sum along an axis of none has elements.
        assert_eq!(of("ReduceSum", &[shaped(&[0, 7, 9])]), Some([63, 63]));
        let [query, key] = [shaped(&[1, 1, 7, 1]), shaped(&[1, 1, 3, 1])];
        assert_eq!(
            of("Attention", &[query.clone(), key.clone(), shaped(&[1, 1, 3, 50])]),
            Some([350, 1_050])
        );
        let kept = || shaped(&[1, 1, 90, 1]);
        let [none, values] = [Operand::default(), key.clone()];
        assert_eq!(
            of("Attention", &[query, key, values, none, kept(), kept()]).map(|needs| needs[0]),
            Some(651)
        );
        // What isn't known is refused.
        for (op_type, operands) in [
            ("Expand", vec![one.clone(), shaped(&[3])]),
            ("Loop", vec![one.clone()]),
            ("Range", vec![list(&[0])]),
            ("Attention", vec![shaped(&[1, 7, 0]), shaped(&[1, 7, 0]), shaped(&[1, 7, 1])]),
        ] {
            assert_eq!(of(op_type, &operands), None, "{op_type}");
        }
        assert_eq!(of("Range", &[list(&[0]), list(&[9]), list(&[0])]), None);
        let turned = Node {
            op_type: "Gemm".into(),
            attribute: vec![crate::onnx::Attribute { name: "transB".into(), i: 1, ..Default::default() }],
            ..Node::default()
        };
        assert_eq!(needs(&turned, &[shaped(&[7, 32]), shaped(&[64, 32])]), Some([448, 14_336]));
    }
}
