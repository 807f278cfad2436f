//! `import`: an ONNX file becomes a model.

use std::path::Path;

use millrace_importer::{import, onnx, Metadata, Options, Quantization, Words};
use millrace_inference::{model_id, CheckedModel};
use sp_crypto_hashing::blake2_256;

use super::{
    choice::{Choice, Samples},
    files::write,
    progress::working,
};

pub(super) fn import_file(
    onnx: &Path,
    output: &Path,
    choice: &Choice,
    arg_max: bool,
    samples: &Samples,
    words: Words,
) -> Result<(), String> {
    let mut file = onnx::Model::load(onnx).map_err(|error| error.to_string())?;
    let failed = |error: millrace_importer::ImportError| format!("{}: {error}", onnx.display());
    choice.apply(&mut file).map_err(failed)?;
    let ranges = samples.ranges(&file)?.transpose().map_err(failed)?;
    let imported = working("importing", || import(&file, Options { arg_max, ranges: ranges.as_ref() }))
        .map_err(failed)?;
    for step in &imported.steps {
        println!("{:<44} {}", step.onnx, step.became);
    }
    let encoding = imported.model.to_bytes();
    let checked = CheckedModel::from_bytes(&encoding).map_err(|error| error.to_string())?;
    let metadata = Metadata::new(&checked, imported.input, imported.output, words)?;
    let description = output.with_extension("metadata.json");
    write(output, &encoding)?;
    write(&description, format!("{}\n", metadata.to_json()).as_bytes())?;
    let quantization = |q: Quantization| format!("--scale {} --zero-point {}", q.scale, q.zero_point);
    println!("\ninput        {}", quantization(imported.input));
    match imported.output {
        Some(output) => println!("output       {}", quantization(output)),
        None => println!("output       indices of the largest"),
    }
    println!("name         0x{}", hex::encode(model_id(&encoding, blake2_256)));
    println!("written      {} ({} bytes)", output.display(), encoding.len());
    println!("metadata     {}, which go with it to the chain", description.display());
    Ok(())
}
