//! What a model ends with: numbers, or the index of the largest.

use crate::{
    emit::Emitter,
    error::ImportError,
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    operators::arg_max::along,
    value::{Quantization, Turned, Value},
};

/// What a model ends with.
pub(crate) struct End {
    /// The last node.
    pub(crate) node: u32,
    /// The quantization of its output; none of indices.
    pub(crate) quantization: Option<Quantization>,
    /// How the file turns its axes; none if it doesn't.
    pub(crate) turned: Option<Turned>,
}

impl End {
    fn new(node: u32, quantization: Option<Quantization>) -> Self {
        Self { node, quantization, turned: None }
    }

    /// The node that gives the output in the file's order, as a model that is verified in its call needs it.
    ///
    /// # Errors
    /// [`ImportError::Large`] of axes that only a model of rows can leave as they are.
    pub(crate) fn in_order(&self, emitter: &mut Emitter) -> Result<u32, ImportError> {
        match (&self.turned, self.quantization) {
            (Some(turned), Some(quantization)) => {
                let settled = emitter
                    .turned(turned, quantization)
                    .map_err(|why| ImportError::Large(why.about("at the end")))?;
                match settled {
                    Value::Quantized { node, .. } => Ok(node),
                    _ => Ok(self.node),
                }
            }
            _ => Ok(self.node),
        }
    }
}

/// What a model ends with that gives this output.
pub(crate) fn end(lowering: &mut Lowering<'_>, output: &str, arg_max: bool) -> Result<End, ImportError> {
    let reader = onnx::Node {
        op_type: "output".into(),
        name: output.into(),
        input: vec![output.into()],
        ..onnx::Node::default()
    };
    let failed = |why| ImportError::Node { node: reader.label(), why };
    match lowering.value(&reader, 0).map_err(failed)? {
        Value::Index { node } => Ok(End::new(node, None)),
        Value::Ordered { node, shape, axes, softmax } => {
            let failed = |why| ImportError::Node { node: softmax.clone(), why };
            let long: Vec<usize> =
                axes.clone().filter(|axis| shape.get(*axis).is_some_and(|length| *length > 1)).collect();
            let axis = match long.as_slice() {
                [] => axes.start,
                [axis] => *axis,
                _ => {
                    return Err(failed(refusal!(
                        "before opset 13 it runs over all axes of N × {shape:?} from axis {} on together", axes.start + 1;
                        "flatten its input, or end the model before it"
                    )))
                }
            };
            Ok(End::new(along(lowering, node, &shape, axis).map_err(failed)?, None))
        }
        // A transposed input alone needs a product that moves it: a model does some work.
        Value::Turned(turned @ Turned { quantization: Some(quantization), .. })
            if !arg_max && turned.node > 0 =>
        {
            Ok(End { node: turned.node, quantization: Some(quantization), turned: Some(turned) })
        }
        _ => match lowering.quantized(&reader, 0).map_err(failed)? {
            Value::Quantized { node, shape, .. } if arg_max => {
                let axis = axis_of_outputs(&shape).map_err(failed)?;
                Ok(End::new(along(lowering, node, &shape, axis).map_err(failed)?, None))
            }
            Value::Quantized { node, quantization, .. } => Ok(End::new(node, Some(quantization))),
            _ => Err(failed(refusal!("it isn't quantized"; "quantize the whole graph"))),
        },
    }
}

/// How real numbers become the model's input.
///
/// # Errors
/// [`ImportError::Graph`] if nothing says how.
pub(crate) fn input_quantization(lowering: &Lowering<'_>) -> Result<Quantization, ImportError> {
    lowering.emitter.input.ok_or_else(|| {
        ImportError::Graph(refusal!(
            "nothing reads the graph's input through a quantization";
            "put a QuantizeLinear after it"
        ))
    })
}

/// The axis of a sample along which a model that ends with numbers is asked for the largest.
fn axis_of_outputs(shape: &[u32]) -> Lowered<usize> {
    let long: Vec<usize> =
        (0..shape.len()).filter(|axis| shape.get(*axis).is_some_and(|length| *length > 1)).collect();
    match long.as_slice() {
        [] => Ok(shape.len().saturating_sub(1)),
        [axis] => Ok(*axis),
        _ if shape.len() <= 2 => Ok(shape.len().saturating_sub(1)),
        _ => Err(refusal!(
            "the index of the largest was asked for (--arg-max), and the output has the shape N × {shape:?}";
            "import it without, so that it gives numbers, or end the graph with an ArgMax over its last axis"
        )),
    }
}
