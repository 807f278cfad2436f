//! What a miner commits to when it executes a model of rows, and one element alone, as a dispute would compute it.

use millrace_inference::{
    model_id,
    rows::{
        commitment::{execution_root, output_leaves, tree_root, trunk_leaves, Hash},
        element, openings, operand_bytes, Blob, CheckedModel, ElementError, EvaluationError, Opened,
        OpenedValues, Output, Place, Sequence,
    },
};
use sp_crypto_hashing::blake2_256;

use super::{
    impossible::{impossible, no_element},
    memory::reference_memory,
};
use crate::refusal::Refusal;

/// What an execution of one text or image commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Hashes of the trunk's leaves: what a miner keeps until nobody can dispute its claim.
    pub leaves: Vec<Hash>,
    /// Root of the tree over them.
    pub trunk_root: Hash,
    /// Root of the tree over the output.
    pub output_root: Hash,
    /// R, which also covers the model's name and the input's blake2-256.
    pub root: Hash,
}

impl Commitment {
    /// The commitment to an execution on these ids with these leaves and roots.
    pub(super) fn new(
        (model, ids): (&CheckedModel, &[u32]),
        leaves: Vec<Hash>,
        [trunk_root, output_root]: [Hash; 2],
    ) -> Self {
        let name = model_id(&model.model().to_bytes(), blake2_256);
        let input_hash = blake2_256(&posted(ids, model.id_bytes()));
        let root = execution_root(&name, &input_hash, &trunk_root, &output_root);
        Self { leaves, trunk_root, output_root, root }
    }
}

/// Executes a model on the ids of one text, or the bytes of one image, and commits to it: with the library that the chain has. It
/// takes the memory that [`reference_memory`] says.
///
/// # Errors
/// [`Refusal`] of ids that the model doesn't take, and of an execution that takes too much memory.
pub fn commit_to(model: &CheckedModel, blob: Blob<'_>, ids: &[u32]) -> Result<Commitment, Refusal> {
    let (sequence, output) = recorded(model, blob, ids)?;
    let sequence = [sequence];
    let leaves = trunk_leaves(model, &sequence).ok_or_else(|| impossible(&EvaluationError::Inconsistent))?;
    let roots = [tree_root(leaves.clone()), tree_root(output_leaves(&[output]))];
    Ok(Commitment::new((model, ids), leaves, roots))
}

/// An execution that keeps all rows, and what it gives.
fn recorded<'a>(
    model: &'a CheckedModel,
    blob: Blob<'a>,
    ids: &[u32],
) -> Result<(Sequence<'a>, Output), Refusal> {
    reference_memory(model, u32::try_from(ids.len()).unwrap_or(u32::MAX))?;
    let mut sequence = Sequence::recording(model, blob);
    let output = sequence.append(ids).map_err(|error| impossible(&error))?;
    Ok((sequence, output))
}

/// Ids as they are posted.
fn posted(ids: &[u32], bytes: u32) -> Vec<u8> {
    ids.iter().flat_map(|id| id.to_le_bytes().into_iter().take(bytes as usize)).collect()
}

/// One element of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recomputed {
    /// What it is, computed from its operands alone.
    pub alone: i64,
    /// What the whole execution has there.
    pub whole: i64,
    /// Bytes of its operands, parameters included.
    pub operand_bytes: u64,
}

/// Computes one element of an execution from its operands, and says what the execution has there. It takes as much memory as
/// [`commit_to`].
///
/// # Errors
/// [`Refusal`] of ids that the model doesn't take, of a place that isn't there, and of an execution that takes too much memory.
pub fn recompute_at(
    model: &CheckedModel,
    blob: Blob<'_>,
    ids: &[u32],
    place: Place,
) -> Result<Recomputed, Refusal> {
    let asked = openings(model, ids, place).map_err(|error| no_element(&error))?;
    let (sequence, _) = recorded(model, blob, ids)?;
    let values: Option<Vec<OpenedValues>> =
        asked.values.iter().map(|opening| sequence.open(*opening)).collect();
    let parameters: Option<Vec<&[u8]>> =
        asked.parameters.iter().map(|slice| slice.of(blob.bytes())).collect();
    let whole = sequence
        .rows(place.node)
        .and_then(|rows| rows.row(place.row)?.get(usize::try_from(place.element).ok()?).copied());
    let (Some(values), Some(parameters), Some(whole)) = (values, parameters, whole) else {
        return Err(no_element(&ElementError::NoSuchElement));
    };
    let opened = Opened { values: &values, parameters: &parameters };
    let alone = element(model, ids, place, &opened).map_err(|error| no_element(&error))?;
    Ok(Recomputed { alone, whole: whole.into(), operand_bytes: operand_bytes(model, &asked) })
}
