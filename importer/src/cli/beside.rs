//! `import`: a model beside the file in floats, on the first of the samples that calibrated it.

use millrace_importer::{
    cosine, float_output, import, import_rows, npy::Array, onnx, without_index, ImportError, Imported,
    ImportedRows, Options,
};
use millrace_inference::{execute, CheckedModel, Values};

use super::{progress::working, rows_engine::outputs};

/// The least cosine of the outputs. It is wrong numbers that this finds; how good a model is, `diff` shows.
const LEAST: f64 = 0.95;

/// What a file becomes: a model that is verified in its call, or one of rows.
pub(super) trait Made: Sized {
    /// Imports a file as such a model.
    fn made(file: &onnx::Model, options: Options<'_>) -> Result<Self, ImportError>;
    /// Whether it gives indices.
    fn gives_indices(&self) -> bool;
    /// The real numbers that it gives for a sample, both with the file's axes; none if it gives other things.
    fn reals(&self, sample: &[f64]) -> Result<Option<Vec<f64>>, String>;
}

impl Made for Imported {
    fn made(file: &onnx::Model, options: Options<'_>) -> Result<Self, ImportError> {
        import(file, options)
    }

    fn gives_indices(&self) -> bool {
        self.output.is_none()
    }

    fn reals(&self, sample: &[f64]) -> Result<Option<Vec<f64>>, String> {
        let model = CheckedModel::from_bytes(&self.model.to_bytes())
            .map_err(|error| format!("{error}; import the model again"))?;
        let input: Vec<u8> = sample.iter().map(|real| self.input.quantize(*real).cast_unsigned()).collect();
        let given = execute(&model, &input).map_err(|error| format!("{error}; use smaller inputs"))?;
        Ok(match (given.output, self.output) {
            (Values::I8(values), Some(output)) => {
                Some(values.into_iter().map(|value| output.real(value)).collect())
            }
            _ => None,
        })
    }
}

impl Made for ImportedRows {
    fn made(file: &onnx::Model, options: Options<'_>) -> Result<Self, ImportError> {
        import_rows(file, options)
    }

    fn gives_indices(&self) -> bool {
        self.output.is_none()
    }

    fn reals(&self, sample: &[f64]) -> Result<Option<Vec<f64>>, String> {
        let bytes: Vec<u8> = sample.iter().map(|real| self.input.quantize(*real).cast_unsigned()).collect();
        let posted = self.rows.sample_axes().map_or_else(|| bytes.clone(), |axes| axes.turned(&bytes));
        let given = outputs(&self.rows, &[posted])?;
        Ok(given.first().and_then(|given| Self::reals(self, given)))
    }
}

/// Compares what both give, and says how near they are.
///
/// # Errors
/// A sentence if they are further apart than they should be, or can't be compared, unless the model is wanted despite that.
pub(super) fn compare<M: Made>(
    file: onnx::Model,
    made: &M,
    options: Options<'_>,
    samples: &Array,
    despite_loss: bool,
) -> Result<String, String> {
    judged(nearness(file, made, options, samples), despite_loss)
}

/// The cosine of the outputs; of a model that gives an index, of the numbers of which it is that of the largest.
fn nearness<M: Made>(
    mut file: onnx::Model,
    made: &M,
    options: Options<'_>,
    samples: &Array,
) -> Result<f64, String> {
    let failed = |error: ImportError| error.to_string();
    let numbers;
    let made = if made.gives_indices() {
        without_index(&mut file).map_err(failed)?;
        let options = Options { arg_max: false, ..options };
        numbers = working("importing", || M::made(&file, options)).map_err(failed)?;
        &numbers
    } else {
        made
    };
    let (sample, theirs) =
        working("running the file in floats", || float_output(&file, samples)).map_err(failed)?;
    match made.reals(&sample)? {
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
