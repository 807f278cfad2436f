//! Writes the golden vectors of models of rows: `cargo run --release -p millrace-inference --example rows_golden
//! inference/vectors/rows.json`. Each operator is at its bounds in one made by hand; the others are random.

mod builder;
mod cases;
mod images;

use std::{env, fs, io};

use builder::Case;
use millrace_inference::{
    model_id,
    random::Random,
    rows::{
        commitment::{execution_root, output_leaves, tree_root, trunk_leaves},
        cone::{cone_leaves, Apex},
        evaluate,
        random::{random_ids, random_image_model, random_model},
        Blob, CheckedModel, Sequence,
    },
};
use serde::Serialize;
use sp_crypto_hashing::blake2_256;

/// Bytes as pieces in hexadecimal, each so many times.
type Pieces = Vec<(String, usize)>;

#[derive(Serialize)]
struct Vector {
    name: String,
    model: String,
    blob: Pieces,
    blob_root: String,
    batch: Vec<Pieces>,
    input_hash: String,
    mac: Vec<u64>,
    faults: u64,
    rows: Vec<String>,
    trunk_root: String,
    output_root: String,
    cone_roots: Vec<String>,
    root: String,
}

#[derive(Serialize)]
struct File {
    format_version: u8,
    vectors: Vec<Vector>,
}

/// How often the first `period` bytes are there, one after the other.
fn times(bytes: &[u8], period: usize) -> usize {
    let Some(piece) = bytes.get(..period) else { return 0 };
    bytes.chunks_exact(period).take_while(|chunk| *chunk == piece).count()
}

fn pieces(mut bytes: &[u8]) -> Pieces {
    let (mut pieces, mut plain) = (Pieces::new(), Vec::new());
    let flush = |plain: &mut Vec<u8>, pieces: &mut Pieces| {
        if !plain.is_empty() {
            pieces.push((hex::encode(&*plain), 1));
            plain.clear();
        }
    };
    while let Some((first, rest)) = bytes.split_first() {
        let longest = [1, 2, 4, 8, 13, 20, 208].map(|period| (period * times(bytes, period), period));
        let (length, period) = longest.into_iter().max_by_key(|(length, _)| *length).unwrap_or_default();
        if length >= 64.max(3 * period) {
            flush(&mut plain, &mut pieces);
            pieces.push((hex::encode(&bytes[..period]), length / period));
            bytes = &bytes[length..];
        } else {
            plain.push(*first);
            bytes = rest;
        }
    }
    flush(&mut plain, &mut pieces);
    pieces
}

/// The bytes that ids are posted as.
fn posted(model: &CheckedModel, ids: &[u32]) -> Vec<u8> {
    let bytes = model.id_bytes() as usize;
    ids.iter().flat_map(|id| id.to_le_bytes().into_iter().take(bytes)).collect()
}

/// BLAKE3 of all rows of a node, as they are in leaves.
fn rows(model: &CheckedModel, batch: &[Sequence<'_>], node: u32) -> String {
    let bytes = model.tensor(node).expect("there is such a node").element.bytes() as usize;
    let mut hasher = blake3::Hasher::new();
    for sequence in batch {
        for x in sequence.rows(node).expect("it is recorded").iter().flatten() {
            hasher.update(&x.to_le_bytes()[..bytes]);
        }
    }
    hasher.finalize().to_hex().to_string()
}

/// Roots of the cones of the last row of each segment.
fn cones(model: &CheckedModel, sequence: &Sequence<'_>) -> Vec<String> {
    let (trunk, last) = (&model.model().trunk, model.model().nodes.len() as u32 - 1);
    let ends = trunk.iter().copied().chain((!trunk.contains(&last)).then_some(last));
    let root = |(segment, end)| {
        let row = model.tensor(end).expect("there is such a node").rows.of(sequence.tokens()) - 1;
        let leaves = cone_leaves(model, sequence, Apex { segment, row }).expect("the rows are recorded");
        hex::encode(tree_root(leaves))
    };
    ends.enumerate().map(root).collect()
}

fn vector(Case { name, mut model, blob: bytes, batch: ids }: Case) -> Vector {
    let root = *blake3::hash(&bytes).as_bytes();
    (model.blob.root, model.blob.length) = (root, bytes.len() as u64);
    let encoded = model.to_bytes();
    let model = CheckedModel::from_bytes(&encoded).unwrap_or_else(|error| panic!("{name}: {error}"));
    let blob = Blob::verified(&model, &bytes).expect("its own blob");
    let mut batch = Vec::new();
    for ids in &ids {
        let mut sequence = Sequence::recording(&model, blob);
        sequence.append(ids).unwrap_or_else(|error| panic!("{name}: {error}"));
        batch.push(sequence);
    }
    let refs: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
    let outputs = evaluate(&model, blob, &refs).expect("they were just evaluated");
    let trunk_root = tree_root(trunk_leaves(&model, &batch).expect("the rows are recorded"));
    let output_root = tree_root(output_leaves(&outputs));
    let input_hash = blake2_256(&ids.iter().flat_map(|ids| posted(&model, ids)).collect::<Vec<u8>>());
    let name_of_model = model_id(&encoded, blake2_256);
    Vector {
        name,
        model: hex::encode(&encoded),
        blob: pieces(&bytes),
        blob_root: hex::encode(root),
        batch: ids.iter().map(|ids| pieces(&posted(&model, ids))).collect(),
        input_hash: hex::encode(input_hash),
        mac: batch.iter().map(|sequence| model.mac(sequence.tokens())).collect(),
        faults: blob.faults(&model).iter().map(|faults| faults.count).sum(),
        rows: (0..model.model().nodes.len()).map(|node| rows(&model, &batch, node as u32)).collect(),
        trunk_root: hex::encode(trunk_root),
        output_root: hex::encode(output_root),
        cone_roots: cones(&model, &batch[0]),
        root: hex::encode(execution_root(&name_of_model, &input_hash, &trunk_root, &output_root)),
    }
}

fn random(
    name: &str,
    count: u64,
    draw: impl Fn(&mut Random) -> millrace_inference::rows::random::RandomModel,
) -> Vec<Case> {
    let case = |seed| {
        let mut random = Random(seed);
        let drawn = draw(&mut random);
        let batch = (0..random.between(1, 3)).map(|_| random_ids(&mut random, &drawn.model)).collect();
        Case { name: format!("{name} {seed}"), model: drawn.model, blob: drawn.blob, batch }
    };
    (0..count).map(case).collect()
}

fn main() -> io::Result<()> {
    let path = env::args().nth(1).unwrap_or_else(|| "inference/vectors/rows.json".into());
    let cases = cases::all()
        .into_iter()
        .chain(images::all())
        .chain(random("random tokens", 12, random_model))
        .chain(random("random image", 8, random_image_model));
    let vectors = cases.map(vector).collect();
    let file = File { format_version: millrace_inference::rows::FORMAT_VERSION, vectors };
    fs::write(path, serde_json::to_string_pretty(&file).map_err(io::Error::other)? + "\n")
}
