//! `inspect`: what a person wants to know of a model.

use std::path::Path;

use millrace_importer::report;
use millrace_inference::model_id;
use sp_crypto_hashing::blake2_256;

use super::files::load;

pub(super) fn inspect(model: &Path, samples: u32, ask: u128) -> Result<(), String> {
    let (model, encoding) = load(model)?;
    println!("name         0x{}\n", hex::encode(model_id(&encoding, blake2_256)));
    print!("{}", report::inspect(&model, samples, ask));
    Ok(())
}
