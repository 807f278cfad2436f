//! The file of golden vectors of models of rows.

use serde::Deserialize;

/// Bytes in hex, each piece so many times.
pub type Pieces = Vec<(String, usize)>;

#[derive(Deserialize)]
pub struct Vector {
    pub name: String,
    pub model: String,
    pub blob: Pieces,
    pub blob_root: String,
    pub batch: Vec<Pieces>,
    pub input_hash: String,
    pub mac: Vec<u64>,
    pub faults: u64,
    pub rows: Vec<String>,
    pub trunk_root: String,
    pub output_root: String,
    pub cone_roots: Vec<String>,
    pub root: String,
}

#[derive(Deserialize)]
pub struct File {
    pub format_version: u8,
    pub vectors: Vec<Vector>,
}

impl File {
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../../vectors/rows.json")).expect("the file is JSON of this form")
    }
}

pub fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).expect("hex digits")
}

pub fn unpacked(pieces: &Pieces) -> Vec<u8> {
    pieces.iter().flat_map(|(piece, times)| bytes(piece).repeat(*times)).collect()
}

pub fn hash(hex: &str) -> [u8; 32] {
    bytes(hex).try_into().expect("32 bytes")
}
