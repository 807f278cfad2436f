//! `import`: an ONNX file becomes a model.

use std::path::Path;

use millrace_importer::{
    import, import_rows, onnx, ImportError, Imported, ImportedRows, Integers, Metadata, Options,
    Quantization, Ranges, Step, Words,
};
use millrace_inference::{model_id, CheckedModel};
use sp_crypto_hashing::blake2_256;

use super::{
    beside::{compare, Made},
    choice::{Choice, Samples},
    files::write,
    progress::working,
};

/// What becomes of a file, and where it goes.
pub(super) struct Wanted<'a> {
    pub(super) output: &'a Path,
    pub(super) arg_max: bool,
    /// A model of rows even if it could be verified in its call.
    pub(super) rows: bool,
    /// A model even if it is further from the file in floats than it should be.
    pub(super) despite_loss: bool,
    pub(super) words: Words,
}

pub(super) fn import_file(
    onnx: &Path,
    choice: &Choice,
    samples: &Samples,
    wanted: Wanted<'_>,
) -> Result<(), String> {
    let mut file = onnx::Model::load(onnx).map_err(|error| error.to_string())?;
    let named = |why: String| format!("{}: {why}", onnx.display());
    let failed = |error: ImportError| named(error.to_string());
    choice.apply(&mut file).map_err(failed)?;
    let ranges: Option<Ranges> = samples.ranges(&file)?.transpose().map_err(failed)?;
    let options = Options { arg_max: wanted.arg_max, ranges: ranges.as_ref() };
    if !wanted.rows {
        match working("importing", || import(&file, options)) {
            Ok(imported) => {
                let agreement =
                    agreement(file, &imported, options, samples, wanted.despite_loss).map_err(named)?;
                return write_in_call(imported, agreement, wanted);
            }
            Err(ImportError::Large(why)) => println!("of rows      since {}", why.what()),
            Err(error) => return Err(failed(error)),
        }
    }
    let imported = working("importing", || import_rows(&file, options)).map_err(failed)?;
    let agreement = agreement(file, &imported, options, samples, wanted.despite_loss).map_err(named)?;
    write_rows(imported, agreement, wanted)
}

/// How near a model is to the file in floats; none without samples.
fn agreement<M: Made>(
    file: onnx::Model,
    made: &M,
    options: Options<'_>,
    samples: &Samples,
    despite_loss: bool,
) -> Result<Option<String>, String> {
    samples.array()?.map(|samples| compare(file, made, options, &samples, despite_loss)).transpose()
}

fn write_in_call(
    imported: Imported,
    agreement: Option<String>,
    Wanted { output, words, .. }: Wanted<'_>,
) -> Result<(), String> {
    print_steps(&imported.steps);
    let encoding = imported.model.to_bytes();
    let checked = CheckedModel::from_bytes(&encoding).map_err(|error| error.to_string())?;
    let words = with_integers(words, imported.integers);
    let metadata = Metadata::new(&checked, &imported.sample, imported.input, imported.output, words)?;
    write(output, &encoding)?;
    print_meaning(imported.input, imported.output);
    print_agreement(agreement);
    print_written(&encoding, output, &metadata)
}

fn write_rows(
    imported: ImportedRows,
    agreement: Option<String>,
    Wanted { output, words, .. }: Wanted<'_>,
) -> Result<(), String> {
    let ImportedRows { rows, input, integers, output: meaning, steps } = imported;
    print_steps(&steps);
    let metadata = Metadata::of_rows(&rows, input, meaning, with_integers(words, integers))?;
    rows.save(output).map_err(|why| why.to_string())?;
    print_meaning(input, meaning);
    if let (Some([height, width, channels]), Some(axes)) = (rows.image(), rows.sample_axes()) {
        println!("posted       {height} × {width} × {channels}: rows, columns, channels; the ONNX file's axes {axes}");
    }
    print_agreement(agreement);
    let model = rows.model();
    println!("work         {} MAC a sample", model.mac(1));
    println!("settled      by a claim: it is a model of rows");
    println!("blob         0x{} ({} bytes)", hex::encode(model.model().blob.root), model.model().blob.length);
    print_written(&model.model().to_bytes(), output, &metadata)
}

/// The words, in which the input's meaning ends with the integers that the file reads, if it reads some.
fn with_integers(words: Words, integers: Option<Integers>) -> Words {
    match integers {
        Some(integers) => Words { input: integers.said(&words.input), ..words },
        None => words,
    }
}

fn print_steps(steps: &[Step]) {
    for step in steps {
        println!("{:<44} {}", step.onnx, step.became);
    }
}

fn print_meaning(input: Quantization, output: Option<Quantization>) {
    let quantization = |q: Quantization| format!("--scale {} --zero-point {}", q.scale, q.zero_point);
    println!("\ninput        {}", quantization(input));
    match output {
        Some(output) => println!("output       {}", quantization(output)),
        None => println!("output       indices of the largest"),
    }
}

fn print_agreement(agreement: Option<String>) {
    if let Some(agreement) = agreement {
        println!("agreement    {agreement}");
    }
}

/// Writes the metadata, and says what was written.
fn print_written(encoding: &[u8], output: &Path, metadata: &Metadata) -> Result<(), String> {
    let description = output.with_extension("metadata.json");
    write(&description, format!("{}\n", metadata.to_json()).as_bytes())?;
    println!("name         0x{}", hex::encode(model_id(encoding, blake2_256)));
    println!("written      {} ({} bytes)", output.display(), encoding.len());
    println!("metadata     {}, which go with it to the chain", description.display());
    Ok(())
}
