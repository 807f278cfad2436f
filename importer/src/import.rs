//! The import of a file as a whole: what the caller chooses, and what comes out.

use millrace_inference::{CheckedModel, Model};

use crate::{
    emit::Emitter,
    end::{end, input_quantization, End},
    error::ImportError,
    integers::Integers,
    large::registered,
    onnx,
    prepare::prepare,
    ranges::Ranges,
    rows::{rows, RowsModel, Source},
    value::Quantization,
    walk::{walk, Step},
};

/// An imported model and how to use it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The integer graph.
    pub model: Model,
    /// Shape of a sample in the file. The model's may be another, of as many elements in the same order.
    pub sample: Vec<u32>,
    /// Quantization of the input: how real numbers become its bytes.
    pub input: Quantization,
    /// The integers that the file itself reads; none if that is real numbers.
    pub integers: Option<Integers>,
    /// Quantization of an `i8` output; none for indices.
    pub output: Option<Quantization>,
    /// What each ONNX node became, in order.
    pub steps: Vec<Step>,
}

/// A model of rows and how to use it.
#[derive(Clone, Debug)]
pub struct ImportedRows {
    /// The graph and its parameters.
    pub rows: RowsModel,
    /// Quantization of the input: how real numbers become its bytes.
    pub input: Quantization,
    /// The integers that the file itself reads; none if that is real numbers.
    pub integers: Option<Integers>,
    /// Quantization of an `i8` output; none for indices.
    pub output: Option<Quantization>,
    /// What each ONNX node became on the way, in order.
    pub steps: Vec<Step>,
}

impl ImportedRows {
    /// The real numbers that an output of the model stands for, their axes as the file has them; none of indices.
    pub fn reals(&self, output: &[i32]) -> Option<Vec<f64>> {
        let (quantization, axes) = (self.output?, self.rows.answer_axes()?);
        let real = |element: i32| Some(quantization.real(i8::try_from(element).ok()?));
        axes.back(output).into_iter().map(real).collect()
    }
}

/// What the caller chooses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// End with the index of the largest output, along the only axis of outputs or the last one of two.
    pub arg_max: bool,
    /// What calibration saw, for graphs without quantization of their own.
    pub ranges: Option<&'a Ranges>,
}

/// Imports a graph.
///
/// # Errors
/// [`ImportError`] with the node that can't be represented and why.
pub fn import(model: &onnx::Model, options: Options<'_>) -> Result<Imported, ImportError> {
    let prepared = prepare(model)?;
    let (mut lowering, steps) = walk(&prepared, options.ranges, false)?;
    let end = end(&mut lowering, &prepared.output, options.arg_max)?;
    let (input, integers) = (input_quantization(&lowering)?, Integers::of(&prepared));
    let (last, output) = (end.in_order(&mut lowering.emitter)?, end.quantization());
    let widest = std::mem::take(&mut lowering.widest);
    let sample = std::mem::take(&mut lowering.emitter.sample);
    let model = lowering.emitter.model(last);
    if let Err(faults) = registered(&model, &widest) {
        // A model of which no sample fits a submission can be registered all the same, and run.
        if let (Some(fault), Err(_)) =
            (faults.into_iter().next(), CheckedModel::from_bytes(&model.to_bytes()))
        {
            return Err(fault);
        }
    }
    Ok(Imported { model, sample, input, integers, output, steps })
}

/// Imports a graph as a model of rows, whose executions are claimed: of any file that [`import()`] takes, and of those that are only
/// too large for it.
///
/// # Errors
/// [`ImportError`] with the node that can't be represented, in integers at all or in rows, and why.
pub fn import_rows(model: &onnx::Model, options: Options<'_>) -> Result<ImportedRows, ImportError> {
    let prepared = prepare(model)?;
    let (mut lowering, steps) = walk(&prepared, options.ranges, false)?;
    let end = end(&mut lowering, &prepared.output, options.arg_max)?;
    let (input, integers) = (input_quantization(&lowering)?, Integers::of(&prepared));
    let rows = in_rows(&lowering.emitter, &end)?;
    Ok(ImportedRows { rows, input, integers, output: end.quantization(), steps })
}

/// A graph that ends so as one of rows.
pub(crate) fn in_rows(emitter: &Emitter, end: &End) -> Result<RowsModel, ImportError> {
    let Emitter { sample, nodes, products, means, curves, .. } = emitter;
    let source = Source { sample, nodes, last: end.node, ending: &end.ending, products, means, curves };
    rows(&source).map_err(|(node, why)| ImportError::Node {
        node: emitter.label(node).to_owned(),
        why: why.about("as a model of rows:"),
    })
}
