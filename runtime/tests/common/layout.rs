//! How storage is laid out, by the runtime's metadata: a description that changes when a stored value would be read
//! differently, and a check that what is stored can be read. Metadata have no bounds of lists, so neither sees a lower one.

use frame_metadata::{
    v14::{PalletMetadata, RuntimeMetadataV14, StorageEntryMetadata, StorageEntryType},
    RuntimeMetadata,
};
use frame_support::storage::storage_prefix;
use millrace_runtime::Runtime;
use scale_decode::visitor::{decode_with_visitor, IgnoreVisitor};
use scale_info::{form::PortableForm, PortableRegistry, TypeDef};
use sp_core::bytes::to_hex;

type Entry = StorageEntryMetadata<PortableForm>;

/// The runtime's storage.
pub struct Layout(RuntimeMetadataV14);

impl Layout {
    /// As this runtime has it.
    pub fn of_runtime() -> Self {
        match Runtime::metadata().1 {
            RuntimeMetadata::V14(metadata) => Self(metadata),
            other => panic!("metadata of another version: {}", other.version()),
        }
    }

    fn pallets(&self) -> impl Iterator<Item = &PalletMetadata<PortableForm>> {
        self.0.pallets.iter()
    }

    /// All items of a pallet with their hashers and types, the types' fields in full.
    ///
    /// # Panics
    /// If the runtime has no such pallet, or it stores nothing.
    pub fn describe(&self, pallet: &str) -> String {
        let found = self.pallets().find(|other| other.name == pallet).expect("the runtime has the pallet");
        let storage = found.storage.as_ref().expect("it stores something");
        let described = storage.entries.iter().map(|entry| match &entry.ty {
            StorageEntryType::Plain(value) => format!("{}: {}", entry.name, self.name(value.id)),
            StorageEntryType::Map { hashers, key, value } => {
                let (key, value) = (self.name(key.id), self.name(value.id));
                format!("{}: {hashers:?} {key} -> {value}", entry.name)
            }
        });
        described.collect::<Vec<_>>().join("\n")
    }

    fn name(&self, id: u32) -> String {
        describe(&self.0.types, id, &mut Vec::new())
    }

    /// Reads each value in the storage on which this runs, to its last byte.
    ///
    /// # Errors
    /// The item and key of a value that can't be read, or that has more bytes than its type.
    pub fn decode_all(&self) -> Result<usize, String> {
        let mut read = 0;
        for pallet in self.pallets() {
            for storage in pallet.storage.iter() {
                for entry in &storage.entries {
                    read += self.decode(&storage.prefix, entry)?;
                }
            }
        }
        Ok(read)
    }

    fn decode(&self, pallet: &str, entry: &Entry) -> Result<usize, String> {
        let (StorageEntryType::Plain(value) | StorageEntryType::Map { value, .. }) = &entry.ty;
        let at = |key: &[u8]| format!("{pallet}::{} at {}", entry.name, to_hex(key, false));
        let prefix = storage_prefix(pallet.as_bytes(), entry.name.as_bytes()).to_vec();
        let below = |key: &Vec<u8>| key.starts_with(&prefix);
        let first = sp_io::storage::exists(&prefix).then(|| prefix.clone());
        let first = first.or_else(|| sp_io::storage::next_key(&prefix)).filter(below);
        let keys = std::iter::successors(first, |key| sp_io::storage::next_key(key).filter(below));
        let mut read = 0;
        for key in keys {
            let bytes = sp_io::storage::get(&key).expect("the key is there");
            let mut rest = &bytes[..];
            decode_with_visitor(&mut rest, value.id, &self.0.types, IgnoreVisitor::new())
                .map_err(|error| format!("{}: {error}", at(&key)))?;
            if !rest.is_empty() {
                return Err(format!("{}: {} bytes too many", at(&key), rest.len()));
            }
            read += 1;
        }
        Ok(read)
    }
}

/// A type with all that is in it. `within` are the types around it, for those that contain themselves.
fn describe(types: &PortableRegistry, id: u32, within: &mut Vec<u32>) -> String {
    if within.contains(&id) {
        return "itself".into();
    }
    within.push(id);
    let mut of = |id: u32| describe(types, id, within);
    let described = match &types.resolve(id).expect("metadata name their types").type_def {
        TypeDef::Composite(fields) => {
            let fields = fields.fields.iter();
            let fields =
                fields.map(|field| format!("{} {}", field.name.clone().unwrap_or_default(), of(field.ty.id)));
            format!("({})", fields.collect::<Vec<_>>().join(", "))
        }
        TypeDef::Variant(variants) => {
            let variants = variants.variants.iter().map(|variant| {
                let fields = variant.fields.iter().map(|field| of(field.ty.id)).collect::<Vec<_>>();
                format!("{} {}({})", variant.index, variant.name, fields.join(", "))
            });
            format!("<{}>", variants.collect::<Vec<_>>().join(" | "))
        }
        TypeDef::Sequence(sequence) => format!("[{}]", of(sequence.type_param.id)),
        TypeDef::Array(array) => format!("[{}; {}]", of(array.type_param.id), array.len),
        TypeDef::Tuple(tuple) => {
            format!("({})", tuple.fields.iter().map(|field| of(field.id)).collect::<Vec<_>>().join(", "))
        }
        TypeDef::Compact(compact) => format!("compact {}", of(compact.type_param.id)),
        TypeDef::Primitive(primitive) => format!("{primitive:?}"),
        TypeDef::BitSequence(bits) => format!("bits {}", of(bits.bit_store_type.id)),
    };
    within.pop();
    described
}
