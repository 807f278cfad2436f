//! How much of a model the chain verifies in one call: the limits of the runtime's market, which this crate can't link.

use millrace_inference::Profile;

use crate::{
    lowered::Lowered,
    weight::{verification_ref_time, BLOCK_REF_TIME},
};

/// Most bytes of a task's input: `MaxInput` of `pallets/tasks/src/types.rs`.
const MAX_INPUT: u64 = 512 * 1024;
/// Most bytes of its output: `MaxOutput` beside it.
const MAX_OUTPUT: u64 = 64 * 1024;
/// Most bytes of a trace: `MaxTrace` of `runtime/src/configs/market.rs`.
const MAX_TRACE: u64 = 3 * 1024 * 1024;
/// Most time of a verification: `MaxVerificationWeight` there, a quarter of a block.
const MAX_REF_TIME: u64 = BLOCK_REF_TIME / 4;

/// What one task may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The most samples of a task.
    pub samples: u32,
    /// Bytes of the encoded model.
    pub model_bytes: u32,
    /// MAC of a sample.
    pub work: u64,
}

impl Room {
    /// What a task of a model may take.
    ///
    /// # Errors
    /// Why not even one sample can be verified in a call.
    pub(crate) fn of(profile: &Profile) -> Lowered<Self> {
        if !profile.fits_memory() {
            return Err(refusal!(
                "verifying a single sample takes {} bytes of memory, more than a block has for it", profile.slice_bytes;
                "let its largest activations shrink earlier, or use smaller inputs"
            ));
        }
        if let Some(limit) = beyond(profile, 1) {
            return Err(refusal!(
                "a single sample takes {limit}";
                "make its layers smaller, or use smaller inputs"
            ));
        }
        // What verifying takes grows with the samples.
        let most = MAX_INPUT.checked_div(profile.sample_bytes.into()).unwrap_or(1);
        let (mut fits, mut beyond_it) = (1, u32::try_from(most).unwrap_or(u32::MAX).saturating_add(1));
        while beyond_it - fits > 1 {
            let middle = fits + (beyond_it - fits) / 2;
            match beyond(profile, middle) {
                None => fits = middle,
                Some(_) => beyond_it = middle,
            }
        }
        Ok(Self { samples: fits, model_bytes: profile.encoded_bytes, work: profile.work(1) })
    }
}

/// What of a batch is beyond a limit, as a message says it; none if the chain takes it.
fn beyond(profile: &Profile, samples: u32) -> Option<String> {
    let cost = profile.cost(samples);
    let bytes = |what: &str, has: u64, most: u64| {
        (has > most).then(|| format!("{has} bytes of {what}, and a task has at most {most}"))
    };
    let time = verification_ref_time(&cost);
    // Times are in picoseconds.
    let milliseconds = |time: u64| time / 1_000_000_000;
    bytes("input", cost.input_bytes, MAX_INPUT)
        .or_else(|| bytes("output", profile.output_bytes(samples), MAX_OUTPUT))
        .or_else(|| bytes("trace", cost.trace_bytes, MAX_TRACE))
        .or_else(|| {
            (time > MAX_REF_TIME).then(|| {
                format!(
                    "{} ms to verify, and a call has at most {}",
                    milliseconds(time),
                    milliseconds(MAX_REF_TIME)
                )
            })
        })
}

#[cfg(test)]
mod tests {
    use millrace_inference::{CheckedModel, Model, Node};

    use super::*;

    fn room(inputs: u32, outputs: u32) -> Lowered<Room> {
        let parameters = vec![1; (inputs * outputs) as usize];
        let nodes = vec![Node::Input { shape: vec![inputs] }, Node::Linear { input: 0, outputs, parameters }];
        let arg_max = Node::ArgMax { input: 1 };
        let model = Model { nodes: nodes.into_iter().chain([arg_max]).collect() };
        Room::of(CheckedModel::from_bytes(&model.to_bytes()).expect("registrable").profile())
    }

    #[test]
    fn a_task_has_as_many_samples_as_the_limits_allow() {
        let room = room(64, 10).expect("small");
        assert_eq!(room.work, 640);
        assert!(room.samples >= 64 && u64::from(room.samples) * 64 <= MAX_INPUT, "{room:?}");
    }

    #[test]
    fn the_limits_are_the_runtimes() {
        let read = |path: &str| std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR")));
        let types = read("pallets/tasks/src/types.rs").expect("in the repository");
        assert!(types.contains("MaxInput = ConstU32<{ 512 * 1024 }>"));
        assert!(types.contains("MaxOutput = ConstU32<{ 64 * 1024 }>"));
        let market = read("runtime/src/configs/market.rs").expect("in the repository");
        assert!(market.contains("type MaxTrace = ConstU32<{ 3 * MIB }>"));
        assert!(market.contains("WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(500)"));
    }
}
