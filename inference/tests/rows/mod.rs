//! What must hold for every model of rows, whatever bytes its blob has.

mod commitments;
mod cones;
mod elements;
mod example;
mod golden;
mod paid;
mod registration;
mod sequences;

use millrace_inference::{
    random::Random,
    rows::{
        random::{random_ids, random_image_model, random_model, RandomModel},
        Blob, CheckedModel,
    },
};

/// A random model, of images for a quarter of the seeds, its blob, and some sequences.
struct Case {
    model: CheckedModel,
    bytes: Vec<u8>,
    batch: Vec<Vec<u32>>,
}

impl Case {
    fn new(seed: u64) -> Self {
        Self::with(seed, |_, _| {})
    }

    /// With something done to the blob.
    fn with(seed: u64, change: impl Fn(&mut Random, &mut Vec<u8>)) -> Self {
        let mut random = Random(seed);
        let draw = if seed % 4 == 2 { random_image_model } else { random_model };
        let RandomModel { model, blob: mut bytes } = draw(&mut random);
        let batch = (0..random.between(1, 3)).map(|_| random_ids(&mut random, &model)).collect();
        change(&mut random, &mut bytes);
        let model = CheckedModel::from_bytes(&model.to_bytes()).expect("the generator obeys every bound");
        Self { model, bytes, batch }
    }

    fn blob(&self) -> Blob<'_> {
        Blob::new(&self.model, &self.bytes).expect("as long as the model says")
    }

    fn refs(&self) -> Vec<&[u32]> {
        self.batch.iter().map(Vec::as_slice).collect()
    }
}
