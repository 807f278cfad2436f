//! `import`: a model of rows beside the file in floats, on the first of the samples that calibrated it.

use millrace_importer::{
    cosine, float_output, import_rows, npy::Array, onnx, without_index, Axes, ImportedRows, Options,
};

use super::{posted::posted, progress::working, rows_engine::outputs};

/// The least cosine of the outputs. It is wrong numbers that this finds; how good a model is, `diff` shows.
const LEAST: f64 = 0.95;

/// Compares what both give, and says how near they are.
///
/// # Errors
/// A sentence if they are further apart than they should be, or can't be compared, unless the model is wanted despite that.
pub(super) fn compare(
    file: onnx::Model,
    imported: &ImportedRows,
    options: Options<'_>,
    samples: &Array,
    despite_loss: bool,
) -> Result<String, String> {
    judged(nearness(file, imported, options, samples), despite_loss)
}

/// The cosine of the outputs; of a model that gives an index, of the numbers of which it is that of the largest.
fn nearness(
    mut file: onnx::Model,
    imported: &ImportedRows,
    options: Options<'_>,
    samples: &Array,
) -> Result<f64, String> {
    let failed = |error: millrace_importer::ImportError| error.to_string();
    let numbers;
    let imported = match imported.output {
        Some(_) => imported,
        None => {
            without_index(&mut file).map_err(failed)?;
            let options = Options { arg_max: false, ..options };
            numbers = working("importing", || import_rows(&file, options)).map_err(failed)?;
            &numbers
        }
    };
    let (sample, theirs) =
        working("running the file in floats", || float_output(&file, samples)).map_err(failed)?;
    // The file's own array, read as `run` reads it.
    let axes = imported.rows.sample_axes().map_or(&[][..], Axes::lengths);
    let shape: Vec<u64> = std::iter::once(1).chain(axes.iter().map(|axis| u64::from(*axis))).collect();
    let bytes: Vec<u8> = sample.iter().map(|real| imported.input.quantize(*real).cast_unsigned()).collect();
    let given = outputs(&imported.rows, &posted(&imported.rows, &shape, &bytes)?)?;
    match given.first().and_then(|given| imported.reals(given)) {
        Some(ours) if ours.len() == theirs.len() => Ok(cosine(&ours, &theirs)),
        _ => Err("it gives other things than numbers; compare it with another program's output, with `diff`"
            .into()),
    }
}

fn judged(found: Result<f64, String>, despite_loss: bool) -> Result<String, String> {
    match found {
        Ok(cosine) if cosine >= LEAST || despite_loss => {
            Ok(format!("cosine {cosine:.4} with the file in floats, on the first sample"))
        }
        Ok(cosine) => Err(format!(
            "on the first sample the model's output and that of the file in floats have a cosine of {cosine:.4}, and at least {LEAST} \
             is expected; calibrate with more samples of the right kind, or write it all the same with --despite-loss"
        )),
        Err(why) if despite_loss => Ok(format!("not compared with the file in floats: {why}")),
        Err(why) => Err(format!(
            "the model can't be compared with the file in floats: {why}; or write it all the same with --despite-loss"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_from_the_floats_is_refused() {
        assert!(judged(Ok(0.96), false).expect("near").contains("cosine 0.9600"));
        assert!(judged(Ok(0.94), false).expect_err("far").contains("0.9400, and at least 0.95"));
        assert!(judged(Ok(f64::NAN), false).expect_err("far").contains("--despite-loss"));
        assert!(judged(Ok(0.1), true).expect("wanted").contains("cosine 0.1000"));
        assert!(judged(Err("no".into()), false).expect_err("unknown").contains("can't be compared"));
        assert!(judged(Err("no".into()), true).expect("wanted").contains("not compared"));
    }
}
