//! What a model ends with: numbers, or the index of the largest.

use crate::{
    emit::Emitter,
    error::ImportError,
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    operators::arg_max::along,
    value::{Ending, Quantization, Search, Turned, Value},
};

/// What a model ends with.
pub(crate) struct End {
    /// The last node before that.
    pub(crate) node: u32,
    pub(crate) ending: Ending,
    /// The node of the file, as messages name it.
    label: String,
}

impl End {
    /// The quantization of the output; none of indices.
    pub(crate) fn quantization(&self) -> Option<Quantization> {
        match &self.ending {
            Ending::Numbers(quantization) | Ending::Turned(_, quantization) => Some(*quantization),
            Ending::Largest(_) => None,
        }
    }

    /// The node that gives the output in the file's order, as a model that is verified in its call needs it.
    ///
    /// # Errors
    /// [`ImportError::Large`] of axes that only a model of rows can leave as they are.
    pub(crate) fn in_order(&self, emitter: &mut Emitter) -> Result<u32, ImportError> {
        let node = match &self.ending {
            Ending::Numbers(_) => Ok(self.node),
            Ending::Turned(turned, quantization) => emitter.turned(turned, *quantization),
            Ending::Largest(search) => along(emitter, self.node, search),
        };
        node.map_err(|why| ImportError::Large(why.about(&format!("{}:", self.label))))
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
    let label = reader.label();
    let failed = |why| ImportError::Node { node: reader.label(), why };
    match lowering.value(&reader, 0).map_err(failed)? {
        Value::Index { node, search, label } => Ok(End { node, ending: Ending::Largest(search), label }),
        Value::Ordered { node, shape, axes, lies, softmax } => {
            let long: Vec<usize> =
                axes.clone().filter(|axis| shape.get(*axis).is_some_and(|length| *length > 1)).collect();
            let axis = match long.as_slice() {
                [] => axes.start,
                [axis] => *axis,
                _ => {
                    let why = refusal!(
                        "before opset 13 it runs over all axes of N × {shape:?} from axis {} on together", axes.start + 1;
                        "flatten its input, or end the model before it"
                    );
                    return Err(ImportError::Node { node: softmax, why });
                }
            };
            Ok(End { node, ending: Ending::Largest(Search::new(&shape, axis, lies)), label: softmax })
        }
        // A transposed input alone needs a product that moves it: a model does some work.
        Value::Turned(turned @ Turned { quantization: Some(quantization), .. })
            if !arg_max && turned.node > 0 =>
        {
            Ok(End { node: turned.node, ending: Ending::Turned(turned, quantization), label })
        }
        value => {
            if let (true, Value::Turned(turned @ Turned { quantization: Some(_), .. })) = (arg_max, value) {
                let axis = axis_of_outputs(&turned.shape).map_err(failed)?;
                if let Some(lies) = turned.as_it_lies(axis) {
                    let search = Search::new(&turned.shape, axis, Some(lies));
                    return Ok(End { node: turned.node, ending: Ending::Largest(search), label });
                }
            }
            let Value::Quantized { node, shape, quantization } =
                lowering.quantized(&reader, 0).map_err(failed)?
            else {
                return Err(failed(refusal!("it isn't quantized"; "quantize the whole graph")));
            };
            let ending = match arg_max {
                true => {
                    let axis = axis_of_outputs(&shape).map_err(failed)?;
                    Ending::Largest(Search::new(&shape, axis, None))
                }
                false => Ending::Numbers(quantization),
            };
            Ok(End { node, ending, label })
        }
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
