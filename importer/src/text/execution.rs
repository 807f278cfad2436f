//! What a miner commits to when it executes a text model, and one element alone, as a dispute would compute it.

use millrace_inference::{
    model_id,
    rows::{
        commitment::{execution_root, output_leaves, tree_root, trunk_leaves, Hash},
        element, openings, operand_bytes, ElementError, Opened, OpenedValues, Place, Sequence,
    },
};
use sp_crypto_hashing::blake2_256;

use super::bundle::{impossible, Bundle};
use crate::refusal::Refusal;

/// What an execution of one text commits to.
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

/// Executes a model on the ids of one text and commits to it.
///
/// # Errors
/// [`Refusal`] of ids that the model doesn't take.
pub fn commit(bundle: &Bundle, ids: &[u32]) -> Result<Commitment, Refusal> {
    let model = bundle.model();
    let mut sequence = Sequence::recording(model, bundle.blob()?);
    let output = sequence.append(ids).map_err(|error| impossible(&error))?;
    let sequence = [sequence];
    let leaves = trunk_leaves(model, &sequence)
        .ok_or_else(|| refusal!("the trunk's rows weren't recorded"; "import the model again"))?;
    let trunk_root = tree_root(leaves.clone());
    let output_root = tree_root(output_leaves(&[output]));
    let name = model_id(&model.model().to_bytes(), blake2_256);
    let input_hash = blake2_256(&posted(ids, model.id_bytes()));
    let root = execution_root(&name, &input_hash, &trunk_root, &output_root);
    Ok(Commitment { leaves, trunk_root, output_root, root })
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

/// Computes one element of an execution from its operands, and says what the execution has there.
///
/// # Errors
/// [`Refusal`] of ids that the model doesn't take, and of a place that isn't there.
pub fn recompute(bundle: &Bundle, ids: &[u32], place: Place) -> Result<Recomputed, Refusal> {
    let (model, blob) = (bundle.model(), bundle.blob()?);
    let asked = openings(model, ids, place).map_err(|error| no_element(&error))?;
    let mut sequence = Sequence::recording(model, blob);
    sequence.append(ids).map_err(|error| impossible(&error))?;
    let values: Option<Vec<OpenedValues>> =
        asked.values.iter().map(|opening| sequence.open(*opening)).collect();
    let parameters: Option<Vec<&[u8]>> =
        asked.parameters.iter().map(|slice| slice.of(blob.bytes())).collect();
    let whole = sequence
        .rows(place.node)
        .and_then(|rows| rows.row(place.row)?.get(usize::try_from(place.element).ok()?).copied());
    let (Some(values), Some(parameters), Some(whole)) = (values, parameters, whole) else {
        return Err(refusal!("operands of this element are missing"; "import the model again"));
    };
    let opened = Opened { values: &values, parameters: &parameters };
    let alone = element(model, ids, place, &opened).map_err(|error| no_element(&error))?;
    Ok(Recomputed { alone, whole: whole.into(), operand_bytes: operand_bytes(model, &asked) })
}

fn no_element(error: &ElementError) -> Refusal {
    match error {
        ElementError::Ids(error) => impossible(error),
        ElementError::NoSuchElement => refusal!(
            "{error}";
            "name a node of the model, a row below the text's tokens, and an element below the node's width"
        ),
        _ => refusal!("{error}"; "import the model again"),
    }
}
