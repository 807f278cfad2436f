//! Runs a float graph on samples, to see the ranges of its tensors.

use std::{cell::Cell, collections::HashMap, path::Path};

use crate::{
    calibration::Calibration,
    end::end,
    error::ImportError,
    float_run::{guarded, FloatRun},
    histogram::squares,
    lowering::Lowering,
    npy::Array,
    onnx,
    prepare::{input_shape, input_type, is_float, prepare, Prepared},
    ranges::Ranges,
    refusal::Refusal,
    walk::walk,
};

impl Ranges {
    /// Runs a float ONNX file on samples, an array of shape N × a sample's, and sees every tensor that comes up.
    ///
    /// # Errors
    /// What an import would refuse, by the node's name, and [`ImportError::Calibration`] if the file can't be run, or the
    /// samples aren't whole ones of its input, aren't finite, or are nothing but zeros.
    pub fn calibrate(onnx: &Path, samples: &Array, calibration: Calibration) -> Result<Self, ImportError> {
        Self::calibrate_model(&onnx::Model::load(onnx)?, samples, calibration)
    }

    /// The same for a file that is read already.
    ///
    /// # Errors
    /// Those of [`Self::calibrate`].
    pub fn calibrate_model(
        model: &onnx::Model,
        samples: &Array,
        calibration: Calibration,
    ) -> Result<Self, ImportError> {
        Self::calibrate_watched(model, samples, calibration, &|_| ())
    }

    /// The same for whoever wants to know how far it is: `done` gets the share of the work that is done.
    ///
    /// # Errors
    /// Those of [`Self::calibrate`].
    pub fn calibrate_watched(
        model: &onnx::Model,
        samples: &Array,
        calibration: Calibration,
        done: &dyn Fn(f64),
    ) -> Result<Self, ImportError> {
        let prepared = prepare(model)?;
        let input = &prepared.input;
        if input_type(input) != onnx::FLOAT && !is_float(&prepared) {
            return Err(ImportError::Calibration(refusal!(
                "input '{}' isn't float32 and is quantized already", input.name;
                "import it without samples"
            )));
        }
        let (batch, sample) = input_shape(input)?;
        // Whatever can't be imported has a name there, and what is run below has shapes that are known and small.
        let rehearsed = rehearse(&prepared)?;
        let batch = batch.map(|batch| batch as usize);
        let sample: Vec<usize> = sample.into_iter().map(|axis| axis as usize).collect();
        let samples = checked(samples, batch, &sample)?;
        guarded(|| {
            see(&FloatRun::new(&prepared, &rehearsed, sample)?, &input.name, &samples, calibration, done)
        })
    }
}

/// The ranges of all tensors: their bounds and their samples' squares first, then what lies how often between those.
fn see(
    run: &FloatRun,
    input: &str,
    samples: &[f32],
    calibration: Calibration,
    done: &dyn Fn(f64),
) -> Result<Ranges, ImportError> {
    let (mut ranges, mut squares_of) = (Ranges::default(), HashMap::<String, Vec<f64>>::new());
    let passes = if calibration == Calibration::MinMax { 1 } else { 2 };
    let mut observe = |tensor: &str, values: &[f32], count: usize| {
        ranges.observe(tensor, values);
        if calibration == Calibration::LeastSquares {
            squares_of.entry(tensor.to_owned()).or_default().extend(squares(values, count));
        }
    };
    let count = run.samples(samples);
    let (seen, all) = (Cell::new(0), passes * count);
    let more = |count: usize| {
        seen.set(seen.get() + count);
        done(seen.get() as f64 / all.max(1) as f64);
    };
    observe(input, samples, count);
    run.each(samples, &mut observe, &more)?;
    if calibration == Calibration::MinMax {
        return Ok(ranges);
    }
    let mut histograms = ranges.histograms(squares_of);
    let mut fill = |tensor: &str, values: &[f32], count: usize| {
        if let Some(histogram) = histograms.get_mut(tensor) {
            histogram.count(values, count);
        }
    };
    fill(input, samples, count);
    run.each(samples, &mut fill, &more)?;
    ranges.narrow(&histograms, calibration);
    Ok(ranges)
}

/// Walks a float graph as an import will, so that what can't be represented is refused by its name before anything is run.
pub(crate) fn rehearse(prepared: &Prepared) -> Result<Lowering<'static>, ImportError> {
    let (mut lowering, _) = walk(prepared, None, true)?;
    end(&mut lowering, &prepared.output, false)?;
    Ok(lowering)
}

/// The samples' numbers, if they are whole samples of this shape on which there is something to see.
pub(crate) fn checked(
    samples: &Array,
    batch: Option<usize>,
    sample: &[usize],
) -> Result<Vec<f32>, ImportError> {
    let failed = |why: Refusal| Err(ImportError::Calibration(why));
    let axes = samples.shape.get(1..).unwrap_or_default();
    let is_sample = axes.len() == sample.len()
        && axes.iter().zip(sample).all(|(got, expected)| usize::try_from(*got) == Ok(*expected));
    if !is_sample {
        return failed(refusal!(
            "the samples have the shape {:?}", samples.shape;
            "calibrate with an array of shape N × {sample:?}, its axes in this order (numpy.transpose changes it)"
        ));
    }
    let count = samples.shape.first().copied().unwrap_or(0);
    if count == 0 {
        return failed(refusal!("there are no samples"; "calibrate with a few hundred"));
    }
    if let Some(batch) = batch {
        if !usize::try_from(count).is_ok_and(|count| count.is_multiple_of(batch)) {
            return failed(refusal!(
                "{count} samples aren't whole batches of {batch}, the only ones that the graph takes";
                "give a multiple of them, or export the model with an open batch axis"
            ));
        }
    }
    let numbers: Vec<f32> = samples.reals().into_iter().map(|number| number as f32).collect();
    let length: usize = sample.iter().product();
    if let Some(at) = numbers.iter().position(|number| !number.is_finite()) {
        return failed(refusal!(
            "sample {} holds a number that is NaN or infinite", at.checked_div(length).unwrap_or(0);
            "leave it out"
        ));
    }
    if numbers.iter().all(|number| *number == 0.0) {
        return failed(refusal!(
            "the samples are all zero, so there is no range to see";
            "calibrate with typical inputs"
        ));
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::npy::Numbers;

    #[test]
    fn samples_are_whole_finite_and_something() {
        let fails = |shape: &[u64], number: f64, batch| {
            let count = shape.iter().product::<u64>() as usize;
            let samples = Array { shape: shape.to_vec(), numbers: Numbers::Real(vec![number; count]) };
            checked(&samples, batch, &[3, 2]).expect_err("no samples").to_string()
        };
        assert!(fails(&[4, 2, 3], 1.0, None).contains("shape N × [3, 2], its axes in this order"));
        assert!(fails(&[4, 6], 1.0, None).contains("numpy.transpose"));
        assert!(fails(&[], 1.0, None).contains("N × [3, 2]"));
        assert!(fails(&[0, 3, 2], 1.0, None).contains("no samples"));
        assert!(fails(&[5, 3, 2], 1.0, Some(2)).contains("whole batches of 2"));
        assert!(fails(&[4, 3, 2], f64::NAN, None).contains("sample 0"));
        assert!(fails(&[4, 3, 2], 1e300, None).contains("infinite"));
        assert!(fails(&[4, 3, 2], 0.0, None).contains("all zero"));
    }
}
