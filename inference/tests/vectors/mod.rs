//! The file of golden vectors, its hex read as bytes.

use serde::{de::Error, Deserialize, Deserializer};

#[derive(Deserialize)]
pub struct File {
    pub format_version: u8,
    pub vectors: Vec<Vector>,
    pub sprint: Sprint,
}

#[derive(Deserialize)]
pub struct Vector {
    /// What a vector made by hand is there for.
    pub name: Option<String>,
    #[serde(deserialize_with = "bytes")]
    pub model: Vec<u8>,
    #[serde(deserialize_with = "array")]
    pub model_id: [u8; 32],
    pub work_per_sample: u64,
    pub samples: u32,
    #[serde(deserialize_with = "bytes")]
    pub input: Vec<u8>,
    #[serde(deserialize_with = "bytes")]
    pub trace: Vec<u8>,
    #[serde(deserialize_with = "bytes")]
    pub output: Vec<u8>,
    pub domain: String,
    #[serde(deserialize_with = "array")]
    pub genesis_hash: [u8; 32],
    #[serde(deserialize_with = "array")]
    pub subject: [u8; 32],
    #[serde(deserialize_with = "bytes")]
    pub miner: Vec<u8>,
    #[serde(deserialize_with = "array")]
    pub input_hash: [u8; 32],
    #[serde(deserialize_with = "array")]
    pub seed: [u8; 32],
    #[serde(deserialize_with = "lanes")]
    pub lanes_of_node_1_row_2: [u64; 4],
    #[serde(deserialize_with = "traces")]
    pub forged: Vec<Vec<u8>>,
}

/// An attempt at the lottery, and what follows from it; one vector executes it.
#[derive(Deserialize)]
pub struct Sprint {
    #[serde(deserialize_with = "array")]
    pub miner: [u8; 32],
    #[serde(deserialize_with = "array")]
    pub anchor: [u8; 32],
    pub nonce: u64,
    #[serde(deserialize_with = "array")]
    pub model: [u8; 32],
    pub samples: u32,
    pub sample_bytes: u32,
    #[serde(deserialize_with = "array")]
    pub attempt: [u8; 32],
    #[serde(deserialize_with = "bytes")]
    pub input: Vec<u8>,
}

impl File {
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../../vectors/v1.json")).expect("the file is JSON of this form")
    }
}

fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    hex::decode(String::deserialize(from)?).map_err(D::Error::custom)
}

fn array<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
    bytes(from)?.try_into().map_err(|_| D::Error::custom("not 32 bytes"))
}

fn traces<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<u8>>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    texts.iter().map(|text| hex::decode(text).map_err(D::Error::custom)).collect()
}

fn lanes<'de, D: Deserializer<'de>>(from: D) -> Result<[u64; 4], D::Error> {
    let mut lanes = [0; 4];
    for (lane, text) in lanes.iter_mut().zip(<[String; 4]>::deserialize(from)?) {
        *lane = u64::from_str_radix(&text, 16).map_err(D::Error::custom)?;
    }
    Ok(lanes)
}
