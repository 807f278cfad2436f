//! ONNX models as models of rows: parameters in a blob, executions that are claimed.
//!
//! 1. `layout`: where elements of a tensor lie among rows. `record`: rescalings of 24 bits.
//! 2. `graph` and `emit` write nodes; `product`, `pool`, `border`, `join`, `meet`, `elementwise` and `canonical` say which for an operator.
//! 3. `translate` goes through an integer graph of version 1, `shapes` says what it has at each node, `trunk` chooses what is
//!    committed to.
//! 4. [`RowsModel`] is what comes out, with its parameters.
//!
//! What is done with any model of rows lies here, too, one of texts included: `execute` with the engine, `commitment` with the library
//! that the chain has, `memory` says what that takes, and `report` shows a model.

mod border;
mod canonical;
mod commitment;
mod elementwise;
mod emit;
#[cfg(feature = "text")]
mod execute;
mod file;
mod graph;
mod impossible;
mod join;
mod layout;
mod meet;
mod memory;
mod pool;
mod product;
mod record;
mod report;
mod shapes;
mod slip;
mod state;
#[cfg(test)]
mod tests;
mod translate;
mod trunk;

use millrace_inference::rows::{
    CheckedModel, Kind, Model, ModelError, Node, Pixels, RowCount, Tensor, Width,
};

pub use commitment::{commit_to, recompute_at, Commitment, Recomputed};
#[cfg(feature = "text")]
pub use execute::{Executable, Parameters};
#[cfg(feature = "text")]
pub(crate) use file::{expect_in_range, expect_other_name};
#[cfg(feature = "text")]
pub(crate) use impossible::impossible;
pub use memory::reference_memory;
#[cfg(feature = "text")]
pub(crate) use memory::{too_much, MEMORY};
pub use record::with_fewer_bits;
pub use report::inspect_rows;
pub(crate) use state::{Averaged, Multiplied, Source};

use crate::{
    axes::Axes,
    lowered::Lowered,
    refusal::Refusal,
    value::{Ending, Turned},
};
use graph::Graph;
use layout::{ordered, turned, Along};
use slip::slip;
use translate::{translate, Fault};

/// A model of rows with its parameters.
#[derive(Clone, Debug)]
pub struct RowsModel {
    model: CheckedModel,
    blob: Vec<u8>,
    sample: Option<Axes>,
    answer: Option<Axes>,
}

impl RowsModel {
    /// The graph.
    pub fn model(&self) -> &CheckedModel {
        &self.model
    }

    /// The parameters' bytes.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// The axes of the file's samples; none if nothing says them, since the metadata that were written with the model are gone.
    pub fn sample_axes(&self) -> Option<&Axes> {
        self.sample.as_ref()
    }

    /// The axes of the file's outputs; none if nothing says them.
    pub fn answer_axes(&self) -> Option<&Axes> {
        self.answer.as_ref()
    }

    /// The shape of an output as it lies: rows, columns and channels, or channels alone.
    pub fn output_shape(&self) -> Vec<u32> {
        match self.answer() {
            Some([1, 1, width]) => vec![width],
            answer => answer.map_or(vec![], Vec::from),
        }
    }

    /// Rows, columns and channels of an output; none if there are any number of rows.
    pub fn answer(&self) -> Option<[u32; 3]> {
        let Some(Tensor { width: Width::Fixed(width), rows, .. }) = self.model.output() else { return None };
        match rows {
            RowCount::Positions { height, width: columns } => Some([height, columns, width]),
            RowCount::One => Some([1, 1, width]),
            RowCount::Tokens => None,
        }
    }

    /// Rows, columns and channels of a sample as it is posted; none if the model reads no image.
    pub fn image(&self) -> Option<[u32; 3]> {
        match self.model.model().nodes.first() {
            Some(Node::Pixels(Pixels { height, width, channels })) => Some([*height, *width, *channels]),
            _ => None,
        }
    }
}

/// The shape of a sample at each node of an integer graph; none of one that isn't sound.
pub(crate) fn shapes_of(nodes: &[millrace_inference::Node]) -> Option<Vec<Vec<u32>>> {
    shapes::shapes(nodes).ok()
}

/// Translates an integer graph of version 1. Which axes of the input are rows, columns and channels is what takes the fewest
/// MAC.
///
/// # Errors
/// The node of version 1 that rows can't have, and why: of all ways to lay the input, the one that came furthest, unless the input
/// itself is too large.
pub(crate) fn rows(source: &Source<'_>) -> Result<RowsModel, Fault> {
    let shapes = shapes::shapes(source.nodes)?;
    let rank = shapes.first().map_or(0, Vec::len);
    let (mut best, mut furthest): (Option<RowsModel>, Option<Fault>) = (None, None);
    for input in ways(rank) {
        match laid(source, &shapes, &input) {
            Ok(made) => {
                if best.as_ref().is_none_or(|best| made.model.mac(1) < best.model.mac(1)) {
                    best = Some(made);
                }
            }
            Err(fault) => {
                // An image that is too large as ONNX has it is what is wrong, however far other ways come.
                if furthest.as_ref().is_none_or(|(node, _)| *node > 0 && fault.0 > *node) {
                    furthest = Some(fault);
                }
            }
        }
    }
    let nothing = || (0, refusal!("its input has no axes"; "export the model again"));
    best.ok_or_else(|| furthest.unwrap_or_else(nothing))
}

/// A graph whose input's axes lie along these.
fn laid(source: &Source<'_>, shapes: &[Vec<u32>], input: &[Along]) -> Result<RowsModel, Fault> {
    let (graph, output) = translate(source, shapes, input)?;
    let shape = |node: u32| shapes.get(node as usize).map_or(&[][..], Vec::as_slice);
    let in_file = |axes: Axes, shape: &[u32]| {
        axes.in_file(shape.to_vec()).ok_or_else(|| slip("the file's shape has other elements"))
    };
    let axes = || {
        let sample = in_file(posted(shape(0), input)?, source.sample)?;
        let answer = match source.ending {
            Ending::Numbers(_) => in_file(ordered(&output.digits)?, shape(source.last))?,
            Ending::Largest(search) => in_file(ordered(&output.digits)?, &search.given)?,
            Ending::Turned(Turned { inner, order, shape, label, .. }, _) => {
                let digits = turned(&output.digits, inner, order).ok_or_else(|| {
                    refusal!(
                        "{label} turns a shape {inner:?} whose axes cut through those that the tensor was made with";
                        "let it keep channels, rows and columns apart"
                    )
                })?;
                in_file(ordered(&digits)?, shape)?
            }
        };
        Ok([sample, answer])
    };
    axes().and_then(|axes| registered(graph, axes)).map_err(|why| (source.last, why))
}

/// The ways to lay the axes of an input: channels, rows and columns as ONNX has them come first.
fn ways(rank: usize) -> Vec<Vec<Along>> {
    let with = |down: Option<usize>, across: Option<usize>| {
        let along = |axis| match axis {
            axis if Some(axis) == down => Along::Down,
            axis if Some(axis) == across => Along::Across,
            _ => Along::Channels,
        };
        (0..rank).map(along).collect::<Vec<_>>()
    };
    let pairs = (0..rank).rev().flat_map(|across| (0..across).rev().map(move |down| (down, across)));
    let images = pairs.map(|(down, across)| with(Some(down), Some(across)));
    let lines = (0..rank).rev().map(|across| with(None, Some(across)));
    images.chain(lines).chain([with(None, None)]).collect()
}

/// The axes of a sample of this shape, in the order in which it is posted: rows, columns, channels.
fn posted(sample: &[u32], input: &[Along]) -> Lowered<Axes> {
    let of = |wanted: Along| (0..input.len()).filter(move |axis| input[*axis] == wanted);
    let order = of(Along::Down).chain(of(Along::Across)).chain(of(Along::Channels)).collect();
    Axes::new(sample.to_vec(), order).ok_or_else(|| slip("an axis of the input lies nowhere"))
}

/// The model, if registration takes it.
fn registered(made: Graph, [sample, answer]: [Axes; 2]) -> Result<RowsModel, Refusal> {
    let (nodes, extents, blob, name) = made.finish();
    let trunk = trunk::trunk(&nodes, &extents);
    if trunk.is_empty() {
        return Err(refusal!(
            "nowhere do all its branches meet, so nothing in between can be committed to";
            "let the model begin with one convolution"
        ));
    }
    let model = Model { kind: Kind::Encoder, max_tokens: 1, nodes, trunk, blob: name };
    let bytes = model.to_bytes().len();
    let limit = millrace_inference::rows::limits::MAX_MODEL_BYTES;
    if bytes > limit {
        return Err(refusal!(
            "its graph takes {bytes} bytes, and that of a model of rows at most {limit}";
            "use fewer layers"
        ));
    }
    let model = CheckedModel::new(model).map_err(|error| unregistrable(&error))?;
    Ok(RowsModel { model, blob, sample: Some(sample), answer: Some(answer) })
}

fn unregistrable(error: &ModelError) -> Refusal {
    refusal!(
        "the model of rows can't be registered: {error}";
        "use smaller inputs or layers, and report the file if that isn't the reason"
    )
}
