//! The self-test: what an engine computes is compared to the bit with the golden executions and with the reference.

use millrace_inference::{
    execute,
    golden::{golden, Golden},
    random::{random_input, random_model, Random},
    CheckedModel, Execution, Model, Node,
};

use crate::{
    error::EngineError,
    kernels::{floats::CHUNK, kernel::Kernel},
};

/// Random models that are executed.
const MODELS: u64 = 16;
/// Rows of an operator of theirs, at most.
const MOST_ROWS: u32 = 40;
/// Samples of their batches.
const SAMPLES: u32 = 5;

/// A model, its input, and what the reference makes of it.
struct Case {
    model: Vec<u8>,
    input: Vec<u8>,
    expected: Execution,
}

impl Case {
    fn new(model: &Model, input: impl FnOnce(&CheckedModel) -> Vec<u8>) -> Result<Self, EngineError> {
        let model = model.to_bytes();
        let checked = CheckedModel::from_bytes(&model)?;
        let input = input(&checked);
        let expected = execute(&checked, &input)?;
        Ok(Self { model, input, expected })
    }

    /// One product of all-extreme values, whose columns cross two borders of a chunk.
    fn extremes() -> Result<Self, EngineError> {
        let columns = 2 * CHUNK + 1;
        let model = Model {
            nodes: vec![
                Node::Input { shape: vec![columns as u32] },
                Node::Linear {
                    input: 0,
                    outputs: 3,
                    parameters: [i8::MIN, i8::MAX, -1].iter().flat_map(|w| vec![*w; columns]).collect(),
                },
            ],
        };
        Self::new(&model, |_| {
            [i8::MIN, i8::MAX].iter().flat_map(|x| vec![x.cast_unsigned(); columns]).collect()
        })
    }

    fn random(seed: u64) -> Result<Self, EngineError> {
        let mut random = Random(seed);
        let model = random_model(&mut random, MOST_ROWS);
        Self::new(&model, |checked| random_input(&mut random, checked.profile().sample_bytes, SAMPLES))
    }
}

/// Tests each of these kernels, and none, which stands for the fastest of each operator. `executed` executes a model,
/// given by its encoding, on an input.
///
/// # Errors
/// [`EngineError::Inexact`] if one bit differs, or what `executed` says.
pub(crate) fn run(
    kernels: impl Iterator<Item = Kernel>,
    executed: impl Fn(&[u8], Option<Kernel>, &[u8]) -> Result<Execution, EngineError>,
) -> Result<(), EngineError> {
    let random = (0..MODELS).map(Case::random);
    let cases = std::iter::once(Case::extremes()).chain(random).collect::<Result<Vec<_>, _>>()?;
    for kernel in kernels.map(Some).chain([None]) {
        for Case { model, input, expected } in &cases {
            exact(executed(model, kernel, input)? == *expected)?;
        }
        for Golden { model, input, trace } in golden() {
            exact(executed(model, kernel, input)?.trace == trace)?;
        }
    }
    Ok(())
}

fn exact(equal: bool) -> Result<(), EngineError> {
    equal.then_some(()).ok_or(EngineError::Inexact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(model: &[u8], input: &[u8]) -> Result<Execution, EngineError> {
        Ok(execute(&CheckedModel::from_bytes(model)?, input)?)
    }

    #[test]
    fn one_wrong_bit_on_one_kernel_fails() {
        let kernels = [Kernel::Float, Kernel::Byte];
        assert!(run(kernels.into_iter(), |model, _, input| reference(model, input)).is_ok());
        for wrong in [Some(Kernel::Float), Some(Kernel::Byte), None] {
            let verdict = run(kernels.into_iter(), |model, kernel, input| {
                let mut execution = reference(model, input)?;
                if kernel == wrong {
                    *execution.trace.last_mut().expect("a trace has at least one operator") ^= 1;
                }
                Ok(execution)
            });
            assert!(matches!(verdict, Err(EngineError::Inexact)));
        }
    }
}
