//! Executions of models of rows, and what they commit to.

use alloc::{string::String, vec::Vec};

use codec::{Decode, Encode};
use millrace_inference::{
    model_id,
    rows::{
        commitment::{execution_root, output_leaves, tree_root, trunk_leaves},
        cone::{cone_leaves, Apex},
        element, openings, Blob, CheckedModel, Opened, OpenedValues, Openings, Output, Part, Place, Sequence,
    },
};
use sp_crypto_hashing::blake2_256;

use super::{refused, Hash};

/// An execution to make and to commit to.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Claimed {
    /// The model's encoding.
    pub model: Vec<u8>,
    /// Its blob.
    pub blob: Vec<u8>,
    /// Sequences as they are posted.
    pub batch: Vec<Vec<u8>>,
    /// What names the input.
    pub input_hash: Hash,
}

/// What the execution gives.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct ClaimedAnswer {
    /// The model's name.
    pub model_id: Hash,
    /// Whether the blob has the hash that the model names.
    pub is_verified: bool,
    /// Records, scales and wide numbers that are out of range.
    pub faults: u64,
    /// Multiply-accumulates of each sequence.
    pub mac: Vec<u64>,
    /// For each node BLAKE3 of its rows' bytes, sequence by sequence.
    pub rows: Vec<Hash>,
    /// For each node the first element of the first sequence's last row, from its operands alone.
    pub elements: Vec<i64>,
    /// The output of each sequence.
    pub outputs: Vec<Vec<u8>>,
    /// Root of the tree over the trunk's rows.
    pub trunk_root: Hash,
    /// Root of the tree over the outputs' bytes.
    pub output_root: Hash,
    /// For each segment the root of the cone of its last node's last row in the first sequence.
    pub cone_roots: Vec<Hash>,
    /// R.
    pub root: Hash,
}

/// What isn't there that a registered model has.
fn missing() -> String {
    "rows are missing".into()
}

impl Claimed {
    pub(crate) fn answer(&self) -> Result<ClaimedAnswer, String> {
        let model = CheckedModel::from_bytes(&self.model).map_err(|error| refused(&error))?;
        let blob = Blob::new(&model, &self.blob).map_err(|error| refused(&error))?;
        let (mut batch, mut outputs): (Vec<Sequence<'_>>, Vec<Output>) = Default::default();
        for posted in &self.batch {
            let ids = model.ids_from_bytes(posted).map_err(|error| refused(&error))?;
            let mut sequence = Sequence::recording(&model, blob);
            outputs.push(sequence.append(&ids).map_err(|error| refused(&error))?);
            batch.push(sequence);
        }
        let first = batch.first().ok_or_else(missing)?;
        let ids = model.ids_from_bytes(&self.batch[0]).map_err(|error| refused(&error))?;
        let nodes = 0..model.model().nodes.len() as u32;
        let rows = nodes.clone().map(|node| hash_of_rows(&model, &batch, node));
        let elements = nodes.map(|node| last_row(&model, blob, first, &ids, node));
        let (id, trunk) = (model_id(&self.model, blake2_256), trunk_leaves(&model, &batch));
        let (trunk_root, output_root) =
            (tree_root(trunk.ok_or_else(missing)?), tree_root(output_leaves(&outputs)));
        Ok(ClaimedAnswer {
            model_id: id,
            is_verified: Blob::verified(&model, &self.blob).is_ok(),
            faults: blob.faults(&model).iter().map(|faults| faults.count).sum(),
            mac: batch.iter().map(|sequence| model.mac(sequence.tokens())).collect(),
            rows: rows.collect::<Option<_>>().ok_or_else(missing)?,
            elements: elements.collect::<Option<_>>().ok_or_else(missing)?,
            outputs: outputs.iter().map(Output::to_bytes).collect(),
            trunk_root,
            output_root,
            cone_roots: cone_roots(&model, first).ok_or_else(missing)?,
            root: execution_root(&id, &self.input_hash, &trunk_root, &output_root),
        })
    }
}

fn hash_of_rows(model: &CheckedModel, batch: &[Sequence<'_>], node: u32) -> Option<Hash> {
    let bytes = model.tensor(node)?.element.bytes() as usize;
    let mut hasher = blake3::Hasher::new();
    for sequence in batch {
        for x in sequence.rows(node)?.iter().flatten() {
            hasher.update(x.to_le_bytes().get(..bytes)?);
        }
    }
    Some(hasher.finalize().into())
}

/// The first element of a node's last row, as a dispute would compute it.
fn last_row(
    model: &CheckedModel,
    blob: Blob<'_>,
    sequence: &Sequence<'_>,
    ids: &[u32],
    node: u32,
) -> Option<i64> {
    let place =
        Place { node, row: sequence.rows(node)?.count().checked_sub(1)?, element: 0, part: Part::Output };
    let Openings { values, parameters } = openings(model, ids, place).ok()?;
    let values: Option<Vec<OpenedValues>> =
        values.into_iter().map(|opening| sequence.open(opening)).collect();
    let parameters: Option<Vec<&[u8]>> = parameters.into_iter().map(|slice| slice.of(blob.bytes())).collect();
    element(model, ids, place, &Opened { values: &values?, parameters: &parameters? }).ok()
}

fn cone_roots(model: &CheckedModel, sequence: &Sequence<'_>) -> Option<Vec<Hash>> {
    let (trunk, last) = (&model.model().trunk, model.model().nodes.len() as u32 - 1);
    let ends = trunk.iter().copied().chain((!trunk.contains(&last)).then_some(last));
    let root = |(segment, end): (usize, u32)| {
        let row = sequence.rows(end)?.count().checked_sub(1)?;
        Some(tree_root(cone_leaves(model, sequence, Apex { segment, row })?))
    };
    ends.enumerate().map(root).collect()
}
