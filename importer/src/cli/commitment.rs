//! What `trunk` and `element` say of an execution, be it of a text or of an image.

use std::path::Path;

use millrace_importer::{Commitment, Recomputed};

use super::files::write;

/// Says what an execution takes before it begins.
pub(super) fn state(bytes: u64) {
    eprintln!("Executing this takes at most {bytes} bytes of memory.");
}

/// Writes the trunk's leaves and says the roots over them.
pub(super) fn keep(commitment: &Commitment, output: &Path) -> Result<(), String> {
    write(output, &commitment.leaves.concat())?;
    println!("trunk        0x{} ({} leaves)", hex::encode(commitment.trunk_root), commitment.leaves.len());
    println!("output       0x{}", hex::encode(commitment.output_root));
    println!("execution    0x{}", hex::encode(commitment.root));
    println!("written      {} ({} bytes)", output.display(), commitment.leaves.len() * 32);
    Ok(())
}

/// Says an element that was computed alone; fails if the whole execution has another there.
pub(super) fn compare(found: &Recomputed) -> Result<(), String> {
    println!("{}, computed from {} bytes of operands", found.alone, found.operand_bytes);
    match found.alone == found.whole {
        true => Ok(()),
        false => Err(format!(
            "the whole execution has {} there, which must not be; report the model that shows it",
            found.whole
        )),
    }
}
