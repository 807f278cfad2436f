//! Weights in shards: several safetensors files in a folder, and an index that says which tensor is in which.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use safetensors::SafeTensors;
use serde::{
    de::{Error, MapAccess, Visitor},
    Deserialize, Deserializer,
};

use super::{
    files::{map_weights, read_small, MAX_WEIGHT_BYTES},
    weights::{parsed, Weights},
};
use crate::{meant::INDEX, refusal::Refusal};

/// The most files of a model: with 4 GiB in all, more of them would be crumbs.
const MAX_SHARDS: usize = 256;

/// An index as it is written.
#[derive(Deserialize)]
struct IndexFile {
    weight_map: Places,
}

/// The file that each tensor is in.
struct Places(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Places;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the file of each tensor")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Places, A::Error> {
                let mut places = BTreeMap::new();
                while let Some((tensor, file)) = map.next_entry::<String, String>()? {
                    let twice = A::Error::custom(format!("the tensor {tensor} is named twice"));
                    if places.insert(tensor, file).is_some() {
                        return Err(twice);
                    }
                }
                Ok(Places(places))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

/// A shard: its name, and its bytes as the system maps them.
struct Shard {
    name: String,
    bytes: millrace_engine::rows::Parameters,
}

impl Shard {
    fn tensors(&self) -> Result<SafeTensors<'_>, Refusal> {
        parsed(self.bytes.bytes()).map_err(|refusal| refusal.about(&format!("{}:", self.name)))
    }
}

/// All shards of a model, and where each tensor is.
pub(crate) struct Shards {
    places: BTreeMap<String, String>,
    all: Vec<Shard>,
}

impl Shards {
    /// Maps the files that an index names. They lie beside it, and nobody may change them meanwhile.
    ///
    /// # Errors
    /// [`Refusal`] of an index that can't be read, names a tensor twice or a file elsewhere, of a shard that isn't there, and of more than
    /// one file of weights may have in all.
    pub(crate) fn read(index: &Path) -> Result<Self, Refusal> {
        let IndexFile { weight_map: Places(places) } = serde_json::from_slice(&read_small(index)?)
            .map_err(|error| {
                refusal!("it doesn't say what it should: {error}"; "give the index that came with the weights")
            })?;
        let names: BTreeSet<&String> = places.values().collect();
        if names.len() > MAX_SHARDS {
            return Err(refusal!(
                "it names {} files, and at most {MAX_SHARDS} are read", names.len();
                "save the model in larger shards"
            ));
        }
        let mut all: Vec<Shard> = Vec::with_capacity(names.len());
        let mut left = MAX_WEIGHT_BYTES;
        for name in names {
            let shard = Shard { name: name.clone(), bytes: map_weights(&beside(index, name)?)? };
            let Some(less) = left.checked_sub(shard.bytes.bytes().len() as u64) else {
                return Err(refusal!(
                    "up to {name} its files have more than {MAX_WEIGHT_BYTES} bytes in all";
                    "take a smaller model, or save it as float16 or bfloat16"
                ));
            };
            left = less;
            all.push(shard);
        }
        Ok(Self { places, all })
    }

    /// The tensors of all files.
    ///
    /// # Errors
    /// [`Refusal`] of a file that is no safetensors file, and of a tensor that isn't where the index has it, and there alone.
    pub(crate) fn weights(&self) -> Result<Weights<'_>, Refusal> {
        let files = self.all.iter().map(Shard::tensors).collect::<Result<Vec<_>, _>>()?;
        for (Shard { name, .. }, tensors) in self.all.iter().zip(&files) {
            let others = tensors.names().into_iter().find(|tensor| self.places.get(*tensor) != Some(name));
            if let Some(tensor) = others {
                let place = self.places.get(tensor).map_or("nowhere", String::as_str);
                return Err(mixed(&format!(
                    "{name} holds the tensor {tensor}, which the index has in {place}"
                )));
            }
        }
        let held: BTreeSet<&str> = files.iter().flat_map(|tensors| tensors.names()).collect();
        match self.places.iter().find(|(tensor, _)| !held.contains(tensor.as_str())) {
            Some((tensor, name)) => {
                Err(mixed(&format!("the index has the tensor {tensor} in {name}, which doesn't hold it")))
            }
            None => Ok(Weights::joined(files)),
        }
    }
}

fn mixed(what: &str) -> Refusal {
    refusal!("{what}"; "download the index and all of its files again, of one version")
}

/// The path of a shard: a file in the index's own folder.
fn beside(index: &Path, name: &str) -> Result<PathBuf, Refusal> {
    let path = index.with_file_name(name);
    let is_name = Path::new(name).file_name().is_some_and(|own| own == name);
    match (is_name, path.is_file()) {
        (true, true) => Ok(path),
        (true, false) => Err(refusal!(
            "there is no {name} beside it";
            "download all files that the index names into one folder"
        )),
        (false, _) => Err(refusal!(
            "it names the file {name:?}, and its files lie beside it";
            "give the index that came with the weights"
        )),
    }
}

/// Whether a file's name is that of a shard.
pub(crate) fn is_shard(name: &str) -> bool {
    name.strip_suffix(".safetensors").is_some_and(|name| name.contains("-of-"))
}

/// The index of the model that a file is a shard of, if it is there: of `model-00002-of-00003.safetensors`,
/// `model.safetensors.index.json`.
pub(crate) fn index_of(shard: &Path) -> Option<PathBuf> {
    let name = shard.file_name()?.to_str()?;
    let (model, _) = name.rsplit_once("-of-")?.0.rsplit_once('-')?;
    Some(shard.with_file_name(format!("{model}{INDEX}"))).filter(|index| index.is_file())
}
