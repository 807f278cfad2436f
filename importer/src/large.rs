//! What of a model is too large for a model that is verified in its call.

use millrace_inference::{
    limits::{MAX_ELEMENTS, MAX_MODEL_BYTES, MAX_NODES},
    CheckedModel, Model, ModelError, ModelFault,
};

use crate::{error::ImportError, room::Room};

/// The largest tensor among those that nodes give, and how many are larger than a model verified in its call may have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Widest {
    /// The node that gives it, and its shape.
    largest: Option<(String, Vec<u32>)>,
    count: usize,
}

impl Widest {
    /// Looks at what a node gives.
    pub(crate) fn see(&mut self, node: &str, shape: &[u32]) {
        let elements = |shape: &[u32]| shape.iter().map(|length| u64::from(*length)).product::<u64>();
        if elements(shape) <= MAX_ELEMENTS.into() {
            return;
        }
        self.count += 1;
        if self.largest.as_ref().is_none_or(|(_, largest)| elements(largest) < elements(shape)) {
            self.largest = Some((node.to_owned(), shape.to_vec()));
        }
    }

    /// Why a model with these tensors isn't verified in its call; none if it may be.
    pub(crate) fn refusal(&self) -> Option<ImportError> {
        let (node, shape) = self.largest.as_ref()?;
        let count = self.count;
        Some(ImportError::Large(refusal!(
            "{node} gives N × {shape:?}, and a tensor of a model that is verified in its call has at most {MAX_ELEMENTS} elements a sample ({count} have more)";
            "use smaller inputs, or let the activations shrink earlier"
        )))
    }
}

/// The encoded model as registration checked it, and what a task of it may take; or all that is too large for that, or wrong.
pub(crate) fn registered(model: &Model, widest: &Widest) -> Result<Room, Vec<ImportError>> {
    let encoding = model.to_bytes();
    let mut large: Vec<ImportError> = widest.refusal().into_iter().collect();
    if model.nodes.len() > MAX_NODES {
        large.push(ImportError::Large(refusal!(
            "it becomes {} nodes, and a model that is verified in its call has at most {MAX_NODES}", model.nodes.len();
            "use fewer layers"
        )));
    }
    if encoding.len() > MAX_MODEL_BYTES {
        large.push(ImportError::Large(refusal!(
            "it becomes {} bytes, and a model that is verified in its call has at most {MAX_MODEL_BYTES}", encoding.len();
            "use fewer or narrower layers"
        )));
    }
    if !large.is_empty() {
        return Err(large);
    }
    let checked = CheckedModel::from_bytes(&encoding).map_err(|error| vec![of_registration(error)])?;
    Room::of(checked.profile()).map_err(|why| vec![ImportError::Large(why)])
}

/// What registration says of a model that is too large, or wrong.
fn of_registration(error: ModelError) -> ImportError {
    match error {
        ModelError::Expansion { limit, got } => ImportError::Large(refusal!(
            "its tensors have {got} elements a sample, and those of a model of so few bytes that is verified in its call at most {limit}";
            "let its activations shrink earlier, by larger strides or smaller inputs"
        )),
        ModelError::Node { fault: ModelFault::Elements { .. }, .. } => ImportError::Large(refusal!(
            "a step between its nodes has more than the {MAX_ELEMENTS} elements a sample of a model that is verified in its call";
            "use smaller inputs, or let the activations shrink earlier"
        )),
        other => ImportError::Model(other),
    }
}
